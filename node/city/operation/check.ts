/** One thing that is looked at (体检项), by the doctor or by the running node: how it stands, who must act and how. */

import { type Actor, PROBLEMS, ProblemError } from '../../../protocol/problem.ts'

export type Level = 'ok' | 'warn' | 'fail' | 'skip'
export type Check = { check: string; level: Level; detail: string; act?: Actor; cure?: string }

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
    const { act, cure, cureZh, en, zh } = PROBLEMS[problem.code]
    const detail = `${problem.code}: ${problem.detail ?? `${en} ${zh}`}`
    checks.push({ check, level: 'fail', detail, act, cure: `${cure} ${cureZh}` })
    return null
  }
}
