/**
 * Strict DER over node-forge's ASN.1. node-forge also takes BER and loose integers; here the bytes must be exactly the
 * bytes that DER prescribes, so that what is hashed, signed and read is one and the same. Bytes are binary strings, as in
 * node-forge. Readers throw ProblemError `certificate.malformed`; `attempt` turns that into a result at the edge.
 */
import * as jose from 'jose'
// This part by itself: the index of node-forge loads TLS, and every cipher that it has.
import asn1, { type Asn1 } from 'node-forge/lib/asn1.js'
import { ProblemError, type Refused, refuse } from '../protocol/problem.ts'

export { asn1 }

const { Class, Type } = asn1

export type DerNode = Asn1
type Tag = number

export const malformed = (detail: string): ProblemError => new ProblemError('certificate.malformed', detail)
export const offProfile = (detail: string): ProblemError => new ProblemError('certificate.profile', detail)

/** Runs a reader; its problem, or `certificate.malformed` for anything else it threw, becomes the refusal. */
export function attempt<T>(read: () => T): { ok: true; value: T } | Refused {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem }
    return refuse('certificate.malformed')
  }
}

export function toBytes(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}
/** So many octets become characters in one call, for a call takes no more arguments. */
const AT_ONCE = 8192
export function toBinary(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.byteLength; at += AT_ONCE)
    binary += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE))
  return binary
}
const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'))
export function toHex(binary: string): string {
  let hex = ''
  for (let at = 0; at < binary.length; at++) hex += HEX[binary.charCodeAt(at)] ?? ''
  return hex
}
export const fromHex = (hex: string): string =>
  hex.replaceAll(/../g, octet => String.fromCharCode(Number.parseInt(octet, 16)))
export const toBase64url = (binary: string): string => jose.base64url.encode(toBytes(binary))
export const fromBase64url = (text: string): string => toBinary(jose.base64url.decode(text))

// --- reading

export function readDer(der: string, what: string): DerNode {
  let node: DerNode
  try {
    node = asn1.fromDer(der)
  } catch {
    throw malformed(`${what} is not DER`)
  }
  if (writeDer(node) !== der) throw malformed(`${what} is not DER`)
  return node
}

export const writeDer = (node: DerNode): string => asn1.toDer(node).getBytes()

const isUniversal = (node: DerNode | undefined, tag: Tag, constructed: boolean): node is DerNode =>
  node !== undefined && node.tagClass === Class.UNIVERSAL && node.type === tag && node.constructed === constructed

export const isTagged = (node: DerNode | undefined, tag: number): node is DerNode =>
  node !== undefined && node.tagClass === Class.CONTEXT_SPECIFIC && (node.type as number) === tag

/** Members of a constructed node of any tag. */
export function membersOf(node: DerNode, what: string): readonly DerNode[] {
  if (!node.constructed || typeof node.value === 'string') throw malformed(what)
  return node.value
}

export function readSequence(node: DerNode | undefined, what: string): readonly DerNode[] {
  if (!isUniversal(node, Type.SEQUENCE, true)) throw malformed(what)
  return membersOf(node, what)
}

export function readSet(node: DerNode | undefined, what: string): readonly DerNode[] {
  if (!isUniversal(node, Type.SET, true)) throw malformed(what)
  return membersOf(node, what)
}

/** Content octets of a primitive node; taken from its DER because node-forge replaces a BIT STRING by what it found inside. */
export function contentOf(node: DerNode): string {
  const der = writeDer(node)
  const length = der.charCodeAt(1)
  return der.slice(length < 0x80 ? 2 : 2 + (length & 0x7f))
}

function readPrimitive(node: DerNode | undefined, tag: Tag, what: string): string {
  if (!isUniversal(node, tag, false)) throw malformed(what)
  return contentOf(node)
}

export const readOid = (node: DerNode | undefined, what: string): string =>
  asn1.derToOid(readPrimitive(node, Type.OID, what))

export const readOctets = (node: DerNode | undefined, what: string): string =>
  readPrimitive(node, Type.OCTETSTRING, what)

/** Two's complement octets of an INTEGER, in their shortest form. */
export function readInteger(node: DerNode | undefined, what: string): string {
  const octets = readPrimitive(node, Type.INTEGER, what)
  const first = octets.charCodeAt(0)
  const second = octets.charCodeAt(1)
  const padded = octets.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  if (octets === '' || padded) throw malformed(what)
  return octets
}

export function readBoolean(node: DerNode | undefined, what: string): boolean {
  const octets = readPrimitive(node, Type.BOOLEAN, what)
  if (octets !== '\u0000' && octets !== '\u00ff') throw malformed(what)
  return octets === '\u00ff'
}

export const isBoolean = (node: DerNode | undefined): boolean => isUniversal(node, Type.BOOLEAN, false)

export function readNull(node: DerNode | undefined, what: string): void {
  if (readPrimitive(node, Type.NULL, what) !== '') throw malformed(what)
}

export function readBits(node: DerNode | undefined, what: string): { unused: number; octets: string } {
  const content = readPrimitive(node, Type.BITSTRING, what)
  const unused = content.charCodeAt(0)
  if (!(unused <= 7) || (content.length === 1 && unused !== 0)) throw malformed(what)
  return { unused, octets: content.slice(1) }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of a directory attribute: UTF8String, PrintableString, IA5String, or the BMPString of older Chinese authorities (RFC 5280 §4.1.2.4). */
export function readText(node: DerNode | undefined, what: string): string {
  if (isUniversal(node, Type.UTF8, false)) {
    try {
      return strictUtf8.decode(toBytes(contentOf(node)))
    } catch {
      throw malformed(what)
    }
  }
  if (isUniversal(node, Type.PRINTABLESTRING, false)) {
    const text = contentOf(node)
    if (/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) return text
  }
  if (isUniversal(node, Type.IA5STRING, false)) {
    const text = contentOf(node)
    if (/^[ -~]*$/.test(text)) return text
  }
  if (isUniversal(node, Type.BMPSTRING, false)) {
    const octets = contentOf(node)
    const units = octets.match(/[\s\S]{2}/g)?.map(pair => pair.charCodeAt(0) * 256 + pair.charCodeAt(1)) ?? []
    const text = String.fromCharCode(...units)
    // Of 16 bits each, so that half a pair is no character.
    if (octets.length % 2 === 0 && !/[\ud800-\udfff]/.test(text)) return text
  }
  throw malformed(what)
}

/** Milliseconds of a UTCTime (1950–2049) or GeneralizedTime (from 2050), both with seconds and `Z` (RFC 5280 §4.1.2.5). */
export function readTime(node: DerNode | undefined, what: string): number {
  const utc = isUniversal(node, Type.UTCTIME, false)
  const digits = utc ? contentOf(node) : readPrimitive(node, Type.GENERALIZEDTIME, what)
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(digits)
  if (match === null || match[1]?.length !== (utc ? 2 : 4)) throw malformed(what)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  const fullYear = utc ? year + (year < 50 ? 2000 : 1900) : year
  const time = Date.UTC(fullYear, month - 1, day, hour, minute, second)
  const calendar = new Date(time).toISOString().replaceAll(/[-:T]|\.\d+Z$/g, '')
  if ((!utc && fullYear < 2050) || calendar !== `${fullYear}${match.slice(2).join('')}`) throw malformed(what)
  return time
}

// --- writing

const universal = (tag: Tag, value: string): DerNode => asn1.create(Class.UNIVERSAL, tag, false, value)

export const sequence = (...members: DerNode[]): DerNode => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, members)
export const set = (...members: DerNode[]): DerNode => asn1.create(Class.UNIVERSAL, Type.SET, true, members)
export const oid = (dotted: string): DerNode => universal(Type.OID, asn1.oidToDer(dotted).getBytes())
export const integer = (octets: string): DerNode => universal(Type.INTEGER, octets)
export const smallInteger = (value: number): DerNode => integer(asn1.integerToDer(value).getBytes())
export const boolean = (value: boolean): DerNode => universal(Type.BOOLEAN, value ? '\u00ff' : '\u0000')
export const nothing = (): DerNode => universal(Type.NULL, '')
export const octets = (value: string): DerNode => universal(Type.OCTETSTRING, value)
export const bits = (value: string, unused = 0): DerNode =>
  universal(Type.BITSTRING, String.fromCharCode(unused) + value)
export const utf8 = (text: string): DerNode => universal(Type.UTF8, toBinary(new TextEncoder().encode(text)))
export const printable = (text: string): DerNode => universal(Type.PRINTABLESTRING, text)
export const tagged = (tag: number, value: string | DerNode[]): DerNode =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag as Tag, typeof value !== 'string', value)

export function time(milliseconds: number): DerNode {
  const date = new Date(milliseconds)
  return date.getUTCFullYear() < 2050
    ? universal(Type.UTCTIME, asn1.dateToUtcTime(date))
    : universal(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date))
}
