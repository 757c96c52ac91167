/**
 * The stories (办件故事): one for each handling mode and one of everything between, in two nodes that share a clock, so that weeks
 * pass in seconds. Prints each timeline with its dates and what was due, verifies the evidence of every case.
 * `--only NAME` plays one; `--json` prints a summary as the last line. It ends when they are told, with or without `--once`.
 */
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CaseKind } from '../../protocol/case/kinds.ts'
import { TITLES } from '../../protocol/case/names.ts'
import { flagsOf } from '../support/flags.ts'
import { openStage, type Stage } from './stage.ts'
import { STORIES } from './stories.ts'

const flags = flagsOf(
  {
    json: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    only: { type: 'string' },
    folder: { type: 'string', default: 'demo/stories' },
  },
  '--only NAME, --json, --once, --folder PATH',
)
const say = (line = ''): void => {
  if (!flags.json) console.log(line)
}

/** An instant as China writes it. */
const china = (iso: string): string =>
  new Date(Date.parse(iso) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')

async function tell(stage: Stage, thread: string): Promise<boolean> {
  const told = await stage.show(stage.ankang, thread)
  const names = new Map([stage.ankang, stage.shiyan].map(city => [city.code, city.name]))
  say(`\n  ${told.caseNo}  ${told.item.name}`)
  for (const { at, city, kind } of told.timeline) {
    const title = TITLES[kind as CaseKind]
    say(`  ${china(at)}  ${(names.get(city) ?? city).padEnd(4, '　')} ${title.zh}  ${title.en}`)
  }
  say('  时限 what was due:')
  for (const { dutyName, city, due, provisional, done, level } of told.deadlines)
    say(
      `    ${dutyName}  ${names.get(city) ?? city}  ${due ?? '—'}${provisional ? '（暂定）' : ''}  ${done ?? ''}  ${level}`,
    )
  const reports = [await stage.evidence(thread), await stage.evidence(thread, stage.shiyan)]
  const ok = reports.every(report => report.ok)
  const [report] = reports
  say(
    `  证据包 evidence: ${ok ? '验证通过 verified' : '验证失败 FAILED'}, ${report?.packets ?? 0} packets, ${report?.receipts ?? 0} receipts, ${report?.purged ?? 0} purged`,
  )
  return ok && told.state === 'closed'
}

async function main(): Promise<void> {
  const begun = performance.now()
  const folder = resolve(flags.folder)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const stories = STORIES.filter(({ name }) => flags.only === undefined || name === flags.only)
  if (stories.length === 0) throw new Error(`--only: ${STORIES.map(({ name }) => name).join(', ')}`)
  const stage = await openStage(folder, say)
  const summary = { stories: 0, cases: 0, closed: 0 }
  try {
    for (const story of stories) {
      say(`\n${story.zh}\n${story.en}`)
      stage.clock.later(1, 9)
      for (const thread of await story.play(stage)) {
        summary.cases++
        if (await tell(stage, thread)) summary.closed++
      }
      summary.stories++
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
