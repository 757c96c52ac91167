/** The published service list (事项清单) of a city: a signed head over the bytes of all its items. SPEC.md §8.2. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { PROTOCOL_VERSION, TYP } from '../names.ts'
import { type KeyResolver, keyUsable, openCompact, type PacketSigner, signCompact } from '../packet/envelope.ts'
import { Commitment, DivisionCode, encodeUtf8, parseJson, Seconds, sha256 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { ServiceItem } from './item.ts'

export const ServiceList = z.strictObject({
  v: z.literal(1),
  city: DivisionCode,
  version: z.number().int().min(1),
  items: z.array(ServiceItem).max(LIMITS.listItems),
})
export type ServiceList = z.infer<typeof ServiceList>

export const ListHead = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  iss: DivisionCode,
  iat: Seconds,
  version: z.number().int().min(1).describe('grows with each publication'),
  count: z.number().int().min(0).max(LIMITS.listItems),
  list: Commitment,
})
export type ListHead = z.infer<typeof ListHead>

export const LIST_TYPE = 'application/json'

/** Bytes of a list: items by code, so that equal lists have equal bytes. Problem: `list.malformed`. */
export function writeList(list: ServiceList): { ok: true; bytes: Uint8Array } | Refused {
  const items = [...list.items].sort((a, b) => (a.taskCode < b.taskCode ? -1 : 1))
  const bytes = encodeUtf8(JSON.stringify({ ...list, items }))
  const read = readList(bytes)
  return read.ok ? { ok: true, bytes } : read
}

export function readList(bytes: Uint8Array): { ok: true; list: ServiceList } | Refused {
  const parsed = parseJson(ServiceList, bytes, 'list.malformed')
  if (!parsed.ok) return parsed
  const codes = parsed.value.items.map(item => item.taskCode)
  if (new Set(codes).size !== codes.length) return refuse('list.malformed', 'a taskCode stands twice')
  return { ok: true, list: parsed.value }
}

export const signListHead = (head: ListHead, signer: PacketSigner): Promise<string> =>
  signCompact(JSON.stringify(head), TYP.list, signer)

/** Verifies the signed head; `heldVersion` is the version already held. Problems: `envelope.*`, `key.*`, `list.rollback`. */
export async function verifyListHead(
  jws: string,
  options: { resolveKey: KeyResolver; issuer: string; heldVersion?: number },
): Promise<{ ok: true; head: ListHead } | Refused> {
  const opened = await openCompact(jws, {
    typ: TYP.list,
    maxBytes: LIMITS.packetBytes,
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

/** Verifies the bytes against the head. Problems: `list.signature`, `list.malformed`. */
export async function openList(head: ListHead, bytes: Uint8Array): Promise<{ ok: true; list: ServiceList } | Refused> {
  if (bytes.byteLength !== head.list.size || (await sha256(bytes)) !== head.list.sha256)
    return refuse('list.signature', 'hash')
  const read = readList(bytes)
  if (!read.ok) return read
  const { city, version, items } = read.list
  if (city !== head.iss || version !== head.version || items.length !== head.count)
    return refuse('list.malformed', 'head')
  return read
}
