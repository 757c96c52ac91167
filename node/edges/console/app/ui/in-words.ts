/** A problem in words: what happened, who must act, how; also of one that is told by its code alone. Pure. */
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'

export type InWords = {
  code: string
  detail?: string | undefined
  detailZh?: string | null | undefined
  en: string
  zh: string
  act: 'you' | 'partner' | 'operator'
  cure: string
  cureZh: string
}

/** One that is told by its code alone, in the words of the table; a code of a later program stands for itself. */
export function inWords(problem: Pick<InWords, 'code' | 'detail' | 'detailZh'>): InWords {
  const { code } = problem
  if (!isProblemCode(code)) return { ...problem, en: code, zh: code, act: 'operator', cure: code, cureZh: code }
  const { en, zh, act, cure, cureZh } = PROBLEMS[code]
  return { ...problem, en, zh, act, cure, cureZh }
}
