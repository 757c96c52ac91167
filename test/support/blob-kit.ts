/** A blob store in a folder of its own, with materials to put there and looks at what lies on the disk. */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BlobStore, openBlobStore } from '../../node/spine/materials/blob-store.ts'
import { CHUNK } from '../../node/spine/materials/chunk-file.ts'
import { fc } from './properties.ts'

export const EVERY_SIZE = { maxBytes: Number.MAX_SAFE_INTEGER }
/** Sizes around the borders of chunks, and any up to a little over three of them. */
export const sizes = fc.oneof(
  fc.constantFrom(8, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK),
  fc.integer({ min: 8, max: 3 * CHUNK + 100 }),
)
/** Each run writes and reads files. */
export const RUNS = { numRuns: 40 }

/** A PDF as far as anyone can tell, of so many bytes, none like another. */
export function document(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0, state = seed; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  bytes.write('%PDF-1.7')
  return bytes
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export function streamOf(bytes: Uint8Array, piece: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close()
      controller.enqueue(bytes.slice(at, at + piece))
      at += piece
    },
  })
}

export class BlobKit {
  readonly folder: string
  store: BlobStore

  private constructor(folder: string, store: BlobStore) {
    this.folder = folder
    this.store = store
  }

  static async make(): Promise<BlobKit> {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-blobs-'))
    return new BlobKit(folder, await openBlobStore(folder, new Uint8Array(32).fill(3)))
  }

  remove = () => rm(this.folder, { recursive: true, force: true })

  /** Its store, which makes new files as it is told. */
  opened = (create: (path: string) => Promise<FileHandle>): Promise<BlobStore> =>
    openBlobStore(this.folder, new Uint8Array(32).fill(3), undefined, create)

  /** As a process does that starts anew, with a data key of so many equal bytes. */
  async restart(key = 3): Promise<void> {
    this.store = await openBlobStore(this.folder, new Uint8Array(32).fill(key))
  }

  path = (sha256: string) => join(this.folder, sha256.slice(0, 2), sha256)
  partialPath = (bytes: Uint8Array, source = '610900') =>
    join(this.folder, 'partial', `${hashOf(bytes)}.${bytes.byteLength}.${source}`)
  filesIn = async (name: string) => (await readdir(join(this.folder, name))).length
  put = (bytes: Uint8Array, piece = 10_000) => this.store.put(streamOf(bytes, piece), EVERY_SIZE)

  /** What could be read before the stream ended, and the code of the problem that ended it. */
  async read(sha256: string, offset = 0): Promise<{ bytes: Buffer; problem: string | null }> {
    const pieces: Uint8Array[] = []
    try {
      for await (const piece of this.store.open(sha256, offset)) pieces.push(piece)
      return { bytes: Buffer.concat(pieces), problem: null }
    } catch (error) {
      const code = (error as { problem?: { code: string } }).problem?.code
      if (code === undefined) throw error
      return { bytes: Buffer.concat(pieces), problem: code }
    }
  }

  /** Resumes, appends up to a place, and breaks off. */
  async fetchPart(bytes: Buffer, upTo = bytes.byteLength): Promise<void> {
    const partial = await this.store.resume(hashOf(bytes), bytes.byteLength, '610900')
    await partial.append(bytes.subarray(partial.offset, upTo))
    await partial.close()
  }
}
