/** Writes a ZIP file as a stream: of each file one chunk is in memory. Nothing is packed, so that sizes are known before the first byte. */
import { createHash } from 'node:crypto'
import { encodeUtf8 } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'

export type Written = {
  /** lowercase hex */
  sha256: string
  bytes: number
}

/** What a ZIP of these files will measure: each with header, descriptor and directory entry. */
export const zipSize = (parts: readonly { path: string; size: number }[]): number =>
  parts.reduce((sum, { path, size }) => sum + 30 + 16 + 46 + 2 * encodeUtf8(path).byteLength + size, 22)

/** `modified`: ms, the time of every file inside. */
export async function createZipWriter(writer: WritableStreamDefaultWriter<Uint8Array>, modified: number) {
  const { Zip, ZipPassThrough } = await import('fflate')
  let ready: Uint8Array[] = []
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error
    ready.push(chunk)
  })
  async function flush(): Promise<void> {
    const chunks = ready
    ready = []
    for (const chunk of chunks) await writer.write(chunk)
  }

  return {
    /** Writes one file. A stream that is not of `size` bytes ends with ProblemError `material.hash`: sizes were checked before. */
    async add(path: string, size: number, content: Uint8Array | ReadableStream<Uint8Array>): Promise<Written> {
      const file = new ZipPassThrough(path)
      file.mtime = modified
      zip.add(file)
      const hash = createHash('sha256')
      let bytes = 0
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        bytes += chunk.byteLength
        if (bytes > size) throw new ProblemError('material.hash', path)
        hash.update(chunk)
        file.push(chunk)
        await flush()
      }
      if (bytes !== size) throw new ProblemError('material.hash', path)
      file.push(new Uint8Array(0), true)
      await flush()
      return { sha256: hash.digest('hex'), bytes }
    },

    async end(): Promise<void> {
      zip.end()
      await flush()
    },
  }
}
