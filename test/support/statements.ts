/** Counts what nodes of this process ask of SQLite: the only measure of the hot path that does not depend on the machine. */
import { type SQLQueryBindings, Database as Sqlite, type Statement } from 'bun:sqlite'

/** Statements by their text, and beside them what begins and ends transactions. */
type Tally = Map<string, number>
/** `statements`: what reads and writes; `transactions`: of callers; `commits`: durable ones, which transactions may share. */
export type Statements = { statements: number; transactions: number; commits: number }

const CONTROL = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)/
const BEGIN = 'BEGIN IMMEDIATE'
const SAVEPOINT = 'SAVEPOINT one'
/** Stands in a tally for a group that is one transaction, and has no savepoint. */
const ALONE = 'BEGIN IMMEDIATE without SAVEPOINT'

/** Counts from now on what is asked of stores that are opened from now on; `restore` ends it. */
export function countStatements(): { of(path: string): () => Tally; restore(): void } {
  const tallies = new Map<string, Tally>()
  const { prepare } = Sqlite.prototype
  /** connections whose last statement began a group */
  const begun = new WeakSet<Sqlite>()
  const tallyOf = (path: string): Tally => {
    const tally = tallies.get(path) ?? new Map<string, number>()
    tallies.set(path, tally)
    return tally
  }
  Sqlite.prototype.prepare = function (this: Sqlite, sql: string, ...rest: []) {
    const statement = prepare.call(this, sql, ...rest) as Statement<unknown, SQLQueryBindings[]>
    const tally = tallyOf(this.filename)
    const count = (text: string) => tally.set(text, (tally.get(text) ?? 0) + 1)
    const counted = <A extends unknown[], R>(call: (...args: A) => R) => {
      const connection = this
      return function (this: unknown, ...args: A): R {
        count(sql)
        if (begun.delete(connection) && sql !== SAVEPOINT) count(ALONE)
        if (sql === BEGIN) begun.add(connection)
        return call.apply(statement, args)
      }
    }
    statement.run = counted(statement.run)
    statement.all = counted(statement.all)
    return statement
  } as typeof prepare
  return {
    /** What is asked of one store from now until the function that it gives is called. */
    of(path) {
      const before = new Map(tallyOf(path))
      return () => {
        const now = tallyOf(path)
        return new Map([...now].map(([sql, n]) => [sql, n - (before.get(sql) ?? 0)] as const).filter(([, n]) => n > 0))
      }
    },
    restore() {
      Sqlite.prototype.prepare = prepare
    },
  }
}

/** How often each statement is run by most of several rounds: work that comes by the clock falls into one of them or another. */
export function usual(rounds: readonly Tally[]): Tally {
  const texts = new Set(rounds.flatMap(round => [...round.keys()]))
  return new Map(
    [...texts].map(sql => {
      const times = rounds.map(round => round.get(sql) ?? 0).sort((a, b) => a - b)
      return [sql, times[Math.floor(times.length / 2)] ?? 0] as const
    }),
  )
}

export function totals(tally: Tally): Statements {
  let statements = 0
  for (const [sql, n] of tally) if (!CONTROL.test(sql)) statements += n
  const times = (text: string) => tally.get(text) ?? 0
  return { statements, transactions: times(SAVEPOINT) + times(ALONE), commits: times(BEGIN) }
}

/** One line for each statement, to see which one is new. */
export const listed = (tally: Tally): string[] =>
  [...tally]
    .filter(([, n]) => n > 0)
    .map(([sql, n]) => `${n} ${sql.replaceAll(/\s+/g, ' ').slice(0, 120)}`)
    .sort((a, b) => a.slice(2).localeCompare(b.slice(2)))
