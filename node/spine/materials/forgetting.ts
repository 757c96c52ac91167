/**
 * Forgetting materials (材料的清除): with the bodies of a thread, uploads that nothing names, and the files of what is forgotten; and
 * what a partner is not known to hold, which a purge asks about first.
 */

import { toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { KeyedSerial } from '../../kernel/serial.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { BlobStore } from './blob-store.ts'
import { MATERIAL_LIMITS } from './limits.ts'
import { forgetUploads } from './looks.ts'
import type { Transfers } from './transfer.ts'
import type { WantedStore } from './wanted.ts'

export function createForgetting(parts: {
  db: Database
  blobs: BlobStore
  clock: Clock
  wanted: WantedStore
  transfers: Transfers
  /** in turn with whatever else gives or takes the file of a hash */
  alone: KeyedSerial['run']
  /** materials are held no more, after the commit */
  forgotten: () => void
  /** files of forgotten materials could not be deleted; they are tried again */
  unswept: (error: unknown) => void
}) {
  const { db, blobs, clock, wanted, transfers, alone, forgotten } = parts

  /** Scans that were allowed to be used again since then, ms, wait for the case that will hold them. */
  const reusableSince = (): number => clock.now() - MATERIAL_LIMITS.reusable * 86_400_000

  const owned = async (store: Pick<Transaction, 'query'>, threadNo: number): Promise<Uint8Array[]> =>
    (
      await store.query<{ sha256: Uint8Array }>(
        `SELECT DISTINCT m.sha256 FROM packets p JOIN packet_materials pm ON pm.packet_no = p.no
           JOIN materials m ON m.sha256 = pm.sha256
         WHERE p.thread_no = ?1 AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.sha256 = pm.sha256)
           AND NOT EXISTS (SELECT 1 FROM scan_reuses r WHERE r.sha256 = pm.sha256 AND r.thread_no = p.thread_no AND r.at > ?2)
           AND NOT EXISTS (SELECT 1 FROM packet_materials o JOIN packets q ON q.no = o.packet_no
             JOIN bodies b ON b.packet_no = q.no WHERE o.sha256 = pm.sha256 AND q.thread_no <> ?1)`,
        [threadNo, reusableSince()],
      )
    ).map(({ sha256 }) => sha256)

  async function markForDeletion(tx: Transaction, sha256: Uint8Array): Promise<void> {
    await tx.run('DELETE FROM materials WHERE sha256 = ?', [sha256])
    await forgetUploads(tx, sha256)
    await tx.run('DELETE FROM scan_reuses WHERE sha256 = ?', [sha256])
    tx.afterCommit(forgotten)
    await tx.run('INSERT INTO doomed_materials (sha256) VALUES (?) ON CONFLICT DO NOTHING', [sha256])
  }

  /** Deletes the files of forgotten materials; what came again meanwhile stays. Cut off, it goes on at the next call. */
  async function deleteMarked(): Promise<void> {
    const rows = await db.query<{ sha256: Uint8Array }>('SELECT sha256 FROM doomed_materials')
    for (const { sha256 } of rows)
      await alone(toHex(sha256), async () => {
        const held = await db.query('SELECT 1 FROM materials WHERE sha256 = ?', [sha256])
        if (held.length === 0) await blobs.delete(toHex(sha256))
        await db.transaction(tx => tx.run('DELETE FROM doomed_materials WHERE sha256 = ?', [sha256]))
      })
  }

  /** Of packets of the thread since then, ms: what is held here and the partner is not known to hold. */
  async function unfetched(
    store: Pick<Transaction, 'query'>,
    threadNo: number,
    since: number,
  ): Promise<{ sha256: Uint8Array; size: number; partner: string }[]> {
    return store.query(
      `SELECT DISTINCT s.sha256, s.size, p.partner FROM packets p JOIN packet_materials m ON m.packet_no = p.no
         JOIN materials s ON s.sha256 = m.sha256
       WHERE p.thread_no = ? AND p.direction = 'out' AND p.status = 'stored' AND p.stored_at > ?
         AND NOT EXISTS (SELECT 1 FROM packet_materials g JOIN packets q ON q.no = g.packet_no
           WHERE g.sha256 = m.sha256 AND q.partner = p.partner AND (q.direction = 'in' OR g.given_at IS NOT NULL))`,
      [threadNo, since],
    )
  }

  return {
    deleteMarked,

    /** How many held materials packets of the thread alone name, of all threads whose bodies are held. */
    async ownedBy(store: Pick<Transaction, 'query'>, threadNo: number): Promise<number> {
      return (await owned(store, threadNo)).length
    },

    /** How many materials of packets since then, ms, the partner is not known to hold. */
    async unfetched(store: Pick<Transaction, 'query'>, threadNo: number, since: number): Promise<number> {
      return (await unfetched(store, threadNo, since)).length
    },

    /** Asks the partner about those, and notes what it holds; false: it gave no answer, and they are left as they are. */
    async askWhetherFetched(threadNo: number, since: number): Promise<boolean> {
      for (const { sha256, size, partner } of await unfetched(db, threadNo, since)) {
        try {
          if (!(await transfers.holds(partner, { sha256: toHex(sha256), size }))) continue
        } catch (error) {
          if (error instanceof ProblemError && error.problem.code.startsWith('material.')) continue
          return false
        }
        await db.transaction(tx =>
          tx.run(
            `UPDATE packet_materials SET given_at = ? WHERE sha256 = ?
               AND packet_no IN (SELECT no FROM packets WHERE partner = ? AND direction = 'out')`,
            [clock.now(), sha256, partner],
          ),
        )
      }
      return true
    },

    /** Forgets them, in the transaction that deletes the bodies; the files go after the commit. How many. */
    async forget(tx: Transaction, threadNo: number): Promise<number> {
      const hashes = await owned(tx, threadNo)
      for (const sha256 of hashes) await markForDeletion(tx, sha256)
      await wanted.forget(tx, threadNo)
      tx.afterCommit(() => void deleteMarked().catch(parts.unswept))
      return hashes.length
    },

    /** Forgets uploads that no packet named within `days`, and deletes files that were forgotten; how many were forgotten. */
    async sweep(days: number): Promise<number> {
      const forgotten = await db.transaction(async tx => {
        const rows = await tx.query<{ sha256: Uint8Array }>(
          `SELECT sha256 FROM materials m WHERE created_at < ?
             AND NOT EXISTS (SELECT 1 FROM packet_materials p WHERE p.sha256 = m.sha256)
             AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.sha256 = m.sha256)
             AND NOT EXISTS (SELECT 1 FROM case_draft_materials d WHERE d.sha256 = m.sha256) LIMIT 1000`,
          [clock.now() - days * 86_400_000],
        )
        // What was to be used again and was not is held for no case any more, when the one that it came from is purged.
        const unused = await tx.query<{ sha256: Uint8Array }>(
          `SELECT DISTINCT r.sha256 FROM scan_reuses r WHERE r.at <= ?
             AND NOT EXISTS (SELECT 1 FROM case_draft_materials d WHERE d.sha256 = r.sha256) LIMIT 1000`,
          [reusableSince()],
        )
        for (const { sha256 } of unused) {
          await tx.run('DELETE FROM scan_reuses WHERE sha256 = ? AND at <= ?', [sha256, reusableSince()])
          const [used] = await tx.query(
            `SELECT 1 FROM packet_materials m JOIN bodies b ON b.packet_no = m.packet_no WHERE m.sha256 = ?1
             UNION ALL SELECT 1 FROM samples WHERE sha256 = ?1 UNION ALL SELECT 1 FROM scan_reuses WHERE sha256 = ?1 LIMIT 1`,
            [sha256],
          )
          if (used === undefined) await markForDeletion(tx, sha256)
        }
        for (const { sha256 } of rows) await markForDeletion(tx, sha256)
        return rows.length
      })
      await deleteMarked()
      return forgotten
    },
  }
}
