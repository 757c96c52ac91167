/** `/api/v1/audit`: the audit log, for auditors and administrators. */
import * as z from 'zod'
import { Instant } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Audit } from '../../kernel/records/audit.ts'

const AuditRowBody = z
  .strictObject({
    no: z.number().int(),
    at: Time,
    actor: z.string(),
    name: z.string().nullable().describe('of the account that acted; null of a city, an adapter or the node'),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    hash: z.string().describe('SHA-256 over this row and the hash of the row before'),
  })
  .meta({ id: 'AuditRow' })

const filter = z.string().min(1).max(200).optional()

export const auditRoutes = (audit: Audit): RouteModule => ({
  tag: 'audit',
  description: 'Who did what, and what was refused; rows are only ever added, each with the hash of the one before',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/audit',
      id: 'listAudit',
      summary: 'Rows of the audit log, newest first',
      action: 'audit.read',
      query: z.strictObject({
        ...pageQuery,
        actor: filter,
        action: filter,
        subject: filter,
        since: Instant.optional().describe('rows of this time or later'),
      }),
      answer: pageOf(AuditRowBody),
      async handle({ query: { limit, cursor, since, ...wanted } }) {
        const place = decodeCursor(z.tuple([z.number().int()]), cursor)
        const from = since === undefined ? undefined : Date.parse(since)
        const rows = await audit.list({ ...wanted, since: from }, limit + 1, place?.[0] ?? null)
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
