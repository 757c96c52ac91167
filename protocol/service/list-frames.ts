/** Frames of the lists stream: one type byte, then fixed fields. The transport adds the length. SPEC.md §8.4. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { DivisionCode, encodeUtf8, parseJson } from '../primitives.ts'
import { isProblemCode, type ProblemCode, type Refused, refuse } from '../problem.ts'

const Head = z.string().max(LIMITS.listHeadBytes)
const version = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

export const ListRequest = z.strictObject({
  city: DivisionCode.describe('whose list: that of the city asked, or the own one, which it may hold'),
  held: Head.nullable().describe('signed head of the version that the asking city holds; null asks for all items'),
})
export type ListRequest = z.infer<typeof ListRequest>

export const ListAnswer = z.strictObject({
  head: Head.describe('signed head of the version that follows'),
  from: version
    .nullable()
    .describe('the held version from which the lines lead to this one; null when they are all items'),
})
export type ListAnswer = z.infer<typeof ListAnswer>

const Refusal = z.strictObject({
  code: z.custom<ProblemCode>(value => typeof value === 'string' && isProblemCode(value)),
  detail: z.string().max(500).optional(),
})

export type ListFrame =
  | ({ type: 'list-request' } & ListRequest)
  | ({ type: 'list-answer' } & ListAnswer)
  /** lines of `size` bytes, each ended by LF, packed as raw DEFLATE (RFC 1951) */
  | { type: 'list-lines'; size: number; packed: Uint8Array }
  | { type: 'list-end' }
  | { type: 'problem'; code: ProblemCode; detail?: string | undefined }

const TYPES = [
  'list-request',
  'list-answer',
  'list-lines',
  'list-end',
  'problem',
] as const satisfies readonly ListFrame['type'][]
const SCHEMAS = { 'list-request': ListRequest, 'list-answer': ListAnswer, problem: Refusal } as const

export function encodeListFrame(frame: ListFrame): Uint8Array<ArrayBuffer> {
  const number = TYPES.indexOf(frame.type) + 1
  if (frame.type === 'list-end') return Uint8Array.of(number)
  if (frame.type === 'list-lines') {
    const bytes = new Uint8Array(5 + frame.packed.byteLength)
    bytes[0] = number
    new DataView(bytes.buffer).setUint32(1, frame.size)
    bytes.set(frame.packed, 5)
    return bytes
  }
  const { type, ...fields } = frame
  const json = encodeUtf8(JSON.stringify(fields))
  const bytes = new Uint8Array(1 + json.byteLength)
  bytes[0] = number
  bytes.set(json, 1)
  return bytes
}

/** Decodes one frame; `packed` is a view. Problem: `frame.malformed` naming the part. */
export function decodeListFrame(bytes: Uint8Array): { ok: true; frame: ListFrame } | Refused {
  const type = TYPES[(bytes[0] ?? 0) - 1]
  if (type === undefined) return refuse('frame.malformed', 'type')
  if (type === 'list-end')
    return bytes.byteLength === 1 ? { ok: true, frame: { type } } : refuse('frame.malformed', 'list-end is longer')
  if (type === 'list-lines') {
    if (bytes.byteLength < 6) return refuse('frame.malformed', 'list-lines is cut off')
    const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1)
    if (size === 0 || size > LIMITS.listLinesBytes)
      return refuse('frame.malformed', `list-lines: 1 to ${LIMITS.listLinesBytes} bytes`)
    return { ok: true, frame: { type, size, packed: bytes.subarray(5) } }
  }
  const fields = parseJson<object>(SCHEMAS[type], bytes.subarray(1), 'frame.malformed')
  return fields.ok ? { ok: true, frame: { type, ...fields.value } as ListFrame } : fields
}
