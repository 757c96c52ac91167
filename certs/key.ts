/** RSA keys of certificates, on the runtime's own cryptography; node-forge would take seconds to make one. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import { ProblemError } from '../protocol/problem.ts'
import { toBytes } from './der.ts'
import { readPem } from './pem.ts'
import { PROFILE } from './profile.ts'

/** Public RSA key as JWK (RFC 7518 §6.3.1). */
export type RsaPublicJwk = { kty: 'RSA'; n: string; e: string }

export type SigningKey = {
  readonly publicKeyJwk: RsaPublicJwk
  /** RSASSA-PKCS1-v1_5 with SHA-256 */
  sign(bytes: Uint8Array): Uint8Array
}

/** A new RSA 3072 key of a city or an authority as PKCS#8 PEM; made off the main thread in 0.1–1 s. */
export async function generateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: PROFILE.bits })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Throws ProblemError `keystore.malformed` on anything but an RSA key in PKCS#8 PEM. */
export function signingKeyOf(keyPem: string): SigningKey {
  const key = privateKeyOf(keyPem)
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { publicKeyJwk: { kty: 'RSA', n, e }, sign: bytes => new Uint8Array(sign('sha256', bytes, key)) }
}

function privateKeyOf(keyPem: string): KeyObject {
  try {
    const key = createPrivateKey({
      key: Buffer.from(readPem(keyPem, 'PRIVATE KEY'), 'latin1'),
      format: 'der',
      type: 'pkcs8',
    })
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Said below: what OpenSSL throws here tells the reader nothing more.
  }
  throw new ProblemError('keystore.malformed', 'not an RSA private key in PKCS#8')
}

/** Whether the signature is RSASSA-PKCS1-v1_5 with SHA-256 of this key over the bytes. */
export function verifySignature(jwk: RsaPublicJwk, signature: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return verify('sha256', bytes, createPublicKey({ key: { ...jwk }, format: 'jwk' }), signature)
  } catch {
    return false
  }
}

/** Key identifiers, hex, that RFC 5280 §4.2.1.2 (1) and RFC 7093 §2 (1) make from a key; the whole SHA-256 too. */
export function keyIdsOf(jwk: RsaPublicJwk): string[] {
  const der = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({ type: 'pkcs1', format: 'der' })
  const sha256 = createHash('sha256').update(der).digest('hex')
  return [createHash('sha1').update(der).digest('hex'), sha256.slice(0, 40), sha256]
}

/** RFC 7638 thumbprint. */
export const thumbprintOf = ({ e, n }: RsaPublicJwk): string =>
  createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url')

/** Lowercase hex SHA-256 of a binary string. */
export const fingerprintOf = (der: string): string => createHash('sha256').update(toBytes(der)).digest('hex')
