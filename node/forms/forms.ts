/**
 * Forms (申请表): data checked against the JSON Schema (2020-12) of an item, which another city wrote. May import the protocol.
 * Patterns run in linear time (RE2 syntax), so that no schema can hold a node up; a schema that cannot be used is told, not trusted.
 */
import { type ErrorObject, Ajv2020 as Schemas, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { RE2JS } from 're2js'
import type { CheckForm, FormFault } from '../../protocol/case/preflight.ts'

/** Compiled schemas kept. */
const KEPT = 64
/** Faults told of one form. */
const TOLD = 50

/** Unicode scripts and categories as RE2 names them. */
const NAMED = /\\([pP])\{(?:Script|sc|Script_Extensions|scx|General_Category|gc)=/g

const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern.replaceAll(NAMED, '\\$1{')))
    // ajv asks no more of it than this, and tells patterns apart by their text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern } as RegExp
  },
  { code: 'linear' },
)

function compile(schema: Record<string, unknown>): ValidateFunction | null {
  const schemas = new Schemas({
    allErrors: true,
    strict: false,
    logger: false,
    ownProperties: true,
    validateSchema: true,
    code: { regExp: linear },
  })
  formats.default(schemas, { mode: 'full' })
  try {
    return schemas.compile(schema)
  } catch {
    return null
  }
}

/** Gives a check that keeps the schemas it used last, compiled. */
export function createFormCheck(): CheckForm {
  const kept = new Map<string, ValidateFunction | null>()

  function compiled(schema: Record<string, unknown>): ValidateFunction | null {
    const key = JSON.stringify(schema)
    const known = kept.get(key)
    const validate = known === undefined ? compile(schema) : known
    kept.delete(key)
    kept.set(key, validate)
    const [oldest] = kept.keys()
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    return validate
  }

  return (schema, data) => {
    const validate = compiled(schema)
    if (validate === null) return null
    try {
      if (validate(data)) return []
    } catch {
      // A schema that refers to itself without end, say.
      return null
    }
    const faults = new Map<string, FormFault>()
    for (const error of validate.errors ?? []) {
      const fault = faultOf(error)
      if (fault !== null && faults.size < TOLD) faults.set(`${fault.path} ${fault.reason}`, fault)
    }
    return [...faults.values()]
  }
}

type Words = readonly [en: string, zh: string]
const text = (value: unknown): string => String(value).slice(0, 100)

/** By keyword of JSON Schema, from the error's parameters, which come from the schema alone. */
const WORDS: Record<string, (params: Record<string, unknown>) => Words> = {
  required: () => ['missing', '必填'],
  dependentRequired: () => ['missing', '必填'],
  type: ({ type }) => [`must be of type ${text(type)}`, `类型应为 ${text(type)}`],
  enum: ({ allowedValues }) => [`one of ${text(allowedValues)}`, `只能填写：${text(allowedValues)}`],
  const: ({ allowedValue }) => [`must be ${text(allowedValue)}`, `只能填写：${text(allowedValue)}`],
  format: ({ format }) => [`not a valid ${text(format)}`, `格式不正确（${text(format)}）`],
  pattern: () => ['does not have the form that is asked for', '格式不符合要求'],
  minLength: ({ limit }) => [`at least ${text(limit)} characters`, `至少 ${text(limit)} 个字符`],
  maxLength: ({ limit }) => [`at most ${text(limit)} characters`, `不超过 ${text(limit)} 个字符`],
  minimum: ({ limit }) => [`at least ${text(limit)}`, `不小于 ${text(limit)}`],
  maximum: ({ limit }) => [`at most ${text(limit)}`, `不大于 ${text(limit)}`],
  exclusiveMinimum: ({ limit }) => [`more than ${text(limit)}`, `应大于 ${text(limit)}`],
  exclusiveMaximum: ({ limit }) => [`less than ${text(limit)}`, `应小于 ${text(limit)}`],
  multipleOf: ({ multipleOf }) => [`a multiple of ${text(multipleOf)}`, `应为 ${text(multipleOf)} 的倍数`],
  minItems: ({ limit }) => [`at least ${text(limit)} entries`, `至少 ${text(limit)} 项`],
  maxItems: ({ limit }) => [`at most ${text(limit)} entries`, `不超过 ${text(limit)} 项`],
  uniqueItems: () => ['an entry stands twice', '有重复项'],
  additionalProperties: () => ['a field that the form does not have', '申请表没有该字段'],
  unevaluatedProperties: () => ['a field that the form does not have', '申请表没有该字段'],
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
  const [reason, reasonZh] = WORDS[keyword]?.(params as Record<string, unknown>) ?? [
    `does not hold: ${text(keyword)}`,
    `不符合要求（${text(keyword)}）`,
  ]
  return { path, missing: lacking !== undefined, reason, reasonZh }
}
