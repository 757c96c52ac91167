/** What a lint rule is: a reason in both languages, and a check that names the fields it finds. */
import type { ServiceItem } from './item.ts'

export type Finding = { rule: string; level: 'error' | 'warning'; path: string; zh: string; en: string }

export type LintContext = {
  /** windows of each unit of the organisation tree, by code; unknown places are not looked for without it */
  units?: ReadonlyMap<string, ReadonlySet<string>>
  /** hashes of the samples and blank forms that partners can fetch; not looked for without it */
  samples?: ReadonlySet<string>
}

export type Rule = Omit<Finding, 'path'> & {
  check(item: ServiceItem, context: LintContext): Iterable<string>
}

export const isBlank = (value: string | undefined): boolean => value === undefined || value.trim() === ''

/** The path when the condition holds. */
export const when = (condition: boolean, path: string): string[] => (condition ? [path] : [])

/** Paths of the entries of a list for which the condition holds. */
export const each = <T>(list: readonly T[] | undefined, path: string, condition: (entry: T) => boolean): string[] =>
  (list ?? []).flatMap((entry, index) => (condition(entry) ? [`${path}.${index}`] : []))

/** Indexes of entries whose key stood before. */
export function repeated<T>(list: readonly T[], keyOf: (entry: T) => string): number[] {
  const seen = new Set<string>()
  return list.flatMap((entry, index) => {
    const key = keyOf(entry)
    if (seen.has(key)) return [index]
    seen.add(key)
    return []
  })
}
