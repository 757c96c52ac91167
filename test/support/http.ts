/** The HTTP app over a given store, called in process: one person per role, ids that count, a clock that is moved by hand. */

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEventFeed } from '../../node/city/cases/event-feed.ts'
import { type Access, type AccessRules, createAccess } from '../../node/city/people/access.ts'
import { withAccessEvents } from '../../node/city/people/access-events.ts'
import { auditRoutes } from '../../node/city/people/audit-routes.ts'
import { createAuditSearch } from '../../node/city/people/audit-search.ts'
import { credentialRoutes } from '../../node/city/people/credential-routes.ts'
import { createGrants, type Grants } from '../../node/city/people/grants.ts'
import type { People } from '../../node/city/people/people.ts'
import { peopleRoutes } from '../../node/city/people/routes.ts'
import { sessionRoutes } from '../../node/city/people/session-routes.ts'
import { tokenRoutes } from '../../node/city/people/token-routes.ts'
import { createHttpApp, type HttpApp } from '../../node/edges/http/app.ts'
import type { HttpLimits } from '../../node/edges/http/limits.ts'
import type { RouteModule } from '../../node/edges/http/route.ts'
import type { SignOn } from '../../node/edges/http/single-sign-on.ts'
import type { CaseRights } from '../../node/kernel/case-rights.ts'
import type { Clock } from '../../node/kernel/clock.ts'
import { parseConfig } from '../../node/kernel/config/config.ts'
import { createPasswords } from '../../node/kernel/keys/passwords.ts'
import { createSeal } from '../../node/kernel/keys/seal.ts'
import { type Audit, createAudit } from '../../node/kernel/records/audit.ts'
import type { LiveFeed } from '../../node/kernel/records/event-feed.ts'
import { createEventLog, type EventLog } from '../../node/kernel/records/events.ts'
import type { Database } from '../../node/kernel/store/database.ts'
import { createTelemetry, type Telemetry } from '../../node/kernel/telemetry/telemetry.ts'
import { FORMER_ROLE_NAMES, type FormerRole } from '../../protocol/rights/roles.ts'

/** A clock that stands still until it is moved; what falls due meanwhile runs in order. */
export interface HandClock extends Clock {
  advance(ms: number): void
  /** ms until the next timer falls due; Infinity when none is set */
  next(): number
}

export function createHandClock(start = Date.parse('2026-11-23T00:00:00Z')): HandClock {
  let now = start
  const timers = new Map<object, { due: number; callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const key = {}
      timers.set(key, { due: now + ms, callback })
      return () => timers.delete(key)
    },
    advance(ms) {
      const until = now + ms
      for (;;) {
        const next = [...timers].filter(([, { due }]) => due <= until).sort(([, a], [, b]) => a.due - b.due)[0]
        if (next === undefined) break
        timers.delete(next[0])
        now = next[1].due
        next[1].callback()
      }
      now = until
    },
    next: () => Math.min(...[...timers.values()].map(({ due }) => due)) - now,
  }
}

export type Reply = {
  status: number
  headers: Headers
  /** parsed JSON; null for other types */
  body: unknown
  text: string
}

export interface Client {
  /** empty of a session, and of who is not known */
  readonly token: string
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  get(path: string, headers?: Record<string, string>): Promise<Reply>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
}

/** As one account had it before roles were told apart. */
export type Acting = FormerRole | 'integrator'

export interface TestApi {
  readonly app: HttpApp
  readonly clock: HandClock
  readonly audit: Audit
  readonly events: EventLog
  readonly people: People
  readonly grants: Grants
  readonly access: Access
  readonly telemetry: Telemetry
  /** the database that services under test must use */
  readonly database: Database
  /** a person who may do all that windows and departments do, or all that administrators do, everywhere; or a program */
  as(role: Acting): Client
  withToken(token: string): Client
  /** A browser: with the cookie of a session and what its requests bring, or without either. */
  browser(session?: { cookie: string; csrf?: string }, address?: string): Client
}

export type TestApiOptions = {
  store: Database
  routes?: (
    parts: Pick<TestApi, 'clock' | 'audit' | 'events' | 'people' | 'database'>,
  ) => readonly RouteModule[] | Promise<readonly RouteModule[]>
  /** of a store whose audit and events are kept already: there is one of each for a store */
  kept?: Pick<TestApi, 'audit' | 'events'>
  /** of a store that has cases */
  caseRights?: (parts: Pick<TestApi, 'grants' | 'database'>) => CaseRights
  /** what is told live to those who watch */
  live?: LiveFeed
  limits?: Partial<HttpLimits>
  /** the single sign-on of the city */
  signOn?: (access: Access, clock: HandClock) => SignOn
  /** settings of the sign-in that are not as they come */
  signIn?: Partial<AccessRules>
  /** the node that runs again on the same store: its people and its clock go on */
  again?: TestApi
}

/** Hashes of tests cost next to nothing. */
const CHEAP = { algorithm: 'argon2id', memoryCost: 8, timeCost: 1 } as const
const cheapPasswords = () =>
  createPasswords({ hash: password => Bun.password.hash(password, CHEAP), verify: Bun.password.verify })

/** The settings of the sign-in as they come. */
const RULES = parseConfig({ city: { code: '420300', name: '十堰市', authority: '测试' } }, '/').signIn

export async function createTestApi({
  store,
  routes,
  kept,
  caseRights,
  live,
  limits,
  signOn,
  signIn = {},
  again,
}: TestApiOptions): Promise<TestApi> {
  const clock = again?.clock ?? createHandClock()
  let requests = 0
  const database = store
  const audit = kept?.audit ?? createAudit({ database, now: clock.now })
  const events = kept?.events ?? createEventLog({ database, now: clock.now })
  const rules = { ...RULES, ...signIn }
  const noticed = withAccessEvents(audit, events)
  const access = createAccess({
    database,
    audit: noticed,
    passwords: cheapPasswords(),
    seal: createSeal(new Uint8Array(32)),
    rules,
    city: '十堰市',
    setUpFile: join(tmpdir(), `tongban-set-up-${crypto.randomUUID()}`),
    now: clock.now,
    ids: () => crypto.randomUUID(),
    random: bytes => crypto.getRandomValues(new Uint8Array(bytes)),
    observe: () => undefined,
    failed: error => {
      throw error
    },
  })
  const dataKey = new Uint8Array(32)
  const grants = createGrants({
    db: database,
    audit: noticed,
    now: clock.now,
    seal: createSeal(dataKey),
    dataKey,
    separateAdministrators: true,
  })
  const { people, credentials, sessions, tokens, setUp } = access
  const telemetry = createTelemetry()
  const app = createHttpApp({
    title: 'test',
    version: '0.0.0',
    routes: [
      peopleRoutes(people, grants, credentials),
      sessionRoutes(access.signIn, sessions, credentials, setUp, rules, false, { name: '十堰市', colour: '#1a56c4' }),
      credentialRoutes(credentials, sessions),
      tokenRoutes(tokens),
      auditRoutes(audit, createAuditSearch({ db: database, audit })),
      ...((await routes?.({ clock, audit, events, people, database })) ?? []),
    ],
    people: access.authenticator,
    ...(caseRights === undefined ? {} : { caseRights: caseRights({ grants, database }) }),
    feed: caseRights === undefined ? events : createEventFeed(database, events),
    ...(live === undefined ? {} : { live }),
    database: store,
    seal: createSeal(new Uint8Array(32)),
    telemetry,
    clock,
    ids: () => `r${++requests}`,
    ready: { store: () => store.query('SELECT 1 AS one') },
    ...(limits === undefined ? {} : { limits }),
    ...(signOn === undefined ? {} : { signOn: signOn(access, clock) }),
    undeclared: (operation, code) => {
      throw new Error(`${operation} answers ${code}, which its description lacks`)
    },
  })
  const tokenOf = new Map<Acting, string>()
  for (const role of [...FORMER_ROLE_NAMES, 'integrator'] as const) {
    if (again !== undefined) {
      tokenOf.set(role, again.as(role).token)
      continue
    }
    const { token } = await people.create('test', { name: role, roles: [role], expiresAt: null })
    tokenOf.set(role, token)
  }
  const clientOf = (token: string, own: Record<string, string>, address?: string): Client => {
    const send: Client['send'] = async (method, path, body, headers = {}) => {
      const response = await app.request(path, {
        method,
        headers: {
          ...own,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(address === undefined ? {} : { address }),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null, text }
    }
    return {
      token,
      send,
      get: (path, headers) => send('GET', path, undefined, headers),
      post: (path, body, headers) => send('POST', path, body, headers),
    }
  }
  const withToken = (token: string) => clientOf(token, { authorization: `Bearer ${token}` })
  return {
    app,
    clock,
    audit,
    events,
    people,
    grants,
    access,
    telemetry,
    database,
    as: role => withToken(tokenOf.get(role) ?? ''),
    withToken,
    browser: (session, address) =>
      clientOf(
        '',
        {
          ...(session === undefined ? {} : { cookie: `__Host-tongban=${session.cookie}` }),
          ...(session?.csrf === undefined ? {} : { 'x-csrf-token': session.csrf }),
        },
        address,
      ),
  }
}
