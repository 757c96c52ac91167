/** HTTP routes of partners: invite (list, cancel, QR code), accept, confirm, reject, suspend, resume, list. */
import * as z from 'zod'
import { DivisionCode, Sha256 } from '../../../protocol/primitives.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { INVITE_HOURS } from './invites.ts'
import type { Partner, Partners } from './partners.ts'

const PartnerAnswer = z
  .strictObject({
    code: DivisionCode,
    name: z.string(),
    status: z.enum(['pending', 'active', 'suspended']),
    fingerprint: Sha256.describe('SHA-256 of the city certificate'),
    words: z
      .array(z.string().nullable())
      .describe(
        "verification words (核对词) to read out to the partner's administrator, by place; null: one that this node asks for, read out by the partner's",
      ),
    asked: z
      .array(z.number().int().min(1).max(6))
      .describe('places, from 1, of the words that `confirm` asks for; empty when there is nothing to type'),
    vouched: z
      .string()
      .nullable()
      .describe(
        '`authority:` and the fingerprint of the accepted authority that issued the certificate, or `directory:` and the thumbprint of the operator whose directory names it: no words to compare',
      ),
    revoked: z
      .strictObject({ at: Time, reason: z.string() })
      .nullable()
      .describe('the directory of a federation revoked the certificate: nothing is exchanged until it pairs again'),
    addresses: z.array(z.string()),
    pairedAt: Time,
    confirmedAt: Time.nullable(),
    seenAt: Time.nullable(),
    connected: z.boolean(),
    problem: Why.nullable().describe('why delivery does not proceed'),
    failures: z.number().int(),
    breaker: z
      .enum(['closed', 'open'])
      .describe('open: it could not be dialled some times in a row, and only its packets are still tried'),
    breakerOpen: z
      .strictObject({ since: Time, nextTryAt: Time, problem: Why })
      .nullable()
      .describe('since when, when lists, materials and directories are tried next, and why the last dial failed'),
    nextTryAt: Time.nullable().describe('when packets are tried next'),
  })
  .meta({ id: 'Partner' })

const toAnswer = ({
  pairedAt,
  confirmedAt,
  seenAt,
  delivery,
  breaker,
  revoked,
  ...partner
}: Partner): z.input<typeof PartnerAnswer> => ({
  ...partner,
  revoked: revoked && { at: time(revoked.at), reason: revoked.reason },
  pairedAt: time(pairedAt),
  confirmedAt: timeOrNull(confirmedAt),
  seenAt: timeOrNull(seenAt),
  connected: delivery?.connected ?? false,
  problem: tellWhy(delivery?.problem ?? null),
  failures: delivery?.failures ?? 0,
  breaker: breaker === null ? 'closed' : 'open',
  breakerOpen: breaker && {
    ...breaker,
    problem: tellWhy(breaker.problem),
    since: time(breaker.since),
    nextTryAt: time(breaker.nextTryAt),
  },
  nextTryAt: timeOrNull(delivery?.nextTryAt ?? null),
})

const params = z.strictObject({ code: DivisionCode })
const inviteParams = z.strictObject({ id: Sha256 })

export const partnerRoutes = (partners: Partners): RouteModule => ({
  tag: 'Partners',
  description:
    'Partner cities (合作城市), paired by invite, where both administrators compare the same words, or by the directory (联盟名录) of a federation.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/invites',
      id: 'createInvite',
      summary: 'Make an invite for one city, to be used once and by no other',
      action: 'partner.manage',
      body: z.strictObject({
        for: DivisionCode.describe('the city that is invited'),
        hours: z.number().int().min(1).max(INVITE_HOURS.most).default(INVITE_HOURS.default),
      }),
      answer: z.strictObject({
        id: Sha256.describe('names the invite in the list; no secret'),
        invite: z.string().describe('the invite as text'),
        link: z.string().describe('the invite as a link, the secret behind the `#`; the QR code holds it'),
        expiresAt: Time,
      }),
      status: 201,
      shownOnce: true,
      problems: ['config.invalid', 'request.conflict'],
      handle: async ({ body, person }) => {
        const { expiresAt, ...made } = await partners.invite(body.for, body.hours, actorOf(person))
        return { ...made, expiresAt: time(expiresAt) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/invites',
      id: 'listInvites',
      summary: 'Invites of the last month, without their secrets',
      action: 'partner.oversee',
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            id: Sha256,
            for: DivisionCode.nullable().describe(
              'the city that is invited; null: made before invites were for one city',
            ),
            state: z.enum(['open', 'used', 'expired', 'cancelled']),
            createdAt: Time,
            expiresAt: Time,
            usedBy: DivisionCode.nullable(),
            wrong: z.number().int().describe('proofs that did not hold; the fifth cancels the invite'),
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
      action: 'partner.manage',
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
      action: 'partner.manage',
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
      action: 'partner.manage',
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
        'invite.recipient',
        'pairing.commitment',
        'certificate.mismatch',
        'certificate.authority',
        'exchange.unreachable',
      ],
      handle: async ({ body, person }) => toAnswer(await partners.accept(body.invite, actorOf(person))),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/partners/join',
      id: 'joinPartner',
      summary: 'Pair with a city that the directory of a trusted operator names; its administrator confirms',
      action: 'partner.manage',
      body: z.strictObject({ city: DivisionCode }),
      answer: PartnerAnswer,
      status: 201,
      seconds: 60,
      problems: [
        'directory.none',
        'certificate.mismatch',
        'certificate.authority',
        'certificate.revoked',
        'exchange.unreachable',
        'request.conflict',
      ],
      handle: async ({ body, person }) => toAnswer(await partners.join(body.city, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners',
      id: 'listPartners',
      summary: 'All partner cities with the state of delivery to them',
      action: 'reference.read',
      answer: z.strictObject({ items: z.array(PartnerAnswer) }),
      handle: async () => ({ items: (await partners.list()).map(toAnswer) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}',
      id: 'getPartner',
      summary: 'One partner city, with a round trip measured now',
      action: 'reference.read',
      params,
      answer: PartnerAnswer.extend({ roundTripMs: z.number().nullable() }),
      problems: ['partner.unknown'],
      handle: async input => {
        const { roundTrip, ...partner } = await partners.get(input.params.code)
        return { ...toAnswer(partner), roundTripMs: roundTrip }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/partners/{code}/retry',
      id: 'retryPartner',
      summary: 'Try to reach a partner now, without waiting for the next pause to end, and say how that went',
      action: 'partner.manage',
      looksUp: true,
      params,
      body: z.strictObject({}),
      answer: PartnerAnswer.extend({ roundTripMs: z.number().nullable() }),
      seconds: 60,
      problems: ['partner.unknown', 'partner.inactive'],
      handle: async input => {
        const { roundTrip, ...partner } = await partners.retry(input.params.code)
        return { ...toAnswer(partner), roundTripMs: roundTrip }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/partners/{code}/confirm',
      id: 'confirmPartner',
      summary:
        "Begin to exchange: type the words that this node asks for, as the partner's administrator reads them out",
      action: 'partner.manage',
      params,
      body: z.strictObject({
        words: z
          .array(z.string().max(40))
          .max(6)
          .default([])
          .describe(
            'the words at the places `asked`, in that order: whole, the character alone or the English word alone; the fifth wrong try rejects the pairing',
          ),
      }),
      answer: PartnerAnswer,
      problems: ['partner.unknown', 'request.conflict', 'pairing.words'],
      handle: async ({ params: { code }, body, person }) =>
        toAnswer(await partners.confirm(code, body.words, actorOf(person))),
    })
    for (const [verb, summary] of [
      ['suspend', 'Exchange nothing until resumed; what waits stays'],
      ['resume', 'Exchange again'],
    ] as const) {
      api.operation({
        method: 'post',
        path: `/api/v1/partners/{code}/${verb}`,
        id: `${verb}Partner`,
        summary,
        action: 'partner.manage',
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
      action: 'partner.manage',
      params,
      body: z.strictObject({}),
      answer: z.strictObject({ rejected: z.literal(true) }),
      problems: ['partner.unknown', 'request.conflict'],
      handle: async input => {
        await partners.reject(input.params.code, actorOf(input.person))
        return { rejected: true as const }
      },
    })
  },
})
