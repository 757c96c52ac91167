/** The catalogue (事项库): what this city publishes with its list, and how it is drafted. */
import type { LintContext } from '../../../protocol/service/lint.ts'
import { windowsByUnit } from '../../../protocol/service/organisation.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import type { Published } from '../../spine/materials/materials.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import type { AgreementsPort } from '../agreements/part.ts'
import { createColumnMappings } from './column-mappings.ts'
import { columnMappingRoutes } from './columns-routes.ts'
import { createDrafts } from './drafts.ts'
import { draftRoutes } from './drafts-routes.ts'
import type { ListsPort } from './lists-part.ts'
import { organisationRoutes } from './organisation-routes.ts'
import { createOrganisations, type OrganisationView } from './organisations.ts'
import { publishedOf } from './published.ts'
import { serviceRoutes } from './routes.ts'
import { createSamples } from './samples.ts'
import { sampleRoutes } from './samples-routes.ts'

export type CataloguePort = ReturnType<typeof createCataloguePart>['port']

export function createCataloguePart(
  { config, db, clock, audit, signals, log }: Kernel,
  { services }: ListsPort,
  { materials }: MaterialsPort,
  { agreements, mappings, openCases }: AgreementsPort,
) {
  const own = config.city.code
  const organisations = createOrganisations({
    db,
    audit,
    clock,
    city: own,
    services,
    fetch: (city, named) => materials.fetchBytes(city, named),
    failed: (city, problem) => log.warning('organisation not taken', { partner: city, problem: problem.code }),
  })
  signals.on('list.changed', city => {
    if (city !== own) void organisations.refresh(city)
  })
  signals.on('partner.heard', city => organisations.heard(city))
  const samples = createSamples({
    db,
    clock,
    audit,
    own,
    item: (city, code) => services.item(city, code),
    files: {
      upload: (stream, maxBytes) => materials.upload(stream, maxBytes),
      open: sha256 => materials.open(sha256),
      fetch: (partner, commitment) => materials.fetchBytes(partner, commitment),
    },
  })
  /** What own items may point to: without a tree there is no place. */
  const contextOf = async (tree: OrganisationView | null): Promise<LintContext> => ({
    units: windowsByUnit(tree?.units ?? []),
    samples: await samples.own(),
  })
  const columnMappings = createColumnMappings({ db, clock, audit })
  const drafts = createDrafts({
    db,
    audit,
    clock,
    organisation: organisations,
    published: publishedOf(services, own),
    columnMapping: async name => (await columnMappings.get(name)).mapping,
    context: async () => contextOf((await organisations.draft()) ?? (await organisations.view(own))),
    standing: async () => contextOf(await organisations.view(own)),
    agreed: {
      items: () => agreements.agreedItems(own),
      cases: codes => openCases.handled(codes),
      mapped: () => mappings.own(),
    },
  })
  /** What lists name besides items, for partners. */
  const published: Published = async (partner, sha256) =>
    (await organisations.published(partner, sha256)) ?? samples.published(sha256)
  return {
    port: { organisations, published },
    routes: [
      serviceRoutes(services, own, async () => contextOf(await organisations.view(own))),
      sampleRoutes(samples),
      draftRoutes(drafts, own),
      columnMappingRoutes(columnMappings),
      organisationRoutes(organisations, own),
    ],
  } satisfies Part<object>
}
