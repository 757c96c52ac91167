/** `tongban audit`: the audit log (审计日志) of the own node, and whether its chain of hashes holds. */
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AuditRow, ListAuditQuery } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'

/** A day as it begins in China, or an instant. */
function instantOf(since: string): string {
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(since) ? `${since}T00:00:00+08:00` : since)
  if (Number.isNaN(at.getTime())) throw new ProblemError('request.invalid', '--since takes a day or an instant')
  return at.toISOString()
}

const toRow = ({ no, at, actor, name, action, subject, detail }: AuditRow) => ({
  no,
  at,
  actor: name === null ? actor : `${name} (${actor})`,
  action,
  subject,
  detail: Object.entries(detail)
    .map(([field, value]) => `${field}=${value}`)
    .join(' '),
})

export function declareAudit(program: Command, { call }: Declare): void {
  const audit = call(program, 'audit', 'who did what, and what was refused, newest first 审计日志', {
    options: command =>
      command
        .option('--since <time>', 'of this day or instant, or later')
        .option('--actor <actor>', 'person:ID, city:CODE, node or cli')
        .option('--action <action>', 'such as packet.refused')
        .option('--subject <id>', 'partner, thread, account …')
        .option('--limit <n>', 'at most', Number, 50),
    example: 'tongban audit --since 2026-11-01 --action packet.refused',
    ask: async (client, _, { since, actor, action, subject, limit }: ListAuditQuery) => {
      const from = since === undefined ? undefined : instantOf(since)
      return (await client.listAudit({ query: { limit, since: from, actor, action, subject } })).items
    },
    text: rows => table(rows.map(toRow)),
  })
  call(audit, 'verify', 'check the chain of hashes over the whole log 校验', {
    ask: client => client.verifyAudit(),
    text: ({ rows, head }) =>
      [
        `The chain holds 链完整: ${rows} rows 行`,
        `  head 末行哈希 ${head}`,
        '  note it elsewhere: rows cut off at the end are noticed by it 请另处留存，据此可发现末尾被截断',
      ].join('\n'),
  })
}
