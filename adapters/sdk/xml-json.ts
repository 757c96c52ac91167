/**
 * XML as mappings read it: an element is a field by its local name, several of one name are a list; without children it is its text,
 * with attributes an object of `@name` fields and `#text`. Text stays text: no number is made of digits.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { isElement, type XmlElement } from './xml.ts'

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
export const SOAP_NAMESPACES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const
/** Attributes that say how a document is written, and nothing of what it says. */
const ABOUT_WRITING: ReadonlySet<string | null> = new Set([XSI, ...Object.values(SOAP_NAMESPACES)])

/** The text of an element, without that of the elements in it. */
export const textOfElement = ({ children }: XmlElement): string =>
  children.map(child => (isElement(child) ? '' : child.text)).join('')

/** Null: it says that it is nil. */
export function jsonOfXml(element: XmlElement): JsonValue {
  const fields = new Map<string, JsonValue>()
  for (const { prefix, local, namespace, value } of element.attributes) {
    if (namespace === XSI && local === 'nil' && /^\s*(?:true|1)\s*$/.test(value)) return null
    if (local !== 'xmlns' && prefix !== 'xmlns' && !ABOUT_WRITING.has(namespace)) fields.set(`@${local}`, value)
  }
  const text = textOfElement(element)
  const children = element.children.filter(isElement)
  if (children.length === 0) {
    if (fields.size === 0) return text
    fields.set('#text', text)
    return Object.fromEntries(fields)
  }
  if (text.trim() !== '') fields.set('#text', text.trim())
  for (const child of children) {
    const { local } = child
    const value = jsonOfXml(child)
    const before = fields.get(local)
    if (before === undefined) fields.set(local, value)
    // An element is no list itself.
    else if (Array.isArray(before)) before.push(value)
    else fields.set(local, [before, value])
  }
  return Object.fromEntries(fields)
}
