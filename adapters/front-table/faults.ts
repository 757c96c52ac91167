/** What people are told of a fault: where it is and whose it is, with names and codes alone; messages of databases quote data. */
import type { JsonValue } from '../../protocol/primitives.ts'
import type { DatabaseFault } from './driver.ts'
import type { PacketPlan } from './plan.ts'
import type { Made } from './rows.ts'
import type { Tables } from './tables.ts'

/** At most so many things that are missing are told in one message. */
const TOLD = 12

export const saying = {
  /** The database is not as the configuration says. */
  setup(faults: readonly string[]): string {
    const rest = faults.length - TOLD
    return `database: ${faults.slice(0, TOLD).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
  },

  unavailable(name: string, { kind, code }: DatabaseFault): string {
    const why =
      kind === 'busy'
        ? 'the database is busy, or a lock is held too long'
        : kind === 'setup'
          ? 'the database does not let us in, or is not as the configuration says'
          : 'no answer of the database'
    return `${name}: ${why} (${code})`
  },

  /** What the database does not take, by its column where that can be told. */
  refused({ name, rows }: PacketPlan, fault: DatabaseFault, made: Made | null, tables: Tables): string {
    const { column, constraint, code } = fault
    const named = column !== null && !column.startsWith('$') ? column : null
    const place =
      named !== null
        ? rows.flatMap(row => row.columns).find(found => found.name === named)?.place
        : made === null
          ? undefined
          : (tooLong(made, tables) ?? numbered(made, column, tables))
    const where = place ?? (named === null ? `${name}.rows` : `${name}.rows: ${named}`)
    const rule = constraint === null ? '' : `, rule ${constraint}`
    return `${where}: the database does not take it (${code}${rule})`
  },
}

/** The column of a number that a database names by its place in the statement, as PostgreSQL does of one that is out of range. */
function numbered({ rows }: Made, place: string | null, tables: Tables): string | undefined {
  if (place === null) return undefined
  const found = rows.flatMap(({ row, cells }) => {
    const cell = cells[Number(place.slice(1)) - 1]
    return cell !== undefined && tables.column(row.table, cell.column.name)?.number === true ? [cell.column.place] : []
  })
  return found[0]
}

/** The first column whose value is not of the size or kind that its table says. */
function tooLong({ rows }: Made, tables: Tables): string | undefined {
  for (const { row, cells } of rows)
    for (const cell of cells) {
      if (!('value' in cell) || typeof cell.value !== 'string') continue
      const facts = tables.column(row.table, cell.column.name)
      if (facts === null) continue
      const { characters, bytes, number } = facts
      if (characters !== null && [...cell.value].length > characters)
        return `${cell.column.place}: longer than its ${characters} characters`
      if (bytes !== null && Buffer.byteLength(cell.value) > bytes)
        return `${cell.column.place}: longer than its ${bytes} bytes`
      if (number && !/^-?\d+(\.\d+)?$/.test(cell.value)) return `${cell.column.place}: no number`
    }
  return undefined
}

/** A code of a few letters and digits; anything longer might be a text about a person, unless `errors` lists it. */
const PLAIN_CODE = /^[A-Za-z]{0,4}[-_]?\d{1,6}$/

export function codeOfRefusal(
  value: JsonValue | undefined,
  errors: ReadonlyMap<string, string>,
): { text: string; code?: string } {
  if (typeof value !== 'string' && typeof value !== 'number') return { text: 'refused by the system' }
  const code = String(value)
  const meaning = errors.get(code)
  if (meaning !== undefined) return { text: `error ${code}: ${meaning}`, code }
  return PLAIN_CODE.test(code)
    ? { text: `error ${code}`, code }
    : { text: 'an error that the configuration does not list' }
}
