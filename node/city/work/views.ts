/**
 * Saved views (保存的视图): a queue or a search under a name, for oneself or for all of a window. What one searches for in words
 * may be a person, so a view never holds it.
 */

import { ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { BoxFilter, QueueName } from './boxes.ts'
import type { SearchFilter } from './queues.ts'

export const VIEW_LIMITS = { perPerson: 100, perWindow: 200 } as const

export type ViewFilter =
  | ({ queue: QueueName; window?: string | undefined } & Omit<BoxFilter, 'assignee'> & {
        assignee?: string | undefined
      })
  | { search: Omit<SearchFilter, 'q'> }
export type View = {
  id: string
  name: string
  /** account that made it */
  owner: string
  /** shared with all of this window; null: own */
  window: string | null
  filter: ViewFilter
  /** ms */
  updatedAt: number
}
export type NewView = { name: string; window: string | null; filter: ViewFilter }

type Row = { id: string; owner: string; name: string; window: string | null; filter: string; updated_at: number }
const COLUMNS = 'id, owner, name, window, filter, updated_at'
const toView = ({ id, owner, name, window, filter, updated_at }: Row): View => ({
  id,
  owner,
  name,
  window,
  updatedAt: updated_at,
  filter: JSON.parse(filter) as ViewFilter,
})

export type Views = ReturnType<typeof createViews>

export function createViews(parts: { db: Database; clock: Clock; audit: Audit; newId: () => string }) {
  const { db, clock } = parts

  async function readable(id: string): Promise<Row> {
    const [row] = await db.query<Row>(`SELECT ${COLUMNS} FROM saved_views WHERE id = ?`, [id])
    if (row === undefined) throw new ProblemError('request.not-found', 'no such view')
    return row
  }

  async function owned(id: string, person: string): Promise<Row> {
    const row = await readable(id)
    if (row.owner === person) return row
    // Another's own view is nobody's business; a shared one is seen, and is its maker's to change.
    throw row.window === null
      ? new ProblemError('request.not-found', 'no such view')
      : new ProblemError('request.forbidden', 'who made it changes it')
  }

  const note = (tx: Transaction, person: string, action: AuditAction, subject: string): Promise<void> =>
    parts.audit.append(tx, { actor: `person:${person}`, action, subject })

  async function checkFree(tx: Transaction, owner: string, view: NewView, except: string | null): Promise<void> {
    const [same] = await tx.query('SELECT 1 FROM saved_views WHERE owner = ? AND name = ? AND id IS NOT ?', [
      owner,
      view.name,
      except,
    ])
    if (same !== undefined) throw new ProblemError('request.conflict', 'a view of this name is there')
    const count = async (column: 'owner' | 'window', value: string): Promise<number> =>
      (
        await tx.query<{ n: number }>(`SELECT count(*) AS n FROM saved_views WHERE ${column} = ? AND id IS NOT ?`, [
          value,
          except,
        ])
      )[0]?.n ?? 0
    if ((await count('owner', owner)) >= VIEW_LIMITS.perPerson)
      throw new ProblemError('request.conflict', `${VIEW_LIMITS.perPerson} views at most of one account`)
    if (view.window !== null && (await count('window', view.window)) >= VIEW_LIMITS.perWindow)
      throw new ProblemError('request.conflict', `${VIEW_LIMITS.perWindow} views at most of one window`)
  }

  return {
    /** The own views, and those shared with the window, by name. */
    async list(person: string, window: string | undefined): Promise<View[]> {
      const rows = await db.query<Row>(
        `SELECT ${COLUMNS} FROM saved_views WHERE owner = ? OR window = ? ORDER BY name, id`,
        [person, window ?? null],
      )
      return rows.map(toView)
    },

    /** One that the person made or that is shared. Problem: `request.not-found`. */
    async get(id: string, person: string): Promise<View> {
      const row = await readable(id)
      if (row.owner !== person && row.window === null) throw new ProblemError('request.not-found', 'no such view')
      return toView(row)
    },

    /** Problem: `request.conflict` for a name that is taken, or past 100 of one account or 200 of one window. */
    async add(view: NewView, person: string): Promise<View> {
      const id = parts.newId()
      await db.transaction(async tx => {
        await checkFree(tx, person, view, null)
        await act(tx)
        await tx.run(`INSERT INTO saved_views (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`, [
          id,
          person,
          view.name,
          view.window,
          JSON.stringify(view.filter),
          clock.now(),
        ])
        await note(tx, person, 'view.created', id)
      })
      return toView(await readable(id))
    },

    /** Problems: as of `add`; `request.not-found`; `request.forbidden` for one that another shares. */
    async change(id: string, view: NewView, person: string): Promise<View> {
      await owned(id, person)
      await db.transaction(async tx => {
        await checkFree(tx, person, view, id)
        await tx.run('UPDATE saved_views SET name = ?, window = ?, filter = ?, updated_at = ? WHERE id = ?', [
          view.name,
          view.window,
          JSON.stringify(view.filter),
          clock.now(),
          id,
        ])
        await note(tx, person, 'view.changed', id)
      })
      return toView(await readable(id))
    },

    async remove(id: string, person: string): Promise<void> {
      await owned(id, person)
      await db.transaction(async tx => {
        await tx.run('DELETE FROM saved_views WHERE id = ?', [id])
        await note(tx, person, 'view.deleted', id)
      })
    },
  }
}
