/**
 * The event log: what changed, for those who watch over the API. An event names a type and the id of what changed and
 * nothing more; the watcher reads the rest with its own rights. Events are kept for some days, not for ever.
 */
import { rolesFor } from '../../../protocol/rights/can.ts'
import type { Role } from '../../../protocol/rights/roles.ts'
import type { Action } from '../../../protocol/rights/table.ts'
import { joinRoles, splitRoles } from '../person.ts'
import type { Database, Transaction } from '../store/database.ts'
import { createRemembered } from '../store/remembered.ts'

/** Event types, and the action that reads what each is of: who may not read it hears nothing of it. */
export const EVENT_ACTIONS = {
  'case.changed': 'case.list',
  'case.due': 'case.list',
  'case-draft.changed': 'case.take-in',
  'agreement.changed': 'reference.read',
  'agreement-draft.changed': 'agreement.oversee',
  'partner.changed': 'reference.read',
  'partner.connected': 'reference.read',
  'partner.lost': 'reference.read',
  'directory.changed': 'operation.read',
  'list.changed': 'reference.read',
  'calendar.changed': 'reference.read',
  'material.changed': 'case.list',
  'test.changed': 'reference.read',
  'export.changed': 'self.use',
  'work.parked': 'operation.read',
  'key.rotated': 'operation.read',
  'reminder.due': 'operation.read',
  'account.changed': 'self.use',
} as const satisfies Record<string, Action>
export type EventType = keyof typeof EVENT_ACTIONS

export type EventRow = {
  no: number
  /** milliseconds */
  at: number
  type: string
  /** id of what changed: thread, partner code, packet id */
  subject: string
  roles: readonly Role[]
  /** kind of the packet that changed it, or what was done here, `case.assigned`; null of what is no step */
  kind: string | null
  /** account whom alone it is for; null: whoever may read it */
  person: string | null
}

export type NewEvent = { type: EventType; subject: string; kind?: string | undefined; person?: string | undefined }

/** How long events are kept, milliseconds. */
const EVENT_DAYS = 7 * 24 * 3600 * 1000

export interface EventLog {
  /** Adds an event in the caller's transaction; watchers hear of it after the commit. */
  append(tx: Transaction, event: NewEvent): Promise<void>
  /** Events after `no`, oldest first. */
  after(no: number, limit: number): Promise<EventRow[]>
  /** How many events of some types came after `no`, `most` when there are more. */
  count(no: number, types: readonly string[], most: number): Promise<number>
  /** Number of the first event that is kept and of the last one; 0 and 0 when there is none. */
  bounds(): Promise<{ first: number; last: number }>
  /** Calls `listener` after each commit that added events; gives back how to stop. */
  onNew(listener: () => void): () => void
  /** Removes events past their days; the newest stays, so that numbers are never used again. */
  purge(): Promise<number>
}

type Row = Omit<EventRow, 'roles'> & { roles: string }

/** Who hears of each type, as the column holds it: asked once, and not for every event. */
const ROLES = Object.fromEntries(
  Object.entries(EVENT_ACTIONS).map(([type, action]) => [type, joinRoles(rolesFor(action))]),
) as Record<EventType, string>

export function createEventLog({ database, now }: { database: Database; now: () => number }): EventLog {
  const listeners = new Set<() => void>()
  const announced = new WeakSet<Transaction>()
  const numbers = createRemembered<number>()
  return {
    async append(tx, { type, subject, kind, person }) {
      const last = await numbers.get(tx, 'last', async () => {
        const [row] = await tx.query<{ last: number }>('SELECT COALESCE(MAX(no), 0) AS last FROM events')
        return row?.last ?? 0
      })
      numbers.set(tx, 'last', last + 1)
      await tx.run('INSERT INTO events (no, at, type, subject, roles, kind, person) VALUES (?, ?, ?, ?, ?, ?, ?)', [
        last + 1,
        now(),
        type,
        subject,
        ROLES[type],
        kind ?? null,
        person ?? null,
      ])
      if (announced.has(tx)) return
      announced.add(tx)
      tx.afterCommit(() => {
        for (const listener of listeners) listener()
      })
    },

    async after(no, limit) {
      const rows = await database.query<Row>(
        'SELECT no, at, type, subject, roles, kind, person FROM events WHERE no > ? ORDER BY no LIMIT ?',
        [no, limit],
      )
      return rows.map(row => ({ ...row, roles: splitRoles(row.roles) }))
    },

    async count(no, types, most) {
      const [row] = await database.query<{ n: number }>(
        `SELECT count(*) AS n FROM (SELECT 1 FROM events WHERE no > ? AND type IN (${types.map(() => '?').join(', ')}) LIMIT ?) AS found`,
        [no, ...types, most],
      )
      return row?.n ?? 0
    },

    async bounds() {
      const [row] = await database.query<{ first: number; last: number }>(
        'SELECT COALESCE(MIN(no), 0) AS first, COALESCE(MAX(no), 0) AS last FROM events',
      )
      return row ?? { first: 0, last: 0 }
    },

    onNew(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async purge() {
      const at = now()
      // From the beginning to the first that is young: no index of times is kept for it. A clock that ran ahead makes none young.
      return database.transaction(tx =>
        tx.run(
          `DELETE FROM events WHERE no < coalesce((SELECT no FROM events WHERE at BETWEEN ? AND ? ORDER BY no LIMIT 1),
             (SELECT MAX(no) FROM events))`,
          [at - EVENT_DAYS, at],
        ),
      )
    },
  }
}
