/** Which events a watcher chooses of those that it may hear of: fields of the query, each one name or several between commas. */
import * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'
import { fieldProblem } from '../../kernel/fields.ts'
import type { Person } from '../../kernel/person.ts'
import { cityOf, type FeedEvent, type LiveEvent } from '../../kernel/records/event-feed.ts'
import { EVENT_ACTIONS } from '../../kernel/records/events.ts'
import { HTTP_LIMITS } from './limits.ts'

/** Types that a stream may have. */
const TYPES: readonly string[] = [...Object.keys(EVENT_ACTIONS), 'presence.changed']

const names = (of: string) =>
  z.string().min(1).max(4096).optional().describe(`${of}; several between commas, ${HTTP_LIMITS.eventFilter} at most`)

export const FILTER_FIELDS = {
  type: names('Types, such as `case.changed`'),
  kind: names('Kinds of packets, such as `case.decide`, or what was done here, `case.assigned`'),
  city: names('Division codes of the other city'),
  role: z.enum(['collecting', 'handling']).optional().describe('What this city is in the case'),
  window: names('Windows that took the case'),
  assignee: names('Accounts that work on the case; `me` for the own one, `none` for nobody'),
  item: names('Codes of items'),
  case: names('Threads of cases'),
} as const
type Field = keyof typeof FILTER_FIELDS
export type FilterQuery = { [F in Field]?: string | undefined }

type Told = FeedEvent | LiveEvent
/** What an event has in each field; undefined when it has nothing there, which no filter of that field lets through. */
const VALUES: Readonly<Record<Field, (event: Told, person: Person) => readonly (string | undefined)[]>> = {
  type: ({ type }) => [type],
  kind: event => ['no' in event ? (event.kind ?? undefined) : undefined],
  city: event => [cityOf(event)],
  role: ({ of }) => [of?.role],
  window: ({ of }) => [of?.window ?? undefined],
  assignee: ({ of }, { id }) =>
    of === undefined ? [] : of.assignee === null ? ['none'] : [of.assignee, of.assignee === id ? 'me' : undefined],
  item: ({ of }) => [of?.item],
  case: ({ of, subject }) => [of === undefined ? undefined : subject],
}
const FIELDS = Object.keys(VALUES) as Field[]

const wrong = (field: Field, reason: string, zh: string) =>
  new ProblemError('request.invalid', `query: ${field}: ${reason}`, { errors: [fieldProblem(field, reason, zh)] })

/** The filter of a query. Problem: `request.invalid` with the field. */
export function filterOf(query: FilterQuery): (event: Told, person: Person) => boolean {
  const chosen = FIELDS.flatMap(field => {
    const text = query[field]
    if (text === undefined) return []
    const list = text.split(',')
    if (list.length > HTTP_LIMITS.eventFilter)
      throw wrong(field, `more than ${HTTP_LIMITS.eventFilter} names`, '名称过多')
    if (list.includes('')) throw wrong(field, 'an empty name', '名称为空')
    if (field === 'type' && list.some(name => !TYPES.includes(name)))
      throw wrong(field, `one of: ${TYPES.join(', ')}`, `取值为：${TYPES.join(', ')}`)
    return [{ values: VALUES[field], names: new Set<string | undefined>(list) }]
  })
  return (event, person) =>
    chosen.every(({ values, names }) => values(event, person).some(value => value !== undefined && names.has(value)))
}
