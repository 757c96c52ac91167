/** HTTP routes of work queues: how many cases each has, and which, of oneself and of colleagues; messages that were read. */
import * as z from 'zod'
import { STATES, type State } from '../../../protocol/case/table.ts'
import { DivisionCode, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../../edges/http/page.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import type { Person } from '../../kernel/person.ts'
import { casesOf } from '../cases/rights.ts'
import { Case, toAnswer } from '../cases/routes.ts'
import { LEVELS } from '../cases/rows.ts'
import { type Asker, BOX_LIMITS, BOXES, type BoxFilter, QUEUE_NAMES } from './boxes.ts'
import type { Colleagues } from './colleagues.ts'
import type { Queues } from './queues.ts'
import type { Unread } from './unread.ts'

const states = Object.keys(STATES) as [State, ...State[]]
const ME = 'me'
const NOBODY = 'nobody'

/** What is wanted of a queue, as query or body. */
export const boxFields = {
  window: text(200).optional().describe('whose `window` queue; without it those at which one works'),
  role: z.enum(['collecting', 'handling']).optional().describe('what this city is in the case'),
  partner: DivisionCode.optional(),
  item: text(50).optional().describe('code'),
  department: text(50).optional().describe('code of the department that handles it here: organ of the item'),
  state: z.enum(states).optional(),
  level: z.enum(LEVELS).optional().describe('of `due`: what is due first, by either city'),
  ownLevel: z.enum(LEVELS).optional().describe('of `ownDue`: what this city itself must do first'),
  assignee: text(100).optional().describe('account; `me`, or `nobody`'),
}
type Wanted = z.output<z.ZodObject<typeof boxFields>>

/** The filter of a query; `me` is whoever asks. */
export function filterOf({ window: _, assignee, ...wanted }: Wanted, person: Pick<Person, 'id'>): BoxFilter {
  if (assignee === undefined) return wanted
  return { ...wanted, assignee: assignee === NOBODY ? null : assignee === ME ? person.id : assignee }
}

/** Whoever asks, the windows whose queue is theirs, and the cases that they find. */
export const askerOf = (person: Person, window: string | undefined): Asker => ({
  person: person.id,
  windows: window === undefined ? (person.windows ?? undefined) : [window],
  sees: casesOf(person, 'case.list'),
})

const Count = {
  count: z.number().int().min(0).max(BOX_LIMITS.counted),
  more: z.boolean().describe(`there are more than ${BOX_LIMITS.counted}, where counting ends`),
}

const Counted = z.strictObject({ queue: z.enum(QUEUE_NAMES), title: z.string(), ...Count })
const inOrder = (counts: Awaited<ReturnType<Queues['counts']>>) =>
  QUEUE_NAMES.flatMap(queue => {
    const count = counts[queue]
    return count === undefined ? [] : [{ queue, title: BOXES[queue].zh, ...count }]
  })

export const queueRoutes = (
  queues: Pick<Queues, 'counts' | 'page' | 'total'>,
  unread: Unread,
  colleagues: Colleagues,
): RouteModule => ({
  tag: 'Queues',
  description: `Work queues (待办队列) of cases. ${QUEUE_NAMES.map(name => `\`${name}\` ${BOXES[name].zh}: ${BOXES[name].en}`).join('; ')}.`,
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/queues',
      id: 'countQueues',
      summary: 'How many cases are in each queue; `window` only of a window that is named, or at which one works',
      action: 'case.list',
      query: z.strictObject(boxFields),
      answer: z.strictObject({
        items: z.array(Counted),
        cap: z.number().int().describe('where counting ends'),
      }),
      handle: async ({ query, person }) => {
        const counts = await queues.counts(askerOf(person, query.window), filterOf(query, person))
        // Without a window its queue has no cases to count, which is not none.
        return { items: inOrder(counts), cap: BOX_LIMITS.counted }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/queues/{queue}',
      id: 'readQueue',
      summary: 'Cases of a queue, what is due first first, and how many there are; `done`: what ended last first',
      action: 'case.list',
      params: z.strictObject({ queue: z.enum(QUEUE_NAMES) }),
      query: z.strictObject({ ...pageQuery, ...boxFields }),
      answer: pageOf(Case).extend({ total: z.strictObject(Count).describe('of all pages') }),
      problems: ['request.invalid'],
      handle: async ({ params: { queue }, query: { limit, cursor, ...wanted }, person }) => {
        const after = decodeCursor(Place, cursor)
        const asker = askerOf(person, wanted.window)
        const filter = filterOf(wanted, person)
        const { cases, next } = await queues.page(queue, asker, limit, after, filter)
        return {
          items: cases.map(toAnswer),
          next: next === null ? null : encodeCursor(next),
          total: await queues.total(queue, asker, filter),
        }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/colleagues/queues',
      id: 'listColleagueQueues',
      summary: 'The queues of each colleague, and of nobody: of the cases that one may assign',
      action: 'case.assign',
      query: z.strictObject(pageQuery),
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            id: z.string().nullable().describe('account; null: nobody, on the first page'),
            name: z.string().nullable(),
            queues: z.array(Counted),
          }),
        ),
        next: z.string().nullable().describe('Cursor of the next page; null on the last one'),
        cap: z.number().int().describe('where counting ends'),
      }),
      handle: async ({ query: { limit, cursor }, person }) => {
        const after = decodeCursor(z.tuple([z.number().int(), z.string()]), cursor)
        const { items, next } = await colleagues.page(person, limit, after)
        return {
          items: items.map(({ id, name, counts }) => ({ id, name, queues: inOrder(counts) })),
          next: next === null ? null : encodeCursor(next),
          cap: BOX_LIMITS.counted,
        }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/read',
      id: 'readMessages',
      summary: 'Note that the messages of the other city were read (已读), through the packet that was shown last',
      description: 'What came after that packet stays unread.',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId }),
      body: z.strictObject({ through: Sha256.describe('id of a packet of the case') }),
      answer: Case,
      problems: ['thread.unknown', 'request.not-found'],
      handle: async ({ params: { thread }, body: { through }, person }) =>
        toAnswer(await unread.read(thread, through, actorOf(person))),
    })
  },
})

/** Place of a page of a queue. */
export const Place = z.tuple([z.union([z.string(), z.number()]), z.number().int()])
