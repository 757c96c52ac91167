/** HTTP routes of organisation trees: look up units and windows of all cities, draft the own tree, export it. */
import * as z from 'zod'
import { DivisionCode, Sha256, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { OrganisationUnit } from '../../../protocol/service/organisation.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import { Fault } from './import-view.ts'
import { findUnits, type Organisations } from './organisations.ts'
import { UNITS_FORMATS } from './tables/formats.ts'

const flag = z.enum(['true', 'false']).default('false')
const UPLOAD_BYTES = 16 * 1024 * 1024
const TYPES = {
  csv: 'application/zip',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const
const ENDINGS = { csv: 'zip', xlsx: 'xlsx' } as const

export const organisationRoutes = (organisations: Organisations, own: string): RouteModule => ({
  tag: 'Organisations',
  description:
    'Organisation trees (组织机构): units in five levels with their windows, published with the service list.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/organisations/{city}',
      id: 'listUnits',
      summary: "Units and windows of the own city or a partner's, by code",
      action: 'reference.read',
      params: z.strictObject({ city: DivisionCode }),
      query: z.strictObject({
        ...pageQuery,
        q: z.string().max(100).default('').describe('part of the name or code'),
        under: text(50).optional().describe('this unit and all below it'),
        level: z.coerce.number().int().min(1).max(5).optional(),
        draft: flag.describe('the own draft in place of what is published'),
      }),
      answer: pageOf(OrganisationUnit).extend({
        sha256: Sha256.nullable().describe('of the tree; null when the city has published none'),
        count: z.number().int().describe('units of the whole tree'),
        problem: Why.nullable().describe("why a partner's newest tree could not be fetched"),
      }),
      seconds: 60,
      handle: async ({ params: { city }, query }) => {
        const drafted = query.draft === 'true' && city === own
        const tree = drafted ? await organisations.draft() : await organisations.view(city)
        const after = decodeCursor(z.tuple([z.string()]), query.cursor)
        const units = findUnits(tree?.units ?? [], query, query.limit + 1, after?.[0] ?? null)
        return {
          ...toPage(
            units,
            query.limit,
            unit => [unit.code],
            unit => unit,
          ),
          sha256: tree?.sha256 ?? null,
          count: tree?.units.length ?? 0,
          problem: tellWhy(organisations.problem(city)),
        }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/items/{city}/{code}/places',
      id: 'listPlaces',
      summary: 'Where an item is offered: units with their windows',
      action: 'reference.read',
      params: z.strictObject({ city: DivisionCode, code: text(50) }),
      answer: z.strictObject({ items: z.array(OrganisationUnit) }),
      problems: ['item.unknown'],
      seconds: 60,
      handle: async ({ params }) => ({ items: await organisations.places(params.city, params.code) }),
    })
    api.upload({
      method: 'post',
      path: '/api/v1/services/organisation',
      id: 'importOrganisation',
      summary: 'Import the own organisation tree as draft; it goes out with the next version of the list',
      description:
        'CSV, a ZIP of CSV files, XLSX with the sheets 机构 and 窗口, or JSON `{ units }`. Whole or not at all.',
      action: 'catalogue.manage',
      query: z.strictObject({ name: text(200).default('units.csv'), dryRun: flag.describe('look alone') }),
      takes: { types: ['any'], bytes: UPLOAD_BYTES },
      answer: z.strictObject({
        taken: z.boolean(),
        units: z.number().int(),
        windows: z.number().int(),
        unchanged: z.boolean().describe('it is what is published'),
        errors: z.array(Fault),
        errorCount: z.number().int(),
        notes: z.array(Fault),
      }),
      problems: ['organisation.malformed', 'request.oversize'],
      seconds: 60,
      handle: async ({ query, stream, person }) => {
        const parts: Uint8Array[] = []
        for await (const part of stream) parts.push(part)
        return organisations.import(Buffer.concat(parts), query.name, query.dryRun === 'true', actorOf(person))
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/services/organisation',
      id: 'discardOrganisation',
      summary: 'Take the drafted organisation tree back',
      action: 'catalogue.manage',
      answer: z.strictObject({ discarded: z.number().int() }),
      problems: ['request.not-found'],
      handle: async ({ person }) => {
        const discarded = await organisations.discard(actorOf(person))
        if (discarded === 0) throw new ProblemError('request.not-found', 'no draft of the organisation tree')
        return { discarded }
      },
    })
    api.download({
      path: '/api/v1/services/organisation',
      id: 'exportOrganisation',
      summary: 'The own organisation tree as tables; an empty one to fill in when there is none',
      action: 'reference.read',
      query: z.strictObject({ format: z.enum(UNITS_FORMATS).default('xlsx') }),
      gives: { types: [TYPES.xlsx, TYPES.csv], description: 'XLSX, or CSV files in a ZIP' },
      handle: async ({ query: { format } }) => ({
        type: TYPES[format],
        body: await organisations.export(format),
        filename: `organisation-${own}.${ENDINGS[format]}`,
      }),
    })
  },
})
