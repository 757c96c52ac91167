import { describe, expect, test } from 'vitest'
import { withSet } from './steps.ts'

const SCHEMA = {
  properties: {
    note: { type: 'string' },
    level: { type: 'integer' },
    materials: { type: 'array', items: { type: 'string' } },
    items: { type: 'array', items: { type: 'object' } },
    waybill: { type: 'object', properties: { number: { type: 'string' } } },
  },
}

describe('--set', () => {
  test.each([
    ['note=a,b=c', { note: 'a,b=c' }],
    ['waybill.number=1180000000011', { waybill: { number: '1180000000011' } }],
    ['level=5', { level: 5 }],
    ['materials=M03', { materials: ['M03'] }],
    ['materials=M03, M04，M05、M06', { materials: ['M03', 'M04', 'M05', 'M06'] }],
    ['materials=["a,b"]', { materials: ['a,b'] }],
    ['materials=', { materials: [] }],
    ['items=[{"name":"户口簿"}]', { items: [{ name: '户口簿' }] }],
  ])('%s is what its schema says', (flag, body) => {
    expect(withSet({}, [flag], SCHEMA)).toEqual(body)
  })

  test('is refused where it is no field, or not what a list of things takes', () => {
    for (const flag of ['=1', 'items=户口簿', 'level=x'])
      expect(() => withSet({}, [flag], SCHEMA)).toThrow(/--set .*(FIELD=VALUE expected|not JSON)/)
  })
})
