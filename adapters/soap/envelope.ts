/** Envelopes of SOAP 1.1 and 1.2: made around what a template gives, and what mappings read of those that come. */
import type { JsonValue } from '../../protocol/primitives.ts'
import {
  type Codec,
  codecOf,
  isElement,
  jsonOfXml,
  readPlainXml,
  SOAP_NAMESPACES,
  textOfElement,
  XML_FORM,
  type XmlElement,
} from '../sdk/index.ts'

export const VERSIONS = ['1.1', '1.2'] as const
export type SoapVersion = (typeof VERSIONS)[number]

/** A template of a whole envelope around the templates of its parts. */
export function envelopeOf(
  version: SoapVersion,
  { namespaces, header, body }: { namespaces: Readonly<Record<string, string>>; header: string; body: string },
): string {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  const head = header === '' ? '' : `<soapenv:Header>${header}</soapenv:Header>`
  return `<soapenv:Envelope xmlns:soapenv="${SOAP_NAMESPACES[version]}"${declared.join('')}>${head}<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`
}

const ENVELOPE = /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:[\w.-]+:)?Envelope[\s/>]/

/** Whether a template is an envelope itself. */
export const isEnvelope = (template: string): boolean => ENVELOPE.test(template)

/** Codes after which the same request never succeeds (SOAP 1.1 §4.4.1, 1.2 part 1 §5.4.6), and those of the service. */
const FINAL = ['Client', 'Sender', 'VersionMismatch', 'MustUnderstand', 'DataEncodingUnknown']
const PASSING = ['Server', 'Receiver']

/**
 * What the Body holds, by local names; `Header` where there is one; a fault of either version as `Fault`: code (without its prefix),
 * subcode, reason, detail.
 */
export const SOAP_CODEC: Codec = codecOf({
  ...XML_FORM,
  mediaType: 'text/xml',
  accepts: 'text/xml, application/soap+xml',
  strict: true,
  parse(text) {
    const read = readPlainXml(text)
    if (!read.ok) return { body: undefined, unreadable: read.unreadable }
    const { root } = read
    const parts = root.children.filter(isElement)
    const body = partOf(parts, root, 'Body')
    if (root.local !== 'Envelope' || !isSoap(root.namespace) || body === undefined)
      return { body: undefined, unreadable: 'envelope' }
    const header = partOf(parts, root, 'Header')
    const fault = partOf(body.children.filter(isElement), root, 'Fault')
    return {
      body: {
        ...(header === undefined ? {} : { Header: jsonOfXml(header) }),
        ...fieldsOfElement(body),
        ...(fault === undefined ? {} : { Fault: faultOf(fault) }),
      },
      unreadable: null,
    }
  },
  fault(body) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return null
    const { Fault: fault } = body
    if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) return null
    const base = String(fault.code).split('.')[0] ?? ''
    return { code: [...FINAL, ...PASSING].includes(base) ? base : 'unknown', final: FINAL.includes(base) }
  },
})

const isSoap = (namespace: string | null): boolean => Object.values(SOAP_NAMESPACES).some(known => known === namespace)

const partOf = (elements: readonly XmlElement[], { namespace }: XmlElement, name: string): XmlElement | undefined =>
  elements.find(element => element.local === name && element.namespace === namespace)

function fieldsOfElement(element: XmlElement): Record<string, JsonValue> {
  const json = jsonOfXml(element)
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {}
}

function faultOf(fault: XmlElement): JsonValue {
  const at = (...path: string[]): XmlElement | undefined =>
    path.reduce<XmlElement | undefined>(
      (found, name) => found?.children.filter(isElement).find(({ local }) => local === name),
      fault,
    )
  const textAt = (...path: string[]): string | undefined => {
    const found = at(...path)
    return found === undefined ? undefined : textOfElement(found).trim()
  }
  const name = (text: string | undefined): string | undefined => text?.slice(text.lastIndexOf(':') + 1)
  const code = name(textAt('faultcode') ?? textAt('Code', 'Value')) ?? ''
  const subcode = name(textAt('Code', 'Subcode', 'Value'))
  const reason = textAt('faultstring') ?? textAt('Reason', 'Text') ?? ''
  const detail = at('detail') ?? at('Detail')
  return {
    code,
    ...(subcode === undefined ? {} : { subcode }),
    reason,
    ...(detail === undefined ? {} : { detail: jsonOfXml(detail) }),
  }
}
