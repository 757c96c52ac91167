/** `/api/v1/people`: accounts and their tokens, for administrators; `/api/v1/me` for everybody. */
import * as z from 'zod'
import { Instant, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { can, holdsRole, scopesOf } from '../../../protocol/rights/can.ts'
import { FORMER_ROLE_NAMES, type GivenRole, ROLES } from '../../../protocol/rights/roles.ts'
import { ACTIONS, SCOPES, type Scope } from '../../../protocol/rights/table.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import type { Account, Person } from '../../kernel/person.ts'
import type { CredentialsService } from './credentials.ts'
import { GRANT_LIMITS, type Grants, versionOf } from './grants.ts'
import type { People } from './people.ts'

const RoleName = z.enum(ROLES)
const GivenRoleName = z
  .enum([...ROLES, ...FORMER_ROLE_NAMES])
  .describe('administrator, clerk and auditor stand for the roles that took their place')
const Names = z.array(text(200)).max(GRANT_LIMITS.places).nullable()
const Departments = Names.describe(
  'the organ with which the codes of their items begin (18 places); null: every department',
)
const Windows = Names.describe('names of windows of this city; null: every window')
const Actions = z.enum(ACTIONS)
const Scopes = z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]])
const PersonParams = z.strictObject({ id: z.string().max(100) })

const AccountBody = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    roles: z.array(RoleName),
    departments: Departments,
    windows: Windows,
    staffNumber: z.string().nullable().describe('工号'),
    phone: z.string().nullable(),
    createdAt: Time,
    expiresAt: Time.nullable(),
    revokedAt: Time.nullable(),
    lastUsedAt: Time.nullable(),
    version: z.string().describe('another after each grant; `If-Match` takes it'),
  })
  .meta({ id: 'Person' })

const IssuedBody = z.strictObject({
  person: AccountBody,
  token: z.string().describe('Shown this once and kept nowhere'),
})

const bodyBy =
  (grants: Grants) =>
  (account: Account): z.input<typeof AccountBody> => ({
    ...grants.contactOf(account),
    departments: account.departments === null ? null : [...account.departments],
    windows: account.windows === null ? null : [...account.windows],
    id: account.id,
    name: account.name,
    roles: [...account.roles],
    createdAt: time(account.createdAt),
    expiresAt: timeOrNull(account.expiresAt),
    revokedAt: timeOrNull(account.revokedAt),
    lastUsedAt: timeOrNull(account.lastUsedAt),
    version: versionOf(account),
  })

const Place = z.tuple([z.number(), z.string()])

/** What somebody may by the table. Problem: `request.forbidden`. */
function demand(person: Person, action: 'account.grant'): void {
  const may = can(person, action)
  if (!may.ok) throw new ProblemError(may.problem.code, may.problem.detail)
}

export const peopleRoutes = (
  people: People,
  grants: Grants,
  credentials: Pick<CredentialsService, 'hasSecondFactor'>,
): RouteModule => ({
  tag: 'people',
  description: 'Who may use this API: accounts, how they sign in, and their tokens',
  register(api) {
    const toBody = bodyBy(grants)
    api.operation({
      method: 'get',
      path: '/api/v1/me',
      id: 'whoAmI',
      summary: 'The person behind the token or session of this request',
      action: 'self.use',
      whileDue: true,
      answer: z.strictObject({
        id: z.string(),
        name: z.string(),
        roles: z.array(RoleName),
        departments: Departments,
        windows: Windows,
        rights: z
          .array(z.strictObject({ action: Actions, scopes: z.array(Scopes) }))
          .describe('what the person may, and within which cases; `all` also where it is of no case'),
        secondFactor: z.boolean().describe('whether a code is asked for when they sign in with a password'),
      }),
      handle: async ({ person }) => ({
        id: person.id,
        name: person.name,
        roles: [...person.roles],
        departments: person.departments === null ? null : [...person.departments],
        windows: person.windows === null ? null : [...person.windows],
        rights: ACTIONS.filter(action => holdsRole(person.roles, action)).map(action => ({
          action,
          scopes: scopesOf(person, action),
        })),
        secondFactor: await credentials.hasSecondFactor(person.id),
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/people',
      id: 'listPeople',
      summary: 'All people, oldest first',
      action: 'account.read',
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
      action: 'account.manage',
      body: z.strictObject({
        name: text(100),
        roles: z
          .array(GivenRoleName)
          .max(ROLES.length + FORMER_ROLE_NAMES.length)
          .describe('given by who may give roles too; none: an account that waits for them'),
        departments: Departments.optional().describe('none when left out'),
        windows: Windows.optional().describe('none when left out'),
        staffNumber: text(50).optional().describe('工号: accounts of one staff number are of one person'),
        phone: text(30).optional(),
        expiresAt: Instant.nullable().default(null),
      }),
      answer: IssuedBody,
      status: 201,
      shownOnce: true,
      problems: ['rights.administrators'],
      async handle({ body: { name, roles, departments, windows, staffNumber, phone, expiresAt }, person }) {
        const places =
          (departments ?? []).length + (windows ?? []).length > 0 || departments === null || windows === null
        const known = staffNumber !== undefined || phone !== undefined
        if (roles.length > 0 || places || known) demand(person, 'account.grant')
        grants.checkNew(roles satisfies GivenRole[])
        const until = expiresAt === null ? null : Date.parse(expiresAt)
        const given = { name, roles, departments, windows, expiresAt: until }
        const { account, token } = await people.create(
          actorOf(person),
          given,
          known ? (tx, { id }) => grants.giveIn(tx, actorOf(person), id, { staffNumber, phone }) : undefined,
        )
        return { person: toBody(account), token }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/people/{id}',
      id: 'getPerson',
      summary: 'One person',
      action: 'account.read',
      params: PersonParams,
      answer: AccountBody,
      versionOf: ({ version }) => version,
      problems: ['request.not-found'],
      handle: async ({ params }) => toBody(await people.get(params.id)),
    })
    api.operation({
      method: 'patch',
      path: '/api/v1/people/{id}',
      id: 'grantPerson',
      summary: 'Give a person roles, departments and windows, and say who it is; what is left out stays',
      action: 'account.grant',
      params: PersonParams,
      body: z.strictObject({
        name: text(100).optional(),
        roles: z
          .array(GivenRoleName)
          .max(ROLES.length + FORMER_ROLE_NAMES.length)
          .optional(),
        departments: Departments.optional(),
        windows: Windows.optional(),
        staffNumber: text(50).nullable().optional().describe('工号: accounts of one staff number are of one person'),
        phone: text(30).nullable().optional(),
      }),
      answer: AccountBody,
      problems: ['request.not-found', 'request.conflict', 'rights.administrators'],
      guarded: true,
      versionOf: ({ version }) => version,
      handle: async ({ params, body, person, seen }) =>
        toBody(await grants.give(actorOf(person), params.id, body, seen)),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/people/{id}/rotate',
      id: 'rotatePerson',
      summary: 'Give the person a new token; the old one ends at once',
      action: 'account.manage',
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
      action: 'account.manage',
      params: PersonParams,
      answer: AccountBody,
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params, person }) => toBody(await people.revoke(actorOf(person), params.id)),
    })
  },
})
