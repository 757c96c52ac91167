/** HTTP routes of partners: invite (list, cancel, QR code), accept, confirm, reject, suspend, resume, list, test. */
import * as z from 'zod'
import { DivisionCode, Sha256, ThreadId } from '../../protocol/primitives.ts'
import { PROBLEMS } from '../../protocol/problem.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../http/route.ts'
import { HOP_NAMES, HOPS, type Hop } from './hops.ts'
import { INVITE_HOURS } from './invites.ts'
import type { PartnerTests } from './partner-tests.ts'
import type { Partner, Partners } from './partners.ts'
import type { PartnerTest } from './test-records.ts'

const PartnerAnswer = z.strictObject({
  code: DivisionCode,
  name: z.string(),
  status: z.enum(['pending', 'active', 'suspended']),
  fingerprint: Sha256.describe('SHA-256 of the city certificate'),
  words: z.array(z.string()).describe('verification words (核对词): both administrators must see the same'),
  addresses: z.array(z.string()),
  pairedAt: Time,
  confirmedAt: Time.nullable(),
  seenAt: Time.nullable(),
  connected: z.boolean(),
  problem: z
    .strictObject({ code: z.string(), detail: z.string().optional() })
    .nullable()
    .describe('why delivery does not proceed'),
  failures: z.number().int(),
  breaker: z.enum(['closed', 'open']),
  nextTryAt: Time.nullable(),
})

const toAnswer = ({ pairedAt, confirmedAt, seenAt, delivery, ...partner }: Partner): z.input<typeof PartnerAnswer> => ({
  ...partner,
  pairedAt: time(pairedAt),
  confirmedAt: timeOrNull(confirmedAt),
  seenAt: timeOrNull(seenAt),
  connected: delivery?.connected ?? false,
  problem: delivery?.problem ?? null,
  failures: delivery?.failures ?? 0,
  breaker: delivery?.breaker ?? 'closed',
  nextTryAt: timeOrNull(delivery?.nextTryAt ?? null),
})

const HopAnswer = z.strictObject({
  hop: z.enum(HOP_NAMES),
  en: z.string(),
  zh: z.string(),
  state: z.enum(['waiting', 'running', 'ok', 'failed', 'skipped']),
  ms: z.number().nullable(),
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.null()])).describe('what the hop measured'),
  problem: z
    .strictObject({
      code: z.string(),
      detail: z.string().optional(),
      en: z.string(),
      zh: z.string(),
      act: z.enum(['you', 'partner', 'operator']).describe('who must act'),
      cure: z.string(),
    })
    .nullable(),
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
  problem: problem === null ? null : { ...problem, ...named(problem.code), act: act ?? PROBLEMS[problem.code].act },
})
const named = (code: keyof typeof PROBLEMS) => {
  const { en, zh, cure } = PROBLEMS[code]
  return { en, zh, cure }
}

const toTest = ({ begunAt, endedAt, hops, ...test }: PartnerTest): z.input<typeof TestAnswer> => ({
  ...test,
  hops: hops.map(toHop),
  begunAt: time(begunAt),
  endedAt: timeOrNull(endedAt),
})

const params = z.strictObject({ code: DivisionCode })
const inviteParams = z.strictObject({ id: Sha256 })
const READERS = ['administrator', 'clerk', 'integrator', 'auditor'] as const

export const partnerRoutes = (partners: Partners, tests: PartnerTests): RouteModule => ({
  tag: 'Partners',
  description:
    'Partner cities (合作城市), paired by invite: no centre, and both administrators compare the same words.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/invites',
      id: 'createInvite',
      summary: 'Make an invite for one partner city, to be used once',
      roles: ['administrator'],
      body: z.strictObject({ hours: z.number().int().min(1).max(INVITE_HOURS.most).default(INVITE_HOURS.default) }),
      answer: z.strictObject({
        id: Sha256.describe('names the invite in the list; no secret'),
        invite: z.string().describe('the invite as text'),
        link: z.string().describe('the invite as a link, the secret behind the `#`; the QR code holds it'),
        expiresAt: Time,
      }),
      status: 201,
      shownOnce: true,
      handle: async ({ body, person }) => {
        const { expiresAt, ...made } = await partners.invite(body.hours, actorOf(person))
        return { ...made, expiresAt: time(expiresAt) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/invites',
      id: 'listInvites',
      summary: 'Invites of the last month, without their secrets',
      roles: ['administrator', 'auditor'],
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            id: Sha256,
            state: z.enum(['open', 'used', 'expired', 'cancelled']),
            createdAt: Time,
            expiresAt: Time,
            usedBy: DivisionCode.nullable(),
          }),
        ),
      }),
      handle: async () => ({
        items: (await partners.invites()).map(({ createdAt, expiresAt, ...invite }) => ({
          ...invite,
          createdAt: time(createdAt),
          expiresAt: time(expiresAt),
        })),
      }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/invites/{id}/cancel',
      id: 'cancelInvite',
      summary: 'Take an open invite back',
      roles: ['administrator'],
      params: inviteParams,
      body: z.strictObject({}),
      answer: z.strictObject({ cancelled: z.literal(true) }),
      problems: ['request.not-found', 'request.conflict'],
      handle: async input => {
        await partners.cancelInvite(input.params.id, actorOf(input.person))
        return { cancelled: true as const }
      },
    })
    api.download({
      path: '/api/v1/invites/{id}/qr',
      id: 'getInvitePicture',
      summary: 'An open invite as a QR code: whoever sees it can use it',
      roles: ['administrator'],
      params: inviteParams,
      gives: { types: ['image/svg+xml'], description: 'the link of the invite as a QR code' },
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params: { id } }) => ({ type: 'image/svg+xml', body: await partners.invitePicture(id) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/partners/accept',
      id: 'acceptInvite',
      summary: "Accept a partner city's invite; then compare the words and confirm",
      roles: ['administrator'],
      body: z.strictObject({ invite: z.string().min(1).max(8192) }),
      answer: PartnerAnswer,
      status: 201,
      seconds: 60,
      problems: [
        'invite.malformed',
        'invite.expired',
        'invite.used',
        'invite.cancelled',
        'invite.rejected',
        'certificate.mismatch',
        'exchange.unreachable',
      ],
      handle: async ({ body, person }) => toAnswer(await partners.accept(body.invite, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners',
      id: 'listPartners',
      summary: 'All partner cities with the state of delivery to them',
      roles: READERS,
      answer: z.strictObject({ items: z.array(PartnerAnswer) }),
      handle: async () => ({ items: (await partners.list()).map(toAnswer) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}',
      id: 'getPartner',
      summary: 'One partner city, with a round trip measured now',
      roles: READERS,
      params,
      answer: PartnerAnswer.extend({ roundTripMs: z.number().nullable() }),
      problems: ['partner.unknown'],
      handle: async input => {
        const { roundTrip, ...partner } = await partners.get(input.params.code)
        return { ...toAnswer(partner), roundTripMs: roundTrip }
      },
    })
    for (const [verb, summary] of [
      ['confirm', 'The words are the same: begin to exchange'],
      ['suspend', 'Exchange nothing until resumed; what waits stays'],
      ['resume', 'Exchange again'],
    ] as const) {
      api.operation({
        method: 'post',
        path: `/api/v1/partners/{code}/${verb}`,
        id: `${verb}Partner`,
        summary,
        roles: ['administrator'],
        params,
        body: z.strictObject({}),
        answer: PartnerAnswer,
        problems: ['partner.unknown', 'request.conflict'],
        handle: async input => toAnswer(await partners[verb](input.params.code, actorOf(input.person))),
      })
    }
    api.operation({
      method: 'post',
      path: '/api/v1/partners/{code}/reject',
      id: 'rejectPartner',
      summary: 'The words differ, or nobody asked for it: forget the pairing',
      roles: ['administrator'],
      params,
      body: z.strictObject({}),
      answer: z.strictObject({ rejected: z.literal(true) }),
      problems: ['partner.unknown', 'request.conflict'],
      handle: async input => {
        await partners.reject(input.params.code, actorOf(input.person))
        return { rejected: true as const }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/partners/{code}/test',
      id: 'testPartner',
      summary: 'Try the whole way to a partner: connection, identity, list, packet, material, receipt, evidence',
      description:
        'Answers at once; the test goes on by itself, each hop tells the event `test.changed`, and `GET …/tests/{no}` shows it. No agreement and no approval system is needed, and nothing of it is kept but its result.',
      roles: ['administrator'],
      params,
      body: z.strictObject({}),
      answer: TestAnswer,
      status: 202,
      problems: ['partner.unknown', 'partner.inactive', 'request.conflict', 'request.rate'],
      handle: async input => toTest(await tests.begin(input.params.code, actorOf(input.person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/tests',
      id: 'listPartnerTests',
      summary: 'The last 50 tests of a partner and the last 50 that it began, the newest first',
      roles: READERS,
      params,
      answer: z.strictObject({ items: z.array(TestAnswer) }),
      handle: async input => ({ items: (await tests.list(input.params.code)).map(toTest) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/tests/{no}',
      id: 'getPartnerTest',
      summary: 'One test, also while it runs',
      roles: READERS,
      params: z.strictObject({ code: DivisionCode, no: z.coerce.number().int().min(1) }),
      answer: TestAnswer,
      problems: ['request.not-found'],
      handle: async input => toTest(await tests.get(input.params.code, input.params.no)),
    })
  },
})
