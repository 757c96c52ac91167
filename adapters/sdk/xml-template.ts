/**
 * XML of a template: a document with expressions in `{{ … }}` where text or the value of an attribute stands. It is read as XML when it is
 * compiled, so what an expression gives is always text, whatever letters it has; names, prefixes, attributes and order stay as written.
 * Attributes `tb:…` say what becomes of their element and are not sent.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { compileMapping, type Mapping, type MappingFunctions, type MappingInput, mappingInput } from './mapping.ts'
import {
  cdataOf,
  escapeAttribute,
  escapeText,
  holdsXml,
  isElement,
  readXml,
  type XmlAttribute,
  type XmlElement,
} from './xml.ts'

export const TEMPLATE_LIMITS = {
  /** characters of a template */
  characters: 256 * 1024,
  /** characters of the XML that one makes */
  outputCharacters: 1024 * 1024,
} as const

/** What `tb:…` attributes there are. */
const DIRECTIVES = ['each', 'if', 'inner', 'encoding', 'needed', 'fields'] as const
type Directive = (typeof DIRECTIVES)[number]
const isDirective = (name: string): name is Directive => DIRECTIVES.some(known => known === name)

/** Stands for the expression of its number while the template is read; no template has such letters. */
const MARK = /\ue000(\d+)\ue001/
const EXPRESSION = /\{\{([\s\S]*?)\}\}/g

/** Text as it stands, and what expressions give. */
type Piece = string | Mapping
type TextPart = { text: readonly Piece[]; cdata: boolean }
type ElementPart = {
  name: string
  /** in order; `escaped` is the text between the quotes where nothing is made */
  attributes: readonly { name: string; value: readonly Piece[] }[]
  children: readonly (ElementPart | TextPart)[]
  each: Mapping | null
  wanted: Mapping | null
  inner: 'cdata' | 'text' | null
  encoding: string | null
  needed: boolean
  fields: ReadonlySet<string> | null
}

class PartRefused extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super(refused.problem.code)
    this.refused = refused
  }
}
const fail = (place: string, why: string): never => {
  throw new PartRefused(refuse('adapter.mapping', `${place}: ${why}`))
}

/**
 * Compiles a template; all problems are given at once. Its expressions read the input, or within `tb:each` the entry, and there `$outer`,
 * the whole input, and `$index`, from 1. Problem: `config.invalid`.
 */
export function compileXmlTemplate(
  place: string,
  template: string,
  functions: MappingFunctions = {},
  variables: readonly string[] = [],
): { ok: true; mapping: Mapping } | { ok: false; problems: Refused[] } {
  const compiler = new Compiler(place, functions, variables)
  const root = compiler.document(template)
  if (root === null || compiler.problems.length > 0) return { ok: false, problems: compiler.problems }
  const { mappings } = compiler
  return {
    ok: true,
    mapping: {
      place,
      asks: name => mappings.some(mapping => mapping.asks(name)),
      named: name => mappings.flatMap(mapping => mapping.named(name)),
      async evaluate(input, given = {}) {
        try {
          const text = await render(root, { input, given })
          if (text.length > TEMPLATE_LIMITS.outputCharacters)
            return refuse('adapter.mapping', `${place}: larger than ${TEMPLATE_LIMITS.outputCharacters} characters`)
          return { ok: true, value: text }
        } catch (error) {
          if (error instanceof PartRefused) return error.refused
          throw error
        }
      },
    },
  }
}

class Compiler {
  readonly problems: Refused[] = []
  readonly mappings: Mapping[] = []
  readonly #place: string
  readonly #functions: MappingFunctions
  readonly #variables: readonly string[]
  readonly #expressions: string[] = []

  constructor(place: string, functions: MappingFunctions, variables: readonly string[]) {
    this.#place = place
    this.#functions = functions
    this.#variables = variables
  }

  #fault(at: string, why: string): void {
    this.problems.push(refuse('config.invalid', `${at}: ${why}`))
  }

  document(template: string): ElementPart | null {
    if (template.length > TEMPLATE_LIMITS.characters) {
      this.#fault(this.#place, `longer than ${TEMPLATE_LIMITS.characters} characters`)
      return null
    }
    if (/[\ue000\ue001]/.test(template)) {
      this.#fault(this.#place, 'U+E000 and U+E001 cannot stand in a template')
      return null
    }
    const marked = template.replaceAll(EXPRESSION, (_, expression: string) => {
      this.#expressions.push(expression.trim())
      return `\ue000${this.#expressions.length - 1}\ue001`
    })
    const read = readXml(marked)
    if (!read.ok) {
      this.#fault(this.#place, `no XML: ${read.fault}`)
      return null
    }
    return this.#element(this.#place, read.root, this.#variables, true)
  }

  #mapping(at: string, mark: string, variables: readonly string[]): Mapping | null {
    const compiled = compileMapping(at, this.#expressions[Number(mark)] ?? '', this.#functions, variables)
    if (compiled.ok) {
      this.mappings.push(compiled.mapping)
      return compiled.mapping
    }
    this.problems.push(compiled)
    return null
  }

  /** What a text with expressions in it is made of; `literal` is how the rest is written. */
  #pieces(at: string, text: string, variables: readonly string[], literal: (text: string) => string): Piece[] {
    return text.split(new RegExp(MARK, 'g')).flatMap((part, index): Piece[] => {
      if (index % 2 === 0) return part === '' ? [] : [literal(part)]
      const mapping = this.#mapping(at, part, variables)
      return mapping === null ? [] : [mapping]
    })
  }

  #element(above: string, element: XmlElement, outer: readonly string[], root = false): ElementPart {
    const name = qualified(element)
    const at = root ? `${above}.${name}` : `${above}/${name}`
    if (element.prefix !== '' && element.namespace === null) this.#fault(at, 'its prefix is nowhere declared')
    const given = new Map<Directive, string>()
    const attributes: XmlAttribute[] = []
    for (const attribute of element.attributes) {
      const { prefix, local, namespace, value } = attribute
      if (prefix !== 'tb') {
        if (prefix !== '' && prefix !== 'xmlns' && namespace === null)
          this.#fault(`${at}/@${local}`, 'its prefix is nowhere declared')
        attributes.push(attribute)
      } else if (isDirective(local)) given.set(local, value)
      else this.#fault(at, `there is no tb:${local}; ${DIRECTIVES.map(known => `tb:${known}`).join(', ')}`)
    }
    const each = this.#directive(at, 'each', given.get('each'), outer)
    const variables = each === null ? outer : [...outer, 'outer', 'index']
    const inner = given.get('inner') ?? null
    const encoding = given.get('encoding') ?? null
    if (inner !== null && inner !== 'cdata' && inner !== 'text') this.#fault(at, 'tb:inner is "cdata" or "text"')
    if (encoding !== null && (inner === null || !/^[\w-]{1,20}$/.test(encoding)))
      this.#fault(at, 'tb:encoding is the charset that the declaration of a tb:inner document names')
    if (inner !== null && element.children.filter(isElement).length !== 1)
      this.#fault(at, 'tb:inner needs one element within: the root of the document that is sent as text')
    const needed = given.get('needed')
    if (needed !== undefined && needed !== 'true') this.#fault(at, 'tb:needed is "true"')
    return {
      name,
      each,
      wanted: this.#directive(at, 'if', given.get('if'), variables),
      inner: inner === 'cdata' || inner === 'text' ? inner : null,
      encoding,
      needed: needed === 'true',
      fields: given.has('fields') ? new Set(given.get('fields')?.split(/\s+/)) : null,
      attributes: attributes.map(attribute => ({
        name: qualified(attribute),
        value: this.#pieces(`${at}/@${attribute.local}`, attribute.value, variables, escapeAttribute),
      })),
      children: element.children.map(child => {
        if (isElement(child)) return this.#element(at, child, variables)
        const { text, cdata } = child
        if (MARK.test(text) && /[<>]/.test(text))
          this.#fault(at, 'XML within text, with a value in it: write it as elements, within one with tb:inner="cdata"')
        return { text: this.#pieces(at, text, variables, cdata ? plain => plain : escapeText), cdata }
      }),
    }
  }

  /** The one expression of a `tb:` attribute. */
  #directive(at: string, name: Directive, value: string | undefined, variables: readonly string[]): Mapping | null {
    if (value === undefined) return null
    const found = new RegExp(`^\\s*${MARK.source}\\s*$`).exec(value)?.[1]
    if (found !== undefined) return this.#mapping(`${at}/@tb:${name}`, found, variables)
    this.#fault(at, `tb:${name} is one expression in {{ }}`)
    return null
  }
}

const qualified = ({ prefix, local }: { prefix: string; local: string }): string =>
  prefix === '' ? local : `${prefix}:${local}`

type Scope = { input: MappingInput; given: Readonly<Record<string, JsonValue>>; outer?: JsonValue }

async function evaluated(mapping: Mapping, { input, given }: Scope): Promise<JsonValue | undefined> {
  const mapped = await mapping.evaluate(input, given)
  if (!mapped.ok) throw new PartRefused(mapped)
  return mapped.value ?? undefined
}

async function render(part: ElementPart, scope: Scope): Promise<string> {
  if (part.each === null) return one(part, scope)
  const found = await evaluated(part.each, scope)
  const entries = found === undefined ? [] : Array.isArray(found) ? found : [found]
  if (entries.length === 0 && part.needed) fail(part.each.place, 'found nothing')
  const outer = scope.outer ?? scope.input.json
  let text = ''
  for (const [index, entry] of entries.entries()) {
    const made = mappingInput(part.each.place, entry)
    if (!made.ok) throw new PartRefused(made)
    const unknown =
      part.fields === null || typeof entry !== 'object' || entry === null || Array.isArray(entry)
        ? undefined
        : Object.keys(entry).find(field => part.fields?.has(field) === false)
    if (unknown !== undefined) fail(part.each.place, 'gave a field that the element does not have')
    text += await one(part, { input: made.input, outer, given: { ...scope.given, outer, index: index + 1 } })
    if (text.length > TEMPLATE_LIMITS.outputCharacters)
      fail(part.each.place, `larger than ${TEMPLATE_LIMITS.outputCharacters} characters`)
  }
  return text
}

async function one(part: ElementPart, scope: Scope): Promise<string> {
  if (part.wanted !== null && (await wanted(part.wanted, scope)) === false) return ''
  let tag = `<${part.name}`
  for (const { name, value } of part.attributes) tag += ` ${name}="${await textOf(value, scope, escapeAttribute)}"`
  if (part.children.length === 0) return `${tag}/>`
  let inner = ''
  for (const child of part.children) {
    if ('name' in child) inner += await render(child, scope)
    else if (child.cdata) inner += cdataOf(await textOf(child.text, scope, text => text))
    else inner += await textOf(child.text, scope, escapeText, part.needed)
  }
  if (part.inner !== null) {
    const declaration = part.encoding === null ? '' : `<?xml version="1.0" encoding="${part.encoding}"?>`
    const document = `${declaration}${inner.trim()}`
    inner = part.inner === 'cdata' ? cdataOf(document) : escapeText(document)
  }
  return `${tag}>${inner}</${part.name}>`
}

async function wanted(mapping: Mapping, scope: Scope): Promise<boolean> {
  const value = await evaluated(mapping, scope)
  if (typeof value !== 'boolean') fail(mapping.place, 'must be true or false')
  return value === true
}

/** `needed`: an expression that finds nothing is refused; else it is an empty text. */
async function textOf(
  pieces: readonly Piece[],
  scope: Scope,
  write: (text: string) => string,
  needed = false,
): Promise<string> {
  let text = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece
      continue
    }
    const value = await evaluated(piece, scope)
    if (typeof value === 'object') fail(piece.place, 'gave no text')
    if (needed && value === undefined) fail(piece.place, 'found nothing')
    const made = value === undefined ? '' : String(value)
    if (!holdsXml(made)) fail(piece.place, 'has a character that XML does not have')
    text += write(made)
  }
  return text
}
