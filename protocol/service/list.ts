/** The published service list (事项清单) of a city: a signed head over the root hash of all its items. SPEC.md §8.2–8.4. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { PROTOCOL_VERSION, TYP } from '../names.ts'
import { type KeyResolver, keyUsable, openCompact, type PacketSigner, signCompact } from '../packet/envelope.ts'
import { Commitment, DivisionCode, encodeUtf8, parseJson, Seconds, Sha256, sha256Bytes, toHex } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { ServiceItem } from './item.ts'
import { bucketHash, bucketOf, compareKeys, itemKey, type ListEntry, ListTree } from './list-tree.ts'

const LF = 10
const CR = 13

export const ListHead = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  iss: DivisionCode,
  iat: Seconds,
  version: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe('grows with each publication'),
  count: z.number().int().min(0).max(LIMITS.listItems).describe('items of the list'),
  root: Sha256.describe('root of the hash tree over the items'),
  organisation: Commitment.refine(({ size }) => size <= LIMITS.organisationBytes)
    .optional()
    .describe('the organisation tree (组织机构), fetched as a material'),
})
export type ListHead = z.infer<typeof ListHead>

export const signListHead = (head: ListHead, signer: PacketSigner): Promise<string> =>
  signCompact(JSON.stringify(head), TYP.list, signer)

/** Verifies the signed head; `heldVersion` is the version already held. Problems: `envelope.*`, `key.*`, `list.rollback`. */
export async function verifyListHead(
  jws: string,
  options: { resolveKey: KeyResolver; issuer: string; heldVersion?: number },
): Promise<{ ok: true; head: ListHead } | Refused> {
  const opened = await openCompact(jws, {
    typ: TYP.list,
    maxBytes: LIMITS.listHeadBytes,
    resolveKey: options.resolveKey,
    schema: ListHead,
  })
  if (!opened.ok) return opened
  const usable = keyUsable(opened.trusted, opened.claims.iss, opened.claims.iat, false)
  if (usable !== null) return usable
  if (opened.claims.iss !== options.issuer) return refuse('envelope.issuer')
  if (opened.claims.version < (options.heldVersion ?? 0)) return refuse('list.rollback')
  return { ok: true, head: opened.claims }
}

/** An item of a list as it is published: its bytes, one line of JSON, and what the tree holds of it. */
export type ListItem = ListEntry & { bytes: Uint8Array; item: ServiceItem }

/** Checks one item by its line, without hashing it. Problem: `list.malformed` naming the field. */
export function checkListItem(bytes: Uint8Array): { ok: true; value: ServiceItem } | Refused {
  if (bytes.byteLength > LIMITS.itemBytes)
    return refuse('list.malformed', `an item of more than ${LIMITS.itemBytes} bytes`)
  if (bytes.includes(LF) || bytes.includes(CR)) return refuse('list.malformed', 'an item of several lines')
  return parseJson(ServiceItem, bytes, 'list.malformed')
}

/** Reads one item from its line. Problem: `list.malformed` naming the field. */
export async function readListItem(line: Uint8Array | string): Promise<{ ok: true; entry: ListItem } | Refused> {
  const bytes = typeof line === 'string' ? encodeUtf8(line) : line
  const read = checkListItem(bytes)
  if (!read.ok) return read
  return { ok: true, entry: { ...(await entryOf(read.value.taskCode, bytes)), bytes, item: read.value } }
}

/** What the tree holds of an item. */
export async function entryOf(taskCode: string, line: Uint8Array | string): Promise<ListEntry> {
  return { key: await itemKey(taskCode), hash: await sha256Bytes(line) }
}

/** Root hash of items in any order, lowercase hex. Problem: `list.malformed` when a code stands twice. */
export async function listRoot(items: readonly ListEntry[]): Promise<{ ok: true; root: string } | Refused> {
  const sorted = items.toSorted((a, b) => compareKeys(a.key, b.key))
  const tree = new ListTree()
  for (let at = 0; at < sorted.length; ) {
    const bucket: ListEntry[] = []
    const number = bucketOf(sorted[at]?.key ?? new Uint8Array())
    for (let entry = sorted[at]; entry !== undefined && bucketOf(entry.key) === number; entry = sorted[++at]) {
      const last = bucket.at(-1)
      if (last !== undefined && compareKeys(last.key, entry.key) === 0)
        return refuse('list.malformed', 'a taskCode stands twice')
      bucket.push(entry)
    }
    tree.set(number, await bucketHash(bucket))
  }
  return { ok: true, root: toHex(await tree.root()) }
}

/** Verifies a whole list, its items as their lines, against the head. Problems: `list.malformed`, `list.root`. */
export async function openList(
  head: ListHead,
  lines: readonly (Uint8Array | string)[],
): Promise<{ ok: true; items: ServiceItem[] } | Refused> {
  const entries: ListItem[] = []
  for (const line of lines) {
    const read = await readListItem(line)
    if (!read.ok) return read
    entries.push(read.entry)
  }
  const root = await listRoot(entries)
  if (!root.ok) return root
  const held = holds(head, { count: entries.length, root: root.root })
  return held ?? { ok: true, items: entries.map(entry => entry.item) }
}

/** Whether items of this number and root hash are those that were signed; null when they are. */
export function holds(head: ListHead, list: { count: number; root: string }): Refused | null {
  if (list.root !== head.root) return refuse('list.root')
  return list.count === head.count ? null : refuse('list.malformed', 'count of the head')
}
