/** How a file was read, for people to look at before it counts: each sheet, and each column with what its first cells were taken for. */
import { writeCell } from './cells.ts'
import type { Column } from './columns.ts'
import type { FaultCode } from './faults.ts'
import type { PartField } from './formats.ts'
import type { How } from './recognise.ts'

const READING_LIMITS = {
  /** cells of a column that are shown as they were read, each word once */
  samples: 3,
  /** characters of a cell that are shown */
  shown: 40,
} as const

export type ColumnReading = {
  /** where it stands: A, B … */
  at: string
  /** as it is headed, with its group before it */
  heading: string
  /** `promiseDay`, `materials.isNeed`; null for a column that is left out */
  field: string | null
  /** what the template calls it */
  name: string
  how: How | null
  /** cells that hold something */
  filled: number
  /** cells that could not be read */
  unread: number
  samples: { given: string; read: string }[]
}
export type SheetReading = {
  sheet: string
  /** what it holds; null for a sheet that is left out */
  holds: 'items' | PartField | null
  /** what stands in the rows of its items as well */
  also: PartField[]
  /** why it is left out */
  why: FaultCode | null
  /** row of the heading, the lower one of two; 0 without one */
  heading: number
  rows: number
  columns: ColumnReading[]
  /** needed columns that it does not have: the items must be held already, or a mapping gives them */
  absent: { field: string; name: string }[]
}

/** A, B … Z, AA … of a place from 0. */
export function lettersOf(place: number): string {
  const letter = String.fromCharCode(65 + (place % 26))
  return place < 26 ? letter : lettersOf(Math.floor(place / 26) - 1) + letter
}

const shortened = (text: string): string => {
  const characters = [...text.slice(0, 4 * READING_LIMITS.shown).trim()]
  return characters.length > READING_LIMITS.shown
    ? `${characters.slice(0, READING_LIMITS.shown).join('')}…`
    : characters.join('')
}

/** Counts a cell, and keeps what it was taken for; null for one that was not read. */
export function noteCell(reading: ColumnReading, given: string, read: { value: unknown; column: Column } | null): void {
  reading.filled++
  if (reading.samples.length >= READING_LIMITS.samples) return
  const shown = shortened(given)
  if (reading.samples.some(sample => sample.given === shown)) return
  reading.samples.push({ given: shown, read: read === null ? '' : shortened(writeCell(read.value, read.column, true)) })
}
