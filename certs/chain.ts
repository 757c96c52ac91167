/** Whether a city certificate is valid now and who vouches for it. */
import { X509Certificate } from 'node:crypto'
import type forge from 'node-forge'
import { type Refused, refuse } from '../protocol/problem.ts'
import { PROFILE } from './profile.ts'
import { type CityCertificate, parse, readCa, readCertificate } from './read.ts'

/** Valid at `now` (ms)? Problem: `certificate.expired`. */
export function checkValidity(
  certificate: Pick<CityCertificate, 'notBefore' | 'notAfter'>,
  now: number,
): Refused | null {
  if (now < certificate.notBefore) return refuse('certificate.expired', 'not yet valid')
  return now > certificate.notAfter ? refuse('certificate.expired', 'expired') : null
}

/**
 * Checks a self-issued city certificate: its own signature, profile and validity. It is trusted only when pinned.
 * Problems: `certificate.*`.
 */
export function checkSelfIssued(pem: string, now: number): { ok: true; certificate: CityCertificate } | Refused {
  const read = readCertificate(pem)
  if (!read.ok) return read
  if (!read.certificate.selfIssued || !signedBy(pem, pem)) return refuse('certificate.chain', 'not self-issued')
  return checkValidity(read.certificate, now) ?? read
}

/**
 * Checks a city certificate against accepted CAs: signature, names, key identifiers, validity, constraints, path length.
 * A city certificate hangs directly under its CA. Problems: `certificate.*`.
 */
export function checkChain(
  pem: string,
  caPems: readonly string[],
  now: number,
): { ok: true; certificate: CityCertificate; ca: string } | Refused {
  const read = readCertificate(pem)
  if (!read.ok) return read
  const expired = checkValidity(read.certificate, now)
  if (expired !== null) return expired
  const leaf = parse(pem)
  if (!leaf.ok) return leaf
  if (caPems.length > 100 * PROFILE.maxChain) return refuse('certificate.chain', 'too many authorities')
  let refusal: Refused = refuse('certificate.chain', 'no accepted authority issued it')
  for (const caPem of caPems) {
    const ca = readCa(caPem)
    if (!ca.ok || !leaf.certificate.isIssuer(ca.certificate)) continue
    const checked = checkIssuer(leaf.certificate, ca.certificate, pem, caPem, now)
    if (checked === null) return { ok: true, certificate: read.certificate, ca: ca.fingerprint }
    refusal = checked
  }
  return refusal
}

function checkIssuer(
  leaf: forge.pki.Certificate,
  ca: forge.pki.Certificate,
  pem: string,
  caPem: string,
  now: number,
): Refused | null {
  const validity = { notBefore: ca.validity.notBefore.getTime(), notAfter: ca.validity.notAfter.getTime() }
  if (checkValidity(validity, now) !== null)
    return refuse('certificate.chain', 'the authority is not valid at this time')
  if (!signedBy(caPem, caPem) || !signedBy(pem, caPem)) return refuse('certificate.chain', 'signature')
  const authority = (leaf.getExtension('authorityKeyIdentifier') as { keyIdentifier?: string } | null)?.keyIdentifier
  const identifier = (ca.getExtension('subjectKeyIdentifier') as { subjectKeyIdentifier?: string } | null)
    ?.subjectKeyIdentifier
  const named = authority === undefined ? undefined : Buffer.from(authority, 'binary').toString('hex')
  if (named !== undefined && named !== identifier && authority !== identifier)
    return refuse('certificate.chain', 'key identifier')
  return null
}

/** The runtime's own check of the signature over the bytes as they stand, not as forge would write them again. */
function signedBy(pem: string, issuerPem: string): boolean {
  try {
    return new X509Certificate(pem).verify(new X509Certificate(issuerPem).publicKey)
  } catch {
    return false
  }
}
