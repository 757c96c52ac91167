/** Writes items as tables: own ones for people (CSV in a ZIP, or XLSX), or the national upload tables (`up_*`, CSV in a ZIP). */
import { ProblemError } from '../../../../protocol/problem.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { type Column, ITEM_COLUMNS, ITEM_TABLES, ITEMS, KEY, PARTS, upColumn } from './columns.ts'
import type { Format, TableFile } from './formats.ts'
import { guard, guideOf, type Layout, packXlsx, sheetOf, type Things, valuesOf, zipOf } from './layout.ts'
import { TABLE_LIMITS } from './limits.ts'

/** Items by code; walked once for each table, so that no more than one is held. */
type Items = Things<ServiceItem>

type Batch = { batch: string; time: string }

/** The tables of the template, in Chinese. */
function ownLayouts(named: (sheet: { heading: string; file: string }) => string): Layout<ServiceItem>[] {
  return [
    {
      name: named(ITEMS),
      headings: ITEM_COLUMNS.map(({ heading }) => heading),
      rowsOf: item => [valuesOf(ITEM_COLUMNS, item, true)],
    },
    ...PARTS.map((part): Layout<ServiceItem> => {
      const columns = [KEY, ...part.columns]
      return {
        name: named(part),
        headings: columns.map(({ heading }) => heading),
        rowsOf: item =>
          (item[part.field] ?? []).map(entry => valuesOf(columns, { ...entry, taskCode: item.taskCode }, true)),
      }
    }),
  ]
}

const BOOKKEEPING = ['cd_batch', 'cd_operation', 'cd_time', 'data_source']

function upLayouts({ batch, time }: Batch): Layout<ServiceItem>[] {
  const book = [batch, 'I', time, 'tongban']
  const layout = (
    name: string,
    columns: readonly Column[],
    of: (item: ServiceItem) => readonly object[],
  ): Layout<ServiceItem> => ({
    name,
    headings: [...columns.map(upColumn), ...BOOKKEEPING],
    rowsOf: item =>
      of(item).map(entry => [...valuesOf(columns, { ...entry, taskCode: item.taskCode }, false), ...book]),
  })
  return [
    ...ITEM_TABLES.map(name => {
      const columns = ITEM_COLUMNS.filter(({ up }) => up === name)
      return layout(name, columns.some(({ field }) => field === KEY.field) ? columns : [KEY, ...columns], item => [
        item,
      ])
    }),
    ...PARTS.map(part => layout(part.up, [KEY, ...part.columns], item => item[part.field] ?? [])),
  ]
}

/** `time` is `YYYY-MM-DD hh:mm:ss`. Problem: `request.oversize` when there are too many items for XLSX. */
export async function writeTables(items: Items, format: Format, batch: Batch): Promise<TableFile> {
  if (format === 'xlsx') return writeXlsx(items)
  return format === 'up'
    ? zipOf(upLayouts(batch), items, cell => cell)
    : zipOf(
        ownLayouts(({ file }) => file),
        items,
        guard,
      )
}

async function writeXlsx(items: Items): Promise<Uint8Array<ArrayBuffer>> {
  const layouts = ownLayouts(({ heading }) => heading)
  const tables = layouts.map(() => [] as string[][])
  let count = 0
  for await (const item of items()) {
    count++
    if (count > TABLE_LIMITS.xlsxItems)
      throw new ProblemError('request.oversize', `more than ${TABLE_LIMITS.xlsxItems} items: export them as csv`)
    for (const [index, { rowsOf }] of layouts.entries()) for (const row of rowsOf(item)) tables[index]?.push([...row])
  }
  const sheets = layouts.map(({ name, headings }, index) => sheetOf(name, headings, tables[index] ?? []))
  return packXlsx([
    ...sheets,
    guideOf([
      { heading: ITEMS.heading, columns: ITEM_COLUMNS },
      ...PARTS.map(({ heading, columns }) => ({ heading, columns: [KEY, ...columns] })),
    ]),
  ])
}

/** An empty table to fill in. */
export const writeTemplate = (format: Format): Promise<TableFile> =>
  writeTables(() => [], format, { batch: '', time: '' })
