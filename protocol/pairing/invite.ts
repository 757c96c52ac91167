/** Pairing (结对) by invite: a text with a one-time secret, mutual proof of it, and words that both administrators compare. SPEC.md §10. */
import * as jose from 'jose'
import * as z from 'zod'
import { Identity } from '../exchange/frames.ts'
import { LIMITS } from '../limits.ts'
import { INVITE_LINK, INVITE_PREFIX } from '../names.ts'
import {
  DivisionCode,
  decodeUtf8,
  encodeUtf8,
  KeyId,
  parseJson,
  Seconds,
  Sha256,
  sha256,
  sha256Bytes,
  text,
} from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

export const Invite = z.strictObject({
  v: z.literal(1),
  city: DivisionCode,
  name: text(100),
  addresses: z.array(z.string().max(300)).min(1).max(16).describe('multiaddrs with the peer id'),
  fingerprint: Sha256.describe('SHA-256 of the city certificate (DER)'),
  secret: z
    .string()
    .regex(/^[A-Za-z0-9_-]{22}$/)
    .describe('16 random bytes, base64url; one use'),
  exp: Seconds,
})
export type Invite = z.infer<typeof Invite>

export const writeInvite = (invite: Invite): string => INVITE_PREFIX + jose.base64url.encode(JSON.stringify(invite))

/** The same invite as a link, and in a QR code. */
export const linkOf = (invite: string): string => INVITE_LINK + invite.slice(INVITE_PREFIX.length)

/**
 * Reads an invite, as text or as link; blanks and line breaks that a chat program added do not matter.
 * Problems: `invite.malformed`, `invite.expired`.
 */
export function readInvite(written: string, now: number): { ok: true; invite: Invite } | Refused {
  const given = written.replaceAll(/\s+/g, '')
  const compact = given.startsWith(INVITE_LINK) ? INVITE_PREFIX + given.slice(INVITE_LINK.length) : given
  if (compact.length > LIMITS.inviteBytes || !compact.startsWith(INVITE_PREFIX)) return refuse('invite.malformed')
  let bytes: Uint8Array
  try {
    bytes = jose.base64url.decode(compact.slice(INVITE_PREFIX.length))
    decodeUtf8(bytes)
  } catch {
    return refuse('invite.malformed')
  }
  const parsed = parseJson(Invite, bytes, 'invite.malformed')
  if (!parsed.ok) return parsed
  return parsed.value.exp < now ? refuse('invite.expired') : { ok: true, invite: parsed.value }
}

/** How the inviting node finds the invite without the secret being sent. */
export const inviteId = (secret: string): Promise<string> => sha256(`tongban invite ${secret}`)

const Shown = {
  city: DivisionCode,
  identity: Identity,
  name: text(100),
  addresses: z.array(z.string().max(300)).max(16),
}
const Side = { ...Shown, proof: Sha256 }
/** First message, by the city that accepts the invite. */
export const PairingRequest = z.strictObject({ v: z.literal(1), invite: Sha256, ...Side })
/** Answer of the inviting city. */
export const PairingAnswer = z.strictObject({ v: z.literal(1), ...Side })
/** Request and answer between two cities that a directory names (§17.2): no invite, no secret. */
export const PairingByDirectory = z.strictObject({
  v: z.literal(1),
  operator: KeyId.describe('thumbprint of the operator whose directory names both cities'),
  ...Shown,
})
export type PairingByDirectory = z.infer<typeof PairingByDirectory>
export type PairingRequest = z.infer<typeof PairingRequest>
export type PairingAnswer = z.infer<typeof PairingAnswer>

/** Proof that a side holds the secret, bound to both certificates and to its libp2p peer: HMAC-SHA256, hex. */
export async function pairingProof(
  secret: string,
  side: 'inviting' | 'accepting',
  own: { fingerprint: string; peer: string },
  other: { fingerprint: string; peer: string },
): Promise<string> {
  const key = await crypto.subtle.importKey('raw', encodeUtf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const transcript = ['tongban pairing 1', side, own.fingerprint, own.peer, other.fingerprint, other.peer].join('\n')
  const mac = await crypto.subtle.sign('HMAC', key, encodeUtf8(transcript))
  return Array.from(new Uint8Array(mac), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Six numbers of 0–2047 that both sides show as words (核对词); equal only when both hold the same two certificates and secret. */
export async function verificationNumbers(secret: string, fingerprints: readonly [string, string]): Promise<number[]> {
  const digest = await sha256Bytes(['tongban words 1', secret, ...[...fingerprints].sort()].join('\n'))
  let bits = 0n
  for (const byte of digest.subarray(0, 9)) bits = (bits << 8n) | BigInt(byte)
  return Array.from({ length: 6 }, (_, index) => Number((bits >> BigInt(72 - 11 * (index + 1))) & 2047n))
}
