import { describe, expect, test } from 'vitest'
import { encode } from './charsets.ts'
import { type Codec, FORM_CODEC, JSON_CODEC, XML_CODEC } from './codec.ts'

const bytes = (text: string, charset: 'utf-8' | 'gb18030' = 'utf-8') => encode(text, charset) ?? new Uint8Array()
const made = (codec: Codec, value: Parameters<Codec['encode']>[1], charset: Parameters<Codec['encode']>[2]) => {
  const encoded = codec.encode('here', value, charset)
  return encoded.ok ? new TextDecoder(charset as 'utf-8').decode(encoded.bytes) : encoded.problem.detail
}

describe('what is written', () => {
  test.each([
    [JSON_CODEC, { a: '你' }, 'gb18030', '{"a":"你"}'],
    [JSON_CODEC, undefined, 'utf-8', 'null'],
    [FORM_CODEC, { a: '你 1', b: { c: 1 } }, 'gb18030', 'a=%C4%E3%201&b=%7B%22c%22%3A1%7D'],
    [FORM_CODEC, '1', 'utf-8', 'here: a form needs an object of fields'],
    [XML_CODEC, '<a>你</a>', 'gb18030', '<?xml version="1.0" encoding="GB18030"?>\n<a>你</a>'],
    [XML_CODEC, { a: 1 }, 'utf-8', 'here: XML is made by a template'],
    [XML_CODEC, '<a>𠮷</a>', 'gb18030', '<?xml version="1.0" encoding="GB18030"?>\n<a>𠮷</a>'],
    [XML_CODEC, '<a>𠮷</a>', 'gbk', 'here: has a character that gbk lacks'],
    [JSON_CODEC, '𠮷', 'gbk', 'here: has a character that gbk lacks'],
  ] as const)('%#', (codec, value, charset, text) => {
    expect(made(codec, value, charset)).toBe(text)
  })
})

describe('the charset of an answer', () => {
  const body = { a: '处理中' }
  test.each([
    ['its declaration', 'gb18030', 'GBK', null, undefined],
    ['its declaration, in other words', 'gb18030', 'gb2312', 'text/xml', undefined],
    [
      'its declaration against a label of its Content-Type that cannot be',
      'gb18030',
      'GB18030',
      'text/xml; charset=utf-8',
      undefined,
    ],
    ['its Content-Type against a declaration that cannot be', 'gb18030', 'UTF-8', 'text/xml; charset=GBK', undefined],
    ['its Content-Type, undeclared in the bytes', 'gb18030', null, 'text/xml; charset=gb2312', undefined],
    ['the configuration, undeclared everywhere', 'gb18030', null, null, 'gb18030'],
    ['UTF-8, undeclared everywhere', 'utf-8', null, null, undefined],
    ['UTF-8, whatever the labels say', 'utf-8', 'GBK', 'text/xml; charset=GBK', 'gb18030'],
  ] as const)('is that of %s', (_, written, declared, type, charset) => {
    const declaration = declared === null ? '' : `<?xml version="1.0" encoding="${declared}" standalone='yes'?>`
    expect(XML_CODEC.decode(bytes(`${declaration}<a>处理中</a>`, written), type, charset)).toMatchObject({
      body,
      unreadable: null,
    })
  })

  test('undeclared and of another charset it says nothing', () => {
    expect(XML_CODEC.decode(bytes('<a>处理中</a>', 'gb18030'), 'text/xml')).toEqual({
      body: undefined,
      unreadable: 'charset',
      text: null,
    })
  })
})

test.each([
  ['', null],
  ['<html><body>登录</body></html>', 'page'],
  ['<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html/>', 'page'],
  ['<HTML>', 'page'],
  ['{"a":1}', 'xml'],
  ['<a><b>1</b', 'xml'],
  ['<!DOCTYPE a><a/>', 'xml'],
])('an answer that is no XML: %s', (text, unreadable) => {
  expect(XML_CODEC.decode(bytes(text), null)).toEqual({ body: undefined, unreadable, text })
})

test('the form of JSON and plain XML reports no failures by itself', () => {
  expect([JSON_CODEC, XML_CODEC].map(codec => codec.fault({ Fault: { code: 'Client' } }))).toEqual([null, null])
})
