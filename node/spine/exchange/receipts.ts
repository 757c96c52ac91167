/** Takes the partner's receipts: marks own packets stored, or takes a refused one out of its chain. */
import { LIMITS } from '../../../protocol/limits.ts'
import { type ReceiptItem, verifyReceipt } from '../../../protocol/packet/receipt.ts'
import { otherDay } from '../../../protocol/packet/times.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { handlerOf } from './author.ts'
import type { PacketStore } from './packet-store.ts'
import type { OwnIdentity, ThreadHandler, Trust } from './ports.ts'
import type { SentPacket } from './receipt-store.ts'

export type ReceiptsParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  handlers: ReadonlyMap<string, ThreadHandler>
  confirmed: (
    partner: string,
    count: number,
    refused: readonly { kind: string; problem: Problem }[],
    seconds: number,
  ) => void
  /** how far the partner's clock is ahead at least, ms, when a receipt shows that it differs */
  clockSeen: (partner: string, ahead: number) => void
}

/** A receipt that does not count: the packet is sent again until there is one that does. */
export class RefusedReceipt extends ProblemError {
  constructor({ code, detail }: Problem) {
    super(code, detail)
  }
}

export type Receipts = ReturnType<typeof createReceipts>

export function createReceipts(parts: ReceiptsParts) {
  const { db, store, trust, identity, clock } = parts

  /** Takes a refused packet out of its chain and tells its handler. */
  async function removeFromChain(
    tx: Transaction,
    partner: string,
    sent: SentPacket,
    problem: Problem,
    receiptNo: number,
  ): Promise<void> {
    const before = await store.packets(tx, sent.threadNo)
    await tx.run(`UPDATE packets SET status = 'refused', problem = ?, receipt_no = ? WHERE no = ?`, [
      JSON.stringify(problem),
      receiptNo,
      sent.no,
    ])
    const packets = before.filter(packet => packet.no !== sent.no)
    const taken = before.find(packet => packet.no === sent.no)
    if (taken === undefined) throw new ProblemError('internal', `packet ${sent.no} is not held`)
    const thread = await store.threadId(tx, sent.threadNo)
    const applied = { threadNo: sent.threadNo, thread, partner, packets, packet: null, at: clock.now() }
    await handlerOf(parts.handlers, sent.kind).refused(tx, applied, sent.kind, problem, taken)
  }

  /** Tells each thread once that the receipt gives packets of it another day. */
  async function countAnew(tx: Transaction, partner: string, sent: readonly SentPacket[]): Promise<void> {
    for (const [threadNo, { kind }] of new Map(sent.map(packet => [packet.threadNo, packet]))) {
      const handler = handlerOf(parts.handlers, kind)
      if (handler.receipted === undefined) continue
      const packets = await store.packets(tx, threadNo)
      const thread = await store.threadId(tx, threadNo)
      await handler.receipted(tx, { threadNo, thread, partner, packets, at: clock.now() })
    }
  }

  /** Settles the places of one receipt; what was refused. A receipt given again after a restore changes nothing: the first one stands. */
  async function settle(
    tx: Transaction,
    partner: string,
    places: { from: number; through: number },
    { items, iat }: { items: ReadonlyMap<string, ReceiptItem>; iat: number },
    receiptNo: number,
  ): Promise<{ refused: { kind: string; problem: Problem }[]; oldest: number }> {
    const sent = await store.sentBetween(tx, partner, places.from, places.through)
    if (sent.length !== places.through - places.from + 1)
      throw new ProblemError('internal', `a place up to ${places.through} is not held`)
    const refusals: { packet: SentPacket; problem: Problem }[] = []
    for (const packet of sent) {
      const item = items.get(packet.id)
      if (item === undefined) throw new ProblemError('receipt.malformed', `place ${packet.place} is not covered`)
      if (item.status === 'refused' && packet.status === 'pending') {
        refusals.push({
          packet,
          problem: { code: item.problem, ...(item.detail === undefined ? {} : { detail: item.detail }) },
        })
      }
    }
    for (const { packet, problem } of refusals) await removeFromChain(tx, partner, packet, problem, receiptNo)
    await tx.run(
      `UPDATE packets SET status = 'stored', receipt_no = ?, received_at = ? WHERE partner = ? AND direction = 'out' AND place BETWEEN ? AND ? AND status = 'pending'`,
      [receiptNo, iat, partner, places.from, places.through],
    )
    await countAnew(
      tx,
      partner,
      sent.filter(
        packet =>
          packet.status === 'pending' &&
          otherDay({ receivedAt: iat, claims: packet }) !== null &&
          packet.threadNo !== 0,
      ),
    )
    return {
      refused: refusals.map(({ packet, problem }) => ({ kind: packet.kind, problem })),
      oldest: sent.reduce((oldest, { at }) => Math.min(oldest, at), clock.now()),
    }
  }

  return {
    /** Applies one receipt that covers the places `from` to `through`. Throws ProblemError when it does not verify or misses one. */
    async accept(partner: string, from: number, through: number, jws: string): Promise<void> {
      const verified = await verifyReceipt(jws, {
        resolveKey: kid => trust.key(kid),
        issuer: partner,
        audience: identity.city,
      })
      if (!verified.ok) throw new RefusedReceipt(verified.problem)
      const ahead = verified.claims.iat - seconds(clock.now())
      if (ahead > LIMITS.clockSkewSeconds) {
        parts.clockSeen(partner, ahead * 1000)
        throw new RefusedReceipt({ code: 'envelope.clock', detail: `a receipt of ${ahead} s from now` })
      }
      const items = new Map(verified.claims.items.map(item => [item.id, item]))
      await db.transaction(async tx => {
        const receiptNo = await store.nextReceiptNo(tx)
        const { refused, oldest } = await settle(
          tx,
          partner,
          { from, through },
          { items, iat: verified.claims.iat },
          receiptNo,
        )
        await store.saveReceipt(tx, { no: receiptNo, partner, direction: 'taken', through, jws, at: clock.now() })
        const link = await store.linkIn(tx, partner, 'out')
        await store.saveLink(tx, partner, 'out', { ...link, acked: Math.max(link.acked, through) })
        tx.afterCommit(() => {
          const now = clock.now()
          parts.confirmed(partner, through - from + 1, refused, Math.max(0, now - oldest) / 1000)
          const ahead = aheadBy(verified.claims.iat * 1000, oldest, now)
          if (ahead !== null) parts.clockSeen(partner, ahead)
        })
      })
    },
  }
}

/** By how much a clock is ahead that dates a receipt, in whole seconds, outside the time in which it was given; null when it fits. */
function aheadBy(iat: number, sent: number, taken: number): number | null {
  if (iat > taken) return iat - taken
  return iat + 1000 <= sent ? iat + 1000 - sent : null
}
