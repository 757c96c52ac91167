/** What commands print: tables for people, one JSON document with `--json`, progress on long work, problems with their cure. */
import { createRequire } from 'node:module'
import { inChinese } from '../../../protocol/messages/in-chinese.ts'
import {
  type Actor,
  type Change,
  type FieldProblem,
  PROBLEMS,
  type Problem,
  ProblemError,
} from '../../../protocol/problem.ts'
import { chineseDetail } from '../../kernel/fields.ts'
import { redact } from '../../kernel/telemetry/redact.ts'

export type Output = {
  json: boolean
  /** one line for people; silent with --json */
  print(line: string): void
  /** the result: a document with --json, else what `text` makes of it */
  result<T>(value: T, text: (value: T) => string): void
  /** a bar on standard error, only on a terminal */
  progress(total: number): { update(done: number): void; stop(): void }
}

/** What draws the bar, once there is one. */
const load = createRequire(import.meta.url)

export const createOutput = (json: boolean): Output => ({
  json,
  print: line => {
    if (!json) process.stdout.write(`${line}\n`)
  },
  result: (value, text) => process.stdout.write(`${json ? JSON.stringify(value) : text(value)}\n`),
  progress: total => {
    if (json || !process.stderr.isTTY) return { update: () => {}, stop: () => {} }
    const { SingleBar } = load('cli-progress') as typeof import('cli-progress')
    const bar = new SingleBar({
      format: '{bar} {percentage}% | {value}/{total}',
      stream: process.stderr,
      hideCursor: true,
    })
    bar.start(total, 0)
    return { update: done => bar.update(done), stop: () => bar.stop() }
  },
})

/** Who must act, for people at this node. */
export const WHO = {
  you: 'you 您',
  partner: 'the partner city 合作城市',
  operator: "this node's operator 本节点运维人员",
} as const satisfies Record<Actor, string>

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/** An instant (ISO 8601), with whatever offset, as people in China read it: UTC+8 all over the country and the year. Other text stays as it is. */
export const china = (text: string): string =>
  INSTANT.test(text) && !Number.isNaN(Date.parse(text))
    ? new Date(Date.parse(text) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
    : text

const INSTANTS = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g

/** A text with every instant in it as people in China read it. */
export const inChinaTime = (text: string): string => text.replace(INSTANTS, china)

/** Columns as wide as they need to be; Chinese characters take two places; instants are shown in China's time. */
export function table(rows: readonly Record<string, string | number | null | undefined>[]): string {
  const [first] = rows
  if (first === undefined) return '(none) 无'
  const columns = Object.keys(first)
  const cells = [columns, ...rows.map(row => columns.map(column => china(String(row[column] ?? ''))))]
  const widths = columns.map((_, index) => Math.max(...cells.map(row => width(row[index] ?? ''))))
  return cells
    .map(row =>
      row
        .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const width = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/[\u1100-\u115f\u2e80-\uffe6]/.test(letter) ? 2 : 1), 0)

/** A text of an answer in both languages; once where it is the same in both, or from a node that tells one alone. */
export const twice = (text: string, zh: string | null | undefined): string =>
  zh == null || zh === text ? text : `${text} ${zh}`

/** A detail in English and, where it has words of its own, in Chinese. */
export function inBothLanguages(detail: string): string {
  const zh = inChinese(detail)
  return zh === null ? detail : `${detail} ${zh}`
}

/** A problem that an answer tells, in one line. */
export const inOneLine = ({ code, detail }: { code: string; detail?: string | undefined }): string =>
  detail === undefined ? code : `${code} ${inBothLanguages(detail)}`

type Told = { act?: Actor; changes?: readonly Change[]; errors?: readonly FieldProblem[] }

/** What happened, who must act, and how, in both languages. */
export function describeProblem(
  { code, detail }: Problem,
  { act = PROBLEMS[code].act, changes = [], errors = [] }: Told = {},
): string {
  const entry = PROBLEMS[code]
  const zh = detail === undefined ? '' : chineseDetail({ code, detail }, errors)
  const who = { you: 'you 您', partner: 'the partner city 合作城市', operator: "the node's operator 运维人员" }[act]
  return [
    `${code}: ${entry.en} ${entry.zh}`,
    ...(changes.length > 0
      ? changes.map(({ by, name, action, at }) => `  ${china(at)} ${action} ${name === null ? by : `${name} (${by})`}`)
      : detail === undefined
        ? []
        : [`  ${detail}`, ...(zh === detail ? [] : [`  ${zh}`])]),
    `  Who must act 由谁处理: ${who}`,
    `  ${entry.cureZh}`,
    `  ${entry.cure}`,
  ].join('\n')
}

/** What the system says of a file that a command was given, by its code (errno(3)). */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there: a part of its path is no folder',
  EISDIR: 'is a folder',
  EEXIST: 'is there already',
  EACCES: 'is closed to this user',
  EPERM: 'is closed to this user',
  EROFS: 'lies on a disk that cannot be written to',
  ENOSPC: 'cannot be written: no space is left',
  ENAMETOOLONG: 'has too long a name',
  ELOOP: 'is a link that leads to itself',
}

/** A file that cannot be used is the caller's to cure; null of any other failure. */
function ofFile(error: unknown): Problem | null {
  const { code, path } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException
  const fault = code === undefined ? undefined : FILE_FAULTS[code]
  return fault === undefined || path === undefined ? null : { code: 'request.invalid', detail: `${path} ${fault}` }
}

/** Prints why a command failed; its exit code is 1. */
export function fail(error: unknown, json: boolean): void {
  process.exitCode = 1
  // Who read as much as they wanted, as `head` does, is told nothing.
  if ((error as NodeJS.ErrnoException | null)?.code === 'EPIPE') return
  const problem: Problem =
    error instanceof ProblemError
      ? error.problem
      : (ofFile(error) ?? { code: 'internal', detail: redact(error instanceof Error ? error.message : String(error)) })
  const { act, changes, errors }: Required<Told> =
    error instanceof ProblemError ? error : { act: PROBLEMS[problem.code].act, changes: [], errors: [] }
  const { detail } = problem
  const document = {
    ...problem,
    ...(detail === undefined ? {} : { detailZh: chineseDetail({ ...problem, detail }, errors) }),
    ...PROBLEMS[problem.code],
    act,
    ...(changes.length === 0 ? {} : { changes }),
  }
  const text = json ? JSON.stringify({ problem: document }) : describeProblem(problem, { act, changes, errors })
  process.stderr.write(`${text}\n`)
}
