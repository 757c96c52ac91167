/**
 * Server-sent events: each watcher is a cursor in the event log. Nothing is buffered per watcher but the page that it
 * reads, so a slow one costs nothing and a lost connection goes on where it was.
 */

import { type CaseSubject, can, scopesOf } from '../../../protocol/rights/can.ts'
import type { Role } from '../../../protocol/rights/roles.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Person } from '../../kernel/person.ts'
import type { HttpLimits } from './limits.ts'

/** The event log as the edge sees it; audit/ implements it. */
export interface EventFeed {
  /** Events after `no`, oldest first; `at` in milliseconds. */
  after(no: number, limit: number): Promise<readonly FeedEvent[]>
  /** Numbers of the first kept and of the last event; 0 and 0 when there is none. */
  bounds(): Promise<{ first: number; last: number }>
  /** Calls back after each commit that added events; gives back how to stop. */
  onNew(listener: () => void): () => void
}
export type FeedEvent = {
  no: number
  at: number
  type: string
  subject: string
  roles: readonly Role[]
  /** what the table of rights asks of the case that it is of, when it is of one */
  of?: CaseSubject | undefined
}

export type Watcher = {
  /** number of the last event that the watcher has; null to begin with the next one */
  from: number | null
  /** who watches, as of the last heartbeat */
  person: Person
  /** who the watcher's token is now, if it still holds; asked at each heartbeat */
  still: () => Promise<Person | null>
  signal: AbortSignal
  /** called once, when the stream ended for whatever reason */
  onEnd: () => void
}

/** Events that are of a case, each of which is for those alone who find that case. */
export const CASE_EVENTS: ReadonlySet<string> = new Set(['case.changed', 'case.due'])

function isFor(person: Person, { type, roles, of }: FeedEvent): boolean {
  if (!roles.some(role => person.roles.includes(role))) return false
  if (!CASE_EVENTS.has(type)) return true
  return of === undefined ? scopesOf(person, 'case.list').includes('all') : can(person, 'case.list', of).ok
}

const encoder = new TextEncoder()
const RETRY_MS = 3000

function written({ no, at, type, subject }: FeedEvent): string {
  const data = JSON.stringify({ no, at: new Date(at).toISOString(), type, subject })
  return `id: ${no}\nevent: ${type}\ndata: ${data}\n\n`
}

/** Opens the stream of one watcher, in the `text/event-stream` format. */
export function openEventStream(
  feed: EventFeed,
  watcher: Watcher,
  clock: Clock,
  limits: Pick<HttpLimits, 'eventPage' | 'heartbeatSeconds'>,
): ReadableStream<Uint8Array> {
  let cursor = -1
  let fresh = true
  let ended = false
  let cancelled = false
  let checkedAt = clock.now()
  let person = watcher.person
  let wake: () => void = () => undefined
  const stopListening = feed.onNew(() => {
    fresh = true
    wake()
  })
  const end = () => {
    if (ended) return
    ended = true
    stopListening()
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

  /** Asks at most once per heartbeat whether the token still holds, so that a revoked one ends its streams. */
  async function holds(): Promise<boolean> {
    if (clock.now() - checkedAt < limits.heartbeatSeconds * 1000) return true
    checkedAt = clock.now()
    const now = await watcher.still()
    person = now ?? person
    return now !== null
  }

  /** The opening lines; a watcher whose place is no longer kept is told to read everything anew. */
  async function opening(): Promise<string> {
    const { first, last } = await feed.bounds()
    const known = watcher.from !== null && watcher.from <= last && watcher.from >= first - 1
    cursor = known && watcher.from !== null ? watcher.from : last
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
      const visible = events.filter(event => isFor(person, event))
      if (visible.length > 0) return (await holds()) ? visible.map(written).join('') : null
      if (events.length > 0) fresh = true
      if (await rest()) return (await holds()) ? ': still here\n\n' : null
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
