/** How answers tell a problem (问题). */
import * as z from 'zod'
import { PROBLEMS, type Problem } from '../../../protocol/problem.ts'

/** A problem by its code; `GET /problems` has the words. */
export const Why = z.strictObject({ code: z.string(), detail: z.string().optional() })

/** The same in words, with who must act and how. */
export const ProblemInWords = Why.extend({
  en: z.string(),
  zh: z.string(),
  act: z.enum(['you', 'partner', 'operator']).describe('who must act'),
  cure: z.string(),
  cureZh: z.string(),
})

/** `act`: who must act here, when that is another one than the code says. */
export function describeProblem({ code, detail }: Problem, act = PROBLEMS[code].act): z.input<typeof ProblemInWords> {
  const { en, zh, cure, cureZh } = PROBLEMS[code]
  return { code, ...(detail === undefined ? {} : { detail }), en, zh, act, cure, cureZh }
}
