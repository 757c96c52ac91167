/**
 * Field mapping (字段映射) as data: JSONata expressions, compiled once, evaluated over bounded JSON in a bounded time.
 * A mapping is a pure function of its input, so that a repeated attempt sends the same bytes under the same key.
 */
import jsonata from 'jsonata'
import { isExactNumber } from '../../protocol/json-outside.ts'
import { isExact } from '../../protocol/json-text.ts'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { directOf, LEFT } from './direct.ts'

export const MAPPING_LIMITS = {
  /** input, characters of JSON text */
  inputCharacters: 4 * 1024 * 1024,
  /** result, characters of JSON text */
  outputCharacters: 1024 * 1024,
  /** one expression, characters */
  expressionCharacters: 20_000,
  /** parts evaluated by one evaluation of one expression: some hundred milliseconds, and the same however busy the machine is */
  steps: 200_000,
  /** nested calls */
  depth: 200,
  /** entries of one sequence */
  sequence: 100_000,
  /** text that a regular expression is applied to, characters: it bounds the one part that has no time box */
  matched: 10_000,
} as const

/** What a mapping reads: plain JSON, known to be within the limit. */
export type MappingInput = { readonly json: JsonValue }

/** A function that expressions may call as `$name(…)`; `signature` in JSONata's notation. It refuses with MappingRefusal. */
export type MappingFunction = { call: (...values: never[]) => JsonValue | undefined; signature: string }
export type MappingFunctions = Readonly<Record<string, MappingFunction>>

/** A refusal by a mapping function; `reason` is shown to people and holds no data. */
export class MappingRefusal extends Error {
  override readonly name = 'MappingRefusal'
}

export type Mapped = { ok: true; value: JsonValue | undefined } | Refused

export interface Mapping {
  /** where it stands in the configuration, such as `register.body.params.caseNo` */
  readonly place: string
  /** whether it asks for this variable, or calls this function */
  asks(name: string): boolean
  /** the texts that stand as the first value in its calls of this function, each with its place */
  named(name: string): readonly { place: string; text: string }[]
  /** The value, undefined when the expression finds nothing. `variables` are read as `$name`. Problem: `adapter.mapping`. */
  evaluate(input: MappingInput, variables?: Readonly<Record<string, JsonValue>>): Promise<Mapped>
}

/** A tree of JSON whose every string is an expression; a field whose expression finds nothing is left out. */
export type Template = string | number | boolean | null | Template[] | { [field: string]: Template }

const ROUNDED = 'a number beyond ±(2^53 − 1), of which the last digits are lost; take it as text'

/** Not to be had in a mapping: what turns data into code, and what would make two attempts differ. */
const REFUSED_FUNCTIONS = new Set(['eval', 'now', 'millis', 'random', 'shuffle'])

const TEXT_OF_CODE: Readonly<Record<string, string>> = {
  D1011: 'the calls are nested too deep',
  D1012: 'the evaluation took too long',
  D2015: 'a sequence became too long',
}

/** Plain JSON of a value (functions and undefined fields left out) for mappings to read. Problem: `adapter.mapping`. */
export function mappingInput(
  place: string,
  value: unknown,
  limit: number = MAPPING_LIMITS.inputCharacters,
): { ok: true; input: MappingInput } | Refused {
  const copied = plain(value, limit)
  return copied.ok
    ? { ok: true, input: { json: copied.value ?? null } }
    : refuse('adapter.mapping', `${place}: ${copied.reason}`)
}

function plain(
  value: unknown,
  limit: number,
): { ok: true; value: JsonValue | undefined } | { ok: false; reason: string } {
  if (typeof value === 'string' ? value.length * ESCAPED + 2 <= limit : typeof value === 'boolean' || value === null)
    return { ok: true, value: value as JsonValue }
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    return { ok: false, reason: 'not plain JSON' }
  }
  const rounded = roundedIn(value)
  if (rounded !== null) return { ok: false, reason: `${rounded === '' ? '' : `${rounded}: `}${ROUNDED}` }
  if (text === undefined) return { ok: true, value: undefined }
  if (text.length > limit) return { ok: false, reason: `larger than ${limit} characters of JSON` }
  return { ok: true, value: JSON.parse(text) as JsonValue }
}

/** characters of JSON that one of a text may become */
const ESCAPED = 6

/** Name of the first member that is a number of which digits are lost; null: there is none. */
function roundedIn(value: unknown, name = ''): string | null {
  if (typeof value === 'number') return isExact(value) ? null : name
  if (typeof value !== 'object' || value === null) return null
  for (const member of Object.keys(value)) {
    const rounded = roundedIn((value as Record<string, unknown>)[member], member)
    if (rounded !== null) return rounded
  }
  return null
}

/**
 * Compiles one expression. `variables`: those that its evaluations are given. Problem: `config.invalid`, naming the place and the
 * position in the expression; a variable or function that is nowhere to be found would be nothing in silence, so it is one too.
 */
export function compileMapping(
  place: string,
  expression: string,
  functions: MappingFunctions = {},
  variables: readonly string[] = [],
): { ok: true; mapping: Mapping } | Refused {
  if (expression.length > MAPPING_LIMITS.expressionCharacters) {
    return refuse('config.invalid', `${place}: longer than ${MAPPING_LIMITS.expressionCharacters} characters`)
  }
  let compiled: jsonata.Expression
  try {
    compiled = jsonata(expression, {
      stack: MAPPING_LIMITS.depth,
      sequence: MAPPING_LIMITS.sequence,
      RegexEngine: BoundedRegExp as unknown as RegExpConstructor,
    })
  } catch (error) {
    return refuse('config.invalid', `${place}: ${codeOf(error)}`)
  }
  const tree = compiled.ast() as unknown as Node
  const direct = directOf(tree)
  const nodes = nodesOf(tree)
  const refused = nodes.find(({ type, value }) => type === 'variable' && REFUSED_FUNCTIONS.has(String(value)))
  if (refused !== undefined)
    return refuse('config.invalid', `${place}: $${refused.value} is not available in a mapping`)
  if (nodes.some(({ type, value }) => type === 'number' && !isExact(Number(value))))
    return refuse('config.invalid', `${place}: ${ROUNDED}`)
  const known = new Set([...BUILT_IN, ...Object.keys(functions), ...variables, ...boundIn(nodes)])
  const unknown = nodes.find(({ type, value }) => type === 'variable' && !known.has(String(value)))
  if (unknown !== undefined) return refuse('config.invalid', `${place}: there is no $${unknown.value} here`)
  for (const node of nodes) if (node.type === 'binary' && node.value === '&') keepDigits(node)
  compiled.assign(ENTRY as unknown as string, countStep)
  compiled.registerFunction(TEXT_OF, textOf)
  compiled.registerFunction('string', textOf, '<x-b?:s>')
  compiled.registerFunction('number', numberOf, '<(nsb)-:n>')
  for (const [name, { call, signature }] of Object.entries(functions)) {
    compiled.registerFunction(name, call as (...values: unknown[]) => unknown, signature)
  }
  const asked = new Set(nodes.filter(({ type }) => type === 'variable').map(({ value }) => String(value)))
  return {
    ok: true,
    mapping: {
      place,
      asks: name => asked.has(name),
      named: name =>
        nodes.flatMap(({ type, procedure, arguments: values }) => {
          if (type !== 'function' || (procedure as Node).value !== name) return []
          const [first] = values as Node[]
          return first?.type === 'string' ? [{ place, text: String(first.value) }] : []
        }),
      async evaluate(input, given) {
        const found = direct === null ? LEFT : direct(input.json)
        return found === LEFT ? evaluate(place, compiled, input, given) : whole(place, found)
      },
    },
  }
}

/** Names that JSONata binds itself; '' and '$' are `$` and `$$`. */
const BUILT_IN: readonly string[] =
  `$ sum count max min average string substring substringBefore substringAfter lowercase
  uppercase length trim pad match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil
  round abs sqrt power boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert
  type sort distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone`
    .split(/\s+/)
    .concat('')

/** Names that an expression binds for itself: `$x := …`, parameters, `@$x` and `#$i`. */
const boundIn = (nodes: readonly Node[]): string[] =>
  nodes.flatMap(node => {
    const { type, lhs, focus, index, value } = node
    const bound = type === 'bind' ? [lhs] : type === 'lambda' ? (node.arguments as Node[]) : []
    const named = bound.map(entry => String((entry as Node).value))
    for (const name of [focus, index, type === 'index' ? value : undefined])
      if (typeof name === 'string') named.push(name)
    return named
  })

async function evaluate(
  place: string,
  compiled: jsonata.Expression,
  input: MappingInput,
  variables?: Readonly<Record<string, JsonValue>>,
): Promise<Mapped> {
  let result: unknown
  try {
    result = await compiled.evaluate(input.json, variables)
  } catch (error) {
    return refuse('adapter.mapping', `${place}: ${codeOf(error)}`)
  }
  return whole(place, result)
}

/** What was found, as plain JSON within its limit. Problem: `adapter.mapping`. */
function whole(place: string, found: unknown): Mapped {
  const copied = plain(found, MAPPING_LIMITS.outputCharacters)
  return copied.ok ? copied : refuse('adapter.mapping', `${place}: ${copied.reason}`)
}

/** What JSONata calls before it evaluates a part of an expression; `base` is one evaluation of the whole. */
const ENTRY = Symbol.for('jsonata.__evaluate_entry')
const stepsOf = new WeakMap<object, number>()

/** Ends an evaluation that takes too many steps. Its time would not do: it counts what others do on this machine meanwhile. */
function countStep(_part: unknown, _input: unknown, { base }: { base: object }): void {
  const steps = (stepsOf.get(base) ?? 0) + 1
  if (steps > MAPPING_LIMITS.steps) throw { code: 'D1012' }
  stepsOf.set(base, steps)
}

/** JSONata's messages quote the data, so only its code and the position in the expression are told. */
function codeOf(error: unknown): string {
  if (error instanceof MappingRefusal) return error.message
  const { code, position } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown
    position?: unknown
  }
  const known = typeof code === 'string' && /^[A-Z]\d{4}$/.test(code) ? code : 'failed'
  const at = typeof position === 'number' ? ` at position ${position}` : ''
  const text = TEXT_OF_CODE[known]
  return text === undefined ? `JSONata ${known}${at}` : `${text} (JSONata ${known}${at})`
}

class BoundedRegExp extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    if (text.length > MAPPING_LIMITS.matched) {
      throw new MappingRefusal(`a regular expression reads at most ${MAPPING_LIMITS.matched} characters`)
    }
    return super.exec(text)
  }
}

type Node = { [field: string]: unknown; type?: unknown; value?: unknown }

/** All nodes of a compiled expression. */
function nodesOf(tree: unknown): Node[] {
  const nodes = new Set<Node>()
  const visit = (child: unknown): void => {
    if (typeof child !== 'object' || child === null) return
    const node = child as Node
    if (nodes.has(node)) return
    nodes.add(node)
    for (const inner of Object.values(node)) visit(inner)
  }
  visit(tree)
  return [...nodes]
}

/** JSONata's own functions write a number into a text with 15 digits at most; no name of an expression can be this one. */
const TEXT_OF = 'text of'

/** Both sides of `a & b` become text by `textOf`. */
function keepDigits(node: Node): void {
  for (const side of ['lhs', 'rhs'])
    node[side] = {
      type: 'function',
      value: '(',
      position: node.position,
      procedure: { type: 'variable', value: TEXT_OF, position: node.position },
      arguments: [node[side]],
    }
}

/** As JSONata's `$string`, with every digit of a number. */
function textOf(value: unknown, prettify = false): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (isFunction(value)) return ''
  if (Array.isArray(value) && 'outerWrapper' in value) return textOf(value[0], prettify)
  return JSON.stringify(
    value,
    (_, member: unknown) => {
      if (typeof member === 'number' && !isExact(member)) throw new MappingRefusal(ROUNDED)
      return isFunction(member) ? '' : member
    },
    prettify ? 2 : 0,
  )
}

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && ('_jsonata_function' in value || '_jsonata_lambda' in value))

/** As JSONata's `$number`; a text whose digits no double keeps is refused. */
function numberOf(value?: string | number | boolean): number | undefined {
  if (value === undefined) return undefined
  const decimal = typeof value === 'string' && DECIMAL.test(value)
  if (decimal && !isExactNumber(value)) throw new MappingRefusal(ROUNDED)
  if (typeof value !== 'string' || decimal || OTHER_BASE.test(value)) return Number(value)
  throw Object.assign(new Error('not a number'), { code: 'D3030' })
}

const OTHER_BASE = /^0(x[\da-f]+|o[0-7]+|b[01]+)$/i
const DECIMAL = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/

/** The value of the secret that a template names as `{ "secret": NAME }`. Problem: `config.invalid`. */
export type SecretOf = (place: string, name: string) => { ok: true; value: string } | Refused

const noSecret: SecretOf = place =>
  refuse('config.invalid', `${place}: no secret may stand here; \`{ "secret": … }\` names one`)

/**
 * Compiles every expression of a template; all problems are given at once. An object with `secret` alone stands for the secret of
 * that name.
 */
export function compileTemplate(
  place: string,
  template: Template,
  functions: MappingFunctions = {},
  secretOf: SecretOf = noSecret,
  variables: readonly string[] = [],
): { ok: true; mapping: Mapping } | { ok: false; problems: Refused[] } {
  const problems: Refused[] = []
  const mappings: Mapping[] = []
  const build = (at: string, part: Template): Part => {
    if (typeof part === 'string') {
      const compiled = compileMapping(at, part, functions, variables)
      if (compiled.ok) {
        mappings.push(compiled.mapping)
        return { mapping: compiled.mapping }
      }
      problems.push(compiled)
      return { constant: null }
    }
    if (Array.isArray(part)) return { list: part.map((entry, index) => build(`${at}.${index}`, entry)) }
    if (typeof part === 'object' && part !== null) {
      const { secret, ...others } = part
      if (typeof secret === 'string' && Object.keys(others).length === 0) {
        const found = secretOf(at, secret)
        if (found.ok) return { constant: found.value }
        problems.push(found)
        return { constant: null }
      }
      return { fields: Object.entries(part).map(([name, entry]) => [name, build(`${at}.${name}`, entry)] as const) }
    }
    return { constant: part }
  }
  const root = build(place, template)
  if (problems.length > 0) return { ok: false, problems }
  const evaluateAll = async (input: MappingInput, given?: Readonly<Record<string, JsonValue>>): Promise<Mapped> => {
    try {
      return { ok: true, value: await fill(root, input, given) }
    } catch (error) {
      if (error instanceof PartRefused) return error.refused
      throw error
    }
  }
  return {
    ok: true,
    mapping: {
      place,
      asks: name => mappings.some(mapping => mapping.asks(name)),
      named: name => mappings.flatMap(mapping => mapping.named(name)),
      evaluate: evaluateAll,
    },
  }
}

type Part =
  | { mapping: Mapping }
  | { constant: string | number | boolean | null }
  | { list: Part[] }
  | { fields: (readonly [string, Part])[] }

class PartRefused extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super(refused.problem.code)
    this.refused = refused
  }
}

async function fill(
  part: Part,
  input: MappingInput,
  variables: Readonly<Record<string, JsonValue>> | undefined,
): Promise<JsonValue | undefined> {
  if ('constant' in part) return part.constant
  if ('mapping' in part) {
    const mapped = await part.mapping.evaluate(input, variables)
    if (!mapped.ok) throw new PartRefused(mapped)
    return mapped.value
  }
  if ('list' in part) {
    const entries: JsonValue[] = []
    for (const entry of part.list) {
      const value = await fill(entry, input, variables)
      if (value !== undefined) entries.push(value)
    }
    return entries
  }
  const fields: [string, JsonValue][] = []
  for (const [name, entry] of part.fields) {
    const value = await fill(entry, input, variables)
    if (value !== undefined) fields.push([name, value])
  }
  return Object.fromEntries(fields)
}
