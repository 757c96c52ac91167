/**
 * The running hash of a link without a promise: inside a transaction every other one would wait for each turn of the event loop,
 * which takes longer than hashing a few bytes.
 */
import { createHash } from 'node:crypto'
import type { Watermark } from '../../../protocol/exchange/frames.ts'

/** The watermark after one more packet id. SPEC.md §9.2. */
export const advance = <Mark extends Watermark>(mark: Mark, id: string): Mark => ({
  ...mark,
  n: mark.n + 1,
  hash: createHash('sha256').update(mark.hash, 'hex').update(id, 'hex').digest('hex'),
})
