/** Who vouches (担保) for a city certificate that is to be paired: an accepted authority, a directory that counts, or nobody. */
import { checkCertificate } from '../../../../certs/index.ts'
import { refuse } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Voucher } from '../pairing.ts'
import type { FederationView } from '../partners.ts'
import type { Authorities } from './authorities.ts'
import { type Directories, vouchedBy } from './directories.ts'

/**
 * Judges a certificate with its chain. A directory that names it stands in for its authority; one that revokes it ends it,
 * whoever vouches. Problems: `certificate.*`.
 */
export const createVoucher =
  (parts: { authorities: Authorities; directories: Directories; clock: Clock }): Voucher =>
  async (chain, city) => {
    const { authorities, directories, clock } = parts
    const byChain = await authorities.judge(chain, city)
    const judged =
      byChain.ok || byChain.problem.code !== 'certificate.authority'
        ? byChain
        : checkCertificate(chain[0] ?? '', { now: clock.now(), code: city })
    if (!judged.ok) return judged
    const { certificate } = judged
    const revocation = directories.revocation(certificate.fingerprint)
    if (revocation !== undefined) return refuse('certificate.revoked', revocation.reason)
    const [operator] = directories.vouchers(city, certificate.fingerprint)
    if (!byChain.ok) return operator === undefined ? byChain : { ok: true, certificate, vouched: vouchedBy(operator) }
    return { ...byChain, vouched: byChain.vouched ?? (operator === undefined ? null : vouchedBy(operator)) }
  }

/** What pairing asks of directories. */
export const federationView = (directories: Directories): FederationView => ({
  names: (operator, city, fingerprint) => directories.vouchers(city, fingerprint).includes(operator),
  listings: city =>
    directories.entriesOf(city).map(({ operator, entry: { peers, addresses } }) => ({ operator, peers, addresses })),
  revocation: fingerprint => {
    const found = directories.revocation(fingerprint)
    return found === undefined ? null : { at: found.revokedAt * 1000, reason: found.reason }
  },
})
