/**
 * Certificates by which signatures under agreements are judged: any that was trusted for the city at one time or another, for an
 * agreement outlives the key that signed it.
 */
import { keyThumbprint, readCertificate } from '../../certs/index.ts'
import type { CertificateKey } from '../../protocol/keys/delegation.ts'

/** `revokedAt` in seconds: what is signed from then on does not count. */
export type TrustedCertificate = { key: CertificateKey; pem: string; fingerprint: string; revokedAt: number | null }

export type CertificateOf = (city: string, kid: string) => Promise<TrustedCertificate | null>

/** The certificate of a city whose key has the thumbprint `kid`; null when none such was ever trusted here. */
export function createCertificates(parts: {
  /** PEM, as trusted at one time or another */ certificatesOf: (city: string) => Promise<readonly string[]>
  /** seconds */ revokedAt: (fingerprint: string) => number | undefined
}): CertificateOf {
  /** by city and kid: what was trusted once stays so, and every case under an agreement between many asks */
  const known = new Map<string, Omit<TrustedCertificate, 'revokedAt'>>()
  return async (city, kid) => {
    if (!known.has(`${city} ${kid}`))
      for (const pem of await parts.certificatesOf(city)) {
        const read = readCertificate(pem)
        if (!read.ok) continue
        const { fingerprint, publicKeyJwk: jwk } = read.certificate
        const key = { city, kid: await keyThumbprint(read.certificate), jwk }
        known.set(`${city} ${key.kid}`, { key, pem, fingerprint })
      }
    const found = known.get(`${city} ${kid}`)
    return found === undefined ? null : { ...found, revokedAt: parts.revokedAt(found.fingerprint) ?? null }
  }
}
