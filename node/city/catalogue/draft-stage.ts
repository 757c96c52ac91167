/**
 * Many drafts taken over as one (事项草稿导入): they are put aside in short transactions, decided by one row, and moved to the drafts in short
 * transactions again. A node that stops before that row leaves nothing of them; one that stops after it moves the rest when it runs.
 */
import type { Database, Transaction } from '../../kernel/store/database.ts'

export const DRAFT_STAGE = {
  /** rows of one transaction, between which every other write of the node gets its turn */
  rows: 500,
  /** characters of the items of one transaction, beside the last row */
  characters: 4 * 1024 * 1024,
} as const

/** A draft to be written; `item` null: that the published one goes. */
export type DraftWrite = {
  code: string
  name: string
  item: string | null
  errors: number
  warnings: number
  actor: string
}
/** What becomes of one draft: it is written, or taken back by its code. */
export type DraftChange = DraftWrite | string

type Row = DraftWrite & { no: number; dropped: number }

export type DraftStage = ReturnType<typeof createDraftStage>

export function createDraftStage(
  db: Database,
  drafts: {
    write(tx: Transaction, row: DraftWrite): Promise<void>
    drop(tx: Transaction, code: string): Promise<void>
  },
) {
  const apply = (tx: Transaction, change: DraftChange): Promise<void> =>
    typeof change === 'string' ? drafts.drop(tx, change) : drafts.write(tx, change)

  async function aside(tx: Transaction, changes: readonly DraftChange[]): Promise<void> {
    for (const change of changes) {
      const row =
        typeof change === 'string' ? { code: change, name: '', item: null, errors: 0, warnings: 0, actor: '' } : change
      await tx.run(
        'INSERT INTO item_draft_stage (code, name, item, errors, warnings, actor, dropped) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [row.code, row.name, row.item, row.errors, row.warnings, row.actor, typeof change === 'string' ? 1 : 0],
      )
    }
  }

  /** Moves rows that were decided, some at a time; whether any may be left. */
  const moveBatch = (): Promise<boolean> =>
    db.transaction(async tx => {
      const rows = await tx.query<Row>('SELECT * FROM item_draft_stage ORDER BY no LIMIT ?', [DRAFT_STAGE.rows])
      let last: Row | undefined
      let characters = 0
      for (const row of rows) {
        await apply(tx, row.dropped === 1 ? row.code : row)
        last = row
        characters += row.item?.length ?? 0
        if (characters > DRAFT_STAGE.characters) break
      }
      if (last === undefined) {
        await tx.run('DELETE FROM draft_imports')
        return false
      }
      await tx.run('DELETE FROM item_draft_stage WHERE no <= ?', [last.no])
      return true
    })

  const clearBatch = (): Promise<number> =>
    db.transaction(tx =>
      tx.run('DELETE FROM item_draft_stage WHERE no IN (SELECT no FROM item_draft_stage ORDER BY no LIMIT ?)', [
        DRAFT_STAGE.rows,
      ]),
    )

  /** whether something may lie aside */
  let open = true

  /** Finishes what was decided before this node stopped, and leaves nothing of what was not. */
  async function recover(): Promise<void> {
    if (!open) return
    if ((await db.query('SELECT decided_at FROM draft_imports')).length > 0) while (await moveBatch());
    else while ((await clearBatch()) > 0);
    open = false
  }

  return {
    recover,

    /** Takes all changes over, with `alongside` in the transaction that decides it; `now` in ms. One at a time. */
    async apply(
      changes: readonly DraftChange[],
      now: number,
      alongside: (tx: Transaction) => Promise<unknown>,
    ): Promise<void> {
      const parts = [...inChunks(changes)]
      if (parts.length <= 1)
        return db.transaction(async tx => {
          for (const change of changes) await apply(tx, change)
          await alongside(tx)
        })
      open = true
      for (const part of parts) await db.transaction(tx => aside(tx, part))
      await db.transaction(async tx => {
        await tx.run('INSERT INTO draft_imports (decided_at) VALUES (?)', [now])
        await alongside(tx)
      })
      await recover()
    },
  }
}

/** Changes of which each part is a transaction. */
export function* inChunks<T extends DraftChange>(changes: readonly T[]): Generator<T[]> {
  let part: T[] = []
  let characters = 0
  for (const change of changes) {
    part.push(change)
    characters += typeof change === 'string' ? 0 : (change.item?.length ?? 0)
    if (part.length < DRAFT_STAGE.rows && characters <= DRAFT_STAGE.characters) continue
    yield part
    part = []
    characters = 0
  }
  if (part.length > 0) yield part
}
