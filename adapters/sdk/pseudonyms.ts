/**
 * Packets and exchanges with their personal data replaced (化名), so that they may be kept as tests of a mapping. What a packet says of
 * people is known by the meaning of its fields, and is found again wherever it stands, also in parts and other spellings; what else
 * looks personal goes by its pattern; and of any other text in Chinese only words that were named before stay.
 */
import { createShapes } from './pseudonym-forms.ts'
import { escapeAttribute, escapeText } from './xml.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export type PseudonymOptions = {
  /** texts that are of nobody: those of a mapping and its dictionaries */
  words: Iterable<string>
  /** names of fields of forms whose values are codes, and stay */
  keep?: readonly string[]
}
export type Pseudonyms = ReturnType<typeof createPseudonyms>

const HAN_RUN = /[\p{Script=Han}·]+/gu
const INSTANT = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/
const DATE = /^\d{4}([-/.年]?)\d{1,2}([-/.月]?)\d{1,2}日?$/
/** A code of a table, in a form: too short to name anybody. */
const SHORT_CODE = /^[A-Za-z0-9_-]{1,3}$/
const NAMES = new Set(['name', 'legalRepresentative', 'by', 'acceptedBy', 'contact'])
const PHONES = new Set(['phone', 'mobile', 'tel'])
const FREE = new Set([
  'note',
  'text',
  'reason',
  'notice',
  'opinion',
  'remark',
  'address',
  'contents',
  'postcode',
  'waybill',
])
/** What is said of no person, whatever stands there. */
const OF_NOBODY = new Set(['item', 'window', 'channel', 'purpose', 'method', 'consent'])

const ID = /(?<![\dA-Za-z])[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])/g
const OLD_ID = /(?<![\dA-Za-z])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![\dA-Za-z])/g
const CREDIT_CODE = /(?<![\dA-Za-z])[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY]\d{6}[0-9A-HJ-NP-RTUWXY]{10}(?![\dA-Za-z])/g
const MOBILE = /(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)/g
const LANDLINE = /(?<!\d)0\d{2,3}-\d{7,8}(?!\d)/g
const CARD = /(?<![\dA-Za-z])62\d{14,17}(?![\dA-Za-z])/g
const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
/** A day of birth, most likely: nobody took in a case then. */
const EARLY_DAY =
  /(?<!\d)(?:19\d\d|200\d)(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])日?)(?!\d)/g
/** Sessions, signatures, hashes, and files as text. */
const TOKEN = /[A-Za-z0-9_\-+/=.]{24,}/g

const HASH = /^[\da-f]{32,64}$/

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** One day in the forms in which systems write it, in the same order for each. */
const daysOf = (iso: string): string[] => {
  const [y = '', m = '', d = ''] = iso.split('-')
  const m1 = String(Number(m))
  const d1 = String(Number(d))
  return [
    iso,
    `${y}${m}${d}`,
    `${y}/${m}/${d}`,
    `${y}.${m}.${d}`,
    `${y}年${m}月${d}日`,
    `${y}年${m1}月${d1}日`,
    `${y}-${m1}-${d1}`,
    `${y}/${m1}/${d1}`,
  ]
}

/** `key`: of which the pseudonyms follow; whoever has it can try who is meant. */
export function createPseudonyms(key: Uint8Array, { words, keep = [] }: PseudonymOptions) {
  const shapes = createShapes(key)
  const kept = new Set(keep)
  const allowed = new Set<string>()
  for (const word of words) {
    allowed.add(word)
    for (const [run] of word.matchAll(HAN_RUN)) allowed.add(run)
  }
  /** by what is replaced, in lower case */
  const known = new Map<string, { from: string; to: string }>()
  let pattern: RegExp | null = null

  function know(from: string, to: string): string {
    const place = from.toLowerCase()
    const before = known.get(place)
    if (before !== undefined) return before.to
    if (from === '') return from
    known.set(place, { from, to })
    pattern = null
    return to
  }

  /** Knows a value, and its base64, in which mappings send some. */
  function personal(from: string, to: string): string {
    const told = know(from, to)
    const [plain, other] = [from, told].map(text => Buffer.from(text).toString('base64'))
    if (plain !== undefined && other !== undefined && plain.length >= 8) know(plain, other)
    return told
  }

  function idNumber(value: string): string {
    if (/^\d{17}[\dXx]$/.test(value) || /^\d{15}$/.test(value)) {
      const { number, birthDate } = shapes.residentId(value)
      const year = value.length === 15 ? `19${value.slice(6, 8)}` : value.slice(6, 10)
      const [month, day] =
        value.length === 15 ? [value.slice(8, 10), value.slice(10, 12)] : [value.slice(10, 12), value.slice(12, 14)]
      const others = daysOf(birthDate)
      for (const [at, form] of daysOf(`${year}-${month}-${day}`).entries()) know(form, others[at] ?? '')
      return personal(value, number)
    }
    CREDIT_CODE.lastIndex = 0
    return personal(value, CREDIT_CODE.test(value) ? shapes.creditCode(value) : shapes.text(value))
  }

  /** A number of a case, a packet or a file: no personal data, and yet it leads to some. */
  const number = (value: string): string =>
    value.length < 6 ? value : know(value, HASH.test(value) ? shapes.hex(value) : shapes.text(value))

  /** What of a packet is known by the field that it stands in; `form`: within the data of a form. */
  function field(name: string, value: unknown, form: boolean, within: string): unknown {
    if (Array.isArray(value)) return value.map(entry => field(name, entry, form, within))
    if (isObject(value)) {
      if (!form && OF_NOBODY.has(name)) return value
      const inner = Object.entries(value)
      return Object.fromEntries(
        inner.map(([key, entry]) => [key, field(key, entry, form || (key === 'form' && isObject(entry)), name)]),
      )
    }
    if (typeof value === 'number' && form && Math.abs(value) >= 1000 && !kept.has(name))
      return Number(know(String(value), shapes.text(String(value))))
    if (typeof value !== 'string' || value === '') return value
    if (name === 'salt') return 'A'.repeat(value.length)
    if (name === 'sha256' || name === 'caseNo' || name === 'localCaseNo' || HASH.test(value)) return number(value)
    if (name === 'idNumber') return idNumber(value)
    if (form ? kept.has(name) || SHORT_CODE.test(value) : OF_NOBODY.has(name))
      return known.get(value.toLowerCase())?.to ?? value
    learnPatterns(value)
    const found = known.get(value.toLowerCase())
    if (found !== undefined) return found.to
    if (within === 'materials' || within === 'attachments')
      return name === 'name' ? personal(value, shapes.file(value)) : value
    if (PHONES.has(name)) return personal(value, shapes.phone(value))
    if (NAMES.has(name)) return personal(value, shapes.name(value))
    if (form && allowed.has(value)) return value
    if (form && DATE.test(value)) return personal(value, shapes.date(value))
    if (form || FREE.has(name))
      return /^[\w.:-]{1,3}$/.test(value) ? value : personal(value, replaced(shapes.text(value), value))
    return INSTANT.test(value) || /^[\w.:+-]*$/.test(value) ? value : clean(value)
  }

  /** Free text that names what is known keeps that to its pseudonym. */
  const replaced = (shaped: string, value: string): string => {
    const found = replaceKnown(value)
    return found.every(({ done }) => !done)
      ? shaped
      : found.map(({ text, done }) => (done ? text : shapes.text(text))).join('')
  }

  function learnPatterns(text: string): void {
    for (const [id] of text.matchAll(ID)) idNumber(id)
    for (const [id] of text.matchAll(OLD_ID)) idNumber(id)
    for (const [code] of text.matchAll(CREDIT_CODE)) if (!allowed.has(code)) idNumber(code)
    for (const [phone] of text.matchAll(MOBILE)) personal(phone, shapes.phone(phone))
    for (const [phone] of text.matchAll(LANDLINE)) personal(phone, shapes.phone(phone))
    for (const [card] of text.matchAll(CARD)) personal(card, shapes.text(card))
    for (const [mail] of text.matchAll(MAIL)) personal(mail, shapes.mail(mail))
  }

  /** What is known in a text, replaced, and the pieces between. */
  function replaceKnown(text: string): { text: string; done: boolean }[] {
    if (known.size === 0) return [{ text, done: false }]
    pattern ??= new RegExp(
      [...known.values()]
        .map(({ from }) => from)
        .sort((a, b) => b.length - a.length)
        .map(from => (/^\d{1,8}$/.test(from) ? `(?<!\\d)${from}(?!\\d)` : escaped(from)))
        .join('|'),
      'giu',
    )
    const pieces: { text: string; done: boolean }[] = []
    let at = 0
    for (const match of text.matchAll(pattern)) {
      pieces.push({ text: text.slice(at, match.index), done: false })
      pieces.push({ text: known.get(match[0].toLowerCase())?.to ?? '', done: true })
      at = match.index + match[0].length
    }
    pieces.push({ text: text.slice(at), done: false })
    return pieces.filter(piece => piece.text !== '')
  }

  /** A part of what is known, as the same part of its pseudonym. */
  function partOf(run: string): string | null {
    for (const { from, to } of known.values()) {
      const at = from.indexOf(run)
      if (at >= 0 && from.length === to.length) return to.slice(at, at + run.length)
    }
    return null
  }

  /** A text that holds no other document. */
  function clean(text: string): string {
    if (allowed.has(text) && !known.has(text.toLowerCase())) return text
    learnPatterns(text)
    const masked = text.includes('**')
    return replaceKnown(text)
      .map(piece => {
        if (piece.done) return piece.text
        const whole = piece.text === text
        return piece.text
          .replaceAll(TOKEN, token =>
            allowed.has(token) || !/\d/.test(token) || INSTANT.test(token)
              ? token
              : (partOf(token) ?? (HASH.test(token) ? shapes.hex(token) : shapes.text(token))),
          )
          .replaceAll(EARLY_DAY, day => shapes.date(day))
          .replaceAll(HAN_RUN, run => (allowed.has(run) ? run : (partOf(run) ?? shapes.text(run))))
          .replaceAll(/(?<![\dA-Za-z])\d{2,}[Xx]?(?![\dA-Za-z])/g, run => {
            if (allowed.has(run)) return run
            if (run.length >= 6 || (whole && run === text && run.length >= 4)) return partOf(run) ?? run
            return masked ? (partOf(run) ?? shapes.text(run)) : run
          })
      })
      .join('')
  }

  /** A text of an exchange, in whatever form it is; documents within documents too. */
  function deep(text: string, depth = 0): string {
    const begin = text.trimStart().charAt(0)
    if (depth > 4) return clean(text)
    if (begin === '{' || begin === '[') return inJson(text, depth)
    if (begin === '<') return inXml(text, depth)
    if (/^[\w.%-]+=[^\s=]*(&[\w.%-]+=[^\s=]*)*$/.test(text)) return inForm(text, depth)
    return clean(text)
  }

  const inJson = (text: string, depth: number): string =>
    text.replaceAll(/"(?:[^"\\]|\\.)*(?:"|$)|[^"]+/g, part => {
      if (!part.startsWith('"')) return part.replaceAll(/-?\d{4,}(?:\.\d+)?/g, digits => clean(digits))
      try {
        return JSON.stringify(deep(JSON.parse(part) as string, depth + 1))
      } catch {
        // The end was cut off.
        return clean(part)
      }
    })

  const inXml = (text: string, depth: number): string =>
    text.replaceAll(
      /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<[^>]*(?:>|$)|[^<]+/g,
      (part, data?: string) => {
        if (part.startsWith('<!--')) return '<!---->'
        if (data !== undefined) return `<![CDATA[${deep(data, depth + 1)}]]>`
        if (!part.startsWith('<')) return part.trim() === '' ? part : escapeText(deep(unescaped(part), depth + 1))
        return part.startsWith('<?')
          ? part
          : part.replaceAll(
              /(xmlns(?::\w+)?)?=\s*(?:"([^"]*)"|'([^']*)')/g,
              (attribute, space?: string, double?: string, single?: string) =>
                space === undefined ? `="${escapeAttribute(clean(unescaped(double ?? single ?? '')))}"` : attribute,
            )
      },
    )

  const inForm = (text: string, depth: number): string =>
    text
      .split('&')
      .map(pair => {
        const [name = '', ...rest] = pair.split('=')
        return `${name}=${encodeURIComponent(deep(decoded(rest.join('=').replaceAll('+', ' ')), depth + 1))}`
      })
      .join('&')

  return {
    /** The body of a packet. */
    body: (body: Readonly<Json>): Json => field('body', body, false, '') as Json,
    number,
    text: (text: string): string => deep(text),
    /** An address: its places and its query, each for itself. */
    url(given: string): string {
      const [, base = '', path = '', , query] = /^(\w+:\/\/[^/?]*)?([^?]*)(\?(.*))?$/.exec(given) ?? []
      const places = path
        .split('/')
        .map(place => encodeURIComponent(clean(decoded(place))))
        .join('/')
      return `${base}${places}${query === undefined ? '' : `?${inForm(query, 0)}`}`
    },
  }
}

/** Percent-encoded text, in UTF-8 or else in GB 18030. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    const bytes = Buffer.from(
      text.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    )
    return new TextDecoder('gb18030').decode(bytes)
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (all, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? all
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : all
  })
