/** What is made from a public RSA key: identifiers and thumbprint; and the fingerprint of a certificate. */

import { sha1, sha256 } from '#certs/runtime'
import { fromBase64url, integer, sequence, toBase64url, toBinary, toBytes, toHex, writeDer } from './der.ts'

/** Public RSA key as JWK (RFC 7518 §6.3.1). */
export type RsaPublicJwk = { kty: 'RSA'; n: string; e: string }

const hex = (bytes: Uint8Array): string => toHex(toBinary(bytes))

/** A positive INTEGER of the octets of a JWK (RFC 7518 §2), which have no sign. */
const positive = (text: string) => {
  const octets = fromBase64url(text)
  return integer(octets.charCodeAt(0) >= 0x80 ? `\u0000${octets}` : octets)
}

/** Key identifiers, hex, that RFC 5280 §4.2.1.2 (1) and RFC 7093 §2 (1) make from a key; the whole SHA-256 too. */
export function keyIdsOf({ n, e }: RsaPublicJwk): string[] {
  // RSAPublicKey of RFC 8017 A.1.1.
  const der = toBytes(writeDer(sequence(positive(n), positive(e))))
  const whole = hex(sha256(der))
  return [hex(sha1(der)), whole.slice(0, 40), whole]
}

/** RFC 7638 thumbprint. */
export const thumbprintOf = ({ e, n }: RsaPublicJwk): string =>
  toBase64url(toBinary(sha256(new TextEncoder().encode(JSON.stringify({ e, kty: 'RSA', n })))))

/** Lowercase hex SHA-256 of a binary string. */
export const fingerprintOf = (der: string): string => hex(sha256(toBytes(der)))
