/** HTTP routes of drafts of service items: edit, import, lint, publish, export. */
import * as z from 'zod'
import { Mode } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { DivisionCode, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { ServiceItem } from '../../../protocol/service/item.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Draft, DraftRow, Drafts } from './drafts.ts'
import { Finding, ImportReport, ItemFinding } from './import-view.ts'
import { itemVersion } from './item-version.ts'
import { FORMATS } from './tables/formats.ts'
import { TABLE_LIMITS } from './tables/limits.ts'

const Code = z.strictObject({ code: text(50).describe('实施编码') })
const Row = z.strictObject({
  code: z.string(),
  name: z.string(),
  change: z.enum(['add', 'change', 'remove']),
  errors: z.number().int().describe('findings that block publication'),
  warnings: z.number().int(),
  actor: z.string(),
  updatedAt: Time,
})
const Difference = z.strictObject({
  path: z.string().describe('field, and in lists the entry: `materials.M01.isNeed`'),
  before: z.unknown().describe('absent when it is new'),
  after: z.unknown().describe('absent when it is gone'),
})
const DraftView = Row.extend({
  item: ServiceItem.nullable().describe('null: the item goes'),
  published: ServiceItem.nullable().describe('null: the item is new'),
  findings: z.array(Finding),
  differences: z.array(Difference),
}).meta({ id: 'ItemDraft' })
const Counts = z.strictObject({
  drafts: z.number().int(),
  put: z.number().int(),
  remove: z.number().int(),
  errors: z.number().int().describe('drafts with an error'),
  warnings: z.number().int(),
  organisation: z.boolean().describe('whether an organisation tree is drafted'),
})

/** Of the item as it is drafted. */
const versionOf = ({ item }: { item: ServiceItem | null }): string => itemVersion(item)
const toRow = ({ updatedAt, ...row }: DraftRow) => ({ ...row, updatedAt: time(updatedAt) })
const toView = ({ updatedAt, differences, ...draft }: Draft) => ({
  ...draft,
  updatedAt: time(updatedAt),
  differences: differences.map(({ path, before, after }) => ({ path, before, after })),
})

const flag = z.enum(['true', 'false']).default('false')
const importQuery = z.strictObject({
  name: text(200).default('items.csv').describe('file name; names the table of a single CSV file'),
  modes: z
    .string()
    .regex(/^[0-3](,[0-3]){0,3}$/)
    .optional()
    .describe('办理模式 of items whose table has no such column, such as `0,1`'),
  codes: z
    .string()
    .max(4000)
    .optional()
    .describe('codes of another system, as JSON: `{"is_need":{"0":"1","1":"2"}}` reads their 0 as 1'),
  mapping: text(100)
    .optional()
    .describe('name of a kept column mapping: what columns are, words stand for, and tables leave out'),
  replace: flag.describe('items that the file does not name go'),
  dryRun: flag.describe('look alone, change nothing'),
})
const Translation = z.record(z.string(), z.record(z.string(), z.string()))

function translationOf(codes: string): z.infer<typeof Translation> {
  try {
    return Translation.parse(JSON.parse(codes))
  } catch {
    throw new ProblemError('request.invalid', 'codes: an object of columns, each with codes')
  }
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

const TYPES = {
  csv: 'application/zip',
  up: 'application/zip',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const
const ENDINGS = { csv: 'zip', up: 'zip', xlsx: 'xlsx' } as const
const format = z
  .enum(FORMATS)
  .default('xlsx')
  .describe('xlsx, csv (a ZIP of CSV files), or up (national upload tables as CSV in a ZIP)')

const PUBLISH_LIMITS = {
  /** drafts that are chosen for one publication */
  codes: 100,
} as const

const chosenCodes = (what: string) =>
  z
    .string()
    .max(PUBLISH_LIMITS.codes * 51)
    .optional()
    .describe(
      `codes of the items whose drafts are ${what}, between commas, ${PUBLISH_LIMITS.codes} at most; the others, and a drafted organisation tree, stay drafts`,
    )

/** Problem: `request.invalid`. */
function codesIn(list: string | undefined): string[] | undefined {
  if (list === undefined) return undefined
  const codes = list.split(',')
  if (codes.includes('')) throw new ProblemError('request.invalid', 'codes: an empty one')
  if (codes.length > PUBLISH_LIMITS.codes)
    throw new ProblemError('request.invalid', `codes: ${PUBLISH_LIMITS.codes} at most`)
  return codes
}

export const draftRoutes = (drafts: Drafts, city: string): RouteModule => ({
  tag: 'Drafts',
  description:
    'Drafts of service items (事项草稿): edited or imported, checked, compared, and published as one new version.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/services/drafts',
      id: 'listDrafts',
      summary: 'All drafts, and how many can be published',
      action: 'catalogue.read',
      query: z.strictObject({ ...pageQuery, errors: flag.describe('only drafts with errors') }),
      answer: pageOf(Row).extend({ counts: Counts }),
      handle: async ({ query }) => {
        const after = decodeCursor(z.tuple([z.string()]), query.cursor)
        const rows = await drafts.list({ errors: query.errors === 'true' }, query.limit + 1, after?.[0] ?? null)
        return { ...toPage(rows, query.limit, row => [row.code], toRow), counts: await drafts.counts() }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/services/drafts/agreed',
      id: 'previewPublication',
      summary: 'What publishing the drafts would change for partners: items that agreements name, open cases, mappings',
      action: 'catalogue.read',
      query: z.strictObject({ codes: chosenCodes('to be published') }),
      answer: z.strictObject({
        items: z.int().describe('items that agreements name and that go, or whose modes, limits or materials change'),
        gone: z.int().describe('of them, those that are offered no longer'),
        cases: z.int().describe('open cases of them; each finishes under the version it was received under'),
        mappings: z.int().describe('saved mappings to compare again'),
        shown: z
          .array(
            z.strictObject({
              code: z.string(),
              name: z.string(),
              change: z.enum(['gone', 'changed']),
              fields: z.array(z.string()),
              collecting: z.array(DivisionCode),
            }),
          )
          .describe('the first 50, those that go first'),
        organisation: z
          .strictObject({
            units: z.int().describe('units that go'),
            windows: z.int().describe('windows that go, of units that stay'),
            items: z.int().describe('items that are offered at fewer places then'),
            shown: z.array(z.strictObject({ code: z.string(), name: z.string(), windows: z.array(z.string()) })),
          })
          .optional()
          .describe('what the drafted organisation tree takes away; absent when none is drafted'),
      }),
      seconds: 120,
      problems: ['request.invalid'],
      handle: async ({ query }) => {
        const report = await drafts.agreed(codesIn(query.codes))
        return { ...report, shown: report.shown.map(item => ({ ...item, collecting: [...item.collecting] })) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/services/drafts/items/{code}',
      id: 'getDraft',
      summary: 'A draft with its findings and what it changes',
      action: 'catalogue.read',
      params: Code,
      answer: DraftView,
      versionOf,
      problems: ['request.not-found'],
      handle: async ({ params }) => toView(await drafts.view(params.code)),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/services/drafts/items/{code}',
      id: 'saveDraft',
      summary: 'Hold an item as draft',
      description:
        'Null when the item says what is published already; its draft is taken back then. `If-Match` takes the `ETag` of the draft, or that of the published item (getItem) while there is no draft.',
      action: 'catalogue.manage',
      params: Code,
      body: z.strictObject({ item: ServiceItem }),
      bodyBytes: 1024 * 1024,
      answer: z.strictObject({ draft: DraftView.nullable() }),
      guarded: true,
      versionOf: ({ draft }) => (draft === null ? null : versionOf(draft)),
      handle: async ({ params, body, person, seen }) => {
        if (body.item.taskCode !== params.code)
          throw new ProblemError('request.invalid', 'item.taskCode: not the code of the address')
        const draft = await drafts.put(body.item, actorOf(person), seen)
        return { draft: draft === null ? null : toView(draft) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/services/drafts/items/{code}/remove',
      id: 'draftRemoval',
      summary: 'Draft that a published item goes',
      action: 'catalogue.manage',
      params: Code,
      answer: DraftView,
      problems: ['item.unknown'],
      guarded: true,
      versionOf,
      handle: async ({ params, person, seen }) => toView(await drafts.remove(params.code, actorOf(person), seen)),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/services/drafts/items/{code}',
      id: 'discardDraft',
      summary: 'Take a draft back',
      action: 'catalogue.manage',
      params: Code,
      answer: z.strictObject({ discarded: z.number().int() }),
      problems: ['request.not-found'],
      guarded: true,
      handle: async ({ params, person, seen }) => ({
        discarded: await drafts.discard(params.code, actorOf(person), seen),
      }),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/services/drafts',
      id: 'discardDrafts',
      summary: 'Take all drafts back',
      action: 'catalogue.manage',
      answer: z.strictObject({ discarded: z.number().int() }),
      handle: async ({ person }) => ({ discarded: await drafts.discard(null, actorOf(person)) }),
    })
    api.upload({
      method: 'post',
      path: '/api/v1/services/drafts/import',
      id: 'importDrafts',
      summary: 'Import items from tables into the drafts',
      description:
        'CSV (UTF-8 or GB18030), a ZIP of CSV files, XLSX, the national upload tables `up_*` as either, or JSON. Whole or not at all: with errors nothing is taken, and each is named with sheet, row, column and cure. `sheets` show how each sheet and column was read; with `dryRun` that is a preview, which a column mapping corrects.',
      action: 'catalogue.manage',
      query: importQuery,
      takes: { types: ['any'], bytes: TABLE_LIMITS.bytes },
      answer: ImportReport,
      problems: ['request.oversize', 'request.not-found'],
      seconds: 300,
      handle: async ({ query, stream, person }) =>
        drafts.import(
          await bytesOf(stream),
          query.name,
          {
            ...(query.modes === undefined
              ? {}
              : { modes: query.modes.split(',').map(mode => Mode.parse(Number(mode))) }),
            ...(query.codes === undefined ? {} : { translate: translationOf(query.codes) }),
            ...(query.mapping === undefined ? {} : { mapping: query.mapping }),
            replace: query.replace === 'true',
            dryRun: query.dryRun === 'true',
          },
          actorOf(person),
        ),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/services/drafts/lint',
      id: 'lintDrafts',
      summary: 'Findings of the drafts, or of all items as they would be published',
      action: 'catalogue.read',
      query: z.strictObject({
        scope: z.enum(['drafts', 'all']).default('drafts'),
        rule: text(60).optional().describe('findings of this rule alone'),
      }),
      answer: z.strictObject({
        items: z.number().int(),
        rules: z.array(Finding.omit({ path: true }).extend({ count: z.number().int() })),
        findings: z.array(ItemFinding).describe('the first ones, errors before warnings'),
      }),
      seconds: 120,
      handle: ({ query }) => drafts.lint(query.scope, query.rule),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/services/drafts/publish',
      id: 'publishDrafts',
      summary: 'Publish all drafts, or chosen ones, as one new version of the own list',
      action: 'catalogue.manage',
      query: z.strictObject({
        sound: flag.describe('drafts with an error stay drafts, and the others are published'),
        codes: chosenCodes('published'),
      }),
      answer: z.strictObject({
        version: z.number().int(),
        count: z.number().int().max(LIMITS.listItems),
        put: z.number().int(),
        remove: z.number().int(),
        organisation: z.boolean().describe('whether a drafted organisation tree went out with it'),
        left: z.number().int().describe('drafts with an error that stayed'),
      }),
      problems: ['item.lint', 'request.conflict', 'request.not-found', 'list.malformed'],
      seconds: 120,
      handle: ({ query, person }) =>
        drafts.publish(actorOf(person), { sound: query.sound === 'true', codes: codesIn(query.codes) }),
    })
    api.download({
      path: '/api/v1/services/export',
      id: 'exportServices',
      summary: 'The own items as tables',
      action: 'catalogue.read',
      query: z.strictObject({ format, drafts: flag.describe('as they would be published') }),
      gives: { types: [TYPES.xlsx, TYPES.csv], description: 'XLSX, or CSV files in a ZIP' },
      problems: ['request.oversize'],
      seconds: 300,
      handle: async ({ query }) => ({
        type: TYPES[query.format],
        body: await drafts.export(query.format, query.drafts === 'true'),
        filename: `services-${city}-${query.format}.${ENDINGS[query.format]}`,
      }),
    })
    api.download({
      path: '/api/v1/services/template',
      id: 'servicesTemplate',
      summary: 'An empty table to fill in',
      action: 'catalogue.read',
      query: z.strictObject({ format }),
      gives: { types: [TYPES.xlsx, TYPES.csv], description: 'XLSX, or CSV files in a ZIP' },
      async handle({ query }) {
        const { writeTemplate } = await import('./tables/tables.ts')
        return {
          type: TYPES[query.format],
          body: await writeTemplate(query.format),
          filename: `services-template-${query.format}.${ENDINGS[query.format]}`,
        }
      },
    })
  },
})
