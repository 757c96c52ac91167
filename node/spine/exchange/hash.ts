/**
 * Hashes of the exchange. WebCrypto's, which the protocol uses, run on another thread: inside a transaction every other
 * one would wait for the way there and back, which takes longer than hashing a few bytes here.
 */
import { createHash } from 'node:crypto'
import type { Watermark } from '../../../protocol/exchange/frames.ts'

/** SHA-256 of bytes or of the UTF-8 bytes of a string, lowercase hex. */
export const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')

/** The watermark after one more packet id. SPEC.md §9.2. */
export const advance = <Mark extends Watermark>(mark: Mark, id: string): Mark => ({
  ...mark,
  n: mark.n + 1,
  hash: createHash('sha256').update(mark.hash, 'hex').update(id, 'hex').digest('hex'),
})
