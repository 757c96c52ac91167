/** HTTP routes of directories: operators that are trusted, the directory of each, the cities and revocations in them. */
import * as z from 'zod'
import { LIMITS } from '../../../../protocol/limits.ts'
import { Day, DivisionCode, KeyId, Sha256 } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import type { Directories } from './directories.ts'
import type { Operator } from './holdings.ts'
import { type MembershipCard as Card, MembershipCard } from './operator.ts'

const Standing = z
  .enum(['current', 'overdue', 'lapsed'])
  .describe(
    '`overdue` (逾期): the next version did not come, entries still count; `lapsed` (失效): they vouch for nobody',
  )

const OperatorAnswer = z.strictObject({
  operator: KeyId.describe('thumbprint of its key'),
  trustedAt: Time,
  directory: z
    .strictObject({
      name: z.string(),
      version: z.number().int(),
      sha256: Sha256,
      standing: Standing,
      issuedAt: Time,
      nextUpdate: Time,
      graceUntil: Time,
      cities: z.number().int(),
      revocations: z.number().int(),
      source: z.string().describe('who brought it: `person:…` or `city:…`'),
      receivedAt: Time,
      fork: Sha256.nullable().describe('another document was signed under the same version: ask the operator'),
      successor: KeyId.nullable().describe('the key that took over: it is trusted in place of this one'),
    })
    .nullable(),
})

const toAnswer = (
  directories: Directories,
  { thumbprint, trustedAt, held }: Operator,
): z.input<typeof OperatorAnswer> => ({
  operator: thumbprint,
  trustedAt: time(trustedAt),
  directory: held && {
    name: held.directory.operator.name,
    version: held.directory.version,
    sha256: held.sha256,
    standing: directories.standingOf(held.directory),
    issuedAt: time(held.directory.iat * 1000),
    nextUpdate: time(held.directory.nextUpdate * 1000),
    graceUntil: time((held.directory.nextUpdate + held.directory.grace) * 1000),
    cities: held.directory.entries.length,
    revocations: held.directory.revocations.length,
    source: held.source,
    receivedAt: time(held.receivedAt),
    fork: held.fork,
    successor: held.directory.successor ?? null,
  },
})

const Revoked = z.strictObject({ certificate: Sha256, revokedAt: Time, reason: z.string() })
const revokedAt = (entry: { revokedAt: number }) => ({ revokedAt: time(entry.revokedAt * 1000) })

const params = z.strictObject({ operator: KeyId })
const DOCUMENT_PROBLEMS = [
  'directory.malformed',
  'directory.operator',
  'directory.signature',
  'directory.rollback',
  'directory.fork',
  'envelope.clock',
] as const

export const directoryRoutes = (directories: Directories, card: () => Card): RouteModule => ({
  tag: 'Federation',
  description:
    'Directories (联盟名录) of federations: signed by an operator that this node trusts, brought by a person or by partners. They name cities to pair with, and certificates that count no more.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/federation/card',
      id: 'getMembershipCard',
      summary: 'What the operator of a federation needs to list this city (入盟登记表)',
      action: 'partner.oversee',
      answer: MembershipCard,
      handle: async () => card(),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/federation/operators',
      id: 'listOperators',
      summary: 'Operators that this node trusts, with the newest directory of each',
      action: 'partner.oversee',
      answer: z.strictObject({ items: z.array(OperatorAnswer) }),
      handle: async () => ({ items: directories.operators().map(operator => toAnswer(directories, operator)) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/federation/operators',
      id: 'trustOperator',
      summary: 'Trust an operator; compare the thumbprint of its key with it first',
      action: 'trust.manage',
      body: z.strictObject({ operator: KeyId }),
      answer: OperatorAnswer,
      status: 201,
      problems: ['request.conflict'],
      handle: async ({ body, person }) =>
        toAnswer(directories, await directories.trust(body.operator, actorOf(person))),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/federation/operators/{operator}',
      id: 'distrustOperator',
      summary:
        'Trust an operator no more, nor whoever handed over to it, and forget its directory; what it revoked counts on',
      action: 'trust.manage',
      params,
      answer: OperatorAnswer.extend({
        kept: z
          .array(Revoked.extend({ partner: DivisionCode.nullable() }))
          .describe('revocations that count until they are released one by one; `partner`: whose certificate it is'),
      }),
      problems: ['request.not-found'],
      handle: async ({ params: { operator }, person }) => {
        const { operator: gone, kept } = await directories.distrust(operator, actorOf(person))
        return { ...toAnswer(directories, gone), kept: kept.map(entry => ({ ...entry, ...revokedAt(entry) })) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/federation/revocations/{certificate}/release',
      id: 'releaseRevocation',
      summary: 'Let a certificate count again that an operator revoked which is trusted no more',
      action: 'trust.manage',
      params: z.strictObject({ certificate: Sha256 }),
      body: z.strictObject({}),
      answer: Revoked.extend({ operator: KeyId }),
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params: { certificate }, person }) => {
        const { operator, reason, ...found } = await directories.release(certificate, actorOf(person))
        return { certificate, operator, reason, ...revokedAt(found) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/federation/directories',
      id: 'importDirectory',
      summary: 'Import a signed directory; the node gives it to its partners',
      action: 'trust.manage',
      body: z.strictObject({
        jws: z.string().min(1).max(LIMITS.directoryBytes).describe('the signed document, compact JWS'),
      }),
      answer: OperatorAnswer,
      status: 201,
      problems: DOCUMENT_PROBLEMS,
      handle: async ({ body, person }) => {
        const taken = await directories.accept(body.jws.trim(), actorOf(person))
        if (!taken.ok) throw new ProblemError(taken.problem.code, taken.problem.detail)
        return toAnswer(directories, directories.operator(taken.operator))
      },
    })
    api.download({
      path: '/api/v1/federation/operators/{operator}/directory',
      id: 'exportDirectory',
      summary: 'The newest directory of an operator, as it was signed',
      action: 'partner.oversee',
      params,
      gives: { types: ['application/jose'], description: 'compact JWS' },
      problems: ['request.not-found'],
      handle: async ({ params: { operator } }) => {
        const jws = await directories.document(operator)
        if (jws === null) throw new ProblemError('request.not-found', 'no directory of this operator is held')
        return { type: 'application/jose', body: jws }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/federation/cities',
      id: 'listFederationCities',
      summary: 'Cities that directories name',
      action: 'reference.read',
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            city: DivisionCode,
            name: z.string(),
            operator: KeyId,
            standing: Standing,
            certificates: z.array(Sha256),
            addresses: z.array(z.string()),
            since: Day,
          }),
        ),
      }),
      handle: async () => ({
        items: directories.listed().map(({ operator, standing, entry: { peers, ...entry } }) => ({
          ...entry,
          operator,
          standing,
        })),
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/federation/revocations',
      id: 'listRevocations',
      summary: 'Certificates that directories revoke',
      action: 'partner.oversee',
      answer: z.strictObject({
        items: z.array(
          Revoked.extend({
            operator: KeyId,
            kept: z.boolean().describe('its operator is trusted no more: it counts until it is released'),
          }),
        ),
      }),
      handle: async () => ({
        items: directories.revocations().map(entry => ({ ...entry, ...revokedAt(entry) })),
      }),
    })
  },
})
