/**
 * Connections to the database (连接池): at most so many, each used by one transaction at a time. A call that is given up destroys its
 * connection, so that the database undoes what was not committed. Time bounds of statements are the database's and the driver's.
 */
import { type Connection, DatabaseFault, type Driver, type Result, type Row, type Statement } from './driver.ts'
import { createSharedCommit } from './shared-commit.ts'

export const POOL_LIMITS = {
  /** ms between attempts at a database that another one writes just now, and how many attempts there are */
  busyPauseMs: 20,
  busyAttempts: 100,
} as const

/** Runs statements of one transaction. */
export type Run = (statement: Statement) => Promise<Result>

export type Pool = ReturnType<typeof createPool>

/** `pause`: waits so many ms. */
export function createPool(
  driver: Driver,
  connections: number,
  pause: (ms: number) => Promise<void> = ms => new Promise(resolve => setTimeout(resolve, ms)),
) {
  const most = Math.min(connections, driver.atMost ?? connections)
  const idle: Connection[] = []
  const waiting: (() => void)[] = []
  let open = 0
  let closed = false
  const { dialect } = driver

  async function borrow(signal: AbortSignal): Promise<{ connection: Connection; used: boolean }> {
    for (;;) {
      if (signal.aborted || closed) throw new DatabaseFault('lost', 'aborted')
      const known = idle.pop()
      if (known !== undefined) return { connection: known, used: true }
      if (open < most) break
      await whenFree(signal)
    }
    open++
    const connecting = driver.connect()
    try {
      return { connection: await unlessAborted(signal, connecting), used: false }
    } catch (error) {
      // One that comes about when nobody waits for it any more.
      connecting.then(
        connection => connection.destroy(),
        () => {},
      )
      left()
      throw error
    }
  }

  function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
    const aborted = Promise.withResolvers<never>()
    const abort = () => aborted.reject(new DatabaseFault('lost', 'aborted'))
    signal.addEventListener('abort', abort, { once: true })
    return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
  }

  /** Waits its turn; the one that is given up makes room for the next. */
  function whenFree(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        signal.removeEventListener('abort', gone)
        resolve()
      }
      const gone = () => {
        const place = waiting.indexOf(done)
        if (place >= 0) waiting.splice(place, 1)
        resolve()
      }
      signal.addEventListener('abort', gone, { once: true })
      waiting.push(done)
    })
  }

  const next = (): void => waiting.shift()?.()
  function left(): void {
    open--
    next()
  }
  function giveBack(connection: Connection): void {
    if (closed) discard(connection)
    else {
      idle.push(connection)
      next()
    }
  }

  function discard(connection: Connection): void {
    connection.destroy()
    left()
  }

  /**
   * What `work` does with a connection of its own. After a fault that leaves no transaction open the connection is used again. A
   * connection that turns out to be dead before anything was sent on it is replaced by another.
   */
  async function using<T>(
    signal: AbortSignal,
    begin: readonly string[],
    work: (run: Run) => Promise<T>,
    finish: (connection: Connection) => Promise<void>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const { connection, used } = await borrow(signal)
      let dead = false
      const destroy = () => {
        if (dead) return
        dead = true
        connection.destroy()
        left()
      }
      const given = Promise.withResolvers<never>()
      given.promise.catch(() => {})
      const gone = () => {
        destroy()
        given.reject(new DatabaseFault('lost', 'aborted'))
      }
      signal.addEventListener('abort', gone, { once: true })
      const run: Run = statement => Promise.race([connection.query(statement), given.promise])
      let begun = false
      try {
        if (signal.aborted) throw new DatabaseFault('lost', 'aborted')
        for (const sql of begin) await run({ sql, values: [] })
        begun = true
        const result = await work(run)
        await Promise.race([finish(connection), given.promise])
        if (!dead) giveBack(connection)
        return result
      } catch (error) {
        const fault = error instanceof DatabaseFault ? error : null
        if (fault?.kind === 'lost' || signal.aborted) {
          destroy()
          // Those that wait unused were most likely cut with it.
          if (!signal.aborted) for (const other of idle.splice(0)) discard(other)
        } else if (!dead) await undo(connection, destroy)
        const again = !begun && !signal.aborted && fault !== null
        // Nothing was sent on it but its beginning.
        if (again && fault.kind === 'lost' && used) continue
        if (again && fault.kind === 'busy' && attempt < POOL_LIMITS.busyAttempts) {
          await pause(POOL_LIMITS.busyPauseMs)
          continue
        }
        throw error
      } finally {
        signal.removeEventListener('abort', gone)
      }
    }
  }

  /** Nothing of a transaction stays; a connection that cannot say so is not used again. */
  async function undo(connection: Connection, destroy: () => void): Promise<void> {
    try {
      await connection.query({ sql: 'ROLLBACK', values: [] })
      giveBack(connection)
    } catch (error) {
      // SQLite: there was none
      if (error instanceof DatabaseFault && error.kind === 'setup') giveBack(connection)
      else destroy()
    }
  }

  const bare = (sql: string): Statement => ({ sql, values: [] })
  const nothing = async () => {}
  const commit = async (connection: Connection) => void (await connection.query({ sql: dialect.commit, values: [] }))
  // One that is given up leaves the others to theirs.
  const never = new AbortController().signal
  const shared = createSharedCommit(work => using(never, dialect.begin, work, commit))

  return {
    /** One transaction that writes. */
    write: <T>(signal: AbortSignal, work: (run: Run) => Promise<T>): Promise<T> =>
      using(signal, dialect.begin, work, commit),

    /** Statements of one transaction, each of which stands for itself; and the rows of `then`, which reads what they wrote. */
    async writeAll(signal: AbortSignal, statements: readonly Statement[], then: Statement | null): Promise<Row[]> {
      if (driver.atMost === 1) {
        const rows = await shared(signal, then === null ? statements : [...statements, then])
        return then === null ? [] : rows
      }
      const [only] = statements
      const rowsOf = (results: readonly Result[]): Row[] => (then === null ? [] : (results.at(-1)?.rows ?? []))
      if (driver.pipelines && (then !== null || statements.length > 1)) {
        const whole = [
          ...dialect.begin.map(bare),
          ...statements,
          ...(then === null ? [] : [then]),
          bare(dialect.commit),
        ]
        return using(
          signal,
          [],
          async run => {
            const all = await Promise.allSettled(whole.map(run))
            const failed = all.find(result => result.status === 'rejected')
            if (failed !== undefined) throw failed.reason
            return rowsOf(all.flatMap(result => (result.status === 'fulfilled' ? [result.value] : [])).slice(0, -1))
          },
          nothing,
        )
      }
      // A single statement is a transaction of its own, where there is something to begin one with.
      if (only !== undefined && statements.length === 1 && dialect.begin.length > 0)
        return using(
          signal,
          [],
          async run => {
            const results = [await run(only)]
            if (then !== null) results.push(await run(then))
            return rowsOf(results)
          },
          nothing,
        )
      return using(
        signal,
        dialect.begin,
        async run => {
          const results: Result[] = []
          for (const statement of then === null ? statements : [...statements, then]) results.push(await run(statement))
          return rowsOf(results)
        },
        commit,
      )
    },

    /** Reads of one state of the database. */
    read: <T>(signal: AbortSignal, work: (run: Run) => Promise<T>): Promise<T> =>
      using(signal, dialect.beginSnapshot, work, commit),

    /** What needs a connection and no transaction. */
    look: <T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> =>
      using(signal, [], run => work({ query: run, destroy: () => {} }), nothing),

    close(): void {
      closed = true
      for (const connection of idle.splice(0)) discard(connection)
      while (waiting.length > 0) next()
    },
  }
}
