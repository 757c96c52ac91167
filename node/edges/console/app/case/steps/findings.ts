/** What the node found in a rehearsed step, as the form shows it: each at its field, with who can cure it; the rest above the form. Pure. */
import type { ErrorSchema } from '@rjsf/utils'
import type { AnswerOf } from '../../query.ts'
import { errorsAt, isField } from '../../ui/schema-errors.ts'

export type StepFinding = AnswerOf<'checkCaseStep'>['findings'][number]

/** What is not written yet is told once somebody tried to send it. */
const LACKING: ReadonlySet<string> = new Set(['required', 'type', 'too-small'])

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
