/** Limits that tables tell in other units than working days. Pure. */
import type { CellResult } from './cells.ts'
import type { Column } from './columns.ts'

/** A column of limits, and the unit that its heading tells. */
type Limited = { column: Column; unit: string | null }

/** Whether a cell is a limit that is not told in working days, by itself or by its heading. */
export const inOtherUnit = ({ column, unit }: Limited, result: CellResult): boolean =>
  column.units?.test('工作日') === true &&
  (result.ok ? result.bare === true && unit !== null && unit !== 'working' : result.limit !== undefined)

/** Whether a limit can be told as working days by its unit alone: parts of a day cannot, nor of a month. */
export const mayBeDays = ({ number, unit }: { number: number; unit: string }): boolean =>
  Number.isInteger(number) && !/^(?:小时|分钟|时)$/.test(unit)

/** Days that the law counts as working days alone (行政许可法 art. 82), of items of that type. */
const LICENCE = '01'

/** A limit in working days, as far as the heading, the column of its unit, the law or the mapping say how many they are. */
export function daysOf(
  place: Limited,
  result: CellResult,
  row: Readonly<Record<string, unknown>>,
  workingDays: Readonly<Record<string, number>>,
): { number: number; byLaw: boolean } | null {
  const limit = result.ok ? { number: Number(result.value), unit: place.unit ?? '' } : result.limit
  if (limit === undefined) return null
  const isDay = limit.unit === '日' || limit.unit === '天'
  const told = place.unit === 'working' || (place.column.unit !== undefined && row[place.column.unit] === '1')
  if (isDay && told) return { number: limit.number, byLaw: false }
  const each = workingDays[limit.unit]
  if (each !== undefined) {
    const number = limit.number * each
    return Number.isInteger(number) ? { number, byLaw: false } : null
  }
  return isDay && row.taskType === LICENCE ? { number: limit.number, byLaw: true } : null
}
