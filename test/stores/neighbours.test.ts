/**
 * Two cities on neighbouring versions: one runs the program as it landed before, out of the history, the other this one. They pair,
 * publish, agree and lead a case each way to its end.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import * as present from '../../examples/support/cities.ts'
import { scan } from '../../node/edges/cli/sandbox-scan.ts'
import { createClient } from '../../node/edges/client/client.ts'
import { callStep, isStep } from '../../node/edges/client/steps.ts'
import type { Mode } from '../../protocol/case/kinds.ts'

/** What landed before; raised at each release. What only it depends on stands among the packages for development until then. */
const BEFORE = '5e2608a2c326'
const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const git = (...args: string[]) => run('git', ['-C', ROOT, ...args])

const absent = await git('cat-file', '-e', `${BEFORE}^{commit}`).then(
  () => null,
  () => `the history does not hold ${BEFORE}: a shallow clone, or no git`,
)
if (absent !== null) console.warn(`neighbouring versions are not tried: ${absent}`)

let folder = ''
const cities: present.City[] = []
beforeAll(async () => {
  if (absent !== null) return
  folder = await mkdtemp(join(tmpdir(), 'tongban-neighbours-'))
  const program = join(folder, 'program')
  await mkdir(program)
  const archive = join(folder, 'program.tar')
  await git('archive', '--output', archive, BEFORE)
  await run('tar', ['xf', archive, '-C', program])
  await symlink(join(ROOT, 'node_modules'), join(program, 'node_modules'))
  expect(await missing(program), 'packages of the version before that `npm ci` does not install').toEqual([])
  const before = (await import(join(program, 'examples/support/cities.ts'))) as typeof present
  for (const [code, support] of [
    ['610900', before],
    ['420300', present],
  ] as const) {
    const opened = await support.openCity(await exampleCity(code), { folder, log: console.error })
    // The version before knows its own client: what both understand is asked by this one.
    const client = async (who: string) =>
      createClient({
        url: opened.node.ready.url,
        token: (await readFile(join(opened.folder, 'data', `${who}.token`), 'utf8')).trim(),
      })
    cities.push({ ...opened, administrator: await client('administrator'), clerk: await client('clerk') })
  }
})
afterAll(async () => {
  for (const { node } of cities) await node.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The packages that a program depends on and that are not installed. */
async function missing(program: string): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(program, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return Object.keys(dependencies).filter(name => !existsSync(join(program, 'node_modules', name)))
}

const dayAfter = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** A case from one city to the other, to its end. */
async function lead(collecting: present.City, handling: present.City): Promise<void> {
  const item = (await exampleItems(handling)).find(({ serverType }) => serverType.includes('1'))
  if (item === undefined) throw new Error('no item')
  const materials = await Promise.all(
    item.materials
      .filter(({ isNeed }) => isNeed === '1')
      .map(async ({ materialCode, materialName }) => {
        const { sha256 } = await collecting.clerk.uploadMaterial({
          bytes: new Blob([scan(`${materialCode} ${handling.code}`)]),
          type: 'application/pdf',
        })
        return { sha256, code: materialCode, name: `${materialName}.pdf`, form: 'electronic' as const, pages: 1 }
      }),
  )
  const now = new Date().toISOString()
  const { thread } = await collecting.clerk.submitCase({
    body: {
      to: handling.code,
      item: item.taskCode,
      mode: 0,
      form: { reason: '异地办理' },
      materials,
      receivedAt: now,
      applicant: {
        type: '1' as const,
        name: '陈小满',
        idType: '111',
        idNumber: '11010519491231002X',
        phone: '13900000000',
      },
      window: '跨省通办窗口 3 号',
      clerk: { no: 'AK-017' },
      consent: { text: 'gzs-2026-01', acceptedAt: now },
    },
  })
  const at = (city: present.City) => city.clerk.getCase({ params: { thread } }).catch(() => null)
  const reached = (state: string) =>
    present.until(`${state} at both`, async () => {
      const both = await Promise.all([at(collecting), at(handling)])
      return both.every(told => told?.state === state && present.allReceipted(told.timeline))
    })
  const step = (city: present.City, verb: string, body: object) => {
    const kind = `case.${verb}`
    if (!isStep(kind)) throw new Error(kind)
    return callStep(city.clerk, kind, thread, body)
  }
  await reached('arrived')
  if (collecting === cities[1]) {
    // What the version before does not know it refuses by itself, and the case goes on.
    await step(collecting, 'commit', { materials: ['M03'], until: dayAfter(10) })
    await present.until('the commitment is refused', async () =>
      (await at(collecting))?.refused.some(
        ({ kind, problem }) => kind === 'case.commit' && problem.code === 'envelope.claims',
      ),
    )
  }
  await step(collecting, 'remind', { text: '请尽快办理' })
  await step(handling, 'accept', {})
  await reached('accepted')
  await step(handling, 'decide', { outcome: 'granted', documentNo: '准字第 1 号' })
  await step(handling, 'send-result', { method: 'file' })
  await reached('sending')
  await step(handling, 'close', { outcome: 'granted' })
  await reached('closed')
  for (const pair of [
    [collecting, handling],
    [handling, collecting],
  ] as const) {
    const { ok, findings } = await present.keepEvidence(join(folder, `${pair[0].code}-${thread}.zip`), thread, pair)
    expect({ ok, findings: ok ? [] : findings }).toEqual({ ok: true, findings: [] })
  }
}

test.skipIf(absent !== null)('a city on the version before and one on this exchange cases both ways', async () => {
  const [before, now] = cities
  if (before === undefined || now === undefined) throw new Error('two cities')
  await present.pair(before, now)
  const items = new Map<string, Awaited<ReturnType<typeof exampleItems>>>()
  for (const city of [before, now]) {
    const some = (await exampleItems(city)).slice(0, 12).map(item => ({ ...item, modes: [0, 1, 2, 3] as Mode[] }))
    items.set(city.code, some)
    await present.publish(city, some)
  }
  await present.listArrives(before, now)
  await present.listArrives(now, before)
  await present.agree(now, before, city => items.get(city.code) ?? [])
  await lead(before, now)
  await lead(now, before)
})
