/** HTTP routes of column mappings: how the lists of an office are read, kept under a name. */
import * as z from 'zod'
import { text } from '../../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import {
  COLUMN_MAPPING_LIMITS,
  type ColumnMappings,
  columnMappingVersion,
  type KeptColumnMapping,
} from './column-mappings.ts'

const few = (record: object): boolean => Object.keys(record).length <= COLUMN_MAPPING_LIMITS.entries
const words = <T extends z.ZodType>(value: T, about: string) =>
  z
    .record(text(160), value)
    .refine(few, { message: `${COLUMN_MAPPING_LIMITS.entries} entries at most` })
    .default({})
    .describe(about)

const ColumnMapping = z
  .strictObject({
    columns: words(
      z.string().max(100),
      'field of each heading: `promiseDay`, `materials.isNeed`, or empty for a column that is left out; a heading as the report of an import shows it, with `sheet!` before it where one sheet alone is meant',
    ),
    values: words(
      z.record(text(200), text(500)).refine(few, { message: `${COLUMN_MAPPING_LIMITS.entries} entries at most` }),
      'words of a column, by its field, and what they stand for: `{ "materials.isNeed": { "要": "必要" } }`',
    ),
    defaults: words(
      text(500),
      'what fields say that a table has no column for, or that needed cells leave blank: `{ "materials.sourceType": "申请人自备" }`',
    ),
    workingDays: words(
      z.number().int().min(1).max(366),
      'working days that one of a unit stands for: `{ "日": 1, "月": 22 }`; without it limits in other units than 工作日 are refused',
    ),
  })
  .meta({ id: 'ColumnMapping' })
const Kept = z
  .strictObject({
    name: z.string(),
    mapping: ColumnMapping,
    version: z.number().int(),
    actor: z.string(),
    updatedAt: Time,
  })
  .meta({ id: 'KeptColumnMapping' })
const toAnswer = ({ updatedAt, ...kept }: KeptColumnMapping) => ({ ...kept, updatedAt: time(updatedAt) })
const versionOf = ({ version, updatedAt }: { version: number; updatedAt: string }): string =>
  columnMappingVersion(version, Date.parse(updatedAt))

const params = z.strictObject({ name: text(100) })

export const columnMappingRoutes = (mappings: ColumnMappings): RouteModule => ({
  tag: 'Drafts',
  description:
    'Drafts of service items (事项草稿): edited or imported, checked, compared, and published as one new version.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/services/column-mappings',
      id: 'listColumnMappings',
      summary: 'How the lists of offices are read, as it was corrected and kept',
      action: 'catalogue.read',
      query: z.strictObject(pageQuery),
      answer: pageOf(Kept),
      handle: async ({ query: { limit, cursor } }) => {
        const after = decodeCursor(z.tuple([z.string()]), cursor)
        return toPage(await mappings.list(limit + 1, after?.[0] ?? null), limit, ({ name }) => [name], toAnswer)
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/services/column-mappings/{name}',
      id: 'getColumnMapping',
      summary: 'One of them',
      action: 'catalogue.read',
      params,
      answer: Kept,
      versionOf,
      problems: ['request.not-found'],
      handle: async ({ params: { name } }) => toAnswer(await mappings.get(name)),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/services/column-mappings/{name}',
      id: 'saveColumnMapping',
      summary: 'Keep how the lists of an office are read: what the preview of an import showed, corrected',
      action: 'catalogue.manage',
      params,
      body: ColumnMapping,
      bodyBytes: 1024 * 1024,
      answer: Kept,
      problems: ['request.conflict', 'request.invalid'],
      guarded: true,
      versionOf,
      handle: async ({ params: { name }, body, person, seen }) =>
        toAnswer(await mappings.save(name, body, actorOf(person), seen)),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/services/column-mappings/{name}',
      id: 'removeColumnMapping',
      summary: 'Forget one',
      action: 'catalogue.manage',
      params,
      answer: Kept,
      problems: ['request.not-found'],
      guarded: true,
      handle: async ({ params: { name }, person, seen }) =>
        toAnswer(await mappings.remove(name, actorOf(person), seen)),
    })
  },
})
