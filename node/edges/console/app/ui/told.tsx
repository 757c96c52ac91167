/** A problem that an answer tells in words (ProblemInWords): what happened, who must act, how. */
import { withInstants } from '../time.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { Cure } from './cure.tsx'
import type { InWords } from './in-words.ts'
import { SHARED } from './words.ts'

/** `lead`: what it comes to here, in place of its title. */
export function Told({ problem, lead }: { problem: InWords; lead?: string | undefined }) {
  const words = useWords(SHARED)
  const pair = usePair()
  const language = useLanguage()
  return (
    <div>
      <strong>{lead ?? pair(problem)}</strong>
      {problem.detail === undefined ? null : (
        <div style={{ overflowWrap: 'anywhere' }}>
          {withInstants(pair({ zh: problem.detailZh ?? problem.detail, en: problem.detail }), language)}
        </div>
      )}
      <div>
        {words.who}: {words[problem.act]} · {words.cure}: <Cure zh={problem.cureZh} en={problem.cure} />
      </div>
      <code className="muted">{problem.code}</code>
    </div>
  )
}
