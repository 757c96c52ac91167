/** HTTP routes of purges: what would be deleted of a case, and deleting it before its day. */
import * as z from 'zod'
import { Day, ThreadId } from '../../../protocol/primitives.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, timeOrNull } from '../../edges/http/route.ts'
import type { Purges } from './purges.ts'

const params = z.strictObject({ thread: ThreadId })
const count = z.number().int()

export const purgeRoutes = (purges: Purges): RouteModule => ({
  tag: 'Purges',
  description:
    'Purge of personal data (清除个人信息): by itself after the days of the agreement; the signed packets stay, and the deletion is one of them.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/purge',
      id: 'previewPurge',
      summary: 'What a purge of the case would delete, when, and which backups still hold it',
      action: 'case.preview-purge',
      params,
      answer: z.strictObject({
        thread: ThreadId,
        purgeOn: Day.nullable().describe(
          'last day on which this city holds the data; null while the case is open, and at the city that handled it: that one keeps the file until somebody purges it',
        ),
        ended: z.boolean().describe('whether the case has ended: only then it can be purged'),
        purgedAt: Time.nullable(),
        bodies: count,
        materials: count.describe('files that no other case names'),
        drafts: count.describe('drafts left over when the case was submitted (遗留草稿)'),
        laterDrafts: count.describe(
          'drafts of the same applicant and item that were worked on since: a purge leaves them',
        ),
        projections: count.describe("entries of lists made from the bodies: the case's row, parcels, steps"),
        search: count.describe('keyed hashes by which a search finds the applicant'),
        backups: z.array(
          z.strictObject({
            folder: z.string(),
            at: z.string(),
            keys: z
              .string()
              .nullable()
              .describe('file of its keys, which the next backup replaces; null: it holds them until it is deleted'),
          }),
        ),
        problem: Why.nullable().describe('what stands in its way'),
      }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread } }) => {
        const { purgedAt, problem, ...preview } = await purges.preview(thread)
        return { ...preview, problem: tellWhy(problem), purgedAt: timeOrNull(purgedAt) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/purge',
      id: 'purgeCase',
      summary: 'Delete what this city holds of an ended case but for the signed packets, now',
      action: 'case.purge',
      params,
      body: z.strictObject({
        cause: z.enum(['request', 'law']).describe('申请人要求 (个人信息保护法 §47), 法律规定'),
      }),
      answer: z.strictObject({ bodies: count, materials: count, drafts: count }),
      status: 201,
      problems: ['thread.unknown', 'case.transition', 'request.conflict', 'partner.inactive'],
      handle: async ({ params: { thread }, body, person }) => purges.purge(thread, body.cause, actorOf(person)),
    })
  },
})
