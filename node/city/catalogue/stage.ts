/**
 * One new version of a list, built bucket by bucket from items in the order of their keys: the whole list, or what changed. What
 * differs from the version held is written as it comes, unseen; only `seal` shows it, once the root hash is known to be right.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import {
  bucketHash,
  bucketOf,
  compareKeys,
  itemKey,
  LIST_BUCKETS,
  type ListTree,
} from '../../../protocol/service/list-tree.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { isKept, type Kept, type Known, packEntries, sizeOf } from './kept.ts'
import type { Lists, StagedBucket, StoredHead } from './lists.ts'
import { pack, packApart } from './pack.ts'

/** Bytes of packed buckets that wait for a commit: a small change is one commit, a large one many short ones. */
const FLUSH = 2 * 1024 * 1024
/** Buckets of a whole list that are packed at a time, while the next ones are put together. */
const PACKING = 4
/** Items, and bytes of them, after which others get their turn: reading a large one takes some milliseconds. */
const TURN = 64
const TURN_BYTES = 256 * 1024

/** Lets timers and sockets have their turn. */
export const yieldToEventLoop = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

type Item = Kept | Known
type Change = {
  key: Uint8Array
  /** null: removed */
  now: Item | null
}

type OpenBucket = { bucket: number; changes: Change[] }

export type Stage = ReturnType<typeof createStage>

export function createStage(
  parts: { db: Database; lists: Lists },
  {
    city,
    version,
    held,
    whole,
    knownAt = held?.version ?? 0,
  }: {
    city: string
    version: number
    /** newest version */
    held: StoredHead | null
    whole: boolean
    /** the version that holds what is known */
    knownAt?: number
  },
) {
  const { db, lists } = parts
  let loaded: Promise<ListTree> | undefined
  const tree = () => (loaded ??= lists.tree(held))
  const touched = new Set<number>()
  let open: OpenBucket = { bucket: -1, changes: [] }
  let last: Uint8Array | null = null
  const packing: Promise<StagedBucket>[] = []
  let waiting: StagedBucket[] = []
  let waitingBytes = 0
  let begun = false
  let count = whole ? 0 : (held?.claims.count ?? 0)
  let bytes = 0
  let seen = 0
  /** since others had their turn */
  let turnItems = 0
  let turnBytes = 0

  /** A promise to wait for only where there is something to: of a hundred thousand items each would be one more turn. */
  function add(change: Change): Promise<void> | null {
    if (last !== null && compareKeys(change.key, last) <= 0)
      throw new ProblemError('list.malformed', 'items that repeat or are out of order')
    last = change.key
    const bucket = bucketOf(change.key)
    const full = bucket === open.bucket ? null : open
    if (full === null) open.changes.push(change)
    else open = { bucket, changes: [change] }
    seen++
    turnItems++
    turnBytes += change.now === null ? 0 : sizeOf(change.now)
    const isTurn = turnItems >= TURN || turnBytes >= TURN_BYTES
    if (isTurn) {
      turnItems = 0
      turnBytes = 0
    }
    return full === null && !isTurn ? null : afterItem(full, isTurn)
  }

  async function afterItem(full: OpenBucket | null, isTurn: boolean): Promise<void> {
    if (full !== null) await close(full)
    if (isTurn) await yieldToEventLoop()
  }

  /** The items of a bucket, as they were and as they will be. */
  async function close({ bucket, changes }: OpenBucket): Promise<void> {
    if (changes.length === 0) return
    touched.add(bucket)
    const before = whole || held === null ? [] : await lists.kept(city, bucket, held.version)
    const after = whole ? changes.flatMap(({ now }) => now ?? []) : merge(before, changes)
    count += after.length - before.length
    if (count > LIMITS.listItems) throw new ProblemError('list.malformed', `${LIMITS.listItems} items at most`)
    await keep(bucket, after)
  }

  async function keep(bucket: number, all: readonly Item[]): Promise<void> {
    const hash = await bucketHash(all)
    const hashes = await tree()
    if (compareKeys(hashes.bucket(bucket), hash) === 0) return
    hashes.set(bucket, hash)
    if (all.length === 0) return wait({ bucket, hash, content: null })
    const items = await filled(bucket, all)
    if (items.reduce((sum, item) => sum + sizeOf(item) + 1, 0) > LIMITS.bucketBytes)
      throw new ProblemError('list.malformed', `${LIMITS.bucketBytes} bytes in one bucket at most`)
    const summaries = `[${items.map(item => item.summary).join(',')}]`
    const rest = { summaries, entries: packEntries(items) }
    const lines = items.map(item => item.bytes)
    if (!whole) return wait({ bucket, hash, content: { ...pack(lines), ...rest } })
    const staged = packApart(lines).then(packed => ({ bucket, hash, content: { ...packed, ...rest } }))
    // It is seen when its turn comes.
    staged.catch(() => {})
    packing.push(staged)
    if (packing.length > PACKING) await packed()
  }

  /** The oldest of what is packed apart waits for the commit from now on. */
  async function packed(): Promise<void> {
    const staged = await packing.shift()
    if (staged !== undefined) await wait(staged)
  }

  /** With the bytes of what is known, from the version that holds them. */
  async function filled(bucket: number, items: readonly Item[]): Promise<Kept[]> {
    const known = items.every(isKept) ? [] : await lists.kept(city, bucket, knownAt)
    let place = 0
    return items.map(item => {
      if (isKept(item)) return item
      for (let found = known[place++]; found !== undefined; found = known[place++])
        if (compareKeys(found.key, item.key) === 0) return found
      throw new ProblemError('internal', 'a known item is in no bucket')
    })
  }

  async function wait(staged: StagedBucket): Promise<void> {
    waiting.push(staged)
    waitingBytes +=
      200 +
      (staged.content?.packed.byteLength ?? 0) +
      (staged.content?.summaries.length ?? 0) * 2 +
      (staged.content?.entries.byteLength ?? 0)
    if (waitingBytes < FLUSH) return
    await db.transaction(async tx => {
      if (!begun) await lists.begin(tx, city, version)
      await lists.write(tx, city, version, waiting)
    })
    begun = true
    waiting = []
    waitingBytes = 0
  }

  return {
    /** Puts items: new ones, or in the place of those with their codes. Items and removals come in ascending order of their keys. */
    async put(items: Iterable<Item>): Promise<void> {
      for (const item of items) {
        bytes += sizeOf(item) + 1
        if (bytes > LIMITS.listBytes) throw new ProblemError('list.malformed', `${LIMITS.listBytes} bytes at most`)
        if (whole && seen >= LIMITS.listItems)
          throw new ProblemError('list.malformed', `${LIMITS.listItems} items at most`)
        const done = add({ key: item.key, now: item })
        if (done !== null) await done
      }
    },

    /** Removes the item of a code, which must be there; not in a whole list. */
    async remove(code: string): Promise<void> {
      if (whole) throw new ProblemError('list.malformed', 'a removal in a whole list')
      await add({ key: await itemKey(code), now: null })
    },

    /** Number of items and root hash of the new version; nothing can be put any more. */
    async finish(): Promise<{ count: number; root: string }> {
      await close(open)
      open = { bucket: -1, changes: [] }
      while (packing.length > 0) await packed()
      const hashes = await tree()
      for (let bucket = 0; whole && held !== null && bucket < LIST_BUCKETS; bucket++)
        if (!touched.has(bucket)) await keep(bucket, [])
      return { count, root: toHex(await hashes.root()) }
    },

    /** Shows the version, in the transaction. */
    async seal(tx: Transaction, head: StoredHead, keepVersions?: number): Promise<void> {
      await lists.write(tx, city, version, waiting)
      await lists.seal(tx, head, await tree(), keepVersions)
    },

    /** Leaves nothing of a version that failed. */
    async abandon(): Promise<void> {
      if (begun) await lists.sweep(city)
    },
  }
}

/** Problem: `list.malformed` for a removal of what is not there. */
function merge(before: readonly Kept[], changes: readonly Change[]): Item[] {
  const after: Item[] = []
  let place = 0
  for (const { key, now } of changes) {
    for (let item = before[place]; item !== undefined && compareKeys(item.key, key) < 0; item = before[++place])
      after.push(item)
    const old = before[place]
    const there = old !== undefined && compareKeys(old.key, key) === 0
    if (there) place++
    else if (now === null) throw new ProblemError('list.malformed', 'an item to be removed is not in the list')
    if (now !== null) after.push(now)
  }
  return after.concat(before.slice(place))
}
