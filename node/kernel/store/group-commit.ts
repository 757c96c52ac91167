/**
 * Group commit (组提交): transactions run one after the other, and those that wait together share one durable commit.
 * Knows no engine: the writer port below is all that it needs.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Transaction, TransactionOptions, Value } from './database.ts'

/** Transactions that may share one commit: bounds how long the first of them waits for the last. */
export const GROUP_TRANSACTIONS = 256

/** The writing connection; every call is synchronous. */
export interface Writer {
  query<T extends object>(sql: string, params: readonly Value[]): T[]
  run(sql: string, params: readonly Value[]): number
  begin(): void
  commit(): void
  /** Whether a transaction is open: an engine may roll back by itself, on a full disk for one. */
  readonly inTransaction: boolean
  rollback(): void
  savepoint(): void
  releaseSavepoint(): void
  rollbackToSavepoint(): void
}

export interface GroupCommit {
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Runs `work` while no transaction is open, after the group that waits now. */
  between<T>(work: () => T): Promise<T>
  /** Resolves once no transaction runs or waits. */
  idle(): Promise<void>
}

/** Runs the work and returns what tells its caller of success. */
type Waiting = {
  attempt(tx: Transaction): Promise<() => void>
  reject(error: unknown): void
  within: Within
  repeatable: boolean
}
type Within = ReturnType<typeof AsyncLocalStorage.snapshot>
type Kept = { succeed: () => void; callbacks: readonly (() => void)[]; undo: readonly (() => void)[]; within: Within }

/** `report` gets what an `afterCommit` callback throws. */
export function createGroupCommit(writer: Writer, report: (error: unknown) => void): GroupCommit {
  const queue: Waiting[] = []
  const apart: (() => void)[] = []
  /** the transaction in whose work something runs */
  const inside = new AsyncLocalStorage<Pick<Opened, 'isOpen'>>()
  let running: Promise<void> | null = null
  let turn: Promise<void> | null = null

  async function drain(): Promise<void> {
    while (queue.length > 0 || apart.length > 0) {
      // One group in each turn of the event loop: what arrives by I/O in the meantime shares the next commit, and a
      // caller that always has more to write keeps neither timers nor sockets waiting.
      if (turn !== null) await turn
      if (queue.length > 0) await commitTogether(queue.splice(0, GROUP_TRANSACTIONS))
      for (const work of apart.splice(0)) work()
      turn = new Promise(resolve => {
        setImmediate(() => {
          turn = null
          resolve()
        })
      })
    }
    running = null
  }

  async function commitTogether(group: readonly Waiting[]): Promise<void> {
    const undecided = new Set(group)
    const kept: Kept[] = []
    try {
      writer.begin()
      for (const some of runsOf(group)) {
        const together = some.length > 1 ? await runTogether(some) : null
        if (together !== null) {
          kept.push(...together)
          continue
        }
        for (const waiting of some) {
          const outcome = await runOne(waiting, group.length === 1)
          if ('succeed' in outcome) kept.push(outcome)
          else {
            undecided.delete(waiting)
            waiting.reject(outcome.error)
          }
        }
      }
      writer.commit()
    } catch (error) {
      // Begin or commit failed, or the engine rolled everything back: nothing of the group is durable, and each hears so.
      if (writer.inTransaction) writer.rollback()
      for (const undo of new Set(kept.map(entry => entry.undo))) forget(undo)
      for (const { reject } of undecided) reject(error)
      return
    }
    for (const { succeed, callbacks, within } of kept) {
      for (const callback of callbacks) {
        try {
          within(callback)
        } catch (error) {
          report(error)
        }
      }
      succeed()
    }
  }

  /** Before the next transaction runs, so that it meets nothing remembered of one that was not. */
  function forget(undo: readonly (() => void)[]): void {
    for (const callback of undo) {
      try {
        callback()
      } catch (error) {
        report(error)
      }
    }
  }

  /** Runs the work of one transaction. Throws when it fails, and when the engine took back what it wrote. */
  async function attempt(waiting: Waiting, opened: Opened): Promise<Kept> {
    try {
      const succeed = await waiting.within(() => inside.run(opened, () => waiting.attempt(opened.tx)))
      if (!writer.inTransaction) throw new ProblemError('internal', 'the engine rolled the transaction back')
      return { succeed, callbacks: opened.callbacks, undo: opened.undo, within: waiting.within }
    } finally {
      opened.end()
    }
  }

  /** Takes back what was written since the savepoint. Throws `error` when the whole group is lost with it. */
  function takeBack(error: unknown): void {
    if (!writer.inTransaction) throw error
    writer.rollbackToSavepoint()
    writer.releaseSavepoint()
  }

  /**
   * One transaction of the group; throws only when the whole group is lost with it. One that is `alone` is the whole group, and needs
   * no savepoint: within one, each page is copied before it is written.
   */
  async function runOne(waiting: Waiting, alone: boolean): Promise<Kept | { error: unknown }> {
    const opened = openTransaction(writer)
    if (!alone) writer.savepoint()
    try {
      const kept = await attempt(waiting, opened)
      if (!alone) writer.releaseSavepoint()
      return kept
    } catch (error) {
      forget(opened.undo)
      if (alone) throw error
      takeBack(error)
      return { error }
    }
  }

  /**
   * Repeatable transactions as one: each savepoint costs a copy of every page that is written after it. Null when one of them failed,
   * and all are undone; throws only when the whole group is lost.
   */
  async function runTogether(some: readonly Waiting[]): Promise<Kept[] | null> {
    const kept: Kept[] = []
    const undo: (() => void)[] = []
    writer.savepoint()
    try {
      for (const waiting of some) {
        const opened = openTransaction(writer, undo)
        kept.push(await attempt(waiting, opened))
      }
      writer.releaseSavepoint()
      return kept
    } catch (error) {
      forget(undo)
      takeBack(error)
      return null
    }
  }

  return {
    transaction: (work, { repeatable = false } = {}) =>
      new Promise((resolve, reject) => {
        // The queue would wait for the one within which this is, and that one perhaps for this.
        if (inside.getStore()?.isOpen() === true)
          throw new ProblemError('internal', 'a transaction is begun within another one')
        queue.push({
          attempt: async tx => {
            const value = await work(tx)
            return () => resolve(value)
          },
          reject,
          repeatable,
          // The queue runs in the context of whoever woke it; the work belongs to its own caller's.
          within: AsyncLocalStorage.snapshot(),
        })
        // Begun in a later microtask, so that callers of the same moment share the first commit.
        running ??= Promise.resolve().then(drain)
      }),
    between: work =>
      new Promise((resolve, reject) => {
        apart.push(() => {
          try {
            resolve(work())
          } catch (error) {
            reject(error)
          }
        })
        running ??= Promise.resolve().then(drain)
      }),
    idle: async () => {
      await running
    },
  }
}

type Opened = {
  tx: Transaction
  callbacks: readonly (() => void)[]
  undo: readonly (() => void)[]
  isOpen(): boolean
  end(): void
}

/** What waits, in its order: repeatable transactions that follow each other, and every other one by itself. */
function runsOf(group: readonly Waiting[]): Waiting[][] {
  const runs: Waiting[][] = []
  for (const waiting of group) {
    const last = runs.at(-1)
    if (waiting.repeatable && last?.[0]?.repeatable === true) last.push(waiting)
    else runs.push([waiting])
  }
  return runs
}

/** `undo`: where what `afterRollback` is given is noted. */
function openTransaction(writer: Writer, undo: (() => void)[] = []): Opened {
  const callbacks: (() => void)[] = []
  let open = true
  const usable = () => {
    if (!open) throw new ProblemError('internal', 'the transaction has ended')
  }
  return {
    callbacks,
    undo,
    isOpen: () => open,
    end() {
      open = false
    },
    tx: {
      async query<T extends object>(sql: string, params: readonly Value[] = []) {
        usable()
        return writer.query<T>(sql, params)
      },
      async run(sql, params = []) {
        usable()
        return writer.run(sql, params)
      },
      async batch(statements) {
        usable()
        for (const [sql, params] of statements) writer.run(sql, params)
      },
      afterCommit(callback) {
        usable()
        callbacks.push(callback)
      },
      afterRollback(callback) {
        usable()
        undo.push(callback)
      },
    },
  }
}
