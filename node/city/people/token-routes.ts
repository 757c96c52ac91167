/** `/api/v1/me/tokens` and `/api/v1/people/{id}/tokens`: API tokens that are narrowed and end. */
import * as z from 'zod'
import { Instant, text } from '../../../protocol/primitives.ts'
import { ROLES } from '../../../protocol/rights/roles.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { ACCESS_TOKEN_LIMITS, type AccessTokens } from './access-tokens.ts'
import type { AccessToken } from './credentials-repository.ts'

const PersonParams = z.strictObject({ id: z.string().max(100) })
const OwnParams = z.strictObject({ token: z.string().max(100) })
const RoleName = z.enum(ROLES)

const Scope = {
  label: text(100).describe('what it is for'),
  roles: z
    .array(RoleName)
    .min(1)
    .max(ROLES.length)
    .nullable()
    .default(null)
    .describe('of those of the person; null: all'),
  operations: z
    .array(z.string().regex(/^[a-z][A-Za-z0-9]{0,99}$/))
    .min(1)
    .max(ACCESS_TOKEN_LIMITS.operations)
    .nullable()
    .default(null)
    .describe('`operationId`s that it is for; null: all'),
}
const NewToken = z.strictObject({ ...Scope, expiresAt: Instant })

const TokenBody = z
  .strictObject({
    id: z.string(),
    label: z.string(),
    roles: z.array(RoleName).nullable(),
    operations: z.array(z.string()).nullable(),
    createdAt: Time,
    expiresAt: Time,
    revokedAt: Time.nullable(),
    lastUsedAt: Time.nullable(),
  })
  .meta({ id: 'AccessToken' })

const Issued = z
  .strictObject({ accessToken: TokenBody, token: z.string().describe('Shown this once and kept nowhere') })
  .meta({ id: 'IssuedAccessToken' })
const Tokens = z.strictObject({ items: z.array(TokenBody) }).meta({ id: 'AccessTokens' })
const Revoked = z.strictObject({ revoked: z.literal(true) })
const revoked = { revoked: true } as const

const toBody = ({ id, label, roles, operations, createdAt, expiresAt, revokedAt, lastUsedAt }: AccessToken) => ({
  id,
  label,
  roles: roles === null ? null : [...roles],
  operations: operations === null ? null : [...operations],
  createdAt: time(createdAt),
  expiresAt: time(expiresAt),
  revokedAt: timeOrNull(revokedAt),
  lastUsedAt: timeOrNull(lastUsedAt),
})

export const tokenRoutes = (tokens: AccessTokens): RouteModule => ({
  tag: 'tokens',
  description: 'API tokens of a person, narrowed to roles and operations, each with an end',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/me/tokens',
      id: 'listOwnTokens',
      summary: 'Own API tokens, newest first',
      action: 'self.use',
      answer: Tokens,
      handle: async ({ person }) => ({ items: (await tokens.list(person.id)).map(toBody) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/me/tokens',
      id: 'createOwnToken',
      summary: 'Make an API token, no wider than what this request came with',
      action: 'self.use',
      body: NewToken,
      answer: Issued,
      status: 201,
      shownOnce: true,
      async handle({ body: { expiresAt, ...scope }, person }) {
        const wanted = { ...scope, expiresAt: Date.parse(expiresAt) }
        const { accessToken, token } = await tokens.create(person, person.id, wanted)
        return { accessToken: toBody(accessToken), token }
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/me/tokens/{token}',
      id: 'revokeOwnToken',
      summary: 'End one of them',
      action: 'self.use',
      params: OwnParams,
      answer: Revoked,
      async handle({ params, person }) {
        await tokens.revoke(actorOf(person), person.id, params.token)
        return revoked
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/people/{id}/tokens',
      id: 'listTokens',
      summary: 'API tokens of somebody, newest first',
      action: 'account.read',
      params: PersonParams,
      answer: Tokens,
      handle: async ({ params }) => ({ items: (await tokens.list(params.id)).map(toBody) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/people/{id}/tokens',
      id: 'createToken',
      summary: 'Make an API token for somebody, as for a program',
      action: 'account.manage',
      params: PersonParams,
      body: NewToken,
      answer: Issued,
      status: 201,
      shownOnce: true,
      async handle({ params, body: { expiresAt, ...scope }, person }) {
        const wanted = { ...scope, expiresAt: Date.parse(expiresAt) }
        const { accessToken, token } = await tokens.create(person, params.id, wanted)
        return { accessToken: toBody(accessToken), token }
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/people/{id}/tokens/{token}',
      id: 'revokeToken',
      summary: 'End an API token of somebody',
      action: 'account.manage',
      params: z.strictObject({ ...PersonParams.shape, ...OwnParams.shape }),
      answer: Revoked,
      async handle({ params, person }) {
        await tokens.revoke(actorOf(person), params.id, params.token)
        return revoked
      },
    })
  },
})
