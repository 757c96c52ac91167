/** Reads certificates and checks every rule of the profile itself: node-forge verifies loosely. */
import { createHash, X509Certificate } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import forge from 'node-forge'
import { type Refused, refuse } from '../protocol/problem.ts'
import { derOf, OID, textOf } from './forge.ts'
import { CITY_URI, type CitySubject, KNOWN_EXTENSIONS, PROFILE, SIGNATURE_OID } from './profile.ts'

/** A city certificate whose profile holds; trust in it is another question. */
export type CityCertificate = CitySubject & {
  pem: string
  /** SHA-256 of the DER, lowercase hex */ fingerprint: string
  /** ms */ notBefore: number
  /** ms */ notAfter: number
  publicKeyJwk: JWK
  selfIssued: boolean
}

type Extension = { id: string; name?: string; critical?: boolean; cA?: boolean; pathLenConstraint?: number } & Record<
  string,
  unknown
>

/** Parses exactly one certificate in PEM. Problem: `certificate.malformed`. */
export function parse(pem: string): { ok: true; certificate: forge.pki.Certificate } | Refused {
  if (pem.length > PROFILE.maxPemBytes) return refuse('certificate.malformed', 'size')
  if (
    (pem.match(/-----BEGIN /g) ?? []).length !== 1 ||
    !/^\s*-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----\s*$/.test(pem)
  ) {
    return refuse('certificate.malformed', 'exactly one certificate in PEM')
  }
  try {
    return { ok: true, certificate: forge.pki.certificateFromPem(pem) }
  } catch {
    return refuse('certificate.malformed', 'not an RSA certificate in DER')
  }
}

/** What holds for leaf and CA alike: version, algorithm, key size, known extensions. */
function checkCommon(certificate: forge.pki.Certificate): Refused | null {
  const no = (rule: string) => refuse('certificate.profile', rule)
  if (certificate.version !== 2) return no('version 3')
  if (certificate.siginfo.algorithmOid !== SIGNATURE_OID || certificate.signatureOid !== SIGNATURE_OID)
    return no('sha256WithRSAEncryption')
  const bits = (certificate.publicKey as forge.pki.rsa.PublicKey).n.bitLength()
  if (bits < PROFILE.minBits || bits > PROFILE.maxBits) return no('RSA of 3072 to 4096 bits')
  const ids = (certificate.extensions as Extension[]).map(extension => extension.id)
  if (new Set(ids).size !== ids.length) return no('an extension stands twice')
  const unknown = (certificate.extensions as Extension[]).find(
    entry => entry.critical === true && !KNOWN_EXTENSIONS.has(entry.id),
  )
  if (unknown !== undefined) return no('an unknown critical extension')
  if (certificate.validity.notBefore >= certificate.validity.notAfter) return no('validity')
  return null
}

const extension = (certificate: forge.pki.Certificate, name: string): Extension | null =>
  certificate.getExtension(name) as Extension | null

/** Reads a city certificate. Problems: `certificate.malformed`, `certificate.profile` naming the rule. */
export function readCertificate(pem: string): { ok: true; certificate: CityCertificate } | Refused {
  const parsed = parse(pem)
  if (!parsed.ok) return parsed
  const { certificate } = parsed
  const common = checkCommon(certificate)
  if (common !== null) return common
  const no = (rule: string) => refuse('certificate.profile', rule)
  const constraints = extension(certificate, 'basicConstraints')
  if (constraints === null || constraints.cA === true) return no('basicConstraints CA:FALSE')
  const usage = extension(certificate, 'keyUsage')
  if (usage?.critical !== true || usage.digitalSignature !== true || usage.keyCertSign === true)
    return no('keyUsage digitalSignature, critical')
  const field = (type: string): string => {
    const found = certificate.subject.attributes.filter(entry => entry.type === type)
    return found.length === 1 ? textOf(found[0]) : ''
  }
  const subject = { code: field(OID.serialNumber), name: field(OID.commonName), authority: field(OID.organization) }
  if (!/^[1-9]\d{5}$/.test(subject.code)) return no('serialNumber of the subject: the division code')
  if (subject.name === '' || subject.authority === '') return no('CN and O of the subject')
  const names = (extension(certificate, 'subjectAltName')?.altNames ?? []) as { type: number; value: string }[]
  if (!names.some(entry => entry.type === 6 && entry.value === CITY_URI + subject.code))
    return no('subjectAltName of the city')
  const der = derOf(certificate)
  const publicKeyJwk = new X509Certificate(Buffer.from(der)).publicKey.export({ format: 'jwk' }) as JWK
  return {
    ok: true,
    certificate: {
      ...subject,
      pem: pem.trim(),
      fingerprint: createHash('sha256').update(der).digest('hex'),
      notBefore: certificate.validity.notBefore.getTime(),
      notAfter: certificate.validity.notAfter.getTime(),
      publicKeyJwk,
      selfIssued: certificate.isIssuer(certificate),
    },
  }
}

/** RFC 7638 thumbprint of the certificate's key: the `kid` of what it signs. */
export const keyThumbprint = (certificate: CityCertificate): Promise<string> =>
  calculateJwkThumbprint(certificate.publicKeyJwk, 'sha256')

/** Reads a federation CA. Problems: `certificate.malformed`, `certificate.profile`. */
export function readCa(
  pem: string,
): { ok: true; certificate: forge.pki.Certificate; fingerprint: string; name: string } | Refused {
  const parsed = parse(pem)
  if (!parsed.ok) return parsed
  const { certificate } = parsed
  const common = checkCommon(certificate)
  if (common !== null) return common
  const constraints = extension(certificate, 'basicConstraints')
  if (constraints?.cA !== true || constraints.critical !== true)
    return refuse('certificate.profile', 'basicConstraints CA:TRUE, critical')
  const usage = extension(certificate, 'keyUsage')
  if (usage?.keyCertSign !== true || usage.critical !== true)
    return refuse('certificate.profile', 'keyUsage keyCertSign, critical')
  const name = textOf(certificate.subject.attributes.find(entry => entry.type === OID.commonName))
  return { ok: true, certificate, fingerprint: createHash('sha256').update(derOf(certificate)).digest('hex'), name }
}
