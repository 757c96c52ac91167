/**
 * After a restore from an old backup: fetches own packets back from the partner before anything new is signed, so that no
 * chain forks. What the partner says of itself is a claim: nothing changes here until it has given back a packet that this
 * node signed and does not hold. Then what was signed since and never receipted is set aside, and follows what came back:
 * as it was signed where its place in its chain is still free, else withdrawn and written anew. docs/decisions/005, 011.
 */

import { encodeFrame, type Frame, type Watermark } from '../../../protocol/exchange/frames.ts'
import type { Packet, PacketClaims } from '../../../protocol/packet/claims.ts'
import { verifyPacket } from '../../../protocol/packet/envelope.ts'
import { verifyReceipt } from '../../../protocol/packet/receipt.ts'
import { decodeUtf8 } from '../../../protocol/primitives.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../../protocol/problem.ts'
import { chainOf, checkPlace } from '../../../protocol/thread/chain.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { handlerOf, typeOf } from './author.ts'
import type { FrameReader } from './greeting.ts'
import { advance } from './hash.ts'
import type { PacketStore } from './packet-store.ts'
import type { Author, OwnIdentity, StoredPacket, ThreadHandler, Trust } from './ports.ts'
import { isWaiting, type Rewrite } from './recovery-store.ts'
import { claimsOf } from './thread-store.ts'
import type { Wire } from './wire.ts'

export const RECOVERY_LIMITS = {
  /** ms in which a partner that claims to hold what this node lost must prove it */
  proof: 600_000,
  /** places in a row that a partner may give back without a packet of this node */
  unproven: 1024,
  /** packets that one transaction sets aside or places again */
  page: 256,
} as const

export type RecoveryParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  handlers: ReadonlyMap<string, ThreadHandler>
  /** writes to a partner that all others wait for */
  author: Author
  /** ms within which each packet that comes back must come */
  timeout: number
  /** the partner has proven that this node lost packets: nothing is signed for it until `ended` */
  begun: (partner: string) => Promise<void>
  ended: (partner: string, recalled: number) => void
  /** a packet that was withdrawn fits no more: told to a person */
  unwritten: (
    tx: Transaction,
    packet: { partner: string; thread: string; kind: string; problem: Problem },
  ) => Promise<void>
}

export type Recovery = ReturnType<typeof createRecovery>

/** The partner claims what it does not prove. Nothing was changed on its word, and nothing will be. */
export class UnprovenClaim extends ProblemError {
  constructor(detail: string) {
    super('exchange.protocol', detail)
  }
}

type Recalled = Extract<Frame, { type: 'recalled' }>
/** A place that the partner gave back: what stands there, and that the partner's own receipt covers it. */
type Given = { frame: Recalled; id: string; claims: PacketClaims | null; refused: boolean; receivedAt: number }

export function createRecovery(parts: RecoveryParts) {
  const { db, store, identity, trust, clock } = parts

  async function verify(partner: string, frame: Recalled): Promise<Given> {
    const receipt = await verifyReceipt(frame.receipt, {
      resolveKey: kid => trust.key(kid),
      issuer: partner,
      audience: identity.city,
      evidence: true,
    })
    if (!receipt.ok) throw new ProblemError(receipt.problem.code, receipt.problem.detail)
    let id = ''
    let claims: PacketClaims | null = null
    if (frame.jws === '') {
      id = decodeUtf8(frame.body)
    } else {
      const verified = await verifyPacket(frame.jws, { resolveKey: kid => trust.key(kid), evidence: true })
      if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
      if (verified.claims.iss !== identity.city || verified.claims.aud !== partner)
        throw new UnprovenClaim('gives back what is no packet of this city to it')
      id = verified.id
      claims = verified.claims
    }
    const item = receipt.claims.items.find(entry => entry.id === id)
    if (item === undefined) throw new ProblemError('receipt.malformed', 'not covered')
    if (claims === null && item.status === 'stored')
      throw new UnprovenClaim(`place ${frame.n} was stored and is not given back`)
    return { frame, id, claims, refused: item.status === 'refused', receivedAt: receipt.claims.iat }
  }

  /** What the partner gives back from a place on, one place after the other. */
  async function* recall(
    partner: string,
    wire: Wire,
    reader: FrameReader,
    from: number,
    through: number,
  ): AsyncGenerator<Given> {
    await wire.send(encodeFrame({ type: 'recall', from }))
    for (let place = from; ; place++) {
      const giveUp = () => wire.abort(new ProblemError('exchange.timeout', 'recall'))
      const frame = await reader.next().finally(clock.after(parts.timeout, giveUp))
      if (frame === null) throw new ProblemError('frame.truncated', 'recall')
      if (frame.type === 'recall-end') return
      if (frame.type !== 'recalled') throw new ProblemError('exchange.protocol', frame.type)
      if (frame.n !== place || place > through)
        throw new ProblemError('exchange.protocol', `place ${frame.n} instead of ${place}, of ${through}`)
      yield await verify(partner, frame)
    }
  }

  /** Reads on until a packet comes that this node signed and does not hold. `from`: the first place that differs. */
  async function prove(
    partner: string,
    given: AsyncGenerator<Given>,
    claim: Watermark,
  ): Promise<{ proof: Given; from: number }> {
    let from: number | null = null
    for (let next = await given.next(); next.done !== true; next = await given.next()) {
      const { frame, id, claims } = next.value
      if (from === null && (await store.standsAt(db, partner, frame.n)) === id) continue
      from ??= frame.n
      if (claims !== null && (await store.heldAs(db, id)) === null) return { proof: next.value, from }
      if (frame.n - from >= RECOVERY_LIMITS.unproven) break
    }
    throw new UnprovenClaim(`claims ${claim.n} packets and gives back none that this node lost`)
  }

  /** Sets aside what is not receipted from a place on, the last first, so that the link is whole after each step. */
  async function setAside(partner: string, from: number): Promise<void> {
    for (;;) {
      const more = await db.transaction(async tx => {
        const link = await store.linkIn(tx, partner, 'out')
        if (link.n < from) return false
        const first = Math.max(from, link.n - RECOVERY_LIMITS.page + 1)
        const hash = await store.hashAt(tx, partner, first - 1)
        const aside = await store.setAside(tx, partner, first, link.n)
        if (hash === null || aside !== link.n - first + 1)
          throw new UnprovenClaim(`place ${first}: the partner gave its receipt for another packet`)
        await store.saveLink(tx, partner, 'out', { ...link, n: first - 1, hash })
        return true
      })
      if (!more) return
    }
  }

  /** Takes a packet out of its chain for good: what came back stands at its place. Its id stays, and it is to be written anew. */
  async function withdraw(tx: Transaction, partner: string, thread: string, packet: StoredPacket): Promise<void> {
    const { no, place, jws } = await store.own(tx, packet.no)
    if (!isWaiting(place)) throw new UnprovenClaim(`another packet stands at seq ${packet.claims.seq}`)
    const { kind, materials, agreement, iat } = claimsOf(jws)
    const { salt, ...content } = packet.body as { salt: string }
    await store.withdraw(tx, { no, partner, at: clock.now() })
    await store.saveRewrite(tx, partner, thread, packet.id, place, {
      kind,
      content,
      materials,
      iat,
      ...(agreement === undefined ? {} : { agreement }),
    })
  }

  /** The thread without own packets that were signed since, once the one that came back has its place in it. */
  async function makeRoom(tx: Transaction, partner: string, threadNo: number, packet: Packet): Promise<StoredPacket[]> {
    const held = await store.packets(tx, threadNo)
    const taken = chainOf(held, identity.city).filter(own => own.claims.seq >= packet.claims.seq)
    for (const own of taken) await withdraw(tx, partner, packet.claims.thread, own)
    const left = held.filter(own => !taken.includes(own))
    for (const own of chainOf(left, identity.city).filter(({ status }) => status === 'pending')) {
      const { place } = await store.own(tx, own.no)
      if (isWaiting(place)) throw new UnprovenClaim(`seq ${packet.claims.seq} came before the one that it follows`)
    }
    const refused = checkPlace(left, packet)
    // What it had seen of the partner may be lost too: that comes on the partner's stream, and is pinned by its hash.
    const unseen = refused?.problem.code === 'chain.seen' && !left.some(({ id }) => id === packet.claims.seen)
    if (refused !== null && !unseen)
      throw new UnprovenClaim(`seq ${packet.claims.seq} does not fit: ${refused.problem.code}`)
    return left
  }

  /** Puts one own packet back where it stood, when it fits there. */
  async function putBack(partner: string, given: Given): Promise<void> {
    const { frame, id, claims, refused, receivedAt } = given
    await db.transaction(async tx => {
      const before = await store.linkIn(tx, partner, 'out')
      if (frame.n !== before.n + 1) throw new ProblemError('exchange.protocol', `place ${frame.n} after ${before.n}`)
      const held = await store.heldAs(tx, id)
      if (held !== null) {
        // Signed before, sent under this place by the life that was forgotten: its receipt comes when it is sent again.
        if (held.place === null || !isWaiting(held.place))
          throw new UnprovenClaim(`place ${frame.n}: that packet was never lost`)
        const link = { ...advance(before, id), acked: before.acked }
        await store.placeAt(tx, held.no, link)
        await store.saveLink(tx, partner, 'out', link)
        return
      }
      const link = { ...advance(before, id), acked: before.acked === before.n ? frame.n : before.acked }
      const at = clock.now()
      const receiptNo = await store.nextReceiptNo(tx)
      const receipt = { no: receiptNo, partner, direction: 'taken' as const, through: frame.n, jws: frame.receipt, at }
      await store.saveReceipt(tx, receipt)
      await store.saveLink(tx, partner, 'out', link)
      if (claims === null) {
        const problem = { code: 'chain.replay', detail: 'was refused before' } as const
        await store.saveRefusal(tx, { partner, direction: 'out', link, id, problem, receiptNo, at, jws: null })
        return
      }
      const handler = handlerOf(parts.handlers, claims.kind)
      const opened = await handler.openBody(claims, frame.body)
      const row = await store.thread(tx, claims.thread)
      if (row !== null && row.partner !== partner) throw new UnprovenClaim('a thread with another city')
      const threadNo = row?.no ?? (await store.beginThread(tx, claims.thread, typeOf(claims.kind), partner, at))
      if (threadNo === null) throw new ProblemError('internal', 'a thread that is there and is not')
      const body = opened.ok ? opened.body : null
      const left = refused ? [] : await makeRoom(tx, partner, threadNo, { id, claims, body })
      const status = refused ? 'refused' : 'stored'
      const no = await store.insert(
        tx,
        {
          id,
          jws: frame.jws,
          claims,
          bodyBytes: frame.body,
          threadNo,
          partner,
          direction: 'out',
          status,
          receiptNo,
          receivedAt,
          at,
        },
        link,
      )
      if (refused) return
      const packet: StoredPacket = { no, id, claims, body, direction: 'out', status: 'stored', receivedAt }
      const applied = { threadNo, thread: claims.thread, partner, packets: [...left, packet], packet, at }
      await handler.apply(tx, applied)
    })
  }

  /** Puts back all that was proven and what follows it. */
  async function fetchBack(
    partner: string,
    first: Given,
    from: number,
    given: AsyncGenerator<Given>,
    again: () => AsyncGenerator<Given>,
    useful: () => void,
  ): Promise<number> {
    let recalled = 0
    let empty = 0
    const restore = async (next: Given): Promise<void> => {
      empty = next.claims === null ? empty + 1 : 0
      if (empty > RECOVERY_LIMITS.unproven) throw new UnprovenClaim('gives back places without a packet')
      await putBack(partner, next)
      useful()
      recalled++
    }
    if (first.frame.n === from) {
      await restore(first)
      for await (const next of given) await restore(next)
    } else {
      // Refused places came before the proof, when nothing was believed: they are asked for once more.
      for await (const _ of given);
      for await (const next of again()) await restore(next)
    }
    return recalled
  }

  /** Writes one withdrawn packet anew, or tells a person that it fits no more. */
  async function rewrite(partner: string, { no, thread, withdrawn, draft }: Rewrite): Promise<void> {
    const remove = (tx: Transaction) => store.dropRewrite(tx, no)
    try {
      await parts.author.write({ thread, partner }, [draft], remove)
    } catch (error) {
      if (!(error instanceof ProblemError) || PROBLEMS[error.problem.code].retryable) throw error
      const { problem } = error
      await db.transaction(async tx => {
        await remove(tx)
        const row = await store.thread(tx, thread)
        const signed = withdrawn === null ? null : await store.withdrawnClaims(tx, withdrawn)
        if (row !== null && withdrawn !== null && signed !== null) {
          const taken = { no: 0, id: withdrawn, claims: signed, body: draft.content, direction: 'out' as const }
          const packets = await store.packets(tx, row.no)
          const applied = { threadNo: row.no, thread, partner, packets, packet: null, at: clock.now() }
          await handlerOf(parts.handlers, draft.kind).unwritten(tx, applied, problem, { ...taken, status: 'pending' })
        }
        await parts.unwritten(tx, { partner, thread, kind: draft.kind, problem })
      })
    }
  }

  /** Whether packets to the partner are set aside: a recall was cut off. */
  const isUnfinished = async (partner: string): Promise<boolean> =>
    (await store.waiting(db, partner, 1)).length > 0 || (await store.nextRewrite(db, partner)) !== null

  return {
    isUnfinished,

    /**
     * Runs on a fresh exchange stream, after both hellos, when the partner claims to hold what this node does not. Throws
     * UnprovenClaim when it does not prove it: whatever it had proven before stands.
     */
    async run(partner: string, wire: Wire, reader: FrameReader, claim: Watermark): Promise<void> {
      const { acked } = await store.link(db, partner, 'out')
      const given = recall(partner, wire, reader, acked + 1, claim.n)
      const late = () => wire.abort(new ProblemError('exchange.timeout', 'no proof'))
      const { proof, from } = await prove(partner, given, claim).finally(clock.after(RECOVERY_LIMITS.proof, late))
      await parts.begun(partner)
      await setAside(partner, from)
      const again = () => recall(partner, wire, reader, from, claim.n)
      const recalled = await fetchBack(partner, proof, from, given, again, () => reader.useful())
      const { n } = await store.link(db, partner, 'out')
      if (n < claim.n) throw new UnprovenClaim(`claims ${claim.n} packets and gives back up to ${n}`)
      parts.ended(partner, recalled)
    },

    /** Places what was set aside behind what came back, in its order; what was withdrawn is written anew, or told to a person. */
    async resume(partner: string): Promise<void> {
      while (await isUnfinished(partner)) {
        const rewritten = await store.nextRewrite(db, partner)
        const placed = await db.transaction(async tx => {
          const page = await store.waiting(tx, partner, RECOVERY_LIMITS.page, rewritten?.place)
          let link = await store.linkIn(tx, partner, 'out')
          for (const { no, id } of page) {
            link = { ...advance(link, id), acked: link.acked }
            await store.placeAt(tx, no, link)
          }
          if (page.length > 0) await store.saveLink(tx, partner, 'out', link)
          return page.length
        })
        if (placed < RECOVERY_LIMITS.page && rewritten !== null) await rewrite(partner, rewritten)
      }
    },
  }
}
