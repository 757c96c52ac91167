/**
 * The HTTP edge (接口): one Hono app that serves the routes of the concerns under /api/v1 with authentication, limits,
 * idempotency, problems and OpenAPI in common. May import people/ (who a person is), telemetry and the store port;
 * concerns come in as route modules, and `server.ts` alone listens.
 */
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type Problem, type ProblemCode, ProblemError, problem } from '../../../protocol/problem.ts'
import type { CaseRights } from '../../kernel/case-rights.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { EventFeed, LiveFeed } from '../../kernel/records/event-feed.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { Telemetry } from '../../kernel/telemetry/telemetry.ts'
import { type Authenticator, createAdmission } from './admission.ts'
import { addConsole, type ConsolePort } from './console.ts'
import { makeDocument, type OpenApiDocument } from './document.ts'
import { type App, callerOf, type Edge, type Env } from './env.ts'
import { addEvents } from './events.ts'
import { addHealth, type Beside, type ReadyChecks } from './health.ts'
import { type AnswerSeal, createIdempotency } from './idempotency.ts'
import { HTTP_LIMITS, type HttpLimits } from './limits.ts'
import { createObserver } from './observe.ts'
import { addPages } from './pages.ts'
import { letGo } from './partial.ts'
import { languageOf, problemResponse } from './problem.ts'
import { registerModule } from './register.ts'
import type { RouteModule } from './route.ts'
import { addSingleSignOn, type SignOn } from './single-sign-on.ts'
import { addResumableUploads, type ResumableUploads } from './tus.ts'

export type HttpParts = {
  /** name of the node, such as `十堰 420300` */
  title: string
  version: string
  routes: readonly RouteModule[]
  people: Authenticator
  /** of a node that has cases */
  caseRights?: CaseRights
  /** the city's single sign-on, when it has one */
  signOn?: SignOn | null
  feed: EventFeed
  /** of a node that people open in a browser */
  console?: ConsolePort
  /** of a node that takes materials */
  uploads?: { port: ResumableUploads; maxBytes: number }
  /** of a node that tells what is so now */
  live?: LiveFeed
  /** where idempotency keys are kept: the store that the concerns use */
  database: Database
  /** seals the answers that are kept with them */
  seal: AnswerSeal
  telemetry: Telemetry
  clock: Clock
  /** a new request id */
  ids: () => string
  /** what must work for the node to be ready */
  ready?: ReadyChecks
  /** told beside them */
  beside?: () => Beside
  limits?: Partial<HttpLimits>
  /** in place of a line in the log: an operation answers a problem that its description lacks */
  undeclared?: (operation: string, code: ProblemCode) => void
}

export interface HttpApp {
  /** Answers one request; `address` is that of the client, a proxy that is believed apart. */
  fetch(request: Request, address: string): Promise<Response>
  /** Answers a request in process, for tests and commands; comes from the loopback address unless told. */
  request(path: string, init?: RequestInit & { address?: string }): Promise<Response>
  /** The OpenAPI 3.1 description, made at the first call. */
  document(): Promise<OpenApiDocument>
  /** Ends event streams and answers `/readyz` with 503, so that balancers look elsewhere. */
  drain(): void
}

const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const
/** What a response has unless it says otherwise: answers of the API are personal, and are no pages. */
const DEFAULT_HEADERS = {
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** Of a node that tells none. */
const NOTHING_LIVE: LiveFeed = { now: async () => [], onChange: () => () => undefined }
/** Of a node without cases, as tests compose one. */
const NO_CASES: CaseRights = {
  demand: async () => {},
  demandPurpose: async () => {},
  demandDraft: async () => {},
  subjects: async () => new Map(),
  threadOf: async () => null,
}

export function createHttpApp(parts: HttpParts): HttpApp {
  const { title, version, routes, telemetry, clock } = parts
  const limits: HttpLimits = { ...HTTP_LIMITS, ...parts.limits }
  const observer = createObserver(telemetry)
  const app: App = new Hono<Env>()
  const edge: Edge = {
    app,
    descriptions: [],
    admission: createAdmission(parts.people, limits, clock.now),
    caseRights: parts.caseRights ?? NO_CASES,
    idempotency: createIdempotency(parts.database, parts.seal, limits, clock.now),
    limits,
    clock,
    locations: new Map(),
    refused: observer.refused,
    undeclared: parts.undeclared ?? observer.undeclared,
  }
  const draining = new AbortController()

  app.use(async (c, next) => {
    const started = clock.now()
    const requestId = parts.ids()
    c.set('requestId', requestId)
    await next()
    // Hono takes the body off, and would leave it open: a file, or the place of an event stream.
    if (c.req.raw.method === 'HEAD') await letGo(c.res.body)
    const headers = c.res.headers
    headers.set('x-request-id', requestId)
    for (const [name, value] of Object.entries(COMMON_HEADERS)) headers.set(name, value)
    for (const [name, value] of Object.entries(DEFAULT_HEADERS)) if (!headers.has(name)) headers.set(name, value)
    observer.served({
      method: c.req.method,
      route: c.get('route') ?? 'none',
      status: c.res.status,
      ms: clock.now() - started,
      requestId,
      person: c.get('personId'),
    })
  })

  const answerProblem = (error: Error, c: Context<Env>): Response => {
    const requestId = c.get('requestId')
    const found = hungUp(error, c) ? problem('request.invalid', 'body: broken off') : problemOf(error)
    if (found === null || found.code === 'internal') observer.failed(requestId, c.get('route') ?? 'none', error)
    const shown = found ?? problem('internal')
    observer.refused(shown.code)
    const allow = shown.code === 'request.method' ? methodsOf(c.req.path) : undefined
    return problemResponse(shown, requestId, languageOf(c.req.header('accept-language')), {
      ...(error instanceof ProblemError ? { act: error.act, errors: error.errors, changes: error.changes } : {}),
      ...(allow === undefined ? {} : { allow }),
    })
  }
  /** What may be asked of an address; nothing when there is no such address. */
  const methodsOf = (path: string): string[] => {
    addresses ??= app.routes.flatMap(route =>
      route.method === 'ALL'
        ? []
        : [{ method: route.method, pattern: new RegExp(`^${route.path.replaceAll(/:[^/]+/g, '[^/]+')}$`) }],
    )
    const methods = addresses.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort()
  }
  let addresses: { method: string; pattern: RegExp }[] | null = null
  app.onError(answerProblem)
  app.notFound(c => {
    // Hono does not bring what is thrown here to onError.
    try {
      edge.admission.anonymous(callerOf(c))
      return answerProblem(
        new ProblemError(methodsOf(c.req.path).length > 0 ? 'request.method' : 'request.not-found'),
        c,
      )
    } catch (error) {
      return answerProblem(error instanceof Error ? error : new Error(String(error)), c)
    }
  })

  const taken = new Set<string>()
  for (const module of routes) registerModule(edge, module, taken)
  addEvents(edge, { feed: parts.feed, live: parts.live ?? NOTHING_LIVE }, observer, draining.signal)
  addHealth(
    edge,
    telemetry.metrics,
    { checks: parts.ready ?? {}, beside: parts.beside ?? (() => ({})) },
    () => draining.signal.aborted,
  )
  if (parts.uploads !== undefined) addResumableUploads(edge, parts.uploads.port, parts.uploads.maxBytes)
  addSingleSignOn(edge, parts.signOn ?? null)
  addPages(app, { title, version, landing: parts.console === undefined ? '/' : '/about' })
  if (parts.console !== undefined) addConsole(app, parts.console)

  let document: Promise<OpenApiDocument> | null = null
  let documentText: string | null = null
  const describe = () => {
    document ??= makeDocument(edge.descriptions, title, version, routes)
    return document
  }
  app.get('/openapi.json', async c => {
    documentText ??= JSON.stringify(await describe())
    return c.body(documentText, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache' })
  })

  return {
    fetch: async (request, address) => app.fetch(request, { address }),
    request: async (path, { address = '127.0.0.1', ...init } = {}) =>
      app.fetch(new Request(new URL(path, 'http://localhost').href, init), { address }),
    document: describe,
    drain: () => draining.abort(),
  }
}

/** The problem that an error stands for; null for what nobody foresaw. */
/** Who asked was gone before the body was whole: no fault of this node, and nobody reads the answer. */
const hungUp = (error: Error, c: Context<Env>): boolean => error.name === 'AbortError' && c.req.raw.signal.aborted

function problemOf(error: Error): Problem | null {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof HTTPException && error.status < 500)
    return problem(error.status === 413 ? 'request.oversize' : 'request.invalid')
  return null
}
