/** The Database port: portable SQL on one engine per node. Repositories see only this file. */

/** Integers are safe ones (2^53), other numbers finite: anything else is refused on its way in and out. */
export type Value = string | number | Uint8Array | null
export type Row = Record<string, Value>

/** A statement and its parameters. */
export type Statement = readonly [sql: string, params: readonly Value[]]

/** Runs SQL inside the transaction that handed it out; unusable after that transaction ended. */
export interface Transaction {
  /** Runs one statement with as many `?` as parameters; rows of a SELECT or RETURNING, else an empty array. */
  query<T extends object = Row>(sql: string, params?: readonly Value[]): Promise<T[]>
  /** Runs one writing statement; how many rows it changed. */
  run(sql: string, params?: readonly Value[]): Promise<number>
  /** Runs writing statements one after the other, as `run` does each, in one call; the first that fails ends it. */
  batch(statements: readonly Statement[]): Promise<void>
  /** Called once after the commit that made this transaction durable; never after a rollback. */
  afterCommit(callback: () => void): void
  /** Called once when this transaction is rolled back, or its commit fails, before any other transaction runs. */
  afterRollback(callback: () => void): void
}

export type TransactionOptions = {
  /**
   * The work may be run a second time: it changes nothing but by its transaction. Such ones that wait one behind the other are written
   * as one, which costs less; when one of them fails, all are undone, and each is run anew by itself.
   */
  repeatable?: boolean
}

export interface Database {
  /** Reads outside any transaction: sees committed data only. */
  query<T extends object = Row>(sql: string, params?: readonly Value[]): Promise<T[]>
  /**
   * Runs `work` serialised with every other transaction and commits it durably before resolving.
   * Throwing rolls back this transaction alone. Transactions that wait together may share one commit.
   * `work` runs in the asynchronous context of the caller. A second one begun inside it rejects: awaited it would wait forever.
   * What is to follow a transaction is begun after it, or by its `afterCommit`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * Takes the log into the store and empties it, so that what was deleted stands in none of its files; false when something
   * held on to the log, to be tried again.
   */
  scrub(): Promise<boolean>
  /** Writes a consistent copy of the whole store to `path` while running. Problem: `request.conflict` when it is there. */
  backup(path: string): Promise<void>
  /** Waits for running transactions, then closes. Further calls reject. */
  close(): Promise<void>
}

/** Reads of the store, inside a transaction or outside. */
export type Reader = Pick<Database, 'query'>
