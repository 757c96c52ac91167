/**
 * What a person must know of a link (链路提示) and nobody would see else: it is told once when it begins, in the audit log and
 * as an event, and shown with the health of the partner and among the reminders until it is over.
 */
import type { Problem } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'

/**
 * `claim`: the partner claims to hold packets that this node never sent, without proof. `recall`: it proved that this node
 * forgot packets, though the node was not restored. `receipt`: its receipt for one place was refused more than once.
 * `instances`: two nodes take turns under its identity. `twin`: it hears another node take turns with this one.
 * `clock`: this node signs nothing, because of its clock; the partner is the own city. `pause`: too many of its packets were
 * refused. `full`: there is no room for its packets.
 */
export type NoticeKind = 'claim' | 'recall' | 'receipt' | 'instances' | 'twin' | 'clock' | 'pause' | 'full'

export type LinkNotice = {
  partner: string
  kind: NoticeKind
  problem: Problem
  /** ms */
  since: number
  /** ms */
  last: number
  times: number
}

export const NOTICE_LIMITS = {
  /** ms after which a notice is over, when it was not said again */
  stands: 7 * 86_400_000,
} as const

export type NoticesParts = {
  db: Database
  clock: Clock
  /** audit row and event, in the transaction that keeps the notice */
  noticed: (tx: Transaction, notice: LinkNotice) => Promise<void>
}

export type Notices = ReturnType<typeof createNotices>

export function createNotices({ db, clock, noticed }: NoticesParts) {
  /** what stands, so that a greeting asks the store for nothing; read at the start */
  const standing = new Map<string, LinkNotice>()
  const keyOf = (partner: string, kind: NoticeKind) => `${partner} ${kind}`

  return {
    async load(): Promise<void> {
      const rows = await db.query<Omit<LinkNotice, 'problem'> & { problem: string }>(
        'SELECT partner, kind, problem, since, last, times FROM link_notices',
      )
      for (const row of rows)
        standing.set(keyOf(row.partner, row.kind), { ...row, problem: JSON.parse(row.problem) as Problem })
    },

    /** It is so, or still so. */
    async note(partner: string, kind: NoticeKind, problem: Problem): Promise<void> {
      const at = clock.now()
      const before = standing.get(keyOf(partner, kind))
      const fresh = before === undefined || at - before.last > NOTICE_LIMITS.stands
      const notice: LinkNotice = fresh
        ? { partner, kind, problem, since: at, last: at, times: 1 }
        : { ...before, problem, last: Math.max(at, before.last), times: before.times + 1 }
      await db.transaction(async tx => {
        await tx.run(
          `INSERT INTO link_notices (partner, kind, problem, since, last, times) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (partner, kind) DO UPDATE SET problem = excluded.problem, since = excluded.since,
             last = excluded.last, times = excluded.times`,
          [partner, kind, JSON.stringify(problem), notice.since, notice.last, notice.times],
        )
        if (fresh) await noticed(tx, notice)
        tx.afterCommit(() => standing.set(keyOf(partner, kind), notice))
      })
    },

    /** It is over. */
    async clear(partner: string, kind: NoticeKind): Promise<void> {
      if (!standing.has(keyOf(partner, kind))) return
      await db.transaction(async tx => {
        await tx.run('DELETE FROM link_notices WHERE partner = ? AND kind = ?', [partner, kind])
        tx.afterCommit(() => standing.delete(keyOf(partner, kind)))
      })
    },

    /** What stands now, of one partner or of all. */
    list(partner?: string): readonly LinkNotice[] {
      const now = clock.now()
      return [...standing.values()].filter(
        notice => now - notice.last <= NOTICE_LIMITS.stands && (partner === undefined || notice.partner === partner),
      )
    },
  }
}
