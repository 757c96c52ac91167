/**
 * What of a WSDL 1.1 gives requests their form: address, SOAPAction, and the message of an operation in document/literal style: names,
 * namespaces and order of its elements, which are needed and which repeat. Values are not checked against simple types. Not read: imports
 * and includes, rpc style, encoded use, headers, messages of several parts, groups and wildcards; an operation that needs them is a fault,
 * and a template says the same without a WSDL.
 */
import { isElement, readXml, type XmlElement } from '../sdk/index.ts'
import { type ElementModel, type Fields, Schemas } from './schema.ts'

const WSDL = 'http://schemas.xmlsoap.org/wsdl/'
const BINDINGS = { '1.1': `${WSDL}soap/`, '1.2': `${WSDL}soap12/` } as const

export type Operation = {
  action: string
  /** The XML template of a message whose fields are these. */
  template(fields: Fields): { ok: true; xml: string } | { ok: false; faults: string[] }
}
export type Wsdl = {
  address: string | null
  operation(name: string): { ok: true; operation: Operation } | { ok: false; fault: string }
}

/** `fault`: what is wrong with it, for whoever wrote the configuration. */
export function readWsdl(
  text: string,
  version: keyof typeof BINDINGS,
  portName: string | undefined,
): { ok: true; wsdl: Wsdl } | { ok: false; fault: string } {
  const read = readXml(text)
  if (!read.ok) return { ok: false, fault: `no XML: ${read.fault}` }
  const { root } = read
  if (root.local !== 'definitions' || root.namespace !== WSDL) return { ok: false, fault: 'no WSDL 1.1' }
  const of = BINDINGS[version]
  const ports = inside(root, 'service').flatMap(service => inside(service, 'port'))
  const port = ports.find(one =>
    portName === undefined ? soapPart(one, of, 'address') !== undefined : attribute(one, 'name') === portName,
  )
  if (port === undefined) return { ok: false, fault: `no port ${portName ?? `of SOAP ${version}`} in it` }
  const binding = inside(root, 'binding').find(one => attribute(one, 'name') === localOf(attribute(port, 'binding')))
  const style = binding === undefined ? undefined : soapPart(binding, of, 'binding')
  if (binding === undefined || style === undefined)
    return { ok: false, fault: `its port has no binding of SOAP ${version}` }
  const address = soapPart(port, of, 'address')
  return {
    ok: true,
    wsdl: {
      address: address === undefined ? null : (attribute(address, 'location') ?? null),
      operation: name => operationOf(root, binding, of, attribute(style, 'style') ?? 'document', name),
    },
  }
}

const inside = (element: XmlElement, local: string): XmlElement[] =>
  element.children.filter(isElement).filter(child => child.namespace === WSDL && child.local === local)
const soapPart = (element: XmlElement, namespace: string, local: string): XmlElement | undefined =>
  element.children.filter(isElement).find(child => child.namespace === namespace && child.local === local)
const attribute = ({ attributes }: XmlElement, name: string): string | undefined =>
  attributes.find(({ prefix, local }) => prefix === '' && local === name)?.value
const localOf = (name: string | undefined): string | undefined => name?.slice(name.lastIndexOf(':') + 1)

function operationOf(
  root: XmlElement,
  binding: XmlElement,
  of: string,
  bindingStyle: string,
  name: string,
): ReturnType<Wsdl['operation']> {
  const fault = (why: string) => ({ ok: false as const, fault: why })
  const named = (elements: readonly XmlElement[], wanted: string | undefined) =>
    elements.find(one => attribute(one, 'name') === wanted)
  const bound = named(inside(binding, 'operation'), name)
  if (bound === undefined) return fault(`the WSDL has no operation ${name}`)
  const soap = soapPart(bound, of, 'operation')
  const [boundInput] = inside(bound, 'input')
  const body = boundInput === undefined ? undefined : soapPart(boundInput, of, 'body')
  const style = (soap === undefined ? undefined : attribute(soap, 'style')) ?? bindingStyle
  if (style !== 'document' || (body !== undefined && attribute(body, 'use') === 'encoded'))
    return fault('only document/literal of a WSDL is read; write the message as a template')
  const portType = named(inside(root, 'portType'), localOf(attribute(binding, 'type')))
  const [input] = inside(named(portType === undefined ? [] : inside(portType, 'operation'), name) ?? root, 'input')
  const message = input === undefined ? undefined : named(inside(root, 'message'), localOf(attribute(input, 'message')))
  const parts = message === undefined ? [] : inside(message, 'part')
  const [part] = parts
  const elementName = part === undefined ? undefined : attribute(part, 'element')
  if (part === undefined || parts.length !== 1 || elementName === undefined)
    return fault('its message is not one element; write it as a template')
  const schemas = new Schemas(root)
  const found = schemas.element(part, elementName)
  if (typeof found === 'string') return fault(found)
  const model: ElementModel = found
  return {
    ok: true,
    operation: {
      action: soap === undefined ? '' : (attribute(soap, 'soapAction') ?? ''),
      template: fields => schemas.template(model, fields),
    },
  }
}
