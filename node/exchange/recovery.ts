/**
 * After a restore from an old backup: fetches own packets back from the partner before anything new is signed, so that no
 * chain forks. What was signed since the restore and never receipted is taken out and written anew on top.
 */

import { encodeFrame, type Frame } from '../../protocol/exchange/frames.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { verifyPacket } from '../../protocol/packet/envelope.ts'
import { verifyReceipt } from '../../protocol/packet/receipt.ts'
import { decodeUtf8 } from '../../protocol/primitives.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../protocol/problem.ts'
import type { Database, Transaction } from '../store/database.ts'
import { handlerOf, typeOf } from './author.ts'
import type { Clock } from './clock.ts'
import type { FrameReader } from './greeting.ts'
import { advance } from './hash.ts'
import { claimsOf, type PacketStore } from './packet-store.ts'
import type { Author, OwnIdentity, StoredPacket, ThreadHandler, Trust } from './ports.ts'
import type { Wire } from './wire.ts'

export type RecoveryParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  handlers: ReadonlyMap<string, ThreadHandler>
  author: () => Author
  /** ms within which each packet that comes back must come */ timeout: number
  begun: (partner: string) => void
  ended: (partner: string, recalled: number) => void
  /** a packet that was signed after the restore fits no more: told to a person */
  unwritten: (
    tx: Transaction,
    packet: { partner: string; thread: string; kind: string; problem: Problem },
  ) => Promise<void>
}

export type Recovery = ReturnType<typeof createRecovery>

const EVERYTHING = { packets: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER }

type Recalled = Extract<Frame, { type: 'recalled' }>
export function createRecovery(parts: RecoveryParts) {
  const { db, store, identity, trust, clock } = parts

  /** Takes out what was written since the last receipt and keeps it as drafts; none of it was stored by the partner. */
  async function takeOut(tx: Transaction, partner: string): Promise<void> {
    const link = await store.linkIn(tx, partner, 'out')
    for (const packet of await store.wirePackets(tx, partner, 'out', link.acked + 1, EVERYTHING)) {
      const { thread, kind, materials, agreement } = claimsOf(packet.jws)
      const { salt: _, ...content } = JSON.parse(decodeUtf8(packet.body)) as { salt: string }
      await store.saveRewrite(tx, partner, thread, {
        kind,
        content,
        materials,
        ...(agreement === undefined ? {} : { agreement }),
      })
      for (const table of ['bodies', 'packet_materials', 'dispatch_jobs']) {
        await tx.run(`DELETE FROM ${table} WHERE packet_no = ?`, [packet.no])
      }
      await tx.run('DELETE FROM packets WHERE no = ?', [packet.no])
    }
    const hash = await store.hashAt(tx, partner, link.acked)
    if (hash === null) throw new ProblemError('internal', 'the last receipted place is not held')
    await store.saveLink(tx, partner, 'out', { n: link.acked, hash, acked: link.acked })
  }

  async function verify(
    partner: string,
    recalled: Recalled,
  ): Promise<{ id: string; claims: PacketClaims | null; refused: boolean }> {
    const receipt = await verifyReceipt(recalled.receipt, {
      resolveKey: kid => trust.key(kid),
      issuer: partner,
      audience: identity.city,
      evidence: true,
    })
    if (!receipt.ok) throw new ProblemError(receipt.problem.code, receipt.problem.detail)
    let id = ''
    let claims: PacketClaims | null = null
    if (recalled.jws === '') {
      id = decodeUtf8(recalled.body)
    } else {
      const verified = await verifyPacket(recalled.jws, { resolveKey: kid => trust.key(kid), evidence: true })
      if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
      if (verified.claims.iss !== identity.city || verified.claims.aud !== partner)
        throw new ProblemError('exchange.protocol', 'not an own packet')
      id = verified.id
      claims = verified.claims
    }
    const item = receipt.claims.items.find(entry => entry.id === id)
    if (item === undefined) throw new ProblemError('receipt.malformed', 'not covered')
    return { id, claims, refused: item.status === 'refused' }
  }

  /** Puts one own packet back where it stood; it was admitted once, so it is folded, not judged. */
  async function putBack(partner: string, recalled: Recalled): Promise<void> {
    const { id, claims, refused } = await verify(partner, recalled)
    await db.transaction(async tx => {
      const before = await store.linkIn(tx, partner, 'out')
      if (recalled.n !== before.n + 1)
        throw new ProblemError('exchange.protocol', `place ${recalled.n} after ${before.n}`)
      const link = { ...advance(before, id), acked: recalled.n }
      const at = clock.now()
      const receiptNo = await store.nextReceiptNo(tx)
      await store.saveReceipt(tx, {
        no: receiptNo,
        partner,
        direction: 'taken',
        through: recalled.n,
        jws: recalled.receipt,
        at,
      })
      await store.saveLink(tx, partner, 'out', link)
      if (claims === null) {
        const problem = { code: 'chain.replay', detail: 'was refused before' } as const
        await store.saveRefusal(tx, { partner, direction: 'out', link, id, problem, receiptNo, at })
        return
      }
      const handler = handlerOf(parts.handlers, claims.kind)
      const opened = await handler.openBody(claims, recalled.body)
      const row = await store.thread(tx, claims.thread)
      const threadNo = row?.no ?? (await store.beginThread(tx, claims.thread, typeOf(claims.kind), partner, at))
      const status = refused ? 'refused' : 'stored'
      const no = await store.insert(
        tx,
        {
          id,
          jws: recalled.jws,
          claims,
          bodyBytes: recalled.body,
          threadNo,
          partner,
          direction: 'out',
          status,
          receiptNo,
          at,
        },
        link,
      )
      if (refused) return
      const packet: StoredPacket = {
        no,
        id,
        claims,
        body: opened.ok ? opened.body : null,
        direction: 'out',
        status: 'stored',
      }
      const packets = await store.packets(tx, threadNo)
      await handler.apply(tx, { threadNo, thread: claims.thread, partner, packets, packet, at })
    })
  }

  return {
    /** Runs on a fresh exchange stream, after both hellos: nothing is signed for the partner until it ended. */
    async run(partner: string, wire: Wire, reader: FrameReader): Promise<void> {
      parts.begun(partner)
      await db.transaction(tx => takeOut(tx, partner))
      const { acked } = await store.link(db, partner, 'out')
      await wire.send(encodeFrame({ type: 'recall', from: acked + 1 }))
      let recalled = 0
      for (;;) {
        const giveUp = () => wire.abort(new ProblemError('exchange.timeout', 'recall'))
        const frame = await reader.next().finally(clock.after(parts.timeout, giveUp))
        if (frame === null) throw new ProblemError('frame.truncated', 'recall')
        if (frame.type === 'recall-end') break
        if (frame.type !== 'recalled') throw new ProblemError('exchange.protocol', frame.type)
        await putBack(partner, frame)
        reader.useful()
        recalled++
      }
      parts.ended(partner, recalled)
    },

    /** Writes anew, on top of what came back, what was taken out; what no longer fits is reported and dropped with its audit row. */
    async rewrite(partner: string): Promise<void> {
      for (const { no, thread, draft } of await store.rewrites(db, partner)) {
        const remove = (tx: Transaction) => tx.run('DELETE FROM rewrites WHERE no = ?', [no]).then(() => {})
        try {
          await parts.author().write({ thread, partner }, [draft], remove)
        } catch (error) {
          if (!(error instanceof ProblemError) || PROBLEMS[error.problem.code].retryable) throw error
          const problem = error.problem
          await db.transaction(async tx => {
            await remove(tx)
            await parts.unwritten(tx, { partner, thread, kind: draft.kind, problem })
          })
        }
      }
    },
  }
}
