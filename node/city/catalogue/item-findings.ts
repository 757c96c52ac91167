/** Findings of many items (规则检查结果): counted, and the first of them shown. */
import type { Finding } from '../../../protocol/service/lint.ts'

/** A finding with the item that it is about. */
export type ItemFinding = Finding & { code: string; name: string }

/** Findings that an answer shows. */
export const SHOWN_FINDINGS = 200

/** How many of a level. */
export const count = (findings: readonly Finding[], level: Finding['level']): number =>
  findings.filter(finding => finding.level === level).length

/** Errors before warnings. */
export const byLevel = (a: Pick<Finding, 'level'>, b: Pick<Finding, 'level'>): number =>
  Number(a.level === 'warning') - Number(b.level === 'warning')
