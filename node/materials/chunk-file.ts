/**
 * Encrypted files in chunks (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár): each chunk of 64 KiB stands
 * at a known place under AES-256-GCM, with its number and whether it is the last in the nonce. So any place can be read
 * alone, and cutting, moving or adding chunks shows.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { ProblemError } from '../../protocol/problem.ts'
import { deriveKey } from './seal.ts'

export const CHUNK = 64 * 1024
const TAG = 16
const SALT = 16
const MAGIC = Buffer.from('tongban blob 1\n\0')
export const HEADER = MAGIC.byteLength + SALT
const SEALED = CHUNK + TAG

/** Header of a new file: magic and the salt of its key. */
export const newHeader = (): Buffer => Buffer.concat([MAGIC, randomBytes(SALT)])

/** The key of a file, from its header; null when the header is not one. */
export function keyOf(dataKey: Uint8Array, header: Uint8Array): Uint8Array | null {
  if (header.byteLength !== HEADER || MAGIC.compare(header, 0, MAGIC.byteLength) !== 0) return null
  return deriveKey(dataKey, 'blob 1', header.subarray(MAGIC.byteLength))
}

function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(index), 0)
  nonce.writeUInt32BE(last ? 1 : 0, 8)
  return nonce
}

export function sealChunk(key: Uint8Array, index: number, last: boolean, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last))
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Plain bytes of a chunk, or null when it was changed. */
export function openChunk(key: Uint8Array, index: number, last: boolean, sealed: Uint8Array): Buffer | null {
  if (sealed.byteLength < TAG) return null
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last))
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.byteLength - TAG)), decipher.final()])
  } catch {
    return null
  }
}

/** Plain size of a whole file of `bytes` bytes. */
export const plainSize = (bytes: number): number => {
  const rest = bytes - HEADER
  return rest - TAG * Math.ceil(rest / SEALED)
}

/** Reads one sealed chunk; shorter than a whole one only at the end of the file. */
export async function readSealed(file: FileHandle, index: number): Promise<Buffer> {
  const buffer = Buffer.alloc(SEALED)
  let filled = 0
  while (filled < SEALED) {
    const { bytesRead } = await file.read(buffer, filled, SEALED - filled, HEADER + index * SEALED + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** Writes plain bytes as chunks; the newest chunk is held back until it is known whether it is the last. */
export class ChunkWriter {
  readonly #file: FileHandle
  readonly #key: Uint8Array
  #index: number
  #held: Buffer[] = []
  #heldBytes = 0

  /** `chunks` whole chunks stand in the file already. */
  constructor(file: FileHandle, key: Uint8Array, chunks: number) {
    this.#file = file
    this.#key = key
    this.#index = chunks
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      if (this.#heldBytes === CHUNK) await this.#flush(false)
      const part = bytes.subarray(at, at + CHUNK - this.#heldBytes)
      this.#held.push(Buffer.from(part))
      this.#heldBytes += part.byteLength
      at += part.byteLength
    }
  }

  /** Writes the last chunk and makes the file durable. */
  async end(): Promise<void> {
    await this.#flush(true)
    await this.#file.sync()
  }

  async #flush(last: boolean): Promise<void> {
    const sealed = sealChunk(this.#key, this.#index, last, Buffer.concat(this.#held))
    const { bytesWritten } = await this.#file.write(sealed, 0, sealed.byteLength, HEADER + this.#index * SEALED)
    if (bytesWritten !== sealed.byteLength) throw new ProblemError('internal', 'the disk took only part of a chunk')
    this.#index++
    this.#held = []
    this.#heldBytes = 0
  }
}

/** Cuts a file after `chunks` whole chunks. */
export const cutAfter = (file: FileHandle, chunks: number): Promise<void> => file.truncate(HEADER + chunks * SEALED)
