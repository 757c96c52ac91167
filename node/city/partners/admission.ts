/**
 * Which pairing streams are served: strangers may connect while an invite is open, and none of them, nor all together, may keep
 * the invited city out. What proved nothing is counted by peer and by address; only what proved an invite counts in all.
 */
import { isSandbox } from '../../../protocol/codes/sandbox.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { Wire } from '../../spine/exchange/wire.ts'

/** Whether it is a sandbox city that the settings do not name: a node at work never meets one by accident. */
export const isBarred = ({ sandbox }: Pick<NodeConfig, 'sandbox'>, city: string): boolean =>
  isSandbox(city) && !sandbox.partners.includes(city)

/** Problem: `partner.sandbox`. */
export function refuseBarred(barred: (city: string) => boolean, city: string): void {
  if (barred(city)) throw new ProblemError('partner.sandbox', `${city} is not in sandbox.partners`)
}

export const PAIRING_LIMITS = {
  /** ms for a whole pairing, dial included */
  timeout: 20_000,
  /** inbound streams of one peer that proved nothing, in a window */
  attempts: 3,
  /** the same, from one address, behind which the invited city may be too */
  attemptsOfAddress: 60,
  /** ms */
  window: 60_000,
  /** inbound streams that proved nothing yet, at a time; the oldest gives way */
  waiting: 32,
  /** inbound pairings that proved an invite, at a time */
  atOnce: 8,
  /** of one invite at a time */
  atOnceOfInvite: 2,
  /** inbound pairings that proved an invite in a window */
  inbound: 60,
  /** of one invite in a window */
  inboundOfInvite: 10,
  /** peers and addresses remembered in a window; beyond that the oldest are forgotten */
  remembered: 4096,
  /** ms until the connection of whoever sent what is no pairing is closed: the refusal gets there first */
  grace: 1000,
} as const

type Spent = { at: number; invite: string | null }

/** One inbound stream. */
export type Attempt = {
  /** it proved the invite, or a directory names it (null); throws `request.rate` when there are too many */
  proven(invite: string | null): void
  done(): void
}

export function createPairingAdmission({ clock }: { clock: Clock }) {
  /** when streams that proved nothing began, by peer and by address; in the order of the last one */
  const attempts = new Map<string, number[]>()
  const waiting = new Set<Wire>()
  const running = new Set<{ invite: string | null }>()
  let spent: Spent[] = []

  const recent = (key: string): number[] =>
    (attempts.get(key) ?? []).filter(at => at > clock.now() - PAIRING_LIMITS.window)

  function note(key: string, times: number[]): void {
    attempts.delete(key)
    if (times.length > 0) attempts.set(key, times)
    for (const oldest of attempts.keys()) {
      if (attempts.size <= PAIRING_LIMITS.remembered) break
      attempts.delete(oldest)
    }
  }

  function demandRoom(invite: string | null): void {
    spent = spent.filter(({ at }) => at > clock.now() - PAIRING_LIMITS.window)
    const ofInvite = (one: { invite: string | null }) => invite !== null && one.invite === invite
    if (
      running.size >= PAIRING_LIMITS.atOnce ||
      spent.length >= PAIRING_LIMITS.inbound ||
      [...running].filter(ofInvite).length >= PAIRING_LIMITS.atOnceOfInvite ||
      spent.filter(ofInvite).length >= PAIRING_LIMITS.inboundOfInvite
    )
      throw new ProblemError('request.rate', 'pairings')
  }

  return {
    /** Null: too many streams of this peer or address proved nothing. */
    begin(wire: Wire): Attempt | null {
      const peer = `peer ${wire.peer}`
      const address = `address ${wire.address}`
      if (recent(peer).length >= PAIRING_LIMITS.attempts) return null
      if (recent(address).length >= PAIRING_LIMITS.attemptsOfAddress) return null
      const keys = [peer, address]
      const at = clock.now()
      for (const key of keys) note(key, [...recent(key), at])
      const [oldest] = waiting.size >= PAIRING_LIMITS.waiting ? waiting : []
      if (oldest !== undefined) {
        waiting.delete(oldest)
        oldest.abort(new ProblemError('request.rate', 'pairings'))
      }
      waiting.add(wire)
      let pairing: { invite: string | null } | undefined
      return {
        proven(invite) {
          waiting.delete(wire)
          demandRoom(invite)
          for (const key of keys) {
            const times = recent(key)
            const index = times.indexOf(at)
            if (index >= 0) note(key, times.toSpliced(index, 1))
          }
          pairing = { invite }
          running.add(pairing)
          spent.push({ at: clock.now(), invite })
        },
        done() {
          waiting.delete(wire)
          if (pairing !== undefined) running.delete(pairing)
        },
      }
    },
  }
}
