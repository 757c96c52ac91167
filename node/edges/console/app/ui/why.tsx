/** Why something went wrong, where an answer names the problem by its code: in words, with who must act and how. */
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import { Told } from './told.tsx'

type Named = { code: string; detail?: string | undefined; detailZh: string | null }

export function WhyNot({ problem }: { problem: Named }) {
  const known = isProblemCode(problem.code) ? PROBLEMS[problem.code] : null
  if (known === null) return <code>{problem.code}</code>
  const { en, zh, act, cure, cureZh } = known
  return <Told problem={{ ...problem, en, zh, act, cure, cureZh }} />
}
