/**
 * Events as watchers are told of them: beside what changed, the facts by which each hears of their own alone, and chooses. Who hears what
 * is one pure function, so that an event is read once for all who watch.
 */
import { can, scopesOf } from '../../../protocol/rights/can.ts'
import { type CaseFacts, type DraftFacts, worksOn } from '../case-rights.ts'
import type { Person } from '../person.ts'
import type { EventLog, EventRow } from './events.ts'

export type FeedEvent = EventRow & {
  /** of the case that it is of, when it is of one that is here */
  of?: CaseFacts | undefined
  /** of the draft that it is of, when that is still here */
  draft?: DraftFacts | undefined
}

/** The event log as its watchers read it. */
export interface EventFeed extends Pick<EventLog, 'bounds' | 'onNew'> {
  /** Events after `no`, oldest first. */
  after(no: number, limit: number): Promise<readonly FeedEvent[]>
}

/** What is so now and never was written: it has no number, and is told to those who watch. */
export type LiveEvent = {
  type: 'presence.changed'
  /** ms */
  at: number
  /** thread of a case */
  subject: string
  of: CaseFacts | undefined
  data: Readonly<Record<string, unknown>>
}

export interface LiveFeed {
  /** What is so now, for one who begins to watch. */
  now(): Promise<readonly LiveEvent[]>
  /** Calls back with what became so; gives back how to stop. */
  onChange(listener: (event: LiveEvent) => void): () => void
}

/** Events that are of a case, each of which is for those alone who find that case. */
export const CASE_EVENTS: ReadonlySet<string> = new Set(['case.changed', 'case.due', 'presence.changed'])
/** Events whose subject is a city. */
const CITY_EVENTS: ReadonlySet<string> = new Set([
  'partner.changed',
  'partner.connected',
  'partner.lost',
  'list.changed',
])

const finds = (person: Person, of: CaseFacts | undefined): boolean =>
  of === undefined ? scopesOf(person, 'case.list').includes('all') : can(person, 'case.list', of).ok

/** Whether a person hears of it: by the table of rights, within the cases that they find. */
export function hears(person: Person, event: FeedEvent | LiveEvent): boolean {
  if (!('no' in event)) return finds(person, event.of)
  if (!event.roles.some(role => person.roles.includes(role))) return false
  if (event.person !== null && event.person !== person.id) return false
  if (event.draft !== undefined) return worksOn(person, event.draft)
  return !CASE_EVENTS.has(event.type) || finds(person, event.of)
}

/** The city that it is about, beside the own one; undefined when it is about none. */
export const cityOf = ({ type, subject, of }: Pick<FeedEvent, 'type' | 'subject' | 'of'>): string | undefined =>
  of?.city ?? (CITY_EVENTS.has(type) ? subject : undefined)
