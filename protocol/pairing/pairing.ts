/**
 * The pairing stream (结对): mutual proof of an invite's secret, commitments, openings, and the words that both administrators
 * compare. Neither side sees what the other brings before it is bound to its own, so that words cannot be had by choice. SPEC.md §10.
 */
import * as z from 'zod'
import { Identity } from '../exchange/frames.ts'
import { DivisionCode, encodeUtf8, KeyId, Sha256, sha256, sha256Bytes, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

/** Random bytes that a side commits to together with its certificate. */
export const NONCE_BYTES = 32

const Shown = {
  city: DivisionCode,
  identity: Identity,
  name: text(100),
  addresses: z.array(z.string().max(300)).max(16),
}
const Bound = {
  commitment: Sha256.describe('to the certificate and the random bytes that the sender opens later'),
  proof: Sha256.describe('HMAC-SHA256 under the secret of the invite'),
}
/** First message, by the city that accepts the invite. */
export const PairingRequest = z.strictObject({ v: z.literal(2), invite: Sha256, ...Bound })
/** Answer of the inviting city. */
export const PairingCommitment = z.strictObject({ v: z.literal(2), ...Bound })
/** What a side committed to: first the accepting city's, then the inviting one's. */
export const PairingOpening = z.strictObject({
  v: z.literal(2),
  ...Shown,
  nonce: z
    .string()
    .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/)
    .describe('32 random bytes, base64url'),
})
/** Request and answer between two cities that a directory names (§17.2): no invite, no secret. */
export const PairingByDirectory = z.strictObject({
  v: z.literal(1),
  operator: KeyId.describe('thumbprint of the operator whose directory names both cities'),
  ...Shown,
})
export type PairingByDirectory = z.infer<typeof PairingByDirectory>
export type PairingRequest = z.infer<typeof PairingRequest>
export type PairingCommitment = z.infer<typeof PairingCommitment>
export type PairingOpening = z.infer<typeof PairingOpening>

export type PairingRole = 'inviting' | 'accepting'
/** A certificate by its fingerprint, with the random bytes (base64url) that its city chose for this pairing. */
export type Contribution = { fingerprint: string; nonce: string }

/** What binds a side to its contribution before it sees the other's. */
export const pairingCommitment = (side: PairingRole, { fingerprint, nonce }: Contribution): Promise<string> =>
  sha256(['tongban commitment 2', side, fingerprint, nonce].join('\n'))

/** Whether a side opened what it had committed to. Problem: `pairing.commitment`. */
export async function checkCommitment(
  side: PairingRole,
  opened: Contribution,
  commitment: string,
): Promise<{ ok: true } | Refused> {
  return (await pairingCommitment(side, opened)) === commitment ? { ok: true } : refuse('pairing.commitment')
}

/** What a proof covers. `invited` is the fingerprint that the invite names; `answered` the commitment that is answered, of the inviting side. */
export type ProofOf = { commitment: string; own: string; other: string } & (
  | { side: 'accepting'; invited: string }
  | { side: 'inviting'; answered: string }
)

/** Proof that a side holds the secret, bound to its commitment and to both libp2p peers: HMAC-SHA256, hex. */
export async function pairingProof(secret: string, of: ProofOf): Promise<string> {
  const key = await crypto.subtle.importKey('raw', encodeUtf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const bound = of.side === 'accepting' ? of.invited : of.answered
  const transcript = ['tongban pairing 2', of.side, of.commitment, of.own, of.other, bound].join('\n')
  const mac = await crypto.subtle.sign('HMAC', key, encodeUtf8(transcript))
  return Array.from(new Uint8Array(mac), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Six numbers of 0–2047 that both sides show as words (核对词); equal only when both saw the same two contributions. */
export async function verificationNumbers(
  secret: string,
  { inviting, accepting }: Readonly<Record<PairingRole, Contribution>>,
): Promise<number[]> {
  const lines = [
    'tongban words 2',
    secret,
    inviting.fingerprint,
    inviting.nonce,
    accepting.fingerprint,
    accepting.nonce,
  ]
  const digest = await sha256Bytes(lines.join('\n'))
  let bits = 0n
  for (const byte of digest.subarray(0, 9)) bits = (bits << 8n) | BigInt(byte)
  return Array.from({ length: 6 }, (_, index) => Number((bits >> BigInt(72 - 11 * (index + 1))) & 2047n))
}
