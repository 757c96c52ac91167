/** The city certificate as its administrators see it (城市证书): how it stands, and the request for another one. */
import { createRequest, generateKey, readCertificate } from '../../../../certs/index.ts'
import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import type { NodeConfig } from '../../../kernel/config/config.ts'
import type { KeyStore } from '../../../kernel/keys/keystore.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database } from '../../../kernel/store/database.ts'

export type CertificateParts = {
  city: NodeConfig['city']
  keyStore: Pick<KeyStore, 'certificates' | 'openCityKey' | 'savePending' | 'hasPending'>
  db: Pick<Database, 'transaction'>
  audit: Pick<Audit, 'append'>
  /** ms */
  now: () => number
  /** when the delegation of the packet key ends, ms, and why it could not be renewed */
  delegation: () => { until: number; problem: Problem | null }
  /** whether the city key opened when it was tried last */
  cityKey: () => 'ok' | 'failed' | 'unproven'
  /** of a certificate that a directory revoked; ms */
  revocation: (fingerprint: string) => { at: number; reason: string } | null
}

export type CertificateDesk = ReturnType<typeof createCertificateDesk>

const DAY = 86_400_000

export function createCertificateDesk(parts: CertificateParts) {
  const { city, keyStore, db, audit } = parts
  return {
    async state() {
      const chain = keyStore.certificates()
      const read = readCertificate(chain[0] ?? '')
      if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
      const { code, name, authority, issuer, selfIssued, fingerprint, serial, notBefore, notAfter } = read.certificate
      return {
        city: code,
        name,
        authority: authority ?? null,
        issuer,
        selfIssued,
        fingerprint,
        serial,
        validFrom: notBefore,
        validTo: notAfter,
        daysLeft: Math.floor((notAfter - parts.now()) / DAY),
        pem: chain.join('\n'),
        revoked: parts.revocation(fingerprint),
        delegation: parts.delegation(),
        cityKey: parts.cityKey(),
        waiting: await keyStore.hasPending(),
      }
    },

    /** A request for the present city key, or for a new one that waits until its certificate is installed; PEM. */
    async request(newKey: boolean, actor: string): Promise<string> {
      const keyPem = newKey ? await generateKey() : (await keyStore.openCityKey()).keyPem
      if (newKey) await keyStore.savePending(keyPem)
      await db.transaction(async tx => {
        await act(tx)
        await audit.append(tx, { actor, action: 'certificate.requested', subject: city.code, detail: { newKey } })
      })
      return createRequest(city, keyPem)
    },
  }
}
