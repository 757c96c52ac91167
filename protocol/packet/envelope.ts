/** Sign and verify packets: compact JWS (RFC 7515) with Ed25519 (RFC 8037, RFC 9864). SPEC.md §2. */
import * as jose from 'jose'
import { isBase64url, readHeader } from '../jws.ts'
import { type Span, within } from '../keys/spans.ts'
import { LIMITS } from '../limits.ts'
import { BODY_TYPE, PACKET_ALG, TYP } from '../names.ts'
import { type Commitment, encodeUtf8, parseJson, sha256 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { JwsHeader, PacketClaims } from './claims.ts'

/** A private packet key with its RFC 7638 thumbprint. */
export type PacketSigner = {
  kid: string
  key: jose.CryptoKey
  /**
   * Ed25519 by the same key (RFC 8032), where its holder signs at once: WebCrypto signs on another thread, and for the few hundred
   * bytes of a packet the way there and back takes longer than signing.
   */
  sign?: (bytes: Uint8Array) => Uint8Array
}

/** A packet key that a trusted delegation names, and when it may sign; seconds. */
export type TrustedKey = {
  key: jose.CryptoKey
  city: string
  /** ascending and apart */
  spans: readonly Span[]
  revokedAt: number | null
  /** it was the certificate behind the key that was revoked */
  certificateRevoked?: boolean
}
export type KeyResolver = (kid: string) => TrustedKey | undefined | Promise<TrustedKey | undefined>

/** Signs claims; returns the compact JWS and its packet id. */
export async function signPacket(claims: PacketClaims, signer: PacketSigner): Promise<{ jws: string; id: string }> {
  const jws = await signCompact(JSON.stringify(claims), TYP.packet, signer)
  return { jws, id: await sha256(jws) }
}

/** Signs any payload with a packet key under the given `typ`. */
export async function signCompact(payload: string, typ: string, { kid, key, sign }: PacketSigner): Promise<string> {
  const header = { alg: PACKET_ALG, typ, kid }
  if (sign === undefined) return new jose.CompactSign(encodeUtf8(payload)).setProtectedHeader(header).sign(key)
  const signed = `${jose.base64url.encode(JSON.stringify(header))}.${jose.base64url.encode(payload)}`
  return `${signed}.${jose.base64url.encode(sign(encodeUtf8(signed)))}`
}

/** The commitment to body bytes. */
export const commit = async (bytes: Uint8Array, type: string = BODY_TYPE): Promise<Commitment> => ({
  sha256: await sha256(bytes),
  size: bytes.byteLength,
  type,
})

export type VerifyOptions = {
  resolveKey: KeyResolver
  /** own division code; absent when evidence is verified by a third party */
  audience?: string
  /** seconds; absent when evidence is verified later */
  now?: number
  /** a key revoked at any time signs nothing new; for evidence, only what lies after the revocation is refused */
  evidence?: boolean
}

export type VerifiedPacket = { ok: true; id: string; jws: string; claims: PacketClaims; kid: string }

/**
 * Verifies size, header, claims, key, signature, audience and clock of one packet; not its place in the thread.
 * Problems: `envelope.*`, `key.*`.
 */
export async function verifyPacket(jws: string, options: VerifyOptions): Promise<VerifiedPacket | Refused> {
  const opened = await openCompact(jws, {
    typ: TYP.packet,
    maxBytes: LIMITS.packetBytes,
    resolveKey: options.resolveKey,
    schema: PacketClaims,
  })
  if (!opened.ok) return opened
  const { claims, trusted, kid } = opened
  if (claims.aud === claims.iss) return refuse('envelope.audience', 'aud is the issuer')
  const usable = keyUsable(trusted, claims.iss, claims.iat, options.evidence === true)
  if (usable !== null) return usable
  if (options.audience !== undefined && claims.aud !== options.audience) return refuse('envelope.audience')
  if (options.now !== undefined && claims.iat > options.now + LIMITS.clockSkewSeconds) return refuse('envelope.clock')
  return { ok: true, id: await sha256(jws), jws, claims, kid }
}

/** Whether a trusted key may have signed for `iss` at `iat`; null when it may. */
export function keyUsable(trusted: TrustedKey, iss: string, iat: number, evidence: boolean): Refused | null {
  if (trusted.city !== iss) return refuse('envelope.issuer')
  if (trusted.revokedAt !== null && (!evidence || iat >= trusted.revokedAt))
    return refuse(trusted.certificateRevoked === true ? 'certificate.revoked' : 'key.revoked')
  if (!within(trusted.spans, iat)) return refuse('key.expired')
  return null
}

/**
 * Exactly 64 bytes in the one canonical way. The unused bits of its last character are not signed: without this, the same packet
 * could be given another id (RFC 4648 §3.5).
 */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/

type OpenOptions<T> = {
  typ: string
  maxBytes: number
  resolveKey: KeyResolver
  schema: Parameters<typeof parseJson<T>>[0]
}

/** Opens a compact JWS signed with a delegated key: strict header, known key, signature, strict claims. */
export async function openCompact<T>(
  jws: string,
  options: OpenOptions<T>,
): Promise<{ ok: true; claims: T; trusted: TrustedKey; kid: string } | Refused> {
  if (jws.length > options.maxBytes) return refuse('envelope.oversize', `${options.maxBytes} bytes at most`)
  const [head = '', claimsPart = '', ...rest] = jws.split('.')
  if (!isBase64url(head) || !isBase64url(claimsPart) || rest.length !== 1 || !SIGNATURE.test(rest[0] ?? ''))
    return refuse('envelope.malformed')
  const header = readHeader(head, JwsHeader, 'envelope.header')
  if (!header.ok) return header
  if (header.value.typ !== options.typ) return refuse('envelope.header', 'typ')
  const trusted = await options.resolveKey(header.value.kid)
  if (trusted === undefined) return refuse('key.unknown')
  let payload: Uint8Array
  try {
    payload = (await jose.compactVerify(jws, trusted.key, { algorithms: [PACKET_ALG] })).payload
  } catch {
    return refuse('envelope.signature')
  }
  const claims = parseJson(options.schema, payload, 'envelope.claims')
  return claims.ok ? { ok: true, claims: claims.value, trusted, kid: header.value.kid } : claims
}
