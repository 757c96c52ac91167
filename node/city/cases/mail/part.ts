/** Parcels (邮寄): the city's carrier, and what it says of each parcel. */
import type { Carrier } from '../../../../adapters/sdk/carrier.ts'
import type { NodeConfig } from '../../../kernel/config/config.ts'
import { readSecrets } from '../../../kernel/config/secrets.ts'
import type { Kernel } from '../../../kernel/kernel.ts'
import type { Part } from '../../../part.ts'
import type { ExchangePort } from '../../../spine/exchange/part.ts'
import type { AgreementsPort } from '../../agreements/part.ts'
import type { TrustPort } from '../../partners/trust-part.ts'
import type { CasesPort } from '../part.ts'
import { createParcels } from './parcels.ts'
import { parcelRoutes } from './routes.ts'
import { countTroubles, troubleReminders } from './troubles.ts'

export async function createMailPart(
  { config, db, clock, audit, events, telemetry, log, random, randomId }: Kernel,
  { identity, caseKeys }: TrustPort,
  { packets }: ExchangePort,
  { cases, agreements }: Pick<CasesPort, 'cases'> & Pick<AgreementsPort, 'agreements'>,
) {
  const parcels = createParcels({
    db,
    clock,
    audit,
    events,
    random,
    randomId,
    agreements,
    cases,
    keys: caseKeys,
    own: identity.city,
    carrier: await carrierOf(config),
    sender: config.mail.sender ?? null,
    pollMs: config.mail.pollMinutes * 60_000,
    threadOf: no => packets().threadId(db, no),
    failed: (parcel, detail) => log.error('parcel waits for a person', { parcel, detail }),
    faulted: error => log.error('parcels not seen to', {}, error),
  })
  let inTrouble = 0
  telemetry.metrics.observed(
    'tongban_parcels_in_trouble',
    'Parcels that were lost, returned, refused or not heard of, and that nobody has seen to',
    () => inTrouble,
  )
  return {
    port: { parcels },
    routes: [parcelRoutes(parcels)],
    reminders: [
      async () => {
        const troubles = await countTroubles(db)
        inTrouble = troubles.reduce((sum, { count }) => sum + count, 0)
        return troubleReminders(troubles)
      },
    ],
    start: () => parcels.start(),
    stop: () => parcels.stop(),
  } satisfies Part<object>
}

/** The city's carrier; null when waybills are typed in. */
async function carrierOf({ mail, folder }: NodeConfig): Promise<Carrier | null> {
  if (mail.url === undefined) return null
  const { createRestCarrier } = await import('../../../../adapters/carrier/rest.ts')
  const { token = null } =
    mail.token === undefined ? {} : await readSecrets({ token: mail.token }, process.env, folder, 'mail.')
  return createRestCarrier({ name: mail.carrier, url: mail.url, token })
}
