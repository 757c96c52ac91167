/** What keeps an application from being sent, as findings of its fields. */

import { commitsBeyond } from '../../../protocol/case/commitment.ts'
import { implausible } from '../../../protocol/case/days.ts'
import type { CaseContent } from '../../../protocol/case/kinds.ts'
import { type Application, type Finding, ruleFinding } from '../../../protocol/case/preflight.ts'
import { unsound } from '../../../protocol/case/sound.ts'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Reader } from '../../kernel/store/database.ts'
import type { NewCase } from './cases.ts'
import { type JointCase, repeated } from './joint.ts'
import type { LookupKeys } from './lookup.ts'
import type { CaseRow } from './rows.ts'

/** An item that is in no list is a fault of its place alone. */
export function unknownItem(error: unknown): { problem: Problem } {
  if (error instanceof ProblemError && error.problem.code === 'item.unknown') return { problem: error.problem }
  throw error
}

/** Names and numbers without the blanks that were typed around them. */
export function withoutBlanks<T extends Pick<Application, 'applicant' | 'agent'>>(given: T): T {
  const { applicant, agent } = given
  return {
    ...given,
    applicant: { ...applicant, name: applicant.name.trim(), idNumber: applicant.idNumber.trim() },
    ...(agent === undefined
      ? {}
      : {
          agent: {
            ...agent,
            name: agent.name.trim(),
            ...(agent.idNumber === undefined ? {} : { idNumber: agent.idNumber.trim() }),
          },
        }),
  }
}

/** What stands in the way of a case besides what was written in it. */
export function findingOf({ code, detail }: Problem): Finding {
  const { en, zh } = PROBLEMS[code]
  const told = /^(body|envelope|case|material)\./.test(code)
  const [, field] = /^([\w.]{1,60}): /.exec(detail ?? '') ?? []
  return {
    code,
    field: told ? (field ?? 'form') : detail === 'mode' ? 'mode' : detail === 'agreement' ? 'agreement' : 'item',
    level: 'error',
    cure: told || code === 'item.unknown' ? 'clerk' : 'administrator',
    reason: told && detail !== undefined ? `${code}: ${en}: ${detail}` : `${code}: ${en}`,
    reasonZh: told && detail !== undefined ? `${zh}（${detailInChinese(detail)}）` : zh,
  }
}

/** What a problem says; anything else is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  throw error
}

export const repeatedItems = (joint: JointCase): Finding[] =>
  repeated(joint).map(index =>
    ruleFinding(
      'item-twice',
      'error',
      `items.${index}.item`,
      'the same as an item before it, word for word',
      '与前面的事项完全相同',
    ),
  )

/** The day of an application that would be refused when it were signed at `iat` (seconds). */
export function daysOf(content: CaseContent<'case.submit'>, iat: number): Finding[] {
  const step = { kind: 'case.submit', body: content, iat } as const
  const refused = implausible('case.submit', content, iat) ?? unsound({ packets: [], state: null }, step)
  if (refused === null) return []
  const [field = '', reason = ''] = (refused.problem.detail ?? '').split(': ')
  const reasonZh = '日期明显有误：不得晚于现在，也不得早于半年以前'
  return [ruleFinding('date-implausible', 'error', field, reason, reasonZh)]
}

/** What of a commitment (容缺承诺) would be refused when it were signed at `iat` (seconds), as findings of its fields. */
export function commitmentFindings(
  commitment: CaseContent<'case.commit'>,
  item: ServiceItem,
  given: Application,
  iat: number,
): Finding[] {
  const step = { kind: 'case.commit', body: commitment, iat } as const
  return [commitsBeyond(commitment, item, given), unsound({ packets: [], state: null }, step)].flatMap(refused => {
    if (refused === null) return []
    const [field = '', reason = ''] = (refused.problem.detail ?? '').split(': ')
    const at = `commitment.${field}`
    return [
      field === 'until'
        ? ruleFinding('commitment-until', 'error', at, reason, '补交期限须为今后一年内的日期')
        : ruleFinding('commitment-material', 'error', at, reason, '该材料不能容缺后补，或已经提交'),
    ]
  })
}

/** Open cases of the same person for the same item that are told, the newest first. */
export const ALSO_OPEN = 5

/** Of cases that were just submitted: the numbers of other ones like `alreadyOpen`, by the thread of each; those of one submit are no others. */
export async function alsoOpen(
  db: Reader,
  submitted: readonly Pick<CaseRow, 'no' | 'thread'>[],
): Promise<ReadonlyMap<string, string[]>> {
  const own = JSON.stringify(submitted.map(({ no }) => no))
  const found = await db.query<{ no: number; case_no: string }>(
    `SELECT c.thread_no AS no, o.case_no FROM cases c JOIN cases o ON o.applicant_key = c.applicant_key AND o.item_code = c.item_code
       AND o.partner = c.partner AND o.role = c.role AND o.state NOT IN ('closed', 'refused')
     WHERE c.thread_no IN (SELECT value FROM json_each(?1)) AND o.thread_no NOT IN (SELECT value FROM json_each(?1))
     ORDER BY o.thread_no DESC LIMIT ?2`,
    [own, ALSO_OPEN * submitted.length],
  )
  return new Map(
    submitted.map(({ no, thread }) => [
      thread,
      found
        .filter(row => row.no === no)
        .map(row => row.case_no)
        .slice(0, ALSO_OPEN),
    ]),
  )
}

/** Cases of the same person for the same item that have not ended: perhaps it is taken in twice. */
export async function alreadyOpen(
  db: Reader,
  keys: Pick<LookupKeys, 'number'>,
  { to, item, applicant }: Pick<NewCase, 'to' | 'item' | 'applicant'>,
): Promise<Finding[]> {
  const open = await db.query<{ case_no: string }>(
    `SELECT case_no FROM cases WHERE applicant_key = ? AND item_code = ? AND partner = ? AND role = 'collecting'
     AND state NOT IN ('closed', 'refused') ORDER BY thread_no DESC LIMIT ?`,
    [keys.number(applicant.idNumber), item, to, ALSO_OPEN],
  )
  if (open.length === 0) return []
  const numbers = open.map(({ case_no }) => case_no)
  return [
    ruleFinding(
      'case-open',
      'notice',
      'applicant.idNumber',
      `case ${numbers.join(', ')} of the same person for the same item has not ended`,
      `该申请人的同一事项已有未办结的办件 ${numbers.join('、')}，请确认是否重复收件`,
    ),
  ]
}
