/**
 * Delegations (密钥授权书): the city certificate lets short-lived Ed25519 keys sign packets and identify the libp2p peer,
 * as TLS delegated credentials do (RFC 9345); rotation needs no certificate authority. SPEC.md §4.
 */
import * as jose from 'jose'
import * as z from 'zod'
import { isBase64url, readHeader } from '../jws.ts'
import { LIMITS } from '../limits.ts'
import { CERTIFICATE_ALG, PROTOCOL_VERSION, TYP } from '../names.ts'
import { DivisionCode, encodeUtf8, KeyId, parseJson, Seconds } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { isUsableKey } from './ed25519.ts'
import { type Span, within } from './spans.ts'

/** Public Ed25519 key as JWK (RFC 8037) with its thumbprint and what it may be used for. */
export const DelegatedKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  /** 32 bytes in the one canonical way: another spelling of the same key would have another thumbprint. */
  x: z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/),
  kid: KeyId,
  purpose: z.enum(['packet', 'peer']),
})
export type DelegatedKey = z.infer<typeof DelegatedKey>

export const DelegationClaims = z
  .strictObject({
    v: z.literal(PROTOCOL_VERSION),
    iss: DivisionCode,
    iat: Seconds,
    nbf: Seconds,
    exp: Seconds,
    keys: z.array(DelegatedKey).min(1).max(LIMITS.delegationKeys),
  })
  .refine(claims => claims.nbf < claims.exp && claims.exp - claims.nbf <= LIMITS.delegationSeconds, {
    path: ['exp'],
    message: 'validity',
  })
export type DelegationClaims = z.infer<typeof DelegationClaims>

export const RevocationClaims = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  iss: DivisionCode,
  iat: Seconds,
  kid: KeyId.describe('the delegated key that is revoked'),
  revokedAt: Seconds.describe('from when its signatures count no more'),
})
export type RevocationClaims = z.infer<typeof RevocationClaims>

/** Signs with the city certificate's key; a UKey or HSM stands behind this port. */
export interface CertificateSigner {
  /** RFC 7638 thumbprint of the certificate's RSA key */
  readonly kid: string
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the bytes */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** The certificate side of a verification: what certs/ reads from a checked certificate. */
export type CertificateKey = { city: string; kid: string; jwk: jose.JWK }

const CertificateHeader = z.strictObject({ alg: z.literal(CERTIFICATE_ALG), typ: z.enum(TYP), kid: KeyId })

/** Compact JWS over JSON claims, signed by the city certificate. */
export async function signByCertificate(claims: object, typ: string, signer: CertificateSigner): Promise<string> {
  const header = jose.base64url.encode(JSON.stringify({ alg: CERTIFICATE_ALG, typ, kid: signer.kid }))
  const input = `${header}.${jose.base64url.encode(JSON.stringify(claims))}`
  return `${input}.${jose.base64url.encode(await signer.sign(encodeUtf8(input)))}`
}

async function openByCertificate<T extends { iat: number }>(
  jws: string,
  typ: string,
  schema: z.ZodType<T>,
  certificate: CertificateKey,
  validity: Span | undefined,
): Promise<{ ok: true; claims: T } | Refused> {
  if (jws.length > LIMITS.delegationBytes) return refuse('delegation.malformed', 'size')
  const parts = jws.split('.')
  // It is known by its hash, so there is one spelling of it, the signature's too.
  if (parts.length !== 3 || !parts.every(isBase64url)) return refuse('delegation.malformed', 'not a compact JWS')
  const header = readHeader(parts[0] ?? '', CertificateHeader, 'delegation.malformed')
  if (!header.ok) return header
  if (header.value.typ !== typ) return refuse('delegation.malformed', 'typ')
  if (header.value.kid !== certificate.kid) return refuse('delegation.signature', 'kid is not of the city certificate')
  let payload: Uint8Array
  try {
    const key = await jose.importJWK(certificate.jwk, CERTIFICATE_ALG)
    payload = (await jose.compactVerify(jws, key, { algorithms: [CERTIFICATE_ALG] })).payload
  } catch {
    return refuse('delegation.signature')
  }
  const claims = parseJson(schema, payload, 'delegation.malformed')
  if (!claims.ok) return claims
  if (validity !== undefined && !within([validity], claims.value.iat))
    return refuse('certificate.expired', 'when this was signed')
  return { ok: true, claims: claims.value }
}

export const signDelegation = (claims: DelegationClaims, signer: CertificateSigner): Promise<string> =>
  signByCertificate(claims, TYP.delegation, signer)

export const signRevocation = (claims: RevocationClaims, signer: CertificateSigner): Promise<string> =>
  signByCertificate(claims, TYP.revocation, signer)

/**
 * Verifies form, signature, issuer, that each key can be used and that its `kid` is its thumbprint; with the certificate's
 * `validity`, that it was signed within. Problems: `delegation.*`, `certificate.mismatch`, `certificate.expired`.
 */
export async function verifyDelegation(
  jws: string,
  certificate: CertificateKey,
  validity?: Span,
): Promise<{ ok: true; claims: DelegationClaims } | Refused> {
  const opened = await openByCertificate(jws, TYP.delegation, DelegationClaims, certificate, validity)
  if (!opened.ok) return opened
  if (opened.claims.iss !== certificate.city) return refuse('certificate.mismatch', 'iss of the delegation')
  for (const key of opened.claims.keys) {
    if (key.kid !== (await thumbprint(key))) return refuse('delegation.malformed', 'kid is not the thumbprint')
    if (!isUsableKey(jose.base64url.decode(key.x)))
      return refuse('delegation.malformed', 'a key of no or of small order')
  }
  return opened
}

export async function verifyRevocation(
  jws: string,
  certificate: CertificateKey,
  validity?: Span,
): Promise<{ ok: true; claims: RevocationClaims } | Refused> {
  const opened = await openByCertificate(jws, TYP.revocation, RevocationClaims, certificate, validity)
  if (!opened.ok) return opened
  return opened.claims.iss === certificate.city ? opened : refuse('certificate.mismatch', 'iss of the revocation')
}

/** RFC 7638 thumbprint of a public key; members beyond the required ones do not count. */
export const thumbprint = (jwk: jose.JWK): Promise<string> => jose.calculateJwkThumbprint(jwk, 'sha256')
