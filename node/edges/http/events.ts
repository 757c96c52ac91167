/** `GET /api/v1/events`: what changed, as server-sent events. */
import * as z from 'zod'
import { fieldOf } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { rolesFor } from '../../../protocol/rights/can.ts'
import type { CaseRights } from '../../kernel/case-rights.ts'
import { fieldProblems } from '../../kernel/fields.ts'
import { callerOf, type Edge } from './env.ts'
import { CASE_EVENTS, type EventFeed, openEventStream } from './event-stream.ts'
import { createEventTail } from './event-tail.ts'
import type { Observer } from './observe.ts'
import { ProblemBody } from './problem.ts'

const EventsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('Number of the last event seen; `Last-Event-ID` goes before it. Without both, only new events come'),
})

const WATCH = { id: 'watchEvents', action: 'self.use', unsafe: false } as const

/** The feed, with what the table of rights asks of the cases of a page: one look for all of them, however many watch. */
function withCases(feed: EventFeed, { subjects }: CaseRights): EventFeed {
  return {
    bounds: () => feed.bounds(),
    onNew: listener => feed.onNew(listener),
    async after(no, limit) {
      const events = await feed.after(no, limit)
      const threads = new Set(events.filter(({ type }) => CASE_EVENTS.has(type)).map(({ subject }) => subject))
      if (threads.size === 0) return events
      const cases = await subjects([...threads])
      return events.map(event => (CASE_EVENTS.has(event.type) ? { ...event, of: cases.get(event.subject) } : event))
    },
  }
}

export function addEvents(edge: Edge, feed: EventFeed, observer: Observer, draining: AbortSignal): void {
  const { app, admission, caseRights, clock, limits } = edge
  const tail = createEventTail(withCases(feed, caseRights))
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
    if (!query.success)
      throw new ProblemError('request.invalid', `query: ${fieldOf(query.error)}`, {
        errors: fieldProblems(query.error, c.req.query()),
      })
    const last = c.req.header('last-event-id') ?? query.data.after
    if (last !== undefined && !/^\d{1,15}$/.test(last)) throw new ProblemError('request.invalid', 'Last-Event-ID')
    if (total >= limits.eventStreams || (open.get(person.id) ?? 0) >= limits.eventStreamsPerPerson)
      throw new ProblemError('request.rate', 'too many open event streams')
    count(person.id, 1)
    const stream = openEventStream(
      tail,
      {
        from: last === undefined ? null : Number(last),
        person,
        still: () => admission.still(caller, WATCH),
        signal: AbortSignal.any([draining, c.req.raw.signal]),
        onEnd: () => count(person.id, -1),
      },
      clock,
      limits,
    )
    return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
  })

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/v1/events',
    operationId: 'watchEvents',
    summary: 'What changed, as server-sent events',
    description:
      'Each event has a number as its id, a type such as `case.changed`, and as data `{no, at, type, subject}` with the id ' +
      'of what changed. An event `reset` says that the place asked for is no longer kept: read everything anew.',
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
