/** HTTP routes of exports: begin one, watch it, download it once. */
import * as z from 'zod'
import { text } from '../../../../protocol/primitives.ts'
import type { ProblemCode } from '../../../../protocol/problem.ts'
import { tellWhy, Why } from '../../../edges/http/problem-in-words.ts'
import { PurposeField } from '../../../edges/http/purpose.ts'
import { type RouteModule, Time, time } from '../../../edges/http/route.ts'
import { QUEUE_NAMES } from '../boxes.ts'
import { askerOf, boxFields, filterOf } from '../queue-routes.ts'
import { namesSomebody } from '../queues.ts'
import { filter } from '../routes.ts'
import { EXPORT_LIMITS, type ExportJob, type Exports } from './exports.ts'
import { FORMAT_NAMES, FORMATS } from './formats.ts'

const params = z.strictObject({ id: text(64) })
const Job = z
  .strictObject({
    id: z.string(),
    format: z.enum(FORMAT_NAMES),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    done: z.number().int().describe('rows written'),
    total: z.number().int().describe('rows that were found when it began'),
    bytes: z.number().int(),
    problem: Why.nullable(),
    createdAt: Time,
    expiresAt: Time.describe('the file is deleted then, or after its download'),
  })
  .meta({ id: 'Export' })
const toAnswer = ({ createdAt, expiresAt, problem, ...job }: ExportJob) => ({
  ...job,
  problem: tellWhy(problem),
  createdAt: time(createdAt),
  expiresAt: time(expiresAt),
})
const Found = z
  .strictObject({
    format: z.enum(FORMAT_NAMES),
    queue: z.enum(QUEUE_NAMES).optional(),
    ...boxFields,
    search: z.strictObject(filter).optional().describe('as of listCases'),
  })
  .refine(({ queue, search }) => (queue === undefined) !== (search === undefined), {
    path: ['queue'],
    message: 'queue or search',
  })
  .refine(({ format: _, queue, search: __, ...fields }) => queue !== undefined || Object.keys(fields).length === 0, {
    path: ['queue'],
    message: 'what narrows a queue comes with one; a search has its own fields',
  })
const PROBLEMS: ProblemCode[] = ['request.oversize', 'request.rate', 'request.invalid', 'rights.purpose']

export const exportRoutes = (exports: Exports): RouteModule => ({
  tag: 'Exports',
  description: `Export of queues and searches (导出) as CSV or XLSX, ${EXPORT_LIMITS.rows} rows at most; names stay masked.`,
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/exports',
      id: 'beginExport',
      summary: 'Begin an export; an event `export.changed` tells when it ended',
      description:
        'A case that changes while the file is written may be missing from a search, or be as it was before.',
      action: 'case.list',
      looksUp: true,
      query: z.strictObject({ purpose: PurposeField }),
      body: Found,
      answer: Job,
      status: 202,
      problems: PROBLEMS,
      handle: async ({ query: { purpose }, body: { format, queue, search, ...fields }, person, demandPurpose }) => {
        if (search !== undefined && namesSomebody(search)) await demandPurpose('search', purpose)
        const what = queue === undefined ? { search: search ?? {} } : { queue, filter: filterOf(fields, person) }
        return toAnswer(await exports.begin(what, format, askerOf(person, fields.window)))
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/exports',
      id: 'listExports',
      summary: 'The own exports that are kept',
      action: 'self.use',
      answer: z.strictObject({ items: z.array(Job) }),
      handle: async ({ person }) => ({ items: exports.list(person.id).map(toAnswer) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/exports/{id}',
      id: 'getExport',
      summary: 'How far an export is',
      action: 'self.use',
      params,
      answer: Job,
      problems: ['request.not-found'],
      handle: async ({ params: { id }, person }) => toAnswer(exports.get(id, person.id)),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/exports/{id}',
      id: 'deleteExport',
      summary: 'End an export and delete its file',
      action: 'self.use',
      params,
      answer: z.strictObject({}),
      problems: ['request.not-found'],
      handle: async ({ params: { id }, person }) => {
        await exports.remove(id, person.id)
        return {}
      },
    })
    api.download({
      path: '/api/v1/exports/{id}/file',
      id: 'downloadExport',
      summary: 'The file of an export; it is deleted once it was read',
      action: 'self.use',
      params,
      gives: { types: [FORMATS.xlsx, 'text/csv'], description: 'one table of cases' },
      seconds: 600,
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params: { id }, person }) => {
        const { type, name, size, body } = await exports.download(id, person.id)
        return { type, body, size, filename: name }
      },
    })
  },
})
