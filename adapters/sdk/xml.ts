/**
 * XML 1.0 of other systems, read without a DTD: what would need one is refused, so no entity grows and nothing is fetched. Comments and
 * processing instructions are passed over. Linear in the text, bounded in depth and number. A reader of its own, for names may have
 * letters of any script, and what is not well-formed must not pass.
 */

export const XML_LIMITS = {
  /** characters of a document */
  characters: 16 * 1024 * 1024,
  /** elements within each other */
  depth: 64,
  /** elements of a document */
  elements: 20_000,
  /** attributes of one element */
  attributes: 64,
  /** characters of one name */
  nameCharacters: 256,
} as const

export type XmlAttribute = { prefix: string; local: string; namespace: string | null; value: string }
/** `cdata`: it stands in a CDATA section. */
export type XmlText = { text: string; cdata: boolean }
export type XmlElement = {
  /** '' where it has none */
  prefix: string
  local: string
  /** null: of no namespace, or its prefix is nowhere declared */
  namespace: string | null
  /** in the order in which they stand, declarations of namespaces among them */
  attributes: readonly XmlAttribute[]
  children: readonly (XmlElement | XmlText)[]
}

/** `fault` says what is wrong, without values. */
export type XmlRead = { ok: true; root: XmlElement } | { ok: false; fault: string }

export const isElement = (node: XmlElement | XmlText): node is XmlElement => 'local' in node

const NAME = String.raw`[\p{L}_:][\p{L}\p{M}\p{N}_:.\-\u00b7]*`
const OPEN = new RegExp(`<(${NAME})`, 'uy')
const CLOSE = new RegExp(`</(${NAME})\\s*>`, 'uy')
const ATTRIBUTE = new RegExp(String.raw`\s+(${NAME})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`, 'uy')
const OPEN_END = /\s*(\/?)>/y
/** What XML cannot hold, escaped or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the check
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' }
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'

/** Leaves many steps at once. */
class Faulty extends Error {}
function fail(fault: string): never {
  throw new Faulty(fault)
}

/** Whether XML can hold a text. */
export const holdsXml = (text: string): boolean => !NO_CHARACTER.test(text)

export function readXml(text: string): XmlRead {
  try {
    return { ok: true, root: new Reader(text).document() }
  } catch (error) {
    if (!(error instanceof Faulty)) throw error
    return { ok: false, fault: error.message }
  }
}

type Open = {
  name: string
  element: XmlElement & { attributes: XmlAttribute[]; children: (XmlElement | XmlText)[] }
  spaces: Spaces | null
}
/** Namespaces that an element declares, by prefix, and those of the elements around it. */
type Spaces = { own: ReadonlyMap<string, string>; around: Spaces | null }

class Reader {
  readonly #text: string
  #at = 0
  #elements = 0
  readonly #open: Open[] = []
  #root: XmlElement | null = null

  constructor(text: string) {
    if (text.length > XML_LIMITS.characters) fail(`more than ${XML_LIMITS.characters} characters`)
    if (!holdsXml(text)) fail('a character that XML does not have')
    // Line ends are one character (§2.11).
    this.#text = (text.startsWith('\ufeff') ? text.slice(1) : text).replaceAll(/\r\n?/g, '\n')
  }

  document(): XmlElement {
    const text = this.#text
    while (this.#at < text.length) {
      const tag = text.indexOf('<', this.#at)
      this.#characters(text.slice(this.#at, tag === -1 ? text.length : tag))
      if (tag === -1) break
      this.#at = tag
      if (text.startsWith('<!--', tag)) this.#skip('-->', 4)
      else if (text.startsWith('<?', tag)) this.#skip('?>', 2)
      else if (text.startsWith('<![CDATA[', tag)) this.#cdata()
      else if (text.startsWith('<!', tag)) fail('a DTD, which is not read')
      else if (text.startsWith('</', tag)) this.#close()
      else this.#start()
    }
    if (this.#open.length > 0) fail('it is cut off')
    return this.#root ?? fail('no element')
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }

  #skip(end: string, from: number): void {
    const found = this.#text.indexOf(end, this.#at + from)
    if (found === -1) fail('it is cut off')
    this.#at = found + end.length
  }

  #cdata(): void {
    const from = this.#at + 9
    const parent = this.#open.at(-1)
    if (parent === undefined) fail('text outside the root')
    this.#skip(']]>', 9)
    parent?.element.children.push({ text: this.#text.slice(from, this.#at - 3), cdata: true })
  }

  #characters(written: string): void {
    if (written === '') return
    const parent = this.#open.at(-1)
    if (parent !== undefined) parent.element.children.push({ text: unescaped(written), cdata: false })
    else if (written.trim() !== '') fail('text outside the root')
  }

  #start(): void {
    const name = this.#match(OPEN)?.[1] ?? fail('a tag that is none')
    if (this.#open.length === 0 && this.#root !== null) fail('a second root')
    if (this.#open.length >= XML_LIMITS.depth) fail(`more than ${XML_LIMITS.depth} elements within each other`)
    if (++this.#elements > XML_LIMITS.elements) fail(`more than ${XML_LIMITS.elements} elements`)
    const written = new Map<string, string>()
    for (let found = this.#match(ATTRIBUTE); found !== null; found = this.#match(ATTRIBUTE)) {
      const [, attribute = '', double, single] = found
      if (written.has(attribute)) fail('an attribute that stands twice')
      if (written.size >= XML_LIMITS.attributes) fail(`more than ${XML_LIMITS.attributes} attributes`)
      checkName(attribute)
      // Blanks of any kind are spaces there (§3.3.3).
      written.set(attribute, unescaped((double ?? single ?? '').replaceAll(/[\n\t]/g, ' ')))
    }
    const end = this.#match(OPEN_END) ?? fail('a tag that is none')
    const spaces = declared(this.#open.at(-1)?.spaces ?? null, written)
    const [prefix, local] = checkName(name)
    const attributes = [...written].map(([full, value]): XmlAttribute => {
      const [of, plain] = splitName(full)
      // An attribute without prefix is of no namespace.
      return { prefix: of, local: plain, namespace: of === '' ? null : spaceOf(spaces, of), value }
    })
    const element = { prefix, local, namespace: spaceOf(spaces, prefix), attributes, children: [] }
    this.#open.at(-1)?.element.children.push(element)
    this.#root ??= element
    if (end[1] === '') this.#open.push({ name, element, spaces })
  }

  #close(): void {
    const name = this.#match(CLOSE)?.[1]
    if (name === undefined || this.#open.pop()?.name !== name) fail('an end of an element that is not open')
  }
}

/** Prefix and local part of a name. */
function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':')
  return colon === -1 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)]
}

function checkName(name: string): [prefix: string, local: string] {
  if (name.length > XML_LIMITS.nameCharacters) fail(`a name of more than ${XML_LIMITS.nameCharacters} characters`)
  const [prefix, local] = splitName(name)
  if (name.startsWith(':') || local === '' || local.includes(':')) fail('a name with a colon that is none')
  return [prefix, local]
}

function declared(around: Spaces | null, attributes: ReadonlyMap<string, string>): Spaces | null {
  let own: Map<string, string> | null = null
  for (const [name, value] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue
    own ??= new Map()
    own.set(name === 'xmlns' ? '' : name.slice(6), value)
  }
  return own === null ? around : { own, around }
}

/** The namespace of a prefix; null: none, as of an empty declaration. */
function spaceOf(spaces: Spaces | null, prefix: string): string | null {
  if (prefix === 'xml') return XML_NAMESPACE
  for (let at = spaces; at !== null; at = at.around) {
    const found = at.own.get(prefix)
    if (found !== undefined) return found === '' ? null : found
  }
  return null
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7});|#x([\da-f]{1,6});|(\w{1,10});)?/gi, (_, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? fail('an entity that only a DTD would know')
    if (decimal === undefined && hex === undefined) fail('an & that begins nothing')
    const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
    const letter = point > 0x10_ff_ff ? '\0' : String.fromCodePoint(point)
    return holdsXml(letter) ? letter : fail('a character that XML does not have')
  })
}

/** A text as it stands between tags. */
export const escapeText = (text: string): string => text.replaceAll(/[&<>\r]/g, letter => ESCAPES[letter] ?? letter)
/** A text as it stands in the double quotes of an attribute. */
export const escapeAttribute = (text: string): string =>
  text.replaceAll(/[&<>"\r\n\t]/g, letter => ESCAPES[letter] ?? letter)
/** A text as it stands in a CDATA section, which it cannot end. */
export const cdataOf = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
