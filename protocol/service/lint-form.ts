/** Lint rules of an item's form (申请表): a JSON Schema that any counter can show and check offline, and what leaves the city. */
import { soundForm } from './form.ts'
import type { ServiceItem } from './item.ts'
import { type Rule, when } from './lint-rule.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const propertiesOf = (schema: Json): Json => (isObject(schema.properties) ? schema.properties : {})
const typesOf = (schema: Json): unknown[] => (Array.isArray(schema.type) ? schema.type : [schema.type])
const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'])
const hasOwn = (object: Json, key: string): boolean => Object.hasOwn(object, key)

/** Applicant and agent fields of `case.submit` that `sharedFields` may name. */
const PARTY = /^(applicant|agent)\.(type|name|idType|idNumber|phone|address|legalRepresentative|authorisation)$/

/** Every subschema of fields, with its path: properties, items, and those under combinations. */
function* fields(schema: Json, path: string): Generator<[string, Json]> {
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const at = `${path}.properties.${name}`
    if (!isObject(property)) continue
    yield [at, property]
    yield* fields(property, at)
  }
  if (isObject(schema.items)) {
    yield [`${path}.items`, schema.items]
    yield* fields(schema.items, `${path}.items`)
  }
}

/** Every `$ref`, with its path. */
function* refs(value: unknown, path: string): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, entry] of Object.entries(value)) {
    if (key === '$ref' || key === '$dynamicRef') yield [`${path}.${key}`, entry]
    else yield* refs(entry, `${path}.${key}`)
  }
}

/** Whether a reference inside the document points at something in it. */
function resolves(form: Json, ref: unknown): boolean {
  if (typeof ref !== 'string' || !ref.startsWith('#')) return false
  if (ref === '#') return true
  if (!ref.startsWith('#/')) return false
  let at: unknown = form
  for (const part of ref.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Json)[key]
  }
  return isObject(at) || typeof at === 'boolean'
}

const withForm =
  (check: (form: Json, item: ServiceItem) => Iterable<string>): Rule['check'] =>
  item =>
    item.form === undefined ? [] : check(item.form, item)

/** Look-around and back-references: no engine checks them in linear time, so counters do not (RE2 syntax). */
const UNBOUNDED = /\(\?<?[=!]|\\(?:[1-9]|k<)/

const unrunnable = (pattern: unknown): boolean => {
  if (typeof pattern !== 'string') return pattern !== undefined
  if (UNBOUNDED.test(pattern)) return true
  try {
    new RegExp(pattern, 'u')
    return false
  } catch {
    return true
  }
}

export const FORM_RULES: readonly Rule[] = [
  {
    rule: 'form.object',
    level: 'error',
    zh: '申请表的 JSON Schema 必须是 type 为 object 且至少有一个字段的模式',
    en: 'The form is a JSON Schema of type object with at least one property',
    check: withForm(form => when(form.type !== 'object' || Object.keys(propertiesOf(form)).length === 0, 'form')),
  },
  {
    rule: 'form.types',
    level: 'error',
    zh: '申请表字段的 type 不是 JSON Schema 的类型',
    en: 'A property has a type that JSON Schema does not know',
    check: withForm(function* (form) {
      for (const [path, schema] of fields(form, 'form'))
        if (hasOwn(schema, 'type') && !typesOf(schema).every(type => typeof type === 'string' && TYPES.has(type)))
          yield `${path}.type`
    }),
  },
  {
    rule: 'form.required',
    level: 'error',
    zh: '申请表的必填字段没有定义',
    en: 'A required property is not defined',
    check: withForm(function* (form) {
      for (const [path, schema] of [['form', form] as [string, Json], ...fields(form, 'form')])
        if (hasOwn(schema, 'required')) {
          const { required } = schema
          const known = propertiesOf(schema)
          if (!Array.isArray(required) || required.some(name => typeof name !== 'string' || !hasOwn(known, name)))
            yield `${path}.required`
        }
    }),
  },
  {
    rule: 'form.reference',
    level: 'error',
    zh: '申请表只能引用自身内部的定义：窗口可能离线，且不向外部请求',
    en: 'A form refers to its own definitions alone: counters work offline',
    check: withForm(function* (form) {
      for (const [path, ref] of refs(form, 'form')) if (!resolves(form, ref)) yield path
    }),
  },
  {
    rule: 'form.bounds',
    level: 'error',
    zh: '申请表过大：子模式、正则表达式展开步数超限，或引用的不是自身子模式，任何城市都无法校验',
    en: 'The form is beyond what any city checks: subschemas, steps of a pattern, references',
    check: withForm(form => {
      const local = [...refs(form, 'form')].every(([, ref]) => resolves(form, ref))
      return when(local && !soundForm(form).ok, 'form')
    }),
  },
  {
    rule: 'form.pattern',
    level: 'error',
    zh: '申请表字段的正则表达式无效，或使用了环视、反向引用（各窗口按线性时间校验）',
    en: 'The pattern of a property is no regular expression, or looks around or back: counters check in linear time',
    check: withForm(function* (form) {
      for (const [path, schema] of fields(form, 'form')) if (unrunnable(schema.pattern)) yield `${path}.pattern`
    }),
  },
  {
    rule: 'form.choices',
    level: 'error',
    zh: '申请表字段的可选值为空或重复',
    en: 'The choices of a property are empty or repeat',
    check: withForm(function* (form) {
      for (const [path, schema] of fields(form, 'form')) {
        if (!hasOwn(schema, 'enum')) continue
        const choices = schema.enum
        if (
          !Array.isArray(choices) ||
          choices.length === 0 ||
          new Set(choices.map(choice => JSON.stringify(choice))).size !== choices.length
        )
          yield `${path}.enum`
      }
    }),
  },
  {
    rule: 'form.title',
    level: 'warning',
    zh: '申请表字段没有中文标题，窗口只能看到字段名',
    en: 'A property has no title: the counter sees its name alone',
    check: withForm(function* (form) {
      for (const [path, schema] of fields(form, 'form'))
        if (!path.endsWith('.items') && (typeof schema.title !== 'string' || schema.title.trim() === '')) yield path
    }),
  },
  {
    rule: 'form.length',
    level: 'warning',
    zh: '文本字段未限制长度',
    en: 'A text has no largest length',
    check: withForm(function* (form) {
      for (const [path, schema] of fields(form, 'form'))
        if (
          schema.type === 'string' &&
          !['maxLength', 'enum', 'const', 'format', 'pattern'].some(key => hasOwn(schema, key))
        )
          yield path
    }),
  },
  {
    rule: 'form.ui',
    level: 'error',
    zh: '界面提示指向申请表中不存在的字段',
    en: 'A UI hint is for a property that the form does not have',
    check: ({ form, formUi }) =>
      formUi === undefined
        ? []
        : form === undefined
          ? ['formUi']
          : Object.keys(formUi)
              .filter(name => !name.startsWith('ui:') && !hasOwn(propertiesOf(form), name))
              .map(name => `formUi.${name}`),
  },
  {
    rule: 'shared.unknown',
    level: 'error',
    zh: '共享字段既不是申请表字段，也不是申请人信息',
    en: 'A shared field is neither a property of the form nor a field of the applicant',
    check: ({ sharedFields, form }) =>
      (sharedFields ?? []).flatMap((name, index) =>
        PARTY.test(name) || (form !== undefined && hasOwn(propertiesOf(form), name)) ? [] : [`sharedFields.${index}`],
      ),
  },
  {
    rule: 'shared.required',
    level: 'warning',
    zh: '必填字段未列入共享字段：对方将收不到',
    en: 'A required property is not shared: the other city would not get it',
    check: ({ sharedFields, form }) =>
      sharedFields === undefined || form === undefined || !Array.isArray(form.required)
        ? []
        : when(
            form.required.some(name => typeof name === 'string' && !sharedFields.includes(name)),
            'sharedFields',
          ),
  },
  {
    rule: 'consent.missing',
    level: 'warning',
    zh: '未填写告知书：个人信息提供给其他城市前应告知（个人信息保护法 第三十五条）',
    en: 'No consent text: the applicant is told before personal information goes to another city (PIPL article 35)',
    check: ({ consent }) => when(consent === undefined, 'consent'),
  },
]
