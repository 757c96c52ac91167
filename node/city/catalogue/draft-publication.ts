/** All drafts become one new version of the list (发布草稿), or the sound ones; a drafted organisation tree goes out with them. */

import { setImmediate as otherWork } from 'node:timers/promises'
import type { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type LintContext, lintItem, OUTSIDE_RULES } from '../../../protocol/service/lint.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { sameItem } from './difference.ts'
import { AT_ONCE, type DraftRows, type Published, readItem } from './draft-rows.ts'
import { inChunks } from './draft-stage.ts'
import { type Blocked, refusalOf } from './publishable.ts'

/**
 * `sound`: drafts with an error stay drafts, and the others are published. `codes`: these drafts alone; a drafted organisation tree stays a draft
 * then, and they hold by the published one.
 */
export type PublishOptions = { sound?: boolean; codes?: readonly string[] | undefined }
export type PublishReport = {
  version: number
  count: number
  put: number
  remove: number
  /** whether a drafted tree went out with it */
  organisation: boolean
  /** drafts with an error that stayed */
  left: number
}

const PLACE_RULES = OUTSIDE_RULES.filter(({ rule }) => rule === 'place.unknown')
export function createDraftPublication(parts: {
  db: Database
  audit: Audit
  published: Published
  /** units and windows that items may name */
  context: () => Promise<LintContext>
  /** the same while a drafted tree stays a draft */
  standing: () => Promise<LintContext>
  /** the drafted organisation tree, which goes out with the next version */
  organisation: {
    next(): Promise<Commitment | null>
    settle(named: Commitment): Promise<void>
  }
  rows: DraftRows
}) {
  const { db, audit, published, context, standing, organisation } = parts
  const { drop, walk } = parts.rows

  async function publish(actor: string, { sound = false, codes }: PublishOptions): Promise<PublishReport> {
    const chosen = codes === undefined ? null : new Set(codes)
    const rules = await (chosen === null ? context() : standing())
    const put: ServiceItem[] = []
    const remove: string[] = []
    const gone: string[] = []
    const blocked: Blocked[] = []
    const tree = chosen === null ? await organisation.next() : null
    const drafted = new Set<string>()
    for await (const draft of walk()) {
      if (chosen?.has(draft.code) === false) continue
      drafted.add(draft.code)
      if ((put.length + remove.length) % AT_ONCE === 0) await otherWork()
      const before = await published.item(draft.code)
      const item = readItem(draft)
      if (item === null ? before === null : before !== null && sameItem(item, before)) gone.push(draft.code)
      else if (item === null) remove.push(draft.code)
      else {
        const found = lintItem(item, rules).find(({ level }) => level === 'error')
        if (found !== undefined) {
          blocked.push({ code: draft.code, path: found.path, rule: found.rule })
          continue
        }
        // Cases and partners tell versions of an item by this number.
        const least = before === null ? 1 : before.taskVersion + 1
        put.push({ ...item, taskVersion: Math.max(item.taskVersion, least) })
      }
    }
    const missing = codes?.find(code => !drafted.has(code))
    if (missing !== undefined) throw new ProblemError('request.not-found', `no draft of ${missing}`)
    if (blocked.length > 0 && !sound) throw refusalOf(blocked, put.length + blocked.length)
    // Those that stay as they are must still be offered somewhere; so must those whose draft waits.
    const waiting = new Set(blocked.map(({ code }) => code))
    if (tree !== null) await checkPlaces(rules, code => drafted.has(code) && !waiting.has(code))
    const nothing = put.length + remove.length === 0 && tree === null
    const list = nothing
      ? null
      : await published.change(
          { put, remove, ...(tree === null ? {} : { organisation: tree }) },
          actor,
          (tx, version) =>
            audit.append(tx, {
              actor,
              action: 'drafts.published',
              subject: `version ${version}`,
              detail: { put: put.length, remove: remove.length, organisation: tree !== null },
            }),
        )
    // A stop in between leaves drafts that say what is published already; the next publication finds them equal and drops them.
    const done = [...gone, ...put.map(({ taskCode }) => taskCode), ...remove]
    for (const codes of inChunks(done)) await db.transaction(tx => drop(tx, codes))
    if (tree !== null) await organisation.settle(tree)
    if (list === null && blocked.length > 0) throw refusalOf(blocked, blocked.length)
    if (list === null) throw new ProblemError('request.conflict', 'no drafts that change anything')
    return {
      version: list.version,
      count: list.count,
      put: put.length,
      remove: remove.length,
      organisation: tree !== null,
      left: blocked.length,
    }
  }

  /** Problem: `item.lint` when published items, but for those that change, name places that the next tree has no more. */
  async function checkPlaces(rules: LintContext, changes: (code: string) => boolean): Promise<void> {
    const blocked: Blocked[] = []
    let seen = 0
    for await (const item of published.walk()) {
      seen++
      if (seen % AT_ONCE === 0) await otherWork()
      if (item.offeredAt === undefined || changes(item.taskCode)) continue
      const [found] = lintItem(item, rules, PLACE_RULES)
      if (found !== undefined) blocked.push({ code: item.taskCode, path: found.path, rule: found.rule })
    }
    if (blocked.length > 0) throw refusalOf(blocked, seen)
  }

  return publish
}
