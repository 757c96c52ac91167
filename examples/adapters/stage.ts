/**
 * The stage: Shiyan (十堰) with an approval system of each kind and routes to them, Ankang (安康) as its partner; and what the people of
 * both do, by the public API alone.
 */
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CaseDetail } from '../../node/edges/client/api.generated.ts'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import type { CaseContent } from '../../protocol/case/kinds.ts'
import { departmentOf } from '../../protocol/rights/can.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type ExampleCity, exampleCity, exampleItems } from '../data/load.ts'
import { PythonAdapter } from '../remote-adapter/stage.ts'
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
import { start } from '../support/processes.ts'
import { scanned, scansOf } from '../support/scan.ts'
import { type Kind, PLACES, type Place, type System, startSystems } from './systems.ts'

const MAPPINGS = fileURLToPath(new URL('./mappings/', import.meta.url))
const OWN_ADAPTER = new URL('../custom-adapter/folder-adapter.ts', import.meta.url)

/** Items of Shiyan in which each department has an organ of its own, as in a real list: by it a route knows the department. */
async function itemsOf(shiyan: ExampleCity): Promise<ServiceItem[]> {
  const items = await exampleItems(shiyan)
  const wanted = PLACES.flatMap(({ item }) => items.filter(({ taskName }) => taskName === item))
  const departments = [...new Set(wanted.map(({ deptName }) => deptName))]
  return wanted.map(item => ({
    ...item,
    taskCode: item.taskCode.replace('MB0000000', `MB000000${departments.indexOf(item.deptName)}`),
    modes: [0],
  }))
}

/** `adapters` and `routes` of `tongban.json`; the main one is the workbench, which takes what no route does. */
function settingsOf(systems: ReadonlyMap<Kind, System>, codeOf: (place: Place) => string): object {
  const beside = PLACES.filter(({ kind, by }) => by !== 'rest' && systems.has(kind))
  const adapters = beside.map(({ kind, name }) => {
    const adapter: System['adapter'] = systems.get(kind)?.adapter ?? { kind }
    const { mapping } = adapter
    return [name, mapping === undefined ? adapter : { ...adapter, mapping: resolve(MAPPINGS, mapping) }]
  })
  const routes = beside.map(place => ({
    ...(place.by === 'department' ? { departments: [departmentOf(codeOf(place))] } : { items: [codeOf(place)] }),
    adapter: place.name,
  }))
  return { adapter: { kind: 'workbench' }, adapters: Object.fromEntries(adapters), routes, pollSeconds: 0.2 }
}

export type Stage = Awaited<ReturnType<typeof openStage>>
export type StageOptions = { kinds: readonly Kind[]; folder: string; log: (line: string) => void }

export async function openStage({ kinds, folder, log }: StageOptions) {
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    return { ...(await open()), stop }
  } catch (error) {
    await stop()
    throw error
  }

  async function open() {
    const systems = await startSystems(kinds, folder, log)
    for (const { stop } of systems.values()) stops.push(stop)
    const [home, elsewhere] = await Promise.all([exampleCity('420300'), exampleCity('610900')])
    const items = await itemsOf(home)
    const itemOf = ({ item }: Place): ServiceItem => {
      const found = items.find(({ taskName }) => taskName === item)
      if (found === undefined) throw new Error(`no example item ${item}`)
      return found
    }
    const env = Object.assign({}, ...[...systems.values()].map(system => system.env ?? {})) as Record<string, string>
    const launch: Launch = async (config, secrets) => {
      // An adapter of one's own lies in the folder of tongban.json, from which alone one is loaded.
      if (config.includes('420300'))
        await writeFile(join(config, '../folder-adapter.ts'), `export { createAdapter } from '${OWN_ADAPTER.href}'\n`)
      return start('node/main.ts', ['start', '--config', config, '--json'], {
        env: { ...secrets, TONGBAN_LOG_LEVEL: 'warning', TONGBAN_LOG_FORMAT: 'text' },
        log,
      })
    }
    const ankang = await openCity(elsewhere, { folder, log, launch })
    stops.push(ankang.node.stop)
    const settings = settingsOf(systems, place => itemOf(place).taskCode)
    const shiyan = await openCity(home, { folder, env, log, settings, launch })
    stops.push(shiyan.node.stop)
    const program = systems.get('remote')?.http
    if (program !== undefined) {
      const { token } = await shiyan.administrator.createPerson({
        body: { name: '贷款系统适配器', roles: ['adapter'], expiresAt: null },
      })
      const python = new PythonAdapter({
        node: shiyan.node.ready.url,
        token,
        system: program.url,
        systemToken: program.token,
        more: ['--pause', '0.2'],
      })
      await python.start()
      stops.push(() => python.stop())
    }
    await pair(ankang, shiyan)
    await publish(shiyan, items)
    await listArrives(ankang, shiyan)
    await agree(shiyan, ankang, city => (city.code === shiyan.code ? items : []))
    return { ankang, shiyan, systems, ...actsOf(ankang, shiyan, itemOf, folder) }
  }
}

function actsOf(ankang: City, shiyan: City, itemOf: (place: Place) => ServiceItem, folder: string) {
  const show = (city: City, thread: string): Promise<CaseDetail> => city.clerk.getCase({ params: { thread } })
  return {
    show,

    /** What a counter in Ankang takes in for the item of the place; its thread. */
    async submit(place: Place): Promise<string> {
      const item = itemOf(place)
      const materials = await scansOf(item, code => scanned(ankang, `${code} of ${item.taskCode}`))
      const { thread } = await ankang.clerk.submitCase({
        body: {
          to: shiyan.code,
          item: item.taskCode,
          mode: 0,
          // A made-up person; the number is the sample of GB 11643 itself.
          applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
          form: { reason: '在安康居住，需办理十堰的事项' },
          materials,
          window: '跨省通办窗口 3 号',
          consent: { text: 'gzs-2026-01', acceptedAt: new Date().toISOString() },
        },
      })
      return thread
    },

    say: <K extends Step>(city: City, thread: string, kind: K, body: CaseContent<K>): Promise<unknown> =>
      callStep(city.clerk, kind, thread, body),

    /** Waits for a packet of the kind at the city. */
    heard: (city: City, thread: string, kind: string): Promise<unknown> =>
      until(`${kind} at ${city.name}`, async () => {
        const told = await show(city, thread).catch(() => null)
        return told?.timeline.some(entry => entry.kind === kind) ?? false
      }),

    /** A person in Shiyan types in the packet that waits next; `number` is what their system says of a new case. */
    async typeIn(thread: string, kind: string, number?: string): Promise<void> {
      const entry = await until(`the sheet of ${kind}`, async () => {
        const { items } = await shiyan.clerk.listEntries({ params: { thread } }).catch(() => ({ items: [] }))
        return items.find(one => one.kind === kind) ?? null
      })
      await shiyan.clerk.endEntry({
        params: { thread, packetNo: entry.packetNo },
        body: number === undefined ? {} : { localCaseNo: number, status: 'accepted' },
      })
    },

    /** Waits until both cities hold all of the case, which ended, and know that the other does. */
    ended: (thread: string): Promise<CaseDetail> =>
      until('the end of the case at both cities', async () => {
        const [here, there] = await Promise.all([show(ankang, thread), show(shiyan, thread).catch(() => null)])
        if (there === null || here.state !== 'closed' || here.timeline.length !== there.timeline.length) return null
        return allReceipted([...here.timeline, ...there.timeline]) && here
      }),

    evidence: (thread: string, city: City) =>
      keepEvidence(join(folder, `evidence-${thread.slice(0, 8)}-${city.code}.zip`), thread, [
        city,
        city === ankang ? shiyan : ankang,
      ]),
  }
}
