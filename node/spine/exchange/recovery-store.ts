/** The SQL of a recovery: own packets that are set aside, placed again, withdrawn, or written anew. */
import type { Watermark } from '../../../protocol/exchange/frames.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { decodeUtf8, encodeUtf8, fromHex, toHex } from '../../../protocol/primitives.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { Draft } from './ports.ts'
import { claimsOf } from './thread-store.ts'

/** A draft of a packet that was withdrawn and must be written anew; `place` is where it stood among what is set aside. */
export type Rewrite = { no: number; thread: string; withdrawn: string | null; place: number; draft: Draft }

/** Own packets that are set aside keep their order: their place less this, below any place on a link. */
const ASIDE = 2 ** 52
export const isWaiting = (place: number): boolean => place < 0

const rewriteContext = (thread: string): string => `rewrite ${thread}`

export function createRecoveryStore(keys: CaseKeys) {
  /** The id that stands at a place of own packets; null when this store holds no such place. */
  async function standsAt(store: Reader, partner: string, place: number): Promise<string | null> {
    const [row] = await store.query<{ id: Uint8Array }>(
      `SELECT id FROM packets WHERE partner = ? AND direction = 'out' AND place = ?
       UNION ALL SELECT id FROM refusals WHERE partner = ? AND direction = 'out' AND place = ?`,
      [partner, place, partner, place],
    )
    return row === undefined ? null : toHex(row.id)
  }

  /** Whether an own packet was ever signed as far as this store knows; one that was withdrawn has no place. */
  async function heldAs(store: Reader, id: string): Promise<{ no: number; place: number | null } | null> {
    const [row] = await store.query<{ no: number; place: number | null }>(
      'SELECT no, place FROM packets WHERE id = ? UNION ALL SELECT 0, NULL FROM withdrawn WHERE id = ?',
      [fromHex(id), fromHex(id)],
    )
    return row ?? null
  }

  async function own(store: Reader, no: number): Promise<{ no: number; place: number; jws: string }> {
    const [row] = await store.query<{ place: number; jws: string }>('SELECT place, jws FROM packets WHERE no = ?', [no])
    return { no, place: row?.place ?? 0, jws: row?.jws ?? '' }
  }

  /** Sets own packets without receipt at the places `from` to `through` aside; how many. They stay in their threads. */
  const setAside = (tx: Transaction, partner: string, from: number, through: number): Promise<number> =>
    tx.run(
      `UPDATE packets SET place = place - ? WHERE partner = ? AND direction = 'out' AND place BETWEEN ? AND ? AND status = 'pending'`,
      [ASIDE, partner, from, through],
    )

  /** What is set aside, in its order; only what stood before the place `before`, when given. */
  async function waiting(
    store: Reader,
    partner: string,
    limit: number,
    before = 0,
  ): Promise<{ no: number; id: string }[]> {
    const rows = await store.query<{ no: number; id: Uint8Array }>(
      `SELECT no, id FROM packets WHERE partner = ? AND direction = 'out' AND place < ? ORDER BY place LIMIT ?`,
      [partner, before, limit],
    )
    return rows.map(({ no, id }) => ({ no, id: toHex(id) }))
  }

  /** Places what was set aside where the link has reached. */
  async function placeAt(tx: Transaction, no: number, link: Watermark): Promise<void> {
    await tx.run('UPDATE packets SET place = ?, log_hash = ? WHERE no = ?', [link.n, fromHex(link.hash), no])
  }

  /** Takes an own packet out of its chain for good; its signed text stays, its body does not. */
  async function withdraw(tx: Transaction, packet: { no: number; partner: string; at: number }): Promise<void> {
    await tx.run(
      `INSERT INTO withdrawn (id, thread_no, partner, seq, kind, jws, at)
       SELECT id, thread_no, partner, seq, kind, jws, ? FROM packets WHERE no = ?`,
      [packet.at, packet.no],
    )
    for (const table of ['bodies', 'packet_materials'])
      await tx.run(`DELETE FROM ${table} WHERE packet_no = ?`, [packet.no])
    await tx.run('DELETE FROM packets WHERE no = ?', [packet.no])
  }

  async function withdrawnClaims(store: Reader, id: string): Promise<PacketClaims | null> {
    const [row] = await store.query<{ jws: string }>('SELECT jws FROM withdrawn WHERE id = ?', [fromHex(id)])
    return row === undefined ? null : claimsOf(row.jws)
  }

  /** Keeps the draft of a withdrawn packet until it was written anew. */
  async function saveRewrite(
    tx: Transaction,
    partner: string,
    thread: string,
    id: string,
    place: number,
    draft: Draft,
  ): Promise<void> {
    const plain = encodeUtf8(JSON.stringify(draft))
    await tx.run('INSERT INTO rewrites (partner, thread, draft, withdrawn, place) VALUES (?, ?, ?, ?, ?)', [
      partner,
      thread,
      await keys.sealBody(tx, await keys.threadNo(tx, thread), draft.kind, plain, rewriteContext(thread)),
      fromHex(id),
      place,
    ])
  }

  /** The next draft that is to be written anew; one of a case whose key was destroyed is none. */
  async function nextRewrite(store: Reader, partner: string): Promise<Rewrite | null> {
    const rows = await store.query<{
      no: number
      thread: string
      threadNo: number
      draft: Uint8Array
      withdrawn: Uint8Array | null
      place: number
    }>(
      `SELECT r.no, r.thread, t.no AS threadNo, r.draft, r.withdrawn, r.place FROM rewrites r JOIN threads t ON t.thread = unhex(r.thread)
       WHERE r.partner = ? ORDER BY r.place, r.no LIMIT ?`,
      [partner, EXCHANGE_LIMITS.page],
    )
    for (const row of rows) {
      const plain = await keys.open(store, row.threadNo, row.draft, rewriteContext(row.thread))
      if (plain === null) continue
      const withdrawn = row.withdrawn === null ? null : toHex(row.withdrawn)
      const draft = JSON.parse(decodeUtf8(plain)) as Draft
      return { no: row.no, thread: row.thread, withdrawn, place: row.place, draft }
    }
    return null
  }

  async function dropRewrite(tx: Transaction, no: number): Promise<void> {
    await tx.run('DELETE FROM rewrites WHERE no = ?', [no])
  }

  return {
    standsAt,
    heldAs,
    own,
    setAside,
    waiting,
    placeAt,
    withdraw,
    withdrawnClaims,
    saveRewrite,
    nextRewrite,
    dropRewrite,
  }
}
