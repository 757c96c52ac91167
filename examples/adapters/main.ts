/**
 * The adapters (适配器): one city with an approval system of each kind, routes that lead to them, and a case through each, both ways.
 * `--only KIND` plays one; `--json` prints a summary as the last line. It ends when they are told, with or without `--once`.
 */
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CaseKind } from '../../protocol/case/kinds.ts'
import { TITLES } from '../../protocol/case/names.ts'
import { until } from '../support/cities.ts'
import { flagsOf } from '../support/flags.ts'
import { openStage, type Stage } from './stage.ts'
import { KINDS, PLACES, type Place } from './systems.ts'

const flags = flagsOf(
  {
    json: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    only: { type: 'string' },
    folder: { type: 'string', default: 'demo/adapters' },
  },
  '--only KIND, --json, --once, --folder PATH',
)
const say = (line = ''): void => {
  if (!flags.json) console.log(line)
}

/** Packets that the system of a kind takes: the application, and what the window wrote later. */
const PACKETS = 2

/** Plays one case to its end; its thread. Where no program decides, people in Shiyan do. */
async function play(stage: Stage, place: Place): Promise<string> {
  const { ankang, shiyan } = stage
  const { kind } = place
  const thread = await stage.submit(place)
  if (kind === 'manual') await stage.typeIn(thread, 'case.submit', 'GZ-0001')
  if (kind === 'workbench') {
    await stage.heard(shiyan, thread, 'case.arrived')
    await stage.say(shiyan, thread, 'case.accept', {})
  }
  await stage.heard(ankang, thread, 'case.accept')
  await stage.say(ankang, thread, 'case.message', { text: '申请人下周三可到窗口' })
  if (kind === 'manual') await stage.typeIn(thread, 'case.message')
  if (kind === 'manual' || kind === 'workbench') {
    await stage.heard(shiyan, thread, 'case.message')
    await stage.say(shiyan, thread, 'case.decide', { outcome: 'granted' })
    await stage.say(shiyan, thread, 'case.send-result', { method: 'pickup' })
    await stage.say(shiyan, thread, 'case.close', { outcome: 'granted' })
  }
  await stage.ended(thread)
  return thread
}

/** Tells the case, and whether all of it is as it should be. */
async function tell(stage: Stage, place: Place, thread: string): Promise<boolean> {
  const { ankang, shiyan, systems } = stage
  const told = await stage.show(shiyan, thread)
  say(`\n${place.kind}: ${place.zh}\n${place.en}`)
  say(`  ${told.caseNo}  ${told.item.name}  ${told.localCaseNo ?? '-'}`)
  for (const { at, city, kind } of told.timeline) {
    const title = TITLES[kind as CaseKind]
    const name = city === ankang.code ? ankang.name : shiyan.name
    say(`  ${at.slice(11, 19)} UTC  ${name}  ${title.zh}  ${title.en}`)
  }
  const { effects } = systems.get(place.kind) ?? {}
  if (effects !== undefined) {
    await until(`the packets at ${place.name}`, async () => (await effects()) >= PACKETS)
    say(`  系统所做 effects in the system: ${await effects()}`)
  }
  const reports = [await stage.evidence(thread, ankang), await stage.evidence(thread, shiyan)]
  const verified = reports.every(({ ok }) => ok)
  const [report] = reports
  say(
    `  证据包 evidence: ${verified ? '验证通过 verified' : '验证失败 FAILED'}, ${report?.packets ?? 0} packets, ${report?.receipts ?? 0} receipts`,
  )
  const once = effects === undefined || (await effects()) === PACKETS
  return verified && once && told.state === 'closed' && told.outcome === 'granted'
}

async function main(): Promise<void> {
  const begun = performance.now()
  const kinds = KINDS.filter(kind => flags.only === undefined || kind === flags.only)
  if (kinds.length === 0) throw new Error(`--only: ${KINDS.join(', ')}`)
  const folder = resolve(flags.folder)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const stage = await openStage({ kinds, folder, log: say })
  const summary = { systems: [] as string[], cases: 0, closed: 0 }
  try {
    const places = PLACES.filter(({ kind }) => stage.systems.has(kind))
    for (const place of places) {
      summary.systems.push(place.kind)
      summary.cases++
      if (await tell(stage, place, await play(stage, place))) summary.closed++
    }
  } finally {
    await stage.stop()
  }
  if (flags.json) console.log(JSON.stringify({ ...summary, ms: Math.round(performance.now() - begun) }))
  process.exitCode = summary.closed === summary.cases ? 0 : 1
}

main().then(
  () => process.exit(),
  error => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
