/**
 * Blocks of memory for bytes that pass through once, used again and again (内存块): to touch memory that is new costs more than to
 * encrypt it, and it lies outside the heap that the collector looks at.
 *
 * Whoever fills a block tells where its bytes end. It is free again when somebody tells that the bytes which end there have
 * passed: bytes of one block pass in their order. A block whose end nobody sees pass is left to the collector.
 */

/** Bytes of a block: 64 KiB with the headers of frames around them; a noise message is no longer. */
export const BLOCK_BYTES = 64 * 1024 + 64
/** Bytes from which on a block is taken; less is cheaper anew. */
export const LEAST_BLOCK_BYTES = 16 * 1024
/** Free blocks that are kept. */
export const KEPT_BLOCKS = 64

const free: ArrayBufferLike[] = []
/** of blocks that were sent off: where their bytes end */
const ends = new WeakMap<ArrayBufferLike, number>()

/** Memory for so many bytes; in a block stands whatever stood there. */
export function takeBlock(bytes: number): Uint8Array {
  if (bytes < LEAST_BLOCK_BYTES || bytes > BLOCK_BYTES) return new Uint8Array(bytes)
  return new Uint8Array(free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES).buffer, 0, bytes)
}

/** The block ends where these bytes end. */
export function sendOff<T extends Uint8Array>(bytes: T): T {
  if (bytes.buffer.byteLength === BLOCK_BYTES) ends.set(bytes.buffer, bytes.byteOffset + bytes.byteLength)
  return bytes
}

/** Nobody looks at these bytes any more, nor at those before them in their block; whether it was a block that ends with them. */
export function passed({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  if (buffer.byteLength !== BLOCK_BYTES || ends.get(buffer) !== byteOffset + byteLength) return false
  ends.delete(buffer)
  if (free.length < KEPT_BLOCKS) free.push(buffer)
  return true
}
