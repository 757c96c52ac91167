/** `tongban services organisation`: units in five levels with their windows, own and partners'. */
import type { Command } from 'commander'
import type { ExportOrganisationQuery, ImportOrganisationAnswer, ListUnitsQuery } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { bundle, faults, flag } from './drafts.ts'
import { table } from './output.ts'

const imported = ({ taken, units, windows, unchanged, errors, errorCount, notes }: ImportOrganisationAnswer): string =>
  errorCount > 0
    ? [`Nothing was imported 未导入: ${errorCount} errors 处错误`, ...faults(errors, errorCount)].join('\n')
    : [
        `${units} units 个机构, ${windows} windows 个窗口${unchanged ? ', as published 与已发布的相同' : taken ? ', drafted 已存为草稿' : ''}`,
        ...faults(notes),
      ].join('\n')

type Shown = { search: string; draft?: boolean } & Pick<ListUnitsQuery, 'under' | 'level' | 'limit'>

export function declareOrganisation(services: Command, { call }: Declare): void {
  const organisation = services
    .command('organisation')
    .description('units in five levels, with their windows 组织机构和窗口')
  call(organisation, 'import <files...>', 'draft the own tree; it goes out with the next publication', {
    options: command => command.option('--dry-run', 'look alone'),
    example: 'tongban services organisation import 机构.csv 窗口.csv',
    ask: async (client, files, { dryRun }: { dryRun?: boolean }) => {
      const { bytes, name } = await bundle(files)
      const report = await client.importOrganisation({ bytes, query: { name, dryRun: flag(dryRun) } })
      if (report.errorCount > 0) process.exitCode = 1
      return report
    },
    text: imported,
  })
  call(organisation, 'show [city]', "units and windows, own or a partner's", {
    options: command =>
      command
        .option('--search <text>', 'part of the name or code', '')
        .option('--under <code>', 'a unit and all below it')
        .option('--level <n>', '1 province to 5 village')
        .option('--draft', 'the own draft')
        .option('--limit <n>', 'at most', Number, 50),
    ask: async (client, [named], { search: q, limit, draft, under, level }: Shown) => {
      const city = named ?? (await client.getIdentity()).code
      return client.listUnits({ params: { city }, query: { q, limit, draft: flag(draft), under, level } })
    },
    text: ({ items, count, problem }) =>
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
  })
  call(organisation, 'export', 'write the own tree as tables, empty ones when there is none', {
    options: command => command.option('--format <format>', 'xlsx or csv', 'xlsx').option('--out <file>', 'where'),
    ask: async (client, _, { format, out }: ExportOrganisationQuery & { out?: string }) => {
      const file = out ?? `organisation.${format === 'csv' ? 'zip' : 'xlsx'}`
      return {
        file,
        bytes: await Bun.write(file, new Response(await client.exportOrganisation({ query: { format } }))),
      }
    },
    text: ({ file, bytes }) => `Wrote 已写入 ${file}, ${bytes} bytes`,
  })
  call(organisation, 'discard', 'take the draft back', {
    ask: client => client.discardOrganisation(),
    text: () => 'Draft taken back 草稿已撤销',
  })
}
