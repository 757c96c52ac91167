/** The holiday tables (节假日表) of a bundle: each in its form, of a place of the case, and like the program's own where it has one. */
import { type CountedTable, type HolidayTable, readCountedTable } from '../../../../protocol/calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../../../../protocol/calendar/china.ts'
import { calendarPath } from './deadlines.ts'
import type { BundleFiles } from './files.ts'
import type { Findings } from './findings.ts'

/** By city: the national tables, and those of its region. */
export async function readCalendars(
  files: BundleFiles,
  cities: readonly string[],
  findings: Findings,
): Promise<Map<string, CountedTable[]>> {
  const tables = new Map<string, CountedTable[]>(cities.map(city => [city, []]))
  for (const path of files.inFolder('calendars')) {
    const bytes = await files.bytes(path)
    if (bytes === null) continue
    const read = readCountedTable(bytes)
    if (!read.ok) {
      findings.refused(path, read)
      continue
    }
    const { table } = read
    const counting = cities.filter(
      city => path === calendarPath(table, city) && (table.region === 'CN' || city.startsWith(table.region)),
    )
    if (counting.length === 0) findings.error(path, 'calendar.unrelated')
    // Nobody signs a table: a bundle could count by days of its own.
    const own = CHINA_HOLIDAYS.find(({ region, year }) => region === table.region && year === table.year)
    if (own !== undefined && daysOf(own) !== daysOf(table)) findings.warning(path, 'calendar.differs')
    for (const city of counting) tables.get(city)?.push(table)
  }
  return tables
}

const daysOf = ({ off, worked }: HolidayTable): string => JSON.stringify([off.toSorted(), worked.toSorted()])
