/** Who is calling, and may they: bearer tokens and sessions, roles, rate limits per person and per address. */
import { timingSafeEqual } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import { can } from '../../../protocol/rights/can.ts'
import type { Action } from '../../../protocol/rights/table.ts'
import { sourceOf } from '../../kernel/ip.ts'
import type { Person } from '../../kernel/person.ts'
import type { HttpLimits } from './limits.ts'
import { createRateLimiter } from './rate.ts'

/** Answers who holds a token, or the cookie of a session; people/ implements it. `use`: whether the session counts as used. */
export type Authenticator = {
  authenticate(token: string): Promise<Person | null>
  session(token: string, use: boolean): Promise<Person | null>
}

export type Caller = {
  authorization: string | undefined
  /** the cookie of a session */
  session: string | undefined
  /** what unsafe requests of a session bring */
  csrf: string | undefined
  /** peer address of the connection */
  address: string
}

/** What somebody wants to do. */
export type Wanted = {
  /** of the operation */
  id: string
  /** what it is in the table of rights */
  action: Action
  /** whether it may change something */
  unsafe: boolean
  /** also of a session whose password or second factor is due */
  whileDue?: boolean | undefined
  /** sent by a page by itself: no use of the session */
  background?: boolean | undefined
}

export interface Admission {
  /** The person behind the request. Problems: `request.unauthenticated`, `.forbidden`, `.rate`, `sign-in.csrf`, `sign-in.due`. */
  person(caller: Caller, wanted: Wanted): Promise<Person>
  /** Lets a request without a token pass, at the rate of its address. */
  anonymous(caller: Caller): void
  /** Who the token or session of an earlier request is now, while it still lets it do this; takes nothing from its rate, and is no use of the session. */
  still(caller: Caller, wanted: Wanted): Promise<Person | null>
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,200})$/i

const equal = (a: string, b: string): boolean =>
  Buffer.byteLength(a) === Buffer.byteLength(b) && timingSafeEqual(Buffer.from(a), Buffer.from(b))

export function createAdmission(people: Authenticator, limits: HttpLimits, now: () => number): Admission {
  const { rateEntries: entries } = limits
  const tokens = createRateLimiter({ perSecond: limits.tokenPerSecond, burst: limits.tokenBurst, entries, now })
  const addresses = createRateLimiter({ perSecond: limits.addressPerSecond, burst: limits.addressBurst, entries, now })

  const anonymous = ({ address }: Caller): void => {
    if (!addresses.take(sourceOf(address))) throw new ProblemError('request.rate')
  }
  /** A token is shown on purpose, a cookie comes by itself: the token counts. */
  const identify = async ({ authorization, session }: Caller, use: boolean): Promise<Person | null> => {
    if (authorization === undefined) return session === undefined ? null : people.session(session, use)
    const token = BEARER.exec(authorization)?.[1]
    return token === undefined ? null : people.authenticate(token)
  }

  /** Why the person may not; null when it may. */
  const refusal = (person: Person, { id, action, whileDue }: Wanted): ProblemError | null => {
    const { session, operations } = person
    if (session !== undefined && session.due.length > 0 && whileDue !== true)
      return new ProblemError('sign-in.due', session.due.join(', '))
    if (operations?.includes(id) === false) return new ProblemError('request.forbidden', `the token is not for ${id}`)
    const may = can(person, action)
    return may.ok ? null : new ProblemError(may.problem.code, may.problem.detail)
  }

  return {
    anonymous,
    async person(caller, wanted) {
      const person = await identify(caller, wanted.background !== true)
      if (person === null) {
        // Only callers without a valid token pay by address: clerks behind one proxy must not slow each other.
        anonymous(caller)
        throw new ProblemError('request.unauthenticated')
      }
      if (!tokens.take(person.id)) throw new ProblemError('request.rate')
      if (wanted.unsafe && person.session !== undefined && !equal(caller.csrf ?? '', person.session.csrf))
        throw new ProblemError('sign-in.csrf')
      const problem = refusal(person, wanted)
      if (problem !== null) throw problem
      return person
    },
    async still(caller, wanted) {
      const person = await identify(caller, false)
      return person !== null && refusal(person, wanted) === null ? person : null
    },
  }
}
