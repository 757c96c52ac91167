/** Whom this node trusts and who it is (身份与信任): directories, trust, own keys, and what is sealed under them. */

import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createCaseKeys } from '../../kernel/keys/case-keys.ts'
import { createCaseSeal, createSeal, deriveKey } from '../../kernel/keys/seal.ts'
import type { Part } from '../../part.ts'
import { peerIdOf } from '../../spine/p2p/peer-id.ts'
import { EPOCH_LIMITS, epochFile, openEpoch } from '../../spine/trust/epoch.ts'
import { loadIdentity } from '../../spine/trust/identity.ts'
import { loadTrust } from '../../spine/trust/trust.ts'
import { isBarred } from './admission.ts'
import { createAuthorities } from './federation/authorities.ts'
import { authorityRoutes } from './federation/authority-routes.ts'
import { createDirectories } from './federation/directories.ts'

export type TrustPort = Awaited<ReturnType<typeof createTrustPart>>['port']

export async function createTrustPart({
  config,
  keyStore,
  db,
  clock,
  audit,
  events,
  signals,
  telemetry,
  randomBytes,
}: Kernel) {
  const directories = await createDirectories({
    db,
    clock,
    audit,
    events,
    changed: () => signals.notify('directory.changed', null),
  })
  const revokedAt = (fingerprint: string) => directories.revocation(fingerprint)?.revokedAt
  const trust = await loadTrust({
    db,
    city: config.city.code,
    clock,
    peerIdOf,
    barred: city => isBarred(config, city),
    revokedAt,
    listedAt: directories.listedAt,
  })
  const identity = await loadIdentity({
    db,
    keyStore,
    city: config.city,
    clock,
    audit,
    events,
    // Of all cities: a key belongs to the one that named it first.
    changed: () => trust.reload(),
    rotated: kid => telemetry.events.keyRotated({ purpose: 'packet', kid }),
  })
  // At the first start, and after a change of the certificate, the own papers are newer than what was read.
  await trust.reload(config.city.code)
  const epoch = await openEpoch({ db, clock, audit, file: epochFile(config.data) })
  const authorities = createAuthorities({ db, clock, audit })

  /** Reads whom to trust anew, of one city or of all, and tells what became of it. */
  async function renew(city: string | null): Promise<void> {
    const before = new Map(trust.partners().map(code => [code, trust.reach(code).peers]))
    await trust.reload(city ?? undefined)
    await signals.notify('trust.changed', city)
    const partners = trust.partners()
    for (const [code, peers] of before)
      if (!partners.includes(code)) await signals.notify('partner.ended', { city: code, peers })
  }
  signals.on('directory.changed', () => renew(null))

  /** why the own delegation could not be renewed */
  let renewal: Problem | null = null
  let cityKey: 'ok' | 'failed' | 'unproven' = 'unproven'
  const seal = createSeal(identity.dataKey())
  return {
    port: {
      directories,
      authorities,
      trust,
      identity,
      epoch,
      seal,
      revokedAt,
      renew,
      keyOf: (purpose: string) => deriveKey(identity.dataKey(), purpose),
      caseKeys: createCaseKeys({ seal, sealOf: createCaseSeal, randomBytes }),
      renewal: () => renewal,
      /** whether the city key could be opened when it was last tried */
      cityKey: () => cityKey,
    },
    routes: [authorityRoutes(authorities)],
    jobs: {
      epoch: { every: EPOCH_LIMITS.every, round: () => epoch.advance() },
      async delegation() {
        try {
          await identity.renewIfDue()
          renewal = null
        } catch (error) {
          renewal = error instanceof ProblemError ? error.problem : { code: 'internal' }
          throw error
        }
      },
      async 'city key'() {
        try {
          await keyStore.proveCityKey()
          cityKey = 'ok'
        } catch (error) {
          cityKey = 'failed'
          throw error
        }
      },
    },
    stop: () => epoch.stop(),
  } satisfies Part<object>
}
