/** What a schema finds wrong with a request, field by field, for programs that mark the fields. */
import type * as z from 'zod'
import type { FieldCode } from '../../protocol/field-codes.ts'
import { detailInChinese } from '../../protocol/messages/in-chinese.ts'
import type { FieldProblem, Problem } from '../../protocol/problem.ts'

type Issue = z.core.$ZodIssue
type Reason = { code: FieldCode; en: string; zh: string }

/** Fields that are told of one request. */
export const FIELDS_TOLD = 50
/** Faults that are looked at for them: what is said of a part stands beside what is said of its fields. */
const LOOKED_AT = 4 * FIELDS_TOLD
const PATH_CHARACTERS = 120
/** What can be the name of a field, and cannot be anything of a person that was put in its place. */
const FIELD_NAME = /^[A-Za-z][A-Za-z_-]{0,39}$/
/** Numbers below it are said again: no number of a person is as short. */
const SAID_BELOW = 10_000

/** Problems whose detail lists what is wrong with fields. */
const FROM_FIELDS: ReadonlySet<string> = new Set(['request.invalid', 'case.preflight', 'config.invalid'])

/** The first FIELDS_TOLD fields of `data` that are wrong. */
export function fieldProblems(error: z.ZodError, data: unknown): FieldProblem[] {
  const found = error.issues.slice(0, LOOKED_AT).flatMap(issue => toFieldProblems(issue, [], data))
  const missing = new Set(found.filter(({ code }) => code === 'required').map(({ path }) => path))
  // Of what is not there nothing more is said.
  return found.filter(({ path, code }) => code === 'required' || !missing.has(path)).slice(0, FIELDS_TOLD)
}

/** One field that is wrong for a reason of its own. */
export const fieldProblem = (
  field: string,
  reason: string,
  reasonZh: string,
  code: FieldCode = 'invalid',
): FieldProblem => ({
  field: field.slice(0, PATH_CHARACTERS).toWellFormed(),
  code,
  level: 'error',
  cure: 'caller',
  reason,
  reasonZh,
})

/** What is wrong with fields, in English: as many as are told. */
export const fieldsDetail = (errors: readonly Pick<FieldProblem, 'field' | 'reason'>[]): string =>
  errors.map(({ field, reason }) => `${field || '(top)'}: ${reason}`).join('; ')

/** The detail of a problem in Chinese; what is wrong with fields is told from the Chinese of their reasons. */
export const chineseDetail = (
  { code, detail }: Required<Problem>,
  errors: readonly Pick<FieldProblem, 'field' | 'reasonZh'>[],
): string =>
  FROM_FIELDS.has(code) && errors.length > 0
    ? errors.map(({ field, reasonZh }) => `${field === '' ? '请求' : field}：${reasonZh}`).join('；')
    : detailInChinese(detail)

/** RFC 6901: where something stands in JSON; empty for the whole. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path
    .map(name => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .slice(0, PATH_CHARACTERS)
    .toWellFormed()

/** The same of a field in words; what is missing in a list stands at the list. */
export function pointerOfField(field: string): string {
  const names = field === '' ? [] : field.split('.')
  const list = names.findIndex((name, index) => name === 'materials' && !/^\d*$/.test(names[index + 1] ?? ''))
  return pointerOf(list === -1 ? names : names.slice(0, list + 1))
}

/** What stands at a place of the data. */
export const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Record<PropertyKey, unknown>)[name]
        : undefined,
    data,
  )

/** What was given, where it can be nothing of a person. */
const saidAgain = (value: unknown): { value?: number | boolean } =>
  typeof value === 'boolean' || (typeof value === 'number' && Math.abs(value) < SAID_BELOW) ? { value } : {}

function toFieldProblems(issue: Issue, above: readonly PropertyKey[], data: unknown): FieldProblem[] {
  const path = [...above, ...issue.path]
  const at = (where: readonly PropertyKey[], { code, en, zh }: Reason): FieldProblem => ({
    ...fieldProblem(where.map(String).join('.'), en, zh, code),
    path: pointerOf(where),
    ...saidAgain(valueAt(data, where)),
  })
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && valueAt(data, path) !== undefined) {
    const values = issue.errors.flatMap(inner =>
      inner[0]?.code === 'invalid_value' && inner.length === 1 ? inner[0].values : [],
    )
    if (values.length === issue.errors.length) return [at(path, oneOf(values))]
    // What is nearest to one of the branches says most: it has the fewest faults, and lies deepest.
    const [nearest = []] = issue.errors.toSorted((a, b) => a.length - b.length || depthOf(b) - depthOf(a))
    return nearest.flatMap(inner => toFieldProblems(inner, path, data))
  }
  if (issue.code === 'unrecognized_keys') {
    // However many there are, no more are looked at than are told.
    const named = issue.keys
      .slice(0, LOOKED_AT)
      .filter(key => FIELD_NAME.test(key))
      .slice(0, FIELDS_TOLD - 1)
    const count = issue.keys.length - named.length
    const unknown = named.map(key =>
      at([...path, key], { code: 'unknown', en: 'not a field that this takes', zh: '没有这个字段' }),
    )
    const rest: Reason = { code: 'unknown', en: `unknown field, ${count} in all`, zh: `未知字段，共 ${count} 个` }
    return count === 0 ? unknown : [...unknown, at(path, rest)]
  }
  return [at(path, reasonOf(issue, valueAt(data, path)))]
}

const depthOf = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length))

const UNITS: Record<string, [en: string, zh: string]> = {
  string: [' characters', '个字符'],
  array: [' entries', '项'],
  set: [' entries', '项'],
  file: [' bytes', '字节'],
}

const TYPES: Record<string, string> = {
  string: '文本',
  number: '数字',
  int: '整数',
  boolean: 'true 或 false',
  array: '列表',
  object: '一组字段',
  record: '一组字段',
}

function oneOf(values: readonly unknown[]): Reason {
  const listed = values.map(String).join(', ').slice(0, 300)
  return { code: 'value', en: `one of: ${listed}`, zh: `取值为：${listed}` }
}

const MISSING: Reason = { code: 'required', en: 'must be there', zh: '必填' }

function reasonOf(issue: Issue, given: unknown): Reason {
  const [en, zh] = ('origin' in issue ? UNITS[issue.origin] : undefined) ?? ['', '']
  if (given === undefined && issue.code === 'invalid_union') return MISSING
  if (given === undefined && issue.code === 'invalid_value') {
    const { en, zh } = oneOf(issue.values)
    return { code: MISSING.code, en: `${MISSING.en}, ${en}`, zh: `${MISSING.zh}，${zh}` }
  }
  switch (issue.code) {
    case 'invalid_type': {
      const { expected } = issue
      // Of which type it would be is nothing to who has yet to fill it in, and stands in the description of the API.
      return given === undefined
        ? MISSING
        : { code: 'type', en: `must be of the type ${expected}`, zh: `类型应为${TYPES[expected] ?? ` ${expected}`}` }
    }
    case 'too_big':
      return { code: 'too-large', en: `at most ${issue.maximum}${en}`, zh: `最多 ${issue.maximum}${zh}` }
    case 'too_small':
      // Nothing typed into a field is nothing there.
      return given === ''
        ? MISSING
        : { code: 'too-small', en: `at least ${issue.minimum}${en}`, zh: `最少 ${issue.minimum}${zh}` }
    case 'invalid_format': {
      const form = issue.format === 'regex' && issue.pattern !== undefined ? issue.pattern : issue.format
      return {
        code: 'format',
        en: `not of the form that the API describes: ${form}`,
        zh: `格式不符合接口说明：${form}`,
      }
    }
    case 'invalid_value':
      return oneOf(issue.values)
    case 'not_multiple_of':
      return { code: 'value', en: `a multiple of ${issue.divisor}`, zh: `应为 ${issue.divisor} 的倍数` }
    case 'custom': {
      const why = typeof issue.params?.why === 'string' ? issue.params.why : null
      return {
        code: 'invalid',
        en: why ?? 'not as the API describes',
        zh: why === null ? '不符合接口说明' : detailInChinese(why),
      }
    }
    default:
      return { code: 'invalid', en: 'not as the API describes', zh: '不符合接口说明' }
  }
}
