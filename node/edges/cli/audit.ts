/** `tongban audit`: the audit log (审计日志) of the own node, and whether its chain of hashes holds. */
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AuditRow, ExportAuditQuery, ListAuditQuery } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import type { Declare } from './declare.ts'
import { saveStream } from './files.ts'
import { table } from './output.ts'

/** A day as it begins in China, or an instant. */
export function instantOf(given: string): string {
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00:00+08:00` : given)
  if (Number.isNaN(at.getTime()))
    throw new ProblemError('request.invalid', '--since and --until take a day or an instant')
  return at.toISOString()
}

const withName = (id: string, name: string | null): string => (name === null ? id : `${name} (${id})`)

const toRow = ({ no, at, actor, name, action, subject, subjectName, caseNo, detail, detailZh }: AuditRow) => ({
  no,
  at,
  actor: withName(actor, name),
  action,
  subject: withName(subject, caseNo ?? subjectName),
  detail: Object.entries(detail)
    .map(([field, value]) => `${field}=${value}`)
    .concat(detailZh ?? [])
    .join(' '),
})

type Flags = Pick<ListAuditQuery, 'since' | 'until' | 'actor' | 'name' | 'action' | 'subject' | 'case'>
const filters = (command: Command): Command =>
  command
    .option('--since <time>', 'of this day or instant, or later')
    .option('--until <time>', 'of before this day or instant')
    .option('--actor <actor>', 'person:ID, city:CODE, node or cli')
    .option('--name <name>', 'name of the account that acted, or part of it')
    .option('--action <action>', 'such as packet.refused')
    .option('--subject <id>', 'partner, thread, account …')
    .option('--case <number>', 'number of the case that it was done to')
const queryOf = ({ since, until, actor, name, action, subject, case: number }: Flags): Flags => ({
  since: since === undefined ? undefined : instantOf(since),
  until: until === undefined ? undefined : instantOf(until),
  actor,
  name,
  action,
  subject,
  case: number,
})

export function declareAudit(program: Command, { call, add, does, example }: Declare): void {
  const audit = call(program, 'audit', 'who did what, and what was refused, newest first 审计日志', {
    options: command => filters(command).option('--limit <n>', 'at most', Number, 50),
    example: 'tongban audit --since 2026-11-01 --action packet.refused',
    ask: async (client, _, flags: ListAuditQuery) =>
      (await client.listAudit({ query: { ...queryOf(flags), limit: flags.limit } })).items,
    text: rows => table(rows.map(toRow)),
  })
  example(
    does(
      filters(add(audit, 'export <file>', 'all that is found, as CSV or lines of JSON; the export is audited 导出')),
      async () => exportAudit,
    ),
    'tongban audit export audit.csv --since 2026-11-01 --until 2026-12-01',
  )
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

async function exportAudit(context: CommandContext, flags: Flags, file = ''): Promise<void> {
  const format = /\.(csv|jsonl)$/.exec(file)?.[1] as ExportAuditQuery['format'] | undefined
  if (format === undefined) throw new ProblemError('request.invalid', 'a file that ends with .csv or .jsonl')
  const client = await context.client()
  await saveStream(await client.exportAudit({ query: { ...queryOf(flags), format } }), file)
  context.out.result({ file }, value => `Exported 已导出: ${value.file}`)
}
