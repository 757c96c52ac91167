/**
 * Events of links (连通): `partner.connected` and `partner.lost`, for live rows and webhooks. Only what lasts is told, so that a line which
 * flaps is no flood; and as told before, also over a restart.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Database } from '../../kernel/store/database.ts'

export const LINK_EVENTS = {
  /** how long a link must be as it is before that is told; no partner is told of more often. ms */
  settles: 5000,
} as const

export type LinkEvents = ReturnType<typeof createLinkEvents>

type Parts = { db: Database; events: Pick<EventLog, 'append'>; clock: Clock; failed: (error: unknown) => void }

export function createLinkEvents({ db, events, clock, failed }: Parts) {
  /** how each link was told last; one that never was is lost */
  const told = new Map<string, boolean>()
  const linked = new Map<string, boolean>()
  const waiting = new Map<string, () => void>()
  let stopped = false

  async function tell(partner: string): Promise<void> {
    const connected = linked.get(partner) ?? false
    const before = told.get(partner) ?? false
    if (connected === before) return
    told.set(partner, connected)
    try {
      await db.transaction(tx =>
        events.append(tx, { type: connected ? 'partner.connected' : 'partner.lost', subject: partner }),
      )
    } catch (error) {
      // The next change is told again.
      told.set(partner, before)
      failed(error)
    }
  }

  function look(partner: string): void {
    if (stopped || waiting.has(partner) || (linked.get(partner) ?? false) === (told.get(partner) ?? false)) return
    const cancel = clock.after(LINK_EVENTS.settles, () => {
      waiting.delete(partner)
      void tell(partner)
    })
    waiting.set(partner, cancel)
  }

  return {
    /** Takes what became of a link. */
    note({ partner, connected }: { partner: string; connected: boolean }): void {
      linked.set(partner, connected)
      look(partner)
    },
    /** Goes on from what was told before the node stopped: a link that does not come back is lost. */
    async start(): Promise<void> {
      const rows = await db.query<{ subject: string; type: string }>(
        `SELECT subject, type FROM events WHERE no IN
           (SELECT MAX(no) FROM events WHERE type IN ('partner.connected', 'partner.lost') GROUP BY subject)`,
      )
      for (const { subject, type } of rows) {
        if (!told.has(subject)) told.set(subject, type === 'partner.connected')
        look(subject)
      }
    },
    /** A city that is a partner no more has no link. */
    forget(partner: string): void {
      waiting.get(partner)?.()
      for (const of of [told, linked, waiting]) of.delete(partner)
    },
    /** Tells nothing more: that this node stopped is no fault of a link. */
    stop(): void {
      stopped = true
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
    },
  }
}
