/**
 * The time under which this node signs packets and receipts: only when its key is delegated, and never before what the key
 * signed last. A clock that goes back a little is waited out under the last time; one that goes back further signs nothing.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { keyUsable } from '../../../protocol/packet/envelope.ts'
import { decodeUtf8 } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { OwnIdentity, Trust } from './ports.ts'

export const SIGNING_LIMITS = {
  /** ms between two notices of the same clock */
  notice: 60_000,
} as const

export type SigningParts = {
  db: Database
  identity: OwnIdentity
  trust: Pick<Trust, 'key'>
  clock: Clock
  /** nothing is signed, and why */
  stopped: (problem: Problem) => Promise<void>
  /** a new packet key takes over, which has signed nothing yet */
  renewKey: () => Promise<void>
}

export type SigningClock = ReturnType<typeof createSigningClock>

type Signed = { kid: string; iat: number }
const part = (jws: string, index: number): Record<string, unknown> =>
  JSON.parse(decodeUtf8(Buffer.from(jws.split('.')[index] ?? '', 'base64url'))) as Record<string, unknown>

/** Key and time of what this node signed. */
export const signedOf = (jws: string): Signed => ({
  kid: String(part(jws, 0)['kid']),
  iat: Number(part(jws, 1)['iat']),
})

export function createSigningClock({ db, identity, trust, clock, stopped, renewKey }: SigningParts) {
  let last: Signed = { kid: '', iat: 0 }
  let toldAt = -Infinity
  let renewing: Promise<void> | null = null
  /** while the clock is behind: how far the partners that were heard since are ahead, ms */
  const heard = new Map<string, number>()

  /** What the store knows that the key signed last. */
  async function lastOf(kid: string): Promise<Signed> {
    const newest = await Promise.all([
      db.query<{ jws: string }>(`SELECT jws FROM packets WHERE direction = 'out' ORDER BY no DESC LIMIT 1`),
      db.query<{ jws: string }>(`SELECT jws FROM receipts WHERE direction = 'given' ORDER BY no DESC LIMIT 1`),
    ])
    const times = newest.flat().map(({ jws }) => signedOf(jws))
    return { kid, iat: Math.max(0, ...times.filter(signed => signed.kid === kid).map(({ iat }) => iat)) }
  }

  function delegated(at: number): boolean {
    const key = trust.key(identity.signer().kid)
    return key !== undefined && keyUsable(key, identity.city, at, false) === null
  }

  /**
   * The clock is behind what the key signed. It was ahead then, or it is wrong now: when the partners that were heard since agree
   * with it, it is right now, and a key that has signed nothing yet takes over.
   */
  function mend(): void {
    const ahead = [...heard.values()]
    const agree = ahead.filter(ms => Math.abs(ms) <= LIMITS.clockSkewSeconds * 1000).length
    if (renewing !== null || agree * 2 <= ahead.length) return
    renewing = renewKey()
      .catch(() => undefined)
      .finally(() => {
        renewing = null
      })
  }

  async function refuse(detail: string): Promise<never> {
    const problem: Problem = { code: 'clock.own', detail }
    if (Math.abs(clock.now() - toldAt) >= SIGNING_LIMITS.notice) {
      toldAt = clock.now()
      await stopped(problem)
    }
    throw new ProblemError(problem.code, problem.detail)
  }

  return {
    /** Whether what is signed under this time, seconds, can be verified. */
    delegated,

    /** A hello told how far the clock of a partner is ahead, ms. */
    heard(partner: string, ahead: number): void {
      heard.set(partner, ahead)
    },

    /** The time of what is signed now, seconds; outside of transactions. Problem: `clock.own`. */
    async now(): Promise<number> {
      const { kid } = identity.signer()
      if (last.kid !== kid) last = await lastOf(kid)
      const now = seconds(clock.now())
      if (last.iat - now > LIMITS.clockSkewSeconds) {
        mend()
        return refuse(`${last.iat - now} s behind what this node signed last`)
      }
      const at = Math.max(now, last.iat)
      if (!delegated(at)) return refuse('the packet key is not delegated at this time')
      heard.clear()
      last = { kid, iat: at }
      return at
    },
  }
}
