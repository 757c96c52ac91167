/** Drafts as they are stored (事项草稿的存储), over the published items. */
import type { Commitment } from '../../../protocol/primitives.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { DraftWrite } from './draft-stage.ts'

/** The own list as drafts need it. */
export type Published = {
  item(code: string): Promise<ServiceItem | null>
  /** all items */
  walk(): AsyncIterable<ServiceItem>
  /** Publishes a new version with these changes, `alongside` in its transaction. Problem: `list.malformed` naming the field. */
  change(
    change: { put: readonly ServiceItem[]; remove: readonly string[]; organisation?: Commitment },
    actor: string,
    alongside: (tx: Transaction, version: number) => Promise<void>,
  ): Promise<{ version: number; count: number }>
}

export type StoredDraft = {
  code: string
  name: string
  item: string | null
  errors: number
  warnings: number
  actor: string
  updated_at: number
}

/** Rows or items that are worked on before other work gets its turn. */
export const AT_ONCE = 200

export type DraftRows = ReturnType<typeof createDraftRows>

export function createDraftRows({ db, clock, published }: { db: Database; clock: Clock; published: Published }) {
  async function drop(tx: Transaction, codes: readonly string[]): Promise<void> {
    for (const code of codes) await tx.run('DELETE FROM item_drafts WHERE code = ?', [code])
  }

  async function write(tx: Transaction, row: DraftWrite): Promise<void> {
    await tx.run(
      `INSERT INTO item_drafts (code, name, item, errors, warnings, actor, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (code) DO UPDATE SET name = excluded.name, item = excluded.item, errors = excluded.errors,
       warnings = excluded.warnings, actor = excluded.actor, updated_at = excluded.updated_at`,
      [row.code, row.name, row.item, row.errors, row.warnings, row.actor, clock.now()],
    )
  }

  const stored = async (code: string): Promise<StoredDraft | undefined> =>
    (await db.query<StoredDraft>('SELECT * FROM item_drafts WHERE code = ?', [code]))[0]

  /** What stands now: the draft, else the published item. */
  async function held(code: string): Promise<ServiceItem | null> {
    const draft = await stored(code)
    return draft === undefined ? published.item(code) : readItem(draft)
  }

  /** Items as they would be published now: drafts over the published ones. */
  async function* current(): AsyncGenerator<ServiceItem> {
    const drafted = new Set<string>()
    for await (const draft of walk()) {
      drafted.add(draft.code)
      const item = readItem(draft)
      if (item !== null) yield item
    }
    for await (const item of published.walk()) if (!drafted.has(item.taskCode)) yield item
  }

  /** All drafts, by code. */
  async function* walk(): AsyncGenerator<StoredDraft> {
    for (let after = ''; ; ) {
      const rows = await db.query<StoredDraft>('SELECT * FROM item_drafts WHERE code > ? ORDER BY code LIMIT ?', [
        after,
        AT_ONCE,
      ])
      yield* rows
      const end = rows.at(-1)
      if (end === undefined || rows.length < AT_ONCE) return
      after = end.code
    }
  }

  async function* drafted(): AsyncGenerator<ServiceItem> {
    for await (const draft of walk()) {
      const item = readItem(draft)
      if (item !== null) yield item
    }
  }

  return { drop, write, stored, held, current, walk, drafted }
}

/** The item of a stored draft, which was checked before it was stored. */
export const readItem = ({ item }: Pick<StoredDraft, 'item'>): ServiceItem | null =>
  item === null ? null : (JSON.parse(item) as ServiceItem)
