/** What acts within the city are called, and the desks between which they go. */
import type { AnswerOf } from '../../query.ts'
import { useUnits } from '../../units.ts'
import { useWords } from '../../words.ts'
import { APPROVAL } from './words.ts'

export type Course = AnswerOf<'getApproval'>
export type CourseAct = Course['acts'][number]
type Desk = { department: string | null; person: string | null }

/** Names of desks: departments by the organisation, people by their accounts. */
export function useDesks(names: Course['names']): (desk: Desk) => string {
  const words = useWords(APPROVAL)
  const { departmentName } = useUnits()
  return ({ department, person }) =>
    [department === null ? null : departmentName(department), person === null ? null : (names[person] ?? words.someone)]
      .filter(part => part !== null)
      .join(' · ')
}

export function useActTitle(names: Course['names']): (act: CourseAct) => string {
  const words = useWords(APPROVAL)
  const deskOf = useDesks(names)
  return ({ kind, from, to, as, agrees }) => {
    if (kind === 'asked') return words.asked
    if (kind === 'withdrawn') return words.withdrawn
    if (kind === 'countersigned')
      return (agrees === true ? words.agreed : words.disagreed)(as === null ? '' : deskOf(as))
    const ends = [from === null ? '' : deskOf(from), to === null ? '' : deskOf(to)] as const
    return (kind === 'passed-on' ? words.passedOn : words.sentBack)(...ends)
  }
}
