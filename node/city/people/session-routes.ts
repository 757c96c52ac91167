/** `/api/v1/sign-in`, `/api/v1/sessions`, `/api/v1/me/password` and `/api/v1/me/totp`: how people sign in, and what is their own of it. */
import * as z from 'zod'
import { text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { ROLES } from '../../../protocol/rights/roles.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Person } from '../../kernel/person.ts'
import type { AccessRules } from './access.ts'
import { CREDENTIAL_LIMITS, type CredentialsService } from './credentials.ts'
import type { Session } from './credentials-repository.ts'
import { PASSWORD_CHARACTERS } from './password-rules.ts'
import type { Sessions } from './sessions.ts'
import type { SetUp } from './set-up.ts'
import type { SignedIn, SignIn } from './sign-in.ts'

const Password = z.string().min(1).max(PASSWORD_CHARACTERS)
const Account = text(CREDENTIAL_LIMITS.account)
const Code = z
  .string()
  .regex(/^\d{6}$/)
  .describe('the six digits that the authenticator shows now')

const SessionBody = z
  .strictObject({
    id: z.string(),
    way: z.enum(['password', 'second-factor', 'single-sign-on']),
    createdAt: Time,
    usedAt: Time,
    current: z.boolean().describe('whether this request came in it'),
  })
  .meta({ id: 'Session' })

const Due = z.enum(['password', 'second-factor'])
const SignedInBody = z.strictObject({
  person: z.strictObject({ id: z.string(), name: z.string(), roles: z.array(z.enum(ROLES)) }),
  session: SessionBody,
  csrf: z.string().describe('sent as X-CSRF-Token with every request of the session that may change something'),
  due: z.array(Due).describe('what must be seen to before anything else is allowed'),
})

const Done = z.strictObject({ done: z.literal(true) })
const done = { done: true } as const

const bodyOf = ({ id, way, createdAt, usedAt }: Session, current: boolean): z.input<typeof SessionBody> => ({
  id,
  way,
  createdAt: time(createdAt),
  usedAt: time(usedAt),
  current,
})

const signedInBody = ({ account, session, csrf, due }: SignedIn): z.input<typeof SignedInBody> => ({
  person: { id: account.id, name: account.name, roles: [...account.roles] },
  session: bodyOf(session, true),
  csrf,
  due: [...due],
})

const SessionParams = z.strictObject({ id: z.string().max(100).describe('`current` for that of the request') })

/** The id that an address names. */
function namedBy(id: string, { session }: Person): string {
  if (id !== 'current') return id
  if (session === undefined) throw new ProblemError('request.not-found', 'the request came with a token')
  return session.id
}

export const sessionRoutes = (
  signIn: Pick<SignIn, 'withPassword'>,
  sessions: Sessions,
  credentials: CredentialsService,
  setUp: SetUp,
  rules: AccessRules,
  singleSignOn: boolean,
  city: { name: string; colour: string },
): RouteModule => ({
  tag: 'sign-in',
  description:
    'Signing in with a browser: a session by cookie, on the same operations as a bearer token. Requests of a session that may change something bring `X-CSRF-Token`',
  register(api) {
    api.open({
      method: 'get',
      path: '/api/v1/sign-in',
      id: 'howToSignIn',
      summary: 'What a page for signing in must offer',
      answer: z.strictObject({
        city: z.string().describe('name of the city whose node this is'),
        colour: z.string().describe('of its pages, #rrggbb'),
        setUp: z.boolean().describe('whether the first administrator is still to be made'),
        singleSignOn: z.boolean().describe("whether the city's single sign-on is there"),
        secondFactor: z.enum(['optional', 'required']),
        minLength: z.number().int().describe('of a password, characters'),
        classes: z.number().int().describe('of small letters, capitals, digits, others'),
        history: z.number().int().describe('last passwords that cannot be chosen again'),
        maxAgeDays: z.number().int().describe('after which a password must be changed; 0: never'),
      }),
      handle: async () => ({
        city: city.name,
        colour: city.colour,
        setUp: setUp.waits(),
        singleSignOn,
        secondFactor: rules.secondFactor,
        minLength: rules.minLength,
        classes: rules.classes,
        history: rules.history,
        maxAgeDays: rules.maxAgeDays,
      }),
    })
    api.open({
      method: 'post',
      path: '/api/v1/set-up',
      id: 'setUpAdministrator',
      summary: 'Make the first administrator, with the code in the file `setup-code` of the data folder',
      body: z.strictObject({ code: text(100), name: text(100), account: Account, password: Password }),
      answer: z.strictObject({ id: z.string(), name: z.string() }),
      status: 201,
      problems: ['sign-in.refused', 'sign-in.locked', 'sign-in.busy', 'sign-in.password', 'request.conflict'],
      async handle({ body, address }) {
        const { id, name } = await setUp.complete(body, address)
        return { id, name }
      },
    })
    api.open({
      method: 'post',
      path: '/api/v1/sessions',
      id: 'signIn',
      summary: 'Sign in with account and password, and the code of a second factor',
      body: z.strictObject({ account: Account, password: Password, code: Code.optional() }),
      answer: SignedInBody,
      status: 201,
      problems: ['sign-in.refused', 'sign-in.code', 'sign-in.locked', 'sign-in.busy'],
      async handle({ body, address, setSession }) {
        const signedIn = await signIn.withPassword(body, address)
        setSession(signedIn.token)
        return signedInBody(signedIn)
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/sessions',
      id: 'listOwnSessions',
      summary: 'Own sessions, newest first',
      action: 'self.use',
      answer: z.strictObject({ items: z.array(SessionBody) }),
      async handle({ person }) {
        const found = await sessions.list(person.id)
        return { items: found.map(session => bodyOf(session, session.id === person.session?.id)) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/sessions/{id}',
      id: 'getOwnSession',
      summary: 'One of them; `current` with what its requests must bring',
      action: 'self.use',
      whileDue: true,
      params: SessionParams,
      answer: SessionBody.extend({
        csrf: z.string().nullable().describe('null of a session that is not that of the request'),
        due: z.array(Due),
      }).meta({ id: 'OwnSession' }),
      async handle({ params, person }) {
        const id = namedBy(params.id, person)
        const session = (await sessions.list(person.id)).find(other => other.id === id)
        if (session === undefined) throw new ProblemError('request.not-found', 'session')
        const own = person.session?.id === id ? person.session : null
        return { ...bodyOf(session, own !== null), csrf: own?.csrf ?? null, due: [...(own?.due ?? [])] }
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/sessions/{id}',
      id: 'endOwnSession',
      summary: 'Sign out: end one of them, `current` for that of the request',
      action: 'self.use',
      whileDue: true,
      params: SessionParams,
      answer: Done,
      async handle({ params, person, setSession }) {
        const id = namedBy(params.id, person)
        await sessions.end(actorOf(person), person.id, id)
        if (id === person.session?.id) setSession(null)
        return done
      },
    })
    api.operation({
      method: 'put',
      path: '/api/v1/me/password',
      id: 'changeOwnPassword',
      summary: 'Choose a new password; other own sessions end',
      action: 'self.use',
      whileDue: true,
      body: z.strictObject({
        current: Password,
        password: Password.describe('the new one'),
        code: Code.optional(),
      }),
      answer: Done,
      problems: [
        'sign-in.refused',
        'sign-in.code',
        'sign-in.locked',
        'sign-in.busy',
        'sign-in.password',
        'request.conflict',
      ],
      async handle({ body: { current, password, code }, person }) {
        await credentials.changeOwn(person, { current, next: password, code })
        return done
      },
    })
    api.operation({
      method: 'put',
      path: '/api/v1/me/totp',
      id: 'beginOwnSecondFactor',
      summary: 'Make a secret for an authenticator; it counts once it is confirmed',
      action: 'self.use',
      whileDue: true,
      body: z.strictObject({ password: Password, code: Code.optional().describe('of the second factor before') }),
      answer: z.strictObject({
        secret: z.string().describe('Shown this once, in Base32'),
        uri: z.string().describe('The same for a QR code, `otpauth://`'),
      }),
      problems: ['sign-in.refused', 'sign-in.code', 'sign-in.locked', 'sign-in.busy', 'request.conflict'],
      handle: ({ body, person }) => credentials.beginOwnTotp(person, body),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/me/totp/confirmation',
      id: 'confirmOwnSecondFactor',
      summary: 'Put the secret in place, by a code of it; a wrong one counts as a failed sign-in',
      action: 'self.use',
      whileDue: true,
      body: z.strictObject({ code: Code }),
      answer: Done,
      problems: ['sign-in.refused', 'sign-in.locked', 'sign-in.busy', 'request.not-found', 'request.conflict'],
      async handle({ body: { code }, person }) {
        await credentials.confirmOwnTotp(person, code)
        return done
      },
    })
  },
})
