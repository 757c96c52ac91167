/** An item as the stage takes it and a bucket holds it: its line, what the hash tree holds of it, and what the search knows. */
import { hash as digest } from 'node:crypto'
import type { Refused } from '../../../protocol/problem.ts'
import { checkListItem } from '../../../protocol/service/list.ts'
import type { ListEntry } from '../../../protocol/service/list-tree.ts'
import { summaryOf } from './summary.ts'

/** Bytes of a key and of a hash: SHA-256. */
export const HASH = 32

export type Kept = ListEntry & {
  /** its line */
  bytes: Uint8Array
  /** JSON of its Summary */
  summary: string
}

/** An item whose very bytes a kept version of the list holds: they were checked when they came into it, and are read from it. */
export type Known = ListEntry & {
  /** bytes of its line */
  size: number
}

export const isKept = (item: Kept | Known): item is Kept => 'bytes' in item
export const sizeOf = (item: Kept | Known): number => (isKept(item) ? item.bytes.byteLength : item.size)

/** Finds what a version of the list holds by the hash of its bytes. */
export type FindKnown = (line: Uint8Array) => Known | null
export const findNone: FindKnown = () => null

/** Entries of buckets, one after another as the store keeps them. */
export function findIn(buckets: readonly Uint8Array[]): FindKnown {
  const places = new Map<string, readonly [bucket: Uint8Array, at: number]>()
  for (const bucket of buckets)
    for (let at = 0; at < bucket.byteLength; at += 2 * HASH)
      places.set(Buffer.from(bucket.buffer, bucket.byteOffset + at + HASH, HASH).toString('latin1'), [bucket, at])
  if (places.size === 0) return findNone
  return line => {
    const found = places.get(digest('sha256', line, 'buffer').toString('latin1'))
    if (found === undefined) return null
    const [bucket, at] = found
    const key = bucket.subarray(at, at + HASH)
    const hash = bucket.subarray(at + HASH, at + 2 * HASH)
    return { key, hash, size: line.byteLength }
  }
}

/** Keys and hashes of items one after another, as the store keeps them beside their bucket. */
export function packEntries(items: readonly ListEntry[]): Uint8Array {
  const bytes = new Uint8Array(items.length * 2 * HASH)
  for (const [index, { key, hash }] of items.entries()) {
    bytes.set(key, index * 2 * HASH)
    bytes.set(hash, (index * 2 + 1) * HASH)
  }
  return bytes
}

/** Reads a line. Problem: `list.malformed` naming the field. */
export function keptOf(line: Uint8Array): { ok: true; kept: Kept } | Refused {
  const read = checkListItem(line)
  if (!read.ok) return read
  const item = read.value
  // At once and not by Web Crypto: a promise for each of a hundred thousand items takes longer than their hashes.
  const entry = { key: sha256(item.taskCode), hash: sha256(line) }
  return { ok: true, kept: { ...entry, bytes: line, summary: JSON.stringify(summaryOf(item)) } }
}

const sha256 = (data: Uint8Array | string): Uint8Array => digest('sha256', data, 'buffer')
