/** Encodes and signs certificates and requests as told; what they may hold is judged elsewhere. */
import { createHash } from 'node:crypto'
import {
  bits,
  boolean,
  type DerNode,
  fromBase64url,
  integer,
  nothing,
  octets,
  oid,
  printable,
  readDer,
  sequence,
  set,
  smallInteger,
  tagged,
  time,
  toBinary,
  toBytes,
  utf8,
  writeDer,
} from './der.ts'
import type { SigningKey } from './key.ts'
import { writePem } from './pem.ts'
import { type CitySubject, cityUri, OID, USAGE } from './profile.ts'
import type { RsaPublicJwk } from './public-key.ts'

export type ExtensionInput = { id: string; critical: boolean; value: DerNode }

export type CertificateInput = {
  /** octets, positive */
  serial: string
  /** DER of a name */
  issuer: string
  /** DER of a name */
  subject: string
  /** ms */
  notBefore: number
  /** ms */
  notAfter: number
  publicKey: RsaPublicJwk
  extensions: readonly ExtensionInput[]
  signer: SigningKey
}

export function buildCertificate(input: CertificateInput): string {
  const body = sequence(
    tagged(0, [smallInteger(2)]),
    integer(input.serial),
    signatureAlgorithm(),
    readDer(input.issuer, 'issuer'),
    sequence(time(input.notBefore), time(input.notAfter)),
    readDer(input.subject, 'subject'),
    publicKeyInfo(input.publicKey),
    tagged(3, [sequence(...input.extensions.map(extension))]),
  )
  return writePem(signed(body, input.signer), 'CERTIFICATE')
}

/** A PKCS#10 request that asks for these extensions (RFC 2985 §5.4.2). */
export function buildRequest(subject: string, extensions: readonly ExtensionInput[], signer: SigningKey): string {
  const requested = sequence(oid(OID.extensionRequest), set(sequence(...extensions.map(extension))))
  const body = sequence(
    smallInteger(0),
    readDer(subject, 'subject'),
    publicKeyInfo(signer.publicKeyJwk),
    tagged(0, [requested]),
  )
  return writePem(signed(body, signer), 'CERTIFICATE REQUEST')
}

const signed = (body: DerNode, signer: SigningKey): string =>
  writeDer(sequence(body, signatureAlgorithm(), bits(toBinary(signer.sign(toBytes(writeDer(body)))))))

const signatureAlgorithm = () => sequence(oid(OID.sha256WithRsa), nothing())

const publicKeyInfo = (publicKey: RsaPublicJwk): DerNode =>
  sequence(sequence(oid(OID.rsaEncryption), nothing()), bits(rsaPublicKey(publicKey)))

const rsaPublicKey = ({ n, e }: RsaPublicJwk): string =>
  writeDer(sequence(integer(unsigned(fromBase64url(n))), integer(unsigned(fromBase64url(e)))))

const unsigned = (magnitude: string) => (magnitude.charCodeAt(0) >= 0x80 ? `\u0000${magnitude}` : magnitude)

function extension({ id, critical, value }: ExtensionInput): DerNode {
  const content = octets(writeDer(value))
  return critical ? sequence(oid(id), boolean(true), content) : sequence(oid(id), content)
}

// --- names

const attribute = (type: string, value: DerNode) => set(sequence(oid(type), value))

/** DER of a city's name. Chinese stands as UTF8String. */
export const cityName = ({ code, name, authority }: CitySubject): string =>
  writeDer(
    sequence(
      attribute(OID.country, printable('CN')),
      attribute(OID.organization, utf8(authority)),
      attribute(OID.commonName, utf8(name)),
      attribute(OID.serialNumber, printable(code)),
    ),
  )

/** DER of an authority's name. */
export function authorityName({ name, authority }: { name: string; authority?: string | undefined }): string {
  const organization = authority === undefined ? [] : [attribute(OID.organization, utf8(authority))]
  return writeDer(
    sequence(attribute(OID.country, printable('CN')), ...organization, attribute(OID.commonName, utf8(name))),
  )
}

// --- extensions

export const cityConstraints = (): ExtensionInput => ({ id: OID.basicConstraints, critical: true, value: sequence() })

export const authorityConstraints = (pathLength: number): ExtensionInput => ({
  id: OID.basicConstraints,
  critical: true,
  value: sequence(boolean(true), smallInteger(pathLength)),
})

/** The bits after the last one that is set are unused: DER wants named bits so (X.690 §11.2.2). */
export const usage = (...names: (keyof typeof USAGE)[]): ExtensionInput => {
  const octet = names.reduce((sum, name) => sum | USAGE[name], 0)
  const unused = 31 - Math.clz32(octet & -octet)
  return { id: OID.keyUsage, critical: true, value: bits(String.fromCharCode(octet), unused) }
}

export const cityAltName = (code: string): ExtensionInput => ({
  id: OID.subjectAltName,
  critical: false,
  value: sequence(tagged(6, cityUri(code))),
})

/** Identifiers of the own key and of the issuer's, octets. */
export const keyIds = (own: string, issuer: string): ExtensionInput[] => [
  { id: OID.subjectKeyIdentifier, critical: false, value: octets(own) },
  { id: OID.authorityKeyIdentifier, critical: false, value: sequence(tagged(0, issuer)) },
]

/** Leftmost 160 bits of the SHA-256 of the key (RFC 7093 §2, method 1), octets. */
export const keyIdOf = (publicKey: RsaPublicJwk): string =>
  toBinary(
    createHash('sha256')
      .update(toBytes(rsaPublicKey(publicKey)))
      .digest()
      .subarray(0, 20),
  )
