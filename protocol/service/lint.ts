/**
 * Lint of service items before publication (发布前检查): rules as one table, each with its reason. Errors contradict themselves or
 * leave another city's counter without what it needs; warnings a person may overrule. Pure.
 */

import type { ServiceItem } from './item.ts'
import { FORM_RULES } from './lint-form.ts'
import { ITEM_RULES } from './lint-item.ts'
import { MATERIAL_RULES } from './lint-material.ts'
import type { Finding, LintContext, Rule } from './lint-rule.ts'

export type { Finding, LintContext } from './lint-rule.ts'

export const LINT_RULES: readonly Rule[] = [...ITEM_RULES, ...MATERIAL_RULES, ...FORM_RULES]

/** Rules about what an item points to outside of itself: places and samples. */
export const OUTSIDE_RULES: readonly Rule[] = LINT_RULES.filter(({ rule }) => /^(place|sample)\./.test(rule))

/** Findings of one item, in the order of the rules. Paths are fields of the item, such as `materials.0.reviewPoints`. */
export function lintItem(item: ServiceItem, context: LintContext = {}, rules: readonly Rule[] = LINT_RULES): Finding[] {
  const findings: Finding[] = []
  for (const { rule, level, zh, en, check } of rules)
    for (const path of check(item, context)) findings.push({ rule, level, path, zh, en })
  return findings
}

/** What a rule asked for that was not read. */
class Unread extends Error {
  override readonly name = 'Unread'
}

/**
 * Errors of an item of which some fields are not known yet, by the rules that ask for none of these: what would be found anyway, once
 * they are. Never throws.
 */
export function lintKnown(
  values: Readonly<Record<string, unknown>>,
  unread: ReadonlySet<string>,
  context: LintContext = {},
): Finding[] {
  const item = new Proxy(values, {
    get(target, field) {
      if (typeof field === 'string' && unread.has(field)) throw new Unread(field)
      return target[field as string]
    },
    ownKeys: target => Reflect.ownKeys(target).filter(field => !unread.has(String(field))),
  }) as unknown as ServiceItem
  return LINT_RULES.filter(({ level }) => level === 'error').flatMap(rule => {
    try {
      return lintItem(item, context, [rule])
    } catch {
      // It asks for what was not read, in the item or in a part of it.
      return []
    }
  })
}

/** Whether an item may be published: no finding is an error. */
export const mayPublish = (findings: readonly Finding[]): boolean => findings.every(({ level }) => level !== 'error')
