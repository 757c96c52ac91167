/**
 * Lists between cities: one request a stream. The asking city says which version it holds and gets what changed since, or all items,
 * in the order of their keys, so that neither side ever holds a whole list. SPEC.md §8.4. May import the exchange's ports.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { type Problem, type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import {
  decodeListFrame,
  encodeListFrame,
  type ListAnswer,
  type ListFrame,
  type ListRequest,
} from '../../../protocol/service/list-frames.ts'
import { compareKeys, itemKey } from '../../../protocol/service/list-tree.ts'
import type { Clock } from '../../kernel/clock.ts'
import { WORK } from '../../spine/exchange/budget.ts'
import { dial, within } from '../../spine/exchange/dial.ts'
import type { Trust } from '../../spine/exchange/ports.ts'
import type { Transport, Wire } from '../../spine/exchange/wire.ts'
import { createGiven } from '../../spine/materials/given.ts'
import { claimsOf, type Lists, type StoredBucket, type StoredHead } from './lists.ts'
import { type Packed, pack, unpack } from './pack.ts'
import { yieldToEventLoop } from './stage.ts'

export const SYNC_LIMITS = {
  /** ms without a frame after which a stream is given up */
  stall: 30_000,
  /** ms that one list may take in all */
  fetch: 30 * 60_000,
  /** streams that one partner may have open */
  streams: 2,
  /** answers that are remembered, so that the same again costs the partner work */
  remembered: 2_000,
} as const
/** Bytes of lines that travel together; a bucket of WHOLE_BUCKET and more is not unpacked for that. */
const BATCH = 64 * 1024
const WHOLE_BUCKET = 24 * 1024

export type ListSyncParts = {
  transport: Transport
  trust: Trust
  clock: Clock
  lists: Lists
  /** own division code */
  city: string
  /** a partner holds a head of the own list with a higher version than this node knows */
  reminded: (partner: string, head: string) => void
  /** a partner gave lines of so many bytes, unpacked */
  read: (partner: string, bytes: number) => void
}

/** What a partner sends: the answer, then the lines. Leaving the loop early ends the stream. */
export type Delivery = { answer: ListAnswer; lines: AsyncIterable<readonly Uint8Array[]>; abort(error: unknown): void }

/** An attempt that read nothing of a list: the partner was not reached, ended the stream before it answered, or its head does not hold. */
export class NothingRead extends ProblemError {}

export type ListSync = ReturnType<typeof createListSync>

export function createListSync(parts: ListSyncParts) {
  const { transport, trust, clock, lists } = parts
  const given = createGiven(SYNC_LIMITS.remembered)

  const stalled = <T>(wire: Wire, work: () => Promise<T>): Promise<T> =>
    within(clock, wire, { ms: SYNC_LIMITS.stall, what: 'list' }, work)

  const framesOf = (wire: Wire) => {
    const frames = wire.frames()[Symbol.asyncIterator]()
    let bytes = 0
    return {
      async next(): Promise<ListFrame> {
        const { done, value } = await stalled(wire, () => frames.next())
        if (done === true) throw new ProblemError('frame.truncated', 'list')
        bytes = value.byteLength
        const decoded = decodeListFrame(value)
        if (!decoded.ok) throw new ProblemError(decoded.problem.code, decoded.problem.detail)
        if (decoded.frame.type === 'problem') throw new ProblemError(decoded.frame.code, decoded.frame.detail)
        return decoded.frame
      },
      /** The last frame was of use. */
      useful: () => wire.meter.useful(bytes),
    }
  }

  /** Asks a partner for a list. Problems: its own, `exchange.*`, `frame.*`; `NothingRead` for want of a path to it. */
  async function fetch(partner: string, request: ListRequest): Promise<Delivery> {
    const options = { maxFrame: LIMITS.listFrameBytes, within: SYNC_LIMITS.stall }
    const wire = await dial(parts, partner, STREAM.lists, options).catch(unanswered)
    const late = clock.after(SYNC_LIMITS.fetch, () => wire.abort(new ProblemError('exchange.timeout', 'list')))
    const abort = (error: unknown) => {
      late()
      wire.abort(error instanceof Error ? error : new Error('failed'))
    }
    try {
      await wire.send(encodeListFrame({ type: 'list-request', ...request }))
      const { next, useful } = framesOf(wire)
      const answer = await next()
      if (answer.type !== 'list-answer') throw new ProblemError('exchange.protocol', 'list-answer expected')
      const lines = async function* () {
        try {
          for (let frame = await next(); frame.type !== 'list-end'; frame = await next()) {
            if (frame.type !== 'list-lines') throw new ProblemError('exchange.protocol', frame.type)
            parts.read(partner, frame.size)
            yield unpack(frame)
            useful()
          }
          await wire.close()
        } finally {
          late()
        }
      }
      return { answer, lines: lines(), abort }
    } catch (error) {
      abort(error)
      return unanswered(error)
    }
  }

  /** Lines that lead from one version of a bucket to another: items, and the codes of those removed as JSON strings; by key. */
  async function difference(old: StoredBucket | null, now: StoredBucket | null): Promise<Uint8Array[]> {
    const linesOf = (stored: StoredBucket | null) =>
      new Map<string, Uint8Array>(
        stored === null ? [] : unpack(stored).map((line, at) => [stored.summaries[at]?.[0] ?? '', line]),
      )
    const before = linesOf(old)
    const after = linesOf(now)
    const changes: { key: Uint8Array; line: Uint8Array }[] = []
    for (const [code, line] of after) {
      const known = before.get(code)
      if (known === undefined || !Buffer.from(known).equals(line)) changes.push({ key: await itemKey(code), line })
    }
    for (const code of before.keys())
      if (!after.has(code)) changes.push({ key: await itemKey(code), line: encodeUtf8(JSON.stringify(code)) })
    return changes.sort((a, b) => compareKeys(a.key, b.key)).map(change => change.line)
  }

  async function* changesOf(
    city: string,
    from: number,
    to: number,
    reading: (bytes: number) => void,
  ): AsyncGenerator<Uint8Array[]> {
    for (const bucket of await lists.changed(city, from, to)) {
      const old = await lists.bucket(city, bucket, from)
      const now = await lists.bucket(city, bucket, to)
      reading((old?.size ?? 0) + (now?.size ?? 0))
      yield await difference(old, now)
    }
  }

  /** Packs of lines as they travel. A bucket that fits is sent as it lies in the store. */
  async function* packsOf(
    city: string,
    from: number | null,
    to: number,
    reading: (bytes: number) => void,
  ): AsyncGenerator<Packed> {
    let batch: Uint8Array[] = []
    let size = 0
    const parcels = from === null ? lists.buckets(city, to) : changesOf(city, from, to, reading)
    for await (const parcel of parcels) {
      if (!Array.isArray(parcel)) reading(parcel.size)
      const lines = Array.isArray(parcel) ? parcel : linesToMix(parcel)
      if (lines === null) {
        if (batch.length > 0) yield pack(batch)
        batch = []
        size = 0
        if (!Array.isArray(parcel)) yield { size: parcel.size, packed: parcel.packed }
        continue
      }
      for (const line of lines) {
        const bytes = line.byteLength + 1
        if (batch.length > 0 && size + bytes > BATCH) {
          yield pack(batch)
          batch = []
          size = 0
        }
        batch.push(line)
        size += bytes
      }
    }
    if (batch.length > 0) yield pack(batch)
  }

  /** The version that a partner holds, when this node has it too and it is the same one. */
  async function common(city: string, held: string | null): Promise<number | null> {
    if (held === null) return null
    const claims = headOf(held)
    const own = await lists.head(city, claims.version)
    return own !== null && own.claims.root === claims.root ? claims.version : null
  }

  async function give(wire: Wire, partner: string, { city, held }: ListRequest): Promise<void> {
    // Lists are told to partners by the city that publishes them; back to that city, after it lost its own, by those who hold it.
    if (city !== parts.city && city !== partner) throw new ProblemError('list.none')
    const head: StoredHead | null = await lists.head(city)
    if (city === parts.city && held !== null && headOf(held).version > (head?.version ?? 0)) {
      parts.reminded(partner, held)
      throw new ProblemError('list.rollback', 'this node was restored and looks for its newest list')
    }
    if (head === null) throw new ProblemError('list.none')
    const from = await common(city, held)
    const send = (frame: ListFrame) => stalled(wire, () => wire.send(encodeListFrame(frame)))
    await send({ type: 'list-answer', head: head.jws, from })
    // The first time costs nothing. Then all that is read does, be it little that is sent of it.
    const again = given.note(partner, `${city} ${from} ${head.version}`, 0, 1) > 0
    const reading = (bytes: number) => wire.meter.charge(again ? (bytes / 1024) * WORK.listKiB : 0)
    for await (const packed of packsOf(city, from, head.version, reading)) {
      await wire.meter.ready()
      await send({ type: 'list-lines', ...packed })
      await yieldToEventLoop()
    }
    await send({ type: 'list-end' })
  }

  /** Gives the own list to a partner, or a partner's own list back to it. */
  async function serve(wire: Wire): Promise<void> {
    const partner = trust.cityOf(wire.peer)
    if (partner === undefined) {
      wire.abort(new ProblemError('partner.unknown'))
      return
    }
    try {
      const frame = await framesOf(wire).next()
      wire.meter.charge(WORK.request)
      if (frame.type !== 'list-request') throw new ProblemError('exchange.protocol', 'list-request expected')
      await give(wire, partner, frame)
    } catch (error) {
      const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      await wire.send(encodeListFrame({ type: 'problem', ...problem })).catch(() => {})
    }
    await wire.close().catch(() => {})
  }

  return {
    fetch,
    start: () =>
      transport.handle(STREAM.lists, serve, {
        maxFrame: LIMITS.listFrameBytes,
        maxStreamsPerCity: SYNC_LIMITS.streams,
      }),
  }
}

/** The lines of a small bucket, or of one too large for a frame; null when it travels as it lies in the store. */
const linesToMix = (bucket: Packed): Uint8Array[] | null =>
  bucket.size >= WHOLE_BUCKET && bucket.size <= LIMITS.listLinesBytes ? null : unpack(bucket)

const NO_PATH: ReadonlySet<ProblemCode> = new Set(['exchange.unreachable', 'partner.inactive'] as const)

function unanswered(error: unknown): never {
  if (!(error instanceof ProblemError) || !NO_PATH.has(error.problem.code)) throw error
  throw new NothingRead(error.problem.code, error.problem.detail, { cause: error })
}

/** Claims of a head that nobody verified yet. Problem: `list.malformed`. */
export function headOf(jws: string): { version: number; root: string } {
  try {
    const { version, root } = claimsOf(jws)
    if (Number.isSafeInteger(version) && typeof root === 'string') return { version, root }
  } catch {
    // Said below.
  }
  throw new ProblemError('list.malformed', 'the head that is held')
}
