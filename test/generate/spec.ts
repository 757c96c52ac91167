/** The tables of SPEC.md between `<!-- generated NAME -->` marks, written from the code. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AGREEMENT_AUTHORS, AGREEMENT_CONTENT, AGREEMENT_STEPS } from '../../protocol/agreement/kinds.ts'
import { AUTHORS, CASE_CONTENT, type CaseKind } from '../../protocol/case/kinds.ts'
import { ASKS, CLOSE_FROM, MOVES, STATES, type State } from '../../protocol/case/table.ts'
import { FIELD_CODES } from '../../protocol/field-codes.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { TEST_CONTENT, TEST_STEPS } from '../../protocol/partner-test/thread.ts'
import { PROBLEMS } from '../../protocol/problem.ts'
import { LINT_RULES } from '../../protocol/service/lint.ts'

const SPEC = 'protocol/SPEC.md'
const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`
const table = (head: string[], rows: string[][]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map(cells => row(...cells))].join('\n')
const code = (text: string): string => `\`${text}\``
const codes = (texts: readonly string[]): string => texts.map(code).join(', ')

const members = (schema: { shape: Record<string, { safeParse(value: unknown): { success: boolean } }> }): string =>
  Object.entries(schema.shape)
    .map(([name, type]) => code(type.safeParse(undefined).success ? `${name}?` : name))
    .join(', ')

const kinds = (): string =>
  table(
    ['kind', 'author', 'body, besides `salt`'],
    (Object.keys(AUTHORS) as CaseKind[]).map(kind => [code(kind), AUTHORS[kind], members(CASE_CONTENT[kind])]),
  )

type Rule = { from: readonly State[]; to: State | 'same' }

function steps(): string {
  const rules: Record<string, Rule> = { ...ASKS, ...MOVES }
  const states = table(
    ['state', '名称'],
    Object.entries(STATES).map(([state, name]) => [code(state), name]),
  )
  const rows = Object.entries(rules).map(([kind, rule]) => [
    code(kind),
    rule.from.length === 0 ? 'begins the thread' : codes(rule.from),
    rule.to === 'same' ? 'stays' : code(rule.to),
  ])
  const edges = Object.entries(rules).flatMap(([kind, rule]) =>
    rule.to === 'same'
      ? []
      : (rule.from.length === 0 ? ['[*]'] : rule.from).map(
          from => `  ${from} --> ${rule.to}: ${kind.slice('case.'.length)}`,
        ),
  )
  const diagram = ['```mermaid', 'stateDiagram-v2', ...edges, '  closed --> [*]', '  refused --> [*]', '```'].join('\n')
  return [states, table(['kind', 'from', 'to'], rows), diagram].join('\n\n')
}

const close = (): string =>
  table(
    ['outcome', 'from'],
    Object.entries(CLOSE_FROM).map(([outcome, from]) => [code(outcome), codes(from)]),
  )

const agreement = (): string =>
  table(
    ['kind', 'author', 'from', 'text that waits', 'to', 'body, besides `salt`'],
    (Object.keys(AGREEMENT_CONTENT) as (keyof typeof AGREEMENT_CONTENT)[]).map(kind => {
      const { from, pending, to } = AGREEMENT_STEPS[kind]
      return [
        code(kind),
        AGREEMENT_AUTHORS[kind],
        from.length === 0 ? 'begins the thread' : codes(from),
        pending,
        to === 'same' ? 'the same' : code(to),
        members(AGREEMENT_CONTENT[kind]),
      ]
    }),
  )

const partnerTest = (): string =>
  table(
    ['kind', 'author', 'from', 'to', 'body, besides `salt`'],
    (Object.keys(TEST_CONTENT) as (keyof typeof TEST_CONTENT)[]).map(kind => {
      const { author, from, to } = TEST_STEPS[kind]
      return [
        code(kind),
        author,
        from.length === 0 ? 'begins the thread' : codes(from),
        code(to),
        members(TEST_CONTENT[kind]),
      ]
    }),
  )

/** The doc comment of each limit stands in its source, beside the number. */
async function limits(): Promise<string> {
  const source = await readFile(resolve(import.meta.dirname, '../../protocol/limits.ts'), 'utf8')
  return table(
    ['limit', 'value', 'what'],
    Object.entries(LIMITS).map(([name, value]) => [
      code(name),
      String(value),
      new RegExp(`/\\*\\* (.*?) \\*/\\s*${name}:`).exec(source)?.[1] ?? '',
    ]),
  )
}

const problems = (): string =>
  table(
    ['code', 'HTTP', 'try again', 'who must act', 'meaning', '含义'],
    Object.entries(PROBLEMS).map(([name, { status, retryable, act, en, zh }]) => [
      code(name),
      String(status),
      retryable ? 'yes' : 'no',
      act,
      en,
      zh,
    ]),
  )

const fieldCodes = (): string =>
  table(
    ['code', 'who can cure it', 'meaning', '含义'],
    Object.entries(FIELD_CODES).map(([name, { cure, en, zh }]) => [code(name), cure, en, zh]),
  )

const lint = (): string =>
  table(
    ['rule', 'level', 'reason', '理由'],
    LINT_RULES.map(({ rule, level, en, zh }) => [code(rule), level, en, zh]),
  )

export async function specFile(read: (path: string) => Promise<string>): Promise<[string, string][]> {
  let text = await read(SPEC)
  const made: Record<string, string> = {
    kinds: kinds(),
    steps: steps(),
    close: close(),
    agreement: agreement(),
    'field codes': fieldCodes(),
    lint: lint(),
    'partner test': partnerTest(),
    limits: await limits(),
    problems: problems(),
  }
  for (const [name, content] of Object.entries(made)) {
    const begin = `<!-- generated ${name} -->`
    const end = `<!-- /generated ${name} -->`
    const from = text.indexOf(begin)
    const to = text.indexOf(end)
    if (from < 0 || to < from) throw new Error(`${SPEC} has no marks for ${name}`)
    text = `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
  }
  return [[SPEC, text]]
}
