/**
 * The tables as the database has them: what the configuration names must be there, unique where exactly one effect leans on it, and
 * undone with its transaction. Looked at before the first row is written or read, and until all is there.
 */
import type { Connection, Dialect, TableFacts, TableName } from './driver.ts'
import type { FrontTablePlan, RowPlan } from './plan.ts'
import type { Pool } from './pool.ts'

export type Tables = ReturnType<typeof createTables>

const shown = ({ schema, table }: TableName): string => (schema === null ? table : `${schema}.${table}`)

/** Columns that are used of each table, by its name. */
function columnsOf(plan: FrontTablePlan): Map<string, { name: TableName; columns: Set<string>; written: boolean }> {
  const tables = new Map<string, { name: TableName; columns: Set<string>; written: boolean }>()
  const use = (name: TableName, columns: readonly string[], written: boolean) => {
    const known = tables.get(shown(name)) ?? { name, columns: new Set<string>(), written: false }
    for (const column of columns) known.columns.add(column)
    tables.set(shown(name), { ...known, written: known.written || written })
  }
  for (const packet of [plan.register, ...plan.packets.values()]) {
    for (const row of packet.rows)
      use(
        row.table,
        row.columns.map(({ name }) => name),
        true,
      )
    if (packet.answer !== null) use(packet.keyRow.table, packet.answer.columns, true)
  }
  for (const { table, columns, where, by, id, files } of plan.sources) {
    use(table, [...columns, ...id, ...where.map(([name]) => name)], false)
    use(table, 'mark' in by ? by.mark : [by.flag.column, ...by.order], false)
    if (files !== null && 'table' in files) use(files.table, [files.key, files.content], false)
  }
  return tables
}

export function createTables(plan: FrontTablePlan, dialect: Dialect, pool: Pool) {
  const used = columnsOf(plan)
  let facts: ReadonlyMap<string, TableFacts> | null = null
  let looking: Promise<readonly string[]> | null = null

  async function look(connection: Connection): Promise<readonly string[]> {
    const found = new Map<string, TableFacts>()
    const faults: string[] = []
    for (const [name, { name: table, columns, written }] of used) {
      const described = await dialect.describe(connection, table)
      if (described === null) {
        faults.push(`${name}: is missing`)
        continue
      }
      found.set(name, described)
      const known = new Set(described.columns.map(column => column.name))
      faults.push(...[...columns].filter(column => !known.has(column)).map(column => `${name}.${column}: is missing`))
      if (written && !described.transactional) faults.push(`${name}: is of an engine without transactions`)
    }
    for (const packet of [plan.register, ...plan.packets.values()]) faults.push(...unproved(packet.keyRow, found))
    for (const { table, by } of plan.sources)
      if ('mark' in by && found.has(shown(table)) && !isUnique(found.get(shown(table)), by.mark))
        notes.add(`${shown(table)}: that (${by.mark.join(', ')}) is unique is not seen from here`)
    if (faults.length === 0) facts = found
    return faults
  }

  /** A key that the database does not hold to one row is no proof of one effect. */
  function unproved(row: RowPlan, found: ReadonlyMap<string, TableFacts>): string[] {
    const name = shown(row.table)
    const described = found.get(name)
    if (described === undefined || isUnique(described, row.key)) return []
    return [`${name}: (${row.key.join(', ')}) is not unique; make it the primary key or give it a unique index`]
  }

  const isUnique = (described: TableFacts | undefined, key: readonly string[]): boolean =>
    described?.uniques.some(unique => unique.length > 0 && unique.every(column => key.includes(column))) === true

  /** Columns that must be given something and are given nothing. */
  function forgotten(): string[] {
    return [plan.register, ...plan.packets.values()].flatMap(({ rows }) =>
      rows.flatMap(({ write, table, columns }) => {
        if (write !== 'insert') return []
        const given = new Set(columns.map(({ name }) => name))
        const described = facts?.get(shown(table))?.columns ?? []
        return described
          .filter(({ name, needed }) => needed && !given.has(name))
          .map(({ name }) => `${shown(table)}.${name}: must have a value, and the mapping gives it none`)
      }),
    )
  }

  const notes = new Set<string>()

  return {
    /** What is missing, of all tables; none: they can be used. Throws DatabaseFault. */
    async faults(signal: AbortSignal): Promise<readonly string[]> {
      if (facts !== null) return []
      looking ??= pool.look(signal, look).finally(() => {
        looking = null
      })
      return looking
    },
    /** Looks anew, whatever was seen before. Throws DatabaseFault. */
    async again(signal: AbortSignal): Promise<{ faults: readonly string[]; notes: readonly string[] }> {
      const faults = await pool.look(signal, look)
      return { faults, notes: [...new Set([...notes, ...forgotten()])] }
    },
    column: (table: TableName, column: string) =>
      facts?.get(shown(table))?.columns.find(({ name }) => name === column) ?? null,
    shown,
  }
}
