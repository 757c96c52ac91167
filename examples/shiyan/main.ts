/**
 * Shiyan and its 19 partners (十堰与 19 个合作城市): twenty nodes on one machine, each with a list of its own, an agreement of
 * Shiyan with each partner, and one case each way. `--once` ends after the table; `--json` prints a summary as the last line;
 * `--partners N` takes the first N only.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { table } from '../../node/edges/cli/output.ts'
import type { CaseDetail } from '../../node/edges/client/api.generated.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { exampleCities } from '../data/load.ts'
import {
  agree,
  allReceipted,
  type City,
  keepEvidence,
  listArrives,
  openCity,
  pair,
  publish,
  until,
} from '../support/cities.ts'
import { flagsOf } from '../support/flags.ts'
import { scanned, scansOf } from '../support/scan.ts'
import { variedItems } from './vary.ts'

const SHIYAN = '420300'
/** Cities worked on at a time: as many as a small machine starts side by side. */
const AT_A_TIME = 4

const flags = flagsOf(
  {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'demo/shiyan' },
    partners: { type: 'string', default: '19' },
  },
  '--once, --json, --folder PATH, --partners NUMBER',
)
const folder = resolve(flags.folder)
const begun = performance.now()
const say = (line = ''): void => {
  if (!flags.json) console.log(line)
}
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1)
const step = (line: string): void => say(`${seconds(begun).padStart(6)} s  ${line}`)

const open: City[] = []
const stopAll = async (): Promise<void> => {
  await Promise.allSettled(open.splice(0).map(city => city.node.stop()))
}

/** Runs `work` on each, a few at a time. */
async function each<T, R>(list: readonly T[], work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < list.length; index = next++) results[index] = await work(list[index] as T)
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
  return results
}

/** An item that the partner handles for persons, with papers received at the window. */
function itemFor(items: readonly ServiceItem[]): ServiceItem {
  const found = items.find(item => item.modes.includes(1) && item.serverType.includes('1'))
  if (found === undefined) throw new Error('no item for persons in mode 1')
  return found
}

/** One case from the window of `from` to its end in `to`, as the clerks of both take its steps. */
async function oneCase(from: City, to: City, item: ServiceItem): Promise<CaseDetail> {
  const materials = await scansOf(item, code => scanned(from, `${code} of ${from.code} for ${to.code}`))
  const { thread } = await from.clerk.submitCase({
    body: {
      to: to.code,
      item: item.taskCode,
      mode: 1,
      // A made-up person; the number is the sample of GB 11643 itself.
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
      form: { reason: '本人在外地，无法到场' },
      materials,
      window: `${from.name}“跨省通办”窗口`,
      consent: { text: 'gzs-2026-01', acceptedAt: new Date().toISOString() },
    },
  })
  const params = { thread }
  const at = (city: City, state: string) =>
    until(`${state} at ${city.name}`, async () => {
      const held = await city.clerk.getCase({ params }).catch(() => null)
      return held?.state === state && held
    })
  await at(to, 'arrived')
  await to.clerk.acceptCase({ params })
  await to.clerk.decideCase({ params, body: { outcome: 'granted', documentNo: `${to.code}〔2026〕1号` } })
  const waybill = { carrier: 'EMS', number: '1000000000001' }
  await to.clerk.sendResultCase({ params, body: { method: 'mail', waybill } })
  await to.clerk.closeCase({ params, body: { outcome: 'granted' } })
  const ended = await at(from, 'closed')
  await until('every packet is receipted on both sides', async () =>
    (await Promise.all([from, to].map(city => city.clerk.getCase({ params })))).every(held =>
      allReceipted(held.timeline),
    ),
  )
  return ended
}

type Row = { city: string; items: number; agreed: number; cases: number; closed: number; verified: number; ms: number }

let paired: Promise<unknown> = Promise.resolve()
/** One city after the other, as Shiyan's administrator would: a node has few places for strangers of one address, which all share here. */
function pairInTurn(shiyan: City, partner: City): Promise<unknown> {
  paired = paired.then(() => pair(shiyan, partner))
  return paired
}

/** All of Shiyan's business with one partner. */
async function partnership(shiyan: City, partner: City, itemsOf: (city: City) => readonly ServiceItem[]): Promise<Row> {
  const since = performance.now()
  await pairInTurn(shiyan, partner)
  await Promise.all([listArrives(shiyan, partner), listArrives(partner, shiyan)])
  const row: Row = {
    city: `${partner.name} ${partner.code}`,
    items: itemsOf(partner).length,
    agreed: await agree(shiyan, partner, itemsOf),
    cases: 0,
    closed: 0,
    verified: 0,
    ms: 0,
  }
  for (const [from, to] of [
    [shiyan, partner],
    [partner, shiyan],
  ] as const) {
    const ended = await oneCase(from, to, itemFor(itemsOf(to)))
    row.cases++
    if (ended.state === 'closed' && ended.outcome === 'granted') row.closed++
    const report = await keepEvidence(join(folder, `evidence-${ended.caseNo}.zip`), ended.thread, [from, to])
    if (report.ok) row.verified++
    for (const finding of report.findings)
      say(`          ${finding.level} ${finding.file}: ${finding.en} ${finding.zh}`)
  }
  row.ms = Math.round(performance.now() - since)
  step(`${partner.name}: ${row.agreed} items agreed, ${row.closed} cases closed, ${row.verified} bundles verified`)
  return row
}

async function main(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  say('tongban 通办: Shiyan and its partners 十堰与合作城市\n')
  const examples = (await exampleCities()).slice(0, 1 + Number(flags.partners))
  const cities = await each(examples, async example => {
    const city = await openCity(example, { folder, log: line => say(`          ${line}`) })
    open.push(city)
    return city
  })
  step(`${cities.length} nodes are up 节点已启动`)
  const lists = new Map(await each(cities, async city => [city.code, await variedItems(city)] as const))
  const itemsOf = (city: City) => lists.get(city.code) ?? []
  await each(cities, city => publish(city, itemsOf(city)))
  const counts = cities.map(city => itemsOf(city).length)
  step(`${cities.length} lists published 事项清单已发布: ${Math.min(...counts)} to ${Math.max(...counts)} items`)
  const shiyan = cities.find(city => city.code === SHIYAN)
  if (shiyan === undefined) throw new Error('no Shiyan')
  const partners = cities.filter(city => city !== shiyan)
  const rows = await each(partners, partner => partnership(shiyan, partner, itemsOf))
  say(`\n${table(rows)}\n`)
  const sum = (key: 'cases' | 'closed' | 'verified') => rows.reduce((total, row) => total + row[key], 0)
  const summary = {
    nodes: cities.length,
    agreements: rows.length,
    cases: sum('cases'),
    closed: sum('closed'),
    evidenceVerified: sum('verified'),
    ms: Math.round(performance.now() - begun),
  }
  const succeeded = summary.closed === 2 * partners.length && summary.evidenceVerified === summary.closed
  step(
    `${summary.cases} cases, ${summary.closed} closed 办结, ${summary.evidenceVerified} bundles verified 证据包验证通过`,
  )
  if (flags.once || !succeeded) {
    await stopAll()
    process.exitCode = succeeded ? 0 : 1
  }
  if (flags.json) console.log(JSON.stringify(summary))
  if (flags.once || !succeeded) return
  say('\nThe nodes stay up; Ctrl-C ends them. 节点保持运行，按 Ctrl-C 结束。\n')
  say(table(cities.map(city => ({ city: city.name, code: city.code, api: city.node.ready.url, folder: city.folder }))))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void stopAll().then(() => process.exit(0))
    })
  }
}

main().catch(async error => {
  console.error(error instanceof Error ? error.message : error)
  await stopAll()
  process.exit(1)
})
