import { expect, test } from 'vitest'
import { AUTHORS } from '../../../protocol/case/kinds.ts'
import { SAMPLES, sampleOf } from './trigger-samples.ts'

test('each kind but a submit and a purge has a sample', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(
    Object.keys(AUTHORS)
      .filter(kind => kind !== 'case.submit' && kind !== 'case.purge')
      .sort(),
  )
})

test('a form is filled in with what it requires, within bounds', () => {
  const form = {
    type: 'object',
    required: ['name', 'kind', 'day', 'count', 'sure', 'list', 'inner'],
    properties: {
      name: { type: 'string', minLength: 12 },
      kind: { enum: ['a', 'b'] },
      day: { type: 'string', format: 'date' },
      count: { type: 'integer', minimum: 3 },
      sure: { type: 'boolean' },
      list: { type: 'array', minItems: 2, items: { const: 1 } },
      inner: { type: 'object', required: ['x'], properties: { x: { default: 'y' } } },
      other: { type: 'string' },
    },
  }
  expect(sampleOf(form, '沙箱')).toEqual({
    name: '沙箱'.padEnd(12, '沙'),
    kind: 'a',
    day: '2000-01-01',
    count: 3,
    sure: true,
    list: [1, 1],
    inner: { x: 'y' },
  })
  expect(sampleOf({ type: 'array', minItems: 1e9, items: {} }, '')).toHaveLength(20)
})
