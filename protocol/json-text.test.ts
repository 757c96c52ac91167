import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { processorTime } from '../test/support/processor-time.ts'
import { fc } from '../test/support/properties.ts'
import { readJson, unwritable } from './json-text.ts'
import { LIMITS } from './limits.ts'
import { code, encodeUtf8, jsonObject, parseJson, parseValue } from './primitives.ts'

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const accepts = (text: string) => readJson(text).ok

describe('a JSON text', () => {
  test('is read as JSON.parse reads it when its value may be written, whatever its white space, and else refused', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }),
        fc.constantFrom(undefined, 1, '\t'),
        (value, space) => {
          const text = JSON.stringify(value, null, space)
          const read = readJson(text)
          expect(read.ok).toBe(unwritable(value, LIMITS.jsonLevels) === null)
          if (read.ok) expect(read.value).toEqual(JSON.parse(text))
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    '',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '\ufeff{}',
    '{}\u0000',
    '\\',
    '"',
    '"\\',
    'NaN',
    'Infinity',
    '01',
    '+1',
    '.5',
    '1.',
    '[1 2]',
    '"\u0001"',
  ])('is JSON: %j', text => expect(readJson(text)).toMatchObject({ ok: false }))

  test.each([
    '0',
    '1',
    '-1',
    '10',
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '-0.5',
    '123.456',
    '1e-7',
    '0.30000000000000004',
    '5e-324',
    '-0.0000012345678901234567',
    '-2.2250738585072014e-308',
  ])('holds a number as it is written: %s', text => {
    for (const whole of [text, `[${text}]`, `{"a":${text},"b":[${text} ]}`])
      expect([whole, accepts(whole)]).toEqual([whole, true])
  })

  test.each([
    '-0',
    '1.0',
    '1e0',
    '1E0',
    '1e+0',
    '10e-1',
    '1.79e9',
    '1.00000000000000001',
    '0.10',
    '0.1e1',
    '1e21',
    '1e+21',
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740992',
    '9007199254740993',
    '12345678901234567890',
    '0.1000000000000000055',
    `0.${'1'.repeat(30)}`,
    '1'.repeat(400),
  ])('holds no number that comes back otherwise than it is written, or past 2^53 − 1: %s', text => {
    for (const whole of [text, `[${text}]`, `{"a":${text}}`, `{"a":{"b":[0,${text}]}}`])
      expect([whole, accepts(whole)]).toEqual([whole, false])
  })

  test('holds every fraction as JavaScript writes it', () => {
    for (const max of [1e-300, 1e-5, 1, 1e15])
      fc.assert(
        fc.property(fc.double({ min: -max, max, noNaN: true, noInteger: true }), value => {
          expect(readJson(String(value))).toEqual({ ok: true, value })
        }),
        { numRuns: 500 },
      )
  })

  test('takes digits within strings for what they are', () => {
    for (const text of ['"1.0"', '{"1.0":"1e400"}', '["\\"1.0\\"",1]', '"\\\\",1.0'.slice(0, 4)])
      expect([text, accepts(text)]).toEqual([text, true])
  })

  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":[{"c":1,"c":2}]}}',
    '{"a":{"a":1},"a":1}',
    '{"":1,"":2}',
    '{"\\ud83d\\ude00":1,"\u{1f600}":1}',
  ])('holds no member twice, however its name is escaped: %s', text =>
    expect(readJson(text)).toMatchObject({ ok: false, fault: 'a member stands twice' }),
  )

  test('may hold one name in several objects, and colons in strings', () => {
    for (const text of ['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', '{":":":","a":"\\":\\""}', '[{},{}]'])
      expect([text, accepts(text)]).toEqual([text, true])
  })

  test.each([
    '"\\ud800"',
    '"\\uDFFF"',
    '"a\\ud83d\\u0041"',
    '"\\ude00\\ud83d"',
    '{"\\ud800":1}',
    '{"a":["\\udc00"]}',
    '["\\ud83d",1]',
  ])('is of well-formed Unicode: %s', text => {
    expect(accepts(text)).toBe(false)
    expect(parseJson(z.unknown(), encodeUtf8(text), 'body.schema')).toMatchObject({ ok: false })
  })

  test('may write a letter by its escapes', () => {
    expect(readJson('"\\ud83d\\ude00\\u9648"')).toEqual({ ok: true, value: '\u{1f600}陈' })
    // An escaped backslash before a u is none.
    expect(readJson('"\\\\ud800 \\\\u0000"')).toEqual({ ok: true, value: '\\ud800 \\u0000' })
  })

  test('given as a string is well-formed itself', () => {
    expect(parseJson(z.unknown(), '"\ud800"', 'body.schema')).toMatchObject({ ok: false })
  })

  test('holds no NUL, in strings or names', () => {
    for (const text of ['"\\u0000"', '{"a\\u0000":1}', '["x","a\\u0000b"]'])
      expect([text, accepts(text)]).toEqual([text, false])
    expect(accepts('"\\u0001"')).toBe(true)
  })

  test('names no prototype; other names of JavaScript are names', () => {
    for (const text of ['{"__proto__":null}', '{"a":[{"__proto__":{}}]}', '{"\\u005f_proto__":1}'])
      expect(readJson(text)).toMatchObject({ ok: false, fault: 'a member named __proto__' })
    expect(readJson('{"constructor":1,"toString":2}')).toEqual({ ok: true, value: { constructor: 1, toString: 2 } })
  })

  test('nests as deep as it may and no deeper', () => {
    expect(accepts(nested(LIMITS.jsonLevels))).toBe(true)
    expect(accepts(nested(LIMITS.jsonLevels + 1))).toBe(false)
    expect(accepts(`[${'[],'.repeat(1000)}[]]`)).toBe(true)
    expect(accepts('['.repeat(1_000_000))).toBe(false)
  })

  test('is read in linear time: a partner wrote it', async () => {
    const long = 256 * 1024
    for (const text of [
      `"${'\\n'.repeat(long)}"`,
      `"${'\\"'.repeat(long)}"`,
      `"${'\\\\'.repeat(long)}"`,
      '"\\'.repeat(long),
      `[${'1.5,'.repeat(long)}1]`,
      `{${Array.from({ length: 20_000 }, (_, n) => `"\\u0061${n}":1`).join()}}`,
      '1'.repeat(long),
    ]) {
      expect(await processorTime(() => readJson(text))).toBeLessThan(2000)
    }
  })

  test('a refusal says nothing of the text', () => {
    for (const text of ['{"陈小满":1,"陈小满":2}', '{"陈小满":1.0}', '{"陈小满":"\\ud800"}', '陈小满'])
      expect(JSON.stringify(parseJson(z.unknown(), text, 'body.schema'))).not.toContain('陈')
  })
})

describe('a value that will be written', () => {
  const form = (value: unknown) => jsonObject(z.string().max(3), 2).safeParse(value).success

  test('is what its text will be read as', () => {
    for (const value of [{}, { a: 1, b: [0.5, null, true, '\u{1f600}'] }, { a: -0 }]) expect(form(value)).toBe(true)
    for (const value of [
      { a: Number.POSITIVE_INFINITY },
      { a: Number.NaN },
      { a: [2 ** 53] },
      { a: '\ud800' },
      { a: ['x\0'] },
      { '\udc00': 1 },
      { 'a\0': 1 },
      JSON.parse('{"__proto__":{"a":1}}'),
      { a: JSON.parse('{"__proto__":1}') },
    ])
      expect([Object.keys(value), form(value)]).toEqual([Object.keys(value), false])
  })

  test('counts the levels of objects and arrays, the outermost as the first', () => {
    expect(unwritable('leaf', 0)).toBeNull()
    expect(unwritable(JSON.parse(nested(3)), 3)).toBeNull()
    expect(unwritable(JSON.parse(nested(4)), 3)).toEqual({ path: [0, 0, 0], why: 'too many levels' })
    expect(form({ a: { b: 1 } })).toBe(true)
    expect(form({ a: { b: [] } })).toBe(false)
    // It does not overflow the stack itself.
    expect(unwritable(JSON.parse(nested(5000)), 64)).not.toBeNull()
  })

  test('is refused by the field that cannot be written, and why, without its value', () => {
    const told = (value: object) => parseValue(jsonObject(z.string(), 9), value, 'request.invalid')
    for (const [value, detail] of [
      [{ 收入: Number.POSITIVE_INFINITY }, '收入: a number that no double holds'],
      [{ 家庭: [{ 姓名: '陈\ud800' }] }, '家庭.0.姓名: half a surrogate pair, or NUL'],
      [{ 家庭: JSON.parse('{"__proto__":1}') }, '家庭: a member named __proto__'],
    ] as const)
      expect(told(value)).toMatchObject({ ok: false, problem: { code: 'request.invalid', detail } })
  })

  test('is an object with names of the schema', () => {
    for (const value of [null, [], 'x', { abcd: 1 }, undefined]) expect(form(value)).toBe(false)
  })
})

describe('a code', () => {
  const accepted = (value: string) => code(20).safeParse(value).success

  test('holds letters of any script, blanks and signs', () => {
    for (const value of ['11420300MB0000000X4200000117001', '陕〔2026〕12号', 'AK-017 / b', 'x\u3000y'])
      expect([value, code(40).safeParse(value).success]).toEqual([value, true])
  })

  test('holds nothing that turns the writing or is not seen', () => {
    const hidden = [
      0x00ad, 0x061c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0xfff9,
    ]
    for (const letter of ['\n', '\t', '\u0085', '\ud800', ...hidden.map(point => String.fromCharCode(point))])
      expect([letter, accepted(`A${letter}1`)]).toEqual([letter, false])
    const unseen = Array.from({ length: 0x10000 }, (_, point) => String.fromCharCode(point)).filter(letter =>
      /\p{Cf}/u.test(letter),
    )
    expect(unseen.length).toBeGreaterThan(30)
    expect(unseen.filter(letter => accepted(`A${letter}1`))).toEqual([])
  })
})

test('a long list is judged by its places, whose names are never made', () => {
  const list = new Proxy(
    Array.from({ length: 250_000 }, () => 0),
    {
      ownKeys: () => {
        throw new Error('names of its places')
      },
    },
  )
  expect(unwritable({ form: { list } }, 3)).toBeNull()
  expect(unwritable({ form: [0, [1, Number.NaN]] }, 4)).toMatchObject({ path: ['form', 1, 1] })
})
