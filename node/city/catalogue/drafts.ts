/**
 * Drafts of service items (事项草稿): an administrator edits or imports items, sees findings and what differs from the published
 * version, and publishes all drafts as one new version. Errors block that, warnings do not. May import the store and the tables.
 */

import { setImmediate as otherWork } from 'node:timers/promises'
import type { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type Finding, type LintContext, lintItem, OUTSIDE_RULES } from '../../../protocol/service/lint.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { createSerial } from '../../kernel/serial.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { type AgreedPort, type AgreedReport, agreedReport, touchOf } from './agreed.ts'
import { type Difference, differences, sameItem } from './difference.ts'
import { createDraftStage, type DraftWrite, inParts } from './draft-stage.ts'
import { type Blocked, refusalOf } from './publishable.ts'
import { type TreeChange, type TreeReport, treeReport } from './shrink.ts'
import type { Format, TableFile } from './tables/formats.ts'
import type { Fault, TableImport, Translation } from './tables/tables.ts'

/** The own list as drafts need it. */
export type Published = {
  item(code: string): Promise<ServiceItem | null>
  /** all items */ walk(): AsyncIterable<ServiceItem>
  /** Publishes a new version with these changes, `alongside` in its transaction. Problem: `list.malformed` naming the field. */
  change(
    change: { put: readonly ServiceItem[]; remove: readonly string[]; organisation?: Commitment },
    actor: string,
    alongside: (tx: Transaction, version: number) => Promise<void>,
  ): Promise<{ version: number; count: number }>
}

export type DraftsParts = {
  db: Database
  audit: Audit
  clock: Clock
  published: Published
  /** units and windows that items may name */ context: () => Promise<LintContext>
  /** the drafted organisation tree, which goes out with the next version */ organisation: {
    next(): Promise<Commitment | null>
    settle(named: Commitment): Promise<void>
    /** the published tree and the drafted one */ change(): Promise<TreeChange>
  }
  /** what hangs on the own items */ agreed: AgreedPort
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
  /** whether an organisation tree is drafted */ organisation: boolean
}
export type ItemFinding = Finding & { code: string; name: string }

export type ImportOptions = {
  modes?: readonly number[]
  translate?: Translation
  /** items that the file does not name go */ replace?: boolean
  /** looks alone */ dryRun?: boolean
}
export type ImportReport = {
  /** whether the drafts hold it now */ taken: boolean
  rows: number
  put: number
  remove: number
  unchanged: number
  /** items with a finding that is an error */ blocked: number
  warnings: number
  errors: Fault[]
  errorCount: number
  notes: Fault[]
  /** first findings of the items, errors before warnings */ findings: ItemFinding[]
}

export type LintReport = {
  items: number
  /** by level and how often */ rules: (Omit<Finding, 'path'> & { count: number })[]
  /** the first ones, errors before warnings */ findings: ItemFinding[]
}

/** `sound`: drafts with an error stay drafts, and the others are published. */
export type PublishOptions = { sound?: boolean }
export type PublishReport = {
  version: number
  count: number
  put: number
  remove: number
  /** whether a drafted tree went out with it */ organisation: boolean
  /** drafts with an error that stayed */ left: number
}

type Stored = {
  code: string
  name: string
  item: string | null
  errors: number
  warnings: number
  actor: string
  updated_at: number
}

const PLACE_RULES = OUTSIDE_RULES.filter(({ rule }) => rule === 'place.unknown')
/** Rows or items that are worked on before other work gets its turn. */
const AT_ONCE = 200
const SHOWN_FINDINGS = 200
const count = (findings: readonly Finding[], level: Finding['level']): number =>
  findings.filter(finding => finding.level === level).length

export type Drafts = ReturnType<typeof createDrafts>

export function createDrafts(parts: DraftsParts) {
  const { db, audit, clock, published, context, organisation, agreed } = parts
  async function drop(tx: Transaction, codes: readonly string[]): Promise<void> {
    for (const code of codes) await tx.run('DELETE FROM item_drafts WHERE code = ?', [code])
  }

  const stage = createDraftStage(db, { write, drop: (tx, code) => drop(tx, [code]) })
  const inTurn = createSerial()
  /** One change after the other: what publishing reads is what it takes away. */
  const turn = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await stage.recover()
      return work()
    })
  // What was decided before this node stopped; when that fails, the next change tries again.
  turn(async () => {}).catch(() => {})

  const stored = async (code: string): Promise<Stored | undefined> =>
    (await db.query<Stored>('SELECT * FROM item_drafts WHERE code = ?', [code]))[0]

  /** What stands now: the draft, else the published item. */
  async function held(code: string): Promise<ServiceItem | null> {
    const draft = await stored(code)
    return draft === undefined ? published.item(code) : readItem(draft)
  }

  async function write(tx: Transaction, row: DraftWrite): Promise<void> {
    await tx.run(
      `INSERT INTO item_drafts (code, name, item, errors, warnings, actor, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (code) DO UPDATE SET name = excluded.name, item = excluded.item, errors = excluded.errors,
       warnings = excluded.warnings, actor = excluded.actor, updated_at = excluded.updated_at`,
      [row.code, row.name, row.item, row.errors, row.warnings, row.actor, clock.now()],
    )
  }

  const rowOf = async ({ code, name, item, errors, warnings, actor, updated_at }: Stored): Promise<DraftRow> => ({
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
    const [item, before] = [readItem(draft), await published.item(code)]
    return {
      ...(await rowOf(draft)),
      item,
      published: before,
      findings: item === null ? [] : lintItem(item, await context()),
      differences: differences(before, item),
    }
  }

  async function read(
    bytes: Uint8Array,
    name: string,
    options: ImportOptions,
  ): Promise<TableImport & { removed: Map<string, string> }> {
    const { importTables } = await import('./tables/tables.ts')
    const table = await importTables(bytes, name, {
      held,
      ...(options.modes === undefined ? {} : { modes: options.modes }),
      ...(options.translate === undefined ? {} : { translate: options.translate }),
    })
    const removed = new Map<string, string>()
    if (table.errorCount > 0) return { ...table, removed }
    for (const code of table.remove) {
      const item = await held(code)
      if (item !== null) removed.set(code, item.taskName)
    }
    if (options.replace === true)
      for await (const { taskCode, taskName } of current())
        if (!table.put.has(taskCode)) removed.set(taskCode, taskName)
    return { ...table, removed }
  }

  /** Items as they would be published now: drafts over the published ones. */
  async function* current(): AsyncGenerator<ServiceItem> {
    const drafted = new Set<string>()
    for await (const draft of walk()) {
      drafted.add(draft.code)
      const item = readItem(draft)
      if (item !== null) yield item
    }
    for await (const item of published.walk()) if (!drafted.has(item.taskCode)) yield item
  }

  /** All drafts, by code. */
  async function* walk(): AsyncGenerator<Stored> {
    for (let after = ''; ; ) {
      const rows = await db.query<Stored>('SELECT * FROM item_drafts WHERE code > ? ORDER BY code LIMIT ?', [
        after,
        AT_ONCE,
      ])
      yield* rows
      const end = rows.at(-1)
      if (end === undefined || rows.length < AT_ONCE) return
      after = end.code
    }
  }

  async function* drafted(): AsyncGenerator<ServiceItem> {
    for await (const draft of walk()) {
      const item = readItem(draft)
      if (item !== null) yield item
    }
  }

  async function take(bytes: Uint8Array, name: string, options: ImportOptions, actor: string): Promise<ImportReport> {
    const table = await read(bytes, name, options)
    const rules = await context()
    const rows: DraftWrite[] = []
    const dropped: string[] = []
    const findings: ItemFinding[] = []
    let [unchanged, blocked, warnings, seen] = [0, 0, 0, 0]
    for (const [code, item] of table.put) {
      seen++
      if (seen % AT_ONCE === 0) await otherWork()
      const before = await published.item(code)
      if (before !== null && sameItem(item, before)) {
        unchanged++
        dropped.push(code)
        continue
      }
      const found = lintItem(item, rules)
      const errors = count(found, 'error')
      if (errors > 0) blocked++
      warnings += found.length - errors
      findings.push(...found.map(finding => ({ ...finding, code, name: item.taskName })))
      if (findings.length > SHOWN_FINDINGS * 4) findings.sort(byLevel).splice(SHOWN_FINDINGS)
      rows.push({
        code,
        name: item.taskName,
        item: JSON.stringify(item),
        errors,
        warnings: found.length - errors,
        actor,
      })
    }
    for (const [code, title] of table.removed) {
      if ((await published.item(code)) === null) dropped.push(code)
      else rows.push({ code, name: title, item: null, errors: 0, warnings: 0, actor })
    }
    const good = table.errorCount === 0
    const report: ImportReport = {
      taken: good && options.dryRun !== true,
      rows: table.rows,
      put: rows.filter(({ item }) => item !== null).length,
      remove: table.removed.size,
      unchanged,
      blocked,
      warnings,
      errors: table.errors,
      errorCount: table.errorCount,
      notes: table.notes,
      findings: findings.sort(byLevel).slice(0, SHOWN_FINDINGS),
    }
    if (!report.taken) return report
    await stage.take([...rows, ...dropped], clock.now(), tx =>
      audit.append(tx, {
        actor,
        action: 'drafts.imported',
        subject: name.slice(0, 100),
        detail: { put: report.put, remove: report.remove, unchanged },
      }),
    )
    return report
  }

  async function publish(actor: string, { sound = false }: PublishOptions): Promise<PublishReport> {
    const rules = await context()
    const [put, remove]: [ServiceItem[], string[]] = [[], []]
    const [gone, blocked]: [string[], Blocked[]] = [[], []]
    const tree = await organisation.next()
    const drafted = new Set<string>()
    for await (const draft of walk()) {
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
    for (const codes of inParts(done)) await db.transaction(tx => drop(tx, codes))
    if (tree !== null) await organisation.settle(tree)
    if (list === null && blocked.length > 0) throw refusalOf(blocked, blocked.length)
    if (list === null) throw new ProblemError('request.conflict', 'no drafts that change anything')
    return {
      ...{ version: list.version, count: list.count, put: put.length, remove: remove.length },
      ...{ organisation: tree !== null, left: blocked.length },
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
      const rows = await db.query<Stored>(`SELECT * FROM item_drafts WHERE code > ? ${where} ORDER BY code LIMIT ?`, [
        after ?? '',
        limit,
      ])
      return Promise.all(rows.map(rowOf))
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

    /** What publishing them would change for partners. */
    agreed: async (): Promise<AgreedReport & { organisation?: TreeReport }> => ({
      ...(await lostPlaces()),
      ...(await agreedReport(agreed, async code => {
        const draft = await stored(code)
        const before = draft === undefined ? null : await published.item(code)
        const touch = draft === undefined ? null : touchOf(before, readItem(draft))
        return touch === null || before === null ? null : { ...touch, name: before.taskName }
      })),
    }),

    /** A draft with its findings and what it changes. Problem: `request.not-found`. */
    view,

    /** Holds an item as draft; one that says what is published already takes its draft back. Null then. */
    put: (item: ServiceItem, actor: string): Promise<Draft | null> =>
      turn(async () => {
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

    /** Drafts that a published item goes. Problem: `item.unknown`. */
    remove: (code: string, actor: string): Promise<Draft> =>
      turn(async () => {
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

    /** Takes one draft back, or all of them; how many. Problem: `request.not-found`. */
    discard: (code: string | null, actor: string): Promise<number> =>
      turn(() =>
        db.transaction(async tx => {
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
        }),
      ),

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
      turn(() => take(bytes, name, options, actor)),

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

const byLevel = (a: Pick<Finding, 'level'>, b: Pick<Finding, 'level'>): number =>
  Number(a.level === 'warning') - Number(b.level === 'warning')

/** The item of a stored draft, which was checked before it was stored. */
const readItem = ({ item }: Pick<Stored, 'item'>): ServiceItem | null =>
  item === null ? null : (JSON.parse(item) as ServiceItem)
