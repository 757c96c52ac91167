/**
 * The materials stream as both of its ends drive it: frames in their order, chunks that are worth a frame, an end to silence
 * and a least speed. SPEC.md §11.
 */
import { CHUNK_HEADER_BYTES, encodeChunk, encodeFrame } from '../../../protocol/exchange/frames.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import { type Commitment, sha256 as hashOf } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { dial, within } from '../exchange/dial.ts'
import { FrameReader } from '../exchange/greeting.ts'
import type { Trust } from '../exchange/ports.ts'
import type { Transport, Wire } from '../exchange/wire.ts'
import { MATERIAL_LIMITS } from './limits.ts'
import { release } from './release.ts'

export type TransferParts = { transport: Transport; trust: Pick<Trust, 'reach'>; clock: Clock }

export type Transfers = ReturnType<typeof createTransfers>

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('failed'))

export function createTransfers({ transport, trust, clock }: TransferParts) {
  const inMemory = new Map<string, number>()

  /** Ends the wire when the work has not ended after MATERIAL_LIMITS.stall. */
  const stalled = <T>(wire: Wire, work: () => Promise<T>): Promise<T> =>
    within(clock, wire, { ms: MATERIAL_LIMITS.stall, what: 'material' }, work)

  /** Ends the wire when a window passes in which too few bytes moved. Chunks that trickle break every silence. */
  function paced(wire: Wire): { moved(bytes: number): void; stop(): void } {
    let moved = 0
    let cancel = () => {}
    const begin = () => {
      moved = 0
      cancel = clock.after(MATERIAL_LIMITS.window, () => {
        if (moved * 1000 >= MATERIAL_LIMITS.bytesPerSecond * MATERIAL_LIMITS.window) begin()
        else
          wire.abort(
            new ProblemError(
              'exchange.timeout',
              `material: slower than ${MATERIAL_LIMITS.bytesPerSecond} bytes a second`,
            ),
          )
      })
    }
    begin()
    return {
      moved(bytes) {
        moved += bytes
      },
      stop: () => cancel(),
    }
  }

  /** Asks the partner for the bytes from an offset on; `work` reads its answer. `signal` ends all of it. */
  async function ask<T>(
    partner: string,
    { sha256, offset }: { sha256: string; offset: number },
    work: (answer: { wire: Wire; reader: FrameReader; size: number }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (signal?.aborted) throw asError(signal.reason)
    const options = { maxFrame: LIMITS.materialFrameBytes, within: MATERIAL_LIMITS.stall, signal }
    const wire = await dial({ transport, trust, clock }, partner, STREAM.materials, options)
    const given = () => wire.abort(asError(signal?.reason))
    signal?.addEventListener('abort', given)
    try {
      if (signal?.aborted) throw asError(signal.reason)
      await stalled(wire, () => wire.send(encodeFrame({ type: 'material-request', sha256, offset })))
      const reader = new FrameReader(wire)
      const frame = await stalled(wire, () => reader.next())
      if (frame?.type !== 'material-answer') throw new ProblemError('exchange.protocol', 'material-answer expected')
      const done = await work({ wire, reader, size: frame.size })
      await wire.close()
      return done
    } catch (error) {
      wire.abort(asError(error))
      throw error
    } finally {
      signal?.removeEventListener('abort', given)
    }
  }

  /** The chunks from `offset` to `size`, as many bytes as that and no more; each is gone when the next is asked for. Problems: `exchange.*`, `frame.*`, `material.hash`. */
  async function* chunks(wire: Wire, reader: FrameReader, offset: number, size: number): AsyncGenerator<Uint8Array> {
    const pace = paced(wire)
    try {
      for (let at = offset; at < size; ) {
        const frame = await stalled(wire, () => reader.next())
        if (frame === null) throw new ProblemError('frame.truncated', 'material')
        if (frame.type !== 'material-chunk') throw new ProblemError('exchange.protocol', frame.type)
        const { bytes } = frame
        if (at + bytes.byteLength > size) throw new ProblemError('material.hash', 'longer than committed')
        const whole = at === offset || at + bytes.byteLength === size || bytes.byteLength >= LIMITS.materialChunkBytes
        if (!whole) throw new ProblemError('frame.malformed', 'material-chunk is too small')
        at += bytes.byteLength
        pace.moved(bytes.byteLength)
        yield bytes
        release(bytes)
        reader.useful()
      }
    } finally {
      pace.stop()
    }
  }

  /** Takes the bytes from `offset` on as they come. Problems: `exchange.*`, `frame.*`, `material.*`, `partner.inactive`. */
  async function download(
    partner: string,
    { sha256, size, offset }: { sha256: string; size: number; offset: number },
    append: (bytes: Uint8Array) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    await ask(
      partner,
      { sha256, offset },
      async answer => {
        if (answer.size !== size) throw new ProblemError('material.hash', 'size')
        for await (const bytes of chunks(answer.wire, answer.reader, offset, size)) await append(bytes)
      },
      signal,
    )
  }

  /** The few bytes of a partner test or of a list, whole and checked. Problems: those of `download`, `request.rate`. */
  async function bytesOf(partner: string, { sha256, size }: Pick<Commitment, 'sha256' | 'size'>): Promise<Uint8Array> {
    const running = inMemory.get(partner) ?? 0
    if (running >= MATERIAL_LIMITS.fetchesInMemory) throw new ProblemError('request.rate', 'materials of this partner')
    inMemory.set(partner, running + 1)
    const whole = new AbortController()
    let cancel = () => {}
    try {
      const bytes = new Uint8Array(size)
      let at = 0
      await ask(
        partner,
        { sha256, offset: 0 },
        async answer => {
          // However steadily they trickle.
          cancel = clock.after(MATERIAL_LIMITS.inMemory, () =>
            whole.abort(new ProblemError('exchange.timeout', 'material')),
          )
          if (answer.size !== size) throw new ProblemError('material.hash', 'size')
          for await (const chunk of chunks(answer.wire, answer.reader, 0, size)) {
            bytes.set(chunk, at)
            at += chunk.byteLength
          }
        },
        whole.signal,
      )
      if ((await hashOf(bytes)) !== sha256) throw new ProblemError('material.hash')
      return bytes
    } finally {
      cancel()
      const left = (inMemory.get(partner) ?? 1) - 1
      if (left === 0) inMemory.delete(partner)
      else inMemory.set(partner, left)
    }
  }

  /** Whether the partner holds the material, as it says; gives no byte of it. Problems: as of `download`. */
  const holds = (partner: string, { sha256, size }: Pick<Commitment, 'sha256' | 'size'>): Promise<boolean> =>
    ask(partner, { sha256, offset: size }, async answer => answer.size === size)

  /** Gives bytes in chunks, to an end that takes them; `cost` is told of each chunk before. Problem: `exchange.timeout`. */
  async function give(
    wire: Wire,
    parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    cost: (bytes: number) => void,
  ): Promise<void> {
    const pace = paced(wire)
    // A frame may be changed once it is sent.
    const memory = new Uint8Array(CHUNK_HEADER_BYTES + MATERIAL_LIMITS.chunk)
    try {
      for await (const part of parts)
        for (let at = 0; at < part.byteLength; at += MATERIAL_LIMITS.chunk) {
          const bytes = part.subarray(at, at + MATERIAL_LIMITS.chunk)
          cost(bytes.byteLength)
          await wire.meter.ready()
          await stalled(wire, () => wire.send(encodeChunk(memory, bytes)))
          pace.moved(bytes.byteLength)
        }
    } finally {
      pace.stop()
    }
  }

  return { download, bytesOf, holds, give, stalled }
}
