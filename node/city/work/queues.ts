/**
 * Work queues and search (待办队列, 检索): which cases a clerk must see to, by what is due first (`boxes.ts`), and any case by what somebody
 * knows of it. What a queue counts is what its pages hold: both read the same ranges. Names, ID
 * and phone numbers are found by keyed hashes, whole or not at all, in any spelling: docs/decisions/008. May import the cases' port and the store.
 */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { addDays } from '../../../protocol/calendar/calendar.ts'
import type { CountedAs } from '../../../protocol/case/counted.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import type { State } from '../../../protocol/case/table.ts'
import { foldNumber, foldPhone, plainCode } from '../../../protocol/codes/spelling.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { changedSince, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Reader, Value } from '../../kernel/store/database.ts'
import { lastHere } from '../../spine/exchange/ends.ts'
import { ASSIGNED } from '../cases/as-seen.ts'
import type { LookupKeys } from '../cases/lookup.ts'
import { departmentPlace, type Found } from '../cases/rights.ts'
import type { CaseRow } from '../cases/rows.ts'
import {
  type Asker,
  BOX_LIMITS,
  BOXES,
  type BoxFilter,
  type Days,
  QUEUE_NAMES,
  type QueueName,
  rangesOf,
} from './boxes.ts'
import { countedAs } from './narrow.ts'

/** Place of the last case of the page before: what it is ordered by, and its number. */
export type QueuePlace = readonly [key: string | number, no: number]
/** How many cases there are; `more`: there are more than these. */
export type Count = { count: number; more: boolean }

export type SearchFilter = {
  /** case number or its beginning, ID number, phone, whole name of the applicant, words of the item's name */
  q?: string | undefined
  /** case number or local case number, whole, in any spelling */
  number?: string | undefined
  /** its beginning */
  numberPrefix?: string | undefined
  partner?: string | undefined
  item?: string | undefined
  mode?: Mode | undefined
  state?: State | undefined
  role?: 'collecting' | 'handling' | undefined
  window?: string | undefined
  /** code of the department that handles it here */
  department?: string | undefined
  assignee?: string | undefined
  /** as statistics count it, on the days from `from` to `to` */
  counted?: CountedAs | undefined
  /** first and last day of submission, or of what is counted */
  from?: string | undefined
  to?: string | undefined
}

/** Whether what is looked for may be a person: by name, ID number or phone. */
export const namesSomebody = ({ q }: Pick<SearchFilter, 'q'>): boolean => (q?.trim() ?? '') !== ''

/** Characters of what is looked for as the beginning of a number, folded, or as the number of a person. */
export const NUMBER = { least: 4, most: 100 }
/** Digits from which on a text is looked for as a phone number. */
export const PHONE_DIGITS = 7
/** Characters from which on a text is looked for in names of items. */
const ITEM_WORD = 2
/** Cases that the audit row of a search names. */
const TOLD = 50
/** Items of a name that a search looks at. */
const ITEMS = 50
/** Before and after every day. */
const FIRST_DAY = '0000-00-00'
const LAST_DAY = '9999-99-99'
const LAST = '\u{10ffff}'
const NUMBER_COLUMNS = ['number_key', 'local_key'] as const
/** Of the applicant, and of who acts for them. */
const PHONE_COLUMNS = ['phone_key', 'agent_phone_key'] as const

/** A part of a search that one index bounds. */
type Source = { where: string; params: Value[] }

export type QueuesParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  rows: (numbers: readonly number[]) => Promise<CaseRow[]>
  /** as the projection writes them */
  keys: LookupKeys
  /** refuses what its caller saw otherwise */
  assertAsSeen: (store: Reader, thread: string, seen: Seen) => Promise<void>
  /** whether there is such an account, and cases can be given to it */
  isPerson: (id: string) => Promise<boolean>
}

/** A queue, and what of it. */
export type WantedQueue = { queue: QueueName; filter?: BoxFilter | undefined }

export type Queues = ReturnType<typeof createQueues>

export function createQueues(parts: QueuesParts) {
  const { db, clock } = parts
  const days = (): Days => {
    const today = dayOf(seconds(clock.now()))
    return { today, doneSince: addDays(today, -BOX_LIMITS.doneDays) }
  }

  function ranges(name: QueueName, asker: Asker, filter: BoxFilter): Found[] {
    if (name === 'window' && !(asker.windows?.length ?? 0)) throw new ProblemError('request.invalid', 'window: whose?')
    return rangesOf(name, asker, filter, days())
  }

  /** How many cases ranges hold that have none in common, by name; each `most` at most, and one more says that there are more. */
  async function sizes<N extends string>(
    wanted: readonly (readonly [N, Found])[],
    most: number,
  ): Promise<Map<N, number>> {
    const found = new Map<N, number>()
    if (wanted.length === 0) return found
    const rows = await db.query<{ name: N; n: number }>(
      wanted
        .map(
          ([, { where }]) =>
            `SELECT ? AS name, count(*) AS n FROM (SELECT 1 FROM cases WHERE ${where} LIMIT ${most + 1}) AS part`,
        )
        .join(' UNION ALL '),
      wanted.flatMap(([name, { params }]) => [name, ...params]),
    )
    for (const { name, n } of rows) found.set(name, Math.min((found.get(name) ?? 0) + n, most + 1))
    return found
  }

  const capped = (n: number | undefined = 0): Count => ({
    count: Math.min(n, BOX_LIMITS.counted),
    more: n > BOX_LIMITS.counted,
  })

  /** Cases whose number begins so: a range of the index of each column. */
  const beginning = (number: string): Source[] =>
    NUMBER_COLUMNS.map(column => ({ where: `${column} >= ? AND ${column} < ?`, params: [number, number + LAST] }))

  /** Cases of a number, or whose number begins so; null where the filter names none. What is too short is a whole number. */
  function numbered({ number, numberPrefix }: SearchFilter): Source[] | null {
    const begin = numberPrefix === undefined ? '' : foldNumber(numberPrefix)
    if (number === undefined && begin.length >= NUMBER.least) return beginning(begin)
    if (number === undefined && numberPrefix === undefined) return null
    return NUMBER_COLUMNS.map(column => ({ where: `${column} = ?`, params: [foldNumber(number ?? begin)] }))
  }

  /** Conditions of the filter but for `q` and the numbers. */
  function conditions(filter: SearchFilter, sees: Asker['sees']): { where: string[]; params: Value[] } {
    const where: string[] = []
    const params: Value[] = []
    const addCondition = (condition: string, ...values: Value[]): void => {
      where.push(condition)
      params.push(...values)
    }
    for (const [column, value] of [
      ['partner', filter.partner],
      ['item_code', filter.item],
      ['mode', filter.mode],
      ['state', filter.state],
      ['role', filter.role],
      ['window', filter.window],
      ['assignee', filter.assignee],
    ] as const)
      if (value !== undefined) addCondition(`${column} = ?`, value)
    if (sees != null) addCondition(sees.where, ...sees.params)
    if (filter.department !== undefined) addCondition('+place = ?', departmentPlace(filter.department))
    if (filter.counted !== undefined) {
      const counted = countedAs(filter.counted, filter.from ?? FIRST_DAY, filter.to ?? LAST_DAY)
      addCondition(counted.where, ...counted.params)
      return { where, params }
    }
    if (filter.from !== undefined) addCondition('submitted_at >= ?', Date.parse(`${filter.from}T00:00:00+08:00`))
    if (filter.to !== undefined)
      addCondition('submitted_at < ?', Date.parse(`${filter.to}T00:00:00+08:00`) + 86_400_000)
    return { where, params }
  }

  /** Sources of a search for a text, each bounded by an index. */
  async function sources(q: string): Promise<Source[]> {
    const found: Source[] = []
    const number = foldNumber(q)
    if (/\d/.test(number) && number.length >= NUMBER.least && number.length <= NUMBER.most) {
      found.push(...beginning(number))
      found.push({ where: 'applicant_key = ?', params: [parts.keys.number(q)] })
    }
    // Digits of a telephone: no area code has more than four, no number of a subscriber fewer than seven.
    const phone = foldPhone(q).length >= PHONE_DIGITS ? parts.keys.phone(q) : null
    if (phone !== null) for (const column of PHONE_COLUMNS) found.push({ where: `${column} = ?`, params: [phone] })
    found.push({ where: 'name_key = ?', params: [parts.keys.name(q)] })
    if ([...q].length < ITEM_WORD) return found
    const code = plainCode(q)
    const codes = await db.query<{ code: string }>(
      `SELECT DISTINCT code FROM case_items WHERE name LIKE ? ESCAPE '\\' OR code IN (?, ?) LIMIT ?`,
      [`%${q.replaceAll(/[\\%_]/g, '\\$&')}%`, code, code.toUpperCase(), ITEMS],
    )
    for (const { code: item } of codes) found.push({ where: 'item_code = ?', params: [item] })
    return found
  }

  return {
    /** A page of a queue, what is due first first. Problem: `request.invalid` without the window. */
    async page(
      name: QueueName,
      asker: Asker,
      limit: number,
      after: QueuePlace | null,
      filter: BoxFilter = {},
    ): Promise<{ cases: CaseRow[]; next: QueuePlace | null }> {
      const box: { key: string; down?: true } = BOXES[name]
      const [past, way] = box.down ? ['<', ' DESC'] : ['>', '']
      const read = ranges(name, asker, filter).map(({ where, params }) => ({
        sql: `SELECT thread_no AS no, ${box.key} AS key FROM cases WHERE ${where}${after === null ? '' : ` AND (${box.key}, thread_no) ${past} (?, ?)`}
           ORDER BY ${box.key}${way}, thread_no${way} LIMIT ?`,
        params: [...params, ...(after ?? []), limit + 1],
      }))
      if (read.length === 0) return { cases: [], next: null }
      const rows = await db.query<{ no: number; key: string | number }>(
        read.length === 1
          ? (read[0]?.sql ?? '')
          : `SELECT no, key FROM (${read.map(({ sql }, at) => `SELECT * FROM (${sql}) AS part${at}`).join(' UNION ALL ')}) AS parts
             ORDER BY key${way}, no${way} LIMIT ${limit + 1}`,
        read.flatMap(({ params }) => params),
      )
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      return {
        cases: await parts.rows(shown.map(({ no }) => no)),
        next: rows.length > limit && last !== undefined ? [last.key, last.no] : null,
      }
    },

    /** How many cases a queue has. Problem: as of `page`. */
    async total(name: QueueName, asker: Asker, filter: BoxFilter = {}): Promise<Count> {
      const wanted = ranges(name, asker, filter).map(range => [name, range] as const)
      return capped((await sizes(wanted, BOX_LIMITS.counted)).get(name))
    },

    /** How many cases each queue has; that of a window only for who names one. */
    async counts(asker: Asker, filter: BoxFilter = {}): Promise<Partial<Record<QueueName, Count>>> {
      const names = QUEUE_NAMES.filter(name => name !== 'window' || (asker.windows?.length ?? 0) > 0)
      const wanted = names.flatMap(name => ranges(name, asker, filter).map(range => [name, range] as const))
      const found = await sizes(wanted, BOX_LIMITS.counted)
      return Object.fromEntries(names.map(name => [name, capped(found.get(name))]))
    },

    /** How many cases a queue or a search finds, `most` when there are more; one that two parts of a search find counts twice. */
    async count(what: WantedQueue | { search: SearchFilter }, asker: Asker, most: number): Promise<number> {
      const found: Found[] = []
      if ('queue' in what) found.push(...ranges(what.queue, asker, what.filter ?? {}))
      else {
        const { where, params } = conditions(what.search, asker.sees)
        const q = what.search.q?.trim() ?? ''
        for (const source of q === '' ? [{ where: '1 = 1', params: [] }] : await sources(q))
          found.push({ where: [source.where, ...where].join(' AND '), params: [...source.params, ...params] })
      }
      const counted = await sizes(
        found.map(range => ['all', range] as const),
        most,
      )
      return Math.min(counted.get('all') ?? 0, most)
    },

    /** What an account searches for: one that names a person, or may, leaves an audit row of what it found, not of what was typed. */
    async searchBy(
      actor: string,
      filter: SearchFilter,
      limit: number,
      before: { updatedAt: number; no: number } | null,
      sees?: Asker['sees'],
    ): Promise<CaseRow[]> {
      const rows = await this.search(filter, limit, before, sees)
      if (namesSomebody(filter))
        await db.transaction(tx =>
          parts.audit.append(tx, {
            actor,
            action: 'cases.searched',
            subject: 'search',
            detail: {
              found: rows.length,
              threads: rows
                .slice(0, TOLD)
                .map(({ thread }) => thread)
                .join(' '),
            },
          }),
        )
      return rows
    },

    /** Cases that the filter finds, last changed first, before a place. */
    async search(
      filter: SearchFilter,
      limit: number,
      before: { updatedAt: number; no: number } | null,
      sees?: Asker['sees'],
    ): Promise<CaseRow[]> {
      const { where, params } = conditions(filter, sees)
      const place = before === null ? [] : ['(updated_at, thread_no) < (?, ?)']
      const placed: Value[] = before === null ? [] : [before.updatedAt, before.no]
      const q = filter.q?.trim() ?? ''
      const numbers = numbered(filter)
      if (q !== '' && numbers !== null) {
        where.push(`(${numbers.map(range => `(${range.where})`).join(' OR ')})`)
        params.push(...numbers.flatMap(range => range.params))
      }
      const from = q === '' ? (numbers ?? [{ where: '', params: [] }]) : await sources(q)
      const found = new Map<number, number>()
      for (const source of from) {
        const all = [...(source.where === '' ? [] : [source.where]), ...where, ...place]
        const rows = await db.query<{ no: number; at: number }>(
          `SELECT thread_no AS no, updated_at AS at FROM cases ${all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`}
           ORDER BY updated_at DESC, thread_no DESC LIMIT ?`,
          [...source.params, ...params, ...placed, limit],
        )
        for (const { no, at } of rows) found.set(no, at)
      }
      const order = [...found].sort(([a, at], [b, bt]) => bt - at || b - a).slice(0, limit)
      return parts.rows(order.map(([no]) => no))
    },

    /** The account that works on a case here; null for nobody. */
    async assigneeOf(thread: string): Promise<string | null> {
      const [row] = await db.query<{ assignee: string | null }>(
        'SELECT c.assignee FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?',
        [fromHex(thread)],
      )
      return row?.assignee ?? null
    },

    /**
     * Gives an open case to a person, or to nobody; `from`: who is expected to have it. Problems: `thread.unknown`, `request.not-found`
     * for the person, `request.precondition` when it is another's, or not as it was `seen`.
     */
    async assign(
      thread: string,
      person: string | null,
      actor: string,
      { from, seen }: { from?: string | null | undefined; seen?: Seen } = {},
    ): Promise<CaseRow> {
      if (person !== null && !(await parts.isPerson(person)))
        throw new ProblemError('request.not-found', 'no such account, or one that works on no cases')
      const no = await db.transaction(async tx => {
        const [row] = await tx.query<{ no: number; assignee: string | null }>(
          'SELECT c.thread_no AS no, c.assignee FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?',
          [fromHex(thread)],
        )
        if (row === undefined) throw new ProblemError('thread.unknown')
        await parts.assertAsSeen(tx, thread, seen)
        // Who has it already claims nothing of somebody else's.
        if (from !== undefined && from !== row.assignee && (person === null || person !== row.assignee))
          throw await changedSince(tx, await lastHere(tx, thread, [ASSIGNED, 'case.submit']))
        await act(tx)
        await tx.run('UPDATE cases SET assignee = ? WHERE thread_no = ?', [person, row.no])
        await parts.audit.append(tx, { actor, action: ASSIGNED, subject: thread, detail: { to: person } })
        await parts.events.append(tx, { type: 'case.changed', subject: thread, kind: ASSIGNED })
        return row.no
      })
      const [found] = await parts.rows([no])
      if (found === undefined) throw new ProblemError('thread.unknown')
      return found
    },
  }
}
