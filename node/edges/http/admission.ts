/** Who is calling, and may they: bearer tokens, roles, rate limits per token and per address. */
import { ProblemError } from '../../../protocol/problem.ts'
import { can, holdsRole } from '../../../protocol/rights/can.ts'
import type { Action } from '../../../protocol/rights/table.ts'
import { sourceOf } from '../../kernel/ip.ts'
import type { Person } from '../../kernel/person.ts'
import type { HttpLimits } from './limits.ts'
import { createRateLimiter } from './rate.ts'

/** Answers who holds a token; people/ implements it. */
export type Authenticator = { authenticate(token: string): Promise<Person | null> }

export type Caller = {
  authorization: string | undefined
  /** peer address of the connection */
  address: string
}

export interface Admission {
  /** The person behind the request. Throws ProblemError `request.unauthenticated`, `.forbidden` or `.rate`. */
  person(caller: Caller, action: Action): Promise<Person>
  /** Lets a request without a token pass, at the rate of its address. */
  anonymous(caller: Caller): void
  /** Who the token of an earlier request is now, while it still lets it do this; takes nothing from its rate. */
  still(caller: Caller, action: Action): Promise<Person | null>
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,200})$/i

export function createAdmission(people: Authenticator, limits: HttpLimits, now: () => number): Admission {
  const { rateEntries: entries } = limits
  const tokens = createRateLimiter({ perSecond: limits.tokenPerSecond, burst: limits.tokenBurst, entries, now })
  const addresses = createRateLimiter({ perSecond: limits.addressPerSecond, burst: limits.addressBurst, entries, now })

  const anonymous = ({ address }: Caller): void => {
    if (!addresses.take(sourceOf(address))) throw new ProblemError('request.rate')
  }
  const identify = async ({ authorization }: Caller): Promise<Person | null> => {
    const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1]
    return token === undefined ? null : people.authenticate(token)
  }

  return {
    anonymous,
    async person(caller, action) {
      const person = await identify(caller)
      if (person === null) {
        // Only callers without a valid token pay by address: clerks behind one proxy must not slow each other.
        anonymous(caller)
        throw new ProblemError('request.unauthenticated')
      }
      if (!tokens.take(person.id)) throw new ProblemError('request.rate')
      const may = can(person, action)
      if (!may.ok) throw new ProblemError(may.problem.code, may.problem.detail)
      return person
    },
    async still(caller, action) {
      const person = await identify(caller)
      return person !== null && holdsRole(person.roles, action) ? person : null
    },
  }
}
