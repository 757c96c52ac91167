/**
 * The manual adapter (手工录入): for a department whose system no program reaches. Each packet is handed to a person, with an entry sheet
 * (录入单) in the order of the local screen; the person says when it is in, and under which number. May import the adapter SDK.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, refuse } from '../../protocol/problem.ts'
import {
  type Adapter,
  compileDictionary,
  compileMapping,
  contentOf,
  type Delivery,
  type Dictionary,
  deliveryInput,
  type EntryField,
  type Mapping,
  mappingFunctions,
  mappingInput,
} from '../sdk/index.ts'
import { ManualConfig } from './config.ts'

export type ManualOptions = {
  /** as `config.schema.json` describes it */
  config: unknown
}

type Field = { label: string; mapping: Mapping; copy: boolean }

/** Packets that are handed to people at a time: nothing but the node's own store bears them. */
const PARALLEL = 64
/** At most so many problems are told in one message. */
const TOLD = 12

/** Throws `config.invalid` with every place that is wrong. */
export function createManualAdapter({ config }: ManualOptions): Adapter {
  const parsed = ManualConfig.safeParse(config)
  if (!parsed.success)
    throw new ProblemError(
      'config.invalid',
      parsed.error.issues
        .slice(0, TOLD)
        .map(({ path, message }) => `${path.join('.') || '(top)'}: ${message}`)
        .join('; '),
    )
  const { system, leaveOut } = parsed.data
  const sheets = compileSheets(parsed.data)
  return {
    kind: 'manual',
    parallel: PARALLEL,

    async deliver({ kind }, { signal }) {
      if (signal.aborted) return { ok: false, code: 'adapter.unavailable', detail: 'aborted', retryable: true }
      return kind !== 'case.submit' && leaveOut.some(left => left === kind) ? { ok: true } : { ok: 'handed' }
    },

    async sheet(delivery) {
      const fields: EntryField[] = []
      for (const field of sheets.get(delivery.kind) ?? []) fields.push(await entryOf(field, delivery))
      return { system, fields }
    },

    check: async () => ({ ok: true }),
  }
}

/** Throws `config.invalid`. */
function compileSheets({ dictionaries: tables, sheets }: ManualConfig): ReadonlyMap<string, readonly Field[]> {
  const problems: string[] = []
  const dictionaries = new Map<string, Dictionary>()
  for (const [name, table] of Object.entries(tables)) {
    const compiled = compileDictionary(name, table)
    if (compiled.ok) dictionaries.set(name, compiled.dictionary)
    else problems.push(compiled.problem.detail ?? name)
  }
  const functions = mappingFunctions(dictionaries)
  const compiled = new Map<string, Field[]>()
  for (const [kind, fields] of Object.entries(sheets)) {
    const sheet: Field[] = []
    for (const [index, { label, value, copy }] of fields.entries()) {
      const made = compileMapping(`sheets.${kind}.${index}.value`, value, functions, ['submit'])
      if (!made.ok) {
        problems.push(made.problem.detail ?? label)
        continue
      }
      const { mapping } = made
      for (const { place, text } of [...mapping.named('theirs'), ...mapping.named('ours')])
        if (!dictionaries.has(text)) problems.push(`${place}: there is no dictionary ${text}`)
      sheet.push({ label, mapping, copy })
    }
    compiled.set(kind, sheet)
  }
  if (problems.length > 0) throw new ProblemError('config.invalid', problems.slice(0, TOLD).join('; '))
  return compiled
}

/** A field that cannot be told says why, and keeps none of the others from being typed in. */
async function entryOf({ label, mapping, copy }: Field, delivery: Delivery): Promise<EntryField> {
  const mapped = await textFor(mapping, delivery)
  return mapped.ok
    ? { label, value: mapped.text, copy: copy && mapped.text !== '', why: null }
    : { label, value: '', copy: false, why: mapped.problem }
}

async function textFor(mapping: Mapping, delivery: Delivery) {
  const input = mappingInput(mapping.place, deliveryInput(delivery))
  if (!input.ok) return input
  const given = mapping.asks('submit') && delivery.submit !== null ? contentOf(delivery.submit) : null
  const submit = mappingInput(mapping.place, given)
  if (!submit.ok) return submit
  const mapped = await mapping.evaluate(input.input, { submit: submit.input.json })
  if (!mapped.ok) return mapped
  const text = shown(mapped.value ?? null)
  return text === null
    ? refuse('adapter.mapping', `${mapping.place}: must be a text, a number, true or false`)
    : { ok: true as const, text }
}

/** What a person types; null for what nobody can. */
function shown(value: JsonValue): string | null {
  if (Array.isArray(value)) {
    const parts = value.map(shown)
    return parts.every(part => part !== null) ? parts.join('、') : null
  }
  return value === null ? '' : typeof value === 'object' ? null : String(value)
}
