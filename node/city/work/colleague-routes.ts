/** HTTP routes of colleagues and of the hand-over of all that one of them has. */
import * as z from 'zod'
import { ThreadId, text } from '../../../protocol/primitives.ts'
import { isProblemCode } from '../../../protocol/problem.ts'
import { ROLES } from '../../../protocol/rights/roles.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import { HAND_OVER_LIMITS, type HandOver } from './hand-over.ts'

const Colleague = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    departments: z.array(z.string()).nullable().describe('null: every one'),
    windows: z.array(z.string()).nullable().describe('null: every one'),
  })
  .meta({ id: 'Colleague' })

export const colleagueRoutes = (handOver: HandOver): RouteModule => ({
  tag: 'Queues',
  description: 'Work queues (待办队列), search (检索) and statistics (统计) of cases.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/colleagues',
      id: 'listColleagues',
      summary: 'Accounts to which cases can be given (同事), oldest first',
      description: 'For whoever assigns: without staff numbers and phones, and without accounts that ended.',
      action: 'case.assign',
      query: z.strictObject(pageQuery),
      answer: pageOf(Colleague),
      handle: async ({ query: { limit, cursor } }) => {
        const place = decodeCursor(z.tuple([z.number(), z.string()]), cursor)
        const found = await handOver.colleagues(limit + 1, place)
        return toPage(
          found,
          limit,
          account => [account.createdAt, account.id],
          ({ id, name, roles, departments, windows }) => ({
            id,
            name,
            roles: [...roles],
            departments: departments === null ? null : [...departments],
            windows: windows === null ? null : [...windows],
          }),
        )
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/colleagues/{id}/hand-over',
      id: 'handOverWork',
      summary:
        'Move all open work of an account, as of somebody on leave or gone, to another in one act (移交全部工作)',
      description: `Up to ${HAND_OVER_LIMITS.cases} cases, due first first, and the drafts that the account alone could open. What is not moved stays where it is, and \`kept\` says why of each: \`request.precondition\` another has it by now (of \`threads\`), \`rights.scope\` it is not the caller's to assign, \`rights.assignee\` the receiver could not work on it.`,
      action: 'case.assign',
      params: z.strictObject({ id: text(100).describe('the account that has the work; it may have ended') }),
      body: z.strictObject({
        to: text(100).describe('id of the account, or `me`'),
        threads: z
          .array(ThreadId)
          .min(1)
          .max(HAND_OVER_LIMITS.cases)
          .optional()
          .describe('these of its cases alone, as a page showed them; left out: all, and its drafts'),
      }),
      answer: z.strictObject({
        cases: z.number().int().describe('moved'),
        drafts: z.number().int().describe('moved'),
        kept: z.array(
          z.strictObject({
            thread: ThreadId,
            problem: z.string().refine(isProblemCode),
            assignee: z.string().nullable().describe('who has it'),
          }),
        ),
        others: z
          .number()
          .int()
          .describe('not moved, and of no cases that the caller finds: another lead assigns them'),
        keptDrafts: z.number().int().describe('drafts that stay: the receiver takes none in, or holds too many'),
        more: z.boolean().describe('there are more: the same request goes on with them'),
      }),
      problems: ['request.not-found', 'rights.assignee'],
      handle: async ({ params: { id }, body: { to, threads }, person }) =>
        handOver.all(id, to === 'me' ? person.id : to, person, actorOf(person), threads && [...new Set(threads)]),
    })
  },
})
