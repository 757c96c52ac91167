/**
 * Column mappings (列对照): how the lists of one office are read, corrected once by a person and kept under a name, so that its next
 * file is read the same way. May import the store, the audit log and what tables know of their columns.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { changedSince, demandSeen, isAsSeen, type Seen } from '../../kernel/seen.ts'
import type { Database, Reader } from '../../kernel/store/database.ts'

/** Bounds of column mappings. */
export const COLUMN_MAPPING_LIMITS = {
  /** that a city keeps */
  kept: 200,
  /** headings, defaults, units, columns with words, and words of a column that one names */
  entries: 500,
} as const

export type ColumnMapping = {
  /** field of each heading, such as `promiseDay` or `materials.isNeed`; empty for a column that is left out */
  columns: Record<string, string>
  /** words of a column, by its field, and what they stand for: `{ "isNeed": { "要": "必要" } }` */
  values: Record<string, Record<string, string>>
  /** what fields say that a table has no column for, or that needed cells leave blank */
  defaults: Record<string, string>
  /** working days that one of a unit stands for: `{ "日": 1, "月": 22 }` */
  workingDays: Record<string, number>
}
export type KeptColumnMapping = {
  name: string
  mapping: ColumnMapping
  /** grows with each change */
  version: number
  actor: string
  updatedAt: number
}

type Row = { name: string; mapping: string; version: number; actor: string; updated_at: number }

/** For whoever edits it (If-Match): one that was removed and saved anew begins again with the first version. */
export const columnMappingVersion = (version: number, updatedAt: number): string => `${version}.${updatedAt}`

const toKept = ({ name, mapping, version, actor, updated_at }: Row): KeptColumnMapping => ({
  name,
  mapping: JSON.parse(mapping) as ColumnMapping,
  version,
  actor,
  updatedAt: updated_at,
})

export type ColumnMappings = ReturnType<typeof createColumnMappings>

export function createColumnMappings(parts: { db: Database; clock: Clock; audit: Audit }) {
  const { db, clock, audit } = parts

  async function rowIn(store: Reader, name: string): Promise<Row | undefined> {
    return (await store.query<Row>('SELECT * FROM column_mappings WHERE name = ?', [name]))[0]
  }

  /** Problem: `request.precondition` when another one stands, or none, than its editor saw. */
  async function assertAsSeen(store: Reader, row: Row | undefined, seen: Seen): Promise<void> {
    if (isAsSeen(seen, row === undefined ? null : columnMappingVersion(row.version, row.updated_at))) return
    throw await changedSince(
      store,
      row === undefined ? [] : [{ by: row.actor, action: 'column-mapping.saved', at: row.updated_at }],
    )
  }

  async function get(name: string): Promise<KeptColumnMapping> {
    const row = await rowIn(db, name)
    if (row === undefined) throw new ProblemError('request.not-found', 'no column mapping of this name')
    return toKept(row)
  }

  return {
    /** Problem: `request.not-found`. */
    get,

    /** By name, after `after`. */
    async list(limit: number, after: string | null): Promise<KeptColumnMapping[]> {
      const rows = await db.query<Row>('SELECT * FROM column_mappings WHERE name > ? ORDER BY name LIMIT ?', [
        after ?? '',
        limit,
      ])
      return rows.map(toKept)
    },

    /** Keeps one in place of what was `seen`. Problems: `request.invalid` naming fields that are none, `request.conflict` past 200 of them, `request.precondition`, `request.unseen`. */
    async save(name: string, mapping: ColumnMapping, actor: string, seen?: Seen): Promise<KeptColumnMapping> {
      const { unknownFields } = await import('./tables/tables.ts')
      const unknown = unknownFields(mapping)
      if (unknown.length > 0)
        throw new ProblemError(
          'request.invalid',
          `no such field: ${unknown.slice(0, 5).join(', ')}; the sheet 说明 of the template names them in 字段名`,
        )
      await db.transaction(async tx => {
        const row = await rowIn(tx, name)
        demandSeen(seen, row?.version ?? null)
        await assertAsSeen(tx, row, seen)
        const [{ n } = { n: 0 }] = await tx.query<{ n: number }>('SELECT COUNT(*) AS n FROM column_mappings')
        if (row === undefined && n >= COLUMN_MAPPING_LIMITS.kept)
          throw new ProblemError('request.conflict', `${COLUMN_MAPPING_LIMITS.kept} column mappings at most`)
        await tx.run(
          `INSERT INTO column_mappings (name, mapping, version, actor, updated_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET mapping = excluded.mapping, version = excluded.version, actor = excluded.actor,
           updated_at = excluded.updated_at`,
          [name, JSON.stringify(mapping), (row?.version ?? 0) + 1, actor, clock.now()],
        )
        await audit.append(tx, { actor, action: 'column-mapping.saved', subject: name })
      })
      return get(name)
    },

    /** Forgets one as it was `seen`. Problems: `request.not-found`, `request.precondition`. */
    async remove(name: string, actor: string, seen?: Seen): Promise<KeptColumnMapping> {
      const before = await get(name)
      await db.transaction(async tx => {
        await assertAsSeen(tx, await rowIn(tx, name), seen)
        await tx.run('DELETE FROM column_mappings WHERE name = ?', [name])
        await audit.append(tx, { actor, action: 'column-mapping.removed', subject: name })
      })
      return before
    },
  }
}
