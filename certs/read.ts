/**
 * Reads certificates and holds them against the profile: form and profile only, no signature and no time. Whether one is
 * valid now, and who vouches for it, is the matter of `chain.ts`.
 */
import type { Result } from '../protocol/problem.ts'
import { attempt, offProfile } from './der.ts'
import { readPem, writePem } from './pem.ts'
import { type CitySubject, OID } from './profile.ts'
import type { RsaPublicJwk } from './public-key.ts'
import { fingerprintOf, thumbprintOf } from './public-key.ts'
import {
  demand,
  demandAuthority,
  demandCityExtensions,
  demandKey,
  demandKnownCriticals,
  demandNothingFree,
  demandSoundModulus,
  demandValidity,
  isPlainName,
  onlyValueOf,
  readSubject,
  valuesOf,
} from './rules.ts'
import { parseCertificate, readAuthorityKeyId, readSubjectKeyId, type X509 } from './x509.ts'

type Certificate = {
  /** exactly this certificate, in 64-column PEM */
  pem: string
  /** SHA-256 of the DER, lowercase hex */
  fingerprint: string
  /** serial number, hex */
  serial: string
  /** ms */
  notBefore: number
  /** ms; the whole of this second is still valid */
  notAfter: number
  publicKeyJwk: RsaPublicJwk
  /** RFC 7638 thumbprint of the key: the `kid` of what it signs */
  keyThumbprint: string
  /** who issued it, as people read it: `C=CN, O=…, CN=…` */
  issuer: string
  selfIssued: boolean
}

/** A city certificate (城市证书) whose profile holds; trust in it is another question. */
export type CityCertificate = Certificate & CitySubject

/** The certificate of a federation's or province's authority (证书颁发机构) whose profile holds. */
export type AuthorityCertificate = Certificate & {
  name: string
  /** the organ behind it, when the certificate says */
  authority: string | null
  /** authorities that may stand below it on a path; null: any number */
  pathLength: number | null
}

/** A parsed certificate with the identifiers of its key and of its issuer's key, hex: one step of a path. */
export type Link = { readonly x509: X509; readonly keyId: string; readonly issuerKeyId: string }

/** Problems: `certificate.malformed`, `certificate.profile` naming the rule. */
export function readCertificate(pem: string): Result<{ certificate: CityCertificate }> {
  const read = attempt(() => readCity(parseCertificate(readPem(pem, 'CERTIFICATE'))))
  return read.ok ? { ok: true, certificate: read.value.certificate } : read
}

/**
 * The same without the arithmetic of the modulus, which takes some milliseconds: for one that was judged when it was paired, and for
 * one that a partner sends and nobody trusts by reading it.
 */
export function readPlain(pem: string): Result<{ certificate: CityCertificate }> {
  const read = attempt(() => readPlainCity(parseCertificate(readPem(pem, 'CERTIFICATE'))))
  return read.ok ? { ok: true, certificate: read.value.certificate } : read
}

/** The same for the certificate of an authority. */
export function readCa(pem: string): Result<{ certificate: AuthorityCertificate }> {
  const read = attempt(() => readAuthority(parseCertificate(readPem(pem, 'CERTIFICATE'))))
  return read.ok ? { ok: true, certificate: read.value.certificate } : read
}

/** RFC 7638 thumbprint of the certificate's key: the `kid` of what it signs. */
export const keyThumbprint = async (certificate: Pick<CityCertificate, 'publicKeyJwk'>): Promise<string> =>
  thumbprintOf(certificate.publicKeyJwk)

/** Throws ProblemError `certificate.profile` or `certificate.malformed`. */
export function readCity(x509: X509): { certificate: CityCertificate; link: Link } {
  const read = readPlainCity(x509)
  demandSoundModulus(x509.key)
  return read
}

function readPlainCity(x509: X509): { certificate: CityCertificate; link: Link } {
  const subject = readSubject(x509.subject)
  demandKey(x509.key)
  demandValidity(x509)
  demandCityExtensions(x509.extensions, subject.code)
  demandKnownCriticals(x509.extensions)
  const link = linkOf(x509)
  if (isSelfIssued(x509)) demandNothingFree(x509, link.keyId)
  return { certificate: { ...subject, ...describe(x509) }, link }
}

/** Throws as `readCity` does. */
export function readAuthority(x509: X509): { certificate: AuthorityCertificate; link: Link } {
  demandKey(x509.key)
  demandSoundModulus(x509.key)
  demandValidity(x509)
  const { pathLength } = demandAuthority(x509.extensions)
  demandKnownCriticals(x509.extensions)
  // It bounds whom the authority may certify (RFC 5280 §4.2.1.10). It is not judged here, so it may not be passed over either.
  if (x509.extensions.has(OID.nameConstraints)) throw offProfile('nameConstraints')
  const name = onlyValueOf(x509.subject, OID.commonName)
  const [authority = null] = valuesOf(x509.subject, OID.organization)
  if (!isPlainName(name) || (authority !== null && !isPlainName(authority))) throw offProfile('name of the authority')
  return {
    certificate: { name, authority, pathLength, ...describe(x509) },
    link: linkOf(x509),
  }
}

function linkOf(x509: X509): Link {
  const keyId = readSubjectKeyId(demand(x509.extensions, 'subjectKeyIdentifier'))
  // A self-issued certificate may leave it out (RFC 5280 §4.2.1.1), and OpenSSL does.
  if (isSelfIssued(x509) && !x509.extensions.has(OID.authorityKeyIdentifier)) {
    return { x509, keyId, issuerKeyId: keyId }
  }
  const issuerKeyId = readAuthorityKeyId(demand(x509.extensions, 'authorityKeyIdentifier'), isSelfIssued(x509))
  if (isSelfIssued(x509) && issuerKeyId !== keyId) throw offProfile('authorityKeyIdentifier is not the own key')
  return { x509, keyId, issuerKeyId }
}

export const isSelfIssued = (x509: X509): boolean => x509.issuer.der === x509.subject.der

const SHORT: Readonly<Record<string, string>> = {
  [OID.commonName]: 'CN',
  [OID.serialNumber]: 'serialNumber',
  [OID.country]: 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  [OID.organization]: 'O',
  '2.5.4.11': 'OU',
}

/** Who issued it, as people read it. */
export const issuerName = (x509: X509): string =>
  x509.issuer.attributes.map(({ type, value }) => `${SHORT[type] ?? type}=${value}`).join(', ')

function describe(x509: X509): Certificate {
  return {
    pem: writePem(x509.der, 'CERTIFICATE'),
    fingerprint: fingerprintOf(x509.der),
    serial: x509.serial,
    notBefore: x509.notBefore,
    notAfter: x509.notAfter,
    publicKeyJwk: x509.key.jwk,
    keyThumbprint: thumbprintOf(x509.key.jwk),
    issuer: issuerName(x509),
    selfIssued: isSelfIssued(x509),
  }
}
