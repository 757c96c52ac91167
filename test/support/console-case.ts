/** Two cities with an agreement, and a case between them, for people of tests who sit before the consoles of both. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { openBrowser } from './browser.ts'
import { type CommandNode, openCommandNode } from './command-node.ts'
import { makePdf } from './make-pdf.ts'
import { ANKANG, SHIYAN } from './node-folder.ts'
import { pairCities, until } from './pair-cities.ts'

export type ConsoleCities = {
  browser: Browser
  ankang: CommandNode
  shiyan: CommandNode
  item: ServiceItem
  /** A case that a window of 安康 took in, and that has arrived at 十堰, or is there in another state. */
  submit(window: string, applicant?: string, state?: string): Promise<{ thread: string; caseNo: string }>
  /** Until both cities say so of a case. */
  reaches(thread: string, state: string): Promise<void>
  stop(): Promise<void>
}

/** `shiyanSettings`: settings of 十堰 besides those that tests have. */
export async function openConsoleCities(
  shiyanSettings: Parameters<typeof openCommandNode>[2] = {},
): Promise<ConsoleCities> {
  const root = await mkdtemp(join(tmpdir(), 'tongban-console-'))
  const [ankang, shiyan, browser] = await Promise.all([
    openCommandNode(root, ANKANG),
    openCommandNode(root, SHIYAN, shiyanSettings),
    openBrowser(),
  ])
  const { items } = await pairCities(ankang, shiyan)
  const item = items.find(({ modes, serverType }) => modes.includes(1) && serverType.includes('1'))
  if (item === undefined) throw new Error('no example item is for a person at another window')
  const stateAt = async ({ client }: CommandNode, thread: string) =>
    (await client.getCase({ params: { thread } }).catch(() => null))?.state ?? null

  const cities: ConsoleCities = {
    browser,
    ankang,
    shiyan,
    item,
    async submit(window, applicant = '陈小满', state = 'arrived') {
      const upload = async (text: string) =>
        (await ankang.client.uploadMaterial({ bytes: makePdf(2, text), type: 'application/pdf' })).sha256
      const { thread, caseNo } = await ankang.client.submitCase({
        body: {
          to: SHIYAN.code,
          item: item.taskCode,
          mode: 1,
          applicant: { type: '1', name: applicant, idType: '111', idNumber: '11010519491231002X' },
          form: { reason: '在外地' },
          window,
          materials: [
            { sha256: await upload('card'), code: 'M01', name: '身份证.pdf', form: 'electronic' },
            { sha256: await upload('form'), code: 'M02', name: '申请表.pdf', form: 'electronic' },
          ],
        },
      })
      await cities.reaches(thread, state)
      return { thread, caseNo }
    },
    async reaches(thread, state) {
      for (const city of [ankang, shiyan])
        await until(async () => (await stateAt(city, thread)) === state, `the case is ${state} at ${city.name}`)
    },
    async stop() {
      await Promise.allSettled([ankang.stop(), shiyan.stop(), browser.close()])
      await rm(root, { recursive: true, force: true })
    },
  }
  return cities
}
