/** A large PDF of noise that repeats by no rule that a compressor knows, made as it is read. */
import { createHash, randomBytes } from 'node:crypto'

/** Bytes of each chunk but the last. */
export const NOISE_CHUNK = 4_000_000

export function noise(bytes: number): { stream: ReadableStream<Uint8Array>; digest: () => string } {
  const hash = createHash('sha256')
  const block = randomBytes(NOISE_CHUNK)
  let sent = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = block.subarray(0, Math.min(NOISE_CHUNK, bytes - sent)).slice()
        chunk.set(new TextEncoder().encode(sent === 0 ? '%PDF-1.4\n' : String(sent)))
        sent += chunk.byteLength
        hash.update(chunk)
        controller.enqueue(chunk)
        if (sent === bytes) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, digest: () => hash.digest('hex') }
}
