import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../protocol/primitives.ts'
import { fc } from '../../test/support/properties.ts'
import { directOf, LEFT } from './direct.ts'

const direct = (expression: string) => directOf(jsonata(expression).ast() as never)

const EXPRESSIONS = [
  'a',
  'a.b',
  'a.b.c',
  '`a`.b',
  "'x'",
  '7',
  'true',
  'null',
  "a = 'x'",
  "a.b != 'x'",
  'a = b',
  'a.b = null',
  "a = 'x' ? 'done'",
  "a = 'x' ? 'done' : b = 7 ? a.b : 'refused'",
  "a != 'x' ? b : a = b",
  'a = (b.c) ? 1 : 2',
]

describe('what is found at once', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'constructor')
  const leaf = fc.constantFrom<JsonValue>('x', '', 'done', 7, 0, true, false, null)
  const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.dictionary(names, tie('value')), fc.array(tie('value'))),
  }))

  test.each(EXPRESSIONS)('%s: as JSONata finds it, or left to it', async expression => {
    const asked = jsonata(expression)
    const told = direct(expression)
    await fc.assert(
      fc.asyncProperty(value, async input => {
        const found = told?.(input)
        if (found === LEFT || told === null) return
        expect(await asked.evaluate(input)).toEqual(found)
      }),
      { numRuns: 200 },
    )
  })

  test('nothing is left where a path leads through objects to a value', () => {
    const input = { code: '0', body: { item: { code: 'I-1' } } }
    expect(direct('body.item.code')?.(input)).toBe('I-1')
    expect(direct("code = '0' ? 'done' : $exists(code) ? 'refused'")?.(input)).toBe('done')
    expect(direct('body.none.code')?.(input)).toBeUndefined()
  })

  test.each([
    '$',
    '$exists(a)',
    'a[0]',
    'a[]',
    'a.*',
    'a & b',
    'a.(b)',
    '[a]',
    '{ "x": a }',
    'a^(b)',
    'a#$i',
    'a@$x',
    "a = 'x' and b",
    '-a',
    'a > 1',
  ])('%s is left to JSONata', expression => {
    const told = direct(expression)
    expect(told === null || told({ a: { b: 1 }, b: 1 }) === LEFT).toBe(true)
  })

  test('a list anywhere on the way is left to JSONata', () => {
    expect(direct('a.b')?.({ a: [{ b: 1 }] })).toBe(LEFT)
    expect(direct('a')?.({ a: [1] })).toBe(LEFT)
    expect(direct('a')?.([{ a: 1 }])).toBe(LEFT)
    expect(direct('a')?.({ a: { b: 1 } })).toBe(LEFT)
  })
})
