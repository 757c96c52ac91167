/** A problem that an answer tells in words (ProblemInWords): what happened, who must act, how. */
import { usePair, useWords } from '../words.ts'
import { SHARED } from './words.ts'

type InWords = {
  code: string
  detail?: string | undefined
  detailZh?: string | null | undefined
  en: string
  zh: string
  act: 'you' | 'partner' | 'operator'
  cure: string
  cureZh: string
}

export function Told({ problem }: { problem: InWords }) {
  const words = useWords(SHARED)
  const pair = usePair()
  return (
    <div>
      <strong>{pair(problem)}</strong>
      {problem.detail === undefined ? null : (
        <div style={{ overflowWrap: 'anywhere' }}>
          {pair({ zh: problem.detailZh ?? problem.detail, en: problem.detail })}
        </div>
      )}
      <div>
        {words.who}: {words[problem.act]} · {words.cure}: {pair({ zh: problem.cureZh, en: problem.cure })}
      </div>
      <code className="muted">{problem.code}</code>
    </div>
  )
}
