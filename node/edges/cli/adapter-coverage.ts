/**
 * `tongban adapter coverage`: what a mapping leaves out of the items that it is for. Fields of a form are told by what is sent when they
 * change, kinds and codes by the mapping itself. Nothing leaves this machine.
 */
import type { Adapter, Delivery } from '../../../adapters/sdk/port.ts'
import { samplePacket, sampleSubmit } from '../../../adapters/sdk/test-kit.ts'
import { ANSWER_KINDS, AUTHORS, isMoveKind, UNTOLD_KINDS } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { formCodes } from '../../city/agreements/adapter-coverage.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import { isObject, type Json, type MappingFile, type MappingFlags, mappingOf, textsOf } from './adapter-mapping.ts'
import { adapterOf } from './adapter-trial.ts'
import type { CommandContext } from './context.ts'
import { inOneLine } from './output.ts'

export const COVERAGE_LIMITS = {
  /** items of one file */
  items: 500,
  /** fields of one form */
  fields: 200,
} as const

export type MappingCoverage = {
  items: {
    code: string
    name: string
    /** fields of the form that nothing sent depends on */
    unread: string[]
    /** codes without a row, as the adapter tells them */
    lacks: string[]
    /** why no request could be made of a case of it; then `unread` is empty */
    problem: string | null
  }[]
  /** expressions that read a field of a form which no item has */
  unknownFields: { place: string; field: string }[]
  /** kinds of packets that no request hands over, and what becomes of them */
  withoutCall: { kinds: string[]; outcome: 'parked' | 'left out' }
  /** codes of answers whose kind has no body, and kinds that no answer can bring about */
  withoutMove: { code: string; kind: string }[]
  neverTold: string[]
}

export async function showCoverage(
  context: CommandContext,
  file: string | undefined,
  { items, ...flags }: MappingFlags & { items?: string },
): Promise<void> {
  const mapping = await mappingOf(context, file, flags)
  const read = items === undefined ? [] : jsonOf(await readTextFile(items, 'request.invalid'), items, 'request.invalid')
  const list = Array.isArray(read) ? read : isObject(read) && Array.isArray(read.items) ? read.items : [read]
  context.out.result(await coverageOf(mapping, list.filter(isObject)), textOf)
}

/** Problems: `config.invalid` for a mapping that is wrong; `request.invalid` for more items than are looked at. */
export async function coverageOf(mapping: MappingFile, items: readonly Json[]): Promise<MappingCoverage> {
  if (items.length > COVERAGE_LIMITS.items)
    throw new ProblemError('request.invalid', `items: ${COVERAGE_LIMITS.items} at most`)
  const adapter = await adapterOf(mapping)
  const { packets, ignores, answers } = partsOf(mapping)
  const fields = new Set(items.flatMap(item => Object.keys(propertiesOf(item))))
  const covered: MappingCoverage['items'] = []
  for (const item of items) covered.push(await itemCoverage(adapter, item, packets))
  return {
    items: covered,
    unknownFields: items.length === 0 ? [] : fieldsNamed(mapping.config).filter(({ field }) => !fields.has(field)),
    withoutCall: {
      kinds: PACKET_KINDS.filter(kind => !packets.includes(kind)),
      outcome: ignores ? 'left out' : 'parked',
    },
    ...toldBy(answers, mapping.config.dictionaries),
  }
}

const KINDS = Object.keys(AUTHORS) as (keyof typeof AUTHORS)[]
const PACKET_KINDS: readonly string[] = KINDS.filter(
  kind => !isMoveKind(kind) && kind !== 'case.submit' && !UNTOLD_KINDS.has(kind),
)
const TOLD_KINDS: readonly string[] = KINDS.filter(
  kind => (isMoveKind(kind) && kind !== 'case.arrived') || ANSWER_KINDS.some(answer => answer === kind),
)

/** `packets`: later kinds that are handed over. `answers`: what says how answers are read; null: people tell all that comes of a case. */
type Parts = { packets: string[]; ignores: boolean; answers: Json[] | null }

function partsOf({ kind, config }: MappingFile): Parts {
  const { packets, unmapped, events, cases, out, in: incoming, leaveOut } = config
  const later = (of: unknown): string[] => (isObject(of) ? Object.keys(of).filter(one => one !== 'case.submit') : [])
  const each = (of: unknown): Json[] => (isObject(of) && isObject(of.each) ? [of.each] : [])
  switch (kind) {
    case 'manual':
      // Every packet is put before people, but for those that are left out.
      return {
        packets: PACKET_KINDS.filter(one => !(Array.isArray(leaveOut) && leaveOut.includes(one))),
        ignores: true,
        answers: null,
      }
    case 'file-drop': {
      const written = isObject(out) ? out : {}
      return { packets: later(written.packets), ignores: written.unmapped === 'ignore', answers: each(incoming) }
    }
    case 'front-table':
      return {
        packets: later(packets),
        ignores: unmapped === 'ignore',
        answers: Array.isArray(events) ? events.filter(isObject) : [],
      }
    default:
      return { packets: later(packets), ignores: unmapped === 'ignore', answers: each([events, cases].find(isObject)) }
  }
}

const propertiesOf = ({ form }: Json): Json => (isObject(form) && isObject(form.properties) ? form.properties : {})

async function itemCoverage(
  adapter: Adapter,
  item: Json,
  kinds: readonly string[],
): Promise<MappingCoverage['items'][number]> {
  const code = String(item.taskCode ?? '')
  const name = String(item.taskName ?? '')
  const modes = Array.isArray(item.modes) ? item.modes.map(Number) : [0]
  const properties = Object.entries(propertiesOf(item)).slice(0, COVERAGE_LIMITS.fields)
  const found = (await adapter.lacking?.([{ code, name, modes, form: formCodes(item.form) }])) ?? []
  const lacks = found.map(one => one.lacks)
  const sent = (form: Json) => requestsOf(adapter, { code, name, version: 1 }, modes[0] ?? 0, form, kinds)
  const first = Object.fromEntries(properties.map(([field, schema]) => [field, valueFor(schema, 0)]))
  const before = await sent(first)
  if (!before.ok) return { code, name, unread: [], lacks, problem: before.why }
  const unread: string[] = []
  for (const [field, schema] of properties) {
    const { [field]: _, ...without } = first
    const others = [{ ...first, [field]: valueFor(schema, 1) }, without]
    const after = await Promise.all(others.map(sent))
    // What cannot be made of another value depends on it.
    if (after.every(other => other.ok && other.text === before.text)) unread.push(field)
  }
  return { code, name, unread, lacks, problem: null }
}

/** All that would be sent of a case: its submit, and of the samples each later packet that has a request. */
async function requestsOf(
  adapter: Adapter,
  item: { code: string; name: string; version: number },
  mode: number,
  form: Json,
  kinds: readonly string[],
): Promise<{ ok: true; text: string } | { ok: false; why: string }> {
  const sample = sampleSubmit('covered')
  const body = { ...sample.body, item, mode, form }
  const submit: Delivery = { ...sample, body, submit: body }
  const texts: string[] = []
  const packets = kinds.map(kind => samplePacket(submit, kind, 'LOCAL-1'))
  for (const [index, packet] of [submit, ...packets].entries()) {
    const planned = await (adapter.sheet === undefined ? adapter.plan?.(packet) : sheetOf(adapter, packet))
    // Of a later packet the samples may lack what its body reads; what its submit is read for is seen all the same.
    if (planned?.ok === false && index === 0) return { ok: false, why: inOneLine(planned.problem) }
    texts.push(JSON.stringify(planned))
  }
  return { ok: true, text: texts.join('\n') }
}

/** What people would type. Problem: that of the first field that cannot be told. */
async function sheetOf(adapter: Adapter, packet: Delivery) {
  const { fields = [] } = (await adapter.sheet?.(packet)) ?? {}
  const why = fields.find(field => field.why !== null)?.why ?? null
  return why === null ? { ok: true as const, fields } : { ok: false as const, problem: why }
}

/** One of two values that a property of a form may have. */
function valueFor(schema: unknown, which: 0 | 1): unknown {
  const property = isObject(schema) ? schema : {}
  const [choice] = formCodes({ properties: { it: property } })
  if (choice !== undefined) return choice.codes[which] ?? choice.codes[0]
  switch (property.type) {
    case 'boolean':
      return which === 0
    case 'integer':
    case 'number':
      return Number(property.minimum ?? 1) + which
    case 'array':
      return [valueFor(property.items, which)]
    case 'object': {
      const inner = isObject(property.properties) ? property.properties : {}
      return Object.fromEntries(Object.entries(inner).map(([field, one]) => [field, valueFor(one, which)]))
    }
    default:
      return property.format === 'date' ? `2026-11-0${which + 2}` : `${which}`
  }
}

/** Fields of forms that expressions name, each once for a place. */
function fieldsNamed(mapping: Json): { place: string; field: string }[] {
  return textsOf(mapping).flatMap(({ place, text }) =>
    [
      ...new Set(
        [...text.matchAll(/\bform\.(?:`([^`]+)`|([\p{L}_]\w*))/gu)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
      ),
    ].map(field => ({ place, field })),
  )
}

/** Of the dictionaries by which answers are told: codes whose kind has no body, and kinds that stand in none. */
function toldBy(
  answers: readonly Json[] | null,
  dictionaries: unknown,
): Pick<MappingCoverage, 'withoutMove' | 'neverTold'> {
  if (answers === null) return { withoutMove: [], neverTold: [] }
  const tables = isObject(dictionaries) ? dictionaries : {}
  const found = answers.map(each => answersOf(each, tables))
  const told = new Set(found.flatMap(one => one.told))
  return {
    withoutMove: found.flatMap(one => one.withoutMove),
    neverTold: TOLD_KINDS.filter(one => !told.has(one)),
  }
}

function answersOf(each: Json, tables: Json): { withoutMove: MappingCoverage['withoutMove']; told: string[] } {
  const bodies = isObject(each.body) ? each.body : {}
  const kind = typeof each.kind === 'string' ? each.kind : ''
  const named = [...kind.matchAll(/\$ours\(\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => name)
  const rows = named.flatMap(name => {
    const table = isObject(tables[name]) ? tables[name] : {}
    const codes = Object.entries(isObject(table.codes) ? table.codes : {}).flatMap(([ours, theirs]) =>
      (Array.isArray(theirs) ? theirs : [theirs]).map(code => ({ code: String(code), kind: ours })),
    )
    const incoming = Object.entries(isObject(table.incoming) ? table.incoming : {})
      .filter(([, ours]) => typeof ours === 'string')
      .map(([code, ours]) => ({ code, kind: String(ours) }))
    return [...codes, ...incoming]
  })
  const written = TOLD_KINDS.filter(one => new RegExp(`['"]${one.replace('.', '\\.')}['"]`).test(kind))
  return {
    withoutMove: rows.filter(row => !(row.kind in bodies)),
    told: [...rows.map(row => row.kind), ...written].filter(one => one in bodies),
  }
}

function textOf({ items, unknownFields, withoutCall, withoutMove, neverTold }: MappingCoverage): string {
  const none = '(none) 无'
  const list = (title: string, lines: readonly string[]) => [
    title,
    ...(lines.length === 0 ? [none] : lines).map(line => `  ${line}`),
  ]
  return [
    ...list(
      'Items 事项:',
      items.flatMap(({ code, name, unread, lacks, problem }) => [
        `${code} ${name}`,
        ...(problem === null ? [] : [`  ✗ ${problem}`]),
        ...(unread.length === 0 ? [] : [`  fields that nothing reads 未被读取的字段: ${unread.join(', ')}`]),
        ...(lacks.length === 0 ? [] : [`  codes without a row 字典缺少: ${lacks.join('; ')}`]),
      ]),
    ),
    ...list(
      'Fields that no item has 没有事项具备的字段:',
      unknownFields.map(({ place, field }) => `${place}: form.${field}`),
    ),
    ...list(
      `Packets without a call, which are ${withoutCall.outcome} 没有请求的数据包（${withoutCall.outcome === 'parked' ? '挂起' : '略过'}）:`,
      withoutCall.kinds,
    ),
    ...list(
      'Answers without a move 没有对应步骤的答复:',
      withoutMove.map(({ code, kind }) => `${code}: ${kind}`),
    ),
    ...list('Steps that no answer brings about 没有答复能带来的步骤:', neverTold),
  ].join('\n')
}
