import { describe, expect, test } from 'vitest'
import { processorTime } from '../test/support/processor-time.ts'
import { fc } from '../test/support/properties.ts'
import {
  Commitment,
  Day,
  decodeUtf8,
  encodeUtf8,
  fromHex,
  Instant,
  parseJson,
  Seconds,
  sha256,
  text,
  toHex,
} from './primitives.ts'

const CONTROL = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).filter(
  letter => (letter < ' ' || letter === '\u007f') && !'\t\n\r'.includes(letter),
)

describe('text', () => {
  const accepts = (value: string, max = 10) => text(max).safeParse(value).success

  test('holds any letters, line breaks and tabs, up to its length', () => {
    for (const value of ['十堰市', 'a\tb\r\nc', ' a ', '\u{20000}', 'a'.repeat(10)]) expect(accepts(value)).toBe(true)
    expect(accepts('a'.repeat(11))).toBe(false)
  })

  test('is not blank', () => {
    for (const value of ['', ' ', '\n\t', '\u3000']) expect(accepts(value)).toBe(false)
  })

  test('holds no control character anywhere, not even one alone', () => {
    expect(CONTROL).toHaveLength(30)
    for (const letter of CONTROL) {
      for (const value of [letter, `${letter}a`, `a${letter}b`, `a${letter}`, ` ${letter} `]) {
        expect([value, accepts(value)]).toEqual([value, false])
      }
    }
  })

  test('is well-formed: no half of a surrogate pair', () => {
    for (const value of ['\ud800', 'a\udfff', '\ude00\ud83d', 'x\ud83dx'])
      expect([value, accepts(value)]).toEqual([value, false])
    expect(accepts('\u{1f600}')).toBe(true)
  })

  test('is judged in linear time, whatever its length: a partner wrote it', async () => {
    // With a regular expression that backtracks, the longer texts take minutes.
    const long = 256 * 1024
    for (const value of [
      'a'.repeat(long),
      ' '.repeat(long),
      `${'a'.repeat(long)}\u0001\u0001`,
      `${' '.repeat(long)}\u0001`,
    ]) {
      expect(await processorTime(() => expect(accepts(value)).toBe(false))).toBeLessThan(1000)
    }
  })
})

describe('times and commitments', () => {
  test.each([
    [Day, '2028-02-29', true],
    [Day, '2026-02-29', false],
    [Day, '2026-1-1', false],
    [Instant, '2026-11-02T08:40:00+08:00', true],
    [Instant, '2026-11-02T08:40:00Z', true],
    [Instant, '2026-11-02T08:40:00', false],
    [Seconds, 1_793_581_200, true],
    [Seconds, 1_793_581_200.5, false],
    [Seconds, -1, false],
    [Seconds, 32_503_680_001, false],
  ] as const)('%#: %s', (schema, value, expected) => {
    expect(schema.safeParse(value).success).toBe(expected)
  })

  test('a commitment names a whole size and a media type without parameters', () => {
    const good = { sha256: 'ab'.repeat(32), size: 0, type: 'application/pdf' }
    expect(Commitment.safeParse(good).success).toBe(true)
    for (const change of [
      { size: -1 },
      { size: 0.5 },
      { type: 'pdf' },
      { type: 'text/plain; charset=utf-8' },
      { sha256: 'AB'.repeat(32) },
      { name: 'x' },
    ])
      expect(Commitment.safeParse({ ...good, ...change }).success).toBe(false)
  })
})

describe('bytes', () => {
  test('hex there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        expect(fromHex(toHex(bytes))).toEqual(bytes)
      }),
    )
  })

  test('SHA-256 as in FIPS 180-2', async () => {
    expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(await sha256(encodeUtf8('abc'))).toBe(await sha256('abc'))
  })

  test('UTF-8 is strict, and a byte order mark is no part of JSON', () => {
    expect(() => decodeUtf8(Uint8Array.of(0xff))).toThrow(TypeError)
    for (const bytes of [Uint8Array.of(0xff), Uint8Array.of(0xef, 0xbb, 0xbf, 0x31), encodeUtf8('{')]) {
      expect(parseJson(Seconds, bytes, 'body.schema')).toMatchObject({ ok: false, problem: { code: 'body.schema' } })
    }
    expect(parseJson(Seconds, encodeUtf8('1'), 'body.schema')).toEqual({ ok: true, value: 1 })
  })

  test('a refusal names the field, never its value', () => {
    const refused = parseJson(Commitment, '{"sha256":"陈小满","size":-1,"type":"x","陈小满":1}', 'body.schema')
    expect(refused.ok).toBe(false)
    expect(JSON.stringify(refused)).toContain('sha256')
    expect(JSON.stringify(refused)).not.toContain('陈小满')
  })
})
