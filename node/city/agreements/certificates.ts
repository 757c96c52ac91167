/**
 * Certificates by which signatures under agreements are judged. What is signed now needs the one that is pinned now, by the clock of
 * whoever reads it; what was admitted before counts on, for an agreement outlives the key that signed it.
 */
import { keyThumbprint, readPlain } from '../../../certs/index.ts'
import type { CertificateKey } from '../../../protocol/keys/delegation.ts'

/** `revokedAt` in seconds: nothing that comes from then on counts. */
export type TrustedCertificate = { key: CertificateKey; pem: string; fingerprint: string; revokedAt: number | null }

/** The certificate of a city whose key has the thumbprint `kid`, of those that were trusted here at any time; null when none was. */
export type CertificateOf = (city: string, kid: string) => Promise<TrustedCertificate | null>
/** The certificate by which a city signs now; null while it is no partner, suspended or not confirmed. */
export type PinnedOf = (city: string) => Promise<TrustedCertificate | null>

export function createCertificates(parts: {
  /** PEM, as trusted at one time or another */
  certificatesOf: (city: string) => Promise<readonly string[]>
  /** PEM of the own certificate or of an active partner's */
  pinnedPem: (city: string) => string | undefined
  /** seconds */
  revokedAt: (fingerprint: string) => number | undefined
}): { certificateOf: CertificateOf; pinnedOf: PinnedOf } {
  /** by city and kid: what was trusted once stays so, and every case under an agreement between many asks */
  const known = new Map<string, Omit<TrustedCertificate, 'revokedAt'>>()
  const judged = (found: Omit<TrustedCertificate, 'revokedAt'>): TrustedCertificate => ({
    ...found,
    revokedAt: parts.revokedAt(found.fingerprint) ?? null,
  })
  async function read(city: string, pem: string): Promise<Omit<TrustedCertificate, 'revokedAt'> | null> {
    const found = readPlain(pem)
    if (!found.ok) return null
    const { fingerprint, publicKeyJwk: jwk } = found.certificate
    return { key: { city, kid: await keyThumbprint(found.certificate), jwk }, pem, fingerprint }
  }
  return {
    async certificateOf(city, kid) {
      if (!known.has(`${city} ${kid}`))
        for (const pem of await parts.certificatesOf(city)) {
          const found = await read(city, pem)
          if (found !== null) known.set(`${city} ${found.key.kid}`, found)
        }
      const found = known.get(`${city} ${kid}`)
      return found === undefined ? null : judged(found)
    },
    async pinnedOf(city) {
      const pem = parts.pinnedPem(city)
      const found = pem === undefined ? null : await read(city, pem)
      return found === null ? null : judged(found)
    },
  }
}
