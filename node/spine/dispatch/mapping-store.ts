/** The SQL of versions of mappings: their texts, and which cases are pinned to which. */
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import type { KeptMapping } from './mapping-text.ts'

/** A version that is kept. `cases`: how many are pinned to it and not at their end; `keptAt` in ms since the epoch. */
export type VersionRow = { hash: string; keptAt: number; cases: number }

/** Which cases are pinned anew: one, those of one version, or all. */
export type Repinned = { threadNo: number } | { version: string } | { all: true }

/** Cases of the adapter that may still need it, in the order of their threads: of those at their end nothing is handed over again. */
const OPEN = `FROM cases c WHERE c.role = 'handling' AND c.turn IS NOT NULL
  AND coalesce((SELECT p.adapter FROM case_adapters p WHERE p.thread_no = c.thread_no), '') = ?`

/** `adapter`: whose versions these are, as `case_adapters.adapter` names it. */
export function createMappingStore(db: Database, adapter: string) {
  return {
    /**
     * Keeps texts, and lets go of those to which no case is pinned, but for `held`: a case that begins just now may be pinned to one that
     * others took the place of.
     */
    async keep(
      tx: Transaction,
      texts: readonly KeptMapping[],
      held: readonly KeptMapping[],
      at: number,
    ): Promise<void> {
      for (const { hash, text } of texts)
        await tx.run(
          'INSERT INTO mapping_versions (adapter, hash, body, kept_at) VALUES (?, ?, ?, ?) ON CONFLICT (adapter, hash) DO NOTHING',
          [adapter, hash, text, at],
        )
      await tx.run(
        `DELETE FROM mapping_versions WHERE adapter = ? AND hash NOT IN (SELECT value FROM json_each(?))
           AND NOT EXISTS (SELECT 1 FROM case_adapters p WHERE p.adapter = mapping_versions.adapter AND p.version = mapping_versions.hash)`,
        [adapter, JSON.stringify(held.map(({ hash }) => hash))],
      )
    },

    async textOf(hash: string): Promise<string | null> {
      const [row] = await db.query<{ body: string }>(
        'SELECT body FROM mapping_versions WHERE adapter = ? AND hash = ?',
        [adapter, hash],
      )
      return row?.body ?? null
    },

    /** The versions that are kept, the oldest first. */
    async list(): Promise<VersionRow[]> {
      return db.query<VersionRow>(
        `SELECT v.hash, v.kept_at AS keptAt, (SELECT count(*) FROM case_adapters p JOIN cases c ON c.thread_no = p.thread_no
           WHERE p.adapter = v.adapter AND p.version = v.hash AND c.turn IS NOT NULL) AS cases
         FROM mapping_versions v WHERE v.adapter = ? ORDER BY v.kept_at, v.hash`,
        [adapter],
      )
    },

    /** Whether a case is pinned to another version than these. */
    async others(reader: Reader, hashes: readonly string[]): Promise<boolean> {
      const rows = await reader.query(
        `SELECT 1 AS one FROM case_adapters WHERE adapter = ? AND version IS NOT NULL AND version NOT IN (SELECT value FROM json_each(?)) LIMIT 1`,
        [adapter, JSON.stringify(hashes)],
      )
      return rows.length > 0
    },

    /** The version of a case; null: none is pinned. */
    async of(reader: Reader, threadNo: number): Promise<string | null> {
      const [row] = await reader.query<{ version: string | null }>(
        'SELECT version FROM case_adapters WHERE thread_no = ?',
        [threadNo],
      )
      return row?.version ?? null
    },

    /** Pins open cases to what `versionAt` says of the instant at which each was submitted, ms; how many changed. */
    async repin(tx: Transaction, which: Repinned, versionAt: (submittedAt: number) => string): Promise<number> {
      const [and, params] =
        'threadNo' in which
          ? ['AND c.thread_no = ?', [which.threadNo]]
          : 'version' in which
            ? ['AND (SELECT p.version FROM case_adapters p WHERE p.thread_no = c.thread_no) = ?', [which.version]]
            : ['', []]
      const rows = await tx.query<{ no: number; at: number; version: string | null }>(
        `SELECT c.thread_no AS no, c.submitted_at AS at, (SELECT p.version FROM case_adapters p WHERE p.thread_no = c.thread_no) AS version
         ${OPEN} ${and} ORDER BY c.thread_no`,
        [adapter, ...params],
      )
      let changed = 0
      for (const { no, at, version } of rows) {
        const next = versionAt(at)
        if (next === version) continue
        await pinVersion(tx, no, adapter, next)
        changed++
      }
      return changed
    },
  }
}

/** Pins a case to an adapter, and to a version of its mapping where it has any. */
export async function pinVersion(
  tx: Transaction,
  threadNo: number,
  adapter: string,
  version: string | null,
): Promise<void> {
  await tx.run('DELETE FROM case_adapters WHERE thread_no = ?', [threadNo])
  await tx.run('INSERT INTO case_adapters (thread_no, adapter, version) VALUES (?, ?, ?)', [threadNo, adapter, version])
}
