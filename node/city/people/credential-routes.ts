/** `/api/v1/people/{id}/…`: how somebody else signs in, for administrators. */
import * as z from 'zod'
import { text } from '../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { CREDENTIAL_LIMITS, type CredentialsService } from './credentials.ts'
import type { Sessions } from './sessions.ts'

const PersonParams = z.strictObject({ id: z.string().max(100) })
const Ended = z.strictObject({ ended: z.number().int().describe('sessions') })
const Done = z.strictObject({ done: z.literal(true) })
const done = { done: true } as const

export const credentialRoutes = (
  credentials: CredentialsService,
  sessions: Pick<Sessions, 'list' | 'end'>,
): RouteModule => ({
  tag: 'people',
  description: 'Who may use this API: accounts, how they sign in, and their tokens',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/people/{id}/sign-in',
      id: 'getSignInState',
      summary: 'How somebody signs in, and whether the account is locked',
      action: 'account.read',
      params: PersonParams,
      answer: z
        .strictObject({
          account: z.string().describe('empty: none yet; the first one-time password names it'),
          password: z.enum(['none', 'own', 'one-time']),
          passwordAt: Time.nullable(),
          temporaryUntil: Time.nullable().describe('until when a one-time password counts'),
          secondFactor: z.boolean(),
          lockedUntil: Time.nullable(),
          sessions: z.number().int(),
        })
        .meta({ id: 'SignInState' }),
      async handle({ params: { id } }) {
        const state = await credentials.state(id)
        return {
          ...state,
          passwordAt: timeOrNull(state.passwordAt),
          temporaryUntil: timeOrNull(state.temporaryUntil),
          lockedUntil: timeOrNull(state.lockedUntil),
          sessions: (await sessions.list(id)).length,
        }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/people/{id}/reset-password',
      id: 'resetPassword',
      summary: 'Give somebody a one-time password, and an account name the first time; their sessions end',
      action: 'account.manage',
      params: PersonParams,
      body: z.strictObject({
        account: text(CREDENTIAL_LIMITS.account)
          .nullable()
          .default(null)
          .describe('what is typed to sign in; null: as it is'),
      }),
      answer: z.strictObject({
        account: z.string(),
        password: z.string().describe('Shown this once; it must be changed at the first sign-in'),
        until: Time,
      }),
      problems: ['sign-in.busy'],
      shownOnce: true,
      async handle({ params, body: { account }, person }) {
        const reset = await credentials.reset(actorOf(person), params.id, account)
        return { ...reset, until: time(reset.until) }
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/people/{id}/totp',
      id: 'removeSecondFactor',
      summary: 'Take the second factor of somebody off, as of a lost phone; their sessions end',
      action: 'account.manage',
      params: PersonParams,
      answer: Done,
      async handle({ params, person }) {
        await credentials.removeTotp(actorOf(person), params.id)
        return done
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/people/{id}/lock',
      id: 'unlockAccount',
      summary: 'Let somebody sign in again after failures',
      action: 'account.manage',
      params: PersonParams,
      answer: Done,
      async handle({ params, person }) {
        await credentials.unlock(actorOf(person), params.id)
        return done
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/people/{id}/sessions',
      id: 'listSessions',
      summary: 'Sessions of somebody that go on, newest first',
      action: 'account.read',
      params: PersonParams,
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            id: z.string(),
            way: z.enum(['password', 'second-factor', 'single-sign-on']),
            createdAt: Time,
            usedAt: Time,
          }),
        ),
      }),
      handle: async ({ params: { id } }) => ({
        items: (await sessions.list(id)).map(({ id: session, way, createdAt, usedAt }) => ({
          id: session,
          way,
          createdAt: time(createdAt),
          usedAt: time(usedAt),
        })),
      }),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/people/{id}/sessions',
      id: 'endSessions',
      summary: 'End all sessions of somebody',
      action: 'account.manage',
      params: PersonParams,
      answer: Ended,
      handle: async ({ params, person }) => ({ ended: await credentials.endSessions(actorOf(person), params.id) }),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/people/{id}/sessions/{session}',
      id: 'endSession',
      summary: 'End one session of somebody, as of a computer that was left open',
      action: 'account.manage',
      params: z.strictObject({ ...PersonParams.shape, session: z.string().max(100) }),
      answer: Ended,
      async handle({ params, person }) {
        await sessions.end(actorOf(person), params.id, params.session)
        return { ended: 1 }
      },
    })
  },
})
