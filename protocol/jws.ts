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

/** The protected header from its base64url. A repeated or unknown parameter is refused with `code`. */
export function readHeader<T>(
  encoded: string,
  schema: z.ZodType<T>,
  code: ProblemCode,
): { ok: true; value: T } | Refused {
  return isBase64url(encoded) ? parseJson(schema, jose.base64url.decode(encoded), code) : refuse(code, 'header')
}
