/** The one shape of what every bench found, and the check that it is no nonsense. */
import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { VERSION } from '../../node/version.ts'
import { median } from './load.ts'

export type Figure = {
  title: string
  unit: string
  median: number
  /** of the rounds */
  spread: readonly [lowest: number, highest: number]
  /** what the median should be, `≥ 0.5`; null: nothing is asked */
  aim: string | null
  met: boolean | null
  /** the least that is no nonsense: null when it must be above 0 */
  least: number | null
}
/** One contender, size or attack. */
export type Group = { title: string; figures: Record<string, Figure> }
export type Findings = {
  title: string
  rounds: number
  /** what it was run with: sizes, seconds */
  settings: Record<string, string | number>
  groups: Record<string, Group>
  /** how the Markdown lays it out: whether each group is a row or a column */
  table: 'rows' | 'columns'
  /** what was measured, a line each */
  notes: readonly string[]
}
export type Report = Findings & {
  name: string
  /** commit of the program; null outside a repository */
  commit: string | null
  /** whether files differed from it */
  changed: boolean
  /** when it was written, ISO 8601 */
  at: string
  machine: { system: string; cpu: string; cores: number; memoryGiB: number; runtime: string; program: string }
}

type Aim = readonly ['≥' | '≤' | '<', number]

/** A figure of one value a round. `least` lets it be 0, or less. */
export function figure(
  title: string,
  unit: string,
  values: readonly number[],
  { aim, least }: { aim?: Aim; least?: number } = {},
): Figure {
  const middle = median(values)
  return {
    title,
    unit,
    median: middle,
    spread: [Math.min(...values), Math.max(...values)],
    aim: aim === undefined ? null : `${aim[0]} ${aim[1]}`,
    met: aim === undefined ? null : holds(middle, aim),
    least: least ?? null,
  }
}

function holds(value: number, [sign, bound]: Aim): boolean {
  if (sign === '≥') return value >= bound
  return sign === '≤' ? value <= bound : value < bound
}

/** What makes a report worthless, a line each; empty when it is sound. */
export function nonsense({ groups, rounds }: Findings): string[] {
  const found: string[] = []
  if (!(rounds >= 1)) found.push(`${rounds} rounds`)
  if (Object.keys(groups).length === 0) found.push('no groups')
  for (const [id, { figures }] of Object.entries(groups)) {
    if (Object.keys(figures).length === 0) found.push(`${id}: no figures`)
    for (const [name, { median: middle, spread, least }] of Object.entries(figures))
      for (const value of [middle, ...spread])
        if (!Number.isFinite(value) || (least === null ? value <= 0 : value < least)) {
          found.push(`${id}.${name}: ${value}`)
          break
        }
  }
  return found
}

/** The report of what was found at this commit on this machine. Throws on nonsense, naming each figure. */
export function reportOf(name: string, findings: Findings, now: Date): Report {
  const wrong = nonsense(findings)
  if (wrong.length > 0) throw new Error(`${name} found nonsense: ${wrong.join('; ')}`)
  const [first] = cpus()
  return {
    name,
    ...source(ROOT),
    at: now.toISOString(),
    machine: {
      system: `${process.platform} ${process.arch}`,
      cpu: first?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      runtime: `Bun ${Bun.version}`,
      program: `tongban ${VERSION}`,
    },
    ...findings,
  }
}

/** Where the performance report lies in the repository: it alone may differ from the commit that it is about. */
export const PERFORMANCE = 'docs/reports/performance.md'

/** The repository of this program. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The commit checked out in a folder, and whether tracked or new files differ from it. */
export function source(folder: string): { commit: string | null; changed: boolean } {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim()
  try {
    const status = git('status', '--porcelain', '--', '.', `:(exclude)${PERFORMANCE}`)
    return { commit: git('rev-parse', 'HEAD'), changed: status !== '' }
  } catch {
    return { commit: null, changed: true }
  }
}
