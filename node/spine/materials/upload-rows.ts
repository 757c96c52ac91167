/** Rows of uploads: what of each is here, so that it goes on after a restart. */
import { type Commitment, fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Database } from '../../kernel/store/database.ts'

export type UploadRow = {
  id: string
  person: string
  size: number
  /** bytes that are here */
  offset: number
  /** sealed frames that hold them, and their bytes */
  frames: number
  fileBytes: number
  /** ms; when it began, or last got a piece */
  touchedAt: number
  /** sealed with the node's own; null: it became a material */
  key: Uint8Array | null
  material: Commitment | null
}

type Stored = Omit<UploadRow, 'material'> & { sha256: Uint8Array | null; type: string | null }

export function createUploadRows(db: Database) {
  return {
    /** In the order in which they were touched. */
    async all(): Promise<UploadRow[]> {
      const rows = await db.query<Stored>(
        `SELECT id, person, size, received AS "offset", frames, file_bytes AS fileBytes, touched_at AS touchedAt, key, sha256, type
         FROM uploads ORDER BY touched_at`,
      )
      return rows.map(({ sha256, type, ...row }) => ({
        ...row,
        material: sha256 === null || type === null ? null : { sha256: toHex(sha256), size: row.size, type },
      }))
    },

    async insert({ id, person, size, touchedAt, key }: UploadRow): Promise<void> {
      await db.transaction(tx =>
        tx.run(
          'INSERT INTO uploads (id, person, size, received, frames, file_bytes, touched_at, key) VALUES (?, ?, ?, 0, 0, 0, ?, ?)',
          [id, person, size, touchedAt, key],
        ),
      )
    },

    /** Writes how far it is; with its material the key goes. */
    async save({ id, offset, frames, fileBytes, touchedAt, key, material }: UploadRow): Promise<void> {
      await db.transaction(tx =>
        tx.run(
          'UPDATE uploads SET received = ?, frames = ?, file_bytes = ?, touched_at = ?, key = ?, sha256 = ?, type = ? WHERE id = ?',
          [
            offset,
            frames,
            fileBytes,
            touchedAt,
            key,
            material === null ? null : fromHex(material.sha256),
            material?.type ?? null,
            id,
          ],
        ),
      )
    },

    async remove(id: string): Promise<void> {
      await db.transaction(tx => tx.run('DELETE FROM uploads WHERE id = ?', [id]))
    },
  }
}
