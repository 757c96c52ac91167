import { describe, expect, test } from 'vitest'
import type { EventFeed, FeedEvent } from '../../kernel/records/event-feed.ts'
import { createEventTail, TAIL_LIMITS } from './event-tail.ts'

/** An event log in memory that counts how often it is read. */
function log(before = 0) {
  const events: FeedEvent[] = []
  const listeners = new Set<() => void>()
  let reads = 0
  let broken = false
  const add = (count: number) => {
    for (let n = 0; n < count; n++)
      events.push({
        no: events.length + 1,
        at: 0,
        type: 'case.changed',
        subject: 'x',
        roles: ['examiner'],
        kind: null,
        person: null,
      })
    for (const listener of listeners) listener()
  }
  add(before)
  const feed: EventFeed = {
    async after(no, limit) {
      reads++
      if (broken) throw new Error('the disk is gone')
      await Promise.resolve()
      return events.slice(no, no + limit)
    },
    bounds: async () => ({ first: events.length === 0 ? 0 : 1, last: events.length }),
    onNew(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const set = (value: boolean) => {
    broken = value
  }
  return { tail: createEventTail(feed), add, reads: () => reads, set }
}

const numbers = async (events: Promise<readonly FeedEvent[]>) => (await events).map(({ no }) => no)

describe('the tail of the event log', () => {
  test('is read once for each commit, however many watch', async () => {
    const { tail, add, reads } = log(10)
    await tail.after(10, 100)
    const before = reads()
    for (let commit = 1; commit <= 20; commit++) {
      add(1)
      const seen = await Promise.all(Array.from({ length: 500 }, () => numbers(tail.after(9 + commit, 100))))
      expect(seen.every(([no, ...more]) => no === 10 + commit && more.length === 0)).toBe(true)
    }
    expect(reads() - before).toBe(20)
  })

  test('gives what is committed while it is being read, and pages as asked for', async () => {
    const { tail, add } = log(3)
    const first = tail.after(3, 100)
    add(5)
    expect((await numbers(first)).length).toBeLessThanOrEqual(5)
    expect(await numbers(tail.after(3, 100))).toEqual([4, 5, 6, 7, 8])
    expect(await numbers(tail.after(3, 2))).toEqual([4, 5])
    expect(await numbers(tail.after(5, 2))).toEqual([6, 7])
    expect(await numbers(tail.after(8, 2))).toEqual([])
  })

  test(`holds ${TAIL_LIMITS.held} events; who is behind them reads by its own cursor and misses nothing`, async () => {
    const { tail, add, reads } = log(0)
    await tail.after(0, 100)
    add(TAIL_LIMITS.held + 1)
    let at = 0
    const seen: number[] = []
    for (let page = await numbers(tail.after(at, 100)); page.length > 0; page = await numbers(tail.after(at, 100))) {
      seen.push(...page)
      at = page.at(-1) ?? at
    }
    expect(seen).toEqual(Array.from({ length: TAIL_LIMITS.held + 1 }, (_, index) => index + 1))
    const before = reads()
    expect(await numbers(tail.after(1, 1))).toEqual([2])
    expect(reads()).toBe(before)
    expect(await numbers(tail.after(0, 1))).toEqual([1])
    expect(reads()).toBe(before + 1)
  })

  test('a read that fails tells all who wait, and the next one reads again', async () => {
    const { tail, add, set } = log(1)
    await tail.after(1, 10)
    set(true)
    add(1)
    await expect(Promise.all([tail.after(1, 10), tail.after(1, 10)])).rejects.toThrow('the disk is gone')
    set(false)
    expect(await numbers(tail.after(1, 10))).toEqual([2])
  })
})
