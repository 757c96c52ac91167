/**
 * Threads (业务线程): two append-only chains of packets, one per city, and the one order in which both fold them. SPEC.md §5.
 * The mover's chain orders the thread: an ask stands before the first mover packet whose `seen` covers it; asks that no
 * mover packet has seen stand last. So both cities compute the same state from the same packets, in whatever order they came.
 */
import { LIMITS } from '../limits.ts'
import type { Packet } from '../packet/claims.ts'
import { type Refused, refuse } from '../problem.ts'

/** Packets of one issuer by `seq`. */
export const chainOf = <P extends Packet>(packets: readonly P[], issuer: string): P[] =>
  packets.filter(packet => packet.claims.iss === issuer).sort((a, b) => a.claims.seq - b.claims.seq)

/** The order in which the thread is folded; `mover` is the city whose chain orders it. */
export function canonicalOrder<P extends Packet>(packets: readonly P[], mover: string): P[] {
  const moves = chainOf(packets, mover)
  const asks = packets.filter(packet => packet.claims.iss !== mover).sort((a, b) => a.claims.seq - b.claims.seq)
  const place = new Map(asks.map((packet, index) => [packet.id, index]))
  const ordered: P[] = []
  let taken = 0
  for (const move of moves) {
    const upTo = move.claims.seen === null ? -1 : (place.get(move.claims.seen) ?? -1)
    while (taken <= upTo) ordered.push(...asks.slice(taken, ++taken))
    ordered.push(move)
  }
  return [...ordered, ...asks.slice(taken)]
}

/** Whether the author of `candidate` had all that is there of the other chain. */
export function seesAll(packets: readonly Packet[], { claims: { iss, seen } }: Packet): boolean {
  let last: Packet | null = null
  for (const packet of packets)
    if (packet.claims.iss !== iss && packet.claims.seq > (last?.claims.seq ?? 0)) last = packet
  return (last?.id ?? null) === seen
}

/**
 * Whether a packet that joins its thread stands last in the order: an ask that no packet of the mover has seen, or a packet of the mover
 * that has seen every ask. Then it is folded onto what was folded before it.
 */
export function standsLast(packets: readonly Packet[], candidate: Packet, mover: string): boolean {
  const { iss, seq } = candidate.claims
  if (iss === mover && !seesAll(packets, candidate)) return false
  return packets.every(({ claims }) => (claims.iss === iss ? claims.seq < seq : claims.seen !== candidate.id))
}

/** The thread as the author of `candidate` had it: its own chain, and the other one up to `seen`. */
export function viewOf<P extends Packet>(packets: readonly P[], candidate: Packet): P[] {
  const { iss, seen } = candidate.claims
  const seenSeq = seen === null ? 0 : (packets.find(packet => packet.id === seen)?.claims.seq ?? 0)
  return packets.filter(packet =>
    packet.claims.iss === iss ? packet.claims.seq < candidate.claims.seq : packet.claims.seq <= seenSeq,
  )
}

/** Checks the place of a packet in its thread: parties, room, `seq`, `prev`, `seen`, `iat`. Problems: `thread.party`, `thread.full`, `chain.*`. */
export function checkPlace(packets: readonly Packet[], candidate: Packet): Refused | null {
  const { iss, aud, seq, prev, seen, iat } = candidate.claims
  const first = packets[0]
  if (first !== undefined) {
    const parties = [first.claims.iss, first.claims.aud]
    if (!parties.includes(iss) || !parties.includes(aud)) return refuse('thread.party')
  }
  const own = chainOf(packets, iss)
  if (seq > LIMITS.threadPackets) return refuse('thread.full', `${LIMITS.threadPackets} packets of a city at most`)
  const bytes = own.reduce((sum, { claims }) => sum + claims.body.size, candidate.claims.body.size)
  if (bytes > LIMITS.threadBytes)
    return refuse('thread.full', `${LIMITS.threadBytes} bytes of bodies of a city at most`)
  const last = own.at(-1)
  const next = (last?.claims.seq ?? 0) + 1
  if (seq < next) return refuse('chain.replay', `seq ${seq}`)
  if (seq > next) return refuse('chain.gap', `seq ${seq}, expected ${next}`)
  if (prev !== (last?.id ?? null)) return refuse('chain.prev')
  if (last !== undefined && iat < last.claims.iat) return refuse('chain.time')
  const seqOf = (id: string | null): number | undefined =>
    id === null ? 0 : packets.find(packet => packet.id === id && packet.claims.iss !== iss)?.claims.seq
  const seenSeq = seqOf(seen)
  if (seenSeq === undefined || seenSeq < (seqOf(last?.claims.seen ?? null) ?? 0)) return refuse('chain.seen')
  return null
}
