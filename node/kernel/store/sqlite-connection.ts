/** One connection of bun:sqlite: prepared statements kept, and values checked on their way in and out. */
import { type SQLQueryBindings, Database as Sqlite, type Statement } from 'bun:sqlite'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Value } from './database.ts'
import { namedFull } from './disk.ts'
import { plannedOnce, statementsOf } from './sql.ts'

/** Prepared statements kept for a connection. */
const STATEMENTS = 500

export interface Connection {
  query<T extends object>(sql: string, params: readonly Value[]): T[]
  run(sql: string, params: readonly Value[]): number
  readonly inTransaction: boolean
  /** Closes the file, not merely this handle of it. */
  close(): void
}

export function openConnection(path: string, pragmas: readonly string[], mode: 'write' | 'read'): Connection {
  const sqlite = new Sqlite(
    path,
    mode === 'read' ? { readonly: true, strict: true } : { readwrite: true, strict: true },
  )
  const statements = new Map<string, Statement<unknown, SQLQueryBindings[]>>()
  try {
    for (const pragma of pragmas) sqlite.run(`PRAGMA ${pragma}`)
  } catch (error) {
    sqlite.close()
    throw error
  }

  function prepare(sql: string, params: readonly Value[]): Statement<unknown, SQLQueryBindings[]> {
    let statement = statements.get(sql)
    if (statement === undefined) {
      // SQLite prepares the first statement of several and says nothing of the rest.
      if (statementsOf(sql).length !== 1) throw new ProblemError('internal', 'not one SQL statement')
      if (statements.size >= STATEMENTS) forgetOldest()
      statement = sqlite.prepare<unknown, SQLQueryBindings[]>(plannedOnce(sql))
      statements.set(sql, statement)
    }
    // Without any parameter Bun would run it with those of the time before.
    if (params.length !== statement.paramsCount)
      throw new ProblemError(
        'internal',
        `the statement has ${statement.paramsCount} parameters, ${params.length} given`,
      )
    return statement
  }

  function forgetOldest(): void {
    const [oldest] = statements
    if (oldest === undefined) return
    oldest[1].finalize()
    statements.delete(oldest[0])
  }

  return {
    query<T extends object>(sql: string, params: readonly Value[]) {
      const statement = prepare(sql, params)
      try {
        const rows = statement.all(...storable(params)) as T[]
        for (const row of rows) exact(row)
        return rows
      } catch (error) {
        throw namedFull(error)
      }
    },
    run(sql, params) {
      const statement = prepare(sql, params)
      try {
        return statement.run(...storable(params)).changes
      } catch (error) {
        throw namedFull(error)
      }
    },
    get inTransaction() {
      return sqlite.inTransaction
    },
    close() {
      for (const statement of statements.values()) statement.finalize()
      statements.clear()
      sqlite.close()
    },
  }
}

/** Numbers that SQLite would keep as something else (NaN as NULL, say) are refused. */
function storable(params: readonly Value[]): SQLQueryBindings[] {
  for (const value of params) {
    if (value === undefined) throw new ProblemError('internal', 'a parameter is undefined')
    if (typeof value === 'number' && !(Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)))
      throw new ProblemError('internal', 'a number that the store cannot keep exactly')
  }
  return params as SQLQueryBindings[]
}

/** Bun gives the nearest number for an integer beyond 2^53: refused, not guessed. */
function exact(row: object): void {
  for (const value of Object.values(row)) {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new ProblemError('internal', 'an integer beyond 2^53 in the store')
  }
}
