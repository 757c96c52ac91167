/** Purposes (查阅目的) of looks at personal data beyond the cases that one works on: codes, so that none of it stands in them. */
import { type CaseSubject, type Holder, isOwn, isProgram, reachesBeyond } from './can.ts'
import { type Action, type PurposeRule, RIGHTS } from './table.ts'

export const PURPOSES = {
  cover: { en: 'work on it in place of a colleague', zh: '代同事办理' },
  inquiry: { en: 'answer the applicant', zh: '答复申请人咨询' },
  complaint: { en: 'look into a complaint, a review or a lawsuit', zh: '处理投诉、复议、诉讼' },
  supervision: { en: 'supervise the work', zh: '督查督办' },
  audit: { en: 'audit', zh: '审计检查' },
  legal: { en: 'a request under law, as of a court', zh: '依法协助查询' },
  correction: { en: 'check or correct data, or cure a fault', zh: '核对更正数据、排除故障' },
} as const satisfies Record<string, { en: string; zh: string }>

export type Purpose = keyof typeof PURPOSES
export const PURPOSE_NAMES = Object.keys(PURPOSES) as [Purpose, ...Purpose[]]

/** When an action asks for a purpose; null: never. */
export const purposeRule = (action: Action): PurposeRule | null => {
  const row: { readonly en: string; readonly purpose?: PurposeRule } = RIGHTS[action]
  return row.purpose ?? null
}

/** Whether a person must name a purpose: for this case, or for a search over all that they find. Programs work for people whom the node does not know. */
export function needsPurpose(person: Holder, action: Action, subject: CaseSubject | null): boolean {
  const rule = purposeRule(action)
  if (rule === null || isProgram(person)) return false
  if (rule === 'always') return true
  if (subject === null) return reachesBeyond(person, action)
  return rule === 'beyond' && !isOwn(person, subject)
}
