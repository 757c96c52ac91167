/**
 * The same as `runtime.ts` for a browser, whose own cryptography answers by promises alone: hashes of node-forge, and RSA by BigInt.
 * Slower, which matters to nobody who reads a few certificates; nothing here is secret, so that time may tell what it will.
 */
import * as jose from 'jose'
import forgeSha1 from 'node-forge/lib/sha1.js'
import forgeSha256, { type Digest } from 'node-forge/lib/sha256.js'
import { fromHex, toBinary, toBytes, toHex } from './der.ts'
import type { RsaPublicJwk } from './public-key.ts'

const digestOf = (digest: Digest): Uint8Array => toBytes(digest.digest().getBytes())

export const sha1 = (bytes: Uint8Array): Uint8Array => digestOf(forgeSha1.create().update(toBinary(bytes)))
export const sha256 = (bytes: Uint8Array): Uint8Array => digestOf(forgeSha256.create().update(toBinary(bytes)))

/** SHA-256 of what comes in pieces; hex. */
export function sha256OfPieces(): { update(piece: Uint8Array): void; hex(): string } {
  const digest = forgeSha256.create()
  return {
    update: piece => void digest.update(toBinary(piece)),
    hex: () => toHex(digest.digest().getBytes()),
  }
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(toBinary(bytes)) || '0'}`)
const bytesOf = (value: bigint, length: number): Uint8Array =>
  toBytes(fromHex(value.toString(16).padStart(2 * length, '0')))

/** `block` to the power of `e` by the modulus, as many octets as that has; no padding. */
export function rsaPower({ n, e }: RsaPublicJwk, block: Uint8Array): Uint8Array {
  const octets = jose.base64url.decode(n)
  const modulus = numberOf(octets)
  let power = 1n
  let factor = numberOf(block) % modulus
  for (let left = numberOf(jose.base64url.decode(e)); left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) power = (power * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return bytesOf(power, octets.byteLength)
}

/** What EMSA-PKCS1-v1_5 (RFC 8017 §9.2) puts before a SHA-256. */
const DIGEST_INFO = '3031300d060960864801650304020105000420'

/** Whether the signature is RSASSA-PKCS1-v1_5 with SHA-256 of this key over the bytes: what was to be signed is made anew, and compared whole. */
export function verifySignature(jwk: RsaPublicJwk, signature: Uint8Array, bytes: Uint8Array): boolean {
  try {
    const octets = jose.base64url.decode(jwk.n)
    if (signature.byteLength !== octets.byteLength || numberOf(signature) >= numberOf(octets)) return false
    const tail = `00${DIGEST_INFO}${toHex(toBinary(sha256(bytes)))}`
    const wanted = `0001${tail.padStart(2 * octets.byteLength - 4, 'f')}`
    return toHex(toBinary(rsaPower(jwk, signature))) === wanted
  } catch {
    return false
  }
}
