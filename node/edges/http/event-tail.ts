/**
 * One tail of the event log for all watchers: each commit is read once, however many watch. A watcher that is behind what
 * the tail holds reads by its own cursor until it has caught up.
 */
import type { EventFeed, FeedEvent } from '../../kernel/records/event-feed.ts'

export const TAIL_LIMITS = {
  /** newest events that are held */
  held: 1_000,
} as const

type Tail = { from: number; events: FeedEvent[] }

/** The same feed, with one read for all who ask for what is new. */
export function createEventTail(feed: EventFeed): EventFeed {
  /** events after `from`, oldest first; null before the first watcher came */
  let tail: Tail | null = null
  let stale = true
  let reading: Promise<void> | null = null
  feed.onNew(() => {
    stale = true
  })

  async function begun(): Promise<Tail> {
    if (tail !== null) return tail
    const { last } = await feed.bounds()
    tail ??= { from: last, events: [] }
    return tail
  }

  async function read(before: Tail): Promise<void> {
    stale = false
    const last = before.events.at(-1)?.no ?? before.from
    const page = await feed.after(last, TAIL_LIMITS.held).catch(error => {
      stale = true
      throw error
    })
    if (page.length === TAIL_LIMITS.held) stale = true
    const events = [...before.events, ...page]
    const dropped = events.splice(0, Math.max(0, events.length - TAIL_LIMITS.held)).at(-1)
    tail = { from: dropped?.no ?? before.from, events }
  }

  return {
    bounds: () => feed.bounds(),
    onNew: listener => feed.onNew(listener),
    async after(no, limit) {
      let held = await begun()
      while (no >= held.from && (stale || reading !== null)) {
        reading ??= read(held).finally(() => {
          reading = null
        })
        await reading
        held = await begun()
      }
      if (no < held.from) return feed.after(no, limit)
      const first = held.events.findLastIndex(event => event.no <= no) + 1
      return held.events.slice(first, first + limit)
    },
  }
}
