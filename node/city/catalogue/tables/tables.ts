/**
 * Service items as tables: imported from CSV, XLSX and the national upload tables (`up_*`), exported as the same, with templates.
 * May import protocol/ and the libraries that read and write tables; knows no store and no edge.
 */
import { readStrictJson } from '../../../../protocol/json-outside.ts'
import { ServiceItem } from '../../../../protocol/service/item.ts'
import { type Assembled, type AssembleOptions, assemble } from './assemble.ts'
import { createFaults, type Fault, type Faults } from './faults.ts'
import { TABLE_LIMITS } from './limits.ts'
import { decodeText, type Limits, readTables, TableError } from './read.ts'
import type { SheetReading } from './reading.ts'
import { fieldNamed } from './recognise.ts'

export type { Translation } from './cells.ts'
export type { Fault } from './faults.ts'
export type { SheetReading } from './reading.ts'
export type { PartialItem } from './settle.ts'
export { writeTables, writeTemplate } from './write.ts'

/** What a file asks for. With errors nothing of it is to be taken. */
export type TableImport = {
  put: ReadonlyMap<string, ServiceItem>
  remove: ReadonlySet<string>
  rows: number
  errors: Fault[]
  /** errors in all; `errors` holds the first ones */
  errorCount: number
  notes: Fault[]
  /** how each sheet and column was read; nothing of a file of JSON */
  sheets: SheetReading[]
}

/** Fields that a mapping names and that are none, each once. */
export const unknownFields = ({
  columns,
  defaults,
}: {
  columns: Readonly<Record<string, string>>
  defaults: Readonly<Record<string, string>>
}): string[] =>
  [...new Set([...Object.values(columns).filter(field => field !== ''), ...Object.keys(defaults)])].filter(
    field => fieldNamed(field) === undefined,
  )

const NOTHING: Assembled = { put: new Map(), remove: new Set(), rows: 0, sheets: [], guessed: {} }

/** Reads a file; never throws on its content. `name` tells the table of a single CSV file, as far as its headings do not. */
export async function importTables(
  bytes: Uint8Array,
  name: string,
  options: AssembleOptions,
  limits: Limits = TABLE_LIMITS,
): Promise<TableImport> {
  const once = async (how: AssembleOptions) => {
    const faults = createFaults()
    let read = NOTHING
    try {
      read = isJson(bytes)
        ? readJson(bytes, name, faults)
        : await assemble(readTables(bytes, name, faults, limits), faults, how)
    } catch (error) {
      if (!(error instanceof TableError)) throw error
    }
    return { ...read, errors: faults.errors(), errorCount: faults.count(), notes: faults.notes() }
  }
  const { guessed, ...first } = await once(options)
  if (Object.keys(guessed).length === 0) return first
  // Read as what the columns seem to be, it tells at once what would be told after they were confirmed.
  options.again?.()
  const { guessed: _, ...second } = await once({ ...options, guessed })
  return second
}

const isJson = (bytes: Uint8Array): boolean =>
  /^\s*[[{]\s*["{\]]/.test(new TextDecoder().decode(bytes.subarray(0, 100)))

/** Items as JSON: an array, or `{ "items": […] }`. */
function readJson(bytes: Uint8Array, name: string, faults: Faults): Assembled {
  const read = readStrictJson(decodeText(bytes) ?? '')
  if (!read.ok && read.path.length > 0) {
    const [first, ...rest] = read.path[0] === 'items' ? read.path.slice(1) : read.path
    faults.add('cell.json', name, typeof first === 'number' ? first + 1 : 0, rest.join('.'))
    return NOTHING
  }
  const json = read.ok ? read.value : null
  const list = Array.isArray(json) ? json : (json as { items?: unknown } | null)?.items
  if (!Array.isArray(list)) {
    faults.add('file.unreadable', name, 0)
    return NOTHING
  }
  const put = new Map<string, ServiceItem>()
  for (const [index, entry] of list.entries()) {
    const parsed = ServiceItem.safeParse(entry)
    if (!parsed.success) faults.add('cell.schema', name, index + 1, parsed.error.issues[0]?.path.join('.') ?? '')
    else if (put.has(parsed.data.taskCode)) faults.add('row.twice', name, index + 1, 'taskCode')
    else put.set(parsed.data.taskCode, parsed.data)
  }
  if (list.length === 0) faults.add('sheet.empty', name, 0)
  return { put, remove: new Set(), rows: list.length, sheets: [], guessed: {} }
}
