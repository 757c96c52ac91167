/**
 * The bytes of materials: files named by the SHA-256 of their content, encrypted at rest, written and read as streams,
 * resumable after a crash. Nothing is reported before file and folder are on the disk.
 */
import { createHash, type Hash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import { writing } from '../../kernel/store/disk.ts'
import {
  CHUNK,
  ChunkWriter,
  cutAfter,
  keyOf,
  lastChunk,
  newHeader,
  openChunk,
  type Place,
  plainSize,
  readKey,
  readSealed,
  sealedChunks,
  writeAt,
} from './chunk-file.ts'
import { release } from './release.ts'
import { couldBeMaterial, type MaterialType, sniff } from './sniff.ts'

export interface PartialBlob {
  /** plain bytes that stand already, and where to go on */
  readonly offset: number
  /** Problem: `material.hash` when more comes than was committed to. */
  append(bytes: Uint8Array): Promise<void>
  /** Checks size and hash; a mismatch deletes what came. Problem: `material.hash`. */
  finish(): Promise<{ ok: true } | Refused>
  /** Leaves what came for a later resume; a no-op after finish. */
  close(): Promise<void>
}

export interface BlobStore {
  /**
   * Stores a stream of unknown hash; `placing` lets the file take its name, and keeps what must happen with that. Problems:
   * `material.oversize` past `maxBytes`, `request.invalid` by its type.
   */
  put(
    stream: ReadableStream<Uint8Array>,
    options: {
      maxBytes: number
      placing?: (
        place: () => Promise<void>,
        found: { sha256: string; size: number; type: MaterialType },
      ) => Promise<void>
    },
  ): Promise<{ sha256: string; size: number; type: MaterialType }>
  /**
   * Goes on with a blob of known hash where an earlier attempt with the same source stopped: what one source gives is never
   * mixed with what another does. Problem: `request.conflict` while another attempt with it does.
   */
  resume(sha256: string, size: number, source: string): Promise<PartialBlob>
  /**
   * The bytes from `offset` on. The stream fails with ProblemError: `material.missing`; `material.hash` when the file was
   * changed, cut or exchanged; `request.invalid` when the offset lies past the end.
   */
  open(sha256: string, offset?: number): ReadableStream<Uint8Array>
  has(sha256: string): Promise<boolean>
  /** Plain bytes, or null when it is not here. */
  size(sha256: string): Promise<number | null>
  delete(sha256: string): Promise<void>
  /** Hashes of all blobs, in order. */
  list(): AsyncIterable<string>
  /** Removes uploads that a crash left behind and, when `wanted` is given, partial blobs that nobody waits for. */
  sweep(wanted?: (partial: { sha256: string; size: number; partner: string }) => Promise<boolean>): Promise<number>
}

const HASH = /^[0-9a-f]{64}$/
/** Name of a partial blob: hash, size and source. */
const PARTIAL = /^([0-9a-f]{64})\.([0-9]{1,16})\.([0-9a-z]{1,32})$/

/** Bytes of materials after which it is looked whether memory is to be given back. */
const RELIEF = 2 * 1024 * 1024

/**
 * Opens the folder, or makes it (0700); the key of each file is derived from `dataKey` (32 bytes).
 * `relieve` frees buffers that nobody holds any more: they lie outside the heap that the collector looks at, and a gigabyte of
 * them would pass before it thinks of them. `create` makes the file of an upload or a partial blob. What writes has one problem more:
 * `disk.full`.
 */
export async function openBlobStore(
  folder: string,
  dataKey: Uint8Array,
  relieve: () => void = () => {},
  create: (path: string) => Promise<FileHandle> = path => open(path, 'wx+', 0o600),
): Promise<BlobStore> {
  let passed = 0
  const pass = (bytes: number): void => {
    passed += bytes
    if (passed < RELIEF) return
    passed = 0
    relieve()
  }
  const folders = { uploads: join(folder, 'uploads'), partial: join(folder, 'partial') }
  for (const path of [folder, folders.uploads, folders.partial]) await mkdir(path, { recursive: true, mode: 0o700 })
  const uploading = new Set<string>()
  const resumed = new Set<string>()

  const pathOf = (sha256: string): string => {
    if (!HASH.test(sha256)) throw new ProblemError('material.missing')
    return join(folder, sha256.slice(0, 2), sha256)
  }

  async function begin(path: string): Promise<{ file: FileHandle; key: Uint8Array }> {
    const header = newHeader()
    const key = keyOf(dataKey, header)
    if (key === null) throw new ProblemError('internal', 'blob header')
    const file = await create(path)
    try {
      await writeAt(file, 0, header)
    } catch (error) {
      await file.close()
      throw error
    }
    return { file, key }
  }

  /** Gives a whole and durable file its name; an older one of the same content gives way, in case it was damaged. */
  async function place(from: string, sha256: string): Promise<void> {
    const target = pathOf(sha256)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await rename(from, target)
    for (const path of [dirname(target), folder]) {
      const handle = await open(path, 'r')
      await handle.sync().finally(() => handle.close())
    }
  }

  async function put(stream: ReadableStream<Uint8Array>, { maxBytes, placing }: Parameters<BlobStore['put']>[1]) {
    const name = randomBytes(16).toString('hex')
    const path = join(folders.uploads, name)
    uploading.add(name)
    try {
      const { file, key } = await begin(path)
      const writer = new ChunkWriter(file, key, 0)
      try {
        const { sha256, size, head } = await encrypt(stream, writer, maxBytes)
        const type = sniff(head, await tailOf(file, key, sha256, size))
        if (type === null) throw wrongType()
        const found = { sha256, size, type }
        if (placing === undefined) await place(path, sha256)
        else await placing(() => place(path, sha256), found)
        return found
      } finally {
        await writer.settle().catch(() => {})
        await file.close()
      }
    } finally {
      // Gone when it was placed; else nothing may stay of what was refused or broke off.
      await rm(path, { force: true })
      uploading.delete(name)
    }
  }

  async function encrypt(stream: ReadableStream<Uint8Array>, writer: ChunkWriter, maxBytes: number) {
    const hash = createHash('sha256')
    const head = Buffer.alloc(CHUNK)
    let size = 0
    for await (const bytes of stream) {
      if (size < CHUNK) head.set(bytes.subarray(0, CHUNK - size), size)
      size += bytes.byteLength
      if (size > maxBytes) throw new ProblemError('material.oversize', `${maxBytes} bytes at most`)
      if (!couldBeMaterial(head.subarray(0, size))) throw wrongType()
      hash.update(bytes)
      await writer.append(bytes)
      pass(bytes.byteLength)
    }
    const sha256 = hash.digest('hex')
    await writer.end(sha256)
    return { sha256, size, head: head.subarray(0, size) }
  }

  /** The last one or two chunks, read back. */
  async function tailOf(file: FileHandle, key: Uint8Array, sha256: string, size: number): Promise<Uint8Array> {
    const last = lastChunk(size)
    const tail: Uint8Array[] = []
    for (let index = Math.max(0, last - 1); index <= last; index++) {
      const place = { index, whole: index === last ? sha256 : null }
      tail.push(opened(key, place, await readSealed(file, index)))
    }
    return Buffer.concat(tail)
  }

  function opened(key: Uint8Array, place: Place, sealed: Buffer): Buffer {
    const plain = openChunk(key, place, sealed)
    if (plain === null) throw new ProblemError('material.hash', `chunk ${place.index} of the stored file`)
    return plain
  }

  /** Hashes the whole chunks that stand; a damaged tail is cut off. The last chunk is always written anew. */
  async function rehash(file: FileHandle, key: Uint8Array, size: number): Promise<{ chunks: number; hash: Hash }> {
    const hash = createHash('sha256')
    let chunks = 0
    for await (const sealed of sealedChunks(file, 0, lastChunk(size))) {
      const plain = openChunk(key, { index: chunks, whole: null }, sealed)
      if (plain?.byteLength !== CHUNK) break
      hash.update(plain)
      release(plain)
      chunks++
    }
    await cutAfter(file, chunks)
    return { chunks, hash }
  }

  async function reopen(path: string): Promise<{ file: FileHandle; key: Uint8Array }> {
    const file = await openIfThere(path, 'r+')
    if (file === null) return begin(path)
    const key = await readKey(dataKey, file)
    if (key !== null) return { file, key }
    await file.close()
    await rm(path)
    return begin(path)
  }

  async function resume(sha256: string, size: number, source: string): Promise<PartialBlob> {
    pathOf(sha256)
    const name = `${sha256}.${size}.${source}`
    if (!PARTIAL.test(name)) throw new ProblemError('internal', 'name of a partial blob')
    if (resumed.has(name)) throw new ProblemError('request.conflict', 'the material is being fetched')
    resumed.add(name)
    const path = join(folders.partial, name)
    try {
      const { file, key } = await reopen(path)
      try {
        const { chunks, hash } = await rehash(file, key, size)
        const writer = new ChunkWriter(file, key, chunks)
        return partialBlob({ sha256, size, offset: chunks * CHUNK, hash, file, writer, name, path })
      } catch (error) {
        await file.close()
        throw error
      }
    } catch (error) {
      resumed.delete(name)
      throw error
    }
  }

  type Begun = {
    sha256: string
    size: number
    offset: number
    hash: Hash
    file: FileHandle
    writer: ChunkWriter
    name: string
    path: string
  }

  function partialBlob({ sha256, size, offset, hash, file, writer, name, path }: Begun): PartialBlob {
    let open = true
    const close = async () => {
      if (!open) return
      open = false
      // What cannot be written is fetched anew.
      await writer.settle().catch(() => {})
      await file.close()
      resumed.delete(name)
    }
    return {
      get offset() {
        return offset
      },
      append: bytes => writing(() => append(bytes)),
      finish: () => writing(finish),
      close,
    }

    async function append(bytes: Uint8Array): Promise<void> {
      if (offset + bytes.byteLength > size) throw new ProblemError('material.hash', 'longer than committed')
      await writer.append(bytes)
      hash.update(bytes)
      offset += bytes.byteLength
      pass(bytes.byteLength)
    }

    async function finish(): Promise<{ ok: true } | Refused> {
      const holds = offset === size && hash.digest('hex') === sha256
      if (holds) {
        await writer.end(sha256)
        await place(path, sha256)
      } else {
        await rm(path, { force: true })
      }
      await close()
      return holds ? { ok: true } : refuse('material.hash')
    }
  }

  /** The bytes of a chunk from a place on. */
  function* partOf(plain: Buffer, from: number): Generator<Uint8Array> {
    const part = plain.subarray(Math.max(0, from))
    const length = part.byteLength
    if (length > 0) yield new Uint8Array(part.buffer, part.byteOffset, length)
    // Who read it may have given it back.
    pass(length)
  }

  async function* read(sha256: string, offset: number): AsyncGenerator<Uint8Array> {
    const file = await openIfThere(pathOf(sha256), 'r')
    if (file === null) throw new ProblemError('material.missing')
    try {
      const key = await readKey(dataKey, file)
      const size = plainSize((await file.stat()).size)
      if (key === null || size === null) throw new ProblemError('material.hash', 'length or header of the stored file')
      if (!Number.isSafeInteger(offset) || offset < 0 || offset > size)
        throw new ProblemError('request.invalid', 'offset')
      const last = lastChunk(size)
      // The last chunk first: it proves that the file is whole and of this name before a byte of it is given.
      const end = opened(key, { index: last, whole: sha256 }, await readSealed(file, last))
      let index = Math.min(last, Math.floor(offset / CHUNK))
      for await (const sealed of sealedChunks(file, index, last)) {
        yield* partOf(opened(key, { index, whole: null }, sealed), offset - index * CHUNK)
        index++
      }
      yield* partOf(end, offset - last * CHUNK)
    } finally {
      await file.close()
    }
  }

  async function size(sha256: string): Promise<number | null> {
    if (!HASH.test(sha256)) return null
    try {
      return plainSize((await stat(pathOf(sha256))).size)
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  return {
    put: (stream, options) => writing(() => put(stream, options)),
    resume: (sha256, size, source) => writing(() => resume(sha256, size, source)),
    size,
    open: (sha256, offset = 0) => streamOf(read(sha256, offset)),
    has: async sha256 => (await size(sha256)) !== null,
    delete: sha256 => rm(pathOf(sha256), { force: true }),
    async *list() {
      for (const prefix of (await readdir(folder)).filter(name => /^[0-9a-f]{2}$/.test(name)).sort()) {
        yield* (await readdir(join(folder, prefix))).filter(name => HASH.test(name)).sort()
      }
    },
    async sweep(wanted) {
      const left = (await readdir(folders.uploads))
        .filter(name => !uploading.has(name))
        .map(name => join(folders.uploads, name))
      for (const name of wanted === undefined ? [] : await readdir(folders.partial)) {
        const [, sha256 = '', size, partner = ''] = PARTIAL.exec(name) ?? []
        if (!resumed.has(name) && !(sha256 !== '' && (await wanted?.({ sha256, size: Number(size), partner }))))
          left.push(join(folders.partial, name))
      }
      for (const path of left) await rm(path, { force: true })
      return left.length
    },
  }
}

const wrongType = () => new ProblemError('request.invalid', 'content: not one of JPEG, PNG, PDF, OFD')

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

async function openIfThere(path: string, flags: 'r' | 'r+'): Promise<FileHandle | null> {
  try {
    return await open(path, flags)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** A stream that begins when it is read, so that one never read holds no file open. */
function streamOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: async () => {
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
