/** Verification of who signed: certificates of the two cities, delegations and revocations, and the keys that follow from them. */
import * as jose from 'jose'
import { type CityCertificate, keyThumbprint, readCertificate } from '../../certs/index.ts'
import {
  type CertificateKey,
  type DelegationClaims,
  type RevocationClaims,
  verifyDelegation,
  verifyRevocation,
} from '../../protocol/keys/delegation.ts'
import { PACKET_ALG } from '../../protocol/names.ts'
import type { KeyResolver, TrustedKey } from '../../protocol/packet/envelope.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { BundleFiles } from './files.ts'
import type { Findings } from './findings.ts'

export type BundleCertificate = {
  /** division code */ city: string
  /** of the city, such as 十堰市 */ name: string
  /** hex SHA-256 of the DER */ fingerprint: string
  key: CertificateKey
  /** seconds */ notBefore: number
  notAfter: number
}

/** Reads the certificates. `fingerprints` are those that the caller knows to be the cities'; hex SHA-256. */
export async function readCertificates(
  files: BundleFiles,
  fingerprints: readonly string[] | undefined,
  findings: Findings,
): Promise<BundleCertificate[]> {
  const known = fingerprints?.map(plainFingerprint)
  const read: BundleCertificate[] = []
  for (const path of files.inFolder('certificates')) {
    const pem = await files.text(path)
    if (pem === null) continue
    const opened = readCertificate(pem)
    if (!opened.ok) {
      findings.refused(path, opened)
      continue
    }
    const { certificate } = opened
    if (read.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) findings.error(path, 'file.repeated')
    else if (known !== undefined && !known.includes(certificate.fingerprint)) {
      findings.error(path, 'certificate.fingerprint', certificate.fingerprint)
    } else {
      if (known === undefined) findings.warning(path, 'certificate.unchecked', certificate.fingerprint)
      read.push(await inSeconds(certificate))
    }
  }
  return read
}

/** Fingerprints as people copy them: upper case, with colons or spaces. */
const plainFingerprint = (fingerprint: string) => fingerprint.replace(/[\s:]/g, '').toLowerCase()

const inSeconds = async (certificate: CityCertificate): Promise<BundleCertificate> => ({
  city: certificate.code,
  name: certificate.name,
  fingerprint: certificate.fingerprint,
  key: { city: certificate.code, kid: await keyThumbprint(certificate), jwk: certificate.publicKeyJwk },
  notBefore: Math.ceil(certificate.notBefore / 1000),
  notAfter: Math.floor(certificate.notAfter / 1000),
})

/** Picks the keys that a JWS may be verified with, by when it says it was signed. */
export type KeysFor = (jws: string) => KeyResolver

/** Verifies delegations and revocations; the packet keys that they make trusted. */
export async function readKeys(
  files: BundleFiles,
  certificates: readonly BundleCertificate[],
  findings: Findings,
): Promise<KeysFor> {
  const delegations = await openAll(files, 'delegations', certificates, findings, verifyDelegation)
  const revocations = await openAll(files, 'revocations', certificates, findings, verifyRevocation)
  const spans = new Map<string, TrustedKey[]>()
  for (const { claims, certificate } of delegations) {
    for (const { kid, purpose, ...jwk } of claims.keys) {
      if (purpose !== 'packet') continue
      const revoked = revocations.filter(({ claims: { iss, kid: taken } }) => iss === claims.iss && taken === kid)
      const span: TrustedKey = {
        key: (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey,
        city: claims.iss,
        notBefore: Math.max(claims.nbf, certificate.notBefore),
        notAfter: Math.min(claims.exp, certificate.notAfter),
        revokedAt: revoked.length === 0 ? null : Math.min(...revoked.map(entry => entry.claims.revokedAt)),
      }
      spans.set(kid, [...(spans.get(kid) ?? []), span])
    }
  }
  return jws => {
    const { iss, iat } = claimed(jws)
    // A key may be delegated again later; what it signed between two delegations is covered by neither.
    const covers = (span: TrustedKey) => span.city === iss && span.notBefore <= iat && iat <= span.notAfter
    return kid => spans.get(kid)?.find(covers) ?? spans.get(kid)?.[0]
  }
}

type ByCertificate<T> = { claims: T; certificate: BundleCertificate }

async function openAll<T extends DelegationClaims | RevocationClaims>(
  files: BundleFiles,
  folder: 'delegations' | 'revocations',
  certificates: readonly BundleCertificate[],
  findings: Findings,
  verify: (jws: string, key: CertificateKey) => Promise<{ ok: true; claims: T } | Refused>,
): Promise<ByCertificate<T>[]> {
  const opened: ByCertificate<T>[] = []
  for (const path of files.inFolder(folder)) {
    const jws = await files.text(path)
    if (jws === null) continue
    const { iss, kid, iat } = claimed(jws)
    const ofCity = certificates.filter(({ city }) => city === iss)
    const signing = ofCity.filter(({ key }) => key.kid === kid)
    const valid = signing.find(({ notBefore, notAfter }) => notBefore <= iat && iat <= notAfter)
    const certificate = valid ?? signing[0] ?? ofCity[0]
    if (certificate === undefined) {
      findings.error(path, 'certificate.missing', iss)
      continue
    }
    const verified = await verify(jws, certificate.key)
    if (!verified.ok) findings.refused(path, verified)
    else if (valid === undefined) findings.refused(path, refuse('certificate.expired', 'when this was signed'))
    else opened.push({ claims: verified.claims, certificate })
  }
  return opened
}

/** What a JWS says of itself, to choose what to verify it with. The verification itself relies on none of it. */
function claimed(jws: string): { iss: string; iat: number; kid: string } {
  try {
    const { iss, iat } = jose.decodeJwt(jws)
    const { kid } = jose.decodeProtectedHeader(jws)
    return { iss: iss !== undefined && /^[1-9]\d{5}$/.test(iss) ? iss : '', iat: iat ?? 0, kid: kid ?? '' }
  } catch {
    return { iss: '', iat: 0, kid: '' }
  }
}
