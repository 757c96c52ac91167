/**
 * X.509 certificates and PKCS#10 requests as plain values: every field that a rule needs, nothing judged yet but form,
 * key type and signature algorithm. Nothing here has been verified; `read.ts` and `chain.ts` judge.
 */

import { verifySignature } from '#certs/runtime'
import {
  contentOf,
  type DerNode,
  isBoolean,
  isTagged,
  malformed,
  membersOf,
  offProfile,
  readBits,
  readBoolean,
  readDer,
  readInteger,
  readNull,
  readOctets,
  readOid,
  readSequence,
  readSet,
  readText,
  readTime,
  toBase64url,
  toBytes,
  toHex,
  writeDer,
} from './der.ts'
import { OID, PROFILE, USAGE } from './profile.ts'
import type { RsaPublicJwk } from './public-key.ts'

export type Attribute = { readonly type: string; readonly value: string }
/** Distinguished name; two names are the same when their DER is. */
export type Name = { readonly der: string; readonly attributes: readonly Attribute[] }
export type Extension = { readonly critical: boolean; readonly value: string }
export type Extensions = ReadonlyMap<string, Extension>

type Signed = { readonly signed: Uint8Array<ArrayBuffer>; readonly signature: Uint8Array<ArrayBuffer> }
export type PublicKey = { readonly jwk: RsaPublicJwk; readonly bits: number }

export type X509 = Signed & {
  readonly der: string
  readonly serial: string
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: number
  readonly notAfter: number
  readonly key: PublicKey
  readonly extensions: Extensions
}

export type Request = Signed & {
  readonly subject: Name
  readonly key: PublicKey
  readonly extensions: Extensions
}

/** Throws ProblemError `certificate.malformed`, or `certificate.profile` for another key or signature algorithm. */
export function parseCertificate(der: string): X509 {
  const { body, algorithm, signed, signature } = readSigned(der, 'certificate')
  const [version, serial, inner, issuer, validity, subject, key, ...rest] = body
  if (!isTagged(version, 0) || readInteger(membersOf(version, 'version')[0], 'version') !== '\u0002') {
    throw offProfile('not an X.509 v3 certificate')
  }
  if (inner === undefined || writeDer(inner) !== algorithm) throw malformed('the two signature algorithms differ')
  const [notBefore, notAfter, ...more] = readSequence(validity, 'validity')
  if (more.length > 0) throw malformed('validity')
  const [extensions, ...beyond] = rest
  if (beyond.length > 0 || (extensions !== undefined && !isTagged(extensions, 3))) {
    throw offProfile('issuerUniqueID or subjectUniqueID')
  }
  return {
    der,
    signed,
    signature,
    serial: readSerial(serial),
    issuer: readName(issuer, 'issuer'),
    subject: readName(subject, 'subject'),
    notBefore: readTime(notBefore, 'notBefore'),
    notAfter: readTime(notAfter, 'notAfter'),
    key: readKey(key),
    extensions: extensions === undefined ? new Map() : readExtensions(onlyOne(extensions, 'extensions')),
  }
}

/** Throws as `parseCertificate` does. The only attribute a request may have is extensionRequest, once. */
export function parseRequest(der: string): Request {
  const { body, signed, signature } = readSigned(der, 'request')
  const [version, subject, key, attributes, ...rest] = body
  if (readInteger(version, 'version') !== '\u0000' || rest.length > 0) throw malformed('request')
  return {
    signed,
    signature,
    subject: readName(subject, 'subject'),
    key: readKey(key),
    extensions: readRequestedExtensions(attributes),
  }
}

/** Whether `issuer` signed it. */
export const isSignedBy = (document: Signed, issuer: PublicKey): boolean =>
  verifySignature(issuer.jwk, document.signature, document.signed)

function readSigned(der: string, what: string): Signed & { body: readonly DerNode[]; algorithm: string } {
  const [body, algorithm, value, ...rest] = readSequence(readDer(der, what), what)
  if (body === undefined || algorithm === undefined || rest.length > 0) throw malformed(what)
  const members = readSequence(body, what)
  const [type, parameters, ...more] = readSequence(algorithm, 'signature algorithm')
  if (readOid(type, 'signature algorithm') !== OID.sha256WithRsa) {
    throw offProfile('signature algorithm is not SHA-256 with RSA')
  }
  readNull(parameters, 'signature algorithm')
  const signature = readBits(value, 'signature')
  if (more.length > 0 || signature.unused !== 0) throw malformed('signature')
  return {
    body: members,
    algorithm: writeDer(algorithm),
    signed: toBytes(writeDer(body)),
    signature: toBytes(signature.octets),
  }
}

function readSerial(node: DerNode | undefined): string {
  const octets = readInteger(node, 'serial number')
  const positive = octets.charCodeAt(0) < 0x80 && octets !== '\u0000'
  if (!positive || octets.length > PROFILE.maxSerialBytes) throw offProfile('serial number')
  return toHex(octets)
}

function readName(node: DerNode | undefined, what: string): Name {
  const attributes = readSequence(node, what).map(part => {
    const [attribute, ...others] = readSet(part, what)
    const [type, value, ...more] = readSequence(attribute, what)
    if (others.length > 0 || more.length > 0) throw malformed(what)
    return { type: readOid(type, what), value: readText(value, what) }
  })
  return { der: node === undefined ? '' : writeDer(node), attributes }
}

function readKey(node: DerNode | undefined): PublicKey {
  const [algorithm, value, ...rest] = readSequence(node, 'public key')
  const [type, parameters, ...more] = readSequence(algorithm, 'public key')
  if (readOid(type, 'public key') !== OID.rsaEncryption) throw offProfile('key is not RSA')
  readNull(parameters, 'public key')
  const bits = readBits(value, 'public key')
  if (rest.length > 0 || more.length > 0 || bits.unused !== 0) throw malformed('public key')
  const [n, e, ...others] = readSequence(readDer(bits.octets, 'public key'), 'public key')
  const modulus = readPositive(n)
  const exponent = readPositive(e)
  if (others.length > 0) throw malformed('public key')
  const jwk: RsaPublicJwk = { kty: 'RSA', n: toBase64url(modulus), e: toBase64url(exponent) }
  return { jwk, bits: modulus.length * 8 - (Math.clz32(modulus.charCodeAt(0)) - 24) }
}

/** Octets of a positive integer without the padding of its sign. */
function readPositive(node: DerNode | undefined): string {
  const octets = readInteger(node, 'public key')
  if (octets.charCodeAt(0) >= 0x80 || octets === '\u0000') throw malformed('public key')
  return octets.startsWith('\u0000') ? octets.slice(1) : octets
}

function readExtensions(node: DerNode): Extensions {
  const extensions = new Map<string, Extension>()
  for (const member of readSequence(node, 'extensions')) {
    const [type, ...rest] = readSequence(member, 'extension')
    const critical = isBoolean(rest[0]) && readBoolean(rest.shift(), 'extension')
    const id = readOid(type, 'extension')
    if (rest.length !== 1) throw malformed('extension')
    if (extensions.has(id)) throw malformed(`extension ${id} stands twice`)
    extensions.set(id, { critical, value: readOctets(rest[0], 'extension') })
  }
  return extensions
}

function readRequestedExtensions(node: DerNode | undefined): Extensions {
  if (!isTagged(node, 0)) throw malformed('attributes of the request')
  const [attribute, ...others] = membersOf(node, 'attributes of the request')
  if (attribute === undefined) return new Map()
  const [type, values, ...rest] = readSequence(attribute, 'attributes of the request')
  if (readOid(type, 'attributes of the request') !== OID.extensionRequest || others.length > 0) {
    throw offProfile('an attribute of the request other than extensionRequest')
  }
  const [value, ...more] = readSet(values, 'extensionRequest')
  if (value === undefined || rest.length > 0 || more.length > 0) throw malformed('extensionRequest')
  return readExtensions(value)
}

function onlyOne(node: DerNode, what: string): DerNode {
  const [only, ...rest] = membersOf(node, what)
  if (only === undefined || rest.length > 0) throw malformed(what)
  return only
}

// --- values of the extensions that the profile knows

export type Constraints = { readonly authority: boolean; readonly pathLength: number | null }

export function readConstraints(extension: Extension): Constraints {
  const what = 'basicConstraints'
  const members = [...readSequence(readDer(extension.value, what), what)]
  const authority = isBoolean(members[0]) && readBoolean(members.shift(), what)
  const length = members.shift()
  if (members.length > 0 || (length !== undefined && !authority)) throw malformed(what)
  if (length === undefined) return { authority, pathLength: null }
  const octets = readInteger(length, what)
  if (octets.length !== 1 || octets.charCodeAt(0) >= 0x80) throw malformed(what)
  return { authority, pathLength: octets.charCodeAt(0) }
}

/** Bits of `USAGE`; decipherOnly, the ninth, comes as 0x100. */
export function readUsage(extension: Extension): number {
  const { octets } = readBits(readDer(extension.value, 'keyUsage'), 'keyUsage')
  if (octets === '' || octets.length > 2) throw malformed('keyUsage')
  return octets.charCodeAt(0) | (octets.length === 2 && octets.charCodeAt(1) >= 0x80 ? 0x100 : 0)
}

export const hasUsage = (usage: number, name: keyof typeof USAGE): boolean => (usage & USAGE[name]) !== 0

/** The only URI of a subjectAltName that holds nothing else. */
export function readOnlyUri(extension: Extension): string {
  const what = 'subjectAltName'
  const [name, ...rest] = readSequence(readDer(extension.value, what), what)
  if (!isTagged(name, 6) || name.constructed || rest.length > 0) throw offProfile(`${what} holds not just one URI`)
  return contentOf(name)
}

/** Key identifier, hex. */
export const readSubjectKeyId = (extension: Extension): string =>
  checkedKeyId(readOctets(readDer(extension.value, 'subjectKeyIdentifier'), 'subjectKeyIdentifier'))

/** Key identifier of the issuer, hex; its name and serial number may stand beside it and say nothing more, unless it must stand `alone`. */
export function readAuthorityKeyId(extension: Extension, alone = false): string {
  const what = 'authorityKeyIdentifier'
  const [id, ...more] = readSequence(readDer(extension.value, what), what)
  if (alone && more.length > 0) throw offProfile(`${what} holds more than the key identifier`)
  if (!isTagged(id, 0) || id.constructed) throw offProfile(`${what} holds no key identifier`)
  return checkedKeyId(contentOf(id))
}

function checkedKeyId(octets: string): string {
  if (octets === '' || octets.length > 64) throw malformed('key identifier')
  return toHex(octets)
}
