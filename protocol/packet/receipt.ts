/** Receipts (回执): the receiver's signed word on packets it stored or refused. Sent only after the commit. SPEC.md §3. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { PROTOCOL_VERSION, TYP } from '../names.ts'
import { DivisionCode, encodeUtf8, Seconds, Sha256 } from '../primitives.ts'
import { isProblemCode, PROBLEMS, type ProblemCode, type Refused, refuse } from '../problem.ts'
import { type KeyResolver, keyUsable, openCompact, type PacketSigner, signCompact } from './envelope.ts'

const StoredItem = z.strictObject({ id: Sha256, status: z.literal('stored') })
const RefusedItem = z.strictObject({
  id: Sha256,
  status: z.literal('refused'),
  problem: z
    .custom<ProblemCode>(value => typeof value === 'string' && isProblemCode(value))
    .meta({ type: 'string', enum: Object.keys(PROBLEMS) }),
  detail: z.string().max(500).optional(),
})

export const ReceiptClaims = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  iss: DivisionCode.describe('the city that received'),
  aud: DivisionCode.describe('the city that sent'),
  iat: Seconds,
  items: z
    .array(z.discriminatedUnion('status', [StoredItem, RefusedItem]))
    .min(1)
    .max(LIMITS.receiptItems),
})
export type ReceiptClaims = z.infer<typeof ReceiptClaims>
export type ReceiptItem = ReceiptClaims['items'][number]

/** Bytes of claims that fit into a receipt: base64url takes four for three; header and signature take less than 300. */
const CLAIMS_BYTES = Math.floor(((LIMITS.receiptBytes - 300) * 3) / 4)

/** Leaves out the details that would make the receipt larger than it may be: the codes must arrive. */
function shorten(claims: ReceiptClaims): ReceiptClaims {
  const bytesOf = (value: unknown) => encodeUtf8(JSON.stringify(value)).byteLength
  let over = bytesOf(claims) - CLAIMS_BYTES
  if (over <= 0) return claims
  const items = claims.items.toReversed().map((item): ReceiptItem => {
    if (over <= 0 || item.status === 'stored' || item.detail === undefined) return item
    const { detail, ...rest } = item
    over -= bytesOf(item) - bytesOf(rest)
    return rest
  })
  return { ...claims, items: items.toReversed() }
}

/** A detail that was cut off may end in half a surrogate pair, which nobody may sign. */
const wellFormed = (item: ReceiptItem): ReceiptItem =>
  item.status === 'stored' || item.detail === undefined ? item : { ...item, detail: item.detail.toWellFormed() }

/** Signs a receipt; of many refused packets the last are told without `detail`, so that it is never too large. */
export const signReceipt = (claims: ReceiptClaims, signer: PacketSigner): Promise<string> =>
  signCompact(JSON.stringify(shorten({ ...claims, items: claims.items.map(wellFormed) })), TYP.receipt, signer)

/** Verifies a receipt; problems as for a packet, `receipt.malformed` when an id stands twice. */
export async function verifyReceipt(
  jws: string,
  options: { resolveKey: KeyResolver; issuer?: string; audience?: string; evidence?: boolean },
): Promise<{ ok: true; claims: ReceiptClaims; kid: string } | Refused> {
  const opened = await openCompact(jws, {
    typ: TYP.receipt,
    maxBytes: LIMITS.receiptBytes,
    resolveKey: options.resolveKey,
    schema: ReceiptClaims,
  })
  if (!opened.ok) return opened
  const { claims, trusted, kid } = opened
  const usable = keyUsable(trusted, claims.iss, claims.iat, options.evidence === true)
  if (usable !== null) return usable
  if (options.issuer !== undefined && claims.iss !== options.issuer) return refuse('envelope.issuer')
  if (options.audience !== undefined && claims.aud !== options.audience) return refuse('envelope.audience')
  if (new Set(claims.items.map(item => item.id)).size !== claims.items.length) {
    return refuse('receipt.malformed', 'an id stands twice')
  }
  return { ok: true, claims, kid }
}
