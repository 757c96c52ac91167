import { passed } from '../../kernel/blocks.ts'

/** Bytes of memory that a view may leave out for a header, or for what the cipher might have added. */
const BESIDE = 16

/**
 * Gives memory back at once that nobody looks at any more. It lies outside the heap that the collector looks at: left to it, many
 * times what is in use would wait, and one collection takes as long as some hundred chunks. Every view of it is empty from then on.
 * Memory of which the view is but a part stays: others may have a share in it.
 */
export function release(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes
  if (passed(bytes)) return
  if (buffer instanceof ArrayBuffer && buffer.byteLength - byteLength <= BESIDE) buffer.transfer(0)
}
