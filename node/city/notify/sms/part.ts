/** SMS to applicants (短信): the city's gateway, and what it tells of each case. */
import type { SmsGateway } from '../../../../adapters/sdk/sms.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { NodeConfig } from '../../../kernel/config/config.ts'
import { readSecrets } from '../../../kernel/config/secrets.ts'
import type { Kernel } from '../../../kernel/kernel.ts'
import type { Part } from '../../../part.ts'
import type { ExchangePort } from '../../../spine/exchange/part.ts'
import type { CasesPort } from '../../cases/part.ts'
import type { TrustPort } from '../../partners/trust-part.ts'
import { smsReminders } from './message.ts'
import { createSms } from './messages.ts'
import { smsRoutes } from './routes.ts'

export async function createSmsPart(
  { config, db, clock, audit, events, telemetry, log, random }: Kernel,
  { caseKeys }: TrustPort,
  { packets }: ExchangePort,
  { smsConsents }: Pick<CasesPort, 'smsConsents'>,
) {
  const count = telemetry.metrics.counter('tongban_sms_total', 'SMS to applicants', ['outcome'])
  const sms = createSms({
    db,
    clock,
    audit,
    events,
    keys: caseKeys,
    consents: smsConsents,
    packets: (store, no) => packets().packets(store, no),
    gateway: await gatewayOf(config, clock.now),
    templates: config.sms?.templates ?? {},
    city: config.city.name,
    contact: config.sms?.contact ?? '',
    random,
    observer: {
      sent: outcome => count({ outcome }),
      faulted: error => log.error('SMS not seen to', {}, error),
    },
  })
  return {
    port: {},
    routes: [smsRoutes(sms)],
    reminders: [async () => smsReminders(await sms.standing())],
    jobs: { sms: () => sms.lookForMissed() },
    start: () => sms.start(),
    stop: () => sms.stop(),
  } satisfies Part<object>
}

/** The city's gateway; null when applicants are told nothing by SMS. Problem: `config.invalid`. */
async function gatewayOf({ sms, folder }: NodeConfig, now: () => number): Promise<SmsGateway | null> {
  if (sms === undefined) return null
  const { createRestSms, unknownPlaceholders } = await import('../../../../adapters/sms/rest.ts')
  const { secrets: references, answer, digest, dropsRepeats, format, headers, fields, signature, url } = sms
  const [unknown] = unknownPlaceholders({ headers, fields, digest }, Object.keys(references))
  if (unknown !== undefined) throw new ProblemError('config.invalid', `sms: nothing stands for {${unknown}}`)
  return createRestSms({
    request: { url, format, headers, fields, signature, digest, answer, dropsRepeats },
    secrets: await readSecrets(references, process.env, folder, 'sms.secrets.'),
    now,
  })
}
