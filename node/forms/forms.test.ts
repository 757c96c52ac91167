import { expect, test } from 'vitest'
import { createFormCheck } from './forms.ts'

const schema = {
  type: 'object',
  required: ['reason', 'phone'],
  properties: {
    reason: { type: 'string', minLength: 2, maxLength: 5 },
    phone: { type: 'string', pattern: '^1\\d{10}$' },
    name: { type: 'string', pattern: '^[\\u4e00-\\u9fa5·]{2,}$' },
    script: { type: 'string', pattern: '^\\p{Script=Han}+$' },
    born: { type: 'string', format: 'date' },
    kind: { enum: ['1', '2'] },
    years: { type: 'integer', minimum: 1 },
    list: { type: 'array', items: { type: 'object', required: ['a'], properties: { a: { type: 'string' } } } },
  },
  additionalProperties: false,
}

const check = createFormCheck()

test('what holds has no fault', () => {
  expect(
    check(schema, {
      ...{
        reason: '购房',
        phone: '13900000000',
        name: '陈小满',
        script: '陈',
        born: '1990-02-28',
        kind: '1',
        years: 3,
      },
      list: [{ a: 'x' }],
    }),
  ).toEqual([])
})

test('every fault is told with its path, in both languages, and never with the value', () => {
  const secret = '11010519491231002X'
  const faults = check(schema, {
    ...{ reason: secret, name: secret, script: secret, born: '1990-02-30', kind: secret, years: 0, other: secret },
    list: [{ a: 'x' }, {}],
  })
  expect(faults?.map(({ path }) => path).sort()).toEqual(
    ['', 'born', 'kind', 'list.1.a', 'name', 'phone', 'reason', 'script', 'years'].sort(),
  )
  expect(faults?.find(({ path }) => path === 'phone')).toEqual({
    ...{ path: 'phone', missing: true, reason: 'missing', reasonZh: '必填' },
  })
  expect(JSON.stringify(faults)).not.toContain(secret)
})

test.each([
  ['a type that there is not', { type: 'thing' }],
  ['a reference to the outside', { $ref: 'https://example.invalid/schema.json' }],
  ['a look-ahead, which takes more than linear time', { properties: { a: { type: 'string', pattern: '(?=a)b' } } }],
  ['a reference to itself without end', { $ref: '#' }],
])('a schema with %s cannot be used', (_, broken) => {
  expect(createFormCheck()(broken, { a: 'b' })).toBeNull()
})

test('a pattern that would take an engine with backtracking for ever is answered', () => {
  const evil = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
  expect(check(evil, { a: `${'a'.repeat(5000)}!` })).toHaveLength(1)
})
