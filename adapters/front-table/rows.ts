/** The rows that a packet becomes: values of every column, in the order of the configuration. Nothing is written here. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  contentOf,
  type DeliveredMaterial,
  type Delivery,
  deliveryInput,
  type Mapping,
  mappingInput,
  materialFacts,
} from '../sdk/index.ts'
import { FRONT_TABLE_LIMITS } from './config.ts'
import type { Value } from './driver.ts'
import type { ColumnPlan, FrontTablePlan, MaterialsPlan, PacketPlan, RowPlan } from './plan.ts'
import { cellOf } from './values.ts'

/** `content`: the material whose bytes the column takes. */
export type Cell = { column: ColumnPlan; value: Value } | { column: ColumnPlan; content: DeliveredMaterial }
export type MadeRow = { row: RowPlan; cells: readonly Cell[] }
/** A file that must lie in the folder before the rows are there. */
export type MadeFile = { material: DeliveredMaterial; path: string }
export type Made = {
  rows: readonly MadeRow[]
  key: MadeRow
  files: readonly MadeFile[]
  localCaseNo: JsonValue | undefined
}

/** `written`: the time that rows read as $written. Problem: `adapter.mapping`. */
export async function makeRows(
  plan: FrontTablePlan,
  packet: PacketPlan,
  delivery: Delivery,
  written: string,
): Promise<{ ok: true; made: Made } | Refused> {
  const input = mappingInput(packet.name, deliveryInput(delivery))
  if (!input.ok) return input
  const submit = mappingInput(
    'submit',
    plan.readsSubmit && delivery.submit !== null ? contentOf(delivery.submit) : null,
  )
  if (!submit.ok) return submit
  const given = { submit: submit.input.json, written }
  const evaluate = (mapping: Mapping, json: JsonValue) => mapping.evaluate({ json }, given)
  const base = input.input.json as Record<string, JsonValue>
  const rows: MadeRow[] = []
  const files = new Map<string, MadeFile>()
  let key: MadeRow | null = null
  for (const row of packet.rows) {
    for (const material of row.each ? delivery.materials : [null]) {
      const facts = material === null ? null : await factsIn(plan.materials, material, base, evaluate)
      if (facts !== null && !facts.ok) return facts
      const json = facts === null ? base : { ...base, material: facts.facts }
      if (facts?.path != null && material !== null) files.set(facts.path, { material, path: facts.path })
      const wanted = row.when === null ? { ok: true as const, value: true } : await evaluate(row.when, json)
      if (!wanted.ok) return wanted
      if (wanted.value !== true) continue
      if (rows.length >= FRONT_TABLE_LIMITS.rowsOfPacket)
        return refuse('adapter.mapping', `${packet.name}: more than ${FRONT_TABLE_LIMITS.rowsOfPacket} rows`)
      const cells = await cellsOf(plan, row, material, mapping => evaluate(mapping, json))
      if (!cells.ok) return cells
      const made = { row, cells: cells.cells }
      rows.push(made)
      if (row === packet.keyRow) key = made
    }
  }
  if (key === null) return refuse('adapter.mapping', `${packet.name}: has no row with the key`)
  const number = packet.localCaseNo === null ? undefined : await evaluate(packet.localCaseNo, base)
  if (number !== undefined && !number.ok) return number
  return { ok: true, made: { rows, key, files: [...files.values()], localCaseNo: number?.value } }
}

async function cellsOf(
  plan: FrontTablePlan,
  row: RowPlan,
  material: DeliveredMaterial | null,
  evaluate: (mapping: Mapping) => ReturnType<Mapping['evaluate']>,
): Promise<{ ok: true; cells: Cell[] } | Refused> {
  const cells: Cell[] = []
  for (const column of row.columns) {
    if (column.value === null) {
      if (material !== null) cells.push({ column, content: material })
      continue
    }
    const found = await evaluate(column.value)
    if (!found.ok) return found
    const value = cellOf(column, found.value, plan)
    if (!value.ok) return value
    const isKey = row.key.includes(column.name)
    if (isKey && (value.value === undefined || value.value === null))
      return refuse('adapter.mapping', `${column.place}: the key is nothing`)
    if (value.value !== undefined) cells.push({ column, value: value.value })
  }
  return { ok: true, cells }
}

/** What a row reads of its material: its facts, and where its file lies. */
async function factsIn(
  materials: MaterialsPlan | null,
  material: DeliveredMaterial,
  base: Record<string, JsonValue>,
  evaluate: (mapping: Mapping, json: JsonValue) => ReturnType<Mapping['evaluate']>,
): Promise<{ ok: true; facts: JsonValue; path: string | null } | Refused> {
  const facts = materialFacts(material)
  if (materials?.kind !== 'folder') return { ok: true, facts, path: null }
  const name = await evaluate(materials.name, { ...base, material: facts })
  if (!name.ok) return name
  const path = typeof name.value === 'string' ? name.value : ''
  if (!isPath(path))
    return refuse('adapter.mapping', 'materials.name: must be a path inside the folder, of parts without ..')
  const url = materials.url === null ? {} : { url: materials.url + path.split('/').map(encodeURIComponent).join('/') }
  return { ok: true, facts: { ...facts, path, ...url }, path }
}

/** A path below a folder: parts of seen characters, none of which leads out of it or is taken for a file that is being written. */
export const isPath = (path: string): boolean =>
  path.length <= 500 &&
  path.split('/').every(part => /^(?!\.)[^\p{Cc}\\:*?"<>|]{1,200}$/u.test(part) && part.trim() === part)
