/** Takes the partner's receipts: marks own packets stored, or takes a refused one out of its chain. */
import { type ReceiptItem, verifyReceipt } from '../../protocol/packet/receipt.ts'
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import type { Database, Transaction } from '../store/database.ts'
import { handlerOf } from './author.ts'
import type { Clock } from './clock.ts'
import type { PacketStore } from './packet-store.ts'
import type { OwnIdentity, ThreadHandler, Trust } from './ports.ts'

export type ReceiptsParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  handlers: ReadonlyMap<string, ThreadHandler>
  confirmed: (partner: string, count: number, refused: readonly { kind: string; problem: Problem }[]) => void
}

export type Receipts = ReturnType<typeof createReceipts>

export function createReceipts(parts: ReceiptsParts) {
  const { db, store, trust, identity, clock } = parts

  async function settle(
    tx: Transaction,
    partner: string,
    place: number,
    items: ReadonlyMap<string, ReceiptItem>,
    receiptNo: number,
  ): Promise<{ kind: string; problem: Problem } | null> {
    const sent = await store.sentAt(tx, partner, place)
    if (sent === null) throw new ProblemError('internal', `place ${place} is not held`)
    const item = items.get(sent.id)
    if (item === undefined) throw new ProblemError('receipt.malformed', `place ${place} is not covered`)
    // A receipt given again after the partner was restored changes nothing: the first one stands.
    if (sent.status !== 'pending') return null
    if (item.status === 'stored') {
      await tx.run(`UPDATE packets SET status = 'stored', receipt_no = ? WHERE no = ?`, [receiptNo, sent.no])
      return null
    }
    const problem: Problem = { code: item.problem, ...(item.detail === undefined ? {} : { detail: item.detail }) }
    await tx.run(`UPDATE packets SET status = 'refused', problem = ?, receipt_no = ? WHERE no = ?`, [
      JSON.stringify(problem),
      receiptNo,
      sent.no,
    ])
    const packets = await store.packets(tx, sent.threadNo)
    const thread = await store.threadId(tx, sent.threadNo)
    await handlerOf(parts.handlers, sent.kind).refused(
      tx,
      { threadNo: sent.threadNo, thread, partner, packets, packet: null, at: clock.now() },
      sent.kind,
      problem,
    )
    return { kind: sent.kind, problem }
  }

  return {
    /** Applies one receipt that covers the places `from` to `through`. Throws ProblemError when it does not verify or misses one. */
    async take(partner: string, from: number, through: number, jws: string): Promise<void> {
      const verified = await verifyReceipt(jws, {
        resolveKey: kid => trust.key(kid),
        issuer: partner,
        audience: identity.city,
      })
      if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
      const items = new Map(verified.claims.items.map(item => [item.id, item]))
      await db.transaction(async tx => {
        const receiptNo = await store.nextReceiptNo(tx)
        const refused: { kind: string; problem: Problem }[] = []
        for (let place = from; place <= through; place++) {
          const refusal = await settle(tx, partner, place, items, receiptNo)
          if (refusal !== null) refused.push(refusal)
        }
        await store.saveReceipt(tx, { no: receiptNo, partner, direction: 'taken', through, jws, at: clock.now() })
        const link = await store.link(tx, partner, 'out')
        await store.saveLink(tx, partner, 'out', { ...link, acked: Math.max(link.acked, through) })
        tx.afterCommit(() => parts.confirmed(partner, through - from + 1, refused))
      })
    },
  }
}
