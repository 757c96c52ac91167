/**
 * The event log: what changed, for those who watch over the API. An event names a type and the id of what changed and
 * nothing more; the watcher reads the rest with its own rights. Events are kept for some days, not for ever.
 */
import { joinRoles, type Role, splitRoles } from '../person.ts'
import type { Database, Transaction } from '../store/database.ts'
import { createRemembered } from '../store/remembered.ts'

const ALL: readonly Role[] = ['administrator', 'clerk', 'integrator', 'auditor']
const OPERATION: readonly Role[] = ['administrator', 'integrator', 'auditor']

/** Event types, and the roles that may see each. */
export const EVENT_ROLES = {
  'case.changed': ALL,
  'case.due': ALL,
  'case-draft.changed': ['clerk', 'integrator'],
  'agreement.changed': ALL,
  'partner.changed': ALL,
  'partner.connected': ALL,
  'partner.lost': ALL,
  'directory.changed': OPERATION,
  'list.changed': ALL,
  'calendar.changed': ALL,
  'material.changed': ALL,
  'test.changed': ALL,
  'export.changed': ALL,
  'work.parked': OPERATION,
  'key.rotated': OPERATION,
  'reminder.due': OPERATION,
} as const satisfies Record<string, readonly Role[]>
export type EventType = keyof typeof EVENT_ROLES

export type EventRow = {
  no: number
  /** milliseconds */ at: number
  type: string
  /** id of what changed: thread, partner code, packet id */ subject: string
  roles: readonly Role[]
}

/** How long events are kept, milliseconds. */
const EVENT_DAYS = 7 * 24 * 3600 * 1000

export interface EventLog {
  /** Adds an event in the caller's transaction; watchers hear of it after the commit. */
  append(tx: Transaction, event: { type: EventType; subject: string }): Promise<void>
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

type Row = { no: number; at: number; type: string; subject: string; roles: string }

export function createEventLog({ database, now }: { database: Database; now: () => number }): EventLog {
  const listeners = new Set<() => void>()
  const announced = new WeakSet<Transaction>()
  const numbers = createRemembered<number>()
  return {
    async append(tx, { type, subject }) {
      const last = await numbers.get(tx, 'last', async () => {
        const [row] = await tx.query<{ last: number }>('SELECT COALESCE(MAX(no), 0) AS last FROM events')
        return row?.last ?? 0
      })
      numbers.set(tx, 'last', last + 1)
      await tx.run('INSERT INTO events (no, at, type, subject, roles) VALUES (?, ?, ?, ?, ?)', [
        last + 1,
        now(),
        type,
        subject,
        joinRoles(EVENT_ROLES[type]),
      ])
      if (announced.has(tx)) return
      announced.add(tx)
      tx.afterCommit(() => {
        for (const listener of listeners) listener()
      })
    },

    async after(no, limit) {
      const rows = await database.query<Row>(
        'SELECT no, at, type, subject, roles FROM events WHERE no > ? ORDER BY no LIMIT ?',
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
      return database.transaction(tx =>
        tx.run('DELETE FROM events WHERE at < ? AND no < (SELECT MAX(no) FROM events)', [now() - EVENT_DAYS]),
      )
    },
  }
}
