/** A fingerprint as words that two people read to each other (指纹核对词): the first 66 bits, as places of six words in the BIP 39 lists. Pure. */

/** Of 11 bits each. */
const WORDS = 6
const BITS = 11

/** Bytes of a fingerprint, hex or base64url; null for what is neither. */
export function bytesOf(fingerprint: string): Uint8Array | null {
  if (/^(?:[0-9a-f]{2})+$/i.test(fingerprint))
    return Uint8Array.from(fingerprint.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
  if (!/^[A-Za-z0-9_-]+$/.test(fingerprint)) return null
  return Uint8Array.from(atob(fingerprint.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0))
}

/** Six numbers of 0–2047; none of what is too short. */
export function numbersOf(fingerprint: string): number[] {
  const bytes = bytesOf(fingerprint)
  if (bytes === null || bytes.length * 8 < WORDS * BITS) return []
  const bits = [...bytes.subarray(0, 9)].reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return Array.from({ length: WORDS }, (_, index) => Number((bits >> BigInt(72 - BITS * (index + 1))) & 2047n))
}
