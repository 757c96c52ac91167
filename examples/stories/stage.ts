/** The stage of the stories: two cities whose nodes share one clock, and what their clerks do, by the public API alone. */
import { join } from 'node:path'
import type { CaseDetail, SubmitCaseRequest } from '../../node/edges/client/api.generated.ts'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import { loadConfig } from '../../node/kernel/config/config.ts'
import { startNode } from '../../node/node.ts'
import type { CaseContent, Mode } from '../../protocol/case/kinds.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { exampleCity, exampleItems } from '../data/load.ts'
import {
  agree,
  allReceipted,
  type City,
  keepEvidence,
  type Launch,
  listArrives,
  openCity,
  pair,
  publish,
  until,
} from '../support/cities.ts'
import { scanned, scansOf } from '../support/scan.ts'
import { createStoryClock, type StoryClock } from './clock.ts'

export type Stage = {
  ankang: City
  shiyan: City
  /** items that Shiyan handles for Ankang */
  items: readonly ServiceItem[]
  clock: StoryClock
  /** a sheet of paper that the counter scanned; its hash */
  scanned(words: string): Promise<string>
  /** what a counter in Ankang submits for the item, but for its mode and what is special */
  application(item: ServiceItem, mode: Mode): Promise<SubmitCaseRequest>
  submit(item: ServiceItem, mode: Mode, more?: Partial<SubmitCaseRequest>): Promise<string>
  /** takes a step, and waits until the other city has it */
  say<K extends Step>(city: City, thread: string, kind: K, body: CaseContent<K>): Promise<void>
  show(city: City, thread: string): Promise<CaseDetail>
  /** waits until the case is in the state at both cities, and every packet receipted */
  reached(thread: string, state: string): Promise<void>
  /** waits until Ankang has deleted what it held of the case */
  purged(thread: string): Promise<void>
  evidence(thread: string, city?: City): ReturnType<typeof keepEvidence>
  stop(): Promise<void>
}

export async function openStage(folder: string, log: (line: string) => void): Promise<Stage> {
  const clock = createStoryClock()
  const launch: Launch = async (path, secrets) => {
    const config = await loadConfig(path, {})
    const node = await startNode({ config, passphrase: secrets.TONGBAN_PASSPHRASE ?? '', clock })
    return { ready: { url: node.url }, stop: () => node.stop() }
  }
  const open = async (code: string) => openCity(await exampleCity(code), { folder, log, launch })
  const ankang = await open('610900')
  const shiyan = await open('420300')
  await pair(ankang, shiyan)
  // The stories need items of every mode (办理模式).
  const items = (await exampleItems(shiyan)).slice(0, 12).map(item => ({ ...item, modes: [0, 1, 2, 3] as Mode[] }))
  await publish(shiyan, items)
  await listArrives(ankang, shiyan)
  await agree(shiyan, ankang, city => (city.code === shiyan.code ? items : []), { purgeDays: 30, evaluationDays: 5 })

  const show = (city: City, thread: string) => city.clerk.getCase({ params: { thread } })
  /** Both cities hold the same, and know it. */
  const together = (thread: string, is: (told: CaseDetail) => boolean, what: string) =>
    until(what, async () => {
      const [here, there] = await Promise.all([ankang, shiyan].map(city => show(city, thread).catch(() => null)))
      if (here == null || there == null) return null
      return (
        here.timeline.length === there.timeline.length &&
        allReceipted([...here.timeline, ...there.timeline]) &&
        is(here)
      )
    })
  const atCounter = (words: string) => scanned(ankang, words)

  async function application(item: ServiceItem, mode: Mode): Promise<SubmitCaseRequest> {
    // In mode 1 the originals are mailed after the pre-check.
    const form = mode === 1 ? 'original' : 'electronic'
    const materials = await scansOf(item, code => atCounter(`${code} of ${item.taskCode}`), form)
    return {
      to: shiyan.code,
      item: item.taskCode,
      mode,
      // A made-up person; the number is the sample of GB 11643 itself.
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
      form: { reason: '在安康居住，需办理十堰的事项' },
      materials,
      receivedAt: new Date(clock.now()).toISOString(),
      window: '跨省通办窗口 3 号',
      clerk: { no: 'AK-017' },
      consent: { text: 'gzs-2026-01', acceptedAt: new Date(clock.now()).toISOString() },
    }
  }

  return {
    ankang,
    shiyan,
    items: items.filter(item => item.serverType.includes('1')),
    clock,
    scanned: atCounter,
    application,
    show,
    async submit(item, mode, more = {}) {
      const { thread } = await ankang.clerk.submitCase({ body: { ...(await application(item, mode)), ...more } })
      return thread
    },
    async say(city, thread, kind, body) {
      const before = (await show(city, thread)).timeline.length
      await callStep(city.clerk, kind, thread, body)
      await together(thread, told => told.timeline.length > before, `${kind} at both cities`)
    },
    async reached(thread, state) {
      await together(thread, told => told.state === state, `${state} at both cities`)
    },
    async purged(thread) {
      await together(thread, told => told.timeline.some(({ kind }) => kind === 'case.purge'), 'the deletion')
    },
    evidence: (thread, city = ankang) =>
      keepEvidence(join(folder, `evidence-${thread.slice(0, 8)}-${city.code}.zip`), thread, [
        city,
        city === ankang ? shiyan : ankang,
      ]),
    async stop() {
      await shiyan.node.stop()
      await ankang.node.stop()
    },
  }
}
