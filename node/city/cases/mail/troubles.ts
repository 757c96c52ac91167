/**
 * Parcels in trouble (寄递异常): lost, returned, refused by the carrier, not taken, silent, or told of what cannot be. What is signed of
 * a way stands at both cities, the rest where the parcel was ordered. Shown by the queue `parcels`, until somebody has seen to it.
 */
import type { CaseBody } from '../../../../protocol/case/kinds.ts'
import type { Actor } from '../../../../protocol/problem.ts'
import type { Reminder } from '../../../kernel/reminder.ts'
import type { Reader, Transaction } from '../../../kernel/store/database.ts'

export const TROUBLES = {
  lost: {
    act: 'you',
    en: 'lost on the way',
    zh: '寄递途中丢失',
    cure: 'Ask the carrier to search, tell the applicant, agree with the other city how it goes on',
  },
  returned: {
    act: 'you',
    en: 'came back to the sender',
    zh: '已退回寄件方',
    cure: 'Look at the address with the recipient and order anew',
  },
  refused: {
    act: 'you',
    en: 'refused by the carrier',
    zh: '承运方未接受下单',
    cure: 'Read the problem at the parcel; correct it and tongban case parcel retry, or settle and order anew',
  },
  unanswered: {
    act: 'operator',
    en: 'the carrier does not answer',
    zh: '承运方系统无应答',
    cure: 'Look whether the gateway at mail.url runs and takes mail.token; the node goes on asking',
  },
  silent: {
    act: 'you',
    en: 'nothing was heard of it for days',
    zh: '多日无物流信息',
    cure: 'Ask the carrier where it is, or whether it was collected at all',
  },
  contradicts: {
    act: 'operator',
    en: 'the carrier tells what cannot be',
    zh: '承运方信息自相矛盾',
    cure: 'Read the problem at the parcel and ask the carrier; what is true can be signed with tongban case step mail',
  },
} as const satisfies Record<string, { act: Actor; en: string; zh: string; cure: string }>
export type Trouble = keyof typeof TROUBLES

/** Threads that have a parcel in trouble, as a condition on `thread_no`. */
export const IN_TROUBLE = `SELECT thread_no FROM mail_troubles WHERE settled_by IS NULL
  UNION ALL SELECT thread_no FROM parcels WHERE trouble IS NOT NULL`

/** Notes what a signed step tells of a parcel; one that is found or sent on is in trouble no more. */
export async function noteMail(
  tx: Transaction,
  threadNo: number,
  { waybill, parcel, state }: CaseBody<'case.mail'>,
  at: number,
): Promise<void> {
  if (state === 'lost' || state === 'returned')
    await tx.run(
      `INSERT INTO mail_troubles (thread_no, carrier, number, parcel, trouble, at, settled_by) VALUES (?, ?, ?, ?, ?, ?, NULL)
       ON CONFLICT (thread_no, carrier, number) DO UPDATE SET trouble = excluded.trouble, at = excluded.at, settled_by = NULL
         WHERE mail_troubles.trouble <> excluded.trouble`,
      [threadNo, waybill.carrier, waybill.number, parcel, state, at],
    )
  else if (state === 'delivered')
    await tx.run('DELETE FROM mail_troubles WHERE thread_no = ? AND carrier = ? AND number = ?', [
      threadNo,
      waybill.carrier,
      waybill.number,
    ])
}

/** How many parcels are in each trouble, since when, ms, and case numbers of some. */
export type TroubleCount = { trouble: Trouble; count: number; since: number; cases: string[] }

/** Case numbers that are named of each trouble. */
const NAMED = 3

export async function countTroubles(store: Reader): Promise<TroubleCount[]> {
  const rows = await store.query<{ trouble: Trouble; n: number; since: number }>(
    `SELECT trouble, count(*) AS n, min(at) AS since FROM (
       SELECT trouble, at FROM mail_troubles WHERE settled_by IS NULL
       UNION ALL SELECT trouble, troubled_at AS at FROM parcels WHERE trouble IS NOT NULL) AS both
     GROUP BY trouble ORDER BY trouble`,
  )
  const found: TroubleCount[] = []
  for (const { trouble, n, since } of rows) {
    const named = await store.query<{ case_no: string }>(
      `SELECT case_no FROM cases WHERE thread_no IN (
         SELECT thread_no FROM mail_troubles WHERE settled_by IS NULL AND trouble = ?
         UNION SELECT thread_no FROM parcels WHERE trouble = ?) ORDER BY thread_no LIMIT ?`,
      [trouble, trouble, NAMED],
    )
    found.push({ trouble, count: n, since, cases: named.map(({ case_no }) => case_no) })
  }
  return found
}

/** One reminder for each kind of trouble, told again when one more comes on another day. */
export const troubleReminders = (counts: readonly TroubleCount[]): Reminder[] =>
  counts.map(({ trouble, count, since, cases }) => {
    const { act, en, zh, cure } = TROUBLES[trouble]
    const named = `${cases.join(', ')}${count > cases.length ? ' …' : ''}`
    return {
      id: `parcels:${trouble}:${new Date(since).toISOString().slice(0, 10)}:${count}`,
      kind: 'parcels',
      subject: trouble,
      dueAt: since,
      level: trouble === 'silent' || trouble === 'contradicts' ? 'warn' : 'fail',
      act,
      en: `${count} parcel${count === 1 ? '' : 's'}: ${en} (${named})`,
      zh: `${count} 件邮件${zh}（${named}）`,
      cure: `${cure}; all of them: tongban case queue parcels`,
    }
  })
