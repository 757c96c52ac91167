/** The SQL of links: how far the packets of one direction have come, and what of them goes over the wire. */
import { NO_PACKETS, type Watermark } from '../../../protocol/exchange/frames.ts'
import { encodeUtf8, fromHex, toHex } from '../../../protocol/primitives.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import { createRemembered } from '../../kernel/store/remembered.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import { type Direction, sealedBody } from './thread-store.ts'

/**
 * `bytes`: what the packets that came over it take here. `currentAt`: of packets that come, when this city held all that the partner
 * had, ms; absent or 0: never, or not known.
 */
export type Link = Watermark & { acked: number; bytes: number; currentAt?: number }

/** A packet as it goes over the wire. */
export type WirePacket = { no: number; n: number; id: string; jws: string; body: Uint8Array }

/** One for each store: it remembers links between transactions. */
export function createLinkStore(keys: CaseKeys) {
  const links = createRemembered<Link>()

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

  return {
    link,
    linkIn,
    saveLink,
    free,
    large,
    hashAt,
    wirePackets,
    givenBack,
  }
}
