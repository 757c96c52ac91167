/** A supplement (补正) answers the one notice of what is lacking (一次性告知, 行政许可法 32): it holds what was asked for, all of it and nothing else. SPEC.md §6.2. */
import { type Refused, refuse } from '../problem.ts'
import type { ServiceItem } from '../service/item.ts'
import type { CaseContent } from './kinds.ts'

/** What a notice names; when both are empty it asks in words alone. */
export type Lacking = {
  /** codes of materials */
  materials: readonly string[]
  /** fields of the form */
  form: readonly string[]
}

export const lackingOf = (notice: CaseContent<'case.request-supplement'>): Lacking => ({
  materials: [...new Set(notice.materials.map(({ code }) => code))],
  form: [...new Set((notice.form ?? []).map(({ field }) => field))],
})

/**
 * Why the notice asks for what the item, in the version that the case was received under, does not know; null when it does not.
 * What the application itself holds may always be asked for anew, such as an authorisation.
 */
export function asksBeyond(
  notice: CaseContent<'case.request-supplement'>,
  { materials, form }: Pick<ServiceItem, 'materials' | 'form'>,
  given: Partial<Pick<CaseContent<'case.submit'>, 'materials' | 'form'>> | null,
): Refused | null {
  const codes = new Set([
    ...materials.map(({ materialCode }) => materialCode),
    ...(given?.materials ?? []).map(({ code }) => code),
  ])
  const unknown = notice.materials.findIndex(({ code }) => !codes.has(code))
  if (unknown >= 0) return refuse('case.content', `materials.${unknown}.code: not in the item's list`)
  const properties = (form?.properties ?? {}) as object
  const field = (notice.form ?? []).findIndex(
    asked => !Object.hasOwn(properties, asked.field) && !Object.hasOwn(given?.form ?? {}, asked.field),
  )
  return field < 0 ? null : refuse('case.content', `form.${field}.field: not a field of the item's form`)
}

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
  if (lacking !== undefined) return no(`materials.${lacking}: missing`)
  if (fields.some(field => !asked.form.includes(field))) return no('form: a field that was not asked for')
  const empty = asked.form.find(field => !fields.includes(field))
  return empty === undefined ? null : no(`form.${empty}: missing`)
}
