/**
 * Looks at materials (查阅材料): a scan is read for a case that names it, for a draft that its reader may open, or by who uploaded it
 * while nothing names it; each look leaves an audit row of what it was for. May import the audit log and the store.
 */
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'

export type LooksParts = {
  db: Database
  audit: Audit
  drafts: {
    /** Problems: `request.not-found`, `request.forbidden`. */
    mayOpen(id: string, actor: string): Promise<void>
  }
}

/** What a material is read for; nothing: the one case that names it, or the reader's own upload. */
export type LookFor = { thread?: string | undefined; draft?: string | undefined }

export type Looks = ReturnType<typeof createLooks>

export function createLooks({ db, audit, drafts }: LooksParts) {
  /** Cases whose packets name the material, two at most; one that was purged gives no look at what others hold. */
  async function casesOf(store: Reader, sha256: string, thread: string | undefined): Promise<string[]> {
    const rows = await store.query<{ thread: Uint8Array }>(
      `SELECT DISTINCT t.thread FROM packet_materials m JOIN packets p ON p.no = m.packet_no JOIN threads t ON t.no = p.thread_no
       WHERE m.sha256 = ?1 AND t.type = 'case' AND (?2 IS NULL OR t.thread = ?2)
         AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.thread_no = t.no AND c.purged_at IS NOT NULL) LIMIT 2`,
      [fromHex(sha256), thread === undefined ? null : fromHex(thread)],
    )
    return rows.map(row => toHex(row.thread))
  }

  async function isIn(
    store: Reader,
    table: 'material_uploads' | 'case_draft_materials',
    sha256: string,
    whose: string,
  ) {
    const column = table === 'material_uploads' ? 'actor' : 'draft'
    return (
      (await store.query(`SELECT 1 FROM ${table} WHERE sha256 = ? AND ${column} = ?`, [fromHex(sha256), whose]))
        .length > 0
    )
  }

  async function subjectOf(
    sha256: string,
    { thread, draft }: LookFor,
    actor: string,
    mayRead: (thread: string) => Promise<void>,
  ): Promise<string> {
    if (draft !== undefined) {
      await drafts.mayOpen(draft, actor)
      if (await isIn(db, 'case_draft_materials', sha256, draft)) return draft
      throw new ProblemError('material.missing', 'the draft does not name it')
    }
    const [named, other] = await casesOf(db, sha256, thread)
    if (named !== undefined && other === undefined) {
      await mayRead(named)
      return named
    }
    if (thread !== undefined) throw new ProblemError('material.missing', 'no packet of the case names it')
    if (await isIn(db, 'material_uploads', sha256, actor)) return sha256
    if (other !== undefined) throw new ProblemError('request.invalid', 'thread: several cases name it')
    throw new ProblemError('request.forbidden', 'no case names it: name the draft, or let its uploader look')
  }

  return {
    /** Notes who uploaded it. */
    async uploaded(sha256: string, actor: string): Promise<void> {
      await db.transaction(tx =>
        tx.run('INSERT INTO material_uploads (sha256, actor) VALUES (?, ?) ON CONFLICT DO NOTHING', [
          fromHex(sha256),
          actor,
        ]),
      )
    },

    /**
     * Lets an account look; `mayRead` throws for a case whose content it may not read. Problems: its own, `material.missing`,
     * `request.forbidden`, `request.invalid` when it must name the case, those of the draft.
     */
    async look(
      sha256: string,
      what: LookFor,
      actor: string,
      mayRead: (thread: string) => Promise<void>,
    ): Promise<void> {
      const subject = await subjectOf(sha256, what, actor, mayRead)
      await db.transaction(tx =>
        audit.append(tx, { actor, action: 'material.read', subject, detail: { material: sha256 } }),
      )
    },
  }
}

/** Forgets who uploaded a material that is deleted. */
export const forgetUploads = (tx: Transaction, sha256: Uint8Array): Promise<number> =>
  tx.run('DELETE FROM material_uploads WHERE sha256 = ?', [sha256])
