/** The days of cases at this node: counted anew when a table changes, told of when they come near, and kept lawful in what is signed here. */
import { dayOf } from '../../../protocol/agreement/document.ts'
import type { Duty } from '../../../protocol/case/deadlines.ts'
import { foldOn } from '../../../protocol/case/fold.ts'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { permits } from '../../../protocol/case/permits.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type PacketsOf, stateOf } from '../../spine/dispatch/stored-fold.ts'
import type { Draft, OwnIdentity } from '../../spine/exchange/ports.ts'
import type { CaseClocks } from './clocks.ts'
import { saveDuty, type WrittenDuties } from './duties.ts'

export type DueParts = {
  db: Database
  clock: Clock
  clocks: CaseClocks
  identity: Pick<OwnIdentity, 'city'>
  events: EventLog
  packets: PacketsOf
  duties: WrittenDuties
}

/** Steps that name a day, or must be taken by one. */
const DAYS: ReadonlySet<string> = new Set<CaseKind>(['case.accept', 'case.extend', 'case.object'])

/** Seconds: more natural days than the working days before a day from which it is urgent, also over the longest holidays. */
const TELL_WITHIN = 20 * 86_400

/** Duties after whose last day something else is due, though nobody did anything: what comes after an objection, and after a promise that was missed. */
const RUN_OUT: ReadonlySet<Duty> = new Set(['objection', 'commitment'])

/** Whose duties are told of: the first of this city, and the first of all when it is the partner's. */
const TOLD = [
  { from: 'own_from', due: 'own_due', duty: 'own_duty', city: '?1', alerted: 'own_alerted', where: '' },
  {
    from: 'due_from',
    due: 'due',
    duty: 'due_duty',
    city: 'c.due_city',
    alerted: 'alerted',
    where: 'AND c.due_city <> ?1',
  },
] as const

export function createDue({ db, clock, clocks, identity, events, packets, duties }: DueParts) {
  const save = { clocks, identity, duties }

  async function notifyFirst({ from, due, duty, city, alerted, where }: (typeof TOLD)[number]): Promise<number> {
    let told = 0
    // A case that is further away than this has working days enough.
    const until = dayOf(seconds(clock.now()) + TELL_WITHIN)
    // By their days, as the indexes have them: in the order of their numbers every case that ended would be looked at.
    for (let last = { due: '', no: 0 }; ; ) {
      const rows = await db.query<{
        no: number
        thread: Uint8Array
        fold: string
        from: string | null
        due: string
        duty: Duty
        city: string
        alerted: string | null
      }>(
        `SELECT c.thread_no AS no, t.thread, c.fold, c.${from} AS "from", c.${due} AS due, c.${duty} AS duty, ${city} AS city, c.${alerted} AS alerted
         FROM cases c JOIN threads t ON t.no = c.thread_no
         WHERE c.${due} <= ?2 AND (c.${due}, c.thread_no) > (?3, ?4) AND coalesce(c.${alerted}, '') <> 'overdue' ${where}
         ORDER BY c.${due}, c.thread_no LIMIT 500`,
        [identity.city, until, last.due, last.no],
      )
      const end = rows.at(-1)
      if (end === undefined) return told
      last = end
      const stages = rows
        .map(row => ({ ...row, level: clocks.urgency(row.city, row).level }))
        .filter(({ level, alerted }) => level !== 'green' && level !== alerted)
      await db.transaction(async tx => {
        for (const { no, thread, level, duty, fold } of stages) {
          if (level === 'overdue' && RUN_OUT.has(duty)) {
            const state = await stateOf(tx, packets, { threadNo: no, fold })
            if (state !== null) await saveDuty(tx, save, no, state)
            // A right that ran out unused is nothing late.
            if (duty === 'objection') continue
          }
          await tx.run(`UPDATE cases SET ${alerted} = ? WHERE thread_no = ?`, [level, no])
          await events.append(tx, { type: 'case.due', subject: toHex(thread) })
          told++
        }
      })
    }
  }

  return {
    /** Counts the days of every case that has something due anew, after a holiday table changed; or of those alone whose day was provisional. */
    async recount(which: 'all' | 'provisional' = 'all'): Promise<void> {
      const where = which === 'all' ? '(due IS NOT NULL OR turn IS NOT NULL)' : 'due_provisional = 1'
      for (let last = 0; ; ) {
        const rows = await db.query<{ threadNo: number; fold: string }>(
          `SELECT thread_no AS threadNo, fold FROM cases WHERE ${where} AND thread_no > ? ORDER BY thread_no LIMIT 500`,
          [last],
        )
        if (rows.length === 0) return
        await db.transaction(async tx => {
          for (const { threadNo, fold } of rows) {
            const state = await stateOf(tx, packets, { threadNo, fold })
            if (state !== null) await saveDuty(tx, save, threadNo, state)
          }
        })
        last = rows.at(-1)?.threadNo ?? 0
      }
    },

    /** Tells of each case whose next day has come near or is over, once for each stage; how many. */
    async notifyDue(): Promise<number> {
      let told = 0
      for (const whose of TOLD) told += await notifyFirst(whose)
      return told
    },

    /** Holds the days that steps name to what law and agreement allow; `held`: the row of the case. Throws `case.limit`. */
    async check(held: { threadNo: number; fold: string }, drafts: readonly Draft[]): Promise<void> {
      if (!drafts.some(({ kind }) => DAYS.has(kind))) return
      let state = await stateOf(db, packets, held)
      if (state === null) return
      for (const { kind, content } of drafts as readonly { kind: CaseKind; content: object }[]) {
        const refused = await clocks.unlawful(db, state, kind, content)
        // What the case does not allow in any way is told as that, by the author.
        if (refused !== null && permits(state, kind, content, identity.city) === null)
          throw new ProblemError(refused.problem.code, refused.problem.detail)
        const claims = { kind, iss: identity.city, iat: seconds(clock.now()) } as PacketClaims
        state = foldOn(state, { id: '', claims, body: content })
      }
    },
  }
}
