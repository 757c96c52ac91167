/** An item as the stage takes it and a bucket holds it: its line, what the hash tree holds of it, and what the search knows. */
import type { Refused } from '../../protocol/problem.ts'
import { readListItem } from '../../protocol/service/list.ts'
import type { ListEntry } from '../../protocol/service/list-tree.ts'
import { summaryOf } from './summary.ts'

/** Bytes of a key and of a hash: SHA-256. */
export const HASH = 32

export type Kept = ListEntry & { /** its line */ bytes: Uint8Array /** JSON of its Summary */; summary: string }

/** Reads a line. Problem: `list.malformed` naming the field. */
export async function keptOf(line: Uint8Array): Promise<{ ok: true; kept: Kept } | Refused> {
  const read = await readListItem(line)
  if (!read.ok) return read
  const { key, hash, bytes, item } = read.entry
  return { ok: true, kept: { key, hash, bytes, summary: JSON.stringify(summaryOf(item)) } }
}
