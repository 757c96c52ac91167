/** `tongban services columns`, and what an import shows of how each sheet and column was read. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ColumnMapping, ImportDraftsAnswer, KeptColumnMapping } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Sheet = ImportDraftsAnswer['sheets'][number]
type Column = Sheet['columns'][number]

const HOW: Readonly<Record<string, string>> = { name: '', other: 'other name 异名', mapping: 'mapping 对照' }

const few = (words: readonly string[]): string =>
  words.length === 0 ? '' : `: ${words.join(', ').replaceAll(/\s+/g, ' ')}`

function columnLine({ at, heading, field, name, how, filled, unread, samples }: Column): string | null {
  if (heading === '' && filled === 0) return null
  if (field === null) return `    ${at} ${heading}: not read 未导入${few(samples.map(({ given }) => `“${given}”`))}`
  const read = samples.map(({ given, read: taken }) =>
    taken === '' ? `“${given}” ?` : taken === given ? `“${given}”` : `“${given}” → ${taken}`,
  )
  const notes = [HOW[how ?? 'name'] ?? '', unread === 0 ? '' : `${unread} cells not read 格未读懂`].filter(
    note => note !== '',
  )
  return `    ${at} ${heading} → ${name} ${field}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}${few(read)}`
}

/** How each sheet and column of a file was read. */
export const describeSheets = (sheets: readonly Sheet[]): string[] =>
  sheets.flatMap(({ sheet, holds, also, heading, rows, columns, absent }) =>
    holds === null
      ? [`  ${sheet}: not read 未导入`]
      : [
          `  ${sheet}: ${[holds, ...also].join(', ')}, heading in row ${heading} 表头在第 ${heading} 行, ${rows} rows 行`,
          ...columns.map(columnLine).filter(line => line !== null),
          ...(absent.length === 0
            ? []
            : [`    no column 没有列: ${absent.map(({ name, field }) => `${name} ${field}`).join(', ')}`]),
        ],
  )

/** What the file was read by, as a mapping to be corrected: a heading that stands for one field everywhere by itself, others with their sheet. */
export function mappingOf(sheets: readonly Sheet[]): ColumnMapping {
  const fields = new Map<string, Set<string>>()
  const all = sheets.flatMap(({ sheet, holds, columns }) =>
    holds === null ? [] : columns.filter(({ heading }) => heading !== '').map(column => ({ sheet, ...column })),
  )
  for (const { heading, field } of all) fields.set(heading, (fields.get(heading) ?? new Set()).add(field ?? ''))
  const columns = all.map(({ sheet, heading, field }): [string, string] => [
    (fields.get(heading)?.size ?? 0) > 1 ? `${sheet}!${heading}` : heading,
    field ?? '',
  ])
  return { columns: Object.fromEntries(columns), values: {}, defaults: {}, workingDays: {} }
}

/** Writes that mapping into a file. */
export const writeMapping = (file: string, sheets: readonly Sheet[]): Promise<void> =>
  writeFile(file, `${JSON.stringify(mappingOf(sheets), null, 2)}\n`)

const count = (record: object = {}): number => Object.keys(record).length
const toRow = ({ name, mapping, version, updatedAt }: KeptColumnMapping) => ({
  name,
  columns: count(mapping.columns),
  values: count(mapping.values),
  defaults: count(mapping.defaults),
  version,
  updatedAt,
})

/** How lists of offices are read. */
export function declareColumns(services: Command, { add, call }: Declare): void {
  const columns = add(services, 'columns', 'how the lists of offices are read, kept by name 列对照')
  call(columns, 'save <name> <file>', 'keep a mapping that an import wrote and you corrected', {
    example: 'tongban services columns save 市人社局 columns.json',
    ask: async (client, [name = '', file = '']) =>
      client.saveColumnMapping({ params: { name }, body: (await readJson(file)) as ColumnMapping }),
    text: kept => table([toRow(kept)]),
  })
  call(columns, 'list', 'those that are kept', {
    ask: async client => (await client.listColumnMappings({ query: { limit: 200 } })).items,
    text: items => table(items.map(toRow)),
  })
  call(columns, 'show <name>', 'one as the file that it was saved from', {
    ask: (client, [name = '']) => client.getColumnMapping({ params: { name } }),
    text: ({ mapping }) => JSON.stringify(mapping, null, 2),
  })
  call(columns, 'remove <name>', 'forget one', {
    ask: (client, [name = '']) => client.removeColumnMapping({ params: { name } }),
    text: ({ name }) => `Forgotten 已删除: ${name}`,
  })
}
