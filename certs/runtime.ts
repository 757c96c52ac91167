/**
 * What certificates need of the cryptography of the runtime, at once and not by a promise: hashes, and RSA with a public key. This is
 * that of Node and Bun; `#certs/runtime` of package.json gives a browser `runtime-browser.ts` in its place.
 */
import { constants, createHash, createPublicKey, publicEncrypt, verify } from 'node:crypto'
import type { RsaPublicJwk } from './public-key.ts'

export const sha1 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha1').update(bytes).digest())
export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())

/** `block` to the power of `e` by the modulus, as many octets as that has; no padding. */
export const rsaPower = (jwk: RsaPublicJwk, block: Uint8Array): Uint8Array =>
  new Uint8Array(
    publicEncrypt(
      { key: createPublicKey({ key: { ...jwk }, format: 'jwk' }), padding: constants.RSA_NO_PADDING },
      block,
    ),
  )

/** Whether the signature is RSASSA-PKCS1-v1_5 with SHA-256 of this key over the bytes. */
export function verifySignature(jwk: RsaPublicJwk, signature: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return verify('sha256', bytes, createPublicKey({ key: { ...jwk }, format: 'jwk' }), signature)
  } catch {
    return false
  }
}
