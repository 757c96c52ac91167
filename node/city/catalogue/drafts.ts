/**
 * Drafts of service items (事项草稿): an administrator edits or imports items, sees findings and what differs from the published
 * version, and publishes all drafts as one new version. Errors block that, warnings do not. May import the store and the tables.
 */

import { setImmediate as otherWork } from 'node:timers/promises'
import type { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type Finding, type LintContext, lintItem } from '../../../protocol/service/lint.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { changedSince, type Done, demandSeen, isAsSeen, type Seen } from '../../kernel/seen.ts'
import { createSerial } from '../../kernel/serial.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type AgreedPort, type AgreedReport, agreedReport, touchOf } from './agreed.ts'
import type { ColumnMapping } from './column-mappings.ts'
import { type Difference, differences, sameItem } from './difference.ts'
import { createDraftImport, type ImportOptions, type ImportReport } from './draft-import.ts'
import { createDraftPublication, type PublishOptions, type PublishReport } from './draft-publication.ts'
import { AT_ONCE, createDraftRows, type Published, readItem, type StoredDraft } from './draft-rows.ts'
import { createDraftStage } from './draft-stage.ts'
import { byLevel, count, type ItemFinding, SHOWN_FINDINGS } from './item-findings.ts'
import { itemVersion } from './item-version.ts'
import { type TreeChange, type TreeReport, treeReport } from './shrink.ts'
import type { Format, TableFile } from './tables/formats.ts'

export type DraftsParts = {
  db: Database
  audit: Audit
  clock: Clock
  published: Published
  /** a kept column mapping. Problem: `request.not-found` */
  columnMapping: (name: string) => Promise<ColumnMapping>
  /** units and windows that items may name */
  context: () => Promise<LintContext>
  /** the same while a drafted tree stays a draft */
  standing: () => Promise<LintContext>
  /** the drafted organisation tree, which goes out with the next version */
  organisation: {
    next(): Promise<Commitment | null>
    settle(named: Commitment): Promise<void>
    /** the published tree and the drafted one */
    change(): Promise<TreeChange>
  }
  /** what hangs on the own items */
  agreed: AgreedPort
}

export type DraftRow = {
  code: string
  name: string
  change: 'add' | 'change' | 'remove'
  errors: number
  warnings: number
  actor: string
  updatedAt: number
}
export type Draft = DraftRow & {
  item: ServiceItem | null
  published: ServiceItem | null
  findings: Finding[]
  differences: Difference[]
}
export type DraftCounts = {
  drafts: number
  put: number
  remove: number
  errors: number
  warnings: number
  /** whether an organisation tree is drafted */
  organisation: boolean
}
export type LintReport = {
  items: number
  /** by level and how often */
  rules: (Omit<Finding, 'path'> & { count: number })[]
  /** the first ones, errors before warnings */
  findings: ItemFinding[]
}

/** What the audit log tells of a draft that somebody edited. */
const EDITS = ['draft.saved', 'draft.removal', 'drafts.discarded'] as const

export type Drafts = ReturnType<typeof createDrafts>

export function createDrafts(parts: DraftsParts) {
  const { db, audit, clock, published, context, organisation, agreed } = parts
  const rows = createDraftRows(parts)
  const { write, drop, stored, current, drafted } = rows
  const stage = createDraftStage(db, { write, drop: (tx, code) => drop(tx, [code]) })
  const importTable = createDraftImport({ ...parts, rows, stage })
  const publish = createDraftPublication({ ...parts, rows })
  const inTurn = createSerial()
  /** One change after the other: what publishing reads is what it takes away. */
  const turn = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await stage.recover()
      return work()
    })
  // What was decided before this node stopped; when that fails, the next change tries again.
  turn(async () => {}).catch(() => {})

  /** Problem: `request.precondition` when an item stands, as draft or published, otherwise than its editor saw it. */
  async function assertAsSeen(code: string, seen: Seen): Promise<void> {
    if (seen === undefined) return
    const draft = await rows.stored(code)
    const item = draft === undefined ? await published.item(code) : readItem(draft)
    const version = draft === undefined && item === null ? null : itemVersion(item)
    if (isAsSeen(seen, version)) return
    const [last] = await db.query<Done>(
      `SELECT actor AS "by", action, at FROM audit WHERE subject = ? AND action IN (${EDITS.map(() => '?').join(', ')})
       ORDER BY no DESC LIMIT 1`,
      [code, ...EDITS],
    )
    // An import names no item.
    const written: Done[] =
      draft === undefined ? [] : [{ by: draft.actor, action: 'draft.saved', at: draft.updated_at }]
    throw await changedSince(db, last === undefined || (written[0]?.at ?? 0) > last.at ? written : [last])
  }

  const rowOf = async ({ code, name, item, errors, warnings, actor, updated_at }: StoredDraft): Promise<DraftRow> => ({
    code,
    name,
    change: item === null ? 'remove' : (await published.item(code)) === null ? 'add' : 'change',
    errors,
    warnings,
    actor,
    updatedAt: updated_at,
  })

  async function view(code: string): Promise<Draft> {
    const draft = await stored(code)
    if (draft === undefined) throw new ProblemError('request.not-found', 'no draft of this item')
    const item = readItem(draft)
    const before = await published.item(code)
    return {
      ...(await rowOf(draft)),
      item,
      published: before,
      findings: item === null ? [] : lintItem(item, await context()),
      differences: differences(before, item),
    }
  }

  /** What the drafted tree takes away; nothing without one. */
  async function lostPlaces(): Promise<{ organisation?: TreeReport }> {
    if ((await organisation.next()) === null) return {}
    const { see, report } = treeReport(await organisation.change())
    if (report.units + report.windows > 0) for await (const item of current()) see(item)
    return { organisation: report }
  }

  return {
    /** Drafts by code, after `after`. */
    async list(filter: { errors?: boolean }, limit: number, after: string | null): Promise<DraftRow[]> {
      const where = filter.errors === true ? 'AND errors > 0' : ''
      const found = await db.query<StoredDraft>(
        `SELECT * FROM item_drafts WHERE code > ? ${where} ORDER BY code LIMIT ?`,
        [after ?? '', limit],
      )
      return Promise.all(found.map(rowOf))
    },

    async counts(): Promise<DraftCounts> {
      const [row] = await db.query<{ drafts: number; remove: number; errors: number | null; warnings: number | null }>(
        `SELECT COUNT(*) AS drafts, COUNT(*) - COUNT(item) AS remove,
         COUNT(CASE WHEN errors > 0 THEN 1 END) AS errors, SUM(warnings) AS warnings FROM item_drafts`,
      )
      const { drafts = 0, remove = 0, errors, warnings } = row ?? {}
      return {
        drafts,
        put: drafts - remove,
        remove,
        errors: errors ?? 0,
        warnings: warnings ?? 0,
        organisation: (await organisation.next()) !== null,
      }
    },

    /** What publishing them would change for partners, or publishing those of the codes alone; a drafted organisation tree stays then. */
    agreed: async (codes?: readonly string[]): Promise<AgreedReport & { organisation?: TreeReport }> => ({
      ...(codes === undefined ? await lostPlaces() : {}),
      ...(await agreedReport(agreed, async code => {
        const draft = codes === undefined || codes.includes(code) ? await stored(code) : undefined
        const before = draft === undefined ? null : await published.item(code)
        const touch = draft === undefined ? null : touchOf(before, readItem(draft))
        return touch === null || before === null ? null : { ...touch, name: before.taskName }
      })),
    }),

    /** A draft with its findings and what it changes. Problem: `request.not-found`. */
    view,

    /** Holds an item as draft; one that says what is published already takes its draft back. Null then. Problems: `request.precondition` when it is not as it was `seen`, `request.unseen` over a draft that is not said to be. */
    put: (item: ServiceItem, actor: string, seen?: Seen): Promise<Draft | null> =>
      turn(async () => {
        demandSeen(seen, (await rows.stored(item.taskCode)) === undefined ? null : item.taskCode)
        await assertAsSeen(item.taskCode, seen)
        const before = await published.item(item.taskCode)
        const same = before !== null && sameItem(item, before)
        const found = lintItem(item, await context())
        const errors = count(found, 'error')
        await db.transaction(async tx => {
          if (same) await tx.run('DELETE FROM item_drafts WHERE code = ?', [item.taskCode])
          else
            await write(tx, {
              code: item.taskCode,
              name: item.taskName,
              item: JSON.stringify(item),
              errors,
              warnings: found.length - errors,
              actor,
            })
          await audit.append(tx, { actor, action: 'draft.saved', subject: item.taskCode, detail: { same } })
        })
        return same ? null : view(item.taskCode)
      }),

    /** Drafts that a published item goes. Problems: `item.unknown`, `request.precondition`. */
    remove: (code: string, actor: string, seen?: Seen): Promise<Draft> =>
      turn(async () => {
        await assertAsSeen(code, seen)
        const before = await published.item(code)
        if (before === null)
          throw new ProblemError('item.unknown', 'only a published item can be removed; discard its draft')
        await db.transaction(async tx => {
          await act(tx)
          await write(tx, { code, name: before.taskName, item: null, errors: 0, warnings: 0, actor })
          await audit.append(tx, { actor, action: 'draft.removal', subject: code })
        })
        return view(code)
      }),

    /** Takes one draft back, as it was `seen`, or all of them; how many. Problems: `request.not-found`, `request.precondition`. */
    discard: (code: string | null, actor: string, seen?: Seen): Promise<number> =>
      turn(async () => {
        if (code !== null) await assertAsSeen(code, seen)
        return db.transaction(async tx => {
          const gone =
            code === null
              ? await tx.run('DELETE FROM item_drafts')
              : await tx.run('DELETE FROM item_drafts WHERE code = ?', [code])
          if (gone === 0 && code !== null) throw new ProblemError('request.not-found', 'no draft of this item')
          await audit.append(tx, {
            actor,
            action: 'drafts.discarded',
            subject: code ?? 'all',
            detail: { drafts: gone },
          })
          return gone
        })
      }),

    /** Findings of the drafts, or of all items as they would be published: totals by rule, and the first ones. */
    async lint(scope: 'drafts' | 'all', rule?: string): Promise<LintReport> {
      const rules = await context()
      const totals = new Map<string, LintReport['rules'][number]>()
      const findings: ItemFinding[] = []
      let items = 0
      for await (const item of scope === 'all' ? current() : drafted()) {
        items++
        if (items % AT_ONCE === 0) await otherWork()
        for (const finding of lintItem(item, rules)) {
          const { zh, en, level } = finding
          const total = totals.get(finding.rule) ?? { rule: finding.rule, level, zh, en, count: 0 }
          total.count++
          totals.set(finding.rule, total)
          if (rule === undefined || rule === finding.rule)
            findings.push({ ...finding, code: item.taskCode, name: item.taskName })
        }
        if (findings.length > SHOWN_FINDINGS * 4) findings.sort(byLevel).splice(SHOWN_FINDINGS)
      }
      return {
        items,
        rules: [...totals.values()].sort((x, y) => byLevel(x, y) || y.count - x.count),
        findings: findings.sort(byLevel).slice(0, SHOWN_FINDINGS),
      }
    },

    /** Takes a file into the drafts, whole or not at all; a file with errors changes nothing. Harmless to repeat. */
    import: (bytes: Uint8Array, name: string, options: ImportOptions, actor: string): Promise<ImportReport> =>
      turn(() => importTable(bytes, name, options, actor)),

    /** The published items, or with `drafts` as they would be published, as tables. Problem: `request.oversize`. */
    async export(format: Format, drafts: boolean): Promise<TableFile> {
      const { writeTables } = await import('./tables/tables.ts')
      const at = new Date(clock.now() + 8 * 3_600_000).toISOString()
      return writeTables(drafts ? current : () => published.walk(), format, {
        batch: at.replaceAll(/\D/g, '').slice(0, 17),
        time: at.slice(0, 19).replace('T', ' '),
      })
    },

    /** All drafts become one new version, or the sound ones. Problems: `item.lint` naming the first, `request.conflict` without drafts. */
    publish: (actor: string, options: PublishOptions = {}): Promise<PublishReport> =>
      turn(() => publish(actor, options)),
  }
}
