/** The running hash over the packets of one direction of a link; both cities compare it on every connection. SPEC.md §9.2. */
import { fromHex, sha256 } from '../primitives.ts'
import type { Watermark } from './frames.ts'

/** The watermark after one more packet id. */
export async function advance(mark: Watermark, id: string): Promise<Watermark> {
  const bytes = new Uint8Array(64)
  bytes.set(fromHex(mark.hash), 0)
  bytes.set(fromHex(id), 32)
  return { n: mark.n + 1, hash: await sha256(bytes) }
}
