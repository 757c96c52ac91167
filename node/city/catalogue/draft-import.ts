/**
 * A file taken into the drafts (事项导入), whole or not at all: read as tables, judged item by item, written by the stage.
 */

import { setImmediate as otherWork } from 'node:timers/promises'
import { foldName } from '../../../protocol/codes/spelling.ts'
import { type LintContext, lintItem, lintKnown } from '../../../protocol/service/lint.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { ColumnMapping } from './column-mappings.ts'
import { sameItem } from './difference.ts'
import { AT_ONCE, type DraftRows, type Published } from './draft-rows.ts'
import type { DraftStage, DraftWrite } from './draft-stage.ts'
import { byLevel, count, type ItemFinding, SHOWN_FINDINGS } from './item-findings.ts'
import type { Fault, PartialItem, SheetReading, TableImport, Translation } from './tables/tables.ts'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Sheets of a file whose reading is told. */
const SHOWN_SHEETS = 50

export type ImportOptions = {
  modes?: readonly number[]
  translate?: Translation
  /** name of a kept column mapping */
  mapping?: string
  /** items that the file does not name go */
  replace?: boolean
  /** looks alone */
  dryRun?: boolean
}
export type ImportReport = {
  /** whether the drafts hold it now */
  taken: boolean
  rows: number
  put: number
  remove: number
  unchanged: number
  /** items with a finding that is an error */
  blocked: number
  warnings: number
  errors: Fault[]
  errorCount: number
  notes: Fault[]
  /** how each sheet and column was read, the first sheets */
  sheets: SheetReading[]
  /** first findings of the items, errors before warnings */
  findings: ItemFinding[]
}

export function createDraftImport(parts: {
  audit: Audit
  clock: Clock
  published: Published
  /** Problem: `request.not-found`. */
  columnMapping: (name: string) => Promise<ColumnMapping>
  /** units and windows that items may name */
  context: () => Promise<LintContext>
  rows: DraftRows
  stage: DraftStage
}) {
  const { audit, clock, published, context, columnMapping, stage } = parts
  const { held, current } = parts.rows

  /** Codes of the items that are called so, drafts and published ones; walked through once for a file. */
  async function named(names: ReadonlySet<string>): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    let seen = 0
    for await (const { taskCode, taskName } of current()) {
      seen++
      if (seen % AT_ONCE === 0) await otherWork()
      const name = foldName(taskName)
      if (names.has(name)) found.set(name, [...(found.get(name) ?? []), taskCode])
    }
    return found
  }

  async function read(
    bytes: Uint8Array,
    name: string,
    options: ImportOptions,
    partial: (item: PartialItem) => void,
    again: () => void,
  ): Promise<TableImport & { removed: Map<string, string> }> {
    const mapping = options.mapping === undefined ? null : await columnMapping(options.mapping)
    const { importTables } = await import('./tables/tables.ts')
    const table = await importTables(bytes, name, {
      held,
      named,
      partial,
      again,
      ...(options.modes === undefined ? {} : { modes: options.modes }),
      ...(mapping ?? {}),
      translate: { ...mapping?.values, ...options.translate },
    })
    const removed = new Map<string, string>()
    if (table.errorCount > 0) return { ...table, removed }
    for (const code of table.remove) {
      const item = await held(code)
      if (item !== null) removed.set(code, item.taskName)
    }
    if (options.replace === true)
      for await (const { taskCode, taskName } of current())
        if (!table.put.has(taskCode)) removed.set(taskCode, taskName)
    return { ...table, removed }
  }

  async function importTable(
    bytes: Uint8Array,
    name: string,
    options: ImportOptions,
    actor: string,
  ): Promise<ImportReport> {
    const rules = await context()
    const rows: DraftWrite[] = []
    const dropped: string[] = []
    const findings: ItemFinding[] = []
    let unchanged = 0
    let blocked = 0
    let warnings = 0
    let seen = 0
    const tell = (found: readonly ItemFinding[]): void => {
      findings.push(...found)
      if (findings.length > SHOWN_FINDINGS * 4) findings.sort(byLevel).splice(SHOWN_FINDINGS)
    }
    // What would block an item that cannot be taken yet is told with what stops it from being taken.
    const partial = ({ values, unread }: PartialItem): void => {
      const found = lintKnown(values, unread, rules)
      if (found.length > 0) blocked++
      tell(found.map(finding => ({ ...finding, code: textOf(values.taskCode), name: textOf(values.taskName) })))
    }
    const again = (): void => {
      findings.length = 0
      blocked = 0
    }
    const table = await read(bytes, name, options, partial, again)
    for (const [code, item] of table.put) {
      seen++
      if (seen % AT_ONCE === 0) await otherWork()
      const before = await published.item(code)
      if (before !== null && sameItem(item, before)) {
        unchanged++
        dropped.push(code)
        continue
      }
      const found = lintItem(item, rules)
      const errors = count(found, 'error')
      if (errors > 0) blocked++
      warnings += found.length - errors
      tell(found.map(finding => ({ ...finding, code, name: item.taskName })))
      rows.push({
        code,
        name: item.taskName,
        item: JSON.stringify(item),
        errors,
        warnings: found.length - errors,
        actor,
      })
    }
    for (const [code, title] of table.removed) {
      if ((await published.item(code)) === null) dropped.push(code)
      else rows.push({ code, name: title, item: null, errors: 0, warnings: 0, actor })
    }
    const good = table.errorCount === 0
    const report: ImportReport = {
      taken: good && options.dryRun !== true,
      rows: table.rows,
      put: rows.filter(({ item }) => item !== null).length,
      remove: table.removed.size,
      unchanged,
      blocked,
      warnings,
      errors: table.errors,
      errorCount: table.errorCount,
      notes: table.notes,
      sheets: table.sheets.slice(0, SHOWN_SHEETS),
      findings: findings.sort(byLevel).slice(0, SHOWN_FINDINGS),
    }
    if (!report.taken) return report
    await stage.apply([...rows, ...dropped], clock.now(), tx =>
      audit.append(tx, {
        actor,
        action: 'drafts.imported',
        subject: name.slice(0, 100),
        detail: { put: report.put, remove: report.remove, unchanged },
      }),
    )
    return report
  }

  return importTable
}
