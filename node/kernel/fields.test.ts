import { expect, test } from 'vitest'
import * as z from 'zod'
import { fieldProblems } from './fields.ts'

test('a field of a few values that is not there is told with its values', () => {
  const schema = z.object({ procedure: z.enum(['hearing', 'publicity']), to: z.string() })
  const { error } = schema.safeParse({})
  if (error === undefined) throw new Error('parsed')
  expect(fieldProblems(error, {}).map(({ field, code, reason, reasonZh }) => [field, code, reason, reasonZh])).toEqual([
    ['procedure', 'required', 'must be there, one of: hearing, publicity', '必填，取值为：hearing, publicity'],
    ['to', 'required', 'must be there, of the type string', '必填，类型为文本'],
  ])
})
