import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CheckForm } from '../../../../protocol/case/preflight.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { patternSteps, soundForm } from '../../../../protocol/service/form.ts'
import { createHandClock } from '../../../../test/support/http.ts'
import { processorTime } from '../../../../test/support/processor-time.ts'
import { createForms, FORM_CHECK_LIMITS } from './forms.ts'

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

type Form = Record<string, unknown>
const clock = createHandClock(Date.parse('2026-11-23T00:00:00Z'))
let forms: ReturnType<typeof createForms>
const check: CheckForm = (form, data) => forms.check(form, data)
beforeEach(() => {
  forms = createForms({ clock })
})
afterEach(() => forms.stop())

test('what holds has no fault', () => {
  expect(
    check(schema, {
      reason: '购房',
      phone: '13900000000',
      name: '陈小满',
      script: '陈',
      born: '1990-02-28',
      kind: '1',
      years: 3,
      list: [{ a: 'x' }],
    }),
  ).toEqual([])
})

test('every fault is told with its path, in both languages, and never with the value', () => {
  const secret = '11010519491231002X'
  const faults = check(schema, {
    reason: secret,
    name: secret,
    script: secret,
    born: '1990-02-30',
    kind: secret,
    years: 0,
    other: secret,
    list: [{ a: 'x' }, {}],
  })
  expect(faults?.map(({ path }) => path).sort()).toEqual(
    ['', 'born', 'kind', 'list.1.a', 'name', 'phone', 'reason', 'script', 'years'].sort(),
  )
  expect(faults?.find(({ path }) => path === 'phone')).toEqual({
    path: 'phone',
    missing: true,
    code: 'required',
    reason: 'missing',
    reasonZh: '必填',
  })
  expect(JSON.stringify(faults)).not.toContain(secret)
})

test.each([
  ['a type that there is not', { type: 'thing' }],
  ['a reference to the outside', { $ref: 'https://example.invalid/schema.json' }],
  ['a look-ahead, which takes more than linear time', { properties: { a: { type: 'string', pattern: '(?=a)b' } } }],
  ['a reference to itself without end', { $ref: '#' }],
  ['a reference to what is no subschema', { $ref: '#/examples/0', examples: [{ type: 'string' }] }],
  ['an identifier within', { properties: { a: { $id: 'https://json-schema.org/draft/2020-12/schema' } } }],
])('a schema with %s cannot be used', (_, broken) => {
  expect(check(broken, { a: 'b' })).toBeNull()
})

test('a pattern that would take an engine with backtracking for ever is answered', () => {
  const evil = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
  expect(check(evil, { a: `${'a'.repeat(5000)}!` })).toHaveLength(1)
})

/** Each subschema refers twice to the next: 2^levels ways through it. */
function doubling(levels: number, twice: (next: Form) => Form, leaf: Form = { type: 'object' }): Form {
  const at = (level: number) => `d${level}`
  const $defs = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => [at(level), twice({ $ref: `#/$defs/${at(level + 1)}` })]),
  )
  return { $defs: { ...$defs, [at(levels)]: leaf }, $ref: `#/$defs/${at(0)}` }
}
/** As a name it would make a promise of the object. */
const THEN = 'then'
const long = 'a'.repeat(100_000)
/** Objects in objects, `levels` deep. */
const nested = (levels: number): Form => (levels === 0 ? {} : { a: nested(levels - 1), b: nested(0) })
const many = (count: number, make: (no: number) => unknown) => Array.from({ length: count }, (_, no) => make(no))
const named = (count: number, make: (no: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, no) => [`p${no}`, make(no)]))

const HOSTILE: [string, Form, Form][] = [
  ...[17, 40].flatMap((levels): [string, Form, Form][] => [
    [`oneOf, ${levels} deep`, doubling(levels, next => ({ oneOf: [next, next] })), {}],
    [`anyOf, ${levels} deep`, doubling(levels, next => ({ anyOf: [{ not: next }, next] })), {}],
    [`allOf, ${levels} deep`, doubling(levels, next => ({ allOf: [next, next] })), {}],
    [
      `not, ${levels} deep`,
      doubling(levels, next => ({ allOf: [{ not: next }, { not: next }] }), { type: 'null' }),
      {},
    ],
    [`if, ${levels} deep`, doubling(levels, next => ({ if: next, else: next, [THEN]: next })), {}],
    [
      `dependentSchemas, ${levels} deep`,
      doubling(levels, next => ({ dependentSchemas: { a: next, b: next } })),
      { a: 1, b: 1 },
    ],
    [
      `a leaf that fails at once, ${levels} deep`,
      doubling(levels, next => ({ oneOf: [next, next] }), { type: 'string' }),
      {},
    ],
    [
      `properties, ${levels} deep`,
      doubling(levels, next => ({ allOf: [{ properties: { a: next } }, { properties: { a: next } }] })),
      nested(levels),
    ],
  ]),
  [
    'dynamic references',
    {
      $defs: named(30, no => ({ $dynamicAnchor: `a${no}`, oneOf: many(2, () => ({ $dynamicRef: `#a${no + 1}` })) })),
      properties: { a: { $dynamicAnchor: 'a30', type: 'object' } },
      $dynamicRef: '#a0',
    },
    {},
  ],
  ['a pattern of many steps', { properties: { a: { pattern: '(.*){1000}$' } } }, { a: long }],
  ['a pattern of many steps in groups', { properties: { a: { pattern: '((.*){30}x?){30}$' } } }, { a: long }],
  ['many patterns', { patternProperties: named(5000, () => true) }, named(500, () => 1)],
  [
    'patterns over many names',
    { patternProperties: Object.fromEntries(many(900, no => [`(x*y*)*z${no}`, true]) as never) },
    named(5000, () => 1),
  ],
  ['many branches', { anyOf: many(5000, no => ({ required: [`p${no}`] })) }, {}],
  ['as many branches as there may be', { oneOf: many(900, no => ({ not: { required: [`p${no}`] } })) }, {}],
  [
    'large entries that are to differ',
    { properties: { a: { uniqueItems: true } } },
    { a: many(5000, no => ({ ...named(9, () => 1), no })) },
  ],
  [
    'lists in lists that are to differ',
    { $defs: { l: { uniqueItems: true, items: { $ref: '#/$defs/l' } } }, properties: { a: { $ref: '#/$defs/l' } } },
    { a: many(40, no => many(400, entry => [no, entry])) },
  ],
  ['contains over contains', doubling(20, next => ({ contains: next, items: next }), { const: 1 }), { a: 1 }],
  ['many faults', { additionalProperties: { allOf: many(100, () => ({ type: 'string' })) } }, named(5000, () => 1)],
]

describe('a form that was made to hurt', () => {
  test.each(HOSTILE)('%s: is answered, and costs no more than its steps', async (_, form, data) => {
    await check(schema, {})
    for (const way of [async () => check(form, data), () => forms.checkForeign(form, data)]) {
      const told: Awaited<ReturnType<typeof way>>[] = []
      // Some seconds to hours before.
      expect(await processorTime(async () => told.push(await way()))).toBeLessThan(4000)
      for (const result of told) expect(result === null || result.length <= 50).toBe(true)
    }
  })

  test('does not hold up what else the node does', async () => {
    const form = { oneOf: many(330, no => ({ properties: { [`p${no}`]: { type: 'object', required: [`q${no}`] } } })) }
    let turns = 0
    let over = false
    const turn = () => {
      turns++
      if (!over) setImmediate(turn)
    }
    setImmediate(turn)
    expect(await forms.checkForeign(form, {})).toHaveLength(1)
    over = true
    expect(turns).toBeGreaterThan(20)
  })

  test('but not to hurt is compiled once, be it large', async () => {
    const form = { anyOf: many(900, no => ({ required: [`p${no}`] })) }
    const took: number[] = []
    for (let time = 0; time < 5; time++) {
      took.push(await processorTime(async () => expect(await forms.checkForeign(form, { p1: 1 })).toEqual([])))
    }
    expect(Math.min(...took.slice(1)) * 5).toBeLessThan(took[0] ?? 0)
  })

  test('that takes too long is ended, told, and not tried again for a while', async () => {
    const form = { anyOf: many(900, no => ({ required: [`p${no}`] })) }
    const first = forms.checkForeign(form, {})
    const second = forms.checkForeign({ ...form, title: 'another' }, { p1: 1 })
    // The thread has no turn in which it could be told to have answered.
    while (clock.next() === Number.POSITIVE_INFINITY) await null
    clock.advance(FORM_CHECK_LIMITS.patience)
    expect(await first).toBeNull()
    expect(await second).toEqual([])
    expect(await forms.checkForeign(form, { p1: 1 })).toBeNull()
    clock.advance(FORM_CHECK_LIMITS.remembered)
    expect(await forms.checkForeign(form, { p1: 1 })).toEqual([])
  })
})

describe('limits', () => {
  const subschemas = (count: number): Form => ({ properties: named(count - 1, () => ({ type: 'string' })) })
  const steps = (count: number): Form => ({ properties: { a: { pattern: `a{${count - 1}}b` } } })

  test('of subschemas', () => {
    expect(soundForm(subschemas(LIMITS.formSubschemas))).toMatchObject({ ok: true, subschemas: LIMITS.formSubschemas })
    expect(soundForm(subschemas(LIMITS.formSubschemas + 1))).toMatchObject({ ok: false })
  })

  test('of the steps of a pattern', () => {
    expect(soundForm(steps(LIMITS.formPatternSteps)).ok).toBe(true)
    expect(soundForm(steps(LIMITS.formPatternSteps + 1)).ok).toBe(false)
  })

  test.each([
    ['abc', 3],
    ['^1\\d{10}$', 13],
    ['(a|b)*', 4],
    ['[^\\]a-z]{2,20}', 20],
    ['(ab{3}){5}', 25],
    ['a{3,}', 4],
    ['\\p{Script=Han}+', 1],
    ['((a{100}){100}){10}', 101_010],
    ['a{', 2],
    [')(', 2],
  ])('%s has %i steps', (pattern, expected) => {
    expect(patternSteps(pattern)).toBe(expected)
  })

  test('of the steps of a check', () => {
    // One for the form, one for each entry, and its length by ten.
    const lists = { properties: { a: { type: 'array', items: { type: 'integer' } } } }
    const entries = (count: number) => check(lists, { a: many(count, no => no) })
    expect(entries(Math.floor(LIMITS.formWork / 1.1) - 10)).toEqual([])
    expect(entries(LIMITS.formWork)).toBeNull()
  })

  test('of the checks that wait', async () => {
    const form = (no: number) => ({ ...subschemas(FORM_CHECK_LIMITS.onTheSpot + 1), title: `${no}` })
    const all = many(FORM_CHECK_LIMITS.waiting + 1, no => forms.checkForeign(form(no), {})) as Promise<unknown>[]
    const settled = await Promise.allSettled(all)
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(settled.at(-1)).toMatchObject({ reason: { problem: { code: 'request.rate' } } })
  })
})
