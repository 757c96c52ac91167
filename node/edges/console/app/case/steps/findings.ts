/** What the node found in a rehearsed step, as the form shows it: each at its field, with who can cure it; the rest above the form. Pure. */
import type { ErrorSchema } from '@rjsf/utils'
import type { AnswerOf } from '../../query.ts'

export type StepFinding = AnswerOf<'checkCaseStep'>['findings'][number]

/** What is not written yet is told once somebody tried to send it. */
const LACKING: ReadonlySet<string> = new Set(['required', 'type', 'too-small'])

/** Parts of a JSON Pointer (RFC 6901). */
const partsOf = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))

export function arrange(
  findings: readonly StepFinding[],
  { tried, say }: { tried: boolean; say: (finding: StepFinding) => string },
): { fields: ErrorSchema; above: StepFinding[]; blocked: boolean } {
  const fields: ErrorSchema = {}
  const above: StepFinding[] = []
  for (const finding of findings) {
    const parts = partsOf(finding.path)
    if (!tried && parts.length > 0 && LACKING.has(finding.code)) continue
    if (parts.length === 0 || finding.level === 'notice' || parts.includes('__proto__')) {
      above.push(finding)
      continue
    }
    let at: ErrorSchema = fields
    for (const part of parts) {
      const inner: ErrorSchema = at[part] ?? {}
      ;(at as Record<string, ErrorSchema>)[part] = inner
      at = inner
    }
    at.__errors = [...(at.__errors ?? []), say(finding)]
  }
  return { fields, above, blocked: findings.some(({ level }) => level === 'error') }
}
