/**
 * Originals of applicants (原件): where each lies, as both cities signed it, and which cases hold some that are not settled: those are a
 * queue, and a reminder once the case has ended. The collecting city sees to all of a case, since it took them; the handling city to those
 * that it has. May import the exchange's port, the audit log and the store.
 */
import { isSettled, type Originals, originalsOf, outstanding } from '../../../protocol/case/originals.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import type { PacketsOf } from '../../spine/dispatch/stored-fold.ts'

/** Steps after which originals may lie elsewhere. */
const MOVES: ReadonlySet<string> = new Set(['case.originals', 'case.mail', 'case.correct'])

/** Whether a thread tells of originals, and its newest packet may have moved some; null: one was taken out of it. */
export const movesOriginals = (packets: readonly Packet[], newest: Packet | null): boolean =>
  newest === null ||
  (MOVES.has(newest.claims.kind) && packets.some(({ claims: { kind } }) => kind === 'case.originals'))

/** Writes anew which originals of a case are not settled, in the transaction that changed it. */
export async function noteOriginals(
  tx: Transaction,
  threadNo: number,
  packets: readonly Packet[],
  { own, collecting }: { own: string; collecting: string },
): Promise<void> {
  const open = outstanding(originalsOf(packets))
  const here = open.filter(({ city }) => city === own)
  const ours = own === collecting ? open : here
  if (ours.length === 0) {
    await tx.run('DELETE FROM open_originals WHERE thread_no = ?', [threadNo])
    return
  }
  const since = Math.min(...ours.map(item => Date.parse(item.since)))
  await tx.run(
    `INSERT INTO open_originals (thread_no, ours, here, since) VALUES (?, ?, ?, ?)
     ON CONFLICT (thread_no) DO UPDATE SET ours = excluded.ours, here = excluded.here, since = excluded.since`,
    [threadNo, ours.length, here.length, since],
  )
}

/** Threads with originals that are not settled, as a condition on `thread_no`. */
export const WITH_ORIGINALS = 'SELECT thread_no FROM open_originals'

/** Originals of a case that this city must see to, and how many of them lie here or are on the way here; null when there are none. */
export async function openOriginals(
  store: Reader,
  threadNo: number,
): Promise<{ ours: number; here: number; since: number } | null> {
  const [row] = await store.query<{ ours: number; here: number; since: number }>(
    'SELECT ours, here, since FROM open_originals WHERE thread_no = ?',
    [threadNo],
  )
  return row ?? null
}

/** Case numbers that the reminder names. */
const NAMED = 3

/** Cases that have ended and hold originals that are not settled. */
export async function originalReminders(store: Reader): Promise<Reminder[]> {
  const ENDED = `FROM open_originals o JOIN cases c ON c.thread_no = o.thread_no WHERE c.state IN ('closed', 'refused')`
  const [row] = await store.query<{ n: number; since: number | null }>(
    `SELECT count(*) AS n, min(o.since) AS since ${ENDED}`,
    [],
  )
  if (row === undefined || row.n === 0 || row.since === null) return []
  const named = await store.query<{ case_no: string }>(`SELECT c.case_no ${ENDED} ORDER BY o.since LIMIT ?`, [NAMED])
  const cases = `${named.map(({ case_no }) => case_no).join(', ')}${row.n > named.length ? ' …' : ''}`
  return [
    {
      id: `originals:${new Date(row.since).toISOString().slice(0, 10)}:${row.n}`,
      kind: 'originals',
      subject: String(row.n),
      dueAt: row.since,
      level: 'warn',
      act: 'you',
      en: `${row.n} case${row.n === 1 ? '' : 's'} ended with originals that were not given back (${cases})`,
      zh: `${row.n} 件办件已办结而原件未退还（${cases}）`,
      cure: 'Give them back and sign it: tongban case step originals CASE; all of them: tongban case queue originals',
    },
  ]
}

export type CaseOriginals = ReturnType<typeof createOriginals>

export function createOriginals({ db, audit, packets }: { db: Database; audit: Audit; packets: PacketsOf }) {
  return {
    /** The originals of a case: names of papers are personal data, so that reading them leaves an audit row. Problem: `thread.unknown`. */
    async of(thread: string, actor: string): Promise<Originals & { open: number }> {
      const [row] = await db.query<{ no: number }>(
        'SELECT t.no FROM threads t JOIN cases c ON c.thread_no = t.no WHERE t.thread = ?',
        [fromHex(thread)],
      )
      if (row === undefined) throw new ProblemError('thread.unknown')
      const found = originalsOf(await packets(db, row.no))
      await db.transaction(tx =>
        audit.append(tx, { actor, action: 'case.read', subject: thread, detail: { for: 'originals' } }),
      )
      return { ...found, open: found.items.filter(item => !isSettled(item)).length }
    },
  }
}
