/** The checks before a publication (发布前检查) of items that were no drafts: the same rules, over the same places and samples. */

import { decodeUtf8 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type LintContext, lintItem, OUTSIDE_RULES } from '../../../protocol/service/lint.ts'
import { yieldToEventLoop } from './stage.ts'

/** Items that are checked before other work gets its turn. */
const AT_ONCE = 100
/** Faults that a refusal names. */
const TOLD = 5

export type Blocked = { code: string; path: string; rule: string }

export const refusalOf = (blocked: readonly Blocked[], of: number): ProblemError =>
  new ProblemError(
    'item.lint',
    `${blocked.length} of ${of}: ${blocked
      .slice(0, TOLD)
      .map(({ code, path, rule }) => `${code} ${path}: ${rule}`)
      .join('; ')}`,
  )

/** Problem: `item.lint` naming the first items that may not be published. */
export async function checkPublishable(items: readonly ServiceItem[], context: LintContext): Promise<void> {
  const blocked: Blocked[] = []
  for (const [index, item] of items.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await yieldToEventLoop()
    const found = lintItem(item, context).find(({ level }) => level === 'error')
    if (found !== undefined) blocked.push({ code: item.taskCode, path: found.path, rule: found.rule })
  }
  if (blocked.length > 0) throw refusalOf(blocked, items.length)
}

/** Lines of items on their way: what they promise must be there. Lines that are no items go on, to be refused as such. Problem: `item.lint`. */
export async function* checkedLines(
  batches: AsyncIterable<readonly Uint8Array[]>,
  context: LintContext,
): AsyncGenerator<readonly Uint8Array[]> {
  let count = 0
  for await (const lines of batches) {
    for (const line of lines) {
      count++
      const item = looseItem(line)
      const [found] = item === null ? [] : lintItem(item, context, OUTSIDE_RULES)
      if (item !== null && found !== undefined)
        throw refusalOf([{ code: item.taskCode, path: found.path, rule: found.rule }], count)
    }
    yield lines
  }
}

/** Fields that point to places and samples; a name may be written with escapes. */
const OUTSIDE = ['"offeredAt"', '"exampleGuid"', '"formGuid"', '"resultGuid"', '\\u'].map(name => Buffer.from(name))
/** One of them stands in whatever has one of those: fewer passes over each line. */
const HINTS = ['"offeredAt"', 'Guid"', '\\u'].map(part => Buffer.from(part))

/** An item as far as what it points to is looked at. */
function looseItem(line: Uint8Array): ServiceItem | null {
  // Few items name places or samples; the others need not be read twice.
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  const has = (part: Buffer) => bytes.includes(part)
  if (!HINTS.some(has) || !OUTSIDE.some(has)) return null
  try {
    const item = JSON.parse(decodeUtf8(line)) as ServiceItem
    return Array.isArray(item?.materials) ? item : null
  } catch {
    return null
  }
}
