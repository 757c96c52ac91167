import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type DataForm, readData, writeData } from './data.ts'

const form = (given: Partial<DataForm>): DataForm => ({
  format: 'json',
  charset: 'utf-8',
  delimiter: ',',
  people: false,
  root: 'case',
  ...given,
})

const written = (value: JsonValue, given: Partial<DataForm>): Uint8Array => {
  const result = writeData('out', value, form(given))
  if (!result.ok) throw new Error(result.problem.detail)
  return result.bytes
}
const text = (value: JsonValue, given: Partial<DataForm>): string =>
  new TextDecoder(given.charset ?? 'utf-8', { ignoreBOM: true }).decode(written(value, given))
const read = (bytes: Uint8Array | string, given: Partial<DataForm>) =>
  readData('in', typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes, form(given))
const problem = (bytes: string, given: Partial<DataForm>) => {
  const result = read(bytes, given)
  return result.ok ? null : result.problem.detail
}

describe('files of data', () => {
  const record = { name: '欧阳𠮷', note: 'a,"b"\r\nc<d>&e', count: 2, ready: true }

  test.each(['json', 'xml', 'csv'] as const)('%s is read as it was written, in UTF-8 and in GB 18030', format => {
    const back = { ...record, ...(format === 'json' ? {} : { count: '2', ready: 'true' }) }
    for (const charset of ['utf-8', 'gb18030'] as const)
      expect(read(written(record, { format, charset }), { format, charset })).toEqual({
        ok: true,
        value: format === 'csv' ? [back] : back,
      })
  })

  test.each(['json', 'xml', 'csv'] as const)('%s in GBK refuses a name that GBK lacks', format => {
    expect(writeData('out', record, form({ format, charset: 'gbk' }))).toMatchObject({
      ok: false,
      problem: { code: 'adapter.mapping', detail: 'out: has a character that gbk lacks' },
    })
  })

  test.each(['json', 'xml', 'csv'] as const)('%s that is not in the charset is told, not guessed', format => {
    expect(read(new Uint8Array([0x7b, 0xff, 0xff]), { format })).toMatchObject({ ok: false })
  })

  test('long numbers of JSON keep their digits', () => {
    expect(read('{"no":202611300000000123}', {})).toEqual({ ok: true, value: { no: '202611300000000123' } })
  })
})

describe('CSV', () => {
  const csv = { format: 'csv' } as const
  const people = { format: 'csv', people: true } as const

  test.each(['=1+1', '+8613800138000', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', "'=1"])(
    'for people %j is text behind an apostrophe, and exactly itself for a program',
    cell => {
      const quoted = (content: string) => (/[\r\n"]/.test(content) ? `"${content}"` : content)
      expect(text({ cell }, people)).toBe(`\ufeffcell\r\n${quoted(`'${cell}`)}\r\n`)
      expect(read(written({ cell }, csv), csv)).toEqual({ ok: true, value: [{ cell }] })
    },
  )

  test('for people it has a byte order mark in UTF-8 alone, which is read too', () => {
    expect(text({ a: 'b' }, people)).toBe('\ufeffa\r\nb\r\n')
    expect(text({ a: 'b' }, { ...people, charset: 'gb18030' })).toBe('a\r\nb\r\n')
    expect(read(written({ a: 'b' }, people), csv)).toEqual({ ok: true, value: [{ a: 'b' }] })
  })

  test('a list has a heading of all fields; what a record lacks is empty', () => {
    expect(text([{ a: 1 }, { b: null, c: '|' }], { ...csv, delimiter: '|' })).toBe('a|b|c\r\n1||\r\n||"|"\r\n')
  })

  test('what is no table is refused with its place', () => {
    for (const [value, detail] of [
      ['text', 'out: CSV needs an object, or a list of objects'],
      [[1], 'out: CSV needs an object, or a list of objects'],
      [{ a: { b: 1 } }, 'out.a: a cell of CSV is a text, a number, true or false'],
    ] as const)
      expect(writeData('out', value as JsonValue, form(csv))).toMatchObject({ ok: false, problem: { detail } })
  })

  test('broken quotes, ragged lines, a doubled column and an empty file are told without what stands there', () => {
    expect(problem('a,b\r\n"欧阳,1\r\n', csv)).toMatch(/^in: not CSV: line \d+: CSV_QUOTE_NOT_CLOSED$/)
    expect(problem('a,b\r\n1\r\n', csv)).toMatch(/^in: not CSV: line \d+: CSV_RECORD_INCONSISTENT_FIELDS_LENGTH$/)
    expect(problem('a,a\r\n1,2\r\n', csv)).toBe('in: a column stands twice')
    expect(problem('', csv)).toBe('in: without a heading')
  })

  test('a column named __proto__ is a field like any other', () => {
    const result = read('__proto__,b\r\n1,2\r\n', csv)
    expect(result.ok && Object.keys((result.value as object[])[0] ?? {})).toEqual(['__proto__', 'b'])
  })
})

describe('XML', () => {
  const xml = { format: 'xml' } as const

  test('is written with its charset, attributes, lists and text', () => {
    expect(
      text({ '@sid': 1, RECORD: [{ '@no': '1', '#text': 'a' }, 'b'], EMPTY: null }, { ...xml, root: 'PACKAGE' }),
    ).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<PACKAGE sid="1"><RECORD no="1">a</RECORD><RECORD>b</RECORD><EMPTY></EMPTY></PACKAGE>\n',
    )
  })

  test('is read without prefixes; what is there twice is a list', () => {
    expect(problem('<x:a y:no="1&amp;"><b>1</b><b><![CDATA[<2>]]></b>&#x4e00;</x:a>', xml)).toBeNull()
    expect(read('<x:a y:no="1&amp;"><b>1</b><b><![CDATA[<2>]]></b>&#x4e00;</x:a>', xml)).toEqual({
      ok: true,
      value: { '@no': '1&', b: ['1', '<2>'], '#text': '一' },
    })
  })

  test('a name or a character that XML cannot hold is refused with its place', () => {
    expect(writeData('out', { 'a b': 1 }, form(xml))).toMatchObject({
      problem: { detail: 'out.a b: not a name of XML' },
    })
    expect(writeData('out', { a: '\u0001' }, form(xml))).toMatchObject({
      problem: { detail: 'out.a: has a character that XML cannot hold' },
    })
    expect(writeData('out', { '@a': {} }, form(xml))).toMatchObject({ ok: false })
  })

  test.each(['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a><b></a>', '<a>', '', 'plain'])('%j is refused', given => {
    expect(problem(given, xml)).toMatch(/^in: no XML: /)
  })
})
