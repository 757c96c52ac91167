/** HTTP routes of search, assignment, statistics and the rebuild of what they read. */

import * as z from 'zod'
import { COUNTED } from '../../../protocol/case/counted.ts'
import { Mode } from '../../../protocol/case/kinds.ts'
import { STATES, type State } from '../../../protocol/case/table.ts'
import { Day, DivisionCode, ThreadId, text } from '../../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { PurposeField } from '../../edges/http/purpose.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import type { Person } from '../../kernel/person.ts'
import { actOn } from '../../kernel/store/acts.ts'
import { casesOf } from '../cases/rights.ts'
import { Case, toAnswer } from '../cases/routes.ts'
import { DIMENSIONS, hasDays, wantedOf } from './narrow.ts'
import { NUMBER, namesSomebody, type Queues } from './queues.ts'
import { GRAINS, STEPS, type Statistics, type Step } from './statistics.ts'

const states = Object.keys(STATES) as [State, ...State[]]

const ME = 'me'
const To = text(100).nullable().describe('id of the account; `me` for oneself; null: nobody')
const From = text(100)
  .nullable()
  .optional()
  .describe('who is expected to have it, as of `to`: with null it is claimed while nobody has it')
const idOf = <T extends string | null | undefined>(named: T, person: Person): T | string =>
  named === ME ? person.id : named

/** Fields of a search, as query or body. */
export const filter = {
  q: z
    .string()
    .max(200)
    .optional()
    .describe(
      "case number or its beginning, ID number, whole phone number or name of the applicant, phone of who acts for them, words of the item's name",
    ),
  partner: DivisionCode.optional(),
  item: text(50).optional(),
  mode: z.coerce.number().pipe(Mode).optional(),
  state: z.enum(states).optional(),
  role: z.enum(['collecting', 'handling']).optional(),
  window: text(200).optional(),
  department: text(50).optional().describe('code of the department that handles it here: organ of the item'),
  assignee: text(100).optional(),
  from: Day.optional().describe('submitted on this day or later'),
  to: Day.optional(),
}

/** Of which cases sums are wanted: those that fit all of these. */
export const narrowFields = {
  role: z.enum(['collecting', 'handling']).optional().describe('cases that this city took in, or decides'),
  partner: DivisionCode.optional(),
  item: text(50).optional().describe('code'),
  department: text(50).optional().describe('code of the department that decides here: organ of the item'),
}

const PERIOD = { day: /^\d{4}-\d\d-\d\d$/, month: /^\d{4}-\d\d$/, year: /^\d{4}$/ } as const
/** Days are many: those of a year at a time. */
const within = (grain: keyof typeof PERIOD, from: string, to: string): boolean =>
  grain !== 'day' || Date.parse(to) - Date.parse(from) <= 366 * 86_400_000
const Days = z.strictObject({ p50: z.number(), p95: z.number() }).nullable()
const Times = z.strictObject(
  Object.fromEntries(Object.entries(STEPS).map(([step, name]) => [step, Days.describe(name)])) as Record<
    Step,
    typeof Days
  >,
)

/** Whoever gives back what is theirs gives back nothing that went to another meanwhile. */
const given = (from: string | null | undefined, to: string | null, own: boolean, person: Person) =>
  from === undefined && to === null && own ? person.id : from

export const caseListRoutes = (
  queues: Queues,
  statistics: Statistics,
  rebuild: () => Promise<number>,
): RouteModule => ({
  tag: 'Queues',
  description: 'Search (检索), assignment (分派) and statistics (统计) of cases.',
  register(api) {
    /** Whether somebody takes a case, or gives back one of their own: anything else is to assign. */
    const ofOneself = async (thread: string, to: string | null, person: Person): Promise<boolean> =>
      to === person.id || (to === null && (await queues.assigneeOf(thread)) === person.id)
    api.operation({
      method: 'get',
      path: '/api/v1/cases',
      id: 'listCases',
      summary: 'Cases, or those that fit what is known of them (检索), last changed first',
      description:
        'Names, ID and phone numbers are found whole, by keyed hashes: no part of them is kept readable. A search by `q` leaves an audit row `cases.searched` with the cases that it found.',
      action: 'case.list',
      query: z.strictObject({
        ...pageQuery,
        ...filter,
        counted: z
          .enum(COUNTED)
          .optional()
          .describe(
            'cases that statistics count so, on a day from `from` to `to`, which are days of that then; a case may have two ratings',
          ),
        number: text(100).optional().describe('case number or local case number, whole'),
        numberPrefix: text(100).optional().describe(`its beginning, ${NUMBER.least} characters or more`),
        purpose: PurposeField,
      }),
      problems: ['rights.purpose'],
      answer: pageOf(Case),
      handle: async ({ query: { limit, cursor, purpose, ...wanted }, person, demandPurpose }) => {
        if (namesSomebody(wanted)) await demandPurpose('search', purpose)
        // Sums follow the cases: those behind a number are the same as it counted.
        if (wanted.counted !== undefined) await statistics.catchUp()
        const place = decodeCursor(z.tuple([z.number().int(), z.number().int()]), cursor)
        const before = place === null ? null : { updatedAt: place[0], no: place[1] }
        const rows = await queues.searchBy(actorOf(person), wanted, limit + 1, before, casesOf(person, 'case.list'))
        return toPage(rows, limit, row => [row.updatedAt, row.no], toAnswer)
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/assign',
      id: 'assignCase',
      summary: 'Give a case to an account, or to nobody',
      action: 'case.claim',
      params: z.strictObject({ thread: ThreadId }),
      body: z.strictObject({ to: To, from: From }),
      answer: Case,
      problems: ['thread.unknown', 'request.not-found'],
      guarded: true,
      versionOf: ({ version }) => version,
      handle: async ({ params: { thread }, body, person, seen, demand }) => {
        const to = idOf(body.to, person)
        const from = idOf(body.from, person)
        const own = await ofOneself(thread, to, person)
        if (!own) await demand('case.assign', thread)
        return toAnswer(await queues.assign(thread, to, actorOf(person), { from: given(from, to, own, person), seen }))
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/bulk/cases/assign',
      id: 'assignCases',
      summary: 'Give up to 200 cases to an account; each is told for itself',
      action: 'case.claim',
      body: z.strictObject({
        threads: z.array(ThreadId).min(1).max(200),
        to: To,
        from: From,
      }),
      answer: z.strictObject({
        items: z.array(z.strictObject({ thread: ThreadId, problem: z.string().nullable() })),
      }),
      handle: async ({ body, person, demand }) => {
        const to = idOf(body.to, person)
        const from = idOf(body.from, person)
        const assignOne = async (thread: string): Promise<unknown> => {
          const own = await ofOneself(thread, to, person)
          await demand(own ? 'case.claim' : 'case.assign', thread)
          const expected = { from: given(from, to, own, person) }
          return actOn(thread, () => queues.assign(thread, to, actorOf(person), expected), null)
        }
        const items: { thread: string; problem: string | null }[] = []
        for (const thread of new Set(body.threads))
          items.push({
            thread,
            problem: await assignOne(thread).then(
              () => null,
              (error: { problem?: { code?: string } }) => error.problem?.code ?? 'internal',
            ),
          })
        return { items }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/statistics',
      id: 'readStatistics',
      summary: 'Counts and times by day, month or year, and by role, partner, mode, item, window, department or flow',
      description:
        'Counts: submitted, accepted, decided, ended, on-time, late, rated, bad, followed-up, followed-late, `level.N`, `outcome.…`. Times in natural days, by the day on which the step was done: forward (submission to arrival), recheck (arrival to the first answer), supplement (notice to answer), mail (submission to originals mailed), accept (from submission), decide (from acceptance), send (decision to result sent), receive (sent to received), close (decision to end), whole; by day only accept, decide and whole of all cases; of items, windows and departments the rest by year. Items, windows and departments are counted by month and year, their submissions by day but for items. `window`: of this city, for what it took in; `department`: for what it decides, the first 18 places of the item code; `flow`: role and partner, with a space between, by month and year. Of cases that fit `role`, `partner`, `item` and `department`: two of these together are counted by month and year, the times other than accept, decide and whole by year.',
      action: 'statistics.read',
      query: z
        .strictObject({
          by: z.enum(DIMENSIONS).default('all'),
          grain: z.enum(GRAINS).default('month'),
          from: z
            .string()
            .max(10)
            .describe('first period, as the grain writes it: 2026-11-01, 2026-11 or 2026; days of a year at most'),
          to: z.string().max(10),
          key: text(200).optional().describe('one role, partner, mode, item or window'),
          ...narrowFields,
          total: z.stringbool().default(false).describe('one sum for the whole span, its period as `2026-01/2026-11`'),
        })
        .refine(query => wantedOf(query.by, query) !== null, {
          path: ['by'],
          message: 'modes and windows are counted of all cases alone',
        })
        .refine(query => query.grain !== 'day' || hasDays(query.by, query), {
          path: ['grain'],
          message: 'days are kept of all cases, or of one role, partner or department',
        })
        .refine(
          ({ grain, from, to }) => PERIOD[grain].test(from) && PERIOD[grain].test(to) && within(grain, from, to),
          {
            message: 'from and to are written as the grain: 2026-11-01, 2026-11, 2026; days of a year at most',
          },
        ),
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            period: z.string(),
            key: z.string(),
            counts: z.record(z.string(), z.number().int()),
            days: Times,
          }),
        ),
      }),
      problems: ['request.invalid'],
      handle: async ({ query }) => {
        await statistics.catchUp()
        const { by, from, to, key = null, total, role, partner, item, department } = query
        const narrow = { role, partner, item, department }
        const items = await statistics.sums(by, from, to, key, { narrow, total })
        return { items }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/rebuild',
      id: 'rebuildCases',
      summary: 'Write all lists, queues and statistics of cases anew from their threads',
      action: 'system.manage',
      body: z.strictObject({}),
      answer: z.strictObject({ cases: z.number().int() }),
      seconds: 3600,
      handle: async () => ({ cases: await rebuild() }),
    })
  },
})
