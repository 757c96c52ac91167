/** `npm run bench [-- exchange|start] [--json] [--seconds N] [--rounds N]`: writes a JSON and a Markdown report. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchExchange, exchangeMarkdown } from './exchange.ts'
import { benchStart, startMarkdown } from './start.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
  },
})
const wanted = positionals.length === 0 ? ['start', 'exchange'] : positionals
const unknown = wanted.find(name => name !== 'start' && name !== 'exchange')
if (unknown !== undefined) {
  console.error(`no bench ${unknown}; there are: start, exchange`)
  process.exit(2)
}
const say = (line: string): void => console.error(line)
const FOLDER = 'bench-report'
await mkdir(FOLDER, { recursive: true })

async function write(name: string, report: object, markdown: string): Promise<void> {
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(FOLDER, `${name}.md`), `${markdown}\n`)
  console.log(values.json ? '' : `\n${markdown}`)
}

let last: object = {}
if (wanted.includes('start')) {
  const report = await benchStart({ runs: 5, idleSeconds: 5, say })
  await write('start', report, startMarkdown(report))
  last = report
}
if (wanted.includes('exchange')) {
  const report = await benchExchange({ seconds: Number(values.seconds), rounds: Number(values.rounds), say })
  await write('exchange', report, exchangeMarkdown(report))
  const { bound, real, https, ratioToBound, ratioToHttps } = report
  last = { bound, real, https, ratioToBound, ratioToHttps }
}
if (values.json) console.log(JSON.stringify(last))
process.exit(0)
