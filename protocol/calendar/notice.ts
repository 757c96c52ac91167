/**
 * What a city tells its partners of its calendar in each greeting, so that a deadline is the same on both sides: the holiday
 * tables of its own region, by which its partners count its limits, and digests of the national ones, to be compared. SPEC.md §6.5.
 */
import * as z from 'zod'
import { Sha256, sha256 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { HolidayTable, readHolidayTable } from './calendar.ts'

const { year } = HolidayTable.shape

export const CalendarNotice = z.strictObject({
  from: year.describe('first year that the notice speaks of'),
  national: z
    .array(z.strictObject({ year, sha256: Sha256 }))
    .max(16)
    .describe('digests of the tables of the whole country'),
  regional: z.array(HolidayTable).max(16).describe("tables of the sender's region"),
})
export type CalendarNotice = z.infer<typeof CalendarNotice>

/** How the tables of one year stand at two cities: which of them lacks one, or that their days differ. */
export type TableDifference = { region: string; year: number; kind: 'own' | 'partner' | 'differs' }

/** SHA-256 of the days of a table, hex; who wrote it and in which order falls out. */
export const tableDigest = ({ region, year: of, off, worked }: HolidayTable): Promise<string> =>
  sha256(['tongban calendar 1', region, String(of), off.toSorted().join(','), worked.toSorted().join(',')].join('\n'))

/** What a city tells of the tables it holds, of the years from `from` on. */
export async function writeNotice(
  tables: readonly HolidayTable[],
  city: string,
  from: number,
): Promise<CalendarNotice> {
  const told = tables.filter(table => table.year >= from).toSorted((a, b) => a.year - b.year)
  const national = told.filter(({ region }) => region === 'CN').slice(0, 16)
  return {
    from,
    national: await Promise.all(national.map(async table => ({ year: table.year, sha256: await tableDigest(table) }))),
    regional: told.filter(({ region }) => city.startsWith(region)).slice(0, 16),
  }
}

/** Checks what a city told. Problem: `calendar.malformed`. */
export function readNotice(notice: CalendarNotice, city: string): { ok: true } | Refused {
  const years = new Set<number>()
  for (const table of notice.regional) {
    const read = readHolidayTable(JSON.stringify(table))
    if (!read.ok) return read
    if (!city.startsWith(table.region))
      return refuse('calendar.malformed', `regional: ${table.region} of another region`)
    if (table.year < notice.from || years.has(table.year))
      return refuse('calendar.malformed', `regional: ${table.year} stands twice or before from`)
    years.add(table.year)
  }
  return { ok: true }
}

/** Where the national tables of two cities differ, of the years that both speak of. */
export function compareNational(own: CalendarNotice, partner: CalendarNotice): TableDifference[] {
  const from = Math.max(own.from, partner.from)
  const digests = (notice: CalendarNotice) => new Map(notice.national.map(entry => [entry.year, entry.sha256]))
  const ours = digests(own)
  const theirs = digests(partner)
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter(of => of >= from && ours.get(of) !== theirs.get(of))
    .sort((a, b) => a - b)
    .map(of => ({ region: 'CN', year: of, kind: !ours.has(of) ? 'own' : theirs.has(of) ? 'differs' : 'partner' }))
}
