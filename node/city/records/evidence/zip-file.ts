/** A bundle that lies in a file, for random access. */
import { open } from 'node:fs/promises'
import { exactly, type Source, sourceOf } from './zip.ts'

/** Opens a path, or takes a blob. */
export async function openSource(bundle: string | Blob): Promise<Source> {
  if (typeof bundle !== 'string') return sourceOf(bundle)
  const file = await open(bundle, 'r')
  const { size } = await file.stat()
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return exactly(bytes.subarray(0, filled), length)
    },
    close: () => file.close(),
  }
}
