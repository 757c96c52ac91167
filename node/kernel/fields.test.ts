import { expect, test } from 'vitest'
import * as z from 'zod'
import { FIELDS_TOLD, fieldProblems } from './fields.ts'

test('a field of a few values that is not there is told with its values', () => {
  const schema = z.object({ procedure: z.enum(['hearing', 'publicity']), to: z.string() })
  const { error } = schema.safeParse({})
  if (error === undefined) throw new Error('parsed')
  expect(fieldProblems(error, {}).map(({ field, code, reason, reasonZh }) => [field, code, reason, reasonZh])).toEqual([
    ['procedure', 'required', 'must be there, one of: hearing, publicity', '必填，取值为：hearing, publicity'],
    ['to', 'required', 'must be there', '必填'],
  ])
})

test('a text that is not of its form is told with the form', () => {
  const { error } = z.object({ to: z.string().regex(/^\d{6}$/) }).safeParse({ to: '十堰' })
  if (error === undefined) throw new Error('parsed')
  const [found] = fieldProblems(error, { to: '十堰' })
  expect([found?.code, found?.reasonZh]).toEqual(['format', '格式不符合接口说明：/^\\d{6}$/'])
})

test(`of fields that are unknown ${FIELDS_TOLD} are told, and how many there are besides, however many they are`, () => {
  const told = (count: number) => {
    const name = (n: number) => `f${n}`.replaceAll(/\d/g, digit => 'abcdefghij'[Number(digit)] ?? '')
    const data = Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), 1]))
    const { error } = z.strictObject({}).safeParse(data)
    if (error === undefined) throw new Error('parsed')
    return fieldProblems(error, data)
  }
  expect(told(FIELDS_TOLD - 1).map(({ field }) => field)).not.toContain('')
  for (const count of [FIELDS_TOLD, FIELDS_TOLD + 1, 20_000]) {
    const found = told(count)
    expect(found).toHaveLength(FIELDS_TOLD)
    expect(found.at(-1)).toMatchObject({
      field: '',
      code: 'unknown',
      reason: `unknown field, ${count - FIELDS_TOLD + 1} in all`,
    })
  }
})
