/**
 * Writes that wait for the only connection of a database share a transaction, and so the one commit that its disk is asked for
 * (组提交). Of each write either all statements hold or none, whatever becomes of the others.
 */
import { DatabaseFault, type Result, type Row, type Statement } from './driver.ts'
import type { Run } from './pool.ts'

export const SHARED_LIMITS = {
  /** writes of one transaction */
  writes: 64,
} as const

type Write = { signal: AbortSignal; statements: readonly Statement[]; settled: PromiseWithResolvers<Row[]> }
type Outcome = { rows: Row[] } | { fault: unknown }

const SAVEPOINT: Statement = { sql: 'SAVEPOINT one', values: [] }
const RELEASE: Statement = { sql: 'RELEASE one', values: [] }
const UNDO: Statement = { sql: 'ROLLBACK TO one', values: [] }

/** What the row itself is to blame for, and no other one. */
const isOwn = (error: unknown): boolean =>
  error instanceof DatabaseFault && (error.kind === 'unique' || error.kind === 'value')

/**
 * Gives the function that runs statements of one write and tells the rows of the last one, when they are committed; it throws
 * DatabaseFault. `transaction` runs one that writes, and commits it.
 */
export function createSharedCommit(transaction: (work: (run: Run) => Promise<void>) => Promise<void>) {
  const waiting: Write[] = []
  let isRunning = false

  async function drain(): Promise<void> {
    isRunning = true
    while (waiting.length > 0) {
      // Those whose rows are just being made join.
      await new Promise(resolve => setImmediate(resolve))
      await commit(waiting.splice(0, SHARED_LIMITS.writes))
    }
    isRunning = false
  }

  async function commit(writes: readonly Write[]): Promise<void> {
    const outcomes = new Map<Write, Outcome>()
    const living = writes.filter(({ signal }) => !signal.aborted)
    if (living.length === 0) return
    try {
      await transaction(async run => {
        for (const write of living) outcomes.set(write, await one(run, write))
      })
    } catch (error) {
      // One of them is to blame for the others: by a rule that is asked at the commit, or that undoes the whole transaction.
      if (isOwn(error) && living.length > 1) {
        for (const write of living) await commit([write])
        return
      }
      for (const { settled } of living) settled.reject(error)
      return
    }
    for (const [{ settled }, outcome] of outcomes) {
      if ('rows' in outcome) settled.resolve(outcome.rows)
      else settled.reject(outcome.fault)
    }
  }

  async function one(run: Run, { statements }: Write): Promise<Outcome> {
    await run(SAVEPOINT)
    try {
      let last: Result | undefined
      for (const statement of statements) last = await run(statement)
      await run(RELEASE)
      return { rows: last?.rows ?? [] }
    } catch (error) {
      if (!isOwn(error)) throw error
      try {
        await run(UNDO)
        await run(RELEASE)
      } catch {
        throw error
      }
      return { fault: error }
    }
  }

  return async (signal: AbortSignal, statements: readonly Statement[]): Promise<Row[]> => {
    const settled = Promise.withResolvers<Row[]>()
    const gone = () => settled.reject(new DatabaseFault('lost', 'aborted'))
    if (signal.aborted) gone()
    signal.addEventListener('abort', gone, { once: true })
    waiting.push({ signal, statements, settled })
    if (!isRunning) void drain()
    try {
      return await settled.promise
    } finally {
      signal.removeEventListener('abort', gone)
    }
  }
}
