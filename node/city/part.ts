/** What cities do with packets (composed): the parts of a city, each given what was built before it. `node/compose.ts` joins them with the rest. */
import type { Kernel } from '../kernel/kernel.ts'
import type { DispatchPort } from '../spine/dispatch/part.ts'
import type { ExchangePort } from '../spine/exchange/part.ts'
import type { MaterialsPort } from '../spine/materials/part.ts'
import type { HostPort } from '../spine/p2p/part.ts'
import { createAgreementsPart } from './agreements/part.ts'
import type { CalendarsPort } from './calendar/part.ts'
import { createMailPart } from './cases/mail/part.ts'
import { createCasesPart } from './cases/part.ts'
import { createPurgesPart } from './cases/purges-part.ts'
import { createCaseRights } from './cases/rights.ts'
import { createRulesPart } from './cases/rules-part.ts'
import { createWatchPart } from './cases/watch-part.ts'
import type { ListsPort } from './catalogue/lists-part.ts'
import { createCataloguePart } from './catalogue/part.ts'
import { createSmsPart } from './notify/sms/part.ts'
import { createWebhooksPart } from './notify/webhooks/part.ts'
import { createHealthPart, createPartnersPart, createPartnerTestsPart } from './partners/part.ts'
import type { Sightings } from './partners/sightings.ts'
import type { TrustPort } from './partners/trust-part.ts'
import type { PeoplePort } from './people/part.ts'
import { createRecordsPart } from './records/part.ts'
import { createWorkPart } from './work/part.ts'

/** What a city stands on. */
export type CityUses = {
  trust: TrustPort
  host: HostPort
  exchange: ExchangePort
  lists: ListsPort
  calendars: CalendarsPort
  materials: MaterialsPort
  dispatch: DispatchPort
  people: PeoplePort
  sightings: Sightings
}

export async function composeCity(
  kernel: Kernel,
  { trust, host, exchange, lists, calendars, materials, dispatch, people, sightings }: CityUses,
) {
  const below = { ...exchange, ...lists, ...calendars, ...materials, ...dispatch, sightings }
  const agreements = createAgreementsPart(kernel, trust, exchange, { ...below, ...people })
  const catalogue = createCataloguePart(kernel, lists, materials, agreements.port)
  const partners = createPartnersPart(kernel, trust, host, below)
  const health = createHealthPart(kernel, trust, host, below)
  const rules = createRulesPart(kernel, trust, { ...lists, ...agreements.port })
  const cases = createCasesPart(kernel, exchange, {
    ...below,
    ...rules.port.rules,
    identity: trust.identity,
    caseKeys: trust.caseKeys,
    agreements: agreements.port.agreements,
    account: id => people.people.get(id),
  })
  const common = { ...below, ...agreements.port, ...catalogue.port, ...cases.port, ...people }
  const records = createRecordsPart(kernel, trust, exchange, cases.port, common)
  const tests = createPartnerTestsPart(kernel, trust, host, exchange, { ...below, ...records.port })
  const purges = createPurgesPart(kernel, trust, exchange, common)
  const mail = await createMailPart(kernel, trust, exchange, common)
  const webhooks = createWebhooksPart(kernel, trust)
  const sms = await createSmsPart(kernel, trust, exchange, cases.port)
  const work = createWorkPart(kernel, trust, exchange, cases.port, { ...common, ...records.port, ...rules.port })

  const caseRights = createCaseRights({
    db: kernel.db,
    audit: kernel.audit,
    accountsOf: people.grants.accountsOf,
    separateDecision: kernel.config.rights.separateDecision,
  })
  const watch = createWatchPart(kernel, caseRights)
  return {
    caseRights,
    agreements,
    catalogue,
    partners,
    health,
    rules,
    cases,
    records,
    tests,
    purges,
    mail,
    webhooks,
    sms,
    work,
    watch,
  }
}
