/**
 * What a form (申请表) may be, so that its check has a bound that every city knows: a JSON Schema of so many subschemas, which refers to
 * its own subschemas alone, with patterns of so many steps. One beyond that cannot be used. SPEC.md §8.1. Pure.
 */
import { LIMITS } from '../limits.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keywords of JSON Schema 2020-12 under which subschemas stand: one, a list of them, or one by each name. */
const ONE = [
  'not',
  'if',
  'then',
  'else',
  'items',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'contentSchema',
]
const LIST = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const NAMED = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']
export const SUBSCHEMAS: ReadonlySet<string> = new Set([...ONE, ...LIST, ...NAMED])

/** The subschemas that stand directly in a schema. */
function* within(schema: Json): Generator<unknown> {
  for (const key of ONE) if (Object.hasOwn(schema, key)) yield schema[key]
  for (const key of LIST) if (Array.isArray(schema[key])) yield* schema[key]
  for (const key of NAMED) if (isObject(schema[key])) yield* Object.values(schema[key])
}

export type FormRefusal = { ok: false; reason: string; reasonZh: string }
export type SoundForm = {
  ok: true
  /** how many there are */
  subschemas: number
  /** by subschema: how many stand in it, itself too, without what it refers to */
  sizes: ReadonlyMap<Json, number>
  /** those that others refer to, and the form itself */
  referred: ReadonlySet<Json>
}

const no = (reason: string, reasonZh: string): FormRefusal => ({ ok: false, reason, reasonZh })

/** Whether a form can be used at all; what it says is not checked here. */
export function soundForm(form: Json): SoundForm | FormRefusal {
  const sizes = new Map<Json, number>()
  let count = 0
  let fault: FormRefusal | null = null
  const measure = (schema: unknown): number => {
    count++
    if (count > LIMITS.formSubschemas)
      fault ??= no(`more than ${LIMITS.formSubschemas} subschemas`, `子模式超过 ${LIMITS.formSubschemas} 个`)
    if (fault !== null || !isObject(schema)) return 1
    if (count > 1 && Object.hasOwn(schema, '$id'))
      fault = no('a subschema with an $id of its own', '子模式不得自带 $id')
    for (const pattern of patternsOf(schema))
      if (patternSteps(pattern) > LIMITS.formPatternSteps)
        fault ??= no(
          `a pattern of more than ${LIMITS.formPatternSteps} steps`,
          `正则表达式展开后超过 ${LIMITS.formPatternSteps} 步`,
        )
    let size = 1
    for (const inner of within(schema)) size += measure(inner)
    sizes.set(schema, size)
    return size
  }
  measure(form)
  if (fault !== null) return fault
  const anchors = new Map<unknown, Json>()
  for (const schema of sizes.keys()) anchors.set(schema.$anchor, schema).set(schema.$dynamicAnchor, schema)
  const referred = new Set([form])
  for (const schema of sizes.keys())
    for (const key of ['$ref', '$dynamicRef'] as const) {
      if (!Object.hasOwn(schema, key)) continue
      const target = targetOf(form, schema[key], anchors)
      if (typeof target === 'boolean') continue
      if (target === null || !sizes.has(target))
        return no('a reference to no subschema of the form', '引用的不是申请表自身的子模式')
      referred.add(target)
    }
  return { ok: true, subschemas: count, sizes, referred }
}

const patternsOf = (schema: Json): string[] => [
  ...(typeof schema.pattern === 'string' ? [schema.pattern] : []),
  ...(isObject(schema.patternProperties) ? Object.keys(schema.patternProperties) : []),
]

/** What a reference within the form points at; null when nothing of its kind is there. */
function targetOf(form: Json, ref: unknown, anchors: ReadonlyMap<unknown, Json>): Json | boolean | null {
  if (typeof ref !== 'string' || !ref.startsWith('#')) return null
  if (ref === '#') return form
  if (!ref.startsWith('#/')) return anchors.get(ref.slice(1)) ?? null
  let at: unknown = form
  for (const part of ref.slice(2).split('/')) {
    if (typeof at !== 'object' || at === null) return null
    let key: string
    try {
      key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    } catch {
      return null
    }
    if (!Object.hasOwn(at, key)) return null
    at = (at as Json)[key]
  }
  return typeof at === 'boolean' || isObject(at) ? at : null
}

const COUNTED = /^\{(\d{1,5})(,(\d{0,5}))?\}/

/** Steps of a pattern with its repetitions written out: what each character of a text may cost. Nothing is compiled for it. */
export function patternSteps(pattern: string): number {
  /** of each open group: what stands in it, and what its last atom costs */
  const open: { steps: number; last: number }[] = [{ steps: 0, last: 0 }]
  const add = (steps: number) => {
    const group = open.at(-1)
    if (group === undefined) return
    group.steps += steps
    group.last = steps
  }
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at]
    const group = open.at(-1)
    if (letter === '\\') {
      at = pattern[at + 2] === '{' && /[pPux]/.test(pattern[at + 1] ?? '') ? ends(pattern, '}', at) : at + 1
      add(1)
    } else if (letter === '[') {
      at = endOfClass(pattern, at)
      add(1)
    } else if (letter === '(') open.push({ steps: 1, last: 0 })
    else if (letter === ')') {
      const closed = open.length > 1 ? open.pop() : undefined
      add(closed?.steps ?? 1)
    } else if (letter === '{' && group !== undefined) {
      const counted = COUNTED.exec(pattern.slice(at, at + 14))
      if (counted === null) {
        add(1)
        continue
      }
      const [all, least = '', , most = ''] = counted
      const times = Math.max(Number(least) + (all.endsWith(',}') ? 1 : 0), Number(most), 1)
      group.steps += group.last * (times - 1)
      group.last *= times
      at += all.length - 1
    } else if (letter !== '*' && letter !== '+' && letter !== '?') add(1)
  }
  return open.reduce((sum, { steps }) => sum + steps, 0)
}

const ends = (pattern: string, letter: string, from: number): number => {
  const at = pattern.indexOf(letter, from)
  return at < 0 ? pattern.length : at
}

function endOfClass(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === ']' && at > from + 1) return at
  }
  return pattern.length
}
