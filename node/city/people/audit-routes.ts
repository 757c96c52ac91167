/** `/api/v1/audit`: the audit log, for auditors and administrators. */
import * as z from 'zod'
import { Instant } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { type AuditSearch, type AuditSearches, EXPORT_FORMATS, type ExportFormat } from './audit-search.ts'

const FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]]

const AuditRowBody = z
  .strictObject({
    no: z.number().int(),
    at: Time,
    actor: z.string(),
    name: z.string().nullable().describe('of the account that acted; null of a city, an adapter or the node'),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    detailZh: z.string().nullable().describe('what `detail` tells of a problem, in Chinese'),
    caseNo: z.string().nullable().describe('number of the case that it was done to'),
    subjectName: z.string().nullable().describe('of the account that it was done to'),
    hash: z.string().describe('SHA-256 over this row and the hash of the row before'),
  })
  .meta({ id: 'AuditRow' })

const filter = z.string().min(1).max(200).optional()
const search = {
  actor: filter.describe('`person:ID`, `city:CODE`, `node` or `cli`'),
  name: filter.describe('name of the account that acted, or part of it'),
  action: filter.describe('such as `packet.refused`'),
  subject: filter.describe('id of what it was done to'),
  case: filter.describe('number of the case that it was done to, of either city'),
  since: Instant.optional().describe('rows of this time or later'),
  until: Instant.optional().describe('rows of before this time'),
}
type Search = { [F in keyof typeof search]?: string | undefined }
const toSearch = ({ since, until, ...rest }: Search): AuditSearch => ({
  ...rest,
  since: since === undefined ? undefined : Date.parse(since),
  until: until === undefined ? undefined : Date.parse(until),
})

export const auditRoutes = (audit: Pick<Audit, 'verify' | 'actions'>, searches: AuditSearches): RouteModule => ({
  tag: 'audit',
  description: 'Who did what, and what was refused; rows are only ever added, each with the hash of the one before',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/audit',
      id: 'listAudit',
      summary: 'Rows of the audit log, newest first',
      action: 'audit.read',
      query: z.strictObject({ ...pageQuery, ...search }),
      answer: pageOf(AuditRowBody),
      async handle({ query: { limit, cursor, ...wanted } }) {
        const place = decodeCursor(z.tuple([z.number().int()]), cursor)
        const rows = await searches.list(toSearch(wanted), limit + 1, place?.[0] ?? null)
        return toPage(
          rows,
          limit,
          row => [row.no],
          row => ({ ...row, at: time(row.at) }),
        )
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/audit/actions',
      id: 'listAuditActions',
      summary: 'Every act that stands in the audit log, by name, to choose from',
      action: 'audit.read',
      answer: z.strictObject({ items: z.array(z.string()) }),
      handle: async () => ({ items: await audit.actions() }),
    })
    api.download({
      path: '/api/v1/audit/export',
      id: 'exportAudit',
      summary: 'What a search finds in the audit log, whole, as CSV or as lines of JSON; the export is a row of it',
      action: 'audit.read',
      query: z.strictObject({ ...search, format: z.enum(FORMAT_NAMES).default('csv') }),
      gives: {
        types: [EXPORT_FORMATS.csv, EXPORT_FORMATS.jsonl],
        description: 'Newest first. What a spreadsheet would run stands in the CSV as text.',
      },
      handle: async ({ query: { format, ...wanted }, person }) => ({
        type: EXPORT_FORMATS[format],
        body: await searches.export(toSearch(wanted), format, actorOf(person)),
        filename: `audit.${format}`,
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/audit/verification',
      id: 'verifyAudit',
      summary: 'Check the chain of hashes over the whole log',
      action: 'audit.read',
      answer: z.strictObject({
        rows: z.number().int(),
        head: z.string().describe('Hash of the last row; note it elsewhere to notice rows cut off at the end'),
      }),
      problems: ['audit.broken'],
      seconds: 300,
      async handle() {
        const result = await audit.verify()
        if (!result.ok) throw new ProblemError(result.problem.code, result.problem.detail)
        return { rows: result.rows, head: result.head }
      },
    })
  },
})
