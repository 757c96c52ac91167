/** Lists in the store: heads, and items in packed buckets that hold from one version to another. Never a whole list in memory. */
import { ProblemError } from '../../../protocol/problem.ts'
import { entryOf, type ListHead } from '../../../protocol/service/list.ts'
import { bucketOf, GROUP_BUCKETS, itemKey, LIST_BUCKETS, ListTree } from '../../../protocol/service/list-tree.ts'
import type { Database, Statement, Transaction } from '../../kernel/store/database.ts'
import { HASH, type Kept, packEntries } from './kept.ts'
import { type Packed, unpack } from './pack.ts'
import type { Summary } from './summary.ts'

/** Versions of a partner's list that are kept; every version of the own one is. */
export const PARTNER_VERSIONS = 5
/** Versions of a list by which one application is judged. */
const IN_FORCE = 20
/** Trees of newest versions kept in memory, 128 KiB each. */
const TREES = 8
/** Buckets read at a time; their items take a MiB or so. */
const READ_BUCKETS = 16

/** A stored list without its items. */
export type StoredHead = { version: number; jws: string; claims: ListHead }
/** A bucket of one version, its summaries in the order of its lines. */
export type StoredBucket = Packed & {
  bucket: number
  summaries: readonly Summary[]
  /** key and hash of each item; null in what a program before wrote */
  entries: Uint8Array | null
}
/** A bucket as it will be from a version on; `content` null when it is empty then. */
export type StagedBucket = {
  bucket: number
  hash: Uint8Array
  content: (Packed & { summaries: string; entries: Uint8Array }) | null
}

type BucketRow = Packed & { bucket: number; summaries: string; entries: Uint8Array | null }

/** Rows that hold at a version: parameters `version, version`. */
const AT = 'since <= ? AND (until IS NULL OR until > ?)'

export type Lists = ReturnType<typeof createLists>

export function createLists(db: Database) {
  /** newest version of each city, once asked for */
  const newest = new Map<string, StoredHead>()
  /** when each version of a city was published, newest first, once asked for; another object when one was */
  let published = new Map<string, readonly { version: number; at: number }[]>()
  /** by city, the one used last at the end */
  const trees = new Map<string, { version: number; tree: ListTree }>()

  function remember(city: string, version: number, tree: ListTree): void {
    trees.delete(city)
    trees.set(city, { version, tree })
    for (const oldest of trees.keys()) {
      if (trees.size <= TREES) return
      trees.delete(oldest)
    }
  }

  const toBucket = ({ summaries, ...row }: BucketRow): StoredBucket => ({
    ...row,
    summaries: JSON.parse(summaries) as Summary[],
  })

  return {
    /** Head of the newest version, or of the named one. */
    async head(city: string, version?: number): Promise<StoredHead | null> {
      const known = newest.get(city)
      if (known !== undefined && (version === undefined || version === known.version)) return known
      const [row] = await db.query<{ version: number; head: string }>(
        version === undefined
          ? 'SELECT version, head FROM list_heads WHERE city = ? ORDER BY version DESC LIMIT 1'
          : 'SELECT version, head FROM list_heads WHERE city = ? AND version = ?',
        version === undefined ? [city] : [city, version],
      )
      if (row === undefined) return null
      const head = { version: row.version, jws: row.head, claims: claimsOf(row.head) }
      // A newer one may have been stored while this was read.
      if (version === undefined && (newest.get(city)?.version ?? 0) < head.version) newest.set(city, head)
      return head
    },

    /** Versions that were the newest at some time of a span (ms), newest first; IN_FORCE at most. */
    async inForce(city: string, from: number, to: number): Promise<number[]> {
      const known = newest.get(city)
      if (known !== undefined && known.claims.iat * 1000 <= from) return [known.version]
      const at = published
      const heads =
        at.get(city) ??
        (await db.query<{ version: number; at: number }>(
          'SELECT version, published_at AS at FROM list_heads WHERE city = ? ORDER BY version DESC',
          [city],
        ))
      at.set(city, heads)
      const first = heads.find(head => head.at <= from)?.version ?? 0
      return heads
        .filter(head => head.at <= to && head.version >= first)
        .slice(0, IN_FORCE)
        .map(({ version }) => version)
    },

    /** Whether any kept version has an item of this code. */
    async everHad(city: string, code: string): Promise<boolean> {
      const bucket = bucketOf(await itemKey(code))
      const rows = await db.query<{ summaries: string }>(
        'SELECT summaries FROM list_buckets WHERE city = ? AND bucket = ? ORDER BY since DESC LIMIT 100',
        [city, bucket],
      )
      return rows.some(row => (JSON.parse(row.summaries) as Summary[]).some(([found]) => found === code))
    },

    /** The newest kept version that has the item in this version of its own; null when none has. */
    async withItem(city: string, code: string, taskVersion: number): Promise<number | null> {
      const bucket = bucketOf(await itemKey(code))
      const rows = await db.query<{ since: number; summaries: string }>(
        'SELECT since, summaries FROM list_buckets WHERE city = ? AND bucket = ? ORDER BY since DESC LIMIT 100',
        [city, bucket],
      )
      const found = rows.find(row =>
        (JSON.parse(row.summaries) as Summary[]).some(summary => summary[0] === code && summary[10] === taskVersion),
      )
      return found?.since ?? null
    },

    /** A bucket of a version; null when it is empty. */
    async bucket(city: string, bucket: number, version: number): Promise<StoredBucket | null> {
      const [row] = await db.query<BucketRow>(
        `SELECT bucket, size, packed, summaries, entries FROM list_buckets WHERE city = ? AND bucket = ? AND ${AT}`,
        [city, bucket, version, version],
      )
      return row === undefined ? null : toBucket(row)
    },

    /** Every bucket of a version that is not empty, in order. */
    async *buckets(city: string, version: number): AsyncGenerator<StoredBucket> {
      for (let from = 0; from < LIST_BUCKETS; from += READ_BUCKETS) {
        const rows = await db.query<BucketRow>(
          `SELECT bucket, size, packed, summaries, entries FROM list_buckets
           WHERE city = ? AND bucket BETWEEN ? AND ? AND ${AT} ORDER BY bucket`,
          [city, from, from + READ_BUCKETS - 1, version, version],
        )
        for (const row of rows) yield toBucket(row)
      }
    },

    /** Key and hash of every item of a version, bucket by bucket. */
    async entries(city: string, version: number): Promise<Uint8Array[]> {
      const rows = await db.query<{ bucket: number; entries: Uint8Array | null }>(
        `SELECT bucket, entries FROM list_buckets WHERE city = ? AND ${AT}`,
        [city, version, version],
      )
      const all: Uint8Array[] = []
      for (const { bucket, entries } of rows) all.push(entries ?? packEntries(await this.kept(city, bucket, version)))
      return all
    },

    /** The items of a bucket of a version, in the order of their keys. */
    async kept(city: string, bucket: number, version: number): Promise<Kept[]> {
      const stored = await this.bucket(city, bucket, version)
      if (stored === null) return []
      const { summaries, entries } = stored
      return Promise.all(
        unpack(stored).map(async (bytes, index) => {
          const summary = summaries[index]
          if (summary === undefined) throw new ProblemError('internal', 'a bucket has fewer summaries than lines')
          const at = index * 2 * HASH
          const entry =
            entries === null
              ? await entryOf(summary[0], bytes)
              : { key: entries.subarray(at, at + HASH), hash: entries.subarray(at + HASH, at + 2 * HASH) }
          return { ...entry, bytes, summary: JSON.stringify(summary) }
        }),
      )
    },

    /** Numbers of the buckets that differ between two versions, in order. */
    async changed(city: string, from: number, to: number): Promise<number[]> {
      const rows = await db.query<{ bucket: number }>(
        `SELECT bucket FROM list_buckets WHERE city = ? AND since > ? AND since <= ?
         UNION SELECT bucket FROM list_buckets WHERE city = ? AND until > ? AND until <= ? ORDER BY bucket`,
        [city, from, to, city, from, to],
      )
      return rows.map(row => row.bucket)
    },

    /** Summaries of one group of buckets. */
    async summaries(city: string, version: number, group: number): Promise<Summary[]> {
      const first = group * GROUP_BUCKETS
      const rows = await db.query<{ summaries: string }>(
        `SELECT summaries FROM list_buckets WHERE city = ? AND bucket BETWEEN ? AND ? AND ${AT}`,
        [city, first, first + GROUP_BUCKETS - 1, version, version],
      )
      return rows.flatMap(row => JSON.parse(row.summaries) as Summary[])
    },

    /** The hash tree of the newest version, for the caller to change; of no version, an empty one. */
    async tree(held: StoredHead | null): Promise<ListTree> {
      if (held === null) return new ListTree()
      const city = held.claims.iss
      const known = trees.get(city)
      if (known?.version === held.version) return known.tree.copy()
      const rows = await db.query<{ bucket: number; hash: Uint8Array }>(
        `SELECT bucket, hash FROM list_buckets WHERE city = ? AND ${AT}`,
        [city, held.version, held.version],
      )
      const tree = new ListTree()
      for (const { bucket, hash } of rows) tree.set(bucket, hash)
      await tree.root()
      remember(city, held.version, tree)
      return tree.copy()
    },

    /** Notes that buckets of a version come before its head, so that they go when it never comes. */
    async begin(tx: Transaction, city: string, version: number): Promise<void> {
      await tx.run('INSERT INTO list_staging (city, version) VALUES (?, ?)', [city, version])
    },

    /** Writes buckets as they are from `version` on; seen once that version has its head. */
    async write(tx: Transaction, city: string, version: number, buckets: readonly StagedBucket[]): Promise<void> {
      const statements: Statement[] = []
      for (const { bucket, hash, content } of buckets) {
        statements.push([
          'UPDATE list_buckets SET until = ? WHERE city = ? AND bucket = ? AND until IS NULL',
          [version, city, bucket],
        ])
        if (content === null) continue
        statements.push([
          'INSERT INTO list_buckets (city, bucket, since, hash, size, summaries, packed, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          [city, bucket, version, hash, content.size, content.summaries, content.packed, content.entries],
        ])
      }
      await tx.batch(statements)
    },

    /** Makes a version the newest: what was written for it is seen from the commit on. `keep` bounds the versions kept. */
    async seal(tx: Transaction, head: StoredHead, tree: ListTree, keep?: number): Promise<void> {
      const { iss: city, iat } = head.claims
      await tx.run('INSERT INTO list_heads (city, version, head, published_at) VALUES (?, ?, ?, ?)', [
        city,
        head.version,
        head.jws,
        iat * 1000,
      ])
      await tx.run('DELETE FROM list_staging WHERE city = ?', [city])
      tx.afterCommit(() => {
        newest.set(city, head)
        published = new Map()
        remember(city, head.version, tree)
      })
      if (keep === undefined) return
      const kept = await tx.query<{ version: number }>(
        'SELECT version FROM list_heads WHERE city = ? ORDER BY version DESC LIMIT ?',
        [city, keep],
      )
      const oldest = kept.at(-1)?.version ?? 0
      await tx.run('DELETE FROM list_heads WHERE city = ? AND version < ?', [city, oldest])
      await tx.run('DELETE FROM list_buckets WHERE city = ? AND until <= ?', [city, oldest])
    },

    /** Takes away what was staged for versions that never got their head; of every city, or of one. */
    async sweep(city?: string): Promise<void> {
      const staged = await db.query<{ city: string; version: number }>('SELECT city, version FROM list_staging')
      for (const entry of staged) {
        if (city !== undefined && entry.city !== city) continue
        await db.transaction(async tx => {
          const place = [entry.city, entry.version]
          await tx.run('DELETE FROM list_buckets WHERE city = ? AND since = ?', place)
          await tx.run('UPDATE list_buckets SET until = NULL WHERE city = ? AND until = ?', place)
          await tx.run('DELETE FROM list_staging WHERE city = ?', [entry.city])
        })
      }
    },
  }
}

/** The line of an item in its bucket, or null. */
export function lineOf(bucket: StoredBucket, lines: readonly Uint8Array[], code: string): Uint8Array | null {
  const index = bucket.summaries.findIndex(([found]) => found === code)
  if (index < 0) return null
  const line = lines[index]
  if (line === undefined) throw new ProblemError('internal', 'a bucket has fewer lines than summaries')
  return line
}

/** Claims of a head that was verified before it was stored. */
export const claimsOf = (jws: string): ListHead =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as ListHead
