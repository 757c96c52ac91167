/** Makes certificates: self-issued ones, requests (CSR, PKCS#10), a federation CA, and certificates that it issues. */
import forge from 'node-forge'
import { ProblemError } from '../protocol/problem.ts'
import { attribute, OID, privateKeyOf, publicOf, serialOf, textOf } from './forge.ts'
import { CITY_URI, type CitySubject, PROFILE } from './profile.ts'
import { readCertificate } from './read.ts'

export type Validity = { /** ms */ notBefore: number /** ms */; notAfter: number }

const yearsAfter = (ms: number, years: number): number => {
  const date = new Date(ms)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.getTime()
}

/** A certificate's validity begins a little before now: the partner's clock may be behind. */
export const validFor = (now: number, years: number): Validity => ({
  notBefore: now - 3_600_000,
  notAfter: yearsAfter(now, years),
})

const cityName = (subject: CitySubject): forge.pki.CertificateField[] => [
  { type: OID.country, value: 'CN' },
  attribute(OID.organization, subject.authority),
  { type: OID.serialNumber, value: subject.code },
  attribute(OID.commonName, subject.name),
]

const cityExtensions = (code: string): object[] => [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, nonRepudiation: true, critical: true },
  { name: 'subjectAltName', altNames: [{ type: 6, value: CITY_URI + code }] },
  { name: 'subjectKeyIdentifier' },
]

function checkSubject(subject: CitySubject): void {
  if (!/^[1-9]\d{5}$/.test(subject.code)) throw new ProblemError('certificate.profile', 'division code of six digits')
  if (subject.name.trim() === '' || subject.authority.trim() === '')
    throw new ProblemError('certificate.profile', 'name and authority')
}

type Template = {
  subject: forge.pki.CertificateField[]
  issuer: forge.pki.CertificateField[]
  publicKey: forge.pki.rsa.PublicKey
  signingKey: forge.pki.rsa.PrivateKey
  extensions: object[]
  validity: Validity
  serial: Uint8Array
}

function build(template: Template): string {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = template.publicKey
  certificate.serialNumber = serialOf(template.serial)
  certificate.validity.notBefore = new Date(Math.floor(template.validity.notBefore / 1000) * 1000)
  certificate.validity.notAfter = new Date(Math.floor(template.validity.notAfter / 1000) * 1000)
  certificate.setSubject(template.subject)
  certificate.setIssuer(template.issuer)
  certificate.setExtensions(template.extensions)
  certificate.sign(template.signingKey, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

const keyIdentifier = (key: forge.pki.rsa.PublicKey): string =>
  forge.pki.getPublicKeyFingerprint(key, { type: 'RSAPublicKey' }).getBytes()

/** A city certificate signed by its own key; `keyPem` is PKCS#8, `serial` 16 random bytes. */
export function selfIssue(
  subject: CitySubject,
  options: { keyPem: string; now: number; serial: Uint8Array; years?: number },
): string {
  checkSubject(subject)
  const key = privateKeyOf(options.keyPem)
  return build({
    subject: cityName(subject),
    issuer: cityName(subject),
    publicKey: publicOf(key),
    signingKey: key,
    extensions: cityExtensions(subject.code),
    validity: validFor(options.now, options.years ?? PROFILE.cityYears),
    serial: options.serial,
  })
}

/** A request for a certificate from a federation CA (PKCS#10, PEM). */
export function createRequest(subject: CitySubject, keyPem: string): string {
  checkSubject(subject)
  const key = privateKeyOf(keyPem)
  const request = forge.pki.createCertificationRequest()
  request.publicKey = publicOf(key)
  request.setSubject(cityName(subject))
  request.sign(key, forge.md.sha256.create())
  return forge.pki.certificationRequestToPem(request)
}

/** Reads and checks a request: its own signature proves possession of the key. Problem: `certificate.profile`. */
export function readRequest(pem: string): { subject: CitySubject; publicKey: forge.pki.rsa.PublicKey } {
  if (pem.length > PROFILE.maxPemBytes) throw new ProblemError('certificate.malformed', 'size')
  let request: forge.pki.CertificateSigningRequest
  try {
    request = forge.pki.certificationRequestFromPem(pem)
  } catch {
    throw new ProblemError('certificate.malformed', 'not a PKCS#10 request in PEM')
  }
  let signed = false
  try {
    signed = request.verify()
  } catch {
    signed = false
  }
  if (!signed) throw new ProblemError('certificate.profile', 'the request is not signed by its key')
  const publicKey = request.publicKey as forge.pki.rsa.PublicKey | null
  const bits = publicKey?.n.bitLength() ?? 0
  if (publicKey === null || bits < PROFILE.minBits || bits > PROFILE.maxBits)
    throw new ProblemError('certificate.profile', 'RSA of 3072 to 4096 bits')
  const field = (type: string) => textOf(request.subject.attributes.find(entry => entry.type === type))
  const subject = { code: field(OID.serialNumber), name: field(OID.commonName), authority: field(OID.organization) }
  checkSubject(subject)
  return { subject, publicKey }
}

/** A federation CA: signs city certificates and nothing below. */
export function createCa(options: {
  name: string
  keyPem: string
  now: number
  serial: Uint8Array
  years?: number
}): string {
  const key = privateKeyOf(options.keyPem)
  const name = [{ type: OID.country, value: 'CN' }, attribute(OID.commonName, options.name)]
  return build({
    subject: name,
    issuer: name,
    publicKey: publicOf(key),
    signingKey: key,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ],
    validity: validFor(options.now, options.years ?? PROFILE.caYears),
    serial: options.serial,
  })
}

/** Issues a city certificate for a request; it never outlives the CA. Problems: `certificate.*`. */
export function issue(options: {
  requestPem: string
  caPem: string
  caKeyPem: string
  now: number
  serial: Uint8Array
  years?: number
}): string {
  const { subject, publicKey } = readRequest(options.requestPem)
  const ca = forge.pki.certificateFromPem(options.caPem)
  const caKey = privateKeyOf(options.caKeyPem)
  const caPublic = ca.publicKey as forge.pki.rsa.PublicKey
  if (!caPublic.n.equals(caKey.n)) throw new ProblemError('certificate.profile', 'the key is not of the CA certificate')
  if (options.now > ca.validity.notAfter.getTime()) throw new ProblemError('certificate.expired', 'the CA')
  const wanted = validFor(options.now, options.years ?? PROFILE.issuedYears)
  const pem = build({
    subject: cityName(subject),
    issuer: ca.subject.attributes.map(entry =>
      entry.type === OID.country ? { type: OID.country, value: 'CN' } : attribute(entry.type ?? '', textOf(entry)),
    ),
    publicKey,
    signingKey: caKey,
    extensions: [
      ...cityExtensions(subject.code),
      { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(caPublic) },
    ],
    validity: {
      notBefore: Math.max(wanted.notBefore, ca.validity.notBefore.getTime()),
      notAfter: Math.min(wanted.notAfter, ca.validity.notAfter.getTime()),
    },
    serial: options.serial,
  })
  const read = readCertificate(pem)
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  return pem
}
