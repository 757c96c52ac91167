import { describe, expect, test } from 'vitest'
import { Dials } from './dials.ts'

/** A turn of the event loop. */
const settle = () => new Promise(resolve => setImmediate(resolve))

/** Dials that end when they are told to. */
function setting() {
  const dials = new Dials(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const dial = (city: string, peer: string, signal?: AbortSignal) =>
    dials.run(
      city,
      peer,
      () => {
        begun.push(peer)
        return new Promise<string>(resolve => ends.set(peer, () => resolve(peer)))
      },
      signal,
    )
  return { begun, ends, dial }
}

describe('dials', () => {
  test('of one city n peers are dialled at a time, n+1 waits, and another city does not', async () => {
    const { begun, ends, dial } = setting()
    const all = [dial('a', '1'), dial('a', '2'), dial('a', '3'), dial('b', '4')]
    await settle()
    expect(begun).toEqual(['1', '2', '4'])
    ends.get('2')?.()
    await settle()
    expect(begun).toEqual(['1', '2', '4', '3'])
    for (const end of ends.values()) end()
    expect(await Promise.all(all)).toEqual(['1', '2', '3', '4'])
  })

  test('dials to one peer share its place, and who waits may give up', async () => {
    const { begun, dial } = setting()
    const waiting = new AbortController()
    dial('a', '1')
    dial('a', '2')
    dial('a', '1')
    const third = dial('a', '3', waiting.signal)
    await settle()
    expect(begun).toEqual(['1', '2', '1'])
    waiting.abort(new Error('given up'))
    await expect(third).rejects.toThrow('given up')
    await expect(dial('a', '4', waiting.signal)).rejects.toThrow('given up')
    expect(begun).toEqual(['1', '2', '1'])
  })
})
