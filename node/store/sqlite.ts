/**
 * The SQLite engine of the Database port: one writer whose waiting transactions share a commit, and a reader of its own.
 * Bun's SQL adapter loses writes made while another caller's transaction is open, so this is bun:sqlite and a queue.
 */
import { type SQLQueryBindings, Database as Sqlite, type Statement } from 'bun:sqlite'
import { ProblemError } from '../../protocol/problem.ts'
import type { Database, Transaction, Value } from './database.ts'

/** Transactions that may share one commit. */
const GROUP = 256
/** Prepared statements kept per connection. */
const STATEMENTS = 500

type Waiting = {
  work: (tx: Transaction) => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}
type Settled = { waiting: Waiting; value: unknown; callbacks: (() => void)[] }

/** Opens (and creates) the database file; `:memory:` shares one connection between reading and writing. */
export function openSqlite(path: string, options: { report?: (error: unknown) => void } = {}): Database {
  const report = options.report ?? (error => console.error(error))
  const writer = new Sqlite(path, { create: true, strict: true, safeIntegers: false })
  writer.run('PRAGMA page_size = 16384')
  writer.run('PRAGMA journal_mode = WAL')
  writer.run('PRAGMA synchronous = FULL')
  writer.run('PRAGMA foreign_keys = ON')
  writer.run('PRAGMA wal_autocheckpoint = 4000')
  writer.run('PRAGMA temp_store = MEMORY')
  writer.run('PRAGMA busy_timeout = 5000')
  const reader = path === ':memory:' ? writer : new Sqlite(path, { readonly: true, strict: true })
  if (reader !== writer) reader.run('PRAGMA busy_timeout = 5000')

  const prepareWrite = statementCache(writer)
  const prepareRead = reader === writer ? prepareWrite : statementCache(reader)
  const queue: Waiting[] = []
  let closing = false
  let running: Promise<void> | null = null

  async function runGroup(group: readonly Waiting[]): Promise<void> {
    const settled: Settled[] = []
    try {
      writer.run('BEGIN IMMEDIATE')
      for (const waiting of group) await runOne(waiting, settled)
      writer.run('COMMIT')
    } catch (error) {
      // The commit itself failed (disk full, I/O): nothing of the group is durable, so nobody is told otherwise.
      if (writer.inTransaction) writer.run('ROLLBACK')
      for (const { waiting } of settled) waiting.reject(error)
      return
    }
    for (const { waiting, value, callbacks } of settled) {
      for (const callback of callbacks) {
        try {
          callback()
        } catch (error) {
          report(error)
        }
      }
      waiting.resolve(value)
    }
  }

  async function runOne(waiting: Waiting, settled: Settled[]): Promise<void> {
    const callbacks: (() => void)[] = []
    let open = true
    const usable = () => {
      if (!open) throw new ProblemError('internal', 'the transaction has ended')
    }
    const tx: Transaction = {
      query: async <T extends object>(sql: string, params: readonly Value[] = []) => {
        usable()
        return prepareWrite(sql).all(...bind(params)) as T[]
      },
      run: async (sql, params = []) => {
        usable()
        return prepareWrite(sql).run(...bind(params)).changes
      },
      afterCommit: callback => {
        usable()
        callbacks.push(callback)
      },
    }
    prepareWrite('SAVEPOINT one').run()
    try {
      const value = await waiting.work(tx)
      open = false
      prepareWrite('RELEASE one').run()
      settled.push({ waiting, value, callbacks })
    } catch (error) {
      open = false
      // A full disk rolls the whole transaction back by itself; then the group fails as one.
      if (!writer.inTransaction) {
        settled.push({ waiting, value: undefined, callbacks })
        throw error
      }
      prepareWrite('ROLLBACK TO one').run()
      prepareWrite('RELEASE one').run()
      waiting.reject(error)
    }
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) await runGroup(queue.splice(0, GROUP))
    running = null
  }

  return {
    async query<T extends object>(sql: string, params: readonly Value[] = []) {
      if (closing) throw new ProblemError('internal', 'the store is closed')
      return prepareRead(sql).all(...bind(params)) as T[]
    },
    transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      if (closing) return Promise.reject(new ProblemError('internal', 'the store is closed'))
      return new Promise<T>((resolve, reject) => {
        queue.push({ work, resolve: resolve as (value: unknown) => void, reject })
        // Started in a later microtask, so that callers of the same tick share the first commit.
        running ??= Promise.resolve().then(drain)
      })
    },
    async backup(target) {
      reader.query('VACUUM INTO ?').run(target)
    },
    async close() {
      if (closing) return
      closing = true
      await running
      if (reader !== writer) reader.close()
      writer.close()
    },
  }
}

function statementCache(connection: Sqlite): (sql: string) => Statement<unknown, SQLQueryBindings[]> {
  const statements = new Map<string, Statement<unknown, SQLQueryBindings[]>>()
  return sql => {
    const cached = statements.get(sql)
    if (cached !== undefined) return cached
    if (statements.size >= STATEMENTS) {
      const [oldest] = statements
      if (oldest !== undefined) {
        oldest[1].finalize()
        statements.delete(oldest[0])
      }
    }
    const statement = connection.prepare<unknown, SQLQueryBindings[]>(sql)
    statements.set(sql, statement)
    return statement
  }
}

function bind(params: readonly Value[]): SQLQueryBindings[] {
  for (const value of params) {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new ProblemError('internal', 'an integer beyond 2^53')
    }
  }
  return params as SQLQueryBindings[]
}
