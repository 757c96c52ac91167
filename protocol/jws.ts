/** What every compact or general JWS is read by (RFC 7515): one spelling of base64url, one reading of the header. SPEC.md §1. */
import * as jose from 'jose'
import type * as z from 'zod'
import { parseJson } from './primitives.ts'
import { type ProblemCode, type Refused, refuse } from './problem.ts'

/** Last characters whose unused bits are 0, by how many characters stand beyond the last four (RFC 4648 §3.5). */
const LAST = [/./, /^$/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const

/** Whether a text is unpadded base64url in its one canonical spelling, not empty. */
export const isBase64url = (text: string): boolean =>
  /^[A-Za-z0-9_-]+$/.test(text) && LAST[(text.length % 4) as 0 | 1 | 2 | 3].test(text.slice(-1))

/** Headers that are remembered for each schema: those of the keys in use are few, and each stands in every packet of its key. */
export const HEADERS_KEPT = 256
/** Letters of one: of a packet key it has some 100. */
const HEADER_LETTERS = 512
const read = new WeakMap<z.ZodType, Map<string, unknown>>()

/** The protected header from its base64url. A repeated or unknown parameter is refused with `code`. */
export function readHeader<T>(
  encoded: string,
  schema: z.ZodType<T>,
  code: ProblemCode,
): { ok: true; value: T } | Refused {
  let known = read.get(schema)
  if (known === undefined) {
    known = new Map()
    read.set(schema, known)
  }
  if (known.has(encoded)) return { ok: true, value: known.get(encoded) as T }
  if (!isBase64url(encoded)) return refuse(code, 'header')
  const header = parseJson(schema, jose.base64url.decode(encoded), code)
  if (header.ok && encoded.length <= HEADER_LETTERS) {
    if (known.size >= HEADERS_KEPT) known.clear()
    known.set(encoded, header.value)
  }
  return header
}
