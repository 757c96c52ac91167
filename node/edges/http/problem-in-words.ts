/** How answers tell a problem (问题). */
import * as z from 'zod'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { PROBLEMS, type Problem } from '../../../protocol/problem.ts'

/** A problem by its code; `GET /problems` has the words of the code. */
export const Why = z.strictObject({
  code: z.string(),
  detail: z.string().optional().describe('which field or thing, in English'),
  detailZh: z.string().nullable().describe('the same in Chinese; null without a detail'),
})

type Told<P> = P & { detailZh: string | null }

/** Whoever tells a problem tells its detail in both languages. */
export function tellWhy<P extends { detail?: string | undefined }>(problem: P): Told<P>
export function tellWhy<P extends { detail?: string | undefined }>(problem: P | null): Told<P> | null
export function tellWhy<P extends { detail?: string | undefined }>(problem: P | null): Told<P> | null {
  if (problem === null) return null
  return { ...problem, detailZh: problem.detail === undefined ? null : detailInChinese(problem.detail) }
}

/** The same in words, with who must act and how. */
export const ProblemInWords = Why.extend({
  en: z.string(),
  zh: z.string(),
  act: z.enum(['you', 'partner', 'operator']).describe('who must act'),
  cure: z.string(),
  cureZh: z.string(),
})

/** `act`: who must act here, when that is another one than the code says. */
export function describeProblem(problem: Problem, act = PROBLEMS[problem.code].act): z.input<typeof ProblemInWords> {
  const { en, zh, cure, cureZh } = PROBLEMS[problem.code]
  return { ...tellWhy(problem), en, zh, act, cure, cureZh }
}

/** What another system said or did, in Chinese. */
export const Zh = z.string().nullable().describe('the same in Chinese')

/** A problem that has no code, in both languages. */
export const inChineseToo = <T extends { problem: string | null }>(told: T): T & { problemZh: string | null } => ({
  ...told,
  problemZh: told.problem === null ? null : detailInChinese(told.problem),
})
