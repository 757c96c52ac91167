/** How a file was read, for people to look at before it counts: each sheet, and each column with what its first cells were taken for. */
import { writeCell } from './cells.ts'
import type { Column } from './columns.ts'
import type { FaultCode } from './faults.ts'
import type { PartField } from './formats.ts'
import { nearestTo, suggestionFor } from './nearest.ts'
import type { How } from './recognise.ts'

export const READING_LIMITS = {
  /** cells of a column that are shown as they were read, each word once */
  samples: 3,
  /** characters of a cell that are shown */
  shown: 40,
  /** words of a column that could not be read, each once: as many as a mapping takes */
  words: 500,
  /** characters of such a word: as many as a mapping takes */
  word: 200,
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
  /** what its cells may hold, in words */
  takes: string
  how: How | null
  /** cells that hold something */
  filled: number
  /** cells that could not be read */
  unread: number
  /** needed cells that hold nothing, of items that lack what they would say */
  lacking: number
  samples: { given: string; read: string }[]
  /** words that could not be read: what a mapping would say of them */
  words: UnreadWord[]
  /** units of its limits of which nothing says how many working days they are */
  units: string[]
  /** the field that its cells or its heading speak for; null where it is read, or nothing does */
  suggestion: string | null
}
/** A word that could not be read. */
export type UnreadWord = {
  /** as a mapping names it */
  given: string
  cells: number
  /** what may stand for it, the nearest first; empty where that is no list of words */
  nearest: string[]
  /** the one of them that it names in part */
  suggestion: string | null
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
  absent: { field: string; name: string; takes: string; lacking: number }[]
}

export const newColumn = (at: number, heading: string): ColumnReading => ({
  at: lettersOf(at),
  heading,
  field: null,
  name: '',
  takes: '',
  how: null,
  filled: 0,
  unread: 0,
  lacking: 0,
  samples: [],
  words: [],
  units: [],
  suggestion: null,
})

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

/** Keeps words that could not be read. */
export function noteWords(reading: ColumnReading, words: readonly string[], column: Column): void {
  for (const given of new Set(words)) {
    const known = reading.words.find(word => word.given === given)
    if (known !== undefined) known.cells++
    else if (reading.words.length < READING_LIMITS.words && given.length <= READING_LIMITS.word && given !== '')
      reading.words.push({
        given,
        cells: 1,
        nearest: nearestTo(given, column),
        suggestion: suggestionFor(given, column),
      })
  }
}

/** Keeps a unit of limits of which nothing says how many working days it stands for. */
export function noteUnit(reading: ColumnReading, unit: string): void {
  if (!reading.units.includes(unit)) reading.units.push(unit)
}
