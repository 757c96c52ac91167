/**
 * The conditions of instant approval (秒批) that a city entered: a version for each text, by its hash, which stays for the evidence that names it; one of an
 * item counts, and is off until it is switched on. Each change is an act of an administrator. May import the audit log and the store.
 */
import { createHash } from 'node:crypto'
import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { changedSince, demandSeen, isAsSeen, type Seen } from '../../../kernel/seen.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../../kernel/store/database.ts'
import { assertPhrase, type CaseFacts, filled, PLACEHOLDERS } from '../phrases.ts'
import { type CheckSchema, INSTANT_LIMITS, InstantRule, unfit } from './rule.ts'

export type RuleView = {
  item: string
  hash: string
  rule: InstantRule
  /** ms; null: off */
  onSince: number | null
  /** ms */
  changedAt: number
  changedBy: string
  /** why it fits the item as it is published now no more; null: it does */
  unfit: Problem | null
}

export type RulesParts = {
  db: Database
  audit: Pick<Audit, 'append'>
  /** an own item as it is published now */
  item: (code: string) => Promise<ServiceItem | null>
  check: CheckSchema
  /** ms */
  now: () => number
  /** conditions of an item were switched on */
  switchedOn: () => void
}

type Row = {
  item: string
  hash: string
  body: string
  on_since: number | null
  changed_at: number
  changed_by: string
}
const SELECT = 'SELECT i.*, r.body FROM instant_items i JOIN instant_rules r ON r.hash = i.hash'

const NO_FACTS = Object.fromEntries(Object.keys(PLACEHOLDERS).map(name => [name, ''])) as CaseFacts

const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex')
export function readRule(body: string): InstantRule {
  const { item, ...rule } = JSON.parse(body) as Record<string, unknown>
  return InstantRule.parse(rule)
}

export type Rules = ReturnType<typeof createRules>

export function createRules({ db, audit, item: itemOf, check, now, switchedOn }: RulesParts) {
  let isAnyOn = false
  async function recall(): Promise<void> {
    const [row] = await db.query('SELECT 1 FROM instant_items WHERE on_since IS NOT NULL LIMIT 1')
    isAnyOn = row !== undefined
  }

  async function rowOf(store: Reader, item: string): Promise<Row> {
    const [row] = await store.query<Row>(`${SELECT} WHERE i.item = ?`, [item])
    if (row === undefined)
      throw new ProblemError('request.not-found', 'no conditions of instant approval for this item')
    return row
  }

  async function toView({ item: code, hash, body, on_since, changed_at, changed_by }: Row): Promise<RuleView> {
    const rule = readRule(body)
    const item = await itemOf(code)
    return {
      item: code,
      hash,
      rule,
      onSince: on_since,
      changedAt: changed_at,
      changedBy: changed_by,
      unfit: item === null ? { code: 'item.unknown' } : await unfit(rule, item, check),
    }
  }

  /** Throws why the conditions do not fit the item. Problems: `item.unknown`, `request.invalid`. */
  async function assertFit(code: string, rule: InstantRule): Promise<void> {
    const item = await itemOf(code)
    if (item === null) throw new ProblemError('item.unknown')
    const found = await unfit(rule, item, check)
    if (found !== null) throw new ProblemError(found.code, found.detail)
  }

  const note = (tx: Transaction, by: string, action: 'instant.saved' | 'instant.on' | 'instant.off', row: Row) =>
    audit.append(tx, { actor: `person:${by}`, action, subject: row.item, detail: { rule: row.hash } })

  return {
    /** Reads whether conditions of any item are on, before `isAnyOn` is asked. */
    recall,

    /** Without a query: it is asked at each event. */
    isAnyOn: (): boolean => isAnyOn,

    /** Every item with conditions, by code. */
    async list(): Promise<RuleView[]> {
      const rows = await db.query<Row>(`${SELECT} ORDER BY i.item LIMIT ?`, [INSTANT_LIMITS.items])
      return Promise.all(rows.map(toView))
    },

    /** Problem: `request.not-found`. */
    get: async (item: string): Promise<RuleView> => toView(await rowOf(db, item)),

    /** A version as it was entered: the bytes whose SHA-256 the evidence names. Problem: `request.not-found`. */
    async version(hash: string): Promise<{ item: string; body: string; keptAt: number }> {
      const [row] = await db.query<{ item: string; body: string; keptAt: number }>(
        'SELECT item, body, kept_at AS keptAt FROM instant_rules WHERE hash = ?',
        [hash],
      )
      if (row === undefined) throw new ProblemError('request.not-found', 'no version of conditions has this hash')
      return row
    },

    /**
     * Enters the conditions of an item in place of the version that was `seen`, and switches them off until somebody switches them on. Problems:
     * `item.unknown`, `request.invalid` with what does not fit, `request.conflict` past a limit, `request.precondition`, `request.unseen`.
     */
    async save(item: string, rule: InstantRule, by: string, seen?: Seen): Promise<RuleView> {
      assertPhrase({ title: '', text: rule.reason })
      if (filled(rule.reason, NO_FACTS).blanks.length > 0)
        throw new ProblemError('request.invalid', 'reason: a blank: nobody is there to fill it in')
      await assertFit(item, rule)
      const body = JSON.stringify({ item, ...rule })
      const hash = hashOf(body)
      await db.transaction(async tx => {
        await act(tx)
        const [before] = await tx.query<Row>(`${SELECT} WHERE i.item = ?`, [item])
        demandSeen(seen, before?.hash ?? null)
        if (!isAsSeen(seen, before?.hash ?? null)) {
          const { changed_by, changed_at } = before ?? {}
          throw await changedSince(
            tx,
            changed_by === undefined || changed_at === undefined
              ? []
              : [{ by: `person:${changed_by}`, action: 'instant.saved', at: changed_at }],
          )
        }
        const count = async (table: 'instant_items' | 'instant_rules'): Promise<number> => {
          const [row] = await tx.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)
          return row?.n ?? 0
        }
        if (before === undefined && (await count('instant_items')) >= INSTANT_LIMITS.items)
          throw new ProblemError('request.conflict', `${INSTANT_LIMITS.items} items with conditions at most`)
        if ((await count('instant_rules')) >= INSTANT_LIMITS.versions)
          throw new ProblemError('request.conflict', `${INSTANT_LIMITS.versions} versions of conditions at most`)
        await tx.run(
          'INSERT INTO instant_rules (hash, item, body, kept_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
          [hash, item, body, now()],
        )
        await tx.run(
          `INSERT INTO instant_items (item, hash, on_since, from_packet, changed_at, changed_by) VALUES (?1, ?2, NULL, 0, ?3, ?4)
           ON CONFLICT (item) DO UPDATE SET hash = ?2, on_since = NULL, changed_at = ?3, changed_by = ?4`,
          [item, hash, now(), by],
        )
        await note(tx, by, 'instant.saved', await rowOf(tx, item))
      })
      await recall()
      return toView(await rowOf(db, item))
    },

    /**
     * Switches the conditions of an item on, for cases that arrive from now on, or off. `hash` is the version that whoever switches it on has
     * read. Problems: `request.not-found`, `request.precondition` when it is another by now, `request.invalid` when it fits the item no more.
     */
    async turn(item: string, on: boolean, hash: string | undefined, by: string): Promise<RuleView> {
      const known = await rowOf(db, item)
      if (on) await assertFit(item, readRule(known.body))
      await db.transaction(async tx => {
        await act(tx)
        const row = await rowOf(tx, item)
        if (on && (hash !== row.hash || known.hash !== row.hash))
          throw new ProblemError(
            'request.precondition',
            'the conditions are others by now: read them, and name their hash',
          )
        if ((row.on_since !== null) === on) return
        const [last] = await tx.query<{ no: number }>('SELECT coalesce(max(no), 0) AS no FROM packets')
        await tx.run(
          'UPDATE instant_items SET on_since = ?, from_packet = ?, changed_at = ?, changed_by = ? WHERE item = ?',
          [on ? now() : null, last?.no ?? 0, now(), by, item],
        )
        await note(tx, by, on ? 'instant.on' : 'instant.off', row)
      })
      await recall()
      if (on) switchedOn()
      return toView(await rowOf(db, item))
    },
  }
}
