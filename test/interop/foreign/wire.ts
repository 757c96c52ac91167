/** Frames of SPEC.md §9 and §10 on a stream of stock libp2p. */
import type { Stream } from '@libp2p/interface'

/** Reads what a length of four bytes goes before. */
export class Reader {
  #held = Buffer.alloc(0)
  readonly #chunks: AsyncIterator<Uint8Array | { subarray(): Uint8Array }>

  constructor(stream: Stream) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | { subarray(): Uint8Array }>
  }

  /** null once the other end has ended its half. */
  async frame(): Promise<Buffer | null> {
    while (this.#held.length < 4 || this.#held.length < 4 + this.#held.readUInt32BE(0)) {
      const { value, done } = await this.#chunks.next()
      if (done === true) return null
      this.#held = Buffer.concat([this.#held, value.subarray()])
    }
    const size = this.#held.readUInt32BE(0)
    const frame = this.#held.subarray(4, 4 + size)
    this.#held = this.#held.subarray(4 + size)
    return frame
  }
}

export function write(stream: Stream, ...parts: (Uint8Array | string)[]): void {
  const content = Buffer.concat(parts.map(part => Buffer.from(part as string)))
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.length)
  stream.send(Buffer.concat([size, content]))
}

export const TYPE = {
  hello: 1,
  packet: 2,
  receipt: 3,
  recall: 4,
  list: 7,
  materialRequest: 8,
  materialAnswer: 9,
  materialChunk: 10,
  problem: 11,
}
export const type = (of: keyof typeof TYPE): Buffer => Buffer.from([TYPE[of]])

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
