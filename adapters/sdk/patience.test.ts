import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HTTP_LIMITS, Patience } from './patience.ts'

const MS = 2000
const WHOLE = MS * HTTP_LIMITS.silences

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Milliseconds until it is over, when `step` happens every `every` ms; null: not within a day. */
function lasts(patience: Patience, step: () => void, every: number): number | null {
  for (let ms = 0; ms < 86_400_000; ms += every) {
    if (patience.over !== null) return ms
    step()
    vi.advanceTimersByTime(every)
  }
  return null
}

describe('patience', () => {
  const never = new AbortController().signal

  test('ends with silence, one millisecond after the last that is allowed', () => {
    const patience = new Patience(MS, never, false)
    vi.advanceTimersByTime(MS - 1)
    patience.moved()
    vi.advanceTimersByTime(MS - 1)
    expect([patience.over, patience.signal.aborted]).toEqual([null, false])
    vi.advanceTimersByTime(1)
    expect([patience.over, patience.signal.aborted]).toEqual(['no answer in time', true])
  })

  test('ends with the whole time, though something moves all the time', () => {
    const patience = new Patience(MS, never, false)
    expect(lasts(patience, () => patience.moved(), 100)).toBe(WHOLE)
    expect(patience.over).toBe('no whole answer in time')
  })

  test('gives a file a minute more, and as long as it takes at the least speed', () => {
    const crawls = new Patience(MS, never, true)
    // A byte in a while is worth nothing.
    expect(lasts(crawls, () => crawls.file(1), 1000)).toBeLessThan(WHOLE + HTTP_LIMITS.file + 2000)
    const moves = new Patience(MS, never, true)
    expect(lasts(moves, () => moves.file(HTTP_LIMITS.fileBytesPerSecond), 1000)).toBeNull()
    const slower = new Patience(MS, never, true)
    const ms = lasts(slower, () => slower.file(HTTP_LIMITS.fileBytesPerSecond / 2), 1000) ?? 0
    expect(ms).toBeGreaterThan(1.9 * (WHOLE + HTTP_LIMITS.file))
    expect(ms).toBeLessThan(2.1 * (WHOLE + HTTP_LIMITS.file))
    moves.stop()
  })

  test('ends with its signal, also one that was aborted before; when it is stopped, with nothing', () => {
    const controller = new AbortController()
    const ended = new Patience(MS, controller.signal, false)
    const stopped = new Patience(MS, controller.signal, false)
    stopped.stop()
    controller.abort()
    vi.advanceTimersByTime(10 * WHOLE)
    expect([ended.over, stopped.over]).toEqual(['aborted', null])
    expect(new Patience(MS, controller.signal, false).over).toBe('aborted')
  })
})
