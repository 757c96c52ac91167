/** The certificate profile (证书配置): what a city certificate and an authority's certificate must hold, as constants and rules. */
import { offProfile } from './der.ts'

/** Sizes in bytes, keys in bits, validity in calendar years. */
export const PROFILE = {
  /** one PEM of a certificate or a request */ pemBytes: 16 * 1024,
  /** certificates from the city up to the accepted authority */ chainCertificates: 4,
  /** key that is made here */ keyBits: 3072,
  /** largest key that is accepted */ keyBitsMax: 4096,
  /** random part of a serial number */ serialBytes: 16,
  /** RFC 5280 §4.1.2.2 */ serialBytesMax: 20,
  /** city name and authority, X.520 upper bound, in characters */ nameLength: 64,
  selfIssuedYears: 3,
  issuedYears: 2,
  authorityYears: 10,
  bits: 3072,
  minBits: 3072,
  maxBits: 4096,
  cityYears: 3,
  caYears: 10,
  maxPemBytes: 16 * 1024,
  maxPkcs12Bytes: 64 * 1024,
  maxChain: 4,
} as const

export const OID = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  extensionRequest: '1.2.840.113549.1.9.14',
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
} as const

/** Bits of keyUsage (RFC 5280 §4.2.1.3), the first bit highest. */
export const USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04, crlSign: 0x02 } as const

/** What subjectAltName says of a city. */
export const cityUrn = (code: string): string => `urn:tongban:city:${code}`

/** Who a city certificate is for. */
export type Subject = {
  /** division code (行政区划代码), six digits */ code: string
  /** city name (城市名称) */ name: string
  /** name of the approval authority (审批机关) */ authority: string
}

export const isDivisionCode = (code: string): boolean => /^[1-9]\d{5}$/.test(code)

/** A name that people compare by eye: no blank ends, no control, direction or invisible characters. */
export const isPlainName = (name: string): boolean =>
  name.isWellFormed() &&
  name === name.trim() &&
  name !== '' &&
  [...name].length <= PROFILE.nameLength &&
  !/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(name)

/** Throws ProblemError `certificate.profile` with the field. */
export function demandSubject({ code, name, authority }: Subject): void {
  if (!isDivisionCode(code)) throw offProfile('serialNumber of the subject is no division code')
  demandNames({ name, authority })
}

export function demandNames({ name, authority }: { name: string; authority: string }): void {
  if (!isPlainName(name)) throw offProfile('CN of the subject')
  if (!isPlainName(authority)) throw offProfile('O of the subject')
}

export type CitySubject = Subject
export const CITY_URI = 'urn:tongban:city:'
export const SIGNATURE_OID = OID.sha256WithRsa
export const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set<string>([
  OID.subjectKeyIdentifier,
  OID.keyUsage,
  OID.subjectAltName,
  OID.basicConstraints,
  OID.authorityKeyIdentifier,
])
