/**
 * Checks data against the form of an item, a JSON Schema (2020-12). Every subschema that is evaluated, every comparison and every
 * pattern costs steps, counted before they are done; a check ends at `formWork` of them. Patterns run in linear time (RE2 syntax).
 */
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js'
import type { FormFault } from '../../../../protocol/case/preflight.ts'
import type { FieldCode } from '../../../../protocol/field-codes.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { type SoundForm, SUBSCHEMAS, soundForm } from '../../../../protocol/service/form.ts'
import { formatLibrary, patternLibrary, schemaLibrary } from './libraries.ts'

type Json = Record<string, unknown>
/** null when the form cannot be used for these data: it asks for what is not there, or for too many steps. */
export type FormResult = FormFault[] | null
/** A form that was compiled. */
export type CompiledForm = (data: Json) => FormResult

/** Faults told of one form. */
const TOLD = 50
/** Characters of a text that has a format; none of them is longer. */
const FORMATTED = 4096
/** The keyword that counts, put into every subschema. */
const STEPS = 'x-tongban-steps'
/** What a step stands for: entries compared with each other, names of an object, steps of patterns. */
const COMPARED = 20
const NAMES = 10
const MATCHED = 50

/** Keywords that say something of data; the rest of a form, but for its subschemas, is for people. */
const SAYING = new Set([
  '$schema',
  '$ref',
  '$dynamicRef',
  '$anchor',
  '$dynamicAnchor',
  'type',
  'nullable',
  'enum',
  'const',
  'format',
  'pattern',
  'multipleOf',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'required',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxContains',
  'minContains',
  'maxProperties',
  'minProperties',
  'dependentRequired',
])

/** Unicode scripts and categories as RE2 names them. */
const SCRIPTS = /\\([pP])\{(?:Script|sc|Script_Extensions|scx|General_Category|gc)=/g

type Steps = { own: number; unique: boolean }

/** What data cost once at one subschema, beside what its own subschemas say of them. */
function stepsOf({ own, unique }: Steps, data: unknown): number {
  if (Array.isArray(data)) return own + data.length / NAMES + (unique ? data.length ** 2 / COMPARED : 0)
  if (typeof data === 'object' && data !== null) return own + Object.keys(data).length / NAMES
  return own + (typeof data === 'string' ? data.length / 1000 : 0)
}

const entries = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : 0

/** What of a form says something of data, with the counting keyword in every subschema; one that is referred to counts for all that stand in it. */
function counted(form: Json, { sizes, referred }: SoundForm): Json {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value !== 'object' || value === null) return value
    const schema = value as Json
    const size = sizes.get(schema)
    const made: Json = {}
    for (const [key, inner] of Object.entries(schema))
      if (size === undefined || SUBSCHEMAS.has(key)) made[key] = copy(inner)
      else if (SAYING.has(key)) made[key] = inner
    if (size === undefined) return made
    const lists = entries(schema.enum) + entries(schema.const) + entries(schema.required) + entries(schema.properties)
    const own = (referred.has(schema) ? size : 1) + lists / COMPARED
    made[STEPS] = { own, unique: schema.uniqueItems === true } satisfies Steps
    return made
  }
  return copy(form) as Json
}

/** Compiles forms, one after the other; null for one that cannot be used. */
export function createFormCompiler(): (form: Json) => CompiledForm | null {
  let left = 0
  const spend = (steps: number): void => {
    left -= steps
    if (left < 0) throw new Error('the steps of a form are spent')
  }

  const linear = Object.assign(
    (pattern: string) => {
      const { RE2JS } = patternLibrary()
      const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern.replaceAll(SCRIPTS, '\\$1{')))
      const size = compiled.programSize()
      const test = (text: string): boolean => {
        spend(1 + (text.length * size) / MATCHED)
        return compiled.matcher(text).find()
      }
      // ajv asks no more of it than this, and tells patterns apart by their text.
      return { test, toString: () => pattern } as RegExp
    },
    { code: 'linear' },
  )

  /** One for all forms, for it compiles its schema of schemas first; nothing of a form stays in it. */
  let schemas: Ajv2020 | undefined
  function ready(): Ajv2020 {
    if (schemas !== undefined) return schemas
    const { Ajv2020 } = schemaLibrary()
    const formats = formatLibrary()
    schemas = new Ajv2020({
      allErrors: true,
      strict: false,
      logger: false,
      ownProperties: true,
      validateSchema: true,
      inlineRefs: false,
      code: { regExp: linear },
    })
    formats.default(schemas, { mode: 'full' })
    for (const [name, format] of Object.entries(schemas.formats)) {
      const test = format instanceof RegExp || typeof format === 'function' ? format : null
      const validate = typeof format === 'object' && 'validate' in format ? format.validate : test
      if (validate instanceof RegExp || (typeof validate === 'function' && !isOfNumbers(format)))
        schemas.addFormat(name, text => text.length <= FORMATTED && holds(validate, text))
    }
    schemas.addKeyword({
      keyword: STEPS,
      errors: false,
      validate: (steps: Steps, data: unknown) => {
        spend(stepsOf(steps, data))
        return true
      },
    })
    return schemas
  }

  return form => {
    const sound = soundForm(form)
    if (!sound.ok) return null
    const schema = counted(form, sound)
    try {
      const validate = ready().compile(schema)
      return data => {
        left = LIMITS.formWork
        try {
          return validate(data) ? [] : faultsOf(validate.errors ?? [])
        } catch {
          // It came to the end of its steps, or refers to itself without end.
          return null
        } finally {
          validate.errors = null
        }
      }
    } catch {
      return null
    } finally {
      ready().removeSchema(schema)
    }
  }
}

const isOfNumbers = (format: unknown): boolean =>
  typeof format === 'object' && format !== null && 'type' in format && format.type === 'number'
const holds = (test: RegExp | ((text: never) => unknown), text: string): boolean =>
  test instanceof RegExp ? test.test(text) : test(text as never) === true

function faultsOf(errors: readonly ErrorObject[]): FormFault[] {
  const faults = new Map<string, FormFault>()
  for (const error of errors) {
    if (faults.size >= TOLD) break
    const fault = faultOf(error)
    if (fault !== null) faults.set(`${fault.path} ${fault.reason}`, fault)
  }
  return [...faults.values()]
}

type Words = readonly [code: FieldCode, en: string, zh: string]
const text = (value: unknown): string => String(value).slice(0, 100)

/** By keyword of JSON Schema, from the error's parameters, which come from the schema alone. */
const WORDS: Record<string, (params: Record<string, unknown>) => Words> = {
  required: () => ['required', 'missing', '必填'],
  dependentRequired: () => ['required', 'missing', '必填'],
  type: ({ type }) => ['type', `must be of type ${text(type)}`, `类型应为 ${text(type)}`],
  enum: ({ allowedValues }) => ['value', `one of ${text(allowedValues)}`, `只能填写：${text(allowedValues)}`],
  const: ({ allowedValue }) => ['value', `must be ${text(allowedValue)}`, `只能填写：${text(allowedValue)}`],
  format: ({ format }) => ['format', `not a valid ${text(format)}`, `格式不正确（${text(format)}）`],
  pattern: () => ['format', 'does not have the form that is asked for', '格式不符合要求'],
  minLength: ({ limit }) => ['too-small', `at least ${text(limit)} characters`, `至少 ${text(limit)} 个字符`],
  maxLength: ({ limit }) => ['too-large', `at most ${text(limit)} characters`, `不超过 ${text(limit)} 个字符`],
  minimum: ({ limit }) => ['too-small', `at least ${text(limit)}`, `不小于 ${text(limit)}`],
  maximum: ({ limit }) => ['too-large', `at most ${text(limit)}`, `不大于 ${text(limit)}`],
  exclusiveMinimum: ({ limit }) => ['too-small', `more than ${text(limit)}`, `应大于 ${text(limit)}`],
  exclusiveMaximum: ({ limit }) => ['too-large', `less than ${text(limit)}`, `应小于 ${text(limit)}`],
  multipleOf: ({ multipleOf }) => ['value', `a multiple of ${text(multipleOf)}`, `应为 ${text(multipleOf)} 的倍数`],
  minItems: ({ limit }) => ['too-small', `at least ${text(limit)} entries`, `至少 ${text(limit)} 项`],
  maxItems: ({ limit }) => ['too-large', `at most ${text(limit)} entries`, `不超过 ${text(limit)} 项`],
  uniqueItems: () => ['value', 'an entry stands twice', '有重复项'],
  additionalProperties: () => ['form-unknown', 'a field that the form does not have', '申请表没有该字段'],
  unevaluatedProperties: () => ['form-unknown', 'a field that the form does not have', '申请表没有该字段'],
}

/** Combinations tell of themselves what their parts have told. */
const SILENT = new Set(['if', 'then', 'else', 'allOf'])

function faultOf({ keyword, instancePath, params }: ErrorObject): FormFault | null {
  if (SILENT.has(keyword)) return null
  const lacking = params.missingProperty as string | undefined
  const parts = instancePath.split('/').slice(1)
  const path = [...parts, ...(lacking === undefined ? [] : [lacking])]
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 60))
    .join('.')
  const [code, reason, reasonZh] = WORDS[keyword]?.(params as Record<string, unknown>) ?? [
    'invalid' as const,
    `does not hold: ${text(keyword)}`,
    `不符合要求（${text(keyword)}）`,
  ]
  return { path, missing: lacking !== undefined, code, reason, reasonZh }
}
