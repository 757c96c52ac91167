/**
 * Elements of XML Schema, as far as they give a message its form, and the XML template that an object of expressions becomes by them:
 * elements in the order of the schema, each in its namespace. A field that the schema does not have, and a needed one that is missing,
 * are faults. Of a choice each element counts as optional.
 */
import { isElement, type Template, type XmlElement } from '../sdk/index.ts'

const XSD = 'http://www.w3.org/2001/XMLSchema'

export type ElementModel = {
  name: string
  /** null: it is unqualified */
  namespace: string | null
  needed: boolean
  repeats: boolean
  /** null: text */
  type: (() => TypeModel) | null
}
/** `node`: where it is defined. */
type TypeModel = { node: XmlElement; elements: readonly ElementModel[]; attributes: readonly string[]; text: boolean }
export type Fields = Template

/** What is wrong with the schema. */
class SchemaFault extends Error {}

const local = (name: string): string => name.slice(name.lastIndexOf(':') + 1)
const childrenOf = (element: XmlElement): XmlElement[] =>
  element.children.filter(isElement).filter(({ namespace }) => namespace === XSD)
const attributeOf = ({ attributes }: XmlElement, name: string): string | undefined =>
  attributes.find(attribute => attribute.prefix === '' && attribute.local === name)?.value

type Global = { node: XmlElement; schema: XmlElement }

export class Schemas {
  /** namespaces by prefix, where an element stands */
  readonly #spaces = new Map<XmlElement, ReadonlyMap<string, string>>()
  readonly #elements = new Map<string, Global>()
  readonly #types = new Map<string, Global>()

  constructor(root: XmlElement) {
    this.#walk(root, new Map())
  }

  #walk(element: XmlElement, around: ReadonlyMap<string, string>): void {
    const spaces = new Map(around)
    for (const { prefix, local: name, value } of element.attributes) {
      if (prefix === 'xmlns') spaces.set(name, value)
      else if (prefix === '' && name === 'xmlns') spaces.set('', value)
    }
    this.#spaces.set(element, spaces)
    if (element.namespace === XSD && element.local === 'schema') {
      const target = attributeOf(element, 'targetNamespace') ?? ''
      for (const node of childrenOf(element)) {
        const key = `${target} ${attributeOf(node, 'name')}`
        if (node.local === 'element') this.#elements.set(key, { node, schema: element })
        if (node.local === 'complexType' || node.local === 'simpleType') this.#types.set(key, { node, schema: element })
      }
    }
    for (const child of element.children) if (isElement(child)) this.#walk(child, spaces)
  }

  #named(at: XmlElement, name: string): string {
    const prefix = name.includes(':') ? name.slice(0, name.indexOf(':')) : ''
    return `${this.#spaces.get(at)?.get(prefix) ?? ''} ${local(name)}`
  }

  /** The element that a name at some place means; a text says why there is none. */
  element(at: XmlElement, name: string): ElementModel | string {
    try {
      return this.#global(at, name)
    } catch (error) {
      if (error instanceof SchemaFault) return error.message
      throw error
    }
  }

  #global(at: XmlElement, name: string): ElementModel {
    const found = this.#elements.get(this.#named(at, name))
    if (found === undefined)
      throw new SchemaFault(`the element ${local(name)} is not in the WSDL; what is imported is not read`)
    return this.#model(found.node, found.schema, true)
  }

  #model(node: XmlElement, schema: XmlElement, global: boolean): ElementModel {
    const bounds = {
      needed: attributeOf(node, 'minOccurs') !== '0',
      repeats: !['0', '1', undefined].includes(attributeOf(node, 'maxOccurs')),
    }
    const ref = attributeOf(node, 'ref')
    if (ref !== undefined) return { ...this.#global(node, ref), ...bounds }
    const form = attributeOf(node, 'form') ?? attributeOf(schema, 'elementFormDefault')
    return {
      name: attributeOf(node, 'name') ?? '',
      namespace: global || form === 'qualified' ? (attributeOf(schema, 'targetNamespace') ?? null) : null,
      ...bounds,
      type: this.#typeOf(node, schema),
    }
  }

  /** Null: the element is text. */
  #typeOf(node: XmlElement, schema: XmlElement): ElementModel['type'] {
    const inline = childrenOf(node).find(({ local: name }) => name === 'complexType')
    if (inline !== undefined) return () => this.#complex(inline, schema)
    const name = attributeOf(node, 'type')
    if (name === undefined) return null
    const key = this.#named(node, name)
    if (key.startsWith(`${XSD} `)) return null
    const found = this.#types.get(key)
    if (found === undefined)
      throw new SchemaFault(`the type ${local(name)} is not in the WSDL; what is imported is not read`)
    return found.node.local === 'simpleType' ? null : () => this.#complex(found.node, found.schema)
  }

  #complex(node: XmlElement, schema: XmlElement): TypeModel {
    let type: TypeModel = { node, elements: [], attributes: [], text: false }
    for (const child of childrenOf(node)) {
      const name = attributeOf(child, 'name')
      if (['sequence', 'all', 'choice'].includes(child.local))
        type = { ...type, elements: [...type.elements, ...this.#particles(child, schema, true)] }
      else if (child.local === 'attribute' && name !== undefined)
        type = { ...type, attributes: [...type.attributes, name] }
      else if (child.local === 'complexContent' || child.local === 'simpleContent')
        for (const derived of childrenOf(child)) type = this.#derived(derived, schema, child.local === 'simpleContent')
      else if (child.local !== 'annotation' && child.local !== 'anyAttribute')
        throw new SchemaFault(`${child.local} of its schema is not read; write the message as a template`)
    }
    return type
  }

  #derived(derived: XmlElement, schema: XmlElement, text: boolean): TypeModel {
    const own = this.#complex(derived, schema)
    if (text) return { ...own, text }
    if (derived.local !== 'extension')
      throw new SchemaFault(`${derived.local} of its schema is not read; write the message as a template`)
    const base = this.#types.get(this.#named(derived, attributeOf(derived, 'base') ?? ''))
    if (base === undefined) throw new SchemaFault('the base of a type is not in the WSDL; what is imported is not read')
    const before = this.#complex(base.node, base.schema)
    return {
      node: derived,
      elements: [...before.elements, ...own.elements],
      attributes: [...before.attributes, ...own.attributes],
      text: before.text,
    }
  }

  #particles(group: XmlElement, schema: XmlElement, needed: boolean): ElementModel[] {
    const always = needed && group.local !== 'choice' && attributeOf(group, 'minOccurs') !== '0'
    return childrenOf(group).flatMap((child): ElementModel[] => {
      if (['sequence', 'all', 'choice'].includes(child.local)) return this.#particles(child, schema, always)
      if (child.local === 'annotation' || child.local === 'any') return []
      if (child.local !== 'element')
        throw new SchemaFault(`${child.local} of its schema is not read; write the message as a template`)
      const model = this.#model(child, schema, false)
      return [{ ...model, needed: always && model.needed }]
    })
  }

  /** The XML template of an element whose fields are these. */
  template(model: ElementModel, fields: Fields): { ok: true; xml: string } | { ok: false; faults: string[] } {
    const writer = new Writer()
    try {
      const xml = writer.root(model, fields)
      return writer.faults.length === 0 ? { ok: true, xml } : { ok: false, faults: writer.faults }
    } catch (error) {
      if (error instanceof SchemaFault) return { ok: false, faults: [`: ${error.message}`] }
      throw error
    }
  }
}

/** Types that one expression fills, of which none may contain itself. */
type Within = readonly XmlElement[]

class Writer {
  /** each begins with the place below the body */
  readonly faults: string[] = []
  readonly #prefixes = new Map<string, string>()

  root(model: ElementModel, fields: Fields): string {
    const written = this.#one(model, '', fields, [], '')
    const declared = [...this.#prefixes].map(([uri, prefix]) => ` xmlns:${prefix}="${escaped(uri)}"`).join('')
    // The first tag is that of the element itself.
    return written.replace(/^<[^\s/>]+/, tag => `${tag}${declared}`)
  }

  #fault(at: string, why: string): string {
    this.faults.push(`${at}: ${why}`)
    return ''
  }

  #tag({ name, namespace }: ElementModel): string {
    if (namespace === null) return name
    const prefix = this.#prefixes.get(namespace) ?? `n${this.#prefixes.size}`
    this.#prefixes.set(namespace, prefix)
    return `${prefix}:${name}`
  }

  #element(model: ElementModel, at: string, value: Fields | undefined, within: Within): string {
    const { needed, repeats } = model
    if (value === undefined) return needed ? this.#fault(at, 'is missing, and the WSDL needs it') : ''
    if (Array.isArray(value)) {
      if (!repeats) return this.#fault(at, 'a list, where the WSDL has one element')
      return value.map((entry, index) => this.#one(model, `${at}.${index}`, entry, within, '')).join('')
    }
    if (typeof value !== 'string') return this.#one(model, at, value, within, '')
    const expression = this.#expression(at, value)
    const directive = repeats || model.type !== null ? `tb:each="{{ ${expression} }}"` : ''
    if (directive !== '')
      return this.#one(model, at, value, within, ` ${directive}${needed ? ' tb:needed="true"' : ''}`)
    const found = `{{ $exists(${expression}) and (${expression}) != null }}`
    return this.#one(model, at, value, within, needed ? ' tb:needed="true"' : ` tb:if="${found}"`)
  }

  /** `directives`: attributes of the template; with `tb:each` the value is the entry. */
  #one(model: ElementModel, at: string, value: Fields, within: Within, directives: string): string {
    const tag = this.#tag(model)
    const each = directives.includes('tb:each')
    if (model.type === null) return `<${tag}${directives}>${this.#text(at, value, each)}</${tag}>`
    const type = model.type()
    if (each && within.includes(type.node))
      return this.#fault(at, 'a type that contains itself; give an object of its fields')
    if (!each && (typeof value !== 'object' || value === null || Array.isArray(value)))
      return this.#fault(at, 'an object of its fields')
    const fields = each ? ownNames(type) : (value as { [field: string]: Fields })
    const known = new Set([...type.elements.map(({ name }) => name), ...type.attributes.map(name => `@${name}`)])
    if (type.text) known.add('#text')
    for (const name of Object.keys(fields)) {
      if (!known.has(name)) this.#fault(`${at}.${name}`, `the WSDL has no such field; ${[...known].join(', ')}`)
    }
    const attributes = type.attributes
      .filter(name => fields[`@${name}`] !== undefined)
      .map(name => ` ${name}="${this.#text(`${at}.@${name}`, fields[`@${name}`] ?? null, false)}"`)
    const inner = type.elements.map(child =>
      this.#element(child, `${at}.${child.name}`, fields[child.name], each ? [...within, type.node] : within),
    )
    const text = type.text && fields['#text'] !== undefined ? this.#text(`${at}.#text`, fields['#text'], false) : ''
    const listed = each ? ` tb:fields="${[...known].join(' ')}"` : ''
    return `<${tag}${directives}${listed}${attributes.join('')}>${text}${inner.join('')}</${tag}>`
  }

  #text(at: string, value: Fields, each: boolean): string {
    if (each) return '{{ $ }}'
    if (typeof value === 'string') return `{{ ${this.#expression(at, value)} }}`
    if (typeof value !== 'object') return escaped(String(value))
    const secret = value === null || Array.isArray(value) ? undefined : value.secret
    return typeof secret === 'string'
      ? `{{ $secret('${secret}') }}`
      : this.#fault(at, 'a text, where the WSDL has no fields')
  }

  #expression(at: string, expression: string): string {
    if (expression.includes('}}')) this.#fault(at, 'write } } with a blank between')
    return expression
  }
}

/** The fields of an entry, each by its own name. */
const ownNames = ({ elements, attributes, text }: TypeModel): { [field: string]: Fields } =>
  Object.fromEntries(
    [...elements.map(({ name }) => name), ...attributes.map(name => `@${name}`), ...(text ? ['#text'] : [])].map(
      name => [name, `\`${name}\``] as const,
    ),
  )

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
