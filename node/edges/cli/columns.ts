/** `tongban services columns`, and what an import shows of how each sheet and column was read. */
import { access, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { ColumnMapping, ImportDraftsAnswer, KeptColumnMapping } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
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

/** What has yet to be said in a mapping that an import wrote begins so: `? 自然人、企业法人…` says what may stand there. */
const OPEN = '?'
const isOpen = (value: unknown): boolean => typeof value === 'string' && /^\s*[?？]/.test(value)

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

/** Of what is no list of words a mapping gives what every item has alike, and that is its department alone. */
const mayBeDefault = ({ field, takes }: { field: string; takes: string }): boolean =>
  takes !== '文本' || field === 'deptName'

/** Rules that find what an item does not say: one answer may hold for all items of a table without a column for it. */
const LACKING = new Set(['visits.reason', 'visits.how', 'fee.basis', 'fee.online'])

/**
 * What the file was read by, as a mapping to be corrected, with a place for all that it must say for the file to be read: a heading
 * that stands for one field everywhere by itself, others with their sheet; what is a guess stands there, what is none begins with `?`.
 */
export function mappingOf({ sheets, findings }: Read): ColumnMapping {
  const fields = new Map<string, Set<string>>()
  const all = sheets.flatMap(({ sheet, holds, why, columns }) => {
    const suggested = new Set(columns.flatMap(({ suggestion }) => suggestion ?? []))
    const named = columns.filter(({ heading }) => heading !== '')
    if (holds === null && (why !== 'note.sheet' || named.length < 2)) return []
    return named.map(({ heading, field, suggestion }) => ({
      sheet,
      heading,
      // A column of which nothing could be read gives way to one that speaks for its field.
      field: suggestion ?? (field !== null && suggested.has(field) ? '' : (field ?? '')),
    }))
  })
  for (const { heading, field } of all) fields.set(heading, (fields.get(heading) ?? new Set()).add(field))
  const columns = Object.fromEntries(
    all.map(({ sheet, heading, field }): [string, string] => [
      (fields.get(heading)?.size ?? 0) > 1 ? `${sheet}!${heading}` : heading,
      field,
    ]),
  )
  const values: Record<string, Record<string, string>> = {}
  const defaults: Record<string, string> = {}
  const workingDays: Record<string, number | string> = {}
  for (const { columns: read, absent } of sheets) {
    const suggested = new Set(read.flatMap(({ suggestion }) => suggestion ?? []))
    for (const { field, takes, words, units, lacking } of read) {
      if (field === null || suggested.has(field)) continue
      for (const { given, nearest, suggestion } of words) {
        const of = values[field] ?? {}
        values[field] = of
        of[given] = suggestion ?? `${OPEN} ${nearest.length === 0 ? takes : nearest.join('、')}`.slice(0, 500)
      }
      for (const unit of units) workingDays[unit] = `${OPEN} 合几个工作日 working days`
      if (lacking > 0 && mayBeDefault({ field, takes })) defaults[field] = `${OPEN} ${takes}`
    }
    for (const { field, takes, lacking } of absent)
      if (lacking > 0 && !suggested.has(field) && mayBeDefault({ field, takes }))
        defaults[field] = `${OPEN} ${takes}`.slice(0, 500)
  }
  const there = new Set(all.map(({ field }) => field))
  for (const { level, rule, path, zh } of findings)
    if (level === 'error' && LACKING.has(rule) && !there.has(path)) defaults[path] = `${OPEN} ${zh}`
  return { columns, values, defaults, workingDays: workingDays as Record<string, number> }
}

/** Writes that mapping into a file, and says what of it has yet to be said. */
export async function writeMapping(file: string, read: Read): Promise<string[]> {
  const mapping = mappingOf(read)
  await writeFile(file, `${JSON.stringify(mapping, null, 2)}\n`)
  const guesses = read.sheets.flatMap(({ columns }) => [
    ...columns.flatMap(({ heading, field, how }) => (how === 'guess' ? [`${heading} → ${field}`] : [])),
    ...columns.flatMap(({ words }) =>
      words.flatMap(({ given, suggestion }) => (suggestion === null ? [] : [`${given} → ${suggestion}`])),
    ),
  ])
  const open = openPlaces(mapping)
  return [
    `Wrote 已写入 ${file}`,
    ...(guesses.length === 0 ? [] : [`  check these guesses 请核对: ${[...new Set(guesses)].join(', ')}`]),
    ...(open.length === 0
      ? []
      : [
          `  ${open.length} places to fill in, each beginning with “${OPEN}” and saying what may stand there; what you cure in the tables instead may stay 以“${OPEN}”开头的 ${open.length} 处请填写: ${open.join(', ')}`,
        ]),
    `  then 然后: tongban services import … --mapping ${file}`,
  ]
}

/** Places of a mapping that say nothing yet: `values.serverType.职工` */
const openPlaces = ({ values = {}, defaults = {}, workingDays = {} }: Partial<ColumnMapping>): string[] => [
  ...Object.entries(values).flatMap(([field, words]) => openKeys(words).map(word => `values.${field}.${word}`)),
  ...openKeys(defaults).map(field => `defaults.${field}`),
  ...openKeys(workingDays).map(unit => `workingDays.${unit}`),
]
const openKeys = (record: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(record).flatMap(([key, value]) => (isOpen(value) ? [key] : []))

const said = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => !isOpen(value)))

/** A mapping as it was filled in: what has yet to be said is not said. */
export function filledIn(mapping: Partial<ColumnMapping>): { mapping: ColumnMapping; open: string[] } {
  const { columns, values, defaults, workingDays } = mapping
  return {
    open: openPlaces(mapping),
    mapping: {
      ...mapping,
      columns: said(columns),
      values: Object.fromEntries(
        Object.entries(values ?? {})
          .map(([field, words]) => [field, said(words)] as const)
          .filter(([, words]) => Object.keys(words).length > 0),
      ),
      defaults: said(defaults),
      // Who fills in a place between quotes leaves them.
      workingDays: Object.fromEntries(
        Object.entries(said(workingDays)).map(([unit, days]) => [
          unit,
          /^\d+$/.test(String(days)) ? Number(days) : days,
        ]),
      ),
    },
  }
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
