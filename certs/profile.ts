/** The certificate profile (证书配置): what a city certificate and an authority's certificate must hold, as constants and names. */

/** Sizes in bytes, keys in bits, validity in calendar years. */
export const PROFILE = {
  /** key that is made here, and smallest that is accepted */
  bits: 3072,
  /** largest key that is accepted */
  maxBits: 4096,
  /** one PEM of a certificate, request or key */
  maxPemBytes: 16 * 1024,
  maxPkcs12Bytes: 64 * 1024,
  /** certificates from the city up to the accepted authority */
  maxChain: 4,
  /** random bytes of a serial number */
  serialBytes: 16,
  /** RFC 5280 §4.1.2.2 */
  maxSerialBytes: 20,
  /** city name and authority, upper bound of X.520, in characters */
  maxName: 64,
  /** validity of a self-issued city certificate */
  cityYears: 3,
  /** validity of a city certificate that an authority issues */
  issuedYears: 2,
  caYears: 10,
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
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
} as const

/** Bits of keyUsage (RFC 5280 §4.2.1.3), the first bit highest. */
export const USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04, crlSign: 0x02 } as const

/** What subjectAltName says of a city. */
export const cityUri = (code: string): string => `urn:tongban:city:${code}`

/** Who a city certificate is for. */
export type CitySubject = {
  /** division code (行政区划代码), six digits */
  code: string
  /** city name (城市名称) */
  name: string
  /** name of the approval authority (审批机关) */
  authority: string
}
