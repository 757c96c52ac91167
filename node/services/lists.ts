/** Lists in the store, and the newest of them parsed: an item is found in constant time, in bounded memory. */
import { ProblemError } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type ListHead, readList } from '../../protocol/service/list.ts'
import type { Database, Transaction } from '../store/database.ts'

/** Bytes of the lists that stay parsed, as published; the parsed form takes a few times as much. */
const PARSED_BYTES = 64 * 1024 * 1024
/** Versions of a partner's list that are kept; every version of the own one is. */
export const PARTNER_VERSIONS = 5

/** A stored list without its items. */
export type StoredHead = { version: number; jws: string; claims: ListHead }
type Parsed = { items: Promise<ReadonlyMap<string, ServiceItem>>; bytes: number }

export function createLists(db: Database, parsedBytes = PARSED_BYTES) {
  /** newest version of each city, once asked for */
  const newest = new Map<string, StoredHead>()
  /** by city and version, the one used last at the end */
  const parsed = new Map<string, Parsed>()
  let bytes = 0

  async function parse(city: string, version: number, into: Parsed): Promise<ReadonlyMap<string, ServiceItem>> {
    const [stored] = await db.query<{ bytes: Uint8Array }>('SELECT bytes FROM lists WHERE city = ? AND version = ?', [
      city,
      version,
    ])
    if (stored === undefined) throw new ProblemError('request.not-found', `no version ${version} of the list`)
    const read = readList(stored.bytes)
    if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
    into.bytes = stored.bytes.byteLength
    // A partner's list may stand in any order; pages need one.
    const sorted = read.list.items.toSorted((a, b) => (a.taskCode < b.taskCode ? -1 : 1))
    return new Map(sorted.map(item => [item.taskCode, item]))
  }

  /** Counts a list that was parsed, and lets those go that were not used for longest. */
  function settle(key: string, list: Parsed): void {
    if (parsed.get(key) !== list) return
    bytes += list.bytes
    for (const [oldest, { bytes: freed }] of parsed) {
      if (bytes <= parsedBytes || parsed.size === 1) return
      parsed.delete(oldest)
      bytes -= freed
    }
  }

  return {
    /** Head of the newest version, or of the named one. */
    async head(city: string, version?: number): Promise<StoredHead | null> {
      const known = newest.get(city)
      if (known !== undefined && (version === undefined || version === known.version)) return known
      const [row] = await db.query<{ version: number; head: string }>(
        version === undefined
          ? 'SELECT version, head FROM lists WHERE city = ? ORDER BY version DESC LIMIT 1'
          : 'SELECT version, head FROM lists WHERE city = ? AND version = ?',
        version === undefined ? [city] : [city, version],
      )
      if (row === undefined) return null
      const head = { version: row.version, jws: row.head, claims: claimsOf(row.head) }
      // A newer one may have been stored while this was read.
      if (version === undefined && (newest.get(city)?.version ?? 0) < head.version) newest.set(city, head)
      return head
    },

    /** Items of a version by code, in the order of their codes. Problem: `request.not-found`. */
    items(city: string, version: number): Promise<ReadonlyMap<string, ServiceItem>> {
      const key = `${city} ${version}`
      const known = parsed.get(key)
      if (known !== undefined) {
        parsed.delete(key)
        parsed.set(key, known)
        return known.items
      }
      const list: Parsed = { items: Promise.resolve(new Map()), bytes: 0 }
      list.items = parse(city, version, list)
      parsed.set(key, list)
      list.items.then(
        () => settle(key, list),
        () => parsed.delete(key),
      )
      return list.items
    },

    async bytes(city: string, version: number): Promise<Uint8Array | null> {
      const [row] = await db.query<{ bytes: Uint8Array }>('SELECT bytes FROM lists WHERE city = ? AND version = ?', [
        city,
        version,
      ])
      return row?.bytes ?? null
    },

    /** Stores a version; of a partner's list the oldest go when `keep` is passed. */
    async store(tx: Transaction, head: ListHead, jws: string, list: Uint8Array, keep?: number): Promise<void> {
      await tx.run('INSERT INTO lists (city, version, head, bytes, published_at) VALUES (?, ?, ?, ?, ?)', [
        head.iss,
        head.version,
        jws,
        list,
        head.iat * 1000,
      ])
      tx.afterCommit(() => newest.set(head.iss, { version: head.version, jws, claims: head }))
      if (keep === undefined) return
      const kept = await tx.query<{ version: number }>(
        'SELECT version FROM lists WHERE city = ? ORDER BY version DESC LIMIT ?',
        [head.iss, keep],
      )
      const oldest = kept.at(-1)?.version ?? 0
      await tx.run('DELETE FROM lists WHERE city = ? AND version < ?', [head.iss, oldest])
    },
  }
}

/** Claims of a head that was verified before it was stored. */
const claimsOf = (jws: string): ListHead =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as ListHead
