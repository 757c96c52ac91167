/** Declares `tongban services …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { ListServicesAnswer } from '../client/api.generated.ts'
import { declareColumns } from './columns.ts'
import type { Declare } from './declare.ts'
import { declareDrafts } from './drafts.ts'
import { declareOrganisation } from './organisation.ts'
import { china, table } from './output.ts'
import { declareServicesSearch } from './services-search.ts'

const FORMAT = 'xlsx, csv (a ZIP of CSV files), or up (national upload tables up_*)'

const itemRow = (item: ListServicesAnswer['items'][number]) => ({
  code: item.taskCode,
  name: item.taskName,
  modes: item.modes.join(','),
  days: item.promiseDay,
})

export function declareServices(services: Command, declare: Declare): void {
  const { add, does, example, call } = declare
  example(
    does(
      add(
        services,
        'publish [file]',
        'publish all drafts as one new version, or the items of a JSON file in place of all',
      )
        .option('--again', 'the same items as the next version: after the key that signed it was revoked, or a restore')
        .option('--sound', 'drafts with an error stay, the others are published 仅发布没有错误的草稿')
        .option('--yes', 'do not ask 不再询问'),
      async () => {
        const { publish } = await import('./services.ts')
        return (context, flags, file) => publish(context, file, flags)
      },
    ),
    'tongban services publish',
  )
  call(services, 'show [city]', "the own list, or a partner's", {
    options: command =>
      command.option('--search <text>', 'part of the name or code', '').option('--limit <n>', 'at most', Number, 50),
    ask: (client, [code], { search: q, limit }: { search: string; limit: number }) =>
      code === undefined
        ? client.listServices({ query: { q, limit } })
        : client.listPartnerServices({ params: { code }, query: { q, limit } }),
    text: ({ items, list }) =>
      [
        list === null
          ? 'nothing published yet 尚未发布'
          : `version ${list.version}, ${list.count} items, ${china(list.publishedAt)}`,
        table(items.map(itemRow)),
      ].join('\n'),
  })

  declareServicesSearch(services, declare)

  const tables = (command: Command): Command =>
    command
      .option('--modes <list>', '办理模式 of items whose table has no such column, such as 0,1')
      .option('--codes <file>', 'codes of another system, as JSON: { "is_need": { "0": "1" } }')
      .option(
        '--mapping <name>',
        'a column mapping, kept (services columns) or in a file: what columns are and words stand for',
      )
      .option('--as <table>', 'what a single CSV file holds: items, materials, up_task_general_basic …')
  example(
    does(
      tables(
        add(
          services,
          'import <files...>',
          'take CSV, XLSX, up_* tables or JSON into the drafts, whole or not at all 导入',
        ),
      )
        .option('--replace', 'items that the files do not name go')
        .option('--dry-run', 'look alone: how each sheet and column was read, and what it would change')
        .option(
          '--write-mapping <file>',
          'write how columns were read, and a place for each word that was not, to be filled in for --mapping',
        ),
      async () => {
        const { importFiles } = await import('./drafts.ts')
        return (context, flags, ...files) => importFiles(context, flags, files.flat())
      },
    ),
    'tongban services import items.csv materials.csv --dry-run',
  )
  example(
    does(
      tables(add(services, 'lint [files...]', 'findings of the drafts, of all items, or of files 检查'))
        .option('--all', 'all items as they would be published')
        .option('--rule <rule>', 'findings of this rule alone'),
      async () => {
        const { lint } = await import('./drafts.ts')
        return (context, flags, ...files) => lint(context, flags, files.flat())
      },
    ),
    'tongban services lint --all --rule phone.area-code',
  )
  example(
    does(
      add(services, 'export', 'write the own items as tables 导出')
        .option('--format <format>', FORMAT, 'xlsx')
        .option('--out <file>', 'where')
        .option('--drafts', 'as they would be published'),
      async () => {
        const { exportTables } = await import('./drafts.ts')
        return (context, flags) => exportTables(context, 'export', flags)
      },
    ),
    'tongban services export --format up --out up.zip',
  )
  does(
    add(services, 'template', 'write an empty table to fill in 模板')
      .option('--format <format>', FORMAT, 'xlsx')
      .option('--out <file>', 'where'),
    async () => {
      const { exportTables } = await import('./drafts.ts')
      return (context, flags) => exportTables(context, 'template', flags)
    },
  )
  const drafts = does(
    add(services, 'drafts', 'what the next version changes 草稿')
      .option('--errors', 'only drafts with errors')
      .option('--limit <n>', 'at most', Number, 50),
    async () => {
      const { list } = await import('./drafts.ts')
      return (context, flags) => list(context, flags)
    },
  )
  declareDrafts(drafts, declare)
  declareColumns(services, declare)

  example(
    does(
      add(services, 'sample [file]', 'upload a sample or blank form 样表/空表, or fetch one that an item names')
        .option('--city <city>', 'of which city, to fetch one')
        .option('--item <code>', 'taskCode of the item that names it')
        .option('--sha256 <hash>', 'which one')
        .option('--out <file>', 'where to write it'),
      async () => {
        const { sample } = await import('./samples.ts')
        return (context, flags, file) => sample(context, file, flags)
      },
    ),
    'tongban services sample id-card.png',
  )

  declareOrganisation(services, declare)
}
