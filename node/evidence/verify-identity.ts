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
import { refuse } from '../../protocol/problem.ts'
import type { BundleFiles } from './files.ts'
import type { Findings } from './findings.ts'

export type BundleCertificate = {
  /** of the city, such as 十堰市 */ name: string
  /** hex SHA-256 of the DER */ fingerprint: string
  key: CertificateKey
  /** seconds */ notBefore: number
  notAfter: number
}

/** Reads the certificates, one per city. `fingerprints` are those that the caller knows to be the cities'; hex SHA-256. */
export async function readCertificates(
  files: BundleFiles,
  fingerprints: readonly string[] | undefined,
  findings: Findings,
): Promise<Map<string, BundleCertificate>> {
  const known = fingerprints?.map(plainFingerprint)
  const read = new Map<string, BundleCertificate>()
  for (const path of files.inFolder('certificates')) {
    const pem = await files.text(path)
    if (pem === null) continue
    const opened = readCertificate(pem)
    if (!opened.ok) {
      findings.refused(path, opened)
      continue
    }
    const { certificate } = opened
    if (read.has(certificate.code)) findings.error(path, 'certificate.repeated')
    else if (known !== undefined && !known.includes(certificate.fingerprint)) {
      findings.error(path, 'certificate.fingerprint', certificate.fingerprint)
    } else {
      if (known === undefined) findings.warning(path, 'certificate.unchecked', certificate.fingerprint)
      read.set(certificate.code, await inSeconds(certificate))
    }
  }
  return read
}

/** Fingerprints as people copy them: upper case, with colons or spaces. */
const plainFingerprint = (fingerprint: string) => fingerprint.replace(/[\s:]/g, '').toLowerCase()

const inSeconds = async (certificate: CityCertificate): Promise<BundleCertificate> => ({
  name: certificate.name,
  fingerprint: certificate.fingerprint,
  key: { city: certificate.code, kid: await keyThumbprint(certificate), jwk: certificate.publicKeyJwk },
  notBefore: Math.ceil(certificate.notBefore / 1000),
  notAfter: Math.floor(certificate.notAfter / 1000),
})

/** Verifies delegations and revocations; the resolver of the packet keys that they make trusted. */
export async function readKeys(
  files: BundleFiles,
  certificates: ReadonlyMap<string, BundleCertificate>,
  findings: Findings,
): Promise<KeyResolver> {
  const delegations = await openAll(files, 'delegations', certificates, findings, verifyDelegation)
  const revocations = await openAll(files, 'revocations', certificates, findings, verifyRevocation)
  return trustedKeys(delegations, revocations)
}

type ByCertificate<T> = { claims: T; certificate: BundleCertificate }

async function openAll<T extends DelegationClaims | RevocationClaims>(
  files: BundleFiles,
  folder: 'delegations' | 'revocations',
  certificates: ReadonlyMap<string, BundleCertificate>,
  findings: Findings,
  verify: (jws: string, key: CertificateKey) => Promise<{ ok: true; claims: T } | ReturnType<typeof refuse>>,
): Promise<ByCertificate<T>[]> {
  const opened: ByCertificate<T>[] = []
  for (const path of files.inFolder(folder)) {
    const jws = await files.text(path)
    if (jws === null) continue
    const certificate = certificates.get(claimedIssuer(jws))
    if (certificate === undefined) {
      findings.error(path, 'certificate.missing')
      continue
    }
    const verified = await verify(jws, certificate.key)
    if (!verified.ok) findings.refused(path, verified)
    else if (verified.claims.iat < certificate.notBefore || verified.claims.iat > certificate.notAfter) {
      findings.refused(path, refuse('certificate.expired', 'when this was signed'))
    } else opened.push({ claims: verified.claims, certificate })
  }
  return opened
}

/** Whose certificate to verify with; the verification itself compares `iss` with that certificate. */
function claimedIssuer(jws: string): string {
  try {
    return jose.decodeJwt(jws).iss ?? ''
  } catch {
    return ''
  }
}

async function trustedKeys(
  delegations: readonly ByCertificate<DelegationClaims>[],
  revocations: readonly ByCertificate<RevocationClaims>[],
): Promise<KeyResolver> {
  const keys = new Map<string, TrustedKey>()
  for (const { claims, certificate } of delegations) {
    for (const { kid, purpose, ...jwk } of claims.keys) {
      if (purpose !== 'packet') continue
      const revoked = revocations.filter(r => r.claims.kid === kid && r.claims.iss === claims.iss)
      keys.set(kid, {
        key: (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey,
        city: claims.iss,
        notBefore: Math.max(claims.nbf, certificate.notBefore),
        notAfter: Math.min(claims.exp, certificate.notAfter),
        revokedAt: revoked.length === 0 ? null : Math.min(...revoked.map(r => r.claims.revokedAt)),
      })
    }
  }
  return kid => keys.get(kid)
}
