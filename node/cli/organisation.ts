/** `tongban services organisation`: units in five levels with their windows, own and partners'. */
import type { OrganisationUnit } from '../../protocol/service/organisation.ts'
import type { CommandContext } from './context.ts'
import { bundle, type Fault, faults } from './drafts.ts'
import { table } from './output.ts'

const OWN = '/api/v1/services/organisation'

type Report = {
  taken: boolean
  units: number
  windows: number
  unchanged: boolean
  errors: Fault[]
  errorCount: number
  notes: Fault[]
}

export async function importUnits(
  context: CommandContext,
  flags: { dryRun?: boolean },
  files: string[],
): Promise<void> {
  const { bytes, name } = await bundle(files)
  const query = new URLSearchParams({ name, dryRun: String(flags.dryRun === true) })
  const client = await context.client()
  const report = await client.upload<Report>(`${OWN}?${query}`, bytes, 'application/octet-stream')
  context.out.result(report, ({ taken, units, windows, unchanged, errors, errorCount, notes }) =>
    errorCount > 0
      ? [`Nothing was imported 未导入: ${errorCount} errors 处错误`, ...faults(errors, errorCount)].join('\n')
      : [
          `${units} units 个机构, ${windows} windows 个窗口${unchanged ? ', as published 与已发布的相同' : taken ? ', drafted 已存为草稿' : ''}`,
          ...faults(notes),
        ].join('\n'),
  )
  if (report.errorCount > 0) process.exitCode = 1
}

export async function showUnits(
  context: CommandContext,
  flags: { search: string; under?: string; level?: string; draft?: boolean; limit: string },
  city: string | undefined,
): Promise<void> {
  const client = await context.client()
  const own = async () => (await client.get<{ code: string }>('/api/v1/identity')).code
  const query = new URLSearchParams({
    q: flags.search,
    limit: flags.limit,
    draft: String(flags.draft === true),
    ...(flags.under === undefined ? {} : { under: flags.under }),
    ...(flags.level === undefined ? {} : { level: flags.level }),
  })
  const answer = await client.get<{ items: OrganisationUnit[]; count: number; problem: { code: string } | null }>(
    `/api/v1/organisations/${city ?? (await own())}?${query}`,
  )
  context.out.result(answer, ({ items, count, problem }) =>
    [
      `${count} units 个机构`,
      ...(problem === null ? [] : [`the newest could not be fetched 最新数据未能取得: ${problem.code}`]),
      table(
        items.map(({ code, name, level, parent, address, windows }) => ({
          code,
          name,
          level,
          parent,
          address,
          windows: (windows ?? []).map(window => `${window.code} ${window.name}`).join('; '),
        })),
      ),
    ].join('\n'),
  )
}

export async function exportUnits(context: CommandContext, flags: { format: string; out?: string }): Promise<void> {
  const file = flags.out ?? `organisation.${flags.format === 'csv' ? 'zip' : 'xlsx'}`
  const client = await context.client()
  const query = new URLSearchParams({ format: flags.format })
  const bytes = await Bun.write(file, new Response(await client.download(`${OWN}?${query}`)))
  context.out.result({ file, bytes }, made => `Wrote 已写入 ${made.file}, ${made.bytes} bytes`)
}

export async function discardUnits(context: CommandContext): Promise<void> {
  const client = await context.client()
  context.out.result(await client.delete<{ discarded: number }>(OWN), () => 'Draft taken back 草稿已撤销')
}
