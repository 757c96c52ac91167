/** SQL of the adapter. Names are those of the configuration, which are words, and quoted; every value is a parameter. */
import type { Dialect, Statement, TableName, Value } from './driver.ts'
import type { RowPlan, SourcePlan } from './plan.ts'
import type { Tables } from './tables.ts'

/** A row with all its bytes. */
export type WholeRow = { row: RowPlan; values: ReadonlyMap<string, Value> }

export type Statements = ReturnType<typeof createStatements>

export function createStatements(dialect: Dialect, tables: Tables) {
  const { quote } = dialect
  const from = ({ schema, table }: TableName): string =>
    schema === null ? quote(table) : `${quote(schema)}.${quote(table)}`
  const equal = (table: TableName, column: string, n: number): string =>
    `${quote(column)} = ${dialect.compared(n, tables.column(table, column)?.number ?? false)}`
  const typeOf = ({ columns }: RowPlan, name: string) => columns.find(column => column.name === name)?.type ?? 'text'
  const keyValues = ({ row, values }: WholeRow): Value[] => row.key.map(column => values.get(column) ?? null)

  /** Rows beyond a mark: (a, b) > (x, y), written out, for not every database knows it of rows. */
  function beyond(
    table: TableName,
    mark: readonly string[],
    at: readonly string[],
    values: Value[],
    than: '>' | '<=',
  ): string {
    const place = (column: string, value: string): string => {
      values.push(value)
      return dialect.compared(values.length - 1, tables.column(table, column)?.number ?? false)
    }
    const strict = than === '>' ? '>' : '<'
    const parts = mark.map((column, index) => {
      const same = mark.slice(0, index).map((before, n) => `${quote(before)} = ${place(before, at[n] ?? '')}`)
      const last = than === '<=' && index === mark.length - 1 ? '<=' : strict
      return [...same, `${quote(column)} ${last} ${place(column, at[index] ?? '')}`].join(' AND ')
    })
    return `(${parts.join(' OR ')})`
  }

  function flagIs(
    table: TableName,
    { column, unread }: { column: string; unread: string | null },
    values: Value[],
  ): string {
    if (unread === null) return `${quote(column)} IS NULL`
    values.push(unread)
    return equal(table, column, values.length - 1)
  }

  const selected = (columns: Iterable<string>): string =>
    [...new Set(columns)].map(column => `${quote(column)} AS ${quote(column)}`).join(', ')

  function conditions({ table, where }: SourcePlan, values: Value[]): string[] {
    return where.map(([column, value]) => {
      values.push(value)
      return equal(table, column, values.length - 1)
    })
  }

  const ofSource = ({ columns, id, by }: SourcePlan): string =>
    selected([...columns, ...id, ...('mark' in by ? by.mark : by.order)])

  return {
    write({ row, values }: WholeRow): Statement {
      const names = [...values.keys()]
      if (row.write === 'insert') {
        const places = names.map((name, n) => dialect.place(n, typeOf(row, name)))
        return {
          sql: `INSERT INTO ${from(row.table)} (${names.map(quote).join(', ')}) VALUES (${places.join(', ')})`,
          values: names.map(name => values.get(name) ?? null),
        }
      }
      const set = names.filter(name => !row.key.includes(name))
      const sets = set.map((name, n) => `${quote(name)} = ${dialect.place(n, typeOf(row, name))}`)
      const where = row.key.map((name, n) => equal(row.table, name, set.length + n))
      return {
        sql: `UPDATE ${from(row.table)} SET ${sets.join(', ')} WHERE ${where.join(' AND ')}`,
        values: [...set, ...row.key].map(name => values.get(name) ?? null),
      }
    },

    /** The row that has this key. */
    byKey(made: WholeRow, columns: readonly string[]): Statement {
      const { row } = made
      const where = row.key.map((column, n) => equal(row.table, column, n))
      return {
        sql: `SELECT ${columns.length === 0 ? '1 AS found' : selected(columns)} FROM ${from(row.table)} WHERE ${where.join(' AND ')}`,
        values: keyValues(made),
      }
    },

    /** The next rows beyond a mark; null: from the first. */
    beyond(source: SourcePlan, mark: readonly string[], at: readonly string[] | null, rows: number): Statement {
      const values: Value[] = []
      const where = [...conditions(source, values), ...mark.map(column => `${quote(column)} IS NOT NULL`)]
      if (at !== null) where.push(beyond(source.table, mark, at, values, '>'))
      const select = `SELECT ${ofSource(source)} FROM ${from(source.table)}${all(where)} ORDER BY ${mark.map(quote).join(', ')}`
      return { sql: dialect.first(select, rows), values }
    },

    /** What tells one set of rows between two marks from another. */
    print(
      source: SourcePlan,
      mark: readonly string[],
      low: readonly string[] | null,
      high: readonly string[],
    ): Statement {
      const values: Value[] = []
      const where = conditions(source, values)
      if (low !== null) where.push(beyond(source.table, mark, low, values, '>'))
      where.push(beyond(source.table, mark, high, values, '<='))
      const columns = [...new Set([...mark, ...source.id])].map(quote)
      return {
        sql: dialect.print(columns, `FROM ${from(source.table)}${all(where)}`, mark.map(quote).join(', ')),
        values,
      }
    },

    unread(source: SourcePlan, { flag, order }: Extract<SourcePlan['by'], { flag: unknown }>, rows: number): Statement {
      const values: Value[] = []
      const where = conditions(source, values)
      where.push(flagIs(source.table, flag, values))
      const select = `SELECT ${ofSource(source)} FROM ${from(source.table)}${all(where)} ORDER BY ${order.map(quote).join(', ')}`
      return { sql: dialect.first(select, rows), values }
    },

    /** Sets the flag of the row of an answer, unless it was written anew since. */
    flagged({ table, id, by }: SourcePlan, values: readonly string[]): Statement | null {
      if ('mark' in by) return null
      const sent: Value[] = [by.flag.read, ...values]
      const where = [...id.map((column, n) => equal(table, column, n + 1)), flagIs(table, by.flag, sent)]
      return {
        sql: `UPDATE ${from(table)} SET ${quote(by.flag.column)} = ${dialect.place(0, 'text')} WHERE ${where.join(' AND ')}`,
        values: sent,
      }
    },

    file({ table, key, content }: { table: TableName; key: string; content: string }, file: string): Statement {
      return {
        sql: `SELECT ${selected([content])} FROM ${from(table)} WHERE ${equal(table, key, 0)}`,
        values: [file],
      }
    },
  }
}

const all = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
