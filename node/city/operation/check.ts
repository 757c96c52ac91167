/** One thing that is looked at (体检项), by the doctor or by the running node: how it stands, who must act and how. */

import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { type Actor, PROBLEMS, type Problem, ProblemError } from '../../../protocol/problem.ts'
import { chineseDetail } from '../../kernel/fields.ts'

export type Level = 'ok' | 'warn' | 'fail' | 'skip'
/** `detail` is in English; its Chinese is given where no message has it. */
export type Check = { check: string; level: Level; detail: string; detailZh?: string; act?: Actor; cure?: string }

/** A check as it is shown: in both languages. */
export const inBothLanguages = (check: Check): Check & { detailZh: string; cureZh?: string } => ({
  ...check,
  detailZh: check.detailZh ?? detailInChinese(check.detail),
  ...(check.cure === undefined ? {} : { cureZh: detailInChinese(check.cure) }),
})

/** A problem in one line: its code, and what it is about or else what the code says. */
export const inOneLine = ({ code, detail }: Problem): string => `${code}: ${detail ?? PROBLEMS[code].en}`

/** The Chinese of a problem that is told field by field. */
function fieldsInChinese(error: unknown): { detailZh?: string } {
  if (!(error instanceof ProblemError) || error.errors.length === 0) return {}
  const { code, detail = '' } = error.problem
  return { detailZh: `${code}：${chineseDetail({ code, detail }, error.errors)}` }
}

/** Runs one check; a ProblemError fails it with its own actor and cure. */
export async function run<T>(
  checks: Check[],
  check: string,
  work: () => Promise<T>,
  format: (value: T) => string,
): Promise<T | null> {
  try {
    const value = await work()
    checks.push({ check, level: 'ok', detail: format(value) })
    return value
  } catch (error) {
    const problem =
      error instanceof ProblemError
        ? error.problem
        : { code: 'internal' as const, detail: error instanceof Error ? error.message : String(error) }
    const { act, cure } = PROBLEMS[problem.code]
    checks.push({ check, level: 'fail', detail: inOneLine(problem), ...fieldsInChinese(error), act, cure })
    return null
  }
}
