/** The HTTP app over a given store, called in process: one person per role, ids that count, a clock that is moved by hand. */

import { auditRoutes } from '../../node/city/people/audit-routes.ts'
import { createGrants, type Grants } from '../../node/city/people/grants.ts'
import { createPeople, type People } from '../../node/city/people/people.ts'
import { peopleRoutes } from '../../node/city/people/routes.ts'
import { createHttpApp, type HttpApp } from '../../node/edges/http/app.ts'
import type { HttpLimits } from '../../node/edges/http/limits.ts'
import type { RouteModule } from '../../node/edges/http/route.ts'
import type { CaseRights } from '../../node/kernel/case-rights.ts'
import type { Clock } from '../../node/kernel/clock.ts'
import { createSeal } from '../../node/kernel/keys/seal.ts'
import { type Audit, createAudit } from '../../node/kernel/records/audit.ts'
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
  readonly telemetry: Telemetry
  /** the database that services under test must use */
  readonly database: Database
  /** a person who may do all that windows and departments do, or all that administrators do, everywhere; or a program */
  as(role: Acting): Client
  withToken(token: string): Client
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
  limits?: Partial<HttpLimits>
  /** the node that runs again on the same store: its people and its clock go on */
  again?: TestApi
}

export async function createTestApi({
  store,
  routes,
  kept,
  caseRights,
  limits,
  again,
}: TestApiOptions): Promise<TestApi> {
  const clock = again?.clock ?? createHandClock()
  let requests = 0
  const database = store
  const audit = kept?.audit ?? createAudit({ database, now: clock.now })
  const events = kept?.events ?? createEventLog({ database, now: clock.now })
  const people = createPeople({
    database,
    audit,
    now: clock.now,
    ids: () => crypto.randomUUID(),
    random: bytes => crypto.getRandomValues(new Uint8Array(bytes)),
  })
  const dataKey = new Uint8Array(32)
  const grants = createGrants({
    db: database,
    audit,
    now: clock.now,
    seal: createSeal(dataKey),
    dataKey,
    separateAdministrators: true,
  })
  const telemetry = createTelemetry()
  const app = createHttpApp({
    title: 'test',
    version: '0.0.0',
    routes: [
      peopleRoutes(people, grants),
      auditRoutes(audit),
      ...((await routes?.({ clock, audit, events, people, database })) ?? []),
    ],
    people,
    ...(caseRights === undefined ? {} : { caseRights: caseRights({ grants, database }) }),
    feed: events,
    database: store,
    seal: createSeal(new Uint8Array(32)),
    telemetry,
    clock,
    ids: () => `r${++requests}`,
    ready: { store: () => store.query('SELECT 1 AS one') },
    ...(limits === undefined ? {} : { limits }),
    undeclared: (operation, code) => {
      throw new Error(`${operation} answers ${code}, which its description lacks`)
    },
  })
  const tokens = new Map<Acting, string>()
  for (const role of [...FORMER_ROLE_NAMES, 'integrator'] as const) {
    if (again !== undefined) {
      tokens.set(role, again.as(role).token)
      continue
    }
    const { token } = await people.create('test', { name: role, roles: [role], expiresAt: null })
    tokens.set(role, token)
  }
  const withToken = (token: string): Client => {
    const send: Client['send'] = async (method, path, body, headers = {}) => {
      const response = await app.request(path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
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
  return {
    app,
    clock,
    audit,
    events,
    people,
    grants,
    telemetry,
    database,
    as: role => withToken(tokens.get(role) ?? ''),
    withToken,
  }
}
