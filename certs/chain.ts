/**
 * Whether a certificate is valid now and who vouches for it. Every rule is checked here, because node-forge's own chain
 * check is loose: names and key identifiers, signatures, validity, basicConstraints, keyUsage, path length, algorithm, key
 * size, unknown critical extensions.
 */
import { type Refused, type Result, refuse } from '../protocol/problem.ts'
import { attempt } from './der.ts'
import { readPem } from './pem.ts'
import { PROFILE } from './profile.ts'
import { fingerprintOf } from './public-key.ts'
import {
  type AuthorityCertificate,
  type CityCertificate,
  isSelfIssued,
  issuerName,
  type Link,
  readAuthority,
  readCity,
} from './read.ts'
import { isSignedBy, parseCertificate, type X509 } from './x509.ts'

/** Refuses with `certificate.expired` what is not valid at `now` (ms); otherwise null. */
export function checkValidity(
  certificate: Pick<CityCertificate, 'notBefore' | 'notAfter'>,
  now: number,
  what = 'certificate',
): Refused | null {
  if (now < certificate.notBefore) return refuse('certificate.expired', `the ${what} is not yet valid`)
  if (now < certificate.notAfter + 1000) return null
  return refuse('certificate.expired', `the ${what} has expired`)
}

/**
 * Profile, validity at `now` (ms), the city when `code` is given, and the own signature of a self-issued certificate.
 * It does not say that the certificate can be trusted: pin its fingerprint, or ask `checkChain`.
 * Problems: `certificate.malformed`, `certificate.profile`, `certificate.mismatch`, `certificate.expired`, `certificate.chain`.
 */
export function checkCertificate(
  pem: string,
  { now, code }: { now: number; code?: string | undefined },
): Result<{ certificate: CityCertificate }> {
  const read = readLeaf(pem, now, code)
  if (!read.ok) return read
  const { certificate, link } = read
  if (certificate.selfIssued && !isSignedBy(link.x509, link.x509.key)) {
    return refuse('certificate.chain', 'the self-issued certificate is not signed by its own key')
  }
  return { ok: true, certificate }
}

/** `checkCertificate` for a certificate that must be self-issued. It is trusted only when pinned. */
export function checkSelfIssued(pem: string, now: number): Result<{ certificate: CityCertificate }> {
  const checked = checkCertificate(pem, { now })
  if (!checked.ok || checked.certificate.selfIssued) return checked
  return refuse('certificate.chain', 'not self-issued')
}

/**
 * Verifies a city certificate up to one of the authorities (PEM) that the caller trusts, over `intermediates` (PEM) that
 * nobody needs to trust. Every certificate of the path must be valid at `now` (ms). `ca` is the fingerprint of the authority.
 * Problems: as `checkCertificate`, and `certificate.authority` when the path leads to none of the authorities.
 */
export function checkChain(
  pem: string,
  caPems: readonly string[],
  now: number,
  { code, intermediates = [] }: { code?: string; intermediates?: readonly string[] } = {},
): Result<{ certificate: CityCertificate; ca: string }> {
  const read = readLeaf(pem, now, code)
  if (!read.ok) return read
  const { certificate, link } = read
  if (certificate.selfIssued) return refuse('certificate.chain', 'the certificate is self-issued')
  if (intermediates.length > PROFILE.maxChain - 2) return refuse('certificate.chain', 'too many certificates')
  const candidates = [...readable(caPems, true), ...readable(intermediates, false)]
  const path = buildPath(link, candidates, now, 0)
  return path.ok ? { ok: true, certificate, ca: path.ca } : path
}

/**
 * The certificate of an authority (证书颁发机构) that may be accepted: profile, validity at `now` (ms), own signature of a root.
 * Problems: `certificate.malformed`, `certificate.profile`, `certificate.expired`, `certificate.chain`.
 */
export function checkAuthority(pem: string, now: number): Result<{ certificate: AuthorityCertificate }> {
  const read = attempt(() => readAuthority(parseCertificate(readPem(pem, 'CERTIFICATE'))))
  if (!read.ok) return read
  const { certificate, link } = read.value
  const expired = checkValidity(certificate, now, 'certificate of the authority')
  if (expired !== null) return expired
  if (certificate.selfIssued && !isSignedBy(link.x509, link.x509.key))
    return refuse('certificate.chain', 'the authority is not signed by its key')
  return { ok: true, certificate }
}

function readLeaf(
  pem: string,
  now: number,
  code: string | undefined,
): Result<{ certificate: CityCertificate; link: Link }> {
  const read = attempt(() => readCity(parseCertificate(readPem(pem, 'CERTIFICATE'))))
  if (!read.ok) return read
  if (code !== undefined && read.value.certificate.code !== code) return refuse('certificate.mismatch', 'division code')
  return checkValidity(read.value.certificate, now, 'city certificate') ?? { ok: true, ...read.value }
}

type Candidate = { x509: X509; accepted: boolean }

/** One that cannot be read is no candidate: a spoilt entry of the list must not shut out the cities of all others. */
function readable(pems: readonly string[], accepted: boolean): Candidate[] {
  return pems.flatMap(pem => {
    const read = attempt(() => parseCertificate(readPem(pem, 'CERTIFICATE')))
    return read.ok ? [{ x509: read.value, accepted }] : []
  })
}

/** The name stands in a message that people read: nothing invisible, and not without end. */
const issuerOf = (child: Link): string =>
  `issued by ${issuerName(child.x509)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, '?')
    .slice(0, 200)}`

/** Finds an issuer of `child` that holds, and on from there; `below` counts the authorities already passed. */
function buildPath(child: Link, candidates: readonly Candidate[], now: number, below: number): Result<{ ca: string }> {
  if (below >= PROFILE.maxChain - 1) return refuse('certificate.chain', 'the path is too long')
  let refused: Refused = refuse('certificate.authority', issuerOf(child))
  for (const candidate of candidates) {
    if (candidate.x509.subject.der !== child.x509.issuer.der) continue
    // A root that nobody accepted leads nowhere.
    if (!candidate.accepted && isSelfIssued(candidate.x509)) continue
    const step = checkIssuer(child, candidate, now, below)
    if (step.ok && candidate.accepted) return { ok: true, ca: fingerprintOf(candidate.x509.der) }
    const reached = step.ok ? buildPath(step.link, candidates, now, below + 1) : step
    if (reached.ok) return reached
    refused = reached
  }
  return refused
}

function checkIssuer(child: Link, { x509, accepted }: Candidate, now: number, below: number): Result<{ link: Link }> {
  const no = (detail: string) => refuse('certificate.chain', detail)
  const read = attempt(() => readAuthority(x509))
  if (!read.ok) return no(`the issuer does not hold: ${read.problem.detail ?? read.problem.code}`)
  const { certificate, link } = read.value
  if (link.keyId !== child.issuerKeyId) return no('the issuer has another key')
  if (!isSignedBy(child.x509, x509.key)) return no('not signed by the issuer')
  if (accepted && isSelfIssued(x509) && !isSignedBy(x509, x509.key)) return no('the authority is not signed by its key')
  if (certificate.pathLength !== null && certificate.pathLength < below) return no('longer than the path length allows')
  return checkValidity(certificate, now, 'certificate of the authority') ?? { ok: true, link }
}
