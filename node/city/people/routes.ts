/** `/api/v1/people`: accounts and their tokens, for administrators; `/api/v1/me` for everybody. */
import * as z from 'zod'
import { Instant, text } from '../../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { type Account, ROLES } from '../../kernel/person.ts'
import type { People } from './people.ts'

const RoleName = z.enum(ROLES)
const PersonParams = z.strictObject({ id: z.string().max(100) })

const AccountBody = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    roles: z.array(RoleName),
    createdAt: Time,
    expiresAt: Time.nullable(),
    revokedAt: Time.nullable(),
    lastUsedAt: Time.nullable(),
  })
  .meta({ id: 'Person' })

const IssuedBody = z.strictObject({
  person: AccountBody,
  token: z.string().describe('Shown this once and kept nowhere'),
})

const toBody = (account: Account): z.input<typeof AccountBody> => ({
  id: account.id,
  name: account.name,
  roles: [...account.roles],
  createdAt: time(account.createdAt),
  expiresAt: timeOrNull(account.expiresAt),
  revokedAt: timeOrNull(account.revokedAt),
  lastUsedAt: timeOrNull(account.lastUsedAt),
})

const Place = z.tuple([z.number(), z.string()])

export const peopleRoutes = (people: People): RouteModule => ({
  tag: 'people',
  description: 'Who may use this API: accounts, each with one token',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/me',
      id: 'whoAmI',
      summary: 'The person behind the token of this request',
      roles: ROLES,
      answer: z.strictObject({ id: z.string(), name: z.string(), roles: z.array(RoleName) }),
      handle: async ({ person: { id, name, roles } }) => ({ id, name, roles: [...roles] }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/people',
      id: 'listPeople',
      summary: 'All people, oldest first',
      roles: ['administrator'],
      query: z.strictObject(pageQuery),
      answer: pageOf(AccountBody),
      async handle({ query: { limit, cursor } }) {
        const rows = await people.list(limit + 1, decodeCursor(Place, cursor))
        return toPage(rows, limit, row => [row.createdAt, row.id], toBody)
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/people',
      id: 'createPerson',
      summary: 'Make an account and its token',
      roles: ['administrator'],
      body: z.strictObject({
        name: text(100),
        roles: z.array(RoleName).min(1).max(ROLES.length),
        expiresAt: Instant.nullable().default(null),
      }),
      answer: IssuedBody,
      status: 201,
      shownOnce: true,
      async handle({ body: { name, roles, expiresAt }, person }) {
        const until = expiresAt === null ? null : Date.parse(expiresAt)
        const { account, token } = await people.create(actorOf(person), { name, roles, expiresAt: until })
        return { person: toBody(account), token }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/people/{id}',
      id: 'getPerson',
      summary: 'One person',
      roles: ['administrator'],
      params: PersonParams,
      answer: AccountBody,
      problems: ['request.not-found'],
      handle: async ({ params }) => toBody(await people.get(params.id)),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/people/{id}/rotate',
      id: 'rotatePerson',
      summary: 'Give the person a new token; the old one ends at once',
      roles: ['administrator'],
      params: PersonParams,
      body: z.strictObject({
        expiresAt: Instant.nullable().optional().describe('New expiry; null for none; left out, it stays as it is'),
      }),
      answer: IssuedBody,
      problems: ['request.not-found', 'request.conflict'],
      shownOnce: true,
      async handle({ params, body: { expiresAt }, person }) {
        const until = typeof expiresAt === 'string' ? Date.parse(expiresAt) : expiresAt
        const { account, token } = await people.rotate(actorOf(person), params.id, until)
        return { person: toBody(account), token }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/people/{id}/revoke',
      id: 'revokePerson',
      summary: "End the person's token for good",
      roles: ['administrator'],
      params: PersonParams,
      answer: AccountBody,
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params, person }) => toBody(await people.revoke(actorOf(person), params.id)),
    })
  },
})
