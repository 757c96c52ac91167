import { describe, expect, test } from 'vitest'
import { cdataOf, escapeAttribute, escapeText, holdsXml, readXml, XML_LIMITS } from './xml.ts'
import { jsonOfXml } from './xml-json.ts'

const json = (text: string) => {
  const read = readXml(text)
  return read.ok ? jsonOfXml(read.root) : read.fault
}
const fault = (text: string) => {
  const read = readXml(text)
  return read.ok ? null : read.fault
}

describe('XML as mappings read it', () => {
  test.each([
    ['<a/>', ''],
    ['<a> 1 </a>', ' 1 '],
    ['<a>202611300000000123</a>', '202611300000000123'],
    ['<a><b>007</b><b>1e400</b><c/></a>', { b: ['007', '1e400'], c: '' }],
    ['<n:a xmlns:n="u" n:x="1" y="2">t</n:a>', { '@x': '1', '@y': '2', '#text': 't' }],
    ['<a no="1"><b/>left</a>', { '@no': '1', '#text': 'left', b: '' }],
    ['<返回><代码 序号="1">-901</代码></返回>', { 代码: { '@序号': '1', '#text': '-901' } }],
    ['<a>&lt;b&gt; &amp;&#20320;&#x597d;&quot;&apos;</a>', '<b> &你好"\''],
    ['<a>1<![CDATA[<b>&amp;</b>]]>2</a>', '1<b>&amp;</b>2'],
    ['\ufeff<?xml version="1.0"?>\n<!-- <b> --><a><?php evil()?>x<!-- y -->z</a>\n<!-- end -->', 'xz'],
    ['<a>\r\n1\r</a>', '\n1\n'],
    ['<a x="1\n2\t3"/>', { '@x': '1 2 3', '#text': '' }],
    ['<__proto__><constructor>1</constructor></__proto__>', { constructor: '1' }],
  ])('%s', (text, value) => {
    expect(json(text)).toEqual(value)
  })

  test('what is only about writing is left out, and what is nil is null', () => {
    const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    const soap = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    expect(json(`<r ${xsi}><a xsi:type="x:string">1</a><b xsi:nil="true" x="1"/><c xsi:nil="0"/></r>`)).toEqual({
      a: '1',
      b: null,
      c: '',
    })
    expect(json(`<r ${soap}><a s:encodingStyle="u" s:mustUnderstand="1">1</a></r>`)).toEqual({ a: '1' })
  })

  test('a field of an odd name is a field', () => {
    const read = json('<r><__proto__>1</__proto__></r>')
    expect(Object.keys(read as object)).toEqual(['__proto__'])
  })
})

describe('what is not read', () => {
  test.each([
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'a DTD, which is not read'],
    ['<a><!ENTITY x "y"></a>', 'a DTD, which is not read'],
    ['<a>&x;</a>', 'an entity that only a DTD would know'],
    ['<a>1 & 2</a>', 'an & that begins nothing'],
    ['<a>&#0;</a>', 'a character that XML does not have'],
    ['<a>&#xd800;</a>', 'a character that XML does not have'],
    ['<a>&#x110000;</a>', 'a character that XML does not have'],
    ['<a>\u0001</a>', 'a character that XML does not have'],
    ['', 'no element'],
    ['text', 'text outside the root'],
    ['<a/>text', 'text outside the root'],
    ['<![CDATA[x]]><a/>', 'text outside the root'],
    ['<a/><b/>', 'a second root'],
    ['<a><b></a></b>', 'an end of an element that is not open'],
    ['</a>', 'an end of an element that is not open'],
    ['<a>', 'it is cut off'],
    ['<a><b>1</b', 'an end of an element that is not open'],
    ['<a><!-- ', 'it is cut off'],
    ['<a><![CDATA[x', 'it is cut off'],
    ['<a x=1/>', 'a tag that is none'],
    ['<a x="<"/>', 'a tag that is none'],
    ['<a x="1" x="2"/>', 'an attribute that stands twice'],
    ['<a x="1"y="2"/>', 'a tag that is none'],
    ['<1/>', 'a tag that is none'],
    ['<a:b:c/>', 'a name with a colon that is none'],
  ])('%s', (text, why) => {
    expect(fault(text)).toBe(why)
  })

  const times = (n: number, text: string) => text.repeat(n)
  test.each([
    ['depth', (n: number) => `${times(n, '<a>')}${times(n, '</a>')}`, XML_LIMITS.depth],
    ['elements', (n: number) => `<a>${times(n - 1, '<b/>')}</a>`, XML_LIMITS.elements],
    [
      'attributes',
      (n: number) => `<a ${Array.from({ length: n }, (_, i) => `x${i}=""`).join(' ')}/>`,
      XML_LIMITS.attributes,
    ],
    ['nameCharacters', (n: number) => `<${times(n, 'a')}/>`, XML_LIMITS.nameCharacters],
    ['nameCharacters of an attribute', (n: number) => `<a ${times(n, 'a')}=""/>`, XML_LIMITS.nameCharacters],
    ['characters', (n: number) => `<a>${times(n - 7, 'x')}</a>`, XML_LIMITS.characters],
  ])('%s: as many as there may be, and one more', (_, make, limit) => {
    expect(fault(make(limit))).toBeNull()
    expect(fault(make(limit + 1))).toContain(String(limit))
  })

  test('a document that is made to grow or to take long ends at once', () => {
    const laughs = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, n) => `<!ENTITY b${n} "&a;&a;">`).join('')}]><l>&b8;</l>`
    expect(fault(laughs)).toBe('a DTD, which is not read')
    expect(fault('<a>'.repeat(1_000_000))).toContain('within each other')
    expect(fault(`<a${' '.repeat(1_000_000)}`)).toBe('a tag that is none')
    expect(fault(`<${'a'.repeat(1_000_000)} `)).not.toBeNull()
    expect(fault(`<a>${'&#1'.repeat(300_000)}</a>`)).toBe('an & that begins nothing')
  })
})

test('whatever is written is read back as it was', () => {
  const text = `]]> <b> & "x" 'y' \r\n\t你好 𠮷`
  expect(json(`<a x="${escapeAttribute(text)}">${escapeText(text)}</a>`)).toEqual({ '@x': text, '#text': text })
  expect(json(`<a>${cdataOf(']]>a<b>]]>')}</a>`)).toBe(']]>a<b>]]>')
  expect([holdsXml('好\t\n'), holdsXml('\u0000'), holdsXml('\ud800'), holdsXml('\uffff')]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
