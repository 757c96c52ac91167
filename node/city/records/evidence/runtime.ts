/**
 * Checksums and hashes by which files of a bundle are checked: those of Node and Bun; `#evidence/runtime` of package.json gives a browser
 * `runtime-browser.ts` in its place.
 */
import { createHash } from 'node:crypto'

export { crc32 } from 'node:zlib'

/** Hex SHA-256 of a file of any size that comes in pieces; none is kept. `size`: bytes, as the ZIP lists them. */
export async function hashOf(pieces: AsyncIterable<Uint8Array>, _size: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
