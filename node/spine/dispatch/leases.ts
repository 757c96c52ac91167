/**
 * Work of an adapter that runs in a process of its own (进程外适配器), as leases: a packet to be taken, or an answer to be read, is offered
 * until a program asks for work; it then has it until the lease ends, and says what came of it. All of it is in memory: what a node that
 * ended had leased is handed over again under the same idempotency key, and an answer under a former lease has no effect.
 */
import type { Delivery, DeliveryResult, LocalEvent } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'

export const LEASE_LIMITS = {
  /** packets that are offered or leased at a time */
  parallel: 32,
  /** s that a request for work waits at most */
  wait: 25,
  /** work that one request is given at most */
  most: 32,
  /** requests for work that wait at a time; a further one is refused */
  waiting: 64,
  /** s of a lease: at least, unless the program says otherwise, at most */
  shortest: 5,
  usual: 60,
  longest: 300,
  /** ms before the deadline of the node's own call at which a lease ends, however often it is renewed */
  margin: 5_000,
  /** ms that work is offered before the node takes it back, to try later */
  offer: 60_000,
  /** ms after which a program that asked for no work is taken for gone */
  contact: 90_000,
  /** answers that are remembered, so that a repeat of the same is no fault */
  settled: 1_000,
  /** events of one request */
  events: 100,
  /** events that wait to be kept */
  unkept: 2_000,
  /** ms that a request waits for its events to be kept */
  keep: 45_000,
  /** bytes of a request that tells events */
  eventBytes: 4 * 1024 * 1024,
} as const

/** What a program is asked to do: take a packet, or read an answer that it gave raw. */
export type Work = { call: 'deliver'; delivery: Delivery } | { call: 'read'; raw: string }

/** Work that a program has until `until`, ms. `fence` is higher with each lease of a node, over its restarts too. */
export type Lease = { id: string; fence: number; until: number; work: Work }

/** What came of it. */
export type LeaseResult =
  | { call: 'deliver'; result: DeliveryResult }
  | { call: 'read'; event: LocalEvent | null }
  | { call: 'read'; unreadable: string }
  | { call: 'read'; again: string }

/** Why the node has no result: nobody asked for the work, or whoever had it said nothing; or the node's own call was given up. */
export type NoResult = 'unasked' | 'silent' | 'aborted'

type Offer = {
  work: Work
  fence: number
  deadline: number
  end(outcome: LeaseResult | NoResult): void
  /** ends the wait for a program, then that for its result */
  cancel: () => void
}
type Held = { lease: Lease; offer: Offer; holder: string }
type Asking = { take(): void; cancel(): void }

/** Who answers for which lease. */
export type Claim = { lease: string; fence: number; holder: string }

export type Leases = ReturnType<typeof createLeases>

const over = (why: string): ProblemError => new ProblemError('adapter.lease', why)

export function createLeases({ clock, ids }: { clock: Clock; ids: () => string }) {
  const offers: Offer[] = []
  const held = new Map<string, Held>()
  /** what was said of each lease that was answered, the oldest first */
  const settled = new Map<string, { holder: string; fence: number; said: string }>()
  const asking: Asking[] = []

  /** Hands out what is offered, as long as somebody asks. */
  const handOut = () => {
    while (offers.length > 0 && asking.length > 0) asking.shift()?.take()
  }

  function lease(offer: Offer, holder: string, seconds: number): Lease {
    offer.cancel()
    const made: Held = { lease: { id: ids(), fence: offer.fence, until: 0, work: offer.work }, offer, holder }
    held.set(made.lease.id, made)
    extend(made, seconds)
    return made.lease
  }

  function extend({ lease, offer }: Held, seconds: number): void {
    lease.until = Math.min(clock.now() + seconds * 1000, offer.deadline - LEASE_LIMITS.margin)
    offer.cancel()
    offer.cancel = clock.after(Math.max(0, lease.until - clock.now()), () => offer.end('silent'))
  }

  const heldBy = ({ lease, fence, holder }: Claim): Held => {
    const found = held.get(lease)
    if (found === undefined || found.holder !== holder) throw over('the lease is over, or there was none')
    if (found.lease.fence !== fence) throw over('the fence is that of another lease')
    return found
  }

  return {
    /** Offers work, and gives what came of it; what is given up with `signal` is leased no longer. `deadline` in ms. */
    offer(work: Work, fence: number, { signal, deadline }: { signal: AbortSignal; deadline: number }) {
      return new Promise<LeaseResult | NoResult>(resolve => {
        const aborted = () => offer.end('aborted')
        const offer: Offer = {
          work,
          fence,
          deadline,
          end(outcome) {
            offer.cancel()
            signal.removeEventListener('abort', aborted)
            const place = offers.indexOf(offer)
            if (place >= 0) offers.splice(place, 1)
            for (const [id, { offer: leased }] of held) if (leased === offer) held.delete(id)
            resolve(outcome)
          },
          cancel: clock.after(Math.min(LEASE_LIMITS.offer, Math.max(0, deadline - clock.now())), () =>
            offer.end('unasked'),
          ),
        }
        if (signal.aborted) return aborted()
        signal.addEventListener('abort', aborted)
        offers.push(offer)
        handOut()
      })
    },

    /** Gives work, at once when there is some, else the first that comes within `wait` s; none after that. Problem: `request.rate`. */
    async take(
      holder: string,
      { wait, seconds, most }: { wait: number; seconds: number; most: number },
      signal: AbortSignal,
    ): Promise<Lease[]> {
      const given = () => offers.splice(0, most).map(offer => lease(offer, holder, seconds))
      if (offers.length > 0 || wait === 0) return given()
      if (asking.length >= LEASE_LIMITS.waiting)
        throw new ProblemError('request.rate', 'too many requests wait for work')
      return new Promise(resolve => {
        const end = (leases: Lease[]) => {
          cancel()
          signal.removeEventListener('abort', leave)
          const place = asking.indexOf(one)
          if (place >= 0) asking.splice(place, 1)
          resolve(leases)
        }
        const leave = () => end([])
        const one: Asking = { take: () => end(given()), cancel: leave }
        const cancel = clock.after(wait * 1000, leave)
        if (signal.aborted) return leave()
        signal.addEventListener('abort', leave)
        asking.push(one)
      })
    },

    /** Prolongs a lease by so many seconds from now; until when it lasts. Problem: `adapter.lease`. */
    renew(claim: Claim, seconds: number): number {
      const found = heldBy(claim)
      extend(found, seconds)
      return found.lease.until
    },

    /** The work of a lease. Problem: `adapter.lease`. */
    workOf: (claim: Omit<Claim, 'fence'>): Work => {
      const found = held.get(claim.lease)
      if (found === undefined || found.holder !== claim.holder) throw over('the lease is over, or there was none')
      return found.lease.work
    },

    /**
     * Ends a lease with what came of it; the same once more is no fault. `read`: what is said of the work. Problems: `adapter.lease`;
     * `request.invalid`.
     */
    settle(claim: Claim, said: string, read: (work: Work) => LeaseResult): void {
      const { lease: id, fence, holder } = claim
      const before = settled.get(id)
      if (before?.holder === holder && before.fence === fence) {
        if (before.said !== said) throw over('the lease was answered before, otherwise')
        return
      }
      const { offer, lease } = heldBy(claim)
      const result = read(lease.work)
      if (lease.work.call !== result.call)
        throw new ProblemError('request.invalid', `result: the lease is one to ${lease.work.call}`)
      settled.set(id, { holder, fence, said })
      for (const [oldest] of settled) {
        if (settled.size <= LEASE_LIMITS.settled) break
        settled.delete(oldest)
      }
      offer.end(result)
    },

    /** Lets go of whoever asks for work; the node stops. */
    close(): void {
      for (const { cancel } of [...asking]) cancel()
      for (const { end } of [...offers, ...[...held.values()].map(({ offer }) => offer)]) end('aborted')
    },
  }
}
