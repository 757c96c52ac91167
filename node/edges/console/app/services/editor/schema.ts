/**
 * Forms of the editor, made of the JSON Schema of an item: names and choices in the language of the user, a widget for each kind of value.
 * What limits a text is the node's to say, in words. Pure.
 */
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import SERVICE_ITEM from '../../../../../../protocol/schemas/service-item.json' with { type: 'json' }
import type { Language } from '../../words.ts'
import { CODE_NAMES, YES_NO } from '../field-words.ts'
import { choicesOf, fieldName } from '../fields.ts'

type Schema = {
  type?: string
  enum?: readonly unknown[]
  format?: string
  maxLength?: number
  minimum?: number
  maximum?: number
  required?: readonly string[]
  properties?: Readonly<Record<string, Schema>>
  items?: Schema
}

const ROOT = SERVICE_ITEM as unknown as Schema
/** A text that may be longer than this is written in several lines. */
const ONE_LINE = 500
/** They may be long, and hardly ever are. */
const SHORT = new Set(['taskName'])
const DAYS = new Set(['planEffectiveDate', 'planCancelDate'])
/** Texts of a few words, one a line. */
const LINES = new Set(['sharedFields', 'offeredAt.windows', 'materials.reviewPoints'])

const isSample = ({ properties }: Schema): boolean => properties?.sha256 !== undefined
/** Modes are numbers; everything else with names is a text. */
const codeOf = (field: string, value: string): string | number => (field === 'modes' ? Number(value) : value)

function plain(
  field: string,
  { type, minimum, maximum, maxLength, required, properties, items }: Schema,
  language: Language,
): RJSFSchema {
  const title = fieldName(field, language)
  if (properties?.sha256 !== undefined) return { type: 'object', title }
  const choices = choicesOf(field, language).map(({ value }) => codeOf(field, value))
  if (type === 'array' && choices.length > 0)
    return { type, title, uniqueItems: true, items: { type: field === 'modes' ? 'number' : 'string', enum: choices } }
  if (type === 'array')
    return { type, title, items: items?.type === 'object' ? plain(field, items, language) : { type: 'string' } }
  if (choices.length > 0) return { type: 'string', title, enum: choices }
  if (type === 'object')
    return {
      type,
      title,
      required: [...(required ?? [])],
      properties: Object.fromEntries(
        Object.entries(properties ?? {}).map(([name, of]) => [name, plain(`${field}.${name}`, of, language)]),
      ),
    }
  return {
    ...(type === undefined ? {} : { type: type as 'string' }),
    title,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined || maximum > 1_000_000 ? {} : { maximum }),
    ...(maxLength === undefined ? {} : { maxLength }),
  }
}

function uiOf(field: string, schema: Schema, language: Language): UiSchema {
  const names = Object.keys(CODE_NAMES[field] ?? {}).length > 0 ? choicesOf(field, language) : []
  if (schema.type === 'array' && names.length > 0)
    return { 'ui:widget': 'checkboxes', 'ui:enumNames': names.map(({ label }) => label) }
  if (names.length > 0) return { 'ui:widget': 'select', 'ui:enumNames': names.map(({ label }) => label) }
  if (LINES.has(field)) return { 'ui:widget': 'lines' }
  if (DAYS.has(field)) return { 'ui:widget': 'day' }
  if (isSample(schema)) return { 'ui:field': 'sample' }
  if (schema.type === 'boolean')
    return { 'ui:widget': 'select', 'ui:enumNames': [YES_NO.true[language], YES_NO.false[language]] }
  if (schema.type === 'array')
    return { items: { ...uiOf(field, schema.items ?? {}, language), 'ui:title': fieldName(field, language) } }
  if (schema.type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, of]) => [name, uiOf(`${field}.${name}`, of, language)]),
    )
  if (schema.type === 'string' && (schema.maxLength ?? 0) > ONE_LINE && !SHORT.has(field))
    return { 'ui:widget': 'textarea', 'ui:options': { rows: field === 'consent.text' ? 6 : 2 } }
  return {}
}

export type FormParts = { schema: RJSFSchema; ui: UiSchema }

function formOf(of: Schema, prefix: string, fields: readonly string[], language: Language): FormParts {
  const chosen = fields.flatMap(name => {
    const schema = of.properties?.[name]
    return schema === undefined ? [] : [[name, schema] as const]
  })
  return {
    schema: {
      type: 'object',
      required: (of.required ?? []).filter(name => fields.includes(name)),
      properties: Object.fromEntries(chosen.map(([name, schema]) => [name, plain(prefix + name, schema, language)])),
    },
    ui: Object.fromEntries(chosen.map(([name, schema]) => [name, uiOf(prefix + name, schema, language)])),
  }
}

/** The form of some fields of an item. */
export const itemForm = (fields: readonly string[], language: Language): FormParts => formOf(ROOT, '', fields, language)

/** What is asked of each material first, then what some of them want. */
const MATERIAL_FIELDS: readonly string[] = [
  'materialName',
  'materialCode',
  'isNeed',
  'materialType',
  'materialFormat',
  'sourceType',
  'reviewPoints',
  'exampleGuid',
  'formGuid',
  'issuer',
  'issueRequirement',
  'acceptStand',
  'needExplain',
  'sourceExplain',
  'fillExplain',
  'pageNum',
  'pageNumY',
  'pageNumF',
  'pageFormat',
  'certCode',
  'isResultCert',
  'orderNum',
  'byLaw',
]

/** The form of a material. */
export const materialForm = (language: Language): FormParts => {
  const material = ROOT.properties?.materials?.items ?? {}
  return formOf(material, 'materials.', MATERIAL_FIELDS, language)
}

/** Of 24 columns: what is one line long stands beside another. */
export const SPANS: Readonly<Record<string, number>> = {
  string: 12,
  integer: 12,
  number: 12,
  boolean: 12,
  select: 12,
  day: 12,
  sample: 12,
  textarea: 24,
  lines: 24,
  checkboxes: 24,
  array: 24,
  object: 24,
}

/** Every field that an item has. */
export const ITEM_FIELDS: readonly string[] = Object.keys(ROOT.properties ?? {})
