/**
 * Details of problems in Chinese (问题说明). A detail is made in English where the problem is found, and is what receipts, frames,
 * the store and logs hold; whoever shows it asks here for its Chinese. So a text that a partner sent, or that was stored years ago,
 * reads in Chinese as one that was made just now, and a problem that nobody looks at costs nothing.
 */
import { PROBLEMS } from '../problem.ts'
import { ROLE_NAMES } from '../rights/roles.ts'
import { RIGHTS, SCOPES } from '../rights/table.ts'
import { ADAPTER_MESSAGES } from './adapters.ts'
import { AGREEMENT_MESSAGES } from './agreements.ts'
import { CASE_MESSAGES } from './cases.ts'
import { CATALOGUE_MESSAGES } from './catalogue.ts'
import { CERTIFICATE_MESSAGES } from './certificates.ts'
import { COMMAND_MESSAGES } from './commands.ts'
import { CURE_MESSAGES } from './cures.ts'
import { EVIDENCE_MESSAGES } from './evidence.ts'
import { EXCHANGE_MESSAGES } from './exchange.ts'
import { LINK_MESSAGES } from './links.ts'
import { OPERATION_MESSAGES } from './operation.ts'
import { PEOPLE_MESSAGES } from './people.ts'
import { REQUEST_MESSAGES } from './requests.ts'
import { WORDS } from './words.ts'

/**
 * English → Chinese. `{name}` stands for what is known only when the detail is made, and has the same names on both sides. It stands
 * as it was given, but for `{why}`, which is a message itself, and for names that mean a word of this program (WORDS_OF).
 */
export type Messages = Readonly<Record<string, string>>

/** Every text that has Chinese words, by what it is about. */
export const MESSAGES: readonly Messages[] = [
  WORDS,
  REQUEST_MESSAGES,
  CASE_MESSAGES,
  EVIDENCE_MESSAGES,
  AGREEMENT_MESSAGES,
  CATALOGUE_MESSAGES,
  LINK_MESSAGES,
  EXCHANGE_MESSAGES,
  CERTIFICATE_MESSAGES,
  ADAPTER_MESSAGES,
  PEOPLE_MESSAGES,
  OPERATION_MESSAGES,
  COMMAND_MESSAGES,
  CURE_MESSAGES,
]

export const MESSAGE_LIMITS = {
  /** characters of a text past which it is shown as it is: no detail of this program is as long */
  characters: 4_000,
  /** messages within one another: a place before a reason, a reason within a reason */
  levels: 6,
  /** characters of own words from which on a message takes texts of several words at its places: of fewer it would be found anywhere */
  words: 12,
} as const

/** Places of messages that are a word of this program, or a list of such: what says it in Chinese. */
const WORDS_OF: Readonly<Record<string, (word: string) => string | undefined>> = {
  ...Object.fromEntries(
    ['kind', 'state', 'outcome', 'result', 'target', 'whose', 'work'].map(name => [
      name,
      (word: string) => of(WORDS, word),
    ]),
  ),
  action: word => of(RIGHTS, word)?.zh,
  role: word => of(ROLE_NAMES, word)?.zh,
  roles: word => of(ROLE_NAMES, word)?.zh,
  scopes: word => of(SCOPES, word)?.zh,
}
const of = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const HOLE = /\{([A-Za-z]+)\}/g
/** Stands for what a message holds while its own words are looked for. */
const HELD = 'ⓧ'
/** Two words beside each other; those of a list have a comma between them. */
const SEVERAL_WORDS = /[^,\s]\s/

/** A message with places: the texts around them, and their names in both languages. */
type Template = { texts: readonly string[]; names: readonly string[]; zh: string; weight: number }
type Compiled = { whole: ReadonlyMap<string, string>; byWord: ReadonlyMap<string, readonly Template[]> }
/** A reading of a text: its Chinese, and how many characters of the text are words that messages have. */
type Said = { zh: string; weight: number }

/** Put together when the first detail is shown. */
let compiled: Compiled | null = null

/**
 * A detail in Chinese; null where no message has its words, as of the name of a field or of what another system said.
 * A detail can be one message, or several: before and after a colon, between semicolons, and in brackets at the end. Of the
 * readings that are possible the one counts that finds most of the text in messages.
 */
export function inChinese(detail: string): string | null {
  return detail.length > MESSAGE_LIMITS.characters ? null : (say(detail, MESSAGE_LIMITS.levels)?.zh ?? null)
}

/** A detail for people who read Chinese; as it is where it has no words of its own. */
export const detailInChinese = (detail: string): string => inChinese(detail) ?? detail

function say(text: string, levels: number): Said | null {
  if (levels === 0) return null
  const readings = [
    ofMessage(text, levels),
    ofFinding(text),
    ofList(text, levels),
    inTwo(text, text.indexOf(': '), ': ', ['：', ''], levels),
    text.endsWith(')') ? inTwo(text.slice(0, -1), text.lastIndexOf(' ('), ' (', ['（', '）'], levels) : null,
  ]
  return readings.reduce((best, one) => (one !== null && one.weight > (best?.weight ?? 0) ? one : best), null)
}

function ofMessage(text: string, levels: number): Said | null {
  compiled ??= compile()
  const whole = compiled.whole.get(text)
  if (whole !== undefined) return { zh: whole, weight: text.length }
  let best: { template: Template; held: readonly string[] } | null = null
  for (const word of new Set(text.match(/[A-Za-z0-9]+/g)))
    for (const template of compiled.byWord.get(word) ?? []) {
      if (best !== null && best.template.weight >= template.weight) continue
      const held = match(text, template)
      if (held !== null) best = { template, held }
    }
  if (best === null) return null
  const { template, held } = best
  let { weight } = template
  const said = held.map((given, index) => {
    const name = template.names[index] ?? ''
    if (name !== 'why') return ofWords(name, given) ?? given
    const why = say(given, levels - 1)
    weight += why?.weight ?? 0
    return why?.zh ?? given
  })
  return { zh: template.zh.replace(HOLE, (_, name: string) => said[template.names.indexOf(name)] ?? ''), weight }
}

function ofWords(name: string, given: string): string | null {
  const said = given.split(', ').map(word => WORDS_OF[name]?.(word))
  return said.includes(undefined) ? null : said.join('、')
}

/** `field: reason (中文)`: findings of an application tell their reasons in both languages. */
function ofFinding(text: string): Said | null {
  const [, field, zh] = /^([^\s:]*): [^;]* \((\p{Script=Han}[^()]*)\)$/u.exec(text) ?? []
  return zh === undefined ? null : { zh: `${field}：${zh}`, weight: text.length }
}

/** `one; another` */
function ofList(text: string, levels: number): Said | null {
  const parts = text.split('; ')
  if (parts.length === 1) return null
  const said = parts.map(part => say(part, levels - 1))
  const weight = said.reduce((sum, one) => sum + (one?.weight ?? 0), 0)
  return weight === 0 ? null : { zh: said.map((one, index) => one?.zh ?? parts[index]).join('；'), weight }
}

/** `place: why` and `why (more of it)` */
function inTwo(
  text: string,
  at: number,
  between: string,
  [joint, end]: readonly [string, string],
  levels: number,
): Said | null {
  if (at === -1) return null
  const left = text.slice(0, at)
  const right = text.slice(at + between.length)
  const said = { left: say(left, levels - 1), right: say(right, levels - 1) }
  const weight = (said.left?.weight ?? 0) + (said.right?.weight ?? 0)
  return weight === 0 ? null : { zh: `${said.left?.zh ?? left}${joint}${said.right?.zh ?? right}${end}`, weight }
}

/**
 * What stands at the places of a template; null when the text is not of it. Each place ends where the next text begins first, and
 * but for a message holds no colon: what is before one is read by itself.
 */
function match(text: string, { texts, names, weight }: Template): readonly string[] | null {
  const [first = '', ...others] = texts
  if (!text.startsWith(first)) return null
  const held: string[] = []
  let at = first.length
  for (const [index, next] of others.entries()) {
    const last = index === others.length - 1
    const end = !last ? text.indexOf(next, at + 1) : text.endsWith(next) ? text.length - next.length : -1
    if (end <= at) return null
    held.push(text.slice(at, end))
    at = end + next.length
  }
  const fits = (given: string, index: number): boolean =>
    (names[index] === 'why' || !given.includes(': ')) && (weight >= MESSAGE_LIMITS.words || !SEVERAL_WORDS.test(given))
  return held.every(fits) ? held : null
}

function compile(): Compiled {
  const whole = new Map<string, string>(
    Object.values(PROBLEMS).flatMap(({ en, zh, cure, cureZh }) => [
      [en, zh],
      [cure, cureZh],
    ]),
  )
  const byWord = new Map<string, Template[]>()
  for (const [en, zh] of MESSAGES.flatMap(messages => Object.entries(messages))) {
    const names = [...en.matchAll(HOLE)].map(([, name = '']) => name)
    if (names.length === 0) {
      whole.set(en, zh)
      continue
    }
    const texts = en.split(HOLE).filter((_, index) => index % 2 === 0)
    const word = keyOf(en)
    const template = { texts, names, zh, weight: texts.join('').length }
    byWord.set(word, [...(byWord.get(word) ?? []), template])
  }
  return { whole, byWord }
}

/** The longest word that each text of a template has: by it the few templates that a text can be of are found. */
function keyOf(en: string): string {
  const words = (en.replace(HOLE, HELD).match(/[A-Za-z0-9ⓧ]+/g) ?? []).filter(word => !word.includes(HELD))
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '')
}
