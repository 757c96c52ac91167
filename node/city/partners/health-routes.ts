/** HTTP route of the health of a partner: how it is, what is wrong, and how it was. */
import * as z from 'zod'
import { DivisionCode } from '../../../protocol/primitives.ts'
import { describeProblem, ProblemInWords } from '../../edges/http/problem-in-words.ts'
import { type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Health } from './health.ts'
import type { Finding } from './judge-health.ts'
import { STEP_NAMES, STEPS } from './samples.ts'

const Ms = z.number().nullable()
const Days = z.number().int().nullable()

const Now = z.strictObject({
  at: Time,
  connected: z.boolean(),
  seenAt: Time.nullable().describe('when anything came of the partner last'),
  roundTripMs: Ms,
  waiting: z.number().int().describe('packets without a receipt'),
  oldestMs: z.number().describe('how long the oldest of them has waited'),
  materials: z.number().int().describe('materials to fetch from the partner'),
  oldestMaterialMs: z.number(),
  aheadMs: Ms.describe("how far the partner's clock is ahead; null when nothing told it since the node started"),
  certificateDays: Days,
  delegationDays: Days,
  breaker: z.enum(['closed', 'open']),
})

const Point = z.strictObject({
  at: Time.describe('when the step began'),
  samples: z.number().int(),
  connected: z.number().int().describe('samples in which it was connected'),
  breakerOpen: z.number().int(),
  roundTripMs: Ms.describe('mean'),
  roundTripMost: Ms,
  waiting: z.number().int().describe('most within the step'),
  oldestMs: z.number(),
  materials: z.number().int(),
  aheadMs: Ms.describe('the one farthest from 0'),
  certificateDays: Days,
  delegationDays: Days,
  seenAt: Time.nullable(),
})

const FindingAnswer = ProblemInWords.extend({ level: z.enum(['warn', 'fail']) })

const toFinding = ({ level, problem, act }: Finding): z.input<typeof FindingAnswer> => ({
  level,
  ...describeProblem(problem, act),
})

export const healthRoutes = (health: Health, clock: Clock): RouteModule => ({
  tag: 'Partner health',
  description: 'Health of partners over time (合作城市健康): sampled every minute, kept for 90 days, thinned with age.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/health',
      id: 'getPartnerHealth',
      summary: 'How a partner is now, what is wrong and who must act, and how it was',
      description: 'Steps of a minute are kept for a day, of an hour for 14 days, of a day for 90 days.',
      action: 'reference.read',
      params: z.strictObject({ code: DivisionCode }),
      query: z.strictObject({
        step: z.enum(STEP_NAMES).default('hour'),
        from: z.iso.datetime({ offset: true }).optional().describe('all that is kept, unless given'),
      }),
      answer: z.strictObject({ now: Now, findings: z.array(FindingAnswer), items: z.array(Point) }),
      problems: ['partner.unknown'],
      handle: async ({ params, query }) => {
        const from = query.from === undefined ? clock.now() - STEPS[query.step].kept : Date.parse(query.from)
        const { now, findings, points } = await health.of(params.code, query.step, from)
        return {
          now: { ...now, at: time(now.at), seenAt: timeOrNull(now.seenAt) },
          findings: findings.map(toFinding),
          items: points.map(point => ({ ...point, at: time(point.at), seenAt: timeOrNull(point.seenAt) })),
        }
      },
    })
  },
})
