/**
 * The same as `runtime.ts` for a browser. WebCrypto hashes what is there as a whole, and fast; what is too large to be held comes in pieces
 * and is hashed by node-forge, slowly, in bounded memory.
 */
import { sha256OfPieces } from '../../../../certs/runtime-browser.ts'
import { sha256 } from '../../../../protocol/primitives.ts'

export const BROWSER_LIMITS = {
  /** bytes of a file that is held to be hashed */
  heldBytes: 64 * 1024 * 1024,
} as const

/** CRC-32 (ISO 3309) of each octet, as the ZIP format has it. */
const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})

/** CRC-32 of `bytes` after those of which `before` is it. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before
  for (const octet of bytes) crc = (TABLE[(crc ^ octet) & 0xff] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** Hex SHA-256 of a file of any size that comes in pieces, and is no longer than `size`, bytes. `held`: as `heldBytes`, for tests. */
export async function hashOf(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  held: number = BROWSER_LIMITS.heldBytes,
): Promise<string> {
  if (size > held) {
    const hash = sha256OfPieces()
    for await (const piece of pieces) hash.update(piece)
    return hash.hex()
  }
  const whole = new Uint8Array(size)
  let at = 0
  for await (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return sha256(whole)
}
