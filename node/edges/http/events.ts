/** `GET /api/v1/events`: what changed, as server-sent events. */
import * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'
import { rolesFor } from '../../../protocol/rights/can.ts'
import { fieldProblems, fieldsDetail } from '../../kernel/fields.ts'
import type { EventFeed, LiveFeed } from '../../kernel/records/event-feed.ts'
import { callerOf, type Edge, type Registry } from './env.ts'
import { FILTER_FIELDS, filterOf } from './event-filter.ts'
import { openEventStream } from './event-stream.ts'
import { createEventTail } from './event-tail.ts'
import type { Observer } from './observe.ts'
import { ProblemBody } from './problem.ts'

const EventsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('Number of the last event seen; `Last-Event-ID` goes before it. Without both, only new events come'),
  ...FILTER_FIELDS,
})

/** Streams are opened again by themselves. */
const WATCH = { id: 'watchEvents', action: 'self.use', unsafe: false, background: true } as const

/** What is told to those who watch. */
export type Watched = { feed: EventFeed; live: LiveFeed }

export function addEvents(edge: Edge, { feed, live }: Watched, observer: Observer, draining: AbortSignal): void {
  const { app, admission, clock, limits } = edge
  const watched: Watched = { feed: createEventTail(feed), live }
  const open = new Map<string, number>()
  let total = 0

  const count = (person: string, by: 1 | -1) => {
    total += by
    const own = (open.get(person) ?? 0) + by
    if (own === 0) open.delete(person)
    else open.set(person, own)
    observer.streams(total)
  }

  app.get('/api/v1/events', async c => {
    c.set('route', '/api/v1/events')
    const caller = callerOf(c)
    const person = await admission.person(caller, WATCH)
    c.set('personId', person.id)
    const query = EventsQuery.safeParse(c.req.query())
    if (!query.success) {
      const errors = fieldProblems(query.error, c.req.query())
      throw new ProblemError('request.invalid', `query: ${fieldsDetail(errors)}`, { errors })
    }
    const wants = filterOf(query.data)
    const last = c.req.header('last-event-id') ?? query.data.after
    if (last !== undefined && !/^\d{1,15}$/.test(last)) throw new ProblemError('request.invalid', 'Last-Event-ID')
    if (total >= limits.eventStreams || (open.get(person.id) ?? 0) >= limits.eventStreamsPerPerson)
      throw new ProblemError('request.rate', 'too many open event streams')
    count(person.id, 1)
    const stream = openEventStream(
      watched,
      {
        from: last === undefined ? null : Number(last),
        person,
        wants,
        still: () => admission.still(caller, WATCH),
        signal: AbortSignal.any([draining, c.req.raw.signal]),
        onEnd: () => count(person.id, -1),
      },
      clock,
      limits,
    )
    return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
  })

  edge.descriptions.push(describe)
}

function describe(registry: Registry): void {
  registry.registerPath({
    method: 'get',
    path: '/api/v1/events',
    operationId: 'watchEvents',
    summary: 'What changed, as server-sent events',
    description:
      'Each event has a number as its id, a type such as `case.changed`, and as data `{no, at, type, subject}` with the id ' +
      'of what changed; those of cases have `kind` of the step, `city`, `role`, `item`, `window` and `assignee` too. The fields of the query choose among those that ' +
      'one may hear of: an event comes when it fits all of them. `presence.changed` has no number and no `no`: it tells who looks at a case now. `account.changed` ' +
      'says that the own account may something else. An event `reset` says that the place asked for is no longer kept: read everything anew.',
    tags: ['events'],
    security: [{ bearer: [] }, { session: [] }],
    'x-action': WATCH.action,
    'x-roles': rolesFor(WATCH.action),
    request: { query: EventsQuery },
    responses: {
      200: { description: 'Events without end', content: { 'text/event-stream': { schema: z.string() } } },
      default: { description: 'Problem', content: { 'application/problem+json': { schema: ProblemBody } } },
    },
  })
}
