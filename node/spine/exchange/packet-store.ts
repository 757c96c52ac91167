/** The SQL of threads, packets, links and receipts. No meaning of packets here; bodies are sealed at rest, those of a case with its key. */
import * as jose from 'jose'
import { NO_PACKETS, type Watermark } from '../../../protocol/exchange/frames.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { type Commitment, decodeUtf8, encodeUtf8, fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Reader, Statement, Transaction } from '../../kernel/store/database.ts'
import { createRemembered } from '../../kernel/store/remembered.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { Draft, StoredPacket } from './ports.ts'
import type { Standing } from './threads.ts'

export type Direction = 'in' | 'out'
/**
 * `bytes`: what the packets that came over it take here. `currentAt`: of packets that come, when this city held all that the partner
 * had, ms; absent or 0: never, or not known.
 */
export type Link = Watermark & { acked: number; bytes: number; currentAt?: number }
export type ThreadRow = { no: number; type: string; partner: string }

/** A packet on its way into the store. */
export type NewPacket = {
  id: string
  jws: string
  claims: PacketClaims
  bodyBytes: Uint8Array
  threadNo: number
  partner: string
  direction: Direction
  status: 'pending' | 'stored' | 'refused'
  problem?: Problem
  receiptNo: number | null
  /** seconds, by that receipt; absent while there is none */ receivedAt?: number
  at: number
}

/** A packet as it goes over the wire. */
export type WirePacket = { no: number; n: number; id: string; jws: string; body: Uint8Array }

/** An own packet on the link. */
export type SentPacket = {
  no: number
  place: number
  id: string
  threadNo: number
  kind: string
  status: string
  /** seconds */ iat: number
  /** ms */ at: number
}

/** A packet of the partner as it was received, and the receipt for it; `problem`: why it was refused. */
export type ReceivedPacket = { place: number; id: string; problem: Problem | null; receipt: string }

/** A draft of a packet that was withdrawn and must be written anew; `place` is where it stood among what is set aside. */
export type Rewrite = { no: number; thread: string; withdrawn: string | null; place: number; draft: Draft }

/** Own packets that are set aside keep their order: their place less this, below any place on a link. */
const ASIDE = 2 ** 52
export const isWaiting = (place: number): boolean => place < 0

/** A packet without what it says; `iat` in seconds. */
export type PacketOutline = { no: number; id: string; kind: string; direction: Direction; iat: number }

export type PacketStore = ReturnType<typeof createPacketStore>

/** Materials of a packet that one statement writes. */
const MATERIAL_ROWS = 8

const rewriteContext = (thread: string): string => `rewrite ${thread}`

/** Claims of a JWS that was verified before it was stored. */
export const claimsOf = (jws: string): PacketClaims =>
  JSON.parse(decodeUtf8(jose.base64url.decode(jws.split('.')[1] ?? ''))) as PacketClaims

/** The materials of a packet, a few in each statement: they are the texts that stay prepared. */
function materialRows(no: number, materials: readonly Commitment[]): Statement[] {
  const statements: Statement[] = []
  for (let from = 0; from < materials.length; from += MATERIAL_ROWS) {
    const some = materials.slice(from, from + MATERIAL_ROWS)
    statements.push([
      `INSERT INTO packet_materials (packet_no, sha256, size) VALUES ${some.map(() => '(?, ?, ?)').join(', ')}`,
      some.flatMap(({ sha256, size }) => [no, fromHex(sha256), size]),
    ])
  }
  return statements
}

/** One for each store: it remembers links and numbers between transactions. */
export function createPacketStore(keys: CaseKeys) {
  const links = createRemembered<Link>()
  const numbers = createRemembered<number>()

  /** Transactions run one after another, so a number that is asked for is free; RETURNING costs ten times as much. */
  async function nextNo(tx: Transaction, table: 'threads' | 'packets' | 'receipts'): Promise<number> {
    const last = await numbers.get(tx, table, async () => {
      const [row] = await tx.query<{ last: number }>(`SELECT coalesce(max(no), 0) AS last FROM ${table}`)
      return row?.last ?? 0
    })
    numbers.set(tx, table, last + 1)
    return last + 1
  }

  async function thread(store: Reader, id: string): Promise<ThreadRow | null> {
    const [row] = await store.query<ThreadRow>('SELECT no, type, partner FROM threads WHERE thread = ?', [fromHex(id)])
    return row ?? null
  }

  async function beginThread(tx: Transaction, id: string, type: string, partner: string, at: number): Promise<number> {
    const no = await nextNo(tx, 'threads')
    await tx.run('INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, ?, ?, ?, ?)', [
      no,
      fromHex(id),
      type,
      partner,
      at,
    ])
    if (type === 'case') await keys.begin(tx, no)
    return no
  }

  /** The packets that hold, in the order stored; refused ones are not part of the thread. */
  async function packets(store: Reader, threadNo: number): Promise<StoredPacket[]> {
    const rows = await store.query<{
      no: number
      id: Uint8Array
      jws: string
      direction: Direction
      status: 'pending' | 'stored'
      sealed: Uint8Array | null
      received_at: number | null
    }>(
      `SELECT p.no, p.id, p.jws, p.direction, p.status, p.received_at, b.sealed FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no
       WHERE p.thread_no = ? AND p.status <> 'refused' ORDER BY p.no`,
      [threadNo],
    )
    const open = await keys.opener(
      store,
      rows.map(({ sealed }) => ({ threadNo, sealed })),
    )
    return rows.map(row => {
      const id = toHex(row.id)
      const bytes = row.sealed === null ? null : open(threadNo, row.sealed, id)
      const body = bytes === null ? null : (JSON.parse(decodeUtf8(bytes)) as unknown)
      return {
        ...{ no: row.no, id, claims: claimsOf(row.jws), body },
        ...{ direction: row.direction, status: row.status, receivedAt: row.received_at },
      }
    })
  }

  /** Own packets that the other city refused, with what they said, in the order stored: they left their chain, and their words are kept. */
  async function refused(
    store: Reader,
    threadNo: number,
  ): Promise<{ id: string; kind: string; iat: number; problem: Problem; body: unknown }[]> {
    const rows = await store.query<{
      id: Uint8Array
      kind: string
      iat: number
      problem: string
      sealed: Uint8Array | null
    }>(
      `SELECT p.id, p.kind, p.iat, p.problem, b.sealed FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no
       WHERE p.thread_no = ? AND p.status = 'refused' AND p.direction = 'out' AND p.problem IS NOT NULL ORDER BY p.no`,
      [threadNo],
    )
    const open = await keys.opener(
      store,
      rows.map(({ sealed }) => ({ threadNo, sealed })),
    )
    return rows.map(({ id, kind, iat, problem, sealed }) => {
      const bytes = sealed === null ? null : open(threadNo, sealed, toHex(id))
      const body = bytes === null ? null : (JSON.parse(decodeUtf8(bytes)) as unknown)
      return { id: toHex(id), kind, iat, problem: JSON.parse(problem) as Problem, body }
    })
  }

  /** The same without claims and bodies: nothing is opened, however large the thread is. */
  async function outline(store: Reader, threadNo: number): Promise<PacketOutline[]> {
    const rows = await store.query<Omit<PacketOutline, 'id'> & { id: Uint8Array }>(
      `SELECT no, id, kind, direction, iat FROM packets WHERE thread_no = ? AND status <> 'refused' ORDER BY no`,
      [threadNo],
    )
    return rows.map(row => ({ ...row, id: toHex(row.id) }))
  }

  /** The body of one packet; null when it is purged. */
  async function bodyOf(store: Reader, { no, id }: Pick<PacketOutline, 'no' | 'id'>): Promise<unknown> {
    const held = await sealedBody(store, no)
    const bytes = held === null ? null : await keys.open(store, held.threadNo, held.sealed, id)
    return bytes === null ? null : (JSON.parse(decodeUtf8(bytes)) as unknown)
  }

  /** Changes whenever a packet joins or leaves the thread, or gets a receipt of another day (of China) than its own. */
  async function version(store: Reader, threadNo: number): Promise<string> {
    const [row] = await store.query<{ n: number; last: number | null; apart: number }>(
      `SELECT count(*) AS n, max(no) AS last, count(CASE WHEN (received_at + 28800) / 86400 <> (iat + 28800) / 86400 THEN 1 END) AS apart
       FROM packets WHERE thread_no = ? AND status <> 'refused'`,
      [threadNo],
    )
    return `${row?.n ?? 0}/${row?.last ?? 0}/${row?.apart ?? 0}`
  }

  /** What tells whether a thread is still as it was read. */
  async function standing(store: Reader, threadNo: number): Promise<Standing> {
    const [row] = await store.query<Omit<Standing, 'last'> & { last: Uint8Array | null }>(
      `SELECT count(*) AS packets, (SELECT q.id FROM packets q WHERE q.thread_no = ? AND q.status <> 'refused'
           ORDER BY q.no DESC LIMIT 1) AS last, count(CASE WHEN p.status = 'stored' THEN 1 END) AS stored,
         count(b.packet_no) AS bodies
       FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no WHERE p.thread_no = ? AND p.status <> 'refused'`,
      [threadNo, threadNo],
    )
    if (row === undefined) throw new ProblemError('internal', 'count(*) gave no row')
    return { ...row, last: row.last === null ? '' : toHex(row.last) }
  }

  /** Inserts a packet at the place that `link` has reached; returns its number. */
  async function insert(tx: Transaction, packet: NewPacket, link: Watermark): Promise<number> {
    const no = await nextNo(tx, 'packets')
    const { threadNo, claims, bodyBytes, id } = packet
    const sealed = await keys.sealBody(tx, threadNo, claims.kind, bodyBytes, id)
    await tx.batch([
      [
        `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, problem, receipt_no, received_at, stored_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          no,
          fromHex(packet.id),
          packet.threadNo,
          packet.partner,
          packet.direction,
          link.n,
          fromHex(link.hash),
          packet.claims.seq,
          packet.claims.kind,
          packet.claims.iat,
          packet.jws,
          packet.status,
          packet.problem === undefined ? null : JSON.stringify(packet.problem),
          packet.receiptNo,
          packet.receivedAt ?? null,
          packet.at,
        ],
      ],
      ['INSERT INTO bodies (packet_no, sealed) VALUES (?, ?)', [no, sealed]],
      ...materialRows(no, claims.materials),
    ])
    return no
  }

  async function link(store: Reader, partner: string, direction: Direction): Promise<Link> {
    const [row] = await store.query<{ n: number; hash: Uint8Array; acked: number; bytes: number; currentAt: number }>(
      'SELECT n, hash, acked, bytes, current_at AS currentAt FROM links WHERE partner = ? AND direction = ?',
      [partner, direction],
    )
    return row === undefined ? { ...NO_PACKETS, acked: 0, bytes: 0 } : { ...row, hash: toHex(row.hash) }
  }

  /** The link as the transaction before left it. */
  const linkIn = (tx: Transaction, partner: string, direction: Direction): Promise<Link> =>
    links.get(tx, `${partner} ${direction}`, () => link(tx, partner, direction))

  async function saveLink(tx: Transaction, partner: string, direction: Direction, to: Link): Promise<void> {
    links.set(tx, `${partner} ${direction}`, to)
    await tx.run(
      `INSERT INTO links (partner, direction, n, hash, acked, bytes, current_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (partner, direction) DO UPDATE SET n = excluded.n, hash = excluded.hash, acked = excluded.acked,
         bytes = excluded.bytes, current_at = excluded.current_at`,
      [partner, direction, to.n, fromHex(to.hash), to.acked, to.bytes, to.currentAt ?? 0],
    )
  }

  /** What packets of a partner take no longer. */
  async function free(tx: Transaction, partner: string, bytes: number): Promise<void> {
    const held = await linkIn(tx, partner, 'in')
    if (bytes > 0) await saveLink(tx, partner, 'in', { ...held, bytes: Math.max(0, held.bytes - bytes) })
  }

  /** Partners whose packets take at least so many bytes. */
  const large = (store: Reader, bytes: number): Promise<{ partner: string; bytes: number }[]> =>
    store.query(`SELECT partner, bytes FROM links WHERE direction = 'in' AND bytes >= ? ORDER BY partner`, [bytes])

  /** Running hash of own outgoing packets at place `n`; null when this store holds no such place. */
  async function hashAt(store: Reader, partner: string, n: number): Promise<string | null> {
    if (n === 0) return NO_PACKETS.hash
    const [row] = await store.query<{ log_hash: Uint8Array }>(
      `SELECT log_hash FROM packets WHERE partner = ? AND direction = 'out' AND place = ?
       UNION ALL SELECT log_hash FROM refusals WHERE partner = ? AND direction = 'out' AND place = ?`,
      [partner, n, partner, n],
    )
    return row === undefined ? null : toHex(row.log_hash)
  }

  /**
   * What goes over the wire for places `from` and on of a direction, as much as fits into a page and at least one; a refused
   * packet is its id alone. A purged body is empty.
   */
  async function wirePackets(
    store: Reader,
    partner: string,
    direction: Direction,
    from: number,
    page: { packets: number; bytes: number } = { packets: EXCHANGE_LIMITS.page, bytes: EXCHANGE_LIMITS.pageBytes },
  ): Promise<WirePacket[]> {
    const rows = await store.query<{
      no: number
      place: number
      id: Uint8Array
      jws: string
      status: string
      size: number
      threadNo: number
      sealed: Uint8Array | null
    }>(
      // A large body stays where it is until it is known to fit.
      `SELECT p.no, p.place, p.id, p.jws, p.status, coalesce(length(b.sealed), 0) AS size, p.thread_no AS threadNo,
         CASE WHEN length(b.sealed) <= ? THEN b.sealed END AS sealed
       FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no
       WHERE p.partner = ? AND p.direction = ? AND p.place >= ?
       UNION ALL SELECT 0, place, id, '', 'refused', 0, 0, NULL FROM refusals WHERE partner = ? AND direction = ? AND place >= ?
       ORDER BY 2 LIMIT ?`,
      [EXCHANGE_LIMITS.bodyInPage, partner, direction, from, partner, direction, from, page.packets],
    )
    const open = await keys.opener(store, rows)
    const packets: WirePacket[] = []
    let bytes = 0
    for (const row of rows) {
      bytes += row.jws.length + row.size
      if (packets.length > 0 && bytes > page.bytes) break
      const id = toHex(row.id)
      if (row.status === 'refused') {
        packets.push({ no: row.no, n: row.place, id, jws: '', body: encodeUtf8(id) })
        continue
      }
      const large = row.size > 0 && row.sealed === null ? await sealedBody(store, row.no) : null
      const opened =
        large === null
          ? row.sealed && open(row.threadNo, row.sealed, id)
          : await keys.open(store, large.threadNo, large.sealed, id)
      const body = opened ?? new Uint8Array()
      packets.push({ no: row.no, n: row.place, id, jws: row.jws, body })
    }
    return packets
  }

  async function sealedBody(store: Reader, no: number): Promise<{ threadNo: number; sealed: Uint8Array } | null> {
    const [row] = await store.query<{ threadNo: number; sealed: Uint8Array }>(
      'SELECT p.thread_no AS threadNo, b.sealed FROM bodies b JOIN packets p ON p.no = b.packet_no WHERE b.packet_no = ?',
      [no],
    )
    return row ?? null
  }

  /** What the partner sent from a place on, to be given back to it: refused packets too, where their signature held. */
  async function givenBack(store: Reader, partner: string, from: number): Promise<WirePacket[]> {
    const page = await wirePackets(store, partner, 'in', from)
    const refused = page.filter(({ jws }) => jws === '').map(({ n }) => n)
    if (refused.length === 0) return page
    const rows = await store.query<{ place: number; jws: string }>(
      `SELECT place, jws FROM refusals WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ? AND jws IS NOT NULL`,
      [partner, refused[0] ?? 0, refused.at(-1) ?? 0],
    )
    const signed = new Map(rows.map(({ place, jws }) => [place, jws]))
    return page.map(packet => {
      const jws = signed.get(packet.n)
      return jws === undefined ? packet : { ...packet, jws, body: new Uint8Array() }
    })
  }

  /** What was received at a place: its packet id, why it was refused, and the receipt that was given for it. */
  async function receivedAt(store: Reader, partner: string, place: number): Promise<ReceivedPacket | null> {
    const [row] = await store.query<{ id: Uint8Array; problem: string | null; jws: string }>(
      `SELECT x.id, x.problem, r.jws FROM (
         SELECT id, receipt_no, NULL AS problem FROM packets WHERE partner = ? AND direction = 'in' AND place = ?
         UNION ALL SELECT id, receipt_no, problem FROM refusals WHERE partner = ? AND direction = 'in' AND place = ?
       ) x JOIN receipts r ON r.no = x.receipt_no`,
      [partner, place, partner, place],
    )
    if (row === undefined) return null
    const problem = row.problem === null ? null : (JSON.parse(row.problem) as Problem)
    return { place, id: toHex(row.id), problem, receipt: row.jws }
  }

  /** Another receipt, of `iat` (seconds), stands for what was received at these places; the threads that this gives another time. */
  async function receiptAnew(
    tx: Transaction,
    partner: string,
    { from, through }: { from: number; through: number },
    { no, iat }: { no: number; iat: number },
  ): Promise<{ threadNo: number; thread: string; type: string }[]> {
    const places = [partner, from, through]
    await tx.run(
      `UPDATE packets SET receipt_no = ?, received_at = ? WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ?`,
      [no, iat, ...places],
    )
    await tx.run(
      `UPDATE refusals SET receipt_no = ? WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ?`,
      [no, ...places],
    )
    const rows = await tx.query<{ no: number; thread: Uint8Array; type: string }>(
      `SELECT no, thread, type FROM threads WHERE no IN
         (SELECT thread_no FROM packets WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ?)`,
      places,
    )
    return rows.map(row => ({ threadNo: row.no, thread: toHex(row.thread), type: row.type }))
  }

  const nextReceiptNo = (tx: Transaction): Promise<number> => nextNo(tx, 'receipts')

  async function saveReceipt(
    tx: Transaction,
    receipt: { no: number; partner: string; direction: 'given' | 'taken'; through: number; jws: string; at: number },
  ): Promise<void> {
    await tx.run('INSERT INTO receipts (no, partner, direction, through, jws, at) VALUES (?, ?, ?, ?, ?, ?)', [
      receipt.no,
      receipt.partner,
      receipt.direction,
      receipt.through,
      receipt.jws,
      receipt.at,
    ])
  }

  async function saveRefusal(
    tx: Transaction,
    refusal: {
      partner: string
      direction: Direction
      link: Watermark
      id: string
      problem: Problem
      receiptNo: number
      at: number
      /** what the partner signed, to be given back to it; null when its signature did not verify */ jws: string | null
    },
  ): Promise<void> {
    await tx.run(
      'INSERT INTO refusals (partner, direction, place, id, log_hash, problem, receipt_no, at, jws) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        refusal.partner,
        refusal.direction,
        refusal.link.n,
        fromHex(refusal.id),
        fromHex(refusal.link.hash),
        JSON.stringify(refusal.problem),
        refusal.receiptNo,
        refusal.at,
        refusal.jws,
      ],
    )
  }

  /** Own packets at the places `from` to `through`; a place of a refused packet that was not kept has no thread. */
  async function sentBetween(store: Reader, partner: string, from: number, through: number): Promise<SentPacket[]> {
    const rows = await store.query<{
      no: number
      place: number
      id: Uint8Array
      thread_no: number
      kind: string
      status: string
      iat: number
      stored_at: number
    }>(
      `SELECT no, place, id, thread_no, kind, status, iat, stored_at FROM packets WHERE partner = ? AND direction = 'out' AND place BETWEEN ? AND ?
       UNION ALL SELECT 0, place, id, 0, '', 'refused', 0, at FROM refusals WHERE partner = ? AND direction = 'out' AND place BETWEEN ? AND ?
       ORDER BY 2`,
      [partner, from, through, partner, from, through],
    )
    return rows.map(row => ({
      no: row.no,
      place: row.place,
      id: toHex(row.id),
      threadNo: row.thread_no,
      kind: row.kind,
      status: row.status,
      iat: row.iat,
      at: row.stored_at,
    }))
  }

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

  /** JWS and body bytes of the packets of a thread that hold, by number; a purged body is null. */
  async function threadWire(
    store: Reader,
    threadNo: number,
  ): Promise<Map<number, { jws: string; body: Uint8Array | null }>> {
    const rows = await store.query<{ no: number; id: Uint8Array; jws: string; sealed: Uint8Array | null }>(
      `SELECT p.no, p.id, p.jws, b.sealed FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no
       WHERE p.thread_no = ? AND p.status <> 'refused'`,
      [threadNo],
    )
    const open = await keys.opener(
      store,
      rows.map(({ sealed }) => ({ threadNo, sealed })),
    )
    return new Map(
      rows.map(({ no, jws, id, sealed }) => [
        no,
        { jws, body: sealed === null ? null : open(threadNo, sealed, toHex(id)) },
      ]),
    )
  }

  /** Receipts that cover packets of a thread, each once. */
  async function threadReceipts(store: Reader, threadNo: number): Promise<string[]> {
    const rows = await store.query<{ jws: string }>(
      `SELECT jws FROM receipts WHERE no IN (SELECT receipt_no FROM packets WHERE thread_no = ? AND status <> 'refused') ORDER BY no`,
      [threadNo],
    )
    return rows.map(row => row.jws)
  }

  async function threadId(store: Reader, threadNo: number): Promise<string> {
    const [row] = await store.query<{ thread: Uint8Array }>('SELECT thread FROM threads WHERE no = ?', [threadNo])
    return row === undefined ? '' : toHex(row.thread)
  }

  return {
    thread,
    threadId,
    threadWire,
    threadReceipts,
    beginThread,
    packets,
    refused,
    outline,
    bodyOf,
    version,
    standing,
    insert,
    link,
    linkIn,
    saveLink,
    free,
    large,
    hashAt,
    wirePackets,
    givenBack,
    receivedAt,
    receiptAnew,
    sentBetween,
    nextReceiptNo,
    saveReceipt,
    saveRefusal,
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
