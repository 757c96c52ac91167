/**
 * The Merkle tree over a service list (清单哈希树): 64 groups of 64 buckets of items, in one shape whatever the list, so that equal
 * lists have equal roots in whatever order they came about, and a change of one item hashes one bucket, one group and the root. SPEC.md §8.3.
 */
import { sha256Bytes } from '../primitives.ts'

const HASH = 32
const GROUPS = 64
export const GROUP_BUCKETS = 64
export const LIST_BUCKETS = GROUPS * GROUP_BUCKETS
/** First byte of what is hashed: a bucket can't be taken for a node (RFC 9162 §2.1.1). */
const BUCKET = 0
const NODE = 1

/** SHA-256 of a `taskCode` and of the bytes of its item. */
export type ListEntry = { key: Uint8Array; hash: Uint8Array }

/** The key of an item, which says where it stands: SHA-256 of the UTF-8 bytes of its `taskCode`. */
export const itemKey = (taskCode: string): Promise<Uint8Array> => sha256Bytes(taskCode)

/** Bucket 0 … 4095: the first 12 bits of the key. */
export const bucketOf = (key: Uint8Array): number => ((key[0] ?? 0) << 4) | ((key[1] ?? 0) >> 4)

/** Ascending by bytes. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < HASH; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Hash of a bucket whose entries stand in ascending order of their keys; of an empty one, 32 zero bytes. */
export function bucketHash(entries: readonly ListEntry[]): Promise<Uint8Array> | Uint8Array {
  if (entries.length === 0) return new Uint8Array(HASH)
  const bytes = new Uint8Array(1 + entries.length * 2 * HASH)
  bytes[0] = BUCKET
  let at = 1
  for (const { key, hash } of entries) {
    bytes.set(key, at)
    bytes.set(hash, at + HASH)
    at += 2 * HASH
  }
  return sha256Bytes(bytes)
}

/** Bucket hashes of one list, and its root. */
export class ListTree {
  readonly #buckets: Uint8Array
  readonly #groups = new Uint8Array(1 + GROUPS * HASH)
  readonly #stale = new Set<number>()

  constructor(buckets?: Uint8Array) {
    this.#buckets = buckets ?? new Uint8Array(LIST_BUCKETS * HASH)
    for (let group = 0; group < GROUPS; group++) this.#stale.add(group)
  }

  bucket(bucket: number): Uint8Array {
    return this.#buckets.subarray(bucket * HASH, (bucket + 1) * HASH)
  }

  set(bucket: number, hash: Uint8Array): void {
    this.#buckets.set(hash, bucket * HASH)
    this.#stale.add(Math.floor(bucket / GROUP_BUCKETS))
  }

  async root(): Promise<Uint8Array> {
    this.#groups[0] = NODE
    for (const group of this.#stale) {
      const bytes = new Uint8Array(1 + GROUP_BUCKETS * HASH)
      bytes[0] = NODE
      const from = group * GROUP_BUCKETS * HASH
      bytes.set(this.#buckets.subarray(from, from + GROUP_BUCKETS * HASH), 1)
      this.#groups.set(await sha256Bytes(bytes), 1 + group * HASH)
    }
    this.#stale.clear()
    return sha256Bytes(this.#groups)
  }

  copy(): ListTree {
    const copy = new ListTree(this.#buckets.slice())
    copy.#groups.set(this.#groups)
    copy.#stale.clear()
    for (const group of this.#stale) copy.#stale.add(group)
    return copy
  }
}
