/**
 * `npm run bench [-- exchange] [-- start] [-- catalog] [-- cases] [-- hostile] [--json] [--seconds n] [--rounds n] [--items n,n] [--cases n]
 * [--attack name]`: the performance report. Writes JSON and Markdown to
 * `bench-report/`, prints the Markdown; with `--json` its last line is one JSON object.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchCases } from './cases.ts'
import { benchCatalog, SIZES } from './catalog.ts'
import { benchExchange } from './exchange.ts'
import { ATTACK_NAMES, benchHostile } from './hostile.ts'
import { casesMarkdown, catalogMarkdown, exchangeMarkdown, hostileMarkdown, startMarkdown } from './report.ts'
import { benchStart } from './start.ts'

const FOLDER = fileURLToPath(new URL('../../bench-report/', import.meta.url))
const NAMES = ['exchange', 'start', 'catalog', 'cases', 'hostile']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    items: { type: 'string', default: SIZES.join(',') },
    cases: { type: 'string', default: '1000000' },
    attack: { type: 'string', multiple: true },
  },
})
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
const sizes = values.items.split(',').map(Number)
const cases = Number(values.cases)
const attacks = ATTACK_NAMES.filter(name => values.attack === undefined || values.attack.includes(name))
const unknown = positionals.find(name => !NAMES.includes(name)) ?? (attacks.length === 0 ? 'attack' : undefined)
const whole = (value: number) => Number.isInteger(value) && value > 0
if (unknown !== undefined || !(seconds > 0) || !whole(rounds) || !sizes.every(whole) || !whole(cases)) {
  console.error(
    `bench [${NAMES.join('] [')}] [--json] [--seconds n] [--rounds n] [--items n,n] [--cases n] [--attack name]`,
  )
  process.exit(2)
}
const wanted = new Set(positionals.length === 0 ? NAMES : positionals)
const log = (line: string) => console.error(line)

async function keep(name: string, report: object, markdown: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(`${FOLDER}${name}.json`, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(`${FOLDER}${name}.md`, markdown)
  console.log(markdown)
}

const summary: Record<string, unknown> = {}
if (wanted.has('start')) {
  const report = await benchStart({ runs: rounds, log })
  await keep('start', report, startMarkdown(report))
  summary.start = report
}
if (wanted.has('exchange')) {
  const report = await benchExchange({ seconds, rounds, log })
  await keep('exchange', report, exchangeMarkdown(report))
  summary.exchange = report
}
if (wanted.has('catalog')) {
  const report = await benchCatalog({ sizes, log })
  await keep('catalog', report, catalogMarkdown(report))
  summary.catalog = report
}
if (wanted.has('cases')) {
  const report = await benchCases({ cases, log })
  await keep('cases', report, casesMarkdown(report))
  summary.cases = report
}
if (wanted.has('hostile')) {
  const report = await benchHostile({ seconds, rounds, attacks, attackers: [1, 2], log })
  await keep('hostile', report, hostileMarkdown(report))
  summary.hostile = report
}
if (values.json) console.log(JSON.stringify(summary))
