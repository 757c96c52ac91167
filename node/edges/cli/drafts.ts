/** `tongban services import`, `lint`, `export`, `template`, `drafts`: the next version of the own list. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type {
  ExportServicesQuery,
  ImportDraftsAnswer,
  ItemDraft,
  LintDraftsAnswer,
  LintDraftsQuery,
  ListDraftsQuery,
} from '../client/api.generated.ts'
import { describeAgreed } from './agreed.ts'
import { describeSheets, keptName, writeMapping } from './columns.ts'
import type { CommandContext } from './context.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Finding = LintDraftsAnswer['findings'][number]
type Fault = ImportDraftsAnswer['errors'][number]
type TableFlags = { modes?: string; codes?: string; as?: string; mapping?: string }

const SHOWN = 20
/** Faults that are shown, each thing once. */
const SHOWN_FAULTS = 200
/** Words that may stand in place of one that was not read. */
const SHOWN_NEAREST = 12

/** Several files travel as one ZIP, so that they are taken together or not at all. Problem: `request.invalid`. */
export async function bundle(files: readonly string[]): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  const contents = new Map<string, Uint8Array>()
  for (const file of files) {
    const name = basename(file)
    if (contents.has(name)) throw new ProblemError('request.invalid', `two files are called ${name}`)
    try {
      contents.set(name, await readFile(file))
    } catch {
      throw new ProblemError('request.invalid', `${file} cannot be read`)
    }
  }
  const [only] = contents
  if (only !== undefined && contents.size === 1) return { name: only[0], bytes: new Uint8Array(only[1]) }
  const { zipSync } = await import('fflate')
  return { name: 'files.zip', bytes: zipSync(Object.fromEntries(contents), { level: 1 }) }
}

async function upload(
  context: CommandContext,
  files: string[],
  flags: TableFlags & { replace?: boolean; dryRun?: boolean },
): Promise<ImportDraftsAnswer> {
  const { bytes, name } = await bundle(files)
  const codes = flags.codes === undefined ? undefined : JSON.stringify(await readJson(flags.codes))
  const client = await context.client()
  const mapping = flags.mapping === undefined ? undefined : await keptName(client, flags.mapping)
  return client.importDrafts({
    bytes,
    query: {
      name: flags.as === undefined ? name : `${flags.as}.csv`,
      modes: flags.modes,
      codes,
      mapping,
      replace: flag(flags.replace),
      dryRun: flag(flags.dryRun),
    },
  })
}

/** A flag as a query says it. */
export const flag = (given: boolean | undefined): 'true' | 'false' => (given === true ? 'true' : 'false')

/** Faults that say the same of one column, with all their rows. */
function alikes(list: readonly Fault[]): (Fault & { rows: number[] })[] {
  const groups = new Map<string, Fault & { rows: number[] }>()
  for (const fault of list) {
    const key = JSON.stringify([fault.code, fault.sheet, fault.column, fault.value])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { ...fault, rows: [fault.row] })
    else group.rows.push(fault.row)
  }
  return [...groups.values()]
}

const MANY = 6
/** `row 4 第 4 行`, or the first ones of several. */
function rowsLine({ rows, alike }: Fault & { rows: readonly number[] }): string {
  const [first = 0, ...others] = rows
  if (first === 0) return ''
  if (others.length === 0 && alike === 1) return `row ${first} 第 ${first} 行`
  const shown = rows.slice(0, MANY).join(', ')
  return `rows ${shown}${alike > MANY ? ' …' : ''} 第 ${shown} 行${alike > MANY ? `等 ${alike} 处, ${alike} cells` : ''}`
}

/** What is wrong, each thing once with its places, value, item, what may stand there and cure, and how many more of `total` there are. */
export const faults = (list: readonly Fault[], total: number = list.length): string[] => {
  const groups = alikes(list)
  const shown = groups.slice(0, SHOWN_FAULTS)
  const cells = shown.reduce((sum, { rows, alike }) => sum + Math.max(rows.length, alike), 0)
  return [
    ...shown.map(fault => {
      const place = [fault.sheet, rowsLine(fault), fault.column].filter(part => part !== '')
      const value = fault.value === '' ? '' : ` “${fault.value}”`
      const item = fault.rows.length > 1 ? '' : [fault.item, fault.name].filter(part => part !== '').join(' ')
      const nearest =
        fault.nearest.length === 0 ? '' : `\n    may be 可填: ${fault.nearest.slice(0, SHOWN_NEAREST).join('、')}`
      return `  ${place.join(', ')}${value}: ${fault.zh} ${fault.en}\n${item === '' ? '' : `    ${item}\n`}    → ${fault.cureZh} ${fault.cureEn}${nearest}`
    }),
    ...(total > cells ? [`  … ${total - cells} more 另有 ${total - cells} 处`] : []),
  ]
}

const more = (total: number): string[] => (total > SHOWN ? [`  … ${total - SHOWN} more 另有 ${total - SHOWN} 处`] : [])

/** What each rule finds, with its items; one line for all that it finds in one item. */
function findings(list: readonly Finding[]): string[] {
  const rules = new Map<string, Finding[]>()
  for (const finding of list) {
    const key = `${finding.level} ${finding.rule}`
    rules.set(key, [...(rules.get(key) ?? []), finding])
  }
  return [...rules.values()].flatMap(found => {
    const [first] = found
    if (first === undefined) return []
    const items = Map.groupBy(found, ({ code }) => code)
    const lines = [...items].map(
      ([code, of]) => `      ${code} ${of[0]?.name ?? ''} ${of.map(({ path }) => path).join(' ')}`,
    )
    return [
      `  ${first.level === 'error' ? '✗' : '!'} ${first.rule}: ${first.zh} ${first.en}`,
      ...lines.slice(0, SHOWN),
      ...more(lines.length),
    ]
  })
}

/** With `sheets`, how each was read comes first. */
function describeReport(report: ImportDraftsAnswer, sheets = false): string {
  const read = sheets || report.errorCount > 0 ? ['Read as 读取方式:', ...describeSheets(report.sheets)] : []
  if (report.errorCount > 0)
    return [
      ...read,
      `Nothing was imported 未导入: ${report.errorCount} errors 处错误`,
      ...faults(report.errors, report.errorCount),
      ...(report.findings.length === 0
        ? []
        : ['Besides, of items that are read 此外，已读入的事项:', ...findings(report.findings)]),
      ...faults(report.notes),
    ].join('\n')
  return [
    ...read,
    `${report.taken ? 'In the drafts 已存入草稿' : 'Would be drafted 将存入草稿'}: ${report.put} to add or change 新增或修改, ${report.remove} to remove 删除, ${report.unchanged} unchanged 未变`,
    `Findings 检查结果: ${report.blocked} items blocked 个事项不可发布, ${report.warnings} warnings 条提醒`,
    ...findings(report.findings),
    ...faults(report.notes),
  ].join('\n')
}

export async function importFiles(
  context: CommandContext,
  flags: TableFlags & { replace?: boolean; dryRun?: boolean; writeMapping?: string },
  files: string[],
): Promise<void> {
  const report = await upload(context, files, flags)
  context.out.result(report, told => describeReport(told, flags.dryRun === true))
  if (flags.writeMapping !== undefined)
    for (const line of await writeMapping(flags.writeMapping, report)) context.out.print(line)
  if (report.errorCount > 0) process.exitCode = 1
}

/** Exit code 1 when something blocks publication. */
export async function lint(
  context: CommandContext,
  flags: TableFlags & { all?: boolean } & Pick<LintDraftsQuery, 'rule'>,
  files: string[],
): Promise<void> {
  if (files.length > 0) {
    const report = await upload(context, files, { ...flags, dryRun: true })
    context.out.result(report, told => describeReport(told))
    if (report.errorCount > 0 || report.blocked > 0) process.exitCode = 1
    return
  }
  const client = await context.client()
  const scope = flags.all === true ? 'all' : 'drafts'
  const report = await client.lintDrafts({ query: { scope, rule: flags.rule } })
  context.out.result(report, ({ items, rules, findings: list }) =>
    [
      `${items} items 个事项`,
      ...(rules.length === 0
        ? []
        : [table(rules.map(({ rule, level, count, zh }) => ({ rule, level, count, reason: zh })))]),
      ...findings(list),
    ].join('\n'),
  )
  if (report.rules.some(({ level }) => level === 'error')) process.exitCode = 1
}

type Format = NonNullable<ExportServicesQuery['format']>
const ENDINGS: Readonly<Record<string, string>> = { xlsx: 'xlsx', csv: 'zip', up: 'zip' }

export async function exportTables(
  context: CommandContext,
  what: 'export' | 'template',
  flags: { format: Format; out?: string; drafts?: boolean },
): Promise<void> {
  const file = flags.out ?? `services-${what}-${flags.format}.${ENDINGS[flags.format] ?? 'zip'}`
  const client = await context.client()
  const { format } = flags
  const stream = await (what === 'export'
    ? client.exportServices({ query: { format, drafts: flag(flags.drafts) } })
    : client.servicesTemplate({ query: { format } }))
  const bytes = await Bun.write(file, new Response(stream))
  context.out.result({ file, bytes }, made => `Wrote 已写入 ${made.file}, ${made.bytes} bytes`)
}

const CHANGES: Readonly<Record<string, string>> = { add: 'add 新增', change: 'change 修改', remove: 'remove 删除' }

export async function list(
  context: CommandContext,
  flags: { errors?: boolean } & Pick<ListDraftsQuery, 'limit'>,
): Promise<void> {
  const client = await context.client()
  const page = await client.listDrafts({ query: { limit: flags.limit, errors: flag(flags.errors) } })
  const agreed = await client.previewPublication()
  context.out.result({ ...page, agreed }, ({ items, counts }) =>
    [
      ...describeAgreed(agreed),
      `${counts.drafts} drafts 份草稿: ${counts.put} to add or change 新增或修改, ${counts.remove} to remove 删除; ${counts.errors} with errors 份有错误${counts.organisation ? '; organisation tree 组织机构' : ''}`,
      table(
        items.map(({ code, name, change, errors, warnings }) => ({
          code,
          name,
          change: CHANGES[change],
          errors,
          warnings,
        })),
      ),
    ].join('\n'),
  )
}

const describeDraft = ({ code, name, change, ...draft }: ItemDraft): string =>
  [
    `${code} ${name}: ${CHANGES[change] ?? change}`,
    ...draft.differences.map(
      ({ path, before, after }) =>
        `  ${path}\n    - ${before === undefined ? '(none) 无' : JSON.stringify(before)}\n    + ${after === undefined ? '(none) 无' : JSON.stringify(after)}`,
    ),
    ...findings(draft.findings.map(finding => ({ ...finding, code, name }))),
  ].join('\n')

/** What one draft says, and that a published item goes. */
export function declareDrafts(drafts: Command, { call }: Declare): void {
  call(drafts, 'show <code>', 'findings of a draft, and what it changes', {
    ask: (client, [code = '']) => client.getDraft({ params: { code } }),
    text: describeDraft,
  })
  call(drafts, 'remove <code>', 'draft that a published item goes', {
    ask: (client, [code = '']) => client.draftRemoval({ params: { code } }),
    text: describeDraft,
  })
  call(drafts, 'discard [code]', 'take a draft back', {
    options: command => command.option('--all', 'all of them'),
    ask: (client, [code], { all }: { all?: boolean }) => {
      if ((code === undefined) !== (all === true))
        throw new ProblemError('request.invalid', 'name one draft, or give --all')
      return code === undefined ? client.discardDrafts() : client.discardDraft({ params: { code } })
    },
    text: ({ discarded }) => `${discarded} drafts taken back 份草稿已撤销`,
  })
}
