/** `tongban services organisation`: units in five levels with their windows, own and partners'. */
import type { ExportOrganisationQuery, ListUnitsQuery } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { bundle, faults, flag } from './drafts.ts'
import { table } from './output.ts'

export async function importUnits(
  context: CommandContext,
  flags: { dryRun?: boolean },
  files: string[],
): Promise<void> {
  const { bytes, name } = await bundle(files)
  const client = await context.client()
  const report = await client.importOrganisation({ bytes, query: { name, dryRun: flag(flags.dryRun) } })
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
  flags: { search: string; draft?: boolean } & Pick<ListUnitsQuery, 'under' | 'level' | 'limit'>,
  named: string | undefined,
): Promise<void> {
  const client = await context.client()
  const city = named ?? (await client.getIdentity()).code
  const { search: q, limit, under, level } = flags
  const query = { q, limit, draft: flag(flags.draft), under, level }
  const answer = await client.listUnits({ params: { city }, query })
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

export async function exportUnits(
  context: CommandContext,
  flags: ExportOrganisationQuery & { out?: string },
): Promise<void> {
  const file = flags.out ?? `organisation.${flags.format === 'csv' ? 'zip' : 'xlsx'}`
  const client = await context.client()
  const stream = await client.exportOrganisation({ query: { format: flags.format } })
  const bytes = await Bun.write(file, new Response(stream))
  context.out.result({ file, bytes }, made => `Wrote 已写入 ${made.file}, ${made.bytes} bytes`)
}

export async function discardUnits(context: CommandContext): Promise<void> {
  const client = await context.client()
  context.out.result(await client.discardOrganisation(), () => 'Draft taken back 草稿已撤销')
}
