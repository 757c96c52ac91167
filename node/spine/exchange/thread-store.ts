/** The SQL of threads and their packets; bodies are sealed at rest, those of a case with its key. */
import * as jose from 'jose'
import type { Watermark } from '../../../protocol/exchange/frames.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { type Commitment, decodeUtf8, fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Reader, Statement, Transaction } from '../../kernel/store/database.ts'
import type { StoredPacket } from './ports.ts'
import type { NextNo } from './row-numbers.ts'
import type { Standing } from './threads.ts'

export type Direction = 'in' | 'out'
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
  /** seconds, by that receipt; absent while there is none */
  receivedAt?: number
  at: number
}

/** A packet without what it says; `iat` in seconds. */
export type PacketOutline = { no: number; id: string; kind: string; direction: Direction; iat: number }

/** Claims of a JWS that was verified before it was stored. */
export const claimsOf = (jws: string): PacketClaims =>
  JSON.parse(decodeUtf8(jose.base64url.decode(jws.split('.')[1] ?? ''))) as PacketClaims

/**
 * The materials of a packet, a row in each statement: SQLite keeps every page that a statement of several rows touches, in case that
 * a later row fails, and within a batch that takes twice as long as to write them.
 */
const materialRows = (no: number, materials: readonly Commitment[]): Statement[] =>
  materials.map(({ sha256, size }) => [
    'INSERT INTO packet_materials (packet_no, sha256, size) VALUES (?, ?, ?)',
    [no, fromHex(sha256), size],
  ])

/** A body as it is sealed, with its thread; null when it was purged. */
export async function sealedBody(store: Reader, no: number): Promise<{ threadNo: number; sealed: Uint8Array } | null> {
  const [row] = await store.query<{ threadNo: number; sealed: Uint8Array }>(
    'SELECT p.thread_no AS threadNo, b.sealed FROM bodies b JOIN packets p ON p.no = b.packet_no WHERE b.packet_no = ?',
    [no],
  )
  return row ?? null
}

/** A packet whose body is opened and parsed when it is read first. */
function openedLater(packet: Omit<StoredPacket, 'body'>, open: () => Uint8Array | null): StoredPacket {
  let body: unknown
  let sealed: (() => Uint8Array | null) | null = open
  return {
    ...packet,
    purged: false,
    get body() {
      if (sealed !== null) {
        const bytes = sealed()
        body = bytes === null ? null : JSON.parse(decodeUtf8(bytes))
        sealed = null
      }
      return body
    },
  }
}

export function createThreadStore(keys: CaseKeys, nextNo: NextNo) {
  async function thread(store: Reader, id: string): Promise<ThreadRow | null> {
    const [row] = await store.query<ThreadRow>('SELECT no, type, partner FROM threads WHERE thread = ?', [fromHex(id)])
    return row ?? null
  }

  async function threadId(store: Reader, threadNo: number): Promise<string> {
    const [row] = await store.query<{ thread: Uint8Array }>('SELECT thread FROM threads WHERE no = ?', [threadNo])
    return row === undefined ? '' : toHex(row.thread)
  }

  /** The number of a new thread; null when there is one of this id. */
  async function beginThread(
    tx: Transaction,
    id: string,
    type: string,
    partner: string,
    at: number,
  ): Promise<number | null> {
    const no = await nextNo(tx, 'threads')
    const begun = await tx.run(
      'INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      [no, fromHex(id), type, partner, at],
    )
    if (begun === 0) return null
    if (type === 'case') await keys.begin(tx, no)
    return no
  }

  /** The packets that hold, in the order stored, each body opened when it is read; refused ones are not part of the thread. */
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
      const { no, direction, status, sealed } = row
      const id = toHex(row.id)
      const packet = { no, id, claims: claimsOf(row.jws), direction, status, receivedAt: row.received_at }
      return sealed === null || !open.holds(threadNo, sealed)
        ? { ...packet, body: null, purged: true }
        : openedLater(packet, () => open(threadNo, sealed, id))
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
         coalesce(sum(p.received_at), 0) AS times, count(b.packet_no) AS bodies
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

  return {
    thread,
    threadId,
    beginThread,
    packets,
    refused,
    outline,
    bodyOf,
    version,
    standing,
    insert,
    threadWire,
    threadReceipts,
  }
}
