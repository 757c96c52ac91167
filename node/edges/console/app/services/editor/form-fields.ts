/**
 * The application form of an item, as a list of fields that an office writes, and as the JSON Schema that it is. What this list has no
 * words for (nested objects, patterns, references) stays as it is. Pure.
 */
type Json = Readonly<Record<string, unknown>>
export type FieldKind = 'text' | 'longText' | 'number' | 'day' | 'yesNo' | 'choice' | 'special'
export type FormField = {
  name: string
  title: string
  kind: FieldKind
  required: boolean
  /** characters of a text */
  most: number | null
  choices: readonly string[]
  /** the schema that it was read from; what is not said here is kept */
  schema: Json
}

/** Texts of a new field, characters. */
export const TEXT_MOST = 200
const LONG_MOST = 2000

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(entry => typeof entry === 'string')

function kindOf(schema: Json): FieldKind {
  const { type, format } = schema
  if (schema.$ref !== undefined || schema.oneOf !== undefined || schema.anyOf !== undefined) return 'special'
  if (isTexts(schema.enum)) return 'choice'
  if (type === 'string')
    return format === 'date'
      ? 'day'
      : typeof schema.maxLength === 'number' && schema.maxLength > TEXT_MOST
        ? 'longText'
        : 'text'
  if (type === 'number' || type === 'integer') return 'number'
  return type === 'boolean' ? 'yesNo' : 'special'
}

/** The fields of a form, in its order. */
export function fieldsOf(form: unknown): FormField[] {
  if (!isJson(form) || !isJson(form.properties)) return []
  const required = isTexts(form.required) ? form.required : []
  return Object.entries(form.properties).map(([name, of]) => {
    const schema = isJson(of) ? of : {}
    return {
      name,
      title: textOf(schema.title),
      kind: kindOf(schema),
      required: required.includes(name),
      most: typeof schema.maxLength === 'number' ? schema.maxLength : null,
      choices: isTexts(schema.enum) ? schema.enum : [],
      schema,
    }
  })
}

/** What each kind is in JSON Schema; `special` stays as it was. */
function schemaOf({ title, kind, most, choices, schema }: FormField): Json {
  if (kind === 'special') return title === '' ? schema : { ...schema, title }
  const said = kindOf(schema) === kind ? schema : {}
  const { title: _, enum: __, maxLength: ___, format: ____, ...others } = said
  const titled = { ...others, ...(title === '' ? {} : { title }) }
  if (kind === 'number') return { ...titled, type: schema.type === 'integer' ? 'integer' : 'number' }
  if (kind === 'yesNo') return { ...titled, type: 'boolean' }
  if (kind === 'day') return { ...titled, type: 'string', format: 'date' }
  if (kind === 'choice') return { ...titled, type: 'string', enum: choices }
  const longest = most ?? (kind === 'longText' ? LONG_MOST : TEXT_MOST)
  return { ...titled, type: 'string', maxLength: longest }
}

/** The form of the fields; undefined without one. `before`: what else the form says stays. */
export function formOf(fields: readonly FormField[], before: unknown): Json | undefined {
  if (fields.length === 0) return undefined
  const { required: _, properties: __, ...others } = isJson(before) ? before : {}
  const required = fields.filter(field => field.required).map(({ name }) => name)
  return {
    ...others,
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(fields.map(field => [field.name, schemaOf(field)])),
  }
}

/** A kind of field chosen anew: what the other kind said goes. */
export const asKind = (field: FormField, kind: FieldKind): FormField => ({
  ...field,
  kind,
  most: kind === 'longText' ? LONG_MOST : kind === 'text' ? TEXT_MOST : null,
  choices: kind === 'choice' ? field.choices : [],
})

/** A new field, under the first name that is free. */
export function newField(fields: readonly FormField[]): FormField {
  const taken = new Set(fields.map(({ name }) => name))
  let no = fields.length + 1
  while (taken.has(`field${no}`)) no++
  return { name: `field${no}`, title: '', kind: 'text', required: false, most: TEXT_MOST, choices: [], schema: {} }
}
