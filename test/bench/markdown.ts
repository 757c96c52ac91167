/** What the benches found, in Markdown. */
import type { Figure, Group, Report } from './report.ts'

/** As many digits as say something. */
function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en')
  return value.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 3)
}

function cell(found: Figure | undefined): string {
  if (found === undefined) return ''
  const [low, high] = found.spread.map(digits)
  const middle = digits(found.median)
  return low === high ? middle : `${middle} (${low}–${high})`
}

const aimOf = ({ aim, met }: Figure): string => (aim === null ? '' : `${aim}: ${met === true ? 'met' : '**not met**'}`)
const heading = ({ title, unit }: Figure): string => (unit === '' ? title : `${title}, ${unit}`)
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

/** Each figure once, in the order in which the groups name them. */
function figuresOf(groups: readonly Group[]): Map<string, Figure> {
  const all = new Map<string, Figure>()
  for (const { figures } of groups)
    for (const [name, found] of Object.entries(figures)) if (!all.has(name)) all.set(name, found)
  return all
}

/** The aims of a figure, which only some groups may have. */
const aims = (groups: readonly Group[], name: string): string =>
  groups
    .flatMap(group => group.figures[name] ?? [])
    .filter(({ aim }) => aim !== null)
    .map(aimOf)
    .join('; ')

/** One report as a section; its heading has `level` marks. */
export function markdownOf(report: Report, level = 1): string {
  const groups = Object.values(report.groups)
  const figures = [...figuresOf(groups)]
  const lines =
    report.table === 'columns'
      ? table(
          ['', ...groups.map(({ title }) => title), 'aim'],
          figures.map(([name, first]) => [
            heading(first),
            ...groups.map(group => cell(group.figures[name])),
            aims(groups, name),
          ]),
        )
      : table(
          ['', ...figures.map(([, first]) => heading(first)), 'aim'],
          groups.map(group => [
            group.title,
            ...figures.map(([name]) => cell(group.figures[name])),
            Object.values(group.figures)
              .filter(({ aim }) => aim !== null)
              .map(found => `${found.title} ${aimOf(found)}`)
              .join('; '),
          ]),
        )
  const settings = Object.entries(report.settings).map(([name, value]) => `${name} ${value}`)
  const rounds =
    report.rounds === 1
      ? 'one round'
      : `${report.rounds} rounds: medians, and lowest and highest of the rounds in brackets`
  return [
    `${'#'.repeat(level)} ${report.title}`,
    ...(level === 1 ? [`${machineOf(report)}.`] : []),
    `${[rounds, ...settings].join('; ')}.`,
    lines,
    report.notes.map(note => `- ${note}`).join('\n'),
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .concat('\n')
}

/** Program, commit, machine and time in one line. */
export function machineOf({ machine, commit, changed, at }: Report): string {
  const { program, runtime, system, cores, cpu, memoryGiB } = machine
  const code = commit === null ? 'outside a repository' : `commit ${commit}${changed ? ' with changes' : ''}`
  return `${program}, ${code}; ${runtime}, ${system}, ${cores} × ${cpu}, ${memoryGiB} GiB; ${at}`
}

/** All reports of one run as docs/reports/performance.md. */
export function performanceMarkdown(reports: readonly Report[]): string {
  const [first] = reports
  if (first === undefined) throw new Error('no reports')
  const missed = reports.flatMap(({ title, groups }) =>
    Object.values(groups).flatMap(group =>
      Object.values(group.figures)
        .filter(({ met }) => met === false)
        .map(found => `- ${title}, ${group.title}: ${heading(found)} ${cell(found)}, aim ${found.aim}`),
    ),
  )
  return [
    '# Performance (性能报告)',
    'Written by `npm run bench -- report`; not edited by hand.',
    `${machineOf(first)}.`,
    `## Aims not met\n\n${missed.length === 0 ? 'None.' : missed.join('\n')}`,
    ...reports.map(report => markdownOf(report, 2).trimEnd()),
  ]
    .join('\n\n')
    .concat('\n')
}
