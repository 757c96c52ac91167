/** Who may do what in one case: the table of rights, asked of the person and the case as the node asks it. */
import { type CaseSubject, can, type Holder } from '../../../../../protocol/rights/can.ts'
import type { Action } from '../../../../../protocol/rights/table.ts'
import type { Me } from '../session.ts'
import type { Detail } from './duties.ts'

export const subjectOf = ({ role, item, window, assignee, passedTo, asked }: Detail): CaseSubject => ({
  role,
  item: item.code,
  window,
  assignee,
  department: passedTo,
  asked,
})

/** What no page can know, such as who accepted the case before, the node says when it is asked. */
export const mayInCase = (me: Me, action: Action, detail: Detail): boolean =>
  can(me satisfies Holder, action, subjectOf(detail)).ok
