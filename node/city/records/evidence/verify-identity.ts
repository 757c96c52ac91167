/** Verification of who signed: certificates of the two cities, delegations and revocations, and the keys that follow from them. */
import * as jose from 'jose'
import { type CityCertificate, keyThumbprint, readCertificate } from '../../../../certs/read.ts'
import {
  type CertificateKey,
  type DelegationClaims,
  type RevocationClaims,
  verifyDelegation,
  verifyRevocation,
} from '../../../../protocol/keys/delegation.ts'
import { joinSpans, type Span, spanOf, spanOfMs, within } from '../../../../protocol/keys/spans.ts'
import { PACKET_ALG } from '../../../../protocol/names.ts'
import type { KeyResolver, TrustedKey } from '../../../../protocol/packet/envelope.ts'
import type { Refused } from '../../../../protocol/problem.ts'
import type { BundleFiles } from './files.ts'
import type { Findings } from './findings.ts'

export type BundleCertificate = {
  /** division code */
  city: string
  /** of the city, such as 十堰市 */
  name: string
  /** hex SHA-256 of the DER */
  fingerprint: string
  key: CertificateKey
  validity: Span
  read: CityCertificate
}

/** Reads the certificates. `fingerprints` are those that the caller knows to be the cities'; hex SHA-256. */
export async function readCertificates(
  files: BundleFiles,
  fingerprints: readonly string[] | undefined,
  findings: Findings,
): Promise<BundleCertificate[]> {
  const known = fingerprints?.map(plainFingerprint)
  const read: (BundleCertificate & { path: string })[] = []
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
    else {
      if (known === undefined) findings.warning(path, 'certificate.unchecked', certificate.fingerprint)
      read.push({ ...(await inSeconds(certificate)), path })
    }
  }
  if (known === undefined) return read
  const named = read.filter(({ fingerprint }) => known.includes(fingerprint))
  // A case has two cities. Of the one for which none was given it is said once, and the rest is read all the same.
  const left = known.filter(fingerprint => !named.some(entry => entry.fingerprint === fingerprint))
  const given = new Set(named.map(({ city }) => city))
  const confirmed: BundleCertificate[] = []
  for (const { path, ...certificate } of read) {
    const { city, fingerprint } = certificate
    if (known.includes(fingerprint)) confirmed.push(certificate)
    else if (left.length === 0 && given.size < 2 && !given.has(city)) {
      findings.error(path, 'certificate.unnamed', `${city} ${fingerprint}`)
      confirmed.push(certificate)
    } else findings.error(path, 'certificate.fingerprint', fingerprint)
  }
  return confirmed
}

/** Fingerprints as people copy them: upper case, with colons or spaces. */
const plainFingerprint = (fingerprint: string) => fingerprint.replace(/[\s:]/g, '').toLowerCase()

const inSeconds = async (certificate: CityCertificate): Promise<BundleCertificate> => ({
  city: certificate.code,
  name: certificate.name,
  fingerprint: certificate.fingerprint,
  key: { city: certificate.code, kid: await keyThumbprint(certificate), jwk: certificate.publicKeyJwk },
  validity: spanOfMs(certificate.notBefore, certificate.notAfter),
  read: certificate,
})

/** Picks the keys that a JWS may be verified with, by the city that it says it is of. */
export type KeysFor = (jws: string) => KeyResolver
/** Fingerprint of the certificate that delegated the key of a JWS for its time; null of one that nobody delegated. */
export type SignerOf = (jws: string) => string | null

/** Verifies delegations and revocations; the packet keys that they make trusted, and whose certificate did. */
export async function readKeys(
  files: BundleFiles,
  certificates: readonly BundleCertificate[],
  findings: Findings,
): Promise<{ keysFor: KeysFor; signerOf: SignerOf }> {
  const delegations = await openAll(files, 'delegations', certificates, findings, verifyDelegation)
  const revocations = await openAll(files, 'revocations', certificates, findings, verifyRevocation)
  const keys = new Map<string, TrustedKey[]>()
  for (const { claims, certificate } of delegations) {
    for (const { kid, purpose, ...jwk } of claims.keys) {
      const span = spanOf(claims, certificate.validity)
      if (purpose !== 'packet' || span === null) continue
      const others = keys.get(kid) ?? []
      const same = others.find(({ city }) => city === claims.iss)
      const revoked = revocations.filter(({ claims: { iss, kid: taken } }) => iss === claims.iss && taken === kid)
      const key: TrustedKey = {
        key: (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey,
        city: claims.iss,
        spans: joinSpans([...(same?.spans ?? []), span]),
        revokedAt: revoked.length === 0 ? null : Math.min(...revoked.map(entry => entry.claims.revokedAt)),
      }
      keys.set(kid, [...others.filter(other => other !== same), key])
    }
  }
  return {
    // A key that two cities delegate is that of the city which the signature names.
    keysFor: jws => {
      const { iss } = claimed(jws)
      return kid => keys.get(kid)?.find(({ city }) => city === iss) ?? keys.get(kid)?.[0]
    },
    signerOf: jws => {
      const { iss, kid, iat } = claimed(jws)
      const by = delegations.find(({ claims, certificate }) => {
        const span = spanOf(claims, certificate.validity)
        return claims.iss === iss && span !== null && within([span], iat) && claims.keys.some(key => key.kid === kid)
      })
      return by?.certificate.fingerprint ?? null
    },
  }
}

type ByCertificate<T> = { claims: T; certificate: BundleCertificate }

async function openAll<T extends DelegationClaims | RevocationClaims>(
  files: BundleFiles,
  folder: 'delegations' | 'revocations',
  certificates: readonly BundleCertificate[],
  findings: Findings,
  verify: (jws: string, key: CertificateKey, validity: Span) => Promise<{ ok: true; claims: T } | Refused>,
): Promise<ByCertificate<T>[]> {
  const opened: ByCertificate<T>[] = []
  for (const path of files.inFolder(folder)) {
    const jws = await files.text(path)
    if (jws === null) continue
    const { iss, kid, iat } = claimed(jws)
    const ofCity = certificates.filter(({ city }) => city === iss)
    const signing = ofCity.filter(({ key }) => key.kid === kid)
    const certificate = signing.find(({ validity }) => within([validity], iat)) ?? signing[0] ?? ofCity[0]
    if (certificate === undefined) {
      findings.error(path, 'certificate.missing', iss)
      continue
    }
    const verified = await verify(jws, certificate.key, certificate.validity)
    if (!verified.ok) findings.refused(path, verified)
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
