/**
 * Server-sent events: each watcher is a cursor in the event log. Nothing is buffered per watcher but the page that it
 * reads, so a slow one costs nothing and a lost connection goes on where it was.
 */

import type { Clock } from '../../kernel/clock.ts'
import type { Person } from '../../kernel/person.ts'
import {
  cityOf,
  type EventFeed,
  type FeedEvent,
  hears,
  type LiveEvent,
  type LiveFeed,
} from '../../kernel/records/event-feed.ts'
import type { HttpLimits } from './limits.ts'

export type Watcher = {
  /** number of the last event that the watcher has; null to begin with the next one */
  from: number | null
  /** who watches, as of the last heartbeat */
  person: Person
  /** whether the watcher chose to hear of it */
  wants: (event: FeedEvent | LiveEvent, person: Person) => boolean
  /** who the watcher's token is now, if it still holds; asked at each heartbeat */
  still: () => Promise<Person | null>
  signal: AbortSignal
  /** called once, when the stream ended for whatever reason */
  onEnd: () => void
}

const encoder = new TextEncoder()
const RETRY_MS = 3000

/** What a watcher is told of an event: what changed, and the facts by which it is chosen. */
function dataOf(event: FeedEvent | LiveEvent): Record<string, unknown> {
  const { at, type, subject, of } = event
  const [no, kind] = 'no' in event ? [event.no, event.kind ?? undefined] : []
  return {
    no,
    at: new Date(at).toISOString(),
    type,
    subject,
    kind,
    city: cityOf(event),
    role: of?.role,
    item: of?.item,
    window: of?.window,
    assignee: of?.assignee,
    ...('no' in event ? {} : event.data),
  }
}

const written = (event: FeedEvent | LiveEvent): string =>
  `${'no' in event ? `id: ${event.no}\n` : ''}event: ${event.type}\ndata: ${JSON.stringify(dataOf(event))}\n\n`

/** Opens the stream of one watcher, in the `text/event-stream` format. */
export function openEventStream(
  { feed, live }: { feed: EventFeed; live: LiveFeed },
  watcher: Watcher,
  clock: Clock,
  limits: Pick<HttpLimits, 'eventPage' | 'eventWaiting' | 'heartbeatSeconds'>,
): ReadableStream<Uint8Array> {
  let cursor = -1
  /** number of the event that the watcher knows of */
  let told = -1
  let fresh = true
  let ended = false
  let cancelled = false
  let checkedAt = clock.now()
  let person = watcher.person
  let wake: () => void = () => undefined
  /** what is so now and was not sent yet, the last of each subject */
  const waiting = new Map<string, LiveEvent>()
  const isFor = (event: FeedEvent | LiveEvent) => hears(person, event) && watcher.wants(event, person)
  const news = () => {
    fresh = true
    wake()
  }
  const stopListening = feed.onNew(news)
  const stopLive = live.onChange(event => {
    if (cursor < 0 || !isFor(event)) return
    waiting.delete(event.subject)
    waiting.set(event.subject, event)
    // Who does not read is told anew what is so when it comes again.
    if (waiting.size > limits.eventWaiting) return end()
    news()
  })
  const end = () => {
    if (ended) return
    ended = true
    stopListening()
    stopLive()
    watcher.signal.removeEventListener('abort', end)
    wake()
    watcher.onEnd()
  }
  watcher.signal.addEventListener('abort', end)
  if (watcher.signal.aborted) end()

  /** Waits until there is news or the heartbeat is due; true for the heartbeat. */
  const rest = () =>
    new Promise<boolean>(resolve => {
      if (fresh || ended) return resolve(false)
      const cancel = clock.after(limits.heartbeatSeconds * 1000, () => resolve(true))
      wake = () => {
        cancel()
        resolve(false)
      }
    })

  /** Asks once per heartbeat, and when the account may something else, whether the token or session still holds: one that ended hears nothing more. */
  async function holds(): Promise<boolean> {
    if (clock.now() - checkedAt < limits.heartbeatSeconds * 1000) return true
    checkedAt = clock.now()
    const now = await watcher.still()
    person = now ?? person
    return now !== null
  }

  /** A comment, and how far the watcher has got when what it did not hear of has gone by: so it goes on from there. */
  function stillHere(): string {
    const passed = cursor > told
    told = cursor
    return `: still here\n${passed ? `id: ${cursor}\n` : ''}\n`
  }

  /** The opening lines; a watcher whose place is no longer kept is told to read everything anew. */
  async function opening(): Promise<string> {
    const { first, last } = await feed.bounds()
    const known = watcher.from !== null && watcher.from <= last && watcher.from >= first - 1
    cursor = known && watcher.from !== null ? watcher.from : last
    told = cursor
    for (const event of await live.now())
      if (isFor(event) && !waiting.has(event.subject)) waiting.set(event.subject, event)
    const reset = watcher.from !== null && !known ? `id: ${last}\nevent: reset\ndata: {}\n\n` : ''
    return `retry: ${RETRY_MS}\n: connected\n\n${reset}`
  }

  /** The next text to send, or null when the stream is over. */
  async function next(): Promise<string | null> {
    if (cursor < 0) return opening()
    while (!ended) {
      fresh = false
      const events = await feed.after(cursor, limits.eventPage)
      cursor = events.at(-1)?.no ?? cursor
      if (events.some(({ type, person: whose }) => type === 'account.changed' && whose === person.id))
        checkedAt = Number.NEGATIVE_INFINITY
      if (!(await holds())) return null
      const now = [...waiting.values()]
      waiting.clear()
      const visible = [...events, ...now].filter(isFor)
      if (visible.length > 0) {
        for (const event of visible) if ('no' in event) told = event.no
        return visible.map(written).join('')
      }
      if (events.length > 0) fresh = true
      if (await rest()) return (await holds()) ? stillHere() : null
    }
    return null
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const text = await next().catch(() => null)
        if (text !== null && !ended) return controller.enqueue(encoder.encode(text))
        end()
        if (!cancelled) controller.close()
      },
      cancel() {
        cancelled = true
        end()
      },
    },
    { highWaterMark: 0 },
  )
}
