/**
 * `npm run bench [-- NAME …]`: benches, each printed as Markdown and kept as JSON and Markdown in `bench-report/`; with `--json` the last
 * line of each is its whole report. `npm run bench -- report` writes docs/reports/performance.md. `--smoke` shows in seconds that
 * they work, and keeps nothing. A figure that is no figure ends it with 1.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchAdapters } from './adapters.ts'
import { benchCases } from './cases.ts'
import { benchCatalog } from './catalog.ts'
import { benchExchange } from './exchange.ts'
import { ATTACK_NAMES, benchHostile } from './hostile.ts'
import { markdownOf, performanceMarkdown } from './markdown.ts'
import { benchMaterials } from './materials.ts'
import { type BenchName, type BenchOptions, OPTIONS } from './options.ts'
import { type Findings, PERFORMANCE, type Report, ROOT, reportOf, source } from './report.ts'
import { benchStart } from './start.ts'

const log = (line: string) => console.error(line)
const BENCHES: { [Name in BenchName]: (options: BenchOptions[Name]) => Promise<Findings> } = {
  start: options => benchStart({ ...options, log }),
  exchange: options => benchExchange({ ...options, log }),
  materials: options => benchMaterials({ ...options, log }),
  catalog: options => benchCatalog({ ...options, log }),
  cases: options => benchCases({ ...options, log }),
  // A browser and what looks at its pages are much to load for a bench that needs none.
  console: async options => (await import('./console.ts')).benchConsole({ ...options, log }),
  adapters: options => benchAdapters({ ...options, log }),
  hostile: options => benchHostile({ ...options, log }),
}
const NAMES = Object.keys(BENCHES) as BenchName[]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    dirty: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    items: { type: 'string' },
    cases: { type: 'string' },
    sizes: { type: 'string' },
    attack: { type: 'string', multiple: true },
  },
})

function refuse(): never {
  console.error(`bench [report [--dirty]] [${NAMES.join('] [')}] [--json] [--smoke] [--seconds n] [--rounds n]
  [--sizes MB,MB] [--items n,n] [--cases n] [--attack name]
attacks: ${ATTACK_NAMES.join(' ')}`)
  process.exit(2)
}

/** A number above 0, or whole numbers; what is not given leaves the option as it is. */
function above0(value: string | undefined): number | undefined {
  return value === undefined || Number(value) > 0 ? (value === undefined ? undefined : Number(value)) : refuse()
}
const whole = (value: string): number => (/^[1-9]\d{0,9}$/.test(value) ? Number(value) : refuse())
const wholes = (value: string | undefined): number[] | undefined => value?.split(',').map(whole)

const writesReport = positionals.includes('report')
const named = positionals.filter(name => name !== 'report')
const isName = (name: string): name is BenchName => NAMES.includes(name as BenchName)
if (!named.every(isName) || (writesReport && named.length > 0)) refuse()
const attacks = ATTACK_NAMES.filter(name => values.attack?.includes(name))
if (attacks.length < (values.attack?.length ?? 0)) refuse()

/** The options that are given over those of the extent. */
function optionsOf(): BenchOptions {
  const given = <T extends object>(fields: T) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const rounds = values.rounds === undefined ? undefined : whole(values.rounds)
  const seconds = above0(values.seconds)
  const base = OPTIONS[values.smoke ? 'smoke' : writesReport ? 'report' : 'full']
  return {
    start: { ...base.start, ...given({ rounds }) },
    exchange: { ...base.exchange, ...given({ rounds, seconds }) },
    materials: { ...base.materials, ...given({ rounds, sizes: wholes(values.sizes) }) },
    catalog: { ...base.catalog, ...given({ rounds, sizes: wholes(values.items) }) },
    cases: { ...base.cases, ...given({ cases: values.cases === undefined ? undefined : whole(values.cases) }) },
    console: { ...base.console, ...given({ rounds }) },
    adapters: { ...base.adapters, ...given({ rounds, seconds }) },
    hostile: { ...base.hostile, ...given({ rounds, seconds, attacks: attacks.length === 0 ? undefined : attacks }) },
  }
}

async function keep(path: string, text: string): Promise<void> {
  if (values.smoke) return
  await mkdir(dirname(join(ROOT, path)), { recursive: true })
  await writeFile(join(ROOT, path), text)
}

/** One bench from its options to what is kept and printed of it. */
async function run<Name extends BenchName>(name: Name, options: BenchOptions[Name]): Promise<Report> {
  const report = reportOf(name, await BENCHES[name](options), new Date())
  await keep(`bench-report/${name}.json`, `${JSON.stringify(report, null, 2)}\n`)
  await keep(`bench-report/${name}.md`, markdownOf(report))
  console.log(markdownOf(report))
  if (values.json) console.log(JSON.stringify(report))
  return report
}

if (writesReport && !values.dirty && !values.smoke && source(ROOT).changed) {
  console.error('The files differ from the commit that the report would name. Commit first, or say --dirty.')
  process.exit(2)
}
const options = optionsOf()
const reports: Report[] = []
const wanted = named.length === 0 ? NAMES : NAMES.filter(name => named.includes(name))
for (const [at, name] of wanted.entries()) {
  const begun = performance.now()
  log(`${name} (${at + 1} of ${wanted.length})`)
  reports.push(await run(name, options[name]))
  log(`${name}: ${Math.round((performance.now() - begun) / 1000)} s`)
}
if (writesReport) {
  const text = performanceMarkdown(reports)
  await keep(PERFORMANCE, text)
  log(`written: ${PERFORMANCE}`)
}
