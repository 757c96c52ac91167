/** HTTP routes of bad ratings: what must be followed up until when, what was done, appeals and their answers. */
import * as z from 'zod'
import { VERDICTS } from '../../../../protocol/case/kinds.ts'
import { Day, DivisionCode, Sha256, ThreadId, text } from '../../../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import { TARGETS } from '../ratings.ts'
import { casesOf } from '../rights.ts'
import { type BadRating, type Evaluations, RATING_STATES, RESULT_NAMES, RESULTS, WAY_NAMES } from './evaluations.ts'

const params = z.strictObject({ thread: ThreadId })
const target = z.enum(TARGETS).describe('the window that took the case, or the department that decided it')
const Rating = z
  .strictObject({
    thread: ThreadId,
    caseNo: z.string(),
    item: z.strictObject({ code: z.string(), name: z.string() }),
    partner: DivisionCode,
    target,
    city: DivisionCode.describe('who must follow it up'),
    level: z.number().int().describe('4 不满意, 5 非常不满意'),
    realName: z.boolean().nullable().describe('实名: the applicant may be called back; null: was not said'),
    ratedAt: Time,
    due: Day.describe('last day to follow it up, by the agreement'),
    provisional: z.boolean().describe('past the holiday tables (暂定)'),
    urgency: z.enum(['green', 'yellow', 'red', 'overdue', 'answered']),
    answeredAt: Time.nullable(),
    appeal: Sha256.nullable().describe('packet of the appeal (申诉)'),
    appealedAt: Time.nullable(),
    appealAnsweredAt: Time.nullable(),
    verdict: z
      .enum(VERDICTS)
      .nullable()
      .describe('of the appeal: upheld, the rating counts nowhere; rejected, it stands; null: not said'),
    followUps: z.array(
      z.strictObject({ at: Time, actor: z.string(), way: z.enum(WAY_NAMES), result: z.enum(RESULT_NAMES) }),
    ),
  })
  .meta({ id: 'Rating' })

const toAnswer = ({ no, ratedAt, answeredAt, appealedAt, appealAnsweredAt, followUps, ...rest }: BadRating) => ({
  ...rest,
  ratedAt: time(ratedAt),
  answeredAt: timeOrNull(answeredAt),
  appealedAt: timeOrNull(appealedAt),
  appealAnsweredAt: timeOrNull(appealAnsweredAt),
  followUps: followUps.map(entry => ({ ...entry, at: time(entry.at) })),
})

const RESULT_WORDS = RESULT_NAMES.map(name => `${name} ${RESULTS[name].zh}`).join(', ')

export const evaluationRoutes = (evaluations: Evaluations): RouteModule => ({
  tag: 'Ratings',
  description: 'Bad ratings (差评) of both windows and their follow-up (回访、整改), appeals (申诉) and answers.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/ratings',
      id: 'listBadRatings',
      summary: 'Bad ratings by the day until which they must be followed up',
      action: 'case.list',
      query: z.strictObject({
        ...pageQuery,
        state: z.enum(RATING_STATES).default('open').describe('open: not answered; appealed: the appeal is not'),
        city: z
          .union([z.literal('own'), DivisionCode])
          .optional()
          .describe('whose window or department'),
      }),
      answer: pageOf(Rating),
      handle: async ({ query: { limit, cursor, ...filter }, person }) => {
        const after = decodeCursor(z.tuple([z.string(), z.number().int()]), cursor)
        return toPage(
          await evaluations.list(filter, limit + 1, after, casesOf(person, 'case.list')),
          limit,
          row => [row.due, row.no],
          toAnswer,
        )
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/follow-up',
      id: 'followUpRating',
      summary: 'Record what was done about a bad rating (回访、整改); what ends it is signed and sent',
      description: `Results: ${RESULT_WORDS}. unreached and in-progress stay here; mistaken signs the appeal, the others the answer.`,
      action: 'case.contribute',
      params,
      body: z.strictObject({
        target,
        way: z.enum(WAY_NAMES),
        result: z.enum(RESULT_NAMES),
        text: text(2000).optional().describe('the answer, or the reason of the appeal; needed when the result signs'),
        measure: text(2000).optional().describe('整改措施'),
      }),
      answer: Rating,
      status: 201,
      problems: [
        'thread.unknown',
        'case.transition',
        'case.author',
        'request.conflict',
        'exchange.recovering',
        'clock.own',
      ],
      handle: async ({ params: { thread }, body, person }) =>
        toAnswer(await evaluations.followUp(thread, body, actorOf(person))),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/answer-appeal',
      id: 'answerAppeal',
      summary: "Answer the partner's appeal against a bad rating (申诉复核答复)",
      action: 'case.contribute',
      params,
      body: z.strictObject({
        target,
        text: text(2000),
        measure: text(2000).optional(),
        verdict: z
          .enum(VERDICTS)
          .optional()
          .describe('left out only for a partner of before, which refuses an answer with one'),
      }),
      answer: Rating,
      status: 201,
      problems: ['thread.unknown', 'case.transition', 'case.author', 'exchange.recovering', 'clock.own'],
      handle: async ({ params: { thread }, body, person }) =>
        toAnswer(await evaluations.answerAppeal(thread, body, actorOf(person))),
    })
  },
})
