import { describe, expect, test, vi } from 'vitest'
import { unwritable } from '../../protocol/json-text.ts'
import { processorTime } from '../../test/support/processor-time.ts'
import { fc } from '../../test/support/properties.ts'
import {
  compileMapping,
  compileTemplate,
  MAPPING_LIMITS,
  type Mapping,
  type MappingFunctions,
  MappingRefusal,
  mappingInput,
  type Template,
} from './mapping.ts'

const CANARY = '42030019900307123X'

function compile(expression: string, functions?: MappingFunctions, variables?: string[]): Mapping {
  const compiled = compileMapping('here', expression, functions, variables)
  if (!compiled.ok) throw new Error(compiled.problem.detail)
  return compiled.mapping
}

function input(value: unknown) {
  const made = mappingInput('input', value)
  if (!made.ok) throw new Error(made.problem.detail)
  return made.input
}

const evaluate = (expression: string, value: unknown = {}) => compile(expression).evaluate(input(value))

describe('mapping', () => {
  test('maps, and gives undefined for what is not there', async () => {
    expect(await evaluate('body.applicant.name', { body: { applicant: { name: '欧阳𠮷' } } })).toEqual({
      ok: true,
      value: '欧阳𠮷',
    })
    expect(await evaluate('body.applicant.phone', { body: {} })).toEqual({ ok: true, value: undefined })
  })

  test('one compiled mapping serves many inputs at once', async () => {
    const mapping = compile('$sum(n) & "-" & $id', {}, ['id'])
    const results = await Promise.all([1, 2, 3].map(n => mapping.evaluate(input({ n: [n, n] }), { id: `case ${n}` })))
    expect(results.map(result => result.ok && result.value)).toEqual(['2-case 1', '4-case 2', '6-case 3'])
  })

  test.each(['$sesion', 'a & $stpes.one', '$twice(a)', '$map(a, $twice)', '($x := 1; $y)', 'a.($b)'])(
    'a variable or function that is nowhere to be found is told at the start: %s',
    expression => {
      expect(compileMapping('here', expression, {}, ['session', 'steps'])).toMatchObject({
        ok: false,
        problem: { code: 'config.invalid', detail: expect.stringMatching(/^here: there is no \$\w+ here$/) },
      })
    },
  )

  test.each([
    '$session & $steps.one',
    '($x := 1; $f := function($a, $b) { $a + $b }; $f($x, 2))',
    'a@$v#$i.{ "v": $v, "i": $i }',
    'a ~> $map(function($e) { $e.b }) ~> $join(",")',
    '$$.a & $.b',
    'a#$n[$n < 2]',
    'a ~> | b | { "c": 1 } |',
  ])('what is bound, given or built in is known: %s', expression => {
    expect(compileMapping('here', expression, {}, ['session', 'steps'])).toMatchObject({ ok: true })
  })

  test('tells what it asks for, and what its calls name', () => {
    const mapping = compile(
      '$f("one", a) & $f("two") & $f(b) & $session',
      { f: { signature: '<xx?:s>', call: () => '' } },
      ['session'],
    )
    expect([mapping.asks('session'), mapping.asks('f'), mapping.asks('steps')]).toEqual([true, true, false])
    expect(mapping.named('f').map(({ text }) => text)).toEqual(['one', 'two'])
  })

  test.each(['a[0', '$x :=', '"open', ''])('names place and position of a wrong expression: %s', expression => {
    expect(compileMapping('register.body', expression)).toMatchObject({
      ok: false,
      problem: { code: 'config.invalid', detail: expect.stringMatching(/^register\.body: JSONata S\d{4}/) },
    })
  })

  test.each(['eval', 'now', 'millis', 'random', 'shuffle'])('refuses $%s, also when it is only passed on', name => {
    for (const expression of [`$${name}()`, `($f := $${name}; $f())`, `a[$map(b, $${name})]`]) {
      expect(compileMapping('here', expression)).toMatchObject({
        ok: false,
        problem: { code: 'config.invalid', detail: `here: $${name} is not available in a mapping` },
      })
    }
  })

  test('an error names the place, never the data', async () => {
    for (const expression of [
      '$number(id)',
      '$toMillis(id)',
      'id + 1',
      '$ & id ~> $number',
      '$error(id)',
      '$assert(false, id)',
    ]) {
      const result = await compileMapping('register.body.id', expression)
      if (!result.ok) throw new Error(expression)
      const mapped = await result.mapping.evaluate(input({ id: CANARY }))
      expect(mapped).toMatchObject({ ok: false, problem: { code: 'adapter.mapping' } })
      expect(JSON.stringify(mapped)).toMatch(/register\.body\.id: /)
      expect(JSON.stringify(mapped)).not.toContain(CANARY)
    }
  })

  test('a function that fails in an unforeseen way tells nothing of the data either', async () => {
    const broken = compile('$broken(id)', {
      broken: {
        signature: '<s:s>',
        call: (id: string) => {
          throw Object.assign(new Error(`no ${id}`), { code: id })
        },
      },
      known: { signature: '<:s>', call: () => 'x' },
    })
    const mapped = await broken.evaluate(input({ id: CANARY }))
    expect(mapped).toMatchObject({ ok: false, problem: { detail: 'here: JSONata failed at position 8' } })
    const refusing = compile('$refuse()', {
      refuse: {
        signature: '<:s>',
        call: () => {
          throw new MappingRefusal('known reason')
        },
      },
    })
    expect(await refusing.evaluate(input({}))).toMatchObject({ problem: { detail: 'here: known reason' } })
  })

  test('an evaluation is as long as its steps, whatever time passes meanwhile', async () => {
    // Four steps an entry, and up to eight beside.
    const most = (MAPPING_LIMITS.steps - 8) / 4
    const added = (entries: number) => evaluate(`$count([1..${entries}].($+1))`, {})
    const clock = vi.spyOn(Date, 'now')
    let now = 0
    clock.mockImplementation(() => (now += 3_600_000))
    try {
      expect(await added(most)).toEqual({ ok: true, value: most })
      expect(await added(most + 1)).toMatchObject({ ok: false, problem: { code: 'adapter.mapping' } })
    } finally {
      clock.mockRestore()
    }
  })

  test('endless evaluation ends in time, as do deep recursion, long sequences and long subjects of a regular expression', async () => {
    const detail = async (expression: string, value?: unknown) => {
      const result = await evaluate(expression, value)
      return result.ok ? result.value : result.problem.detail
    }
    const took = await processorTime(async () => {
      expect(await detail('($f := function($x) { $f($x) }; $f(1))')).toContain('took too long')
      expect(await detail('($f := function($x) { 1 + $f($x) }; $f(1))')).toContain('nested too deep')
      expect(await detail('[1..100001]')).toContain('too long')
      expect(await detail('$count([1..100000])')).toBe(100_000)
      expect(await detail('$contains(s, /x$/)', { s: 'a'.repeat(MAPPING_LIMITS.matched + 1) })).toContain('at most')
      expect(await detail('$contains(s, /a$/)', { s: 'a'.repeat(MAPPING_LIMITS.matched) })).toBe(true)
    })
    expect(took).toBeLessThan(5000)
  })

  test('input and output are bounded at their limit', async () => {
    const limit = 100
    const text = (length: number) => 'x'.repeat(length - 2)
    expect(mappingInput('answer', text(limit), limit).ok).toBe(true)
    expect(mappingInput('answer', text(limit + 1), limit)).toMatchObject({
      problem: { code: 'adapter.mapping', detail: 'answer: larger than 100 characters of JSON' },
    })
    const big = input('x'.repeat(MAPPING_LIMITS.outputCharacters - 2))
    expect(await compile('$').evaluate(big)).toMatchObject({ ok: true })
    expect(await compile('$ & "y"').evaluate(big)).toMatchObject({ problem: { code: 'adapter.mapping' } })
    expect(compileMapping('here', '1'.padEnd(MAPPING_LIMITS.expressionCharacters))).toMatchObject({ ok: true })
    expect(compileMapping('here', '1'.padEnd(MAPPING_LIMITS.expressionCharacters + 1))).toMatchObject({ ok: false })
  })

  test('a result that is no data is refused', async () => {
    expect(await evaluate('function($x) { $x }')).toMatchObject({ problem: { detail: 'here: not plain JSON' } })
  })

  test('the input is a copy without functions', () => {
    const made = input({ open: () => 1, sha256: 'a', none: undefined })
    expect(made.json).toEqual({ sha256: 'a' })
  })

  test('the identity mapping gives back any JSON object', async () => {
    const identity = compile('$')
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async value => {
        fc.pre(unwritable(value, 100) === null)
        const plain = JSON.parse(JSON.stringify(value)) as unknown
        expect(await identity.evaluate(input(value))).toEqual({ ok: true, value: plain })
      }),
      { numRuns: 200 },
    )
  })
})

describe('numbers', () => {
  const value = { large: 9007199254740991, small: 0.1234567890123456, digits: '900719925474099301', fees: [10.5, 2.25] }
  const LOST = 'a number beyond ±(2^53 − 1), of which the last digits are lost; take it as text'

  test.each([
    ["large & '-' & small", '9007199254740991-0.1234567890123456'],
    ['$string(large)', '9007199254740991'],
    ["digits & ''", '900719925474099301'],
    ["$sum(fees) & '元'", '12.75元'],
    ['[large, small].$string()', ['9007199254740991', '0.1234567890123456']],
    ["$join(fees.($ & ''), '/')", '10.5/2.25'],
    ['$string({ "a": small, "b": $sum })', '{"a":0.1234567890123456,"b":""}'],
    ['$string({ "a": 1 }, true)', '{\n  "a": 1\n}'],
    ["none & 'x' & none", 'x'],
    ["$string(none) & ''", ''],
    ["null & ''", 'null'],
    ['$map(fees, $string)', ['10.5', '2.25']],
    ["$number('12.50')", 12.5],
    ["$number('1e2') + 1", 101],
    ["$number('0x1F')", 31],
    ['$number(true)', 1],
    ['$number(none)', undefined],
  ])('%s has every digit', async (expression, expected) => {
    expect(await evaluate(expression, value)).toEqual({ ok: true, value: expected })
  })

  test.each([
    '$number(digits)',
    "$string($number(digits)) & 'x'",
    'large + 2',
    "large + 2 & ''",
    '$sum([large, large])',
    '{ "a": [large * 10] }',
    "$parseInteger(digits, '0')",
    "$number('0.1000000000000000055')",
    "$string({ 'a': large + 2 })",
  ])('%s is refused, and never rounded', async expression => {
    const result = await evaluate(expression, value)
    expect(result.ok ? result.value : result.problem).toMatchObject({
      code: 'adapter.mapping',
      detail: expect.stringContaining(LOST),
    })
  })

  test.each(['202611300000000123', "id = 9007199254740993 ? 'a' : 'b'"])('%s is no expression', expression => {
    expect(compileMapping('here', expression)).toMatchObject({
      ok: false,
      problem: { code: 'config.invalid', detail: `here: ${LOST}` },
    })
  })

  test('an input that was rounded before is refused with the name of its field', () => {
    const rounded = Number('202611300000000123')
    expect(mappingInput('page', { list: [{ flowsn: rounded }] })).toMatchObject({
      ok: false,
      problem: { code: 'adapter.mapping', detail: `page: flowsn: ${LOST}` },
    })
    for (const none of [Number.NaN, Number.POSITIVE_INFINITY]) expect(mappingInput('page', [none]).ok).toBe(false)
  })
})

describe('template', () => {
  const template = (value: Template) => compileTemplate('register.body', value)

  test('fills a tree; strings are expressions, the rest stands as it is, absent fields are left out', async () => {
    const compiled = template({
      params: { caseno: 'caseNo', applytype: 2, online: true, note: 'body.note', tags: ["'通办'", 'body.none'] },
      none: null,
    })
    if (!compiled.ok) throw new Error('not compiled')
    expect(await compiled.mapping.evaluate(input({ caseNo: 'A1', body: {} }))).toEqual({
      ok: true,
      value: { params: { caseno: 'A1', applytype: 2, online: true, tags: ['通办'] }, none: null },
    })
  })

  test('gives all problems of its expressions at once, each with its place', () => {
    const compiled = template({ a: '[', b: [{ c: '$now()' }], d: 'fine' })
    expect(compiled.ok ? [] : compiled.problems.map(refused => refused.problem.detail)).toEqual([
      expect.stringMatching(/^register\.body\.a: /),
      expect.stringMatching(/^register\.body\.b\.0\.c: /),
    ])
  })

  test('a failure names the field', async () => {
    const compiled = template({ params: { pages: '$number(pages)' } })
    if (!compiled.ok) throw new Error('not compiled')
    expect(await compiled.mapping.evaluate(input({ pages: CANARY }))).toEqual({
      ok: false,
      problem: { code: 'adapter.mapping', detail: 'register.body.params.pages: JSONata D3030 at position 8' },
    })
  })
})
