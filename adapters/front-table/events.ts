/**
 * Answers read from tables, in one state of the database. By mark: rows beyond the last one that was read; that none between marks came
 * late (of a transaction that was open while later rows were read) is told by a print of what stood there, and when it differs, all of
 * it is given again under the same ids. By flag: rows that were not read, whose flag is set once the node keeps them.
 */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type Adapter,
  type Call,
  isNothing,
  type LocalEvent,
  mappingInput,
  type RawEvent,
  readCaseNo,
} from '../sdk/index.ts'
import { FRONT_TABLE_LIMITS } from './config.ts'
import { type Cursor, type Reading, readCursor, settled } from './cursor.ts'
import { DatabaseFault, type Row } from './driver.ts'
import { saying } from './faults.ts'
import type { FrontTablePlan, SourcePlan } from './plan.ts'
import type { Pool, Run } from './pool.ts'
import { createReading, timeOf } from './reading.ts'
import type { Statements } from './statements.ts'
import type { Tables } from './tables.ts'

type Polled = { source: SourcePlan; row: Row; raw: RawEvent | null; at: number | null }

export function createPoller(plan: FrontTablePlan, pool: Pool, tables: Tables, statements: Statements) {
  const { sources } = plan
  const reading = createReading(plan, pool, statements)

  async function poll(cursor: string | null, call: Call): Promise<{ events: readonly RawEvent[]; cursor: string }> {
    const before = readCursor(cursor)
    return reaching('events', async () => {
      const faults = await tables.faults(call.signal)
      if (faults.length > 0) throw new ProblemError('adapter.unavailable', saying.setup(faults))
      return pool.read(call.signal, async run => {
        const pages = new Map<SourcePlan, { rows: Polled[]; from: readonly string[] | null; full: boolean }>()
        for (const source of sources) pages.set(source, await pageOf(run, source, before[source.name]))
        inOrder(pages)
        const after: Cursor = {}
        for (const [source, page] of pages) {
          const next = await nextOf(run, source, before[source.name], page, call.now())
          if (next !== null) after[source.name] = next
        }
        const given = [...pages.values()].flatMap(({ rows }) => rows)
        const events = sources.length === 1 ? given : given.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
        return {
          events: events.flatMap(({ raw }) => (raw === null ? [] : [raw])),
          cursor: JSON.stringify(after) === JSON.stringify(before) && cursor !== null ? cursor : JSON.stringify(after),
        }
      })
    })
  }

  async function pageOf(run: Run, source: SourcePlan, before: Reading | undefined) {
    const { by } = source
    let from: readonly string[] | null = null
    let statement = null
    if ('mark' in by) {
      const known = before?.high.length === by.mark.length ? before : undefined
      // Something came late, or was written anew: from where all is settled.
      const same = known === undefined || (await print(run, source, by.mark, known.low, known.high)) === known.print
      from = known === undefined ? null : same ? known.high : known.low
      statement = statements.beyond(source, by.mark, from, FRONT_TABLE_LIMITS.pageRows)
    } else statement = statements.unread(source, by, FRONT_TABLE_LIMITS.pageRows)
    const { rows } = await run(statement)
    const polled: Polled[] = []
    for (const row of rows) polled.push(await rawOf(source, row))
    return { rows: polled, from, full: rows.length >= FRONT_TABLE_LIMITS.pageRows }
  }

  /** Where the reading stands after a page; null: of a flag. */
  async function nextOf(
    run: Run,
    source: SourcePlan,
    before: Reading | undefined,
    { rows, from }: { rows: Polled[]; from: readonly string[] | null },
    now: number,
  ): Promise<Reading | null> {
    const { by } = source
    if (!('mark' in by)) return null
    const last = rows.at(-1)?.row
    const high = last === undefined ? from : by.mark.map(column => String(last[column]))
    if (high === null) return null
    const known = before?.high.length === by.mark.length ? before : undefined
    const { low, seen } = settled(known ?? { low: null, seen: [] }, high, now, by.lateMs)
    const same =
      known !== undefined &&
      String(low) === String(known.low) &&
      String(high) === String(known.high) &&
      rows.length === 0
    const printed = same && from === known.high ? known.print : await print(run, source, by.mark, low, high)
    return { low, high: [...high], print: printed, seen }
  }

  async function print(
    run: Run,
    source: SourcePlan,
    mark: readonly string[],
    low: readonly string[] | null,
    high: readonly string[],
  ): Promise<string> {
    const { rows } = await run(statements.print(source, mark, low, high))
    return createHash('sha256').update(String(rows[0]?.print)).digest('hex').slice(0, 32)
  }

  /** A row as it is kept; null: it has no meaning here, and nothing waits for that to be said. */
  async function rawOf(source: SourcePlan, row: Row): Promise<Polled> {
    const id = idOf(source, row)
    const json = jsonOf(row)
    const raw = JSON.stringify({ source: source.name, row: json })
    const made = mappingInput(source.place, json)
    if (!made.ok) return { source, row, at: null, raw: { id, localCaseNo: null, raw } }
    const kind = await source.kind.evaluate(made.input)
    const at = await timeOf(source.at, made.input)
    const when = at.ok ? at.at : null
    if (kind.ok && isNothing(kind.value) && 'mark' in source.by) return { source, row, at: when, raw: null }
    const number = source.localCaseNo === null ? null : await readCaseNo(source.localCaseNo, made.input)
    return { source, row, at: when, raw: { id, localCaseNo: number?.ok === true ? number.number : null, raw } }
  }

  async function read(raw: string, call: Call): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const { source: name, row } = JSON.parse(raw) as { source: string; row: { [column: string]: JsonValue } }
    const source = sources.find(known => known.name === name)
    if (source === undefined) return refuse('adapter.mapping', `events: there is no ${name} any more`)
    const id = idOf(source, row as Row)
    if (id === null)
      return refuse(
        'adapter.mapping',
        `${source.place}.id: found no id of 1 to ${FRONT_TABLE_LIMITS.idCharacters} characters`,
      )
    return reading.read(source, id, row, call)
  }

  /** Sets the flag of the rows of these answers, in one transaction. Throws `adapter.unavailable`. */
  async function acknowledge(ids: readonly string[], call: Call): Promise<void> {
    const flags = ids.flatMap(id => {
      const [name, ...values] = partsOf(id)
      const source = sources.find(known => known.name === name)
      const statement =
        source === undefined || source.id.length !== values.length ? null : statements.flagged(source, values)
      return statement === null ? [] : [statement]
    })
    if (flags.length === 0) return
    await reaching('events', async () => {
      await tables.faults(call.signal)
      await pool.write(call.signal, async run => {
        for (const flag of flags) await run(flag)
      })
    })
  }

  return { poll, read, acknowledge } satisfies Pick<Adapter, 'poll' | 'read' | 'acknowledge'>
}

/** Throws `adapter.unavailable` for what the database does. */
async function reaching<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseFault) throw new ProblemError('adapter.unavailable', saying.unavailable(name, error))
    throw error
  }
}

/**
 * Of several tables, nothing is given that is later than the end of a page that was cut off: what comes before it in another table
 * is not read yet. A page gives at least its first row.
 */
function inOrder(pages: ReadonlyMap<SourcePlan, { rows: Polled[]; full: boolean }>): void {
  if (pages.size < 2) return
  const ends = [...pages.values()].flatMap(({ rows, full }) => (full ? [rows.at(-1)?.at ?? 0] : []))
  if (ends.length === 0) return
  const end = Math.min(...ends)
  for (const page of pages.values()) {
    const beyond = page.rows.findIndex(({ at }) => (at ?? 0) > end)
    if (beyond >= 0) page.rows.splice(beyond)
  }
}

/** A part of an id without what parts them, and without blanks at its ends. */
const escaped = (part: string): string => part.replaceAll(/[%,\s\p{Cc}]/gu, found => encodeURIComponent(found))

function idOf({ name, id }: SourcePlan, row: Row): string | null {
  const values = id.map(column => row[column])
  if (!values.every(value => typeof value === 'string')) return null
  const text = [name, ...(values as string[]).map(escaped)].join(',')
  return text.length <= FRONT_TABLE_LIMITS.idCharacters ? text : null
}

function partsOf(id: string): string[] {
  try {
    return id.split(',').map(decodeURIComponent)
  } catch {
    return []
  }
}

const jsonOf = (row: Row): { [column: string]: JsonValue } =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]),
  )
