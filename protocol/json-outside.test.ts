import { describe, expect, test } from 'vitest'
import { processorTime } from '../test/support/processor-time.ts'
import { fc } from '../test/support/properties.ts'
import { formatFault, isExactNumber, readKeepingDigits, readStrictJson } from './json-outside.ts'

const EXACT = [
  '0',
  '-1',
  '9007199254740991',
  '-9007199254740991',
  '0.1',
  '1.0',
  '100.50',
  '1e2',
  '1E+2',
  '-0',
  '0.000',
  '0e9',
  '5e-324',
  '0.30000000000000004',
  '1.5e-7',
  '900719925474099.1',
]
const INEXACT = [
  '9007199254740992',
  '-9007199254740993',
  '202611300000000123',
  '202611290000000000000001',
  '1e16',
  '1e21',
  '1e400',
  '-1e400',
  '1e-400',
  '0.1000000000000000055',
  '1.00000000000000000001',
  '0.1234567890123456789',
  '2.02611300000000128E17',
]

describe('a number of JSON from outside', () => {
  test.each(EXACT)('%s is what a double holds', written => expect(isExactNumber(written)).toBe(true))
  test.each(INEXACT)('%s is not', written => expect(isExactNumber(written)).toBe(false))

  test('every double passes as JavaScript writes it, but for integers past 2^53 − 1; one digit more never does', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        const whole = Number.isInteger(value)
        const written = JSON.stringify(value)
        expect(isExactNumber(written)).toBe(!whole || Number.isSafeInteger(value))
        if (!whole && !written.includes('e')) expect(isExactNumber(`${written}${'0'.repeat(20)}1`)).toBe(false)
      }),
    )
  })

  test('a number of a million digits is judged in no time', async () => {
    for (const written of ['9'.repeat(1e6), `1.${'0'.repeat(1e6)}`, `0.${'0'.repeat(1e6)}1`])
      expect(await processorTime(() => isExactNumber(written))).toBeLessThan(2000)
  })
})

describe('strictly', () => {
  test('is what JSON.parse reads, when every number is exact and every name stands once', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        const numbers: number[] = []
        JSON.parse(text, (_, member) => {
          if (typeof member === 'number') numbers.push(member)
          return member
        })
        const plain = numbers.every(one => !Number.isInteger(one) || Number.isSafeInteger(one))
        const read = readStrictJson(text)
        if (text.includes('__proto__')) return
        expect(read.ok).toBe(plain)
        if (read.ok) expect(read.value).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each(INEXACT)('%s is refused with its place', written => {
    const read = readStrictJson(`{"a":"1e400 \\"","form":{"x":[{"y":0},{"y":${written}}]}}`)
    expect(read).toMatchObject({ ok: false, path: ['form', 'x', 1, 'y'] })
    if (!read.ok) expect(formatFault(read)).toMatch(/^form\.x\.1\.y: a number that JSON readers round/)
  })

  test.each([
    ['{"a":1,"b":{"c":1,"c":2}}', ['b', 'c'], 'stands twice'],
    ['{"a":1,"\\u0061":2}', ['a'], 'stands twice'],
    ['{"a":{"__proto__":{"b":1}}}', ['a', '__proto__'], 'may have this name'],
    ['[{"\\u005f_proto__":1}]', [0, '__proto__'], 'may have this name'],
  ])('%s is refused', (text, path, fault) => {
    const read = readStrictJson(text)
    expect(read).toMatchObject({ ok: false, path, fault: expect.stringContaining(fault) })
  })

  test('the same name in two objects is no member twice', () => {
    expect(readStrictJson('[{"a":{"a":1}},{"a":{"a":2}}]')).toMatchObject({ ok: true })
  })

  test.each(['', '{', '[1,]', '01', 'NaN', '{"a":1}}', '\ufeff{}'])('%j is no JSON', text =>
    expect(readStrictJson(text)).toMatchObject({ ok: false, fault: 'not JSON', path: [] }),
  )

  test('a place is told in at most 120 characters', () => {
    const read = readStrictJson(`{"${'长'.repeat(500)}":1e400}`)
    if (read.ok) throw new Error('not refused')
    expect(formatFault(read).indexOf(':')).toBe(120)
  })
})

describe('with every digit kept', () => {
  test.each(INEXACT)('%s becomes the text of its letters, and nothing else changes', written => {
    expect(readKeepingDigits(`{"a": ${written} ,"b":[${written},1.5,"${written}"],"c":"\\"${written}"}`)).toEqual({
      ok: true,
      value: { a: written, b: [written, 1.5, written], c: `"${written}` },
    })
    expect(readKeepingDigits(written)).toEqual({ ok: true, value: written })
  })

  test.each(EXACT)('%s stays a number', written => {
    expect(readKeepingDigits(`[${written}]`)).toEqual({ ok: true, value: JSON.parse(`[${written}]`) })
  })

  test('the last of two members of one name counts, as everywhere', () => {
    expect(readKeepingDigits('{"a":1,"a":900719925474099301}')).toEqual({
      ok: true,
      value: { a: '900719925474099301' },
    })
  })

  test('what is nested deeply and full of long numbers is read in linear time', async () => {
    const levels = 2000
    const text = `${'['.repeat(levels)}${Array(20_000).fill('900719925474099301').join()}${']'.repeat(levels)}`
    expect(await processorTime(() => expect(readKeepingDigits(text).ok).toBe(true))).toBeLessThan(3000)
  })
})
