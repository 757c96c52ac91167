/** Findings of the rules that items are published by: who cures them. Pure. */
export type Cure = 'administrator' | 'department' | 'units' | 'file'

/** Rules whose cure only the department that handles the item knows. */
const CONTENT =
  /^(?:limit|visits|fee|basis|result|text\.vague|mode|material\.(?:none|review-points|need|issuer|source|copies|online-paper)|consent|phone)\b/

export function cureOf(rule: string): Cure {
  if (rule === 'place.unknown') return 'units'
  if (rule === 'sample.missing') return 'file'
  return CONTENT.test(rule) ? 'department' : 'administrator'
}

/** `materials.0.reviewPoints` as the JSON Pointer of the field. */
export const pointerOf = (path: string): string => (path === '' ? '' : `/${path.split('.').join('/')}`)
