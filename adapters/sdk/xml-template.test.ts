import { describe, expect, test } from 'vitest'
import { readXml } from './xml.ts'
import { jsonOfXml } from './xml-json.ts'
import { compileXmlTemplate, TEMPLATE_LIMITS } from './xml-template.ts'

const INPUT = {
  name: `<张三> & "]]>'`,
  none: null,
  files: [{ code: 'M1' }, { code: 'M2' }],
  one: [{ code: 'M3' }],
  n: 1.5,
}

function compile(template: string, variables: readonly string[] = []) {
  const compiled = compileXmlTemplate('body', template, {}, variables)
  if (!compiled.ok) return compiled.problems.map(({ problem }) => problem.detail).join('; ')
  return compiled.mapping
}
async function made(template: string, input: unknown = INPUT): Promise<string> {
  const mapping = compile(template)
  if (typeof mapping === 'string') return mapping
  const mapped = await mapping.evaluate({ json: input as never })
  return mapped.ok ? String(mapped.value) : (mapped.problem.detail ?? '')
}
const read = (text: string) => {
  const found = readXml(text)
  return found.ok ? jsonOfXml(found.root) : found.fault
}

describe('XML of a template', () => {
  test.each([
    ['<a>1</a>', '<a>1</a>'],
    [
      '<?xml version="1.0"?><p:a  xmlns:p="u" p:z="1"\n b="2"><p:c/><!-- no --><b>x</b></p:a>',
      '<p:a xmlns:p="u" p:z="1" b="2"><p:c/><b>x</b></p:a>',
    ],
    ['<a b="{{ n }}">{{ n }}元</a>', '<a b="1.5">1.5元</a>'],
    ['<a>{{ nothing }}{{ none }}</a>', '<a></a>'],
    ['<a>{{ "x" & "y" }}</a>', '<a>xy</a>'],
    ['<a><b tb:if="{{ $exists(nothing) }}"/><c tb:if="{{ n > 1 }}">1</c></a>', '<a><c>1</c></a>'],
    [
      '<a><r tb:each="{{ files }}" no="{{ $index }}">{{ code }}/{{ $outer.n }}</r></a>',
      '<a><r no="1">M1/1.5</r><r no="2">M2/1.5</r></a>',
    ],
    ['<a><r tb:each="{{ one }}">{{ code }}</r></a>', '<a><r>M3</r></a>'],
    ['<a><r tb:each="{{ nothing }}">{{ code }}</r></a>', '<a></a>'],
    ['<a><r tb:each="{{ files }}" tb:if="{{ code = \'M2\' }}">{{ code }}</r></a>', '<a><r>M2</r></a>'],
  ])('%s', async (template, text) => {
    expect(await made(template)).toBe(text)
  })

  test('no value can be markup, in text, attributes, CDATA and documents within documents', async () => {
    const text = await made(
      '<a x="{{ name }}"><t>{{ name }}</t><c><![CDATA[{{ name }}]]></c>' +
        '<i tb:inner="cdata" tb:encoding="GBK"> <P no="{{ name }}"><N>{{ name }}</N></P> </i>' +
        '<e tb:inner="text"><P><N>{{ name }}</N></P></e></a>',
    )
    const outer = read(text) as Record<string, string>
    expect(outer).toMatchObject({ '@x': INPUT.name, t: INPUT.name, c: INPUT.name })
    expect(outer.i).toMatch(/^<\?xml version="1.0" encoding="GBK"\?><P /)
    expect(read(outer.i ?? '')).toEqual({ '@no': INPUT.name, N: INPUT.name })
    expect(read(outer.e ?? '')).toEqual({ N: INPUT.name })
    expect(text).toContain('<i><![CDATA[<?xml')
    expect(text).toContain('<e>&lt;P&gt;')
  })

  test.each([
    ['<a>{{ files }}</a>', 'body.a: gave no text'],
    ['<a>{{ $substring("\\u0001x", 0) }}</a>', 'body.a: has a character that XML does not have'],
    ['<a tb:needed="true">{{ nothing }}</a>', 'body.a: found nothing'],
    ['<a><b tb:needed="true" tb:each="{{ nothing }}"/></a>', 'body.a/b/@tb:each: found nothing'],
    [
      '<a><b tb:each="{{ files }}" tb:fields="name"/></a>',
      'body.a/b/@tb:each: gave a field that the element does not have',
    ],
    ['<a tb:if="{{ n }}"/>', 'body.a/@tb:if: must be true or false'],
  ])('what a packet cannot be: %s', async (template, why) => {
    expect(await made(template)).toBe(why)
  })

  test.each([
    ['<a>', 'body: no XML: it is cut off'],
    ['<p:a/>', 'body.p:a: its prefix is nowhere declared'],
    ['<a p:x="1"/>', 'body.a/@x: its prefix is nowhere declared'],
    ['<a>{{ $x }}</a>', 'body.a: there is no $x here'],
    ['<a b="{{ 1 + }}"/>', 'body.a/@b: JSONata S0207'],
    ['<a tb:ech="1"/>', 'body.a: there is no tb:ech; tb:each, tb:if, tb:inner, tb:encoding, tb:needed, tb:fields'],
    ['<a tb:if="yes"/>', 'body.a: tb:if is one expression in {{ }}'],
    ['<a tb:inner="xml"><b/></a>', 'body.a: tb:inner is "cdata" or "text"'],
    [
      '<a tb:inner="text"/>',
      'body.a: tb:inner needs one element within: the root of the document that is sent as text',
    ],
    ['<a tb:encoding="GBK"/>', 'body.a: tb:encoding is the charset'],
    ['<a tb:needed="1"/>', 'body.a: tb:needed is "true"'],
    ['<a><![CDATA[<N>{{ n }}</N>]]></a>', 'body.a: XML within text, with a value in it'],
    ['<a>&lt;N&gt;{{ n }}&lt;/N&gt;</a>', 'body.a: XML within text, with a value in it'],
    ['<a>\ue000</a>', 'body: U+E000 and U+E001 cannot stand in a template'],
    ['<a>$index {{ $index }}</a>', 'body.a: there is no $index here'],
  ])('a mistake is told when it is compiled: %s', (template, fault) => {
    expect(compile(template)).toContain(fault)
  })

  test('as long as it may be, and one more', async () => {
    const long = (n: number) => `<a>${'x'.repeat(n - 7)}</a>`
    expect(typeof compile(long(TEMPLATE_LIMITS.characters))).toBe('object')
    expect(compile(long(TEMPLATE_LIMITS.characters + 1))).toContain('longer than')
    const room = TEMPLATE_LIMITS.outputCharacters - 7
    expect(await made('<a>{{ t }}</a>', { t: 'x'.repeat(room) })).toHaveLength(TEMPLATE_LIMITS.outputCharacters)
    expect(await made('<a>{{ t }}</a>', { t: 'x'.repeat(room + 1) })).toContain('larger than')
    expect(await made('<a><b tb:each="{{ t }}">{{ $ }}</b></a>', { t: Array(9).fill('x'.repeat(room / 2)) })).toContain(
      'larger than',
    )
  })
})
