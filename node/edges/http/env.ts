/** What the edge carries along with a request. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import type { ProblemCode } from '../../../protocol/problem.ts'
import type { CaseRights } from '../../kernel/case-rights.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Admission, Caller } from './admission.ts'
import type { Idempotency } from './idempotency.ts'
import type { HttpLimits } from './limits.ts'

export type Env = {
  Bindings: {
    /** peer address of the connection */
    address?: string
  }
  Variables: {
    requestId: string
    /** path template, for logs and metrics */
    route?: string
    personId?: string
  }
}
export type App = Hono<Env>
/** What the description of the API is made from. */
export type Registry = OpenAPIHono['openAPIRegistry']

/** What operations are registered with. */
export type Edge = {
  app: App
  /** each adds an operation to the description of the API, once that is asked for */
  descriptions: ((registry: Registry) => void)[]
  caseRights: CaseRights
  admission: Admission
  idempotency: Idempotency
  limits: HttpLimits
  /** A page tells of a problem, which is counted as an answer's is. */
  refused(code: ProblemCode): void
  /** An operation answers a problem that its description lacks. */
  undeclared(operation: string, code: ProblemCode): void
  /** address of a list → the field that names one of it, where one can be read alone */
  locations: Map<string, string>
  clock: Clock
}

/**
 * The cookie of a session. Its prefix makes browsers take it from this origin alone, over TLS alone (RFC 6265bis); a page of another site neither
 * sends nor reads it.
 */
export const SESSION_COOKIE = '__Host-tongban'
const COOKIE_RULES = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** `Set-Cookie` of a session; null: it is over. */
export const sessionCookie = (token: string | null): string =>
  token === null ? `${SESSION_COOKIE}=; ${COOKIE_RULES}; Max-Age=0` : `${SESSION_COOKIE}=${token}; ${COOKIE_RULES}`

export const callerOf = (c: Context<Env>): Caller => ({
  authorization: c.req.header('authorization'),
  session: getCookie(c, SESSION_COOKIE),
  csrf: c.req.header('x-csrf-token'),
  address: c.env?.address ?? 'unknown',
})
