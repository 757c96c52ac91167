/** What the node found in a rehearsed step, as the form shows it: each at its field, with who can cure it; the rest above the form. Pure. */
import type { ErrorSchema, UiSchema } from '@rjsf/utils'
import { joined } from '../../catalogue.ts'
import type { AnswerOf } from '../../query.ts'
import { errorsAt, isField } from '../../ui/schema-errors.ts'
import type { Language } from '../../words.ts'

export type StepFinding = AnswerOf<'checkCaseStep'>['findings'][number]

/** What is not written yet is told once somebody tried to send it. */
const LACKING: ReadonlySet<string> = new Set(['required', 'type', 'too-small'])

/** Names of what can be chosen at a place of the form; none where anything can be written. */
function choicesAt(form: UiSchema, path: string): readonly string[] {
  let at: UiSchema | undefined = form
  for (const part of path.split('/').slice(1)) at = /^\d+$/.test(part) ? at?.items : at?.[part]
  const names = at?.['ui:enumNames']
  return Array.isArray(names) ? names : []
}

type Said = {
  language: Language
  /** the form, as it names its fields and what can be chosen in them */
  form: UiSchema
  /** what a field of the body is called, as the node names it: `materials.M01` */
  nameOf: (field: string) => string | undefined
  words: { choose: (names: string) => string; otherForm: string }
}

/** A finding as a clerk reads it: fields and choices by their names, and no code, expression or name of a program. */
export function textOf(finding: StepFinding, { language, form, nameOf, words }: Said): string {
  const { path, code, field } = finding
  const choices = choicesAt(form, path)
  if (choices.length > 0 && (code === 'value' || code === 'required')) return words.choose(joined(choices, language))
  if (code === 'format') return words.otherForm
  const text = finding[language].replace(`${code}: `, '')
  const name = field === '' ? undefined : nameOf(field)
  if (name === undefined) return text
  // Where it stands as a place, and not as a word: after a colon or a bracket, before a colon or the end.
  const place = new RegExp(`(?<=(?:^|[:：（]) ?)${field.replaceAll('.', '\\.')}(?=[:：）]|$)`)
  return text.replace(place, name)
}

export function arrange(
  findings: readonly StepFinding[],
  { tried, say }: { tried: boolean; say: (finding: StepFinding) => string },
): { fields: ErrorSchema; above: StepFinding[]; blocked: boolean } {
  const errors: { path: string; text: string }[] = []
  const above: StepFinding[] = []
  for (const finding of findings) {
    const { path, code, level } = finding
    if (!tried && path !== '' && LACKING.has(code)) continue
    if (level === 'notice' || !isField(path)) above.push(finding)
    else errors.push({ path, text: say(finding) })
  }
  return { fields: errorsAt(errors), above, blocked: findings.some(({ level }) => level === 'error') }
}
