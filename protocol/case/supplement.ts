/** A supplement (补正) answers the one notice of what is lacking (一次性告知, 行政许可法 32): it holds what was asked for, all of it and nothing else. SPEC.md §6.2. */
import { type Refused, refuse } from '../problem.ts'
import type { CaseContent } from './kinds.ts'

/** What a notice names; when both are empty it asks in words alone. */
export type Lacking = {
  /** codes of materials */ materials: readonly string[]
  /** fields of the form */ form: readonly string[]
}

export const lackingOf = (notice: CaseContent<'case.request-supplement'>): Lacking => ({
  materials: [...new Set(notice.materials.map(({ code }) => code))],
  form: [...new Set((notice.form ?? []).map(({ field }) => field))],
})

/** Why the supplement is not what was asked for, or null. Of a notice or a body that was purged nothing can be said. */
export function answersNotice(
  asked: Lacking | null,
  body: Partial<CaseContent<'case.supplement'>> | null,
): Refused | null {
  if (asked === null || body?.materials === undefined) return null
  const no = (detail: string): Refused => refuse('case.supplement', detail)
  const { materials, form = {}, note } = body
  const fields = Object.keys(form)
  if (asked.materials.length + asked.form.length === 0) {
    if (materials.length > 0) return no('materials: none was asked for')
    return fields.length > 0 || note !== undefined
      ? null
      : no('form or note: the notice asks in words, and has no answer')
  }
  const more = materials.findIndex(({ code }) => !asked.materials.includes(code))
  if (more >= 0) return no(`materials.${more}.code: not asked for`)
  const lacking = asked.materials.find(code => !materials.some(material => material.code === code))
  if (lacking !== undefined) return no(`materials: ${lacking} is missing`)
  if (fields.some(field => !asked.form.includes(field))) return no('form: a field that was not asked for')
  const empty = asked.form.find(field => !fields.includes(field))
  return empty === undefined ? null : no(`form.${empty}: missing`)
}
