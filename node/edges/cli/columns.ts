/** `tongban services columns`, and what an import shows of how each sheet and column was read. */
import { access, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { ColumnMapping, ImportDraftsAnswer, KeptColumnMapping } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { filledIn, guessesOf, mappingOf, OPEN, openPlaces } from '../client/column-mapping.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'
import { standing } from './standing.ts'

type Sheet = ImportDraftsAnswer['sheets'][number]
type Read = Pick<ImportDraftsAnswer, 'sheets' | 'findings'>
type Column = Sheet['columns'][number]

const HOW: Readonly<Record<string, string>> = {
  name: '',
  other: 'other name 异名',
  mapping: 'mapping 对照',
  guess: 'a guess 推测',
}

const few = (words: readonly string[]): string =>
  words.length === 0 ? '' : `: ${words.join(', ').replaceAll(/\s+/g, ' ')}`

function columnLine({ at, heading, field, name, how, filled, unread, samples, suggestion }: Column): string | null {
  if (heading === '' && filled === 0) return null
  if (field === null) {
    const may = suggestion === null ? '' : ` (may be 可能是 ${suggestion})`
    return `    ${at} ${heading}: not read 未导入${may}${few(samples.map(({ given }) => `“${given}”`))}`
  }
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

/** Writes that mapping into a file, and says what of it has yet to be said. */
export async function writeMapping(file: string, read: Read): Promise<string[]> {
  const mapping = mappingOf(read)
  await writeFile(file, `${JSON.stringify(mapping, null, 2)}\n`)
  const guesses = guessesOf(read)
  const open = openPlaces(mapping)
  return [
    `Wrote 已写入 ${file}`,
    ...(guesses.length === 0 ? [] : [`  check these guesses 请核对: ${guesses.join(', ')}`]),
    ...(open.length === 0
      ? []
      : [
          `  ${open.length} places to fill in, each beginning with “${OPEN}” and saying what may stand there; what you cure in the tables instead may stay 以“${OPEN}”开头的 ${open.length} 处请填写: ${open.join(', ')}`,
        ]),
    `  then 然后: tongban services import … --mapping ${file}`,
  ]
}

async function save(client: Client, name: string, file: string) {
  const { mapping, open } = filledIn((await readJson(file)) as Partial<ColumnMapping>)
  const ifMatch = await standing(client.getColumnMapping({ params: { name } }))
  return { kept: await client.saveColumnMapping({ params: { name }, body: mapping, ifMatch }), open }
}

/** The name of a kept mapping: a file is kept under its own name first. */
export async function keptName(client: Client, given: string): Promise<string> {
  if (!given.endsWith('.json')) return given
  try {
    await access(given)
  } catch {
    return given
  }
  const name = basename(given, '.json')
  await save(client, name, given)
  return name
}

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
    ask: (client, [name = '', file = '']) => save(client, name, file),
    text: ({ kept, open }) =>
      [
        table([toRow(kept)]),
        ...(open.length === 0 ? [] : [`Not said yet, and left out 尚未填写，未保存: ${open.join(', ')}`]),
      ].join('\n'),
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
