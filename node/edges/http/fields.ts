/** What a schema finds wrong with a request, field by field, for programs that mark the fields. */
import type * as z from 'zod'
import type { FieldProblem } from '../../../protocol/problem.ts'

type Issue = z.core.$ZodIssue

/** Fields that are told of one request. */
export const FIELDS_TOLD = 50
const PATH_CHARACTERS = 120
/** What can be the name of a field, and cannot be anything of a person that was put in its place. */
const FIELD_NAME = /^[A-Za-z][A-Za-z_-]{0,39}$/

/** The first FIELDS_TOLD fields that are wrong, without their values. */
export const fieldProblems = (error: z.ZodError): FieldProblem[] =>
  error.issues.flatMap(issue => toFieldProblems(issue, [])).slice(0, FIELDS_TOLD)

/** One field that is wrong for a reason of its own. */
export const fieldProblem = (field: string, reason: string, reasonZh: string): FieldProblem => ({
  field: field.slice(0, PATH_CHARACTERS).toWellFormed(),
  level: 'error',
  cure: 'caller',
  reason,
  reasonZh,
})

function toFieldProblems(issue: Issue, above: readonly PropertyKey[]): FieldProblem[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // What is nearest to one of the branches says most: it has the fewest faults, and lies deepest.
    const [nearest = []] = issue.errors.toSorted((a, b) => a.length - b.length || depthOf(b) - depthOf(a))
    return nearest.flatMap(inner => toFieldProblems(inner, path))
  }
  if (issue.code === 'unrecognized_keys') {
    const named = issue.keys.filter(key => FIELD_NAME.test(key))
    const count = issue.keys.length - named.length
    const unknown = named.map(key =>
      fieldProblem(pathOf([...path, key]), 'not a field that this takes', '没有这个字段'),
    )
    const rest = `unknown field, ${count} in all`
    return count === 0 ? unknown : [...unknown, fieldProblem(pathOf(path), rest, `未知字段，共 ${count} 个`)]
  }
  return [fieldProblem(pathOf(path), ...reasonOf(issue))]
}

const depthOf = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length))
const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join('.')

const UNITS: Record<string, [en: string, zh: string]> = {
  string: [' characters', '个字符'],
  array: [' entries', '项'],
  set: [' entries', '项'],
  file: [' bytes', '字节'],
}

function reasonOf(issue: Issue): [en: string, zh: string] {
  const [en, zh] = ('origin' in issue ? UNITS[issue.origin] : undefined) ?? ['', '']
  switch (issue.code) {
    case 'invalid_type':
      return [`must be there, of the type ${issue.expected}`, `必填，类型为 ${issue.expected}`]
    case 'too_big':
      return [`at most ${issue.maximum}${en}`, `最多 ${issue.maximum}${zh}`]
    case 'too_small':
      return [`at least ${issue.minimum}${en}`, `至少 ${issue.minimum}${zh}`]
    case 'invalid_format':
      return [`not of the form that the API describes: ${issue.format}`, `格式不符合接口说明：${issue.format}`]
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ').slice(0, 300)
      return [`one of: ${values}`, `取值为：${values}`]
    }
    case 'not_multiple_of':
      return [`a multiple of ${issue.divisor}`, `应为 ${issue.divisor} 的倍数`]
    case 'custom': {
      const why = typeof issue.params?.why === 'string' ? issue.params.why : 'not as the API describes'
      return [why, why === 'not as the API describes' ? '不符合接口说明' : why]
    }
    default:
      return ['not as the API describes', '不符合接口说明']
  }
}
