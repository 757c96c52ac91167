/** Agreements (合作协议): their life, from the draft to the day on which they end. */
import { readCertificate } from '../../../certs/index.ts'
import { latest } from '../../../protocol/agreement/state.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import type { DispatchPort } from '../../spine/dispatch/part.ts'
import type { ExchangePort } from '../../spine/exchange/part.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import { createOpenCases } from '../cases/under.ts'
import type { ListsPort } from '../catalogue/lists-part.ts'
import { createMappings } from '../catalogue/mappings/mappings.ts'
import { mappingRoutes } from '../catalogue/mappings/routes.ts'
import type { TrustPort } from '../partners/trust-part.ts'
import type { Grants } from '../people/grants.ts'
import { createActs } from './acts.ts'
import { createAdapterCoverage } from './adapter-coverage.ts'
import { adapterCoverageRoutes } from './adapter-routes.ts'
import { createAgreements } from './agreements.ts'
import { attachable, createAttachments } from './attachments.ts'
import { createCertificates } from './certificates.ts'
import { textsOf } from './comparison.ts'
import { createDrafting } from './drafting.ts'
import { draftingRoutes } from './drafting-routes.ts'
import { createImpacts } from './impact.ts'
import { impactRoutes } from './impact-routes.ts'
import { createKeptDrafts } from './kept-drafts.ts'
import { keptDraftRoutes } from './kept-routes.ts'
import { lapsedItems } from './lapsed.ts'
import { createPapers } from './papers.ts'
import { createRenewals } from './renewal.ts'
import { agreementRoutes } from './routes.ts'
import { createSoundness } from './soundness.ts'
import { agreementTextRoutes } from './text-routes.ts'

export type AgreementsPort = ReturnType<typeof createAgreementsPart>['port']

export function createAgreementsPart(
  { config, db, clock, audit, events, signals, log, randomId }: Kernel,
  { trust, identity, revokedAt }: TrustPort,
  { author, packets }: ExchangePort,
  {
    services,
    materials,
    adapter,
    grants,
  }: Pick<ListsPort, 'services'> &
    Pick<MaterialsPort, 'materials'> &
    Pick<DispatchPort, 'adapter'> & { grants: Pick<Grants, 'accountsOf'> },
) {
  const own = identity.city
  const certificatesOf = async (city: string) => (await trust.papers(city)).certificates
  const signerOf = async (city: string) => {
    const read = readCertificate(trust.certificatePem(city) ?? '')
    return read.ok ? read.certificate : null
  }
  const faultsOf = createSoundness({ own, services, signerOf })
  const agreements = createAgreements({
    db,
    packets,
    author,
    identity,
    audit,
    events,
    clock,
    materials: { ...materials, attachable: hashes => attachable(db, hashes) },
    faultsOf,
    revokedAt,
    threadId: randomId,
    signer: () => identity.certificateSigner(),
    ...createCertificates({
      certificatesOf,
      pinnedPem: city => (city === own || trust.problemOf(city) === null ? trust.certificatePem(city) : undefined),
      revokedAt,
    }),
    knows: async city => trust.certificateOf(city) !== undefined,
    failed: error => log.error('agreement not completed', {}, error),
  })
  signals.on('trust.changed', async city => {
    if (city !== null) await agreements.trusted(city)
  })
  const openCases = createOpenCases(db)
  const mappings = createMappings({
    db,
    clock,
    audit,
    own,
    services: {
      item: (city, code) => services.item(city, code),
      async search(city, words, limit) {
        const { items } = await services.find(words.slice(0, 100), { city }, limit, null)
        return items.map(({ shown: [code, name] }) => ({ code, name }))
      },
    },
  })
  const acts = createActs({
    db,
    clock,
    audit,
    events,
    agreements,
    fourEyes: config.agreements.fourEyes,
    accountsOf: grants.accountsOf,
  })
  const keptDrafts = createKeptDrafts({
    db,
    clock,
    audit,
    events,
    acts,
    randomId,
    standingOf: async thread => latest((await agreements.read(thread)).state).document,
    async textOf(thread) {
      const text = textsOf((await agreements.read(thread)).state).at(-1)
      if (text === undefined) throw new ProblemError('thread.unknown')
      return text.document
    },
  })
  const drafting = createDrafting({
    own,
    services,
    signerOf,
    clock,
    pairs: (partner, code) => mappings.pairs(partner, code),
  })
  const papers = createPapers({ agreements, certificatesOf, clock })
  const attachments = createAttachments({ db, audit, agreements, materials })
  const impacts = createImpacts({ own, agreements, cases: openCases, mappings, faultsOf, adapter, clock })
  return {
    port: { agreements, mappings, openCases },
    routes: [
      agreementTextRoutes({ agreements, papers, attachments }),
      draftingRoutes(drafting, createRenewals({ agreements, services, clock })),
      keptDraftRoutes(keptDrafts),
      impactRoutes(impacts),
      agreementRoutes(agreements, acts),
      mappingRoutes(mappings),
      adapterCoverageRoutes(
        createAdapterCoverage({
          own,
          adapter,
          agreed: async () => (await agreements.standing()).flatMap(({ state }) => latest(state).document.items),
          item: code => services.item(own, code),
        }),
      ),
    ],
    threadHandlers: [agreements.handler],
    reminders: [now => agreements.reminders(now), lapsedItems({ own, agreements, services })],
    start: () => agreements.start(),
  } satisfies Part<object>
}
