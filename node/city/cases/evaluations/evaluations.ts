/**
 * Follow-up of bad ratings (好差评·差评回访整改): every rating of 4 or 5 that either window got, by the day until which it must be
 * answered; what this city did about it; the signed answer, or the appeal (申诉) when it was a mistake, and the other city's
 * answer to that. May import the cases' port and the store.
 */

import type { CaseContent, MoveRequest, Verdict } from '../../../../protocol/case/kinds.ts'
import { fromHex, toHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Transaction, Value } from '../../../kernel/store/database.ts'
import type { TARGETS } from '../ratings.ts'
import type { Found } from '../rights.ts'

export type Target = (typeof TARGETS)[number]

export const WAYS = { phone: '电话', visit: '上门', window: '窗口面谈', message: '短信', other: '其他' } as const
export type Way = keyof typeof WAYS
export const WAY_NAMES = Object.keys(WAYS) as Way[]

/** How a follow-up ended, and what it signs: nothing yet, the answer, or the appeal. */
export const RESULTS = {
  unreached: { zh: '未联系上', signs: null },
  'in-progress': { zh: '整改中', signs: null },
  rectified: { zh: '已整改', signs: 'case.answer-evaluation' },
  explained: { zh: '已解释说明', signs: 'case.answer-evaluation' },
  satisfied: { zh: '回访满意', signs: 'case.answer-evaluation' },
  mistaken: { zh: '误评或恶意，申诉', signs: 'case.appeal-evaluation' },
} as const satisfies Record<string, { zh: string; signs: 'case.answer-evaluation' | 'case.appeal-evaluation' | null }>
export type Result = keyof typeof RESULTS
export const RESULT_NAMES = Object.keys(RESULTS) as Result[]

export const RATING_STATES = ['open', 'appealed', 'all'] as const
export type RatingState = (typeof RATING_STATES)[number]

/** Follow-ups that are kept of one rating. */
export const FOLLOW_UPS = 50

export type BadRating = {
  no: number
  thread: string
  caseNo: string
  item: { code: string; name: string }
  partner: string
  target: Target
  /** whose window or department, who must follow it up */
  city: string
  level: number
  /** whether the applicant may be called back by name; null: was not said */
  realName: boolean | null
  /** ms */
  ratedAt: number
  due: string
  provisional: boolean
  urgency: 'green' | 'yellow' | 'red' | 'overdue' | 'answered'
  answeredAt: number | null
  /** packet of the appeal, which `answer` names */
  appeal: string | null
  appealedAt: number | null
  appealAnsweredAt: number | null
  /** what became of the appeal; null before, or where its answer did not say */
  verdict: Verdict | null
  followUps: { at: number; actor: string; way: Way; result: Result }[]
}

type Row = {
  no: number
  thread_no: number
  thread: Uint8Array
  case_no: string
  item_code: string
  item_name: string
  partner: string
  target: Target
  city: string
  level: number
  real_name: number | null
  rated_at: number
  due: string
  due_from: string | null
  provisional: number
  answered_at: number | null
  appeal: string | null
  appealed_at: number | null
  appeal_answered_at: number | null
  verdict: Verdict | null
}
type FollowUpRow = { thread_no: number; target: Target; at: number; actor: string; way: Way; result: Result }

const ROWS = `SELECT b.*, json_extract(c.fold, '$.ratings.' || b.target || '.verdict') AS verdict, t.thread, c.case_no, c.item_code, c.item_name, c.partner
  FROM bad_ratings b JOIN cases c ON c.thread_no = b.thread_no JOIN threads t ON t.no = b.thread_no`
const WHERE: Record<RatingState, string> = {
  open: 'b.answered_at IS NULL',
  appealed: 'b.appealed_at IS NOT NULL AND b.appeal_answered_at IS NULL',
  all: '1 = 1',
}

export type FollowUp = {
  target: Target
  way: Way
  result: Result
  text?: string | undefined
  measure?: string | undefined
}

export type EvaluationsParts = {
  db: Database
  clock: Clock
  audit: Audit
  own: string
  urgency: (
    city: string,
    limit: { from: string | null; due: string },
  ) => { level: 'green' | 'yellow' | 'red' | 'overdue' }
  moves: (
    thread: string,
    moves: readonly MoveRequest[],
    actor: string,
    alongside: (tx: Transaction) => Promise<void>,
  ) => Promise<unknown>
}

export type Evaluations = ReturnType<typeof createEvaluations>

export function createEvaluations(parts: EvaluationsParts) {
  const { db, own } = parts

  async function toRatings(rows: readonly Row[]): Promise<BadRating[]> {
    const done = await db.query<FollowUpRow>(
      `SELECT thread_no, target, at, actor, way, result FROM rating_follow_ups
       WHERE thread_no IN (SELECT value FROM json_each(?)) ORDER BY no`,
      [JSON.stringify(rows.map(row => row.thread_no))],
    )
    return rows.map(row => ({
      no: row.no,
      thread: toHex(row.thread),
      caseNo: row.case_no,
      partner: row.partner,
      item: { code: row.item_code, name: row.item_name },
      target: row.target,
      city: row.city,
      level: row.level,
      ratedAt: row.rated_at,
      due: row.due,
      realName: row.real_name === null ? null : row.real_name === 1,
      provisional: row.provisional === 1,
      urgency:
        row.answered_at === null ? parts.urgency(row.city, { from: row.due_from, due: row.due }).level : 'answered',
      answeredAt: row.answered_at,
      appeal: row.appeal,
      appealedAt: row.appealed_at,
      appealAnsweredAt: row.appeal_answered_at,
      verdict: row.verdict,
      followUps: done
        .filter(entry => entry.thread_no === row.thread_no && entry.target === row.target)
        .map(({ at, actor, way, result }) => ({ at, actor, way, result })),
    }))
  }

  async function ratingOf(thread: string, target: Target): Promise<Row> {
    const [known] = await db.query(`SELECT 1 FROM threads WHERE thread = ? AND type = 'case'`, [fromHex(thread)])
    if (known === undefined) throw new ProblemError('thread.unknown')
    const [row] = await db.query<Row>(`${ROWS} WHERE t.thread = ? AND b.target = ?`, [fromHex(thread), target])
    if (row === undefined) throw new ProblemError('case.transition', `no bad rating of the ${target}`)
    return row
  }

  async function one(thread: string, target: Target): Promise<BadRating> {
    const [rating] = await toRatings([await ratingOf(thread, target)])
    if (rating === undefined) throw new ProblemError('thread.unknown')
    return rating
  }

  return {
    /** Bad ratings by the day they must be followed up until; `city`: whose, `own` for this one. */
    async list(
      filter: { state: RatingState; city?: string | undefined },
      limit: number,
      after: readonly [due: string, no: number] | null,
      /** the cases that the asker finds; null: every one */
      sees: Found | null = null,
    ): Promise<BadRating[]> {
      const where = [WHERE[filter.state]]
      const params: Value[] = []
      if (filter.city !== undefined) {
        where.push('b.city = ?')
        params.push(filter.city === 'own' ? own : filter.city)
      }
      if (sees !== null) {
        where.push(sees.where)
        params.push(...sees.params)
      }
      if (after !== null) {
        where.push('(b.due, b.no) > (?, ?)')
        params.push(...after)
      }
      return toRatings(
        await db.query<Row>(`${ROWS} WHERE ${where.join(' AND ')} ORDER BY b.due, b.no LIMIT ?`, [...params, limit]),
      )
    },

    /**
     * Records what was done about a rating of the own window or department; a result that ends it is signed and sent: the answer,
     * or the appeal. Problems: `thread.unknown`; `case.transition` without such a rating; `case.author` when it is the partner's;
     * `request.invalid` without the text that it needs; `request.conflict` past 50 follow-ups.
     */
    async followUp(thread: string, followUp: FollowUp, actor: string): Promise<BadRating> {
      const { target, way, result, text, measure } = followUp
      const row = await ratingOf(thread, target)
      if (row.city !== own) throw new ProblemError('case.author', 'the rating is of the other city')
      const { signs } = RESULTS[result]
      if (signs !== null && text === undefined) throw new ProblemError('request.invalid', 'text: what is told to them')
      if (signs === null && (text !== undefined || measure !== undefined))
        throw new ProblemError('request.invalid', `text: ${result} tells nothing to anybody yet`)
      const record = async (tx: Transaction): Promise<void> => {
        await act(tx)
        const [count] = await tx.query<{ n: number }>(
          'SELECT count(*) AS n FROM rating_follow_ups WHERE thread_no = ? AND target = ?',
          [row.thread_no, target],
        )
        if ((count?.n ?? 0) >= FOLLOW_UPS)
          throw new ProblemError('request.conflict', `${FOLLOW_UPS} follow-ups at most of one rating`)
        await tx.run(
          'INSERT INTO rating_follow_ups (thread_no, target, at, actor, way, result) VALUES (?, ?, ?, ?, ?, ?)',
          [row.thread_no, target, parts.clock.now(), actor, way, result],
        )
        await parts.audit.append(tx, {
          actor,
          action: 'rating.followed-up',
          subject: thread,
          detail: { target, way, result },
        })
      }
      if (signs === null) await db.transaction(record)
      else {
        const move: MoveRequest =
          signs === 'case.answer-evaluation'
            ? { kind: signs, body: { target, text: text ?? '', ...(measure === undefined ? {} : { measure }) } }
            : { kind: signs, body: { target, reason: text ?? '' } }
        await parts.moves(thread, [move], actor, record)
      }
      return one(thread, target)
    },

    /** Signs the answer to the partner's appeal. Problems: `thread.unknown`; `case.transition` when none waits for it. */
    async answerAppeal(
      thread: string,
      { target, ...answer }: { target: Target } & Omit<CaseContent<'case.answer'>, 'to'>,
      actor: string,
    ): Promise<BadRating> {
      const row = await ratingOf(thread, target)
      if (row.appeal === null || row.appeal_answered_at !== null)
        throw new ProblemError('case.transition', 'no appeal waits for an answer')
      if (row.city === own) throw new ProblemError('case.author', 'the other city answers the own appeal')
      await parts.moves(thread, [{ kind: 'case.answer', body: { to: row.appeal, ...answer } }], actor, async () => {})
      return one(thread, target)
    },
  }
}
