/**
 * Encrypted files in chunks, after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): each 64 KiB of plain
 * bytes stand at a known place under AES-256-GCM, bound to their number and to whether they are the last; the last chunk
 * is also bound to the SHA-256 of the whole. So any place can be read alone, and cutting, moving, adding or exchanging
 * shows. A nonce is random and stands before its chunk, not derived from the number: an interrupted file is written on
 * under the same key, and what a partner sends the second time need not be what it sent the first.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { deriveKey } from '../../kernel/keys/seal.ts'
import { release } from './release.ts'

/** Plain bytes of every chunk but the last. */
export const CHUNK = 64 * 1024
const NONCE = 12
const TAG = 16
const SALT = 16
const MAGIC = Buffer.from('tongban blob 1\n\0')
const HEADER = MAGIC.byteLength + SALT
const SEALED = NONCE + CHUNK + TAG
/** Chunks that are read or written at once: each time costs a turn of another thread and of the event loop. */
const RUN = 4

/** What binds a chunk to its place; `whole` is the SHA-256 of all plain bytes, in hex, for the last chunk alone. */
export type Place = { index: number; whole: string | null }

/** Header of a new file: magic and the salt of its key. */
export const newHeader = (): Buffer => Buffer.concat([MAGIC, randomBytes(SALT)])

/** Where the salt of its key stands in a file. */
export const SALT_AT = MAGIC.byteLength

/** The salt of the key of a file; null when it is none. */
export async function readSalt(file: FileHandle): Promise<Uint8Array | null> {
  const header = await readAt(file, 0, HEADER)
  return header.byteLength === HEADER && MAGIC.compare(header, 0, SALT_AT) === 0
    ? new Uint8Array(header.subarray(SALT_AT))
    : null
}

/** The key of a file, from its header; null when it has none. */
export async function readKey(dataKey: Uint8Array, file: FileHandle): Promise<Uint8Array | null> {
  const header = await readAt(file, 0, HEADER)
  return header.byteLength === HEADER ? keyOf(dataKey, header) : null
}

export function keyOf(dataKey: Uint8Array, header: Uint8Array): Uint8Array | null {
  if (MAGIC.compare(header, 0, MAGIC.byteLength) !== 0) return null
  return deriveKey(dataKey, 'blob 1', header.subarray(MAGIC.byteLength))
}

/** 8 bytes of the number, 1 whether it is the last, and for the last 32 of the hash. */
function placeBytes({ index, whole }: Place): Buffer {
  const bytes = Buffer.alloc(whole === null ? 9 : 41)
  bytes.writeBigUInt64BE(BigInt(index))
  if (whole !== null) {
    bytes[8] = 1
    bytes.write(whole, 9, 'hex')
  }
  return bytes
}

/** Memory for sealed chunks, to be used again and again. */
const sealedMemory = (chunks: number): Buffer => Buffer.allocUnsafeSlow(chunks * SEALED)

/** The sealed chunk as a view of `memory`. */
export function sealChunk(key: Uint8Array, place: Place, plain: Uint8Array, memory: Buffer): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(placeBytes(place))
  memory.set(nonce)
  let end = NONCE
  for (const part of [cipher.update(plain), cipher.final()]) {
    memory.set(part, end)
    end += part.byteLength
    release(part)
  }
  memory.set(cipher.getAuthTag(), end)
  return memory.subarray(0, end + TAG)
}

/** Plain bytes of a chunk, or null when it was changed or stands elsewhere. */
export function openChunk(key: Uint8Array, place: Place, sealed: Uint8Array): Buffer | null {
  if (sealed.byteLength < NONCE + TAG) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE))
  decipher.setAAD(placeBytes(place))
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - TAG))
  try {
    const plain = decipher.update(sealed.subarray(NONCE, sealed.byteLength - TAG))
    const rest = decipher.final()
    return rest.byteLength === 0 ? plain : Buffer.concat([plain, rest])
  } catch {
    return null
  }
}

/** Plain size of a whole file of `bytes` bytes; null when no whole file has that length. */
export function plainSize(bytes: number): number | null {
  const rest = bytes - HEADER
  const chunks = Math.ceil(rest / SEALED)
  const last = rest - (chunks - 1) * SEALED - NONCE - TAG
  if (chunks < 1 || last < (chunks === 1 ? 0 : 1)) return null
  return (chunks - 1) * CHUNK + last
}

/** Number of the last chunk of `size` plain bytes: nothing at all is one empty chunk. */
export const lastChunk = (size: number): number => Math.max(0, Math.ceil(size / CHUNK) - 1)

const offsetOf = (index: number): number => HEADER + index * SEALED

/** Reads one sealed chunk; shorter than a whole one only at the end of the file. */
export const readSealed = (file: FileHandle, index: number): Promise<Buffer> =>
  readAt(file, offsetOf(index), SEALED, sealedMemory(1))

/**
 * The sealed chunks from one number to before another, in their order. Each is a view that holds until the next is asked for, shorter
 * than a whole one only where the file ends. The first one is read alone: whoever takes no other reads no further. While a
 * run of the others is looked at, the next one is read.
 */
export async function* sealedChunks(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  if (from >= to) return
  yield await readSealed(file, from)
  /** of the run that is looked at, and of the next one */
  const memories: Buffer[] = []
  const read = (index: number): Promise<Buffer> => {
    const memory = (memories.length < 2 ? null : memories.shift()) ?? sealedMemory(RUN)
    memories.push(memory)
    const run = readAt(file, offsetOf(index), Math.min(RUN, to - index) * SEALED, memory)
    // Told when the run is looked at; nobody may.
    run.catch(() => {})
    return run
  }
  let next: Promise<Buffer> | null = null
  try {
    for (let index = from + 1; index < to; index += RUN) {
      const run = await (next ?? read(index))
      next = index + RUN < to ? read(index + RUN) : null
      for (let at = 0; at < Math.min(RUN, to - index); at++) yield run.subarray(at * SEALED, (at + 1) * SEALED)
    }
  } finally {
    // No file is closed amid a read.
    await next?.catch(() => {})
  }
}

async function readAt(
  file: FileHandle,
  offset: number,
  bytes: number,
  buffer: Buffer = Buffer.allocUnsafe(bytes),
): Promise<Buffer> {
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

export async function writeAt(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, offset + done)
    done += bytesWritten
  }
}

/** Cuts a file after `chunks` whole chunks. */
export const cutAfter = (file: FileHandle, chunks: number): Promise<void> => file.truncate(offsetOf(chunks))

/**
 * Writes plain bytes as chunks; the newest is held back until it is known whether it is the last. A run of sealed chunks is written
 * while the next one is filled: a write that failed is told later, by `append`, `settle` or `end`.
 */
export class ChunkWriter {
  readonly #file: FileHandle
  readonly #key: Uint8Array
  readonly #held = Buffer.allocUnsafeSlow(CHUNK)
  #heldBytes = 0
  /** sealed and not written yet, with the number of its first chunk */
  #run = sealedMemory(RUN)
  #runBytes = 0
  #runIndex: number
  /** the memory of the run before */
  #spare: Buffer | null = null
  #index: number
  #writing: Promise<void> = Promise.resolve()
  #failure: { error: unknown } | null = null

  /** `chunks` whole chunks stand in the file already. */
  constructor(file: FileHandle, key: Uint8Array, chunks: number) {
    this.#file = file
    this.#key = key
    this.#index = chunks
    this.#runIndex = chunks
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      if (this.#heldBytes === CHUNK) {
        this.#seal(null)
        if (this.#index - this.#runIndex === RUN) await this.#write()
      }
      const part = bytes.subarray(at, at + CHUNK - this.#heldBytes)
      this.#held.set(part, this.#heldBytes)
      this.#heldBytes += part.byteLength
      at += part.byteLength
    }
  }

  /** Writes what is sealed; the chunk that is held back is lost. The file may be closed afterwards, also when this fails. */
  async settle(): Promise<void> {
    await this.#write()
    await this.#written()
  }

  /** Writes the last chunk, bound to the hash of the whole, and makes the file durable. */
  async end(whole: string): Promise<void> {
    this.#seal(whole)
    await this.settle()
    await this.#file.sync()
  }

  #seal(whole: string | null): void {
    if (this.#failure !== null) throw this.#failure.error
    const plain = this.#held.subarray(0, this.#heldBytes)
    const memory = this.#run.subarray(this.#runBytes)
    this.#runBytes += sealChunk(this.#key, { index: this.#index, whole }, plain, memory).byteLength
    this.#index++
    this.#heldBytes = 0
  }

  /** Begins to write the run, once the one before is written. */
  async #write(): Promise<void> {
    await this.#written()
    if (this.#runBytes === 0) return
    const full = this.#run
    this.#writing = writeAt(this.#file, offsetOf(this.#runIndex), full.subarray(0, this.#runBytes)).catch(error => {
      this.#failure = { error }
    })
    this.#run = this.#spare ?? sealedMemory(RUN)
    this.#spare = full
    this.#runBytes = 0
    this.#runIndex = this.#index
  }

  async #written(): Promise<void> {
    await this.#writing
    // After a write that failed the file has a hole: it must never be ended as if it were whole.
    if (this.#failure !== null) throw this.#failure.error
  }
}
