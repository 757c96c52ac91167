/** How urgent a case is: the limit that counts at this desk, as a sign, a word and days. */

import type { Case } from '../../../client/api.generated.ts'
import { DUTY_WORDS } from '../case/duties.ts'
import { dayText } from '../time.ts'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { LEVELS } from './names.ts'
import { DESK } from './words.ts'

type Due = NonNullable<Case['due']>

/** What a case is ordered by: the own duty while it is this city's turn, else what is due first. */
export const dueAt = ({ holder, due, ownDue }: Pick<Case, 'holder' | 'due' | 'ownDue'>, city: string): Due | null =>
  holder === city && ownDue !== null ? ownDue : due

export function Level({ due }: { due: Due | null }) {
  const pair = usePair()
  if (due === null) return <span className="muted">–</span>
  const { sign, name } = LEVELS[due.level]
  return (
    <span className={`level level-${due.level}`}>
      <span aria-hidden="true">{sign}</span> {pair(name)}
    </span>
  )
}

/** Working days left, or over. */
export function DaysLeft({ due }: { due: Due | null }) {
  const words = useWords(SHARED)
  if (due === null) return <span className="muted">–</span>
  const text = due.left < 0 ? words.over(-due.left) : due.left === 0 ? words.today : words.left(due.left)
  return <span className={`level-${due.level}`}>{text}</span>
}

/** What must be done, by whom, and until when. */
export function DutyLine({ due, city }: { due: Due; city: string }) {
  const words = useWords(DESK)
  const pair = usePair()
  const language = useLanguage()
  return (
    <>
      {city} · {pair(DUTY_WORDS[due.duty].name)} · {words.last(dayText(due.day, language))} · <DaysLeft due={due} />
      {due.provisional ? (
        <span className="muted" title={words.provisionalWhy}>
          {' '}
          {words.provisional}
        </span>
      ) : null}
    </>
  )
}
