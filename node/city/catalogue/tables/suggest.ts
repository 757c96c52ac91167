/** What the columns that were left out may be: a needed column that is not there, by what stands in their cells or over them. Pure. */
import { plainCode } from '../../../../protocol/codes/spelling.ts'
import { readCell } from './cells.ts'
import { type Column, KEY, normalHeading } from './columns.ts'
import { likeness } from './nearest.ts'
import { type ColumnMapping, fieldNamed, isUnread } from './recognise.ts'
import type { Sheet } from './sheet.ts'
import { HEADINGS } from './synonyms.ts'

/** How much of a heading must be that of a column, or of its words be words of it, for it to be taken for one. */
const LIKELY = 0.5
/** Long numbers, as codes of items are, and no phone numbers. */
const CODE = /^(?!0\d{2,3}-?\d{7,8}$)(?=(?:.*\d){6})[0-9A-Z-]{8,50}$/i

/** Words of many headings, which say little of one. */
const COMMON = /材料|事项|服务/g
const telling = (heading: string): string => heading.replaceAll(COMMON, '')

const isTold = ({ kind }: Column): boolean => kind === 'code' || kind === 'codes' || kind === 'modes'

/** Of the words of a column the share that are words of another one. Short numbers are codes of any column. */
function shareOf(words: ReadonlySet<string>, column: Column, from1904: boolean): number {
  const fits = (word: string): boolean =>
    column.field === KEY.field
      ? CODE.test(plainCode(word).replaceAll(/\s/g, ''))
      : isTold(column) && /\p{L}/u.test(word) && readCell(word, column, {}, from1904).ok
  return words.size === 0 ? 0 : [...words].filter(fits).length / words.size
}

/** How much a heading is one of the names of a column; that of a code says little. */
const alikeHeadings = (heading: string, column: Column, field: string): number =>
  column.field === KEY.field
    ? 0
    : Math.max(
        ...[column.heading, ...(HEADINGS[field]?.sure ?? [])].map(name => {
          const own = telling(heading)
          const other = telling(normalHeading(name))
          return own === '' || other === '' ? 0 : likeness(own, other)
        }),
      )

/** What stands in the columns that may be others than they are called: those left out, and those of which no cell could be read. */
const doubtful = ({ reading, glanced }: Sheet): [number, ReadonlySet<string>, boolean][] =>
  reading.columns.flatMap(
    ({ field, how, filled, unread, words, samples }, at): [number, ReadonlySet<string>, boolean][] => {
      const seen = glanced.get(at)
      if (field === null) return seen === undefined ? [] : [[at, seen, false]]
      const misnamed = how !== 'mapping' && filled > 0 && unread === filled
      return misnamed ? [[at, new Set([...samples, ...words].map(({ given }) => given)), true]] : []
    },
  )

/**
 * Says of the columns of a sheet that were left out what they may be: fields that its items lack, or that another column has of which no
 * cell could be read; and of a column whose every cell is unread and speaks for a field that is lacking, that it is that one.
 * The likeliest first, each field and each column once.
 */
export function suggestFields(sheet: Sheet): void {
  const { reading, keyless } = sheet
  const wanted = [
    ...(keyless ? [{ field: KEY.field, had: false }] : []),
    ...reading.absent.flatMap(({ field, lacking }) => (keyless || lacking > 0 ? [{ field, had: false }] : [])),
    ...reading.columns.flatMap(({ field, how, filled, unread }) =>
      field !== null && how !== 'mapping' && filled > 0 && unread === filled ? [{ field, had: true }] : [],
    ),
  ].flatMap(({ field, had }) => {
    const named = fieldNamed(field)
    return named === undefined ? [] : [{ field, had, ...named }]
  })
  const likely = doubtful(sheet).flatMap(([at, words, misnamed]) => {
    const column = reading.columns[at]
    if (column === undefined || isUnread(column.heading)) return []
    const heading = normalHeading(column.heading)
    return wanted.map(({ field, had, column: meant, part }) => {
      const share = shareOf(words, meant, sheet.from1904)
      // A column that is headed as the field gives way to cells that say it, never to a name.
      if (had && share < LIKELY) return { at, field, score: 0 }
      // One that has a name of its own is another field by its cells alone, and by all of them.
      if (misnamed) return { at, field, score: had || share < 1 ? 0 : share }
      // Among the columns of items a name alone, such as 类别, makes nothing a part of them.
      const nameTells = part === null || sheet.sources[0]?.part !== null || !isTold(meant) || share > 0
      return { at, field, score: share + (nameTells ? alikeHeadings(heading, meant, field) : 0) }
    })
  })
  const taken = new Set<string | number>()
  for (const { at, field, score } of likely.toSorted((a, b) => b.score - a.score)) {
    const column = reading.columns[at]
    if (score < LIKELY || column === undefined || taken.has(at) || taken.has(field)) continue
    taken.add(at).add(field)
    column.suggestion = field
  }
}

/** What is guessed, as a mapping: the columns that speak for a field, and those that give way to them. */
export function guessedColumns(sheets: readonly Sheet[]): ColumnMapping {
  const guessed: Record<string, string> = {}
  for (const { name, reading } of sheets) {
    const suggested = new Set(reading.columns.flatMap(({ suggestion }) => suggestion ?? []))
    for (const { heading, field, suggestion } of reading.columns) {
      if (suggestion !== null) guessed[`${name}!${heading}`] = suggestion
      else if (field !== null && suggested.has(field)) guessed[`${name}!${heading}`] = ''
    }
  }
  return guessed
}
