/** The small schemas and byte helpers that every signed document shares. */
import * as z from 'zod'
import { compiledWhenOften } from './compiled.ts'
import { readJson, unwritable } from './json-text.ts'
import { type ProblemCode, type Refused, refuse } from './problem.ts'

/** Lowercase hex SHA-256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export type Sha256 = z.infer<typeof Sha256>

/** Division code (行政区划代码, GB/T 2260) of a city: six digits, first not 0. */
export const DivisionCode = z.string().regex(/^[1-9]\d{5}$/)
export type DivisionCode = z.infer<typeof DivisionCode>

/** Thread id (业务线程号): 128 random bits as lowercase hex. */
export const ThreadId = z.string().regex(/^[0-9a-f]{32}$/)
export type ThreadId = z.infer<typeof ThreadId>

/** JWK thumbprint (RFC 7638), base64url of SHA-256. */
export const KeyId = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** NumericDate in whole seconds (RFC 7519 §2). */
export const Seconds = z.number().int().min(0).max(32_503_680_000)

/** 16 random bytes, base64url: keeps a commitment from being guessed after a purge. */
export const Salt = z.string().regex(/^[A-Za-z0-9_-]{22}$/)

/** An instant, ISO 8601 with offset. */
export const Instant = z.iso.datetime({ offset: true })
/** A calendar day, YYYY-MM-DD. */
export const Day = z.iso.date()

const DAY_MS = 86_400_000
/** Days that are remembered as text and as number: those of all open cases are few. */
const DAYS = 4096
const texts = new Map<number, string>()
const numbers = new Map<string, number>()

/** The day so many days after 1970-01-01. Throws RangeError for what is no date. */
export function dayAt(number: number): string {
  const known = texts.get(number)
  if (known !== undefined) return known
  const day = new Date(number * DAY_MS).toISOString().slice(0, 10)
  if (texts.size >= DAYS) texts.clear()
  texts.set(number, day)
  return day
}

/** Days from 1970-01-01 to a day; NaN for what is none. */
export function numberOf(day: string): number {
  const known = numbers.get(day)
  if (known !== undefined) return known
  const number = Date.parse(day) / DAY_MS
  if (numbers.size >= DAYS) numbers.clear()
  numbers.set(day, number)
  return number
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the check
const PRINTABLE = /^(?=\s*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]*$/u
const SEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the check
  /^[^\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]*$/u

/** All checks of one schema: a chain would make one for each, and a program has hundreds of such texts. */
const textChecks = (max: number) => [z.minLength(1), z.maxLength(max), z.regex(PRINTABLE)]

/** Well-formed text without control characters other than line breaks and tabs, not blank. Linear: it judges what a partner sent, before its length counts. */
export const text = (max: number) => z.string().check(...textChecks(max))

/**
 * A code, number or identifier: what people compare by eye and programs by its letters. So no line breaks, nothing that turns the
 * direction of writing and nothing that is not seen (Unicode 16, general category Cf, of the Basic Multilingual Plane).
 */
export const code = (max: number) => z.string().check(...textChecks(max), z.regex(SEEN))

/** A JSON object of any members, in at most `levels` levels, that is read from its text as it is. */
export const jsonObject = (name: z.ZodType<string, string>, levels: number) =>
  z.preprocess(
    (value, context) => {
      const found = unwritable(value, levels)
      if (found === null) return value
      const { path, why } = found
      context.issues.push({ code: 'custom', path, message: why, params: { why }, input: undefined })
      return z.NEVER
    },
    z.record(name, z.unknown()),
  )

/** Commitment (承诺摘要) to bytes that travel beside the packet. */
export const Commitment = z.strictObject({
  sha256: Sha256,
  size: z.number().int().min(0),
  type: z
    .string()
    .max(127)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/),
})
export type Commitment = z.infer<typeof Commitment>

/** Any JSON value (RFC 8259). */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const encodeUtf8 = (value: string): Uint8Array<ArrayBuffer> => utf8.encode(value)
/** Throws TypeError on bytes that are not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string => strictUtf8.decode(bytes)

// Newer runtimes convert natively (ECMAScript 2026); others by a table.
const native = Uint8Array as unknown as { fromHex?: (hex: string) => Uint8Array<ArrayBuffer> }
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array & { toHex?: () => string }): string {
  if (bytes.toHex !== undefined) return bytes.toHex()
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

/** Bytes of a hex string already known to be well formed. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  if (native.fromHex !== undefined) return native.fromHex(hex)
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** SHA-256 of bytes or of the UTF-8 bytes of a string, lowercase hex. */
export const sha256 = async (data: Uint8Array | string): Promise<string> => toHex(await sha256Bytes(data))

type Hash = { update(data: Uint8Array | string): Hash; digest(): Uint8Array }
type Runtime = { process?: { getBuiltinModule?: (name: string) => { createHash(name: string): Hash } | undefined } }
/** WebCrypto hashes on another thread; for a packet the way there and back takes longer than hashing it here. */
const hashing = (globalThis as Runtime).process?.getBuiltinModule?.('node:crypto')

export async function sha256Bytes(data: Uint8Array | string): Promise<Uint8Array<ArrayBuffer>> {
  if (hashing !== undefined) return new Uint8Array(hashing.createHash('sha256').update(data).digest())
  const bytes = typeof data === 'string' ? encodeUtf8(data) : (data as Uint8Array<ArrayBuffer>)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/** Parses JSON (SPEC.md §1) with a strict schema; the refusal names the field, never its value. */
export function parseJson<T>(
  schema: z.ZodType<T>,
  data: Uint8Array | string,
  code: ProblemCode,
): { ok: true; value: T } | Refused {
  const read = readValue(data, code)
  return read.ok ? parseValue(schema, read.value, code) : read
}

/** The value of a JSON text (SPEC.md §1), of any shape. */
export function readValue(data: Uint8Array | string, code: ProblemCode): { ok: true; value: unknown } | Refused {
  let text: string
  try {
    text = typeof data === 'string' ? data : decodeUtf8(data)
  } catch {
    return refuse(code, 'not JSON in UTF-8')
  }
  const read = text.isWellFormed() ? readJson(text) : { ok: false as const, fault: 'half a surrogate pair' }
  return read.ok ? read : refuse(code, read.fault)
}

export function parseValue<T>(
  schema: z.ZodType<T>,
  value: unknown,
  code: ProblemCode,
): { ok: true; value: T } | Refused {
  const parsed = compiledWhenOften(schema).safeParse(value)
  return parsed.success ? { ok: true, value: parsed.data } : refuse(code, fieldOf(parsed.error))
}

/** Where and why a value fails its schema, without the value: it may be personal. */
export function fieldOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(issue => {
      const path = issue.path.length === 0 ? '(top)' : issue.path.map(String).join('.').slice(0, 120).toWellFormed()
      const told = issue.code === 'custom' && typeof issue.params?.why === 'string' ? issue.params.why : issue.code
      const what = issue.code === 'unrecognized_keys' ? `unknown field, ${issue.keys.length} in all` : told
      return `${path}: ${what}`
    })
    .join('; ')
}
