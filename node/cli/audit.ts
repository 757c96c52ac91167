/** `tongban audit`: the audit log (审计日志) of the own node, and whether its chain of hashes holds. */
import { ProblemError } from '../../protocol/problem.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type Row = {
  no: number
  at: string
  actor: string
  name: string | null
  action: string
  subject: string
  detail: Record<string, string | number | boolean | null>
}

/** A day as it begins in China, or an instant. */
function instantOf(since: string): string {
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(since) ? `${since}T00:00:00+08:00` : since)
  if (Number.isNaN(at.getTime())) throw new ProblemError('request.invalid', '--since takes a day or an instant')
  return at.toISOString()
}

export async function listAudit(
  context: CommandContext,
  flags: { since?: string; actor?: string; action?: string; subject?: string; limit: string },
): Promise<void> {
  const client = await context.client()
  const { since, actor, action, subject, limit } = flags
  const query = new URLSearchParams({
    limit,
    ...(since === undefined ? {} : { since: instantOf(since) }),
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(subject === undefined ? {} : { subject }),
  })
  const { items } = await client.get<{ items: Row[] }>(`/api/v1/audit?${query}`)
  context.out.result(items, rows =>
    table(
      rows.map(({ no, at, actor, name, action, subject, detail }) => ({
        no,
        at,
        actor: name === null ? actor : `${name} (${actor})`,
        action,
        subject,
        detail: Object.entries(detail)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      })),
    ),
  )
}

export async function verifyAudit(context: CommandContext): Promise<void> {
  const client = await context.client()
  const found = await client.get<{ rows: number; head: string }>('/api/v1/audit/verification')
  context.out.result(found, ({ rows, head }) =>
    [
      `The chain holds 链完整: ${rows} rows 行`,
      `  head 末行哈希 ${head}`,
      '  note it elsewhere: rows cut off at the end are noticed by it 请另处留存，据此可发现末尾被截断',
    ].join('\n'),
  )
}
