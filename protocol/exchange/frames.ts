/** Frames of the exchange and materials streams: one type byte, then fixed fields. The transport adds the length. SPEC.md §9. */
import * as z from 'zod'
import { CalendarNotice } from '../calendar/notice.ts'
import { LIMITS } from '../limits.ts'
import { PROTOCOL_VERSION } from '../names.ts'
import { DivisionCode, decodeUtf8, encodeUtf8, parseJson, Sha256 } from '../primitives.ts'
import { isProblemCode, type ProblemCode, type Refused, refuse } from '../problem.ts'

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** How many packets a direction of a link carried, and the running hash h_n = SHA-256(h_{n-1} ‖ id_n), h_0 = 32 zero bytes. */
export const Watermark = z.strictObject({ n: count, hash: Sha256 })
export type Watermark = z.infer<typeof Watermark>
export const NO_PACKETS: Watermark = { n: 0, hash: '0'.repeat(64) }

/** Who a node is: its certificate chain (leaf first) and what the certificate delegated and revoked. */
export const Identity = z.strictObject({
  certificates: z.array(z.string().max(16_384)).min(1).max(4),
  delegations: z.array(z.string().max(LIMITS.delegationBytes)).max(LIMITS.helloDelegations),
  revocations: z.array(z.string().max(LIMITS.delegationBytes)).max(LIMITS.helloDelegations),
})
export type Identity = z.infer<typeof Identity>

/** One run of a node, from its start to its end. */
export const Instance = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{22}$/)
    .describe('16 random bytes, base64url, drawn at each start'),
  startedAt: count.describe('milliseconds since 1970 by the clock of the sender'),
})
export type Instance = z.infer<typeof Instance>

export const Hello = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  city: DivisionCode,
  software: z.string().max(100),
  at: count.describe('milliseconds since 1970 by the clock of the sender'),
  identity: Identity,
  addresses: z.array(z.string().max(300)).max(16),
  sent: Watermark.describe('packets this node sent to the other'),
  received: Watermark.describe('packets this node received from the other'),
  list: z.string().max(LIMITS.packetBytes).nullable().describe('signed head of the service list'),
  calendar: CalendarNotice.optional().describe('holiday tables (§6.5); absent: nothing is told'),
  instance: Instance.optional().describe('the run of the node that says hello'),
  turns: z.array(Instance).max(2).optional().describe('two instances of the other city that say hello in turns'),
})
export type Hello = z.infer<typeof Hello>

const Refusal = z.strictObject({
  code: z.custom<ProblemCode>(value => typeof value === 'string' && isProblemCode(value)).meta({ type: 'string' }),
  detail: z.string().max(500).optional(),
})
const Recall = z.strictObject({ from: count })
const RecallEnd = z.strictObject({ through: count })
const ListNotice = z.strictObject({ list: z.string().max(LIMITS.packetBytes) })
export const MaterialRequest = z.strictObject({ sha256: Sha256, offset: count })
const MaterialAnswer = z.strictObject({ size: count })

export type Frame =
  | { type: 'hello'; hello: Hello }
  /** the n-th packet of this direction */
  | { type: 'packet'; n: number; jws: string; body: Uint8Array }
  /** covers the packets of this direction up to `through` */
  | { type: 'receipt'; through: number; jws: string }
  /** asks for the sender's own packets from place `from` on */
  | { type: 'recall'; from: number }
  /** one packet given back, with the receipt that was sent for it */
  | { type: 'recalled'; n: number; jws: string; receipt: string; body: Uint8Array }
  | { type: 'recall-end'; through: number }
  | { type: 'list'; list: string }
  | { type: 'material-request'; sha256: string; offset: number }
  | { type: 'material-answer'; size: number }
  | { type: 'material-chunk'; bytes: Uint8Array }
  | { type: 'problem'; code: ProblemCode; detail?: string | undefined }

const TYPES = [
  'hello',
  'packet',
  'receipt',
  'recall',
  'recalled',
  'recall-end',
  'list',
  'material-request',
  'material-answer',
  'material-chunk',
  'problem',
] as const satisfies readonly Frame['type'][]

/** Number on the wire of each frame type, from 1. */
const codeOf = (type: Frame['type']): number => TYPES.indexOf(type) + 1

export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case 'packet':
      return assemble(frame.type, [u64(frame.n), ...sized(frame.jws), frame.body])
    case 'receipt':
      return assemble(frame.type, [u64(frame.through), encodeUtf8(frame.jws)])
    case 'recalled':
      return assemble(frame.type, [u64(frame.n), ...sized(frame.jws), ...sized(frame.receipt), frame.body])
    case 'material-chunk':
      return assemble(frame.type, [frame.bytes])
    case 'hello':
      return json(frame.type, frame.hello)
    default: {
      const { type, ...fields } = frame
      return json(type, fields)
    }
  }
}

/** Bytes of the frame of a `material-chunk` beside those of the chunk. */
export const CHUNK_HEADER_BYTES = 1

/** The frame of a `material-chunk`, written into memory that holds at least as many bytes: a view of it. */
export function encodeChunk(memory: Uint8Array, bytes: Uint8Array): Uint8Array {
  memory[0] = codeOf('material-chunk')
  memory.set(bytes, CHUNK_HEADER_BYTES)
  return memory.subarray(0, CHUNK_HEADER_BYTES + bytes.byteLength)
}

/** Decodes one frame. Problem: `frame.malformed` naming the part. Never reads past `bytes`; copies nothing but strings. */
export function decodeFrame(bytes: Uint8Array): { ok: true; frame: Frame } | Refused {
  const type = TYPES[(bytes[0] ?? 0) - 1]
  if (type === undefined) return refuse('frame.malformed', 'type')
  const reader = new Reader(bytes)
  try {
    switch (type) {
      case 'packet':
        return { ok: true, frame: { type, n: reader.u64(), jws: reader.ascii(reader.u32()), body: reader.rest() } }
      case 'receipt':
        return { ok: true, frame: { type, through: reader.u64(), jws: reader.asciiRest() } }
      case 'recalled':
        return {
          ok: true,
          frame: {
            type,
            n: reader.u64(),
            jws: reader.ascii(reader.u32()),
            receipt: reader.ascii(reader.u32()),
            body: reader.rest(),
          },
        }
      case 'material-chunk':
        // Frames that bring nothing would cost as much as those that do, and never end.
        if (bytes.byteLength === 1) return refuse('frame.malformed', 'material-chunk is empty')
        return { ok: true, frame: { type, bytes: reader.rest() } }
      case 'hello': {
        const hello = parseJson(Hello, reader.rest(), 'frame.malformed')
        return hello.ok ? { ok: true, frame: { type, hello: hello.value } } : hello
      }
      default: {
        const fields = parseJson<object>(FIELDS[type], reader.rest(), 'frame.malformed')
        return fields.ok ? { ok: true, frame: { type, ...fields.value } as Frame } : fields
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return refuse('frame.malformed', `${type} is cut off`)
    throw error
  }
}

const FIELDS = {
  recall: Recall,
  'recall-end': RecallEnd,
  list: ListNotice,
  'material-request': MaterialRequest,
  'material-answer': MaterialAnswer,
  problem: Refusal,
} as const

const json = (type: Frame['type'], value: unknown) => assemble(type, [encodeUtf8(JSON.stringify(value))])

function assemble(type: Frame['type'], parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 1))
  frame[0] = codeOf(type)
  let at = 1
  for (const part of parts) {
    frame.set(part, at)
    at += part.byteLength
  }
  return frame
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function sized(value: string): [Uint8Array, Uint8Array] {
  const bytes = encodeUtf8(value)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.byteLength)
  return [length, bytes]
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 1
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  u32(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4)
  }
  u64(): number {
    this.#at += 8
    const value = this.#view.getBigUint64(this.#at - 8)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('u64')
    return Number(value)
  }
  ascii(length: number): string {
    if (this.#at + length > this.#bytes.byteLength) throw new RangeError('ascii')
    this.#at += length
    return toAscii(this.#bytes.subarray(this.#at - length, this.#at))
  }
  asciiRest(): string {
    return this.ascii(this.#bytes.byteLength - this.#at)
  }
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }
}

/** A compact JWS is ASCII; anything else cannot be one, so it becomes the empty string, which no verification accepts. */
function toAscii(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    return ''
  }
}
