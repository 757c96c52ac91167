/**
 * The bytes of materials: files named by the SHA-256 of their content, encrypted at rest, written and read as streams,
 * resumable after a crash. Nothing is reported before file and folder are on the disk.
 */
import { createHash, type Hash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  CHUNK,
  ChunkWriter,
  cutAfter,
  HEADER,
  keyOf,
  newHeader,
  openChunk,
  plainSize,
  readSealed,
} from './chunk-file.ts'
import { sniff } from './sniff.ts'

export interface PartialBlob {
  /** plain bytes that stand already, and where to go on */ readonly offset: number
  append(bytes: Uint8Array): Promise<void>
  /** Checks size and hash; a mismatch deletes what came. Problem: `material.hash`. */
  finish(): Promise<{ ok: true } | Refused>
  /** Leaves what came for a later resume; a no-op after finish. */
  close(): Promise<void>
}

export interface BlobStore {
  /** Stores a stream of unknown hash. Problem: `material.oversize` past `maxBytes`. `type` is judged by content. */
  put(
    stream: ReadableStream<Uint8Array>,
    options: { maxBytes: number },
  ): Promise<{ sha256: string; size: number; type: ReturnType<typeof sniff> }>
  /** Goes on with a blob of known hash where an earlier attempt stopped. */
  resume(sha256: string, size: number): Promise<PartialBlob>
  /** The bytes from `offset` on. The stream fails with ProblemError `material.missing` or `material.hash`. */
  open(sha256: string, offset?: number): ReadableStream<Uint8Array>
  has(sha256: string): Promise<boolean>
  size(sha256: string): Promise<number | null>
  delete(sha256: string): Promise<void>
  /** Removes uploads that a crash left behind. */
  sweep(): Promise<number>
}

const HASH = /^[0-9a-f]{64}$/

export async function openBlobStore(folder: string, dataKey: Uint8Array): Promise<BlobStore> {
  const folders = { uploads: join(folder, 'uploads'), partial: join(folder, 'partial') }
  for (const path of [folder, folders.uploads, folders.partial]) await mkdir(path, { recursive: true, mode: 0o700 })

  const pathOf = (sha256: string): string => {
    if (!HASH.test(sha256)) throw new ProblemError('material.missing')
    return join(folder, sha256.slice(0, 2), sha256)
  }

  async function begin(path: string): Promise<{ file: FileHandle; key: Uint8Array }> {
    const header = newHeader()
    const key = keyOf(dataKey, header)
    if (key === null) throw new ProblemError('internal', 'blob header')
    const file = await open(path, 'wx+', 0o600)
    await file.write(header, 0, header.byteLength, 0)
    return { file, key }
  }

  async function place(from: string, sha256: string): Promise<void> {
    const target = pathOf(sha256)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await rename(from, target)
    for (const path of [dirname(target), folder]) {
      const handle = await open(path, 'r')
      await handle.sync().finally(() => handle.close())
    }
  }

  async function put(stream: ReadableStream<Uint8Array>, { maxBytes }: { maxBytes: number }) {
    const path = join(folders.uploads, randomBytes(16).toString('hex'))
    const { file, key } = await begin(path)
    try {
      const writer = new ChunkWriter(file, key, 0)
      const hash = createHash('sha256')
      const head: Uint8Array[] = []
      let size = 0
      for await (const bytes of stream) {
        if (size < CHUNK) head.push(bytes.slice(0, CHUNK - size))
        size += bytes.byteLength
        if (size > maxBytes) throw new ProblemError('material.oversize', `${maxBytes} bytes at most`)
        hash.update(bytes)
        await writer.append(bytes)
      }
      await writer.end()
      await file.close()
      const sha256 = hash.digest('hex')
      await place(path, sha256)
      return { sha256, size, type: sniff(Buffer.concat(head)) }
    } catch (error) {
      await file.close().catch(() => {})
      await rm(path, { force: true })
      throw error
    }
  }

  /** Hashes the whole chunks that stand; a damaged tail is cut off. */
  async function take(file: FileHandle, key: Uint8Array, size: number): Promise<{ chunks: number; hash: Hash }> {
    const hash = createHash('sha256')
    let chunks = 0
    while ((chunks + 1) * CHUNK < size) {
      const plain = openChunk(key, chunks, false, await readSealed(file, chunks))
      if (plain?.byteLength !== CHUNK) break
      hash.update(plain)
      chunks++
    }
    await cutAfter(file, chunks)
    return { chunks, hash }
  }

  async function reopen(path: string): Promise<{ file: FileHandle; key: Uint8Array }> {
    try {
      const file = await open(path, 'r+')
      const header = Buffer.alloc(HEADER)
      await file.read(header, 0, HEADER, 0)
      const key = keyOf(dataKey, header)
      if (key !== null) return { file, key }
      await file.close()
      await rm(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    return begin(path)
  }

  async function resume(sha256: string, size: number): Promise<PartialBlob> {
    pathOf(sha256)
    const path = join(folders.partial, sha256)
    const { file, key } = await reopen(path)
    const { chunks, hash } = await take(file, key, size)
    const writer = new ChunkWriter(file, key, chunks)
    let offset = chunks * CHUNK
    let open = true
    return {
      get offset() {
        return offset
      },
      async append(bytes) {
        if (offset + bytes.byteLength > size) throw new ProblemError('material.hash', 'longer than committed')
        offset += bytes.byteLength
        hash.update(bytes)
        await writer.append(bytes)
      },
      async finish() {
        await writer.end()
        await file.close()
        open = false
        if (offset === size && hash.digest('hex') === sha256) {
          await place(path, sha256)
          return { ok: true }
        }
        await rm(path, { force: true })
        return refuse('material.hash')
      },
      async close() {
        if (!open) return
        open = false
        await file.close()
      },
    }
  }

  async function* read(sha256: string, offset: number): AsyncGenerator<Uint8Array> {
    let file: FileHandle
    try {
      file = await open(pathOf(sha256), 'r')
    } catch {
      throw new ProblemError('material.missing')
    }
    try {
      const header = Buffer.alloc(HEADER)
      await file.read(header, 0, HEADER, 0)
      const key = keyOf(dataKey, header)
      const size = plainSize((await file.stat()).size)
      if (key === null) throw new ProblemError('material.hash', 'header')
      for (let index = Math.floor(offset / CHUNK); index * CHUNK < size; index++) {
        const last = (index + 1) * CHUNK >= size
        const plain = openChunk(key, index, last, await readSealed(file, index))
        if (plain === null) throw new ProblemError('material.hash', `chunk ${index}`)
        yield new Uint8Array(plain.subarray(Math.max(0, offset - index * CHUNK)))
      }
    } finally {
      await file.close()
    }
  }

  const size = async (sha256: string): Promise<number | null> => {
    try {
      return plainSize((await stat(pathOf(sha256))).size)
    } catch {
      return null
    }
  }

  return {
    put,
    resume,
    size,
    open: (sha256, offset = 0) => {
      const chunks = read(sha256, offset)
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await chunks.next()
          if (done === true) controller.close()
          else controller.enqueue(value)
        },
        cancel: async () => {
          await chunks.return(undefined)
        },
      })
    },
    has: async sha256 => (await size(sha256)) !== null,
    delete: sha256 => rm(pathOf(sha256), { force: true }),
    async sweep() {
      const left = await readdir(folders.uploads)
      for (const name of left) await rm(join(folders.uploads, name), { force: true })
      return left.length
    },
  }
}
