/**
 * The SQLite engine of the Database port: one writer whose waiting transactions share a commit, and a reader of its own.
 * Bun's SQL adapter loses writes made while another caller's transaction is open, so this is bun:sqlite and a queue.
 */
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProblemError } from '../../../protocol/problem.ts'
import { copyInWorker, writeBackup } from './backup.ts'
import { type Checkpointer, createCheckpointer } from './checkpoint.ts'
import type { Database, Value } from './database.ts'
import { createGroupCommit, type Writer } from './group-commit.ts'
import { type Connection, openConnection } from './sqlite-connection.ts'

/** A database without a name, for tests: the whole engine on a file that nobody else can open and that ends with it. */
const NAMELESS = ':memory:'

const READER = ['busy_timeout = 5000', 'cache_size = -16000', 'temp_store = MEMORY']
/**
 * Pages of 4 KiB: a packet touches some thirty index pages at random, and each page that it touches goes into the log whole.
 * Larger ones are faster only for appending to one table. The page size must be said before the journal mode. The log is written
 * back by a thread of its own (`checkpoint.ts`); by the writer itself when that falls behind, at 128 MB.
 */
const WRITER = [
  'page_size = 4096',
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'secure_delete = ON',
  'wal_autocheckpoint = 32000',
  'journal_size_limit = 134217728',
  ...READER,
]

/**
 * Opens the database file, or makes it (0600); `:memory:` for one that is gone when closed, which begins with what stands in the
 * file `from`.
 */
export function openSqlite(path: string, options: { report?: (error: unknown) => void; from?: string } = {}): Database {
  const { writer, reader } = path === NAMELESS ? openNameless(options.from) : openFile(path)
  const snapshot = createSnapshot(reader)
  // Nobody but its connections can open one without a name.
  const checkpointer = path === NAMELESS ? null : createCheckpointer(path)
  const commits = createGroupCommit(
    writerOf(writer, snapshot.end, checkpointer),
    options.report ?? (error => console.error(error)),
  )
  const backups = new Set<Promise<void>>()
  let closed: Promise<void> | null = null

  const refuseClosed = () => {
    if (closed !== null) throw new ProblemError('internal', 'the store is closed')
  }

  function copyTo(target: string): void | Promise<void> {
    if (path !== NAMELESS) return copyInWorker(path, target)
    // Nobody but this connection can open it, and it cannot copy while it holds a read transaction.
    snapshot.end()
    reader.run('VACUUM INTO ?', [target])
  }

  async function close(): Promise<void> {
    await commits.idle()
    await Promise.allSettled(backups)
    await checkpointer?.end()
    snapshot.end()
    reader.close()
    writer.close()
  }

  return {
    async query<T extends object>(sql: string, params: readonly Value[] = []) {
      refuseClosed()
      return snapshot.query<T>(sql, params)
    },
    async transaction(work, options) {
      refuseClosed()
      return commits.transaction(work, options)
    },
    async scrub() {
      refuseClosed()
      // Two at a time cannot be.
      await checkpointer?.quiet()
      return commits.between(() => {
        snapshot.end()
        const [done] = writer.query<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)', [])
        return done?.busy === 0
      })
    },
    async backup(target) {
      refuseClosed()
      const backup = writeBackup(copyTo, target)
      backups.add(backup)
      await backup.finally(() => backups.delete(backup))
    },
    close() {
      closed ??= close()
      return closed
    },
  }
}

type Connections = { writer: Connection; reader: Connection }

function openFile(path: string): Connections {
  try {
    // Made before SQLite does, for the mode; its journals take the mode of the file.
    closeSync(openSync(path, 'a', 0o600))
    const writer = openConnection(path, WRITER, 'write')
    try {
      const [journal] = writer.query<{ journal_mode: string }>('PRAGMA journal_mode', [])
      if (journal?.journal_mode !== 'wal') throw new Error('this file system does not allow a write-ahead log')
      const reader = openConnection(path, READER, 'read')
      // Both take hold of the log now: whoever closes last, and only if it had it open, clears it away.
      for (const connection of [writer, reader]) connection.query('SELECT count(*) FROM sqlite_schema', [])
      return { writer, reader }
    } catch (error) {
      writer.close()
      throw error
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown'
    const code = cause instanceof Error && 'code' in cause ? UNOPENED.get(cause.code) : undefined
    throw new ProblemError(code ?? 'internal', `the store ${path} does not open: ${reason}`, { cause })
  }
}

/** What SQLite says of a file when it opens it; damage may stand where it begins to read. */
const UNOPENED: ReadonlyMap<unknown, 'store.foreign' | 'store.damaged'> = new Map([
  ['SQLITE_NOTADB', 'store.foreign'],
  ['SQLITE_CORRUPT', 'store.damaged'],
])

/** Both connections hold the file open, so that it may lose its name at once: even a killed test leaves nothing behind. */
function openNameless(from: string | undefined): Connections {
  const folder = mkdtempSync(join(tmpdir(), 'tongban-'))
  try {
    const path = join(folder, 'nameless.db')
    if (from !== undefined) copyFileSync(from, path)
    const connections = openFile(path)
    connections.writer.run('PRAGMA synchronous = OFF', [])
    return connections
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Reads between two commits, and of one turn of the event loop at most, share a read transaction: to begin one costs as much
 * as a small read. It ends before a commit, so that it never keeps the log from being written back.
 */
function createSnapshot(reader: Connection): Pick<Connection, 'query'> & { end(): void } {
  let open = false
  const end = () => {
    if (!open) return
    open = false
    reader.run('COMMIT', [])
  }
  return {
    query(sql, params) {
      if (!open) {
        reader.run('BEGIN', [])
        open = true
        setImmediate(end)
      }
      return reader.query(sql, params)
    },
    end,
  }
}

const writerOf = (connection: Connection, endSnapshot: () => void, checkpointer: Checkpointer | null): Writer => ({
  query: connection.query,
  run: connection.run,
  get inTransaction() {
    return connection.inTransaction
  },
  begin: () => void connection.run('BEGIN IMMEDIATE', []),
  commit() {
    endSnapshot()
    connection.run('COMMIT', [])
    checkpointer?.committed()
  },
  rollback: () => void connection.run('ROLLBACK', []),
  savepoint: () => void connection.run('SAVEPOINT one', []),
  releaseSavepoint: () => void connection.run('RELEASE one', []),
  rollbackToSavepoint: () => void connection.run('ROLLBACK TO one', []),
})
