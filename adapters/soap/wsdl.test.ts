import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { createSoapAdapter } from './soap.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const submit = sampleSubmit('soap')
const { context } = testContext()
const GOOD =
  '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><addResponse><no>1</no></addResponse></S:Body></S:Envelope>'

function answering(url: string): { headers: Headers; text: string }[] {
  const seen: { headers: Headers; text: string }[] = []
  server.use(
    http.post(url, async ({ request }) => {
      seen.push({ headers: request.headers, text: await request.text() })
      return new HttpResponse(GOOD)
    }),
  )
  return seen
}

/** What a configuration is refused for. */
const faultOf = (make: () => unknown): string => {
  try {
    make()
    return ''
  } catch (error) {
    return (error as { problem?: { detail?: string } }).problem?.detail ?? String(error)
  }
}

const WSDL = `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:t="urn:case" xmlns:d="urn:data" xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:case">
  <wsdl:types>
    <xs:schema targetNamespace="urn:data">
      <xs:complexType name="Base"><xs:sequence><xs:element name="id" type="xs:string"/></xs:sequence></xs:complexType>
      <xs:complexType name="Stuff"><xs:complexContent><xs:extension base="d:Base"><xs:sequence>
        <xs:element name="code" type="d:Code"/><xs:element name="name" type="xs:string" minOccurs="0"/></xs:sequence>
        <xs:attribute name="no"/></xs:extension></xs:complexContent></xs:complexType>
      <xs:simpleType name="Code"><xs:restriction base="xs:string"/></xs:simpleType>
      <xs:complexType name="Tree"><xs:sequence><xs:element name="of" type="d:Tree" minOccurs="0"/></xs:sequence></xs:complexType>
    </xs:schema>
    <xs:schema targetNamespace="urn:case" elementFormDefault="qualified">
      <xs:element name="add"><xs:complexType><xs:sequence>
        <xs:element name="caseNo" type="xs:string"/>
        <xs:element name="person"><xs:complexType><xs:all><xs:element name="name" type="xs:string"/><xs:element name="phone" type="xs:string" minOccurs="0"/></xs:all></xs:complexType></xs:element>
        <xs:element name="stuff" type="d:Stuff" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="tag" type="xs:string" minOccurs="0" maxOccurs="9"/>
        <xs:element name="tree" type="d:Tree" minOccurs="0"/>
        <xs:choice><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:choice>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="odd"><xs:complexType><xs:group ref="t:g"/></xs:complexType></xs:element>
      <xs:element name="far" type="t:Imported"/>
    </xs:schema>
  </wsdl:types>
  ${['add', 'odd', 'far'].map(name => `<wsdl:message name="${name}In"><wsdl:part name="parameters" element="t:${name}"/></wsdl:message>`).join('')}
  <wsdl:message name="rpcIn"><wsdl:part name="a" type="xs:string"/></wsdl:message>
  <wsdl:portType name="P">${['add', 'odd', 'far', 'rpc'].map(name => `<wsdl:operation name="${name}"><wsdl:input message="t:${name}In"/></wsdl:operation>`).join('')}</wsdl:portType>
  ${(['soap', 'soap12'] as const)
    .map(
      soap =>
        `<wsdl:binding name="${soap}B" type="t:P"><${soap}:binding style="document"/>${['add', 'odd', 'far'].map(name => `<wsdl:operation name="${name}"><${soap}:operation soapAction="urn:${soap}#${name}"/><wsdl:input><${soap}:body use="literal"/></wsdl:input></wsdl:operation>`).join('')}<wsdl:operation name="rpc"><${soap}:operation style="rpc"/><wsdl:input><${soap}:body use="literal"/></wsdl:input></wsdl:operation></wsdl:binding>`,
    )
    .join('')}
  <wsdl:service name="S"><wsdl:port name="One" binding="t:soapB"><soap:address location="https://approval.test/ws/wsdl"/></wsdl:port>
    <wsdl:port name="Two" binding="t:soap12B"><soap12:address location="https://approval.test/ws/wsdl12"/></wsdl:port></wsdl:service>
</wsdl:definitions>`

describe('a WSDL', () => {
  const withWsdl = (register: object, change: object = {}, wsdl = WSDL) =>
    createSoapAdapter({
      config: {
        auth: { scheme: 'none' },
        timeoutMs: 600_000,
        wsdl: { file: 'case.wsdl' },
        ...change,
        register: { operation: 'add', ...register, response: { localCaseNo: 'addResponse.no' } },
      },
      secrets: { password: 'pass<word>' },
      files: { 'case.wsdl': wsdl },
    })
  const person = { phone: 'body.nothing', name: 'body.applicant.name' }

  test('gives address, action, namespaces and the order of elements', async () => {
    const url = 'https://approval.test/ws/wsdl'
    const seen = answering(url)
    const adapter = withWsdl({
      body: {
        stuff: '[body.materials.{ "code": code, "id": sha256, "@no": "1" }]',
        b: { secret: 'password' },
        tag: ["'x'", "'<y>'"],
        person,
        caseNo: 'caseNo',
      },
    })
    expect(await adapter.deliver(sampleSubmit('wsdl'), context)).toMatchObject({ ok: true })
    expect(seen[0]?.headers.get('soapaction')).toBe('"urn:soap#add"')
    const [body] = /<soapenv:Body>[\s\S]*<\/soapenv:Body>/.exec(seen[0]?.text ?? '') ?? []
    expect(body).toBe(
      '<soapenv:Body><n0:add xmlns:n0="urn:case">' +
        `<n0:caseNo>${sampleSubmit('wsdl').caseNo}</n0:caseNo><n0:person><n0:name>欧阳金丝雀</n0:name></n0:person>` +
        '<n0:tag>x</n0:tag><n0:tag>&lt;y&gt;</n0:tag><n0:b>pass&lt;word&gt;</n0:b></n0:add></soapenv:Body>',
    )
  })

  test('a list fills the fields of its element, in their order; unqualified ones have no prefix', async () => {
    const seen = answering('https://approval.test/ws/wsdl12')
    const stuff = (fields: string) => ({
      body: { caseNo: 'caseNo', person, stuff: `[1,2].{ "id": "I", ${fields} }` },
    })
    const adapter = withWsdl(stuff('"code": "C" & $string($), "@no": $'), { soap: '1.2' })
    expect(await adapter.deliver(submit, context)).toMatchObject({ ok: true })
    expect(seen[0]?.headers.get('content-type')).toContain('action="urn:soap12#add"')
    expect(seen[0]?.text).toContain(
      '<n0:stuff no="1"><id>I</id><code>C1</code></n0:stuff><n0:stuff no="2"><id>I</id><code>C2</code></n0:stuff>',
    )
    for (const [fields, why] of [
      ['"code": "C", "nmae": 1', 'gave a field that the element does not have'],
      ['"name": "x"', 'found nothing'],
    ])
      expect(await withWsdl(stuff(fields ?? ''), { soap: '1.2' }).deliver(submit, context)).toMatchObject({
        code: 'adapter.mapping',
        detail: expect.stringContaining(why ?? ''),
      })
  })

  test.each([
    [{ body: { caseNo: 'caseNo' } }, 'register.body.person: is missing, and the WSDL needs it'],
    [
      { body: { caseNo: 'caseNo', person: { nmae: '1', name: '1' } } },
      'register.body.person.nmae: the WSDL has no such field; name, phone',
    ],
    [{ body: { caseNo: ['1'], person } }, 'register.body.caseNo: a list, where the WSDL has one element'],
    [{ body: { caseNo: { a: '1' }, person } }, 'register.body.caseNo: a text, where the WSDL has no fields'],
    [{ body: { caseNo: '{"a":{"b":1}}', person } }, 'register.body.caseNo: write } } with a blank between'],
    [{ body: { caseNo: '1', person, tree: '{}' } }, 'register.body.tree.of: a type that contains itself'],
    [{ body: 'caseNo' }, 'register.body: an object of its fields'],
    [{ operation: 'none', body: {} }, 'register.operation: the WSDL has no operation none'],
    [{ operation: 'rpc', body: {} }, 'register.operation: only document/literal of a WSDL is read'],
    [{ operation: 'odd', body: {} }, 'register.body: group of its schema is not read'],
    [{ operation: 'far', body: {} }, 'register.operation: the type Imported is not in the WSDL'],
  ])('a mistake is told at the start: %j', (register, why) => {
    expect(faultOf(() => withWsdl(register))).toContain(why)
  })

  test.each([
    [{}, '<a/>', 'wsdl: no WSDL 1.1'],
    [{}, '<a', 'wsdl: no XML'],
    [{}, '', 'wsdl: no XML'],
    [{ wsdl: { file: 'case.wsdl', port: 'Three' } }, WSDL, 'wsdl: no port Three in it'],
    [{ wsdl: { file: 'case.wsdl', port: 'Two' } }, WSDL, 'wsdl: its port has no binding of SOAP 1.1'],
    [{ soap: '1.2' }, WSDL.replaceAll('soap12', 'soap13'), 'wsdl: no port of SOAP 1.2 in it'],
    [{ wsdl: undefined }, WSDL, 'register.operation: there is no wsdl'],
  ])('a WSDL that cannot be used is told at the start: %j', (change, wsdl, why) => {
    expect(faultOf(() => withWsdl({ body: { caseNo: '1', person } }, change, wsdl))).toContain(why)
  })
})
