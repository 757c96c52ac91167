/**
 * Frames on a libp2p stream (数据帧). Each frame is its length as 4 bytes, unsigned, big-endian, then that many bytes.
 * A length of 0 or above the limit of the protocol breaks the stream. There is no other structure: a stream is a run of
 * frames in each direction, and ends between two frames.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import { passed, sendOff, takeBlock } from '../../kernel/blocks.ts'

export const FRAME_HEADER_BYTES = 4

/** What stands before the data of a frame of the multiplexer. */
const MUX_HEADER_BYTES = 12

/** What a piece of received memory costs beside its bytes; a peer may send them one byte at a time. */
const CHUNK_OVERHEAD = 64

/** Refuses a frame that the other end would have to refuse. */
export function checkFrame(frame: Uint8Array): void {
  if (frame.byteLength === 0) throw new ProblemError('frame.malformed', 'an empty frame')
  if (frame.byteLength > 0xffffffff) throw new ProblemError('frame.oversize', 'more than 4 GiB')
}

/** Cuts received bytes into frames. Nothing beyond the header is kept of a frame above the limit. */
export class FrameReader {
  readonly #maxFrame: number
  #chunks: Uint8Array[] = []
  /** first chunk and byte not yet taken */
  #head = 0
  #offset = 0
  #bytes = 0
  /** length of the frame at the head, once its header has come */
  #length: number | undefined
  #problem: ProblemError | undefined

  constructor(maxFrame: number) {
    this.#maxFrame = maxFrame
  }

  /** What the waiting bytes cost. */
  get cost(): number {
    return this.#bytes + (this.#chunks.length - this.#head) * CHUNK_OVERHEAD
  }

  /** Some bytes of a frame have come, but not all. */
  get midway(): boolean {
    return !this.ready && (this.#bytes > 0 || this.#length !== undefined)
  }

  /** `next` has something to give or to throw. */
  get ready(): boolean {
    return this.#problem !== undefined || (this.#length !== undefined && this.#bytes >= this.#length)
  }

  push(chunk: Uint8Array): void {
    if (this.#problem !== undefined || chunk.byteLength === 0) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.byteLength
    if (this.#length === undefined) this.#readHeader()
  }

  /** The next whole frame, in memory of its own; undefined while it has not come. Throws ProblemError `frame.oversize`, `frame.malformed`. */
  next(): Uint8Array | undefined {
    if (this.#problem !== undefined) throw this.#problem
    if (this.#length === undefined || this.#bytes < this.#length) return undefined
    const frame = this.#take(this.#length)
    this.#length = undefined
    this.#readHeader()
    return frame
  }

  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#offset = 0
    this.#bytes = 0
    this.#length = undefined
  }

  #readHeader(): void {
    if (this.#bytes < FRAME_HEADER_BYTES) return
    const header = this.#take(FRAME_HEADER_BYTES)
    const length = new DataView(header.buffer, header.byteOffset, FRAME_HEADER_BYTES).getUint32(0)
    if (length > 0 && length <= this.#maxFrame) {
      this.#length = length
      return
    }
    this.clear()
    this.#problem =
      length === 0
        ? new ProblemError('frame.malformed', 'an empty frame')
        : new ProblemError('frame.oversize', `${length} bytes, at most ${this.#maxFrame}`)
  }

  /** Copies: a view would keep the whole block alive from which the transport cut the chunk. */
  #take(length: number): Uint8Array {
    const taken = sendOff(takeBlock(length))
    let filled = 0
    while (filled < length) {
      const chunk = this.#chunks[this.#head]
      if (chunk === undefined) throw new Error('fewer bytes than counted')
      const part = chunk.subarray(this.#offset, this.#offset + length - filled)
      taken.set(part, filled)
      filled += part.byteLength
      this.#offset += part.byteLength
      if (this.#offset === chunk.byteLength) {
        this.#head += 1
        this.#offset = 0
        // Else the message brought something before it, which may still wait elsewhere.
        if (chunk.byteOffset <= MUX_HEADER_BYTES) passed(chunk)
      }
    }
    this.#bytes -= length
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0
      this.#head = 0
    } else if (this.#head > 256 && this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
    return taken
  }
}

/** Smallest block to start a batch with; an idle stream sends single small frames. */
const FIRST_BLOCK = 4 * 1024

/** Packs frames into blocks, so that many small ones cost one write. */
export class FrameWriter {
  readonly #batch: number
  #full: Uint8Array[] = []
  #block: Uint8Array = new Uint8Array(0)
  #fill = 0
  #bytes = 0
  #next = FIRST_BLOCK

  constructor(batch: number) {
    this.#batch = batch
  }

  /** bytes packed and not yet taken */
  get bytes(): number {
    return this.#bytes
  }

  /** Packs a copy of the frame. */
  push(frame: Uint8Array): void {
    const header = new Uint8Array(FRAME_HEADER_BYTES)
    new DataView(header.buffer).setUint32(0, frame.byteLength)
    this.#append(header)
    this.#append(frame)
  }

  /** The next block to write, at most as large as the batch; its memory is used again once it has passed. */
  shift(): Uint8Array | undefined {
    const block = this.#shift()
    return block === undefined ? undefined : sendOff(block)
  }

  #shift(): Uint8Array | undefined {
    const full = this.#full.shift()
    if (full !== undefined) {
      this.#bytes -= full.byteLength
      this.#next = this.#batch
      return full
    }
    if (this.#fill === 0) return undefined
    const block = this.#block.subarray(0, this.#fill)
    this.#bytes -= block.byteLength
    this.#next = Math.min(this.#batch, Math.max(FIRST_BLOCK, this.#fill * 2))
    this.#block = new Uint8Array(0)
    this.#fill = 0
    return block
  }

  clear(): void {
    this.#full = []
    this.#block = new Uint8Array(0)
    this.#fill = 0
    this.#bytes = 0
  }

  #append(bytes: Uint8Array): void {
    let offset = 0
    while (offset < bytes.byteLength) {
      if (this.#fill === this.#block.byteLength) this.#turn(bytes.byteLength - offset)
      const part = bytes.subarray(offset, offset + this.#block.byteLength - this.#fill)
      this.#block.set(part, this.#fill)
      this.#fill += part.byteLength
      offset += part.byteLength
    }
    this.#bytes += bytes.byteLength
  }

  #turn(needed: number): void {
    if (this.#fill > 0) {
      this.#full.push(this.#block)
      this.#next = this.#batch
    }
    this.#block = takeBlock(Math.min(this.#batch, Math.max(this.#next, needed + FRAME_HEADER_BYTES)))
    this.#fill = 0
  }
}
