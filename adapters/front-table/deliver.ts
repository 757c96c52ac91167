/**
 * Writes the rows of a packet in one transaction, once: one of them has a unique key made of the idempotency key, so that the database
 * itself refuses a second effect, also when the answer to a commit was lost. What there is already is found by that key.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { refuse } from '../../protocol/problem.ts'
import {
  type Adapter,
  type Call,
  caseNoOf,
  type Delivery,
  type DeliveryResult,
  isNothing,
  mappingFailed,
  mappingInput,
  type PlannedRequest,
  packetOf,
} from '../sdk/index.ts'
import { DatabaseFault, type Row, type Statement } from './driver.ts'
import { codeOfRefusal, saying } from './faults.ts'
import { bytesOf, type FileFault, putFile } from './files.ts'
import type { FrontTablePlan, PacketPlan } from './plan.ts'
import type { Pool } from './pool.ts'
import { type Made, type MadeRow, makeRows } from './rows.ts'
import type { Statements, WholeRow } from './statements.ts'
import type { Tables } from './tables.ts'

type Failed = Extract<DeliveryResult, { ok: false }>
export type Parts = { plan: FrontTablePlan; pool: Pool; tables: Tables; statements: Statements }

const unavailable = (detail: string): Failed => ({ ok: false, code: 'adapter.unavailable', detail, retryable: true })
const refused = (detail: string, theirCode?: string): Failed => ({
  ok: false,
  code: 'adapter.refused',
  detail,
  retryable: false,
  ...(theirCode === undefined ? {} : { theirCode }),
})

const FILES: Readonly<Record<FileFault, Failed>> = {
  ours: unavailable('materials: the material could not be read'),
  folder: unavailable('materials.folder: could not be written to'),
  aborted: unavailable('materials: aborted'),
  large: mappingFailed(refuse('adapter.mapping', 'materials: one is too large to be written into a column')),
}

/** The row that an update should change is not there. */
class NoRow extends Error {
  readonly row: WholeRow
  constructor(row: WholeRow) {
    super('no row')
    this.row = row
  }
}

export function createDeliver({ plan, pool, tables, statements }: Parts): Pick<Required<Adapter>, 'deliver' | 'plan'> {
  async function deliver(delivery: Delivery, call: Call): Promise<DeliveryResult> {
    const found = packetOf(plan, delivery)
    if (!found.ok) return mappingFailed(found)
    const { packet } = found
    const { kind } = delivery
    if (packet === null) {
      call.log('packet left out, its kind is not mapped', { kind })
      return { ok: true }
    }
    const result = await hand(packet, delivery, call)
    call.log('packet handed over', {
      kind,
      outcome: result.ok === true ? 'done' : result.ok === false ? result.code : 'handed',
    })
    return result
  }

  async function hand(packet: PacketPlan, delivery: Delivery, call: Call): Promise<DeliveryResult> {
    const { signal } = call
    if (signal.aborted) return unavailable(`${packet.name}: aborted`)
    let key: WholeRow | null = null
    try {
      const faults = await tables.faults(signal)
      if (faults.length > 0) return unavailable(saying.setup(faults))
      const rows = await makeRows(plan, packet, delivery, writtenAt(call.now()))
      if (!rows.ok) return mappingFailed(rows)
      const { made } = rows
      key = wholeKey(made)
      if (delivery.attempt > 0 && (await isThere(key, call))) return await outcome(packet, made, key, call)
      const whole = await withBytes(made, signal)
      if (!whole.ok) return whole.failed
      if (plan.materials?.kind === 'folder') {
        for (const file of made.files) {
          const fault = await putFile(plan.materials.folder, file, signal)
          if (fault !== null) return FILES[fault]
        }
      }
      const { answer } = packet
      const written = await write(whole.rows, answer === null ? null : statements.byKey(key, answer.columns), call)
      return await outcome(packet, made, key, call, written)
    } catch (error) {
      if (error instanceof NoRow)
        return refused(`${packet.name}: ${tables.shown(error.row.row.table)}: the row to be changed is not there`)
      if (!(error instanceof DatabaseFault)) throw error
      return await afterFault(packet, delivery, key, error, call)
    }
  }

  /** The rows in one transaction, an update that finds none undoes it; what `then` reads of them. Throws DatabaseFault. */
  async function write(
    rows: readonly WholeRow[],
    then: Statement | null,
    { signal, trace, now }: Call,
  ): Promise<Row[]> {
    const made = rows.map(row => ({ row, statement: statements.write(row) }))
    const at = now()
    let why: string | null = null
    try {
      if (made.every(({ row }) => row.row.write === 'insert'))
        return await pool.writeAll(
          signal,
          made.map(({ statement }) => statement),
          then,
        )
      return await pool.write(signal, async run => {
        for (const { row, statement } of made) {
          const { changed } = await run(statement)
          if (changed === 0) throw new NoRow(row)
        }
        return then === null ? [] : (await run(then)).rows
      })
    } catch (error) {
      why = error instanceof DatabaseFault ? `${error.kind} ${error.code}` : 'no row'
      throw error
    } finally {
      trace?.({
        at,
        ms: now() - at,
        request: tracedOf(made.map(({ statement }) => statement)),
        status: null,
        answer: null,
        why,
      })
    }
  }

  const isThere = async (key: WholeRow, { signal }: Call): Promise<boolean> =>
    (await pool.look(signal, connection => connection.query(statements.byKey(key, [])))).rows.length > 0

  /** What is to be told of a packet whose rows are there; `read`: the one with the key, when it was read. Throws DatabaseFault. */
  async function outcome(
    packet: PacketPlan,
    made: Made,
    key: WholeRow,
    { signal }: Call,
    read?: readonly Row[],
  ): Promise<DeliveryResult> {
    const { answer, handed } = packet
    if (handed) return { ok: 'handed' }
    if (answer === null) {
      if (packet.localCaseNo === null) return { ok: true }
      return numbered(`${packet.name}.localCaseNo`, made.localCaseNo)
    }
    const [row] =
      read ?? (await pool.look(signal, connection => connection.query(statements.byKey(key, answer.columns)))).rows
    // Taken away since, by a system that clears what it has read.
    if (row === undefined) return refused(`${packet.name}: the row was taken away before it said what became of it`)
    const input = mappingInput(`${packet.name}.answer`, jsonOf(row))
    if (!input.ok) return mappingFailed(input)
    const state = await answer.state.evaluate(input.input)
    if (!state.ok) return mappingFailed(state)
    if (isNothing(state.value)) return { ok: 'handed', lookAgainAfterMs: answer.lookAgainMs }
    if (state.value === 'refused') {
      const code = await answer.error?.evaluate(input.input)
      if (code?.ok === false) return mappingFailed(code)
      const told = codeOfRefusal(code?.value, plan.errors)
      return refused(`${packet.name}: ${told.text}`, told.code)
    }
    if (state.value !== 'done')
      return mappingFailed(refuse('adapter.mapping', `${answer.state.place}: must be "done", "refused" or nothing`))
    if (answer.localCaseNo === null) return { ok: true }
    const number = await answer.localCaseNo.evaluate(input.input)
    return number.ok ? numbered(answer.localCaseNo.place, number.value) : mappingFailed(number)
  }

  async function afterFault(
    packet: PacketPlan,
    delivery: Delivery,
    key: WholeRow | null,
    fault: DatabaseFault,
    call: Call,
  ): Promise<DeliveryResult> {
    if (fault.kind === 'unique' && key !== null) {
      // Ours, of an attempt before or at this time; or another one of their rules.
      try {
        if (await isThere(key, call)) {
          const rows = await makeRows(plan, packet, delivery, writtenAt(call.now()))
          return rows.ok ? await outcome(packet, rows.made, key, call) : mappingFailed(rows)
        }
      } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error
        return unavailable(saying.unavailable(packet.name, error))
      }
    }
    if (fault.kind === 'unique' || fault.kind === 'value') {
      const rows = await makeRows(plan, packet, delivery, writtenAt(call.now()))
      return refused(saying.refused(packet, fault, rows.ok ? rows.made : null, tables), fault.code)
    }
    return unavailable(saying.unavailable(packet.name, fault))
  }

  return {
    deliver,
    async plan(delivery) {
      const found = packetOf(plan, delivery)
      if (!found.ok) return found
      if (found.packet === null) return { ok: true, requests: [] }
      const rows = await makeRows(plan, found.packet, delivery, '2000-01-01 00:00:00')
      if (!rows.ok) return rows
      return { ok: true, requests: rows.made.rows.map(plannedOf) }
    },
  }

  /** A row as a person sees it: which columns get what; the time of writing is not known before. */
  function plannedOf({ row, cells }: MadeRow): PlannedRequest {
    const body = Object.fromEntries(
      cells.map(cell => [
        cell.column.name,
        'content' in cell ? `‹file ${cell.content.sha256}›` : cell.value instanceof Uint8Array ? '‹bytes›' : cell.value,
      ]),
    )
    return {
      method: row.write === 'insert' ? 'INSERT' : 'UPDATE',
      url: tables.shown(row.table),
      headers: [],
      body: JSON.stringify(body),
    }
  }
}

/** The statements alone: their values are of the case. */
const tracedOf = (made: readonly Statement[]): PlannedRequest => ({
  method: 'SQL',
  url: 'database',
  headers: [],
  body: made.map(({ sql }) => sql).join(';\n'),
})

const wholeKey = ({ key }: Made): WholeRow => ({
  row: key.row,
  values: new Map(key.cells.flatMap(cell => ('value' in cell ? [[cell.column.name, cell.value] as const] : []))),
})

/** Rows with the bytes of their materials. */
async function withBytes(
  { rows }: Made,
  signal: AbortSignal,
): Promise<{ ok: true; rows: WholeRow[] } | { ok: false; failed: Failed }> {
  const whole: WholeRow[] = []
  for (const { row, cells } of rows) {
    const values: WholeRow['values'] &
      Map<string, WholeRow['values'] extends ReadonlyMap<string, infer V> ? V : never> = new Map()
    for (const cell of cells) {
      if ('value' in cell) {
        values.set(cell.column.name, cell.value)
        continue
      }
      const read = await bytesOf(cell.content, signal)
      if (!read.ok) return { ok: false, failed: FILES[read.fault] }
      values.set(cell.column.name, read.bytes)
    }
    whole.push({ row, values })
  }
  return { ok: true, rows: whole }
}

function numbered(place: string, value: JsonValue | undefined): DeliveryResult {
  const found = caseNoOf(place, value)
  return found.ok ? { ok: true, localCaseNo: found.number } : mappingFailed(found)
}

const jsonOf = (row: Readonly<Record<string, unknown>>): JsonValue =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : (value as string | null),
    ]),
  )

/** China Standard Time, as columns and mappings have it. */
const writtenAt = (now: number): string => new Date(now + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
