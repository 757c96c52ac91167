/** HTTP routes of partner tests: begin one, and look at those that ran or run. */
import * as z from 'zod'
import { DivisionCode, ThreadId } from '../../../protocol/primitives.ts'
import { describeProblem, ProblemInWords } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { HOP_NAMES, HOPS, type Hop } from './hops.ts'
import type { PartnerTests } from './partner-tests.ts'
import type { PartnerTest } from './test-records.ts'

const HopAnswer = z.strictObject({
  hop: z.enum(HOP_NAMES),
  en: z.string(),
  zh: z.string(),
  state: z.enum(['waiting', 'running', 'ok', 'failed', 'skipped']),
  ms: z.number().nullable(),
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.null()])).describe('what the hop measured'),
  problem: ProblemInWords.nullable(),
})

const TestAnswer = z.strictObject({
  no: z.number().int(),
  partner: DivisionCode,
  direction: z.enum(['out', 'in']).describe('`out`: begun by this city; `in`: the partner tested this city'),
  thread: ThreadId,
  state: z.enum(['running', 'passed', 'failed']),
  hops: z.array(HopAnswer).describe('in their order; none of a test that the partner began'),
  begunAt: Time,
  endedAt: Time.nullable(),
})

const toHop = ({ problem, act, ...hop }: Hop): z.input<typeof HopAnswer> => ({
  ...hop,
  ...HOPS[hop.hop],
  problem: problem === null ? null : describeProblem(problem, act ?? undefined),
})

const toTest = ({ begunAt, endedAt, hops, ...test }: PartnerTest): z.input<typeof TestAnswer> => ({
  ...test,
  hops: hops.map(toHop),
  begunAt: time(begunAt),
  endedAt: timeOrNull(endedAt),
})

const params = z.strictObject({ code: DivisionCode })

export const testRoutes = (tests: PartnerTests): RouteModule => ({
  tag: 'Partner tests',
  description: 'Tests of partners (合作城市测试): the whole way to a partner, hop by hop, and who must act.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/partners/{code}/test',
      id: 'testPartner',
      summary: 'Try the whole way to a partner: connection, identity, list, packet, material, receipt, evidence',
      description:
        'Answers at once; the test goes on by itself, each hop tells the event `test.changed`, and `GET …/tests/{no}` shows it. No agreement and no approval system is needed, and nothing of it is kept but its result.',
      action: 'partner.manage',
      params,
      body: z.strictObject({}),
      answer: TestAnswer,
      status: 202,
      problems: ['partner.unknown', 'partner.inactive', 'certificate.revoked', 'request.conflict', 'request.rate'],
      handle: async input => toTest(await tests.begin(input.params.code, actorOf(input.person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/tests',
      id: 'listPartnerTests',
      summary: 'The last 50 tests of a partner and the last 50 that it began, the newest first',
      action: 'reference.read',
      params,
      answer: z.strictObject({ items: z.array(TestAnswer) }),
      handle: async input => ({ items: (await tests.list(input.params.code)).map(toTest) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/tests/{no}',
      id: 'getPartnerTest',
      summary: 'One test, also while it runs',
      action: 'reference.read',
      params: z.strictObject({ code: DivisionCode, no: z.coerce.number().int().min(1) }),
      answer: TestAnswer,
      problems: ['request.not-found'],
      handle: async input => toTest(await tests.get(input.params.code, input.params.no)),
    })
  },
})
