/**
 * The form of a step, made of the JSON Schema that the node gives for its body: names and choices in the language of the user, a widget for
 * each kind of value; and the body of it as it is sent. Pure. Validation is the node's: it rehearses the step.
 */
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import type { AnswerOf } from '../../query.ts'
import type { Language } from '../../words.ts'
import { choiceName, fieldName, type Pair } from './fields.ts'
import type { StepKind } from './kinds.ts'

export type Body = Record<string, unknown>
export type StepForm = AnswerOf<'getCaseStep'>
/** What a field can be, beyond what its schema says: packets of the case, materials of the item. */
export type Choices = { readonly [field: string]: readonly { value: string; label: string }[] }

type Schema = {
  type?: string
  format?: string
  enum?: unknown[]
  maxLength?: number
  minItems?: number
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  minimum?: number
  maximum?: number
}

/** A text that may be longer than this is written in several lines. */
const ONE_LINE = 300

const LONGEST_SCALE = 10

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields that say nothing beside what was chosen: a parcel of what is not mailed. */
export function besides(kind: StepKind, body: Body): readonly string[] {
  if (kind !== 'case.send-result') return []
  const { method } = body
  return [
    ...(method === 'mail' ? [] : ['waybill', 'payer', 'recipient']),
    ...(method === 'e-licence' ? [] : ['licence']),
  ]
}

type Making = {
  kind: StepKind
  language: Language
  choices: Choices
  hints: ReadonlyMap<string, string>
}

/** Whole numbers that each have a name, such as levels of satisfaction: they are chosen, and not written. */
function scaleOf(name: string, { type, minimum, maximum }: Schema): number[] | null {
  if (type !== 'integer' || minimum === undefined || maximum === undefined || maximum - minimum >= LONGEST_SCALE)
    return null
  const scale = Array.from({ length: maximum - minimum + 1 }, (_, step) => minimum + step)
  return scale.every(value => choiceName(name, String(value)) !== undefined) ? scale : null
}

function fieldUi(schema: Schema, path: readonly string[], making: Making): UiSchema {
  const { kind, language, choices, hints } = making
  const name = path.at(-1) ?? ''
  const said = (pair: Pair | undefined, otherwise: string) => pair?.[language] ?? otherwise
  const ui: UiSchema = path.length === 0 ? {} : { 'ui:title': said(fieldName(kind, path), name) }
  const hint = hints.get(path.join('.'))
  if (hint !== undefined) ui['ui:help'] = hint
  if (path.length === 1 && schema.type === 'array' && schema.items?.properties?.sha256 !== undefined)
    return { ...ui, 'ui:field': 'materials' }
  if (path.length === 1 && name === 'documents') return { ...ui, 'ui:field': 'documents' }
  if (kind === 'case.request-supplement' && name === 'materials') return { ...ui, 'ui:field': 'lacking' }
  if (schema.enum !== undefined) {
    const given = choices[name]
    const names = schema.enum.map(value =>
      String(
        given?.find(choice => choice.value === value)?.label ?? said(choiceName(name, String(value)), String(value)),
      ),
    )
    return { ...ui, ...(schema.type === 'integer' ? { 'ui:widget': 'radio' } : {}), 'ui:enumNames': names }
  }
  if (schema.type === 'object')
    return {
      ...ui,
      ...Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([inner, of]) => [inner, fieldUi(of, [...path, inner], making)]),
      ),
    }
  if (schema.type === 'array')
    return schema.items?.enum === undefined
      ? { ...ui, items: { ...fieldUi(schema.items ?? {}, [...path, ''], making), 'ui:title': ' ' } }
      : { ...ui, 'ui:widget': 'checkboxes', 'ui:enumNames': (choices[name] ?? []).map(({ label }) => label) }
  if (schema.format === 'date') return { ...ui, 'ui:widget': 'day' }
  if (schema.format === 'date-time') return { ...ui, 'ui:widget': 'instant' }
  if (schema.type === 'string' && (schema.maxLength ?? 0) > ONE_LINE)
    return { ...ui, 'ui:widget': 'textarea', 'ui:options': { rows: name === 'notice' ? 6 : 3 } }
  return ui
}

/** Only what the form is made of: what limits a text is the node's to say, in words. */
function plain(schema: Schema, path: readonly string[], making: Making, left: readonly string[]): Schema {
  const { type, format, required, properties, items, minimum, maximum, maxLength } = schema
  const name = path.at(-1) ?? ''
  const given = path.length === 1 ? making.choices[name] : undefined
  if (given !== undefined && type === 'string') return { type, enum: given.map(({ value }) => value) }
  if (given !== undefined && type === 'array' && items?.type === 'string')
    return { type, items: { type: 'string', enum: given.map(({ value }) => value) }, uniqueItems: true } as Schema
  const scale = scaleOf(name, schema)
  if (scale !== null) return { type: 'integer', enum: scale }
  return {
    ...(type === undefined ? {} : { type }),
    ...(format === undefined ? {} : { format }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
    ...(required === undefined ? {} : { required: required.filter(field => !left.includes(field)) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties)
              .filter(([field]) => path.length > 0 || !left.includes(field))
              .map(([field, of]) => [field, plain(of, [...path, field], making, [])]),
          ),
        }),
    ...(items === undefined ? {} : { items: plain(items, [...path, ''], making, []) }),
  }
}

export function formOf(
  { schema }: Pick<StepForm, 'schema'>,
  body: Body,
  making: Making,
): { schema: RJSFSchema; uiSchema: UiSchema } {
  const made = plain(schema as Schema, [], making, besides(making.kind, body))
  return {
    schema: made as RJSFSchema,
    uiSchema: { ...fieldUi(made, [], making), 'ui:submitButtonOptions': { norender: true } },
  }
}

/** Nothing was written there. */
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

function whole(value: unknown, schema: Schema | undefined, known: unknown): unknown {
  if (Array.isArray(value))
    return value.map(entry => whole(entry, schema?.items, undefined)).filter(entry => !isEmpty(entry))
  if (!isObject(value)) return value
  const written = Object.entries(value).flatMap(([name, inner]) => {
    const of = schema?.properties?.[name]
    const said = whole(inner, of, isObject(known) ? known[name] : undefined)
    const needed = schema?.required?.includes(name) === true
    if (isEmpty(said) || (isObject(said) && Object.keys(said).length === 0)) return []
    if (Array.isArray(said) && said.length === 0 && !needed) return []
    // What the node knew does not stand by itself: the carrier of a parcel without its number.
    if (!needed && isObject(said) && isObject(known) && JSON.stringify(said) === JSON.stringify(known[name]))
      return (of?.required ?? []).every(field => said[field] !== undefined) ? [[name, said] as const] : []
    return [[name, said] as const]
  })
  return Object.fromEntries(written)
}

/** The body as it is sent: without what was left empty, or says nothing beside what was chosen. */
export function bodyOf(kind: StepKind, { schema, defaults }: Pick<StepForm, 'schema' | 'defaults'>, data: Body): Body {
  const left = besides(kind, data)
  const kept = Object.fromEntries(Object.entries(data).filter(([name]) => !left.includes(name)))
  return whole(kept, schema as Schema, defaults) as Body
}

/** The field to which a phrase belongs when none was written in: the first long text of the form. */
export const mainText = ({ schema }: Pick<StepForm, 'schema'>): string | undefined =>
  Object.entries((schema as Schema).properties ?? {}).find(
    ([, { type, format, maxLength = 0 }]) => type === 'string' && format === undefined && maxLength > ONE_LINE,
  )?.[0]
