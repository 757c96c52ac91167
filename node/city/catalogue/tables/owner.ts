/** Whose a row of a table is: by its code, by its name, or by the row above it. */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import { KEY } from './columns.ts'
import type { Faults } from './faults.ts'
import type { Sheet, Source, Values } from './sheet.ts'
import { NONE } from './synonyms.ts'

/** Whose a row is: a code, or a name while its code is looked for. */
export type Owner = { code: string } | { name: string }

export const sameOwner = (a: Owner, b: Owner): boolean =>
  'code' in a ? 'code' in b && a.code.toUpperCase() === b.code.toUpperCase() : 'name' in b && a.name === b.name

/** Whether the code of a row could not be read, which was told. */
export const keyIsFaulty = (sheet: Sheet, faulty: ReadonlyMap<Source | null, ReadonlySet<string>>): boolean =>
  sheet.keyAt >= 0 && faulty.get(sheet.places[sheet.keyAt]?.source ?? null)?.has(KEY.field) === true

/** Whose a row is: by its code, by its name, or the one above it where parts of one item stand below each other; null when nothing tells. */
export function ownerOf(
  sheet: Sheet,
  cells: readonly string[],
  values: ReadonlyMap<Source | null, Values>,
  faulty: ReadonlyMap<Source | null, ReadonlySet<string>>,
  no: number,
  faults: Faults,
): Owner | null {
  const key = sheet.places[sheet.keyAt]
  const code = key === null || key === undefined ? undefined : values.get(key.source)?.[KEY.field]
  if (typeof code === 'string' && code !== '') return { code }
  if (keyIsFaulty(sheet, faulty)) return null
  const name = plainText(cells[sheet.nameAt] ?? '')
  if (name !== '' && !NONE.test(name)) {
    const { last } = sheet
    const parts = sheet.sources.length > 1 || sheet.sources[0]?.part !== null
    const same = parts && last !== null && plainText(last.cells[sheet.nameAt] ?? '') === name
    return same && last.owner !== null ? last.owner : { name }
  }
  const goesOn = !sheet.up && (sheet.sources[0]?.part !== null || onlyParts(sheet, cells))
  if (goesOn && sheet.last !== null) {
    // The row that it goes on with could not be read, which was told.
    if (sheet.last.owner !== null) faults.once('note.filled', sheet.name, no, key?.heading ?? '')
    return sheet.last.owner
  }
  if (!sheet.keyless) faults.add('row.key', sheet.name, no, key?.heading ?? KEY.heading)
  return null
}

/** Whether a row of a table of items holds cells of their parts alone. */
const onlyParts = (sheet: Sheet, cells: readonly string[]): boolean =>
  sheet.sources.length > 1 &&
  sheet.places.every(
    (place, index) => place === null || place.source?.part !== null || (cells[index] ?? '').trim() === '',
  )
