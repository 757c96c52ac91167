/** Cities that publish service lists to each other over the network in memory: the real service, a store each, a clock moved by hand. */
import { expect, vi } from 'vitest'
import { createServices, type Services } from '../../node/city/catalogue/services.ts'
import { type Audit, createAudit } from '../../node/kernel/records/audit.ts'
import { createEventLog } from '../../node/kernel/records/events.ts'
import type { Database } from '../../node/kernel/store/database.ts'
import type { Budgets } from '../../node/spine/exchange/budget.ts'
import type { Trust } from '../../node/spine/exchange/ports.ts'
import type { KeyResolver, TrustedKey } from '../../protocol/packet/envelope.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { atRest, watched } from './activity.ts'
import { createHandClock } from './http.ts'
import { createMemoryNetwork, type MemoryFrame, type MemoryTransport } from './memory-network.ts'
import type { PlayCity } from './play-city.ts'
import { openTestStore } from './store.ts'

export const playItem = (index: number, change: Partial<ServiceItem> = {}): ServiceItem => ({
  taskCode: `11420300MB0000000X4${String(index).padStart(12, '0')}`,
  taskName: index === 0 ? '学历公证' : `${index % 20 === 0 ? '公积金' : '事项'}${index}`,
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '部门',
  serverType: ['1'],
  projectType: '2',
  modes: [0, 1],
  anticipateDay: 15,
  promiseDay: 10,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
  ...change,
})

export const playItems = (count: number): ServiceItem[] => Array.from({ length: count }, (_, index) => playItem(index))

export type ListCity = {
  code: string
  services: Services
  db: Database
  audit: Audit
  transport: MemoryTransport
  /** why lists were not taken */
  failures: Problem[]
  /** heads it announced */
  heads: string[]
  suspend(): void
  stop(): Promise<void>
}
export type ListCities = ReturnType<typeof listCities>

/** `now` in ms; every city trusts every other's keys. */
export function listCities(resolve: KeyResolver, now: number, budgets?: Budgets) {
  const frames: MemoryFrame[] = []
  const network = createMemoryNetwork({
    onFrame: frame => frames.push(frame),
    ...(budgets === undefined ? {} : { budgets }),
  })
  const clock = createHandClock(now)
  const cities = new Map<string, ListCity>()
  const played = new Set<string>()

  async function open(play: PlayCity, database?: Database): Promise<ListCity> {
    const db = database ?? watched(await openTestStore())
    const failures: Problem[] = []
    const heads: string[] = []
    let suspended = false
    const transport = network.transport(play.code)
    const others = () => [...cities.keys(), ...played].filter(code => code !== play.code)
    const trust: Trust = {
      key: kid => resolve(kid) as TrustedKey | undefined,
      cityOf: peer => (suspended ? undefined : peer),
      reach: city => ({ peers: [city], addresses: [`/memory/${city}`] }),
      partners: () => (suspended ? [] : others()),
      problemOf: () => (suspended ? { code: 'partner.inactive' } : null),
      refusalOf: () => ({ code: 'partner.unknown' }),
      learn: async () => ({ ok: true }),
    }
    const audit = createAudit({ database: db, now: clock.now })
    const services = await createServices({
      db,
      transport,
      identity: {
        city: play.code,
        name: play.name,
        signer: () => play.packetSigner,
        document: () => ({ certificates: [], delegations: [], revocations: [] }),
      },
      trust,
      clock,
      audit,
      events: createEventLog({ database: db, now: clock.now }),
      announce: head => heads.push(head),
      observer: { failed: (_, problem) => failures.push(problem) },
    })
    await services.start()
    await transport.start()
    const city: ListCity = {
      code: play.code,
      services,
      db,
      audit,
      transport,
      failures,
      heads,
      suspend: () => {
        suspended = true
      },
      async stop() {
        services.stop()
        await transport.stop()
        cities.delete(play.code)
      },
    }
    cities.set(play.code, city)
    return city
  }

  /** Announces `head` of `from` to `to`; waits until `to` holds the version, or an attempt failed. */
  async function announce(from: ListCity, to: ListCity, head: string | null = from.services.head(), version?: number) {
    const failed = to.failures.length
    to.services.announced(from.code, head)
    await taken(from, to, version ?? (await from.services.view(from.code))?.version ?? 0, failed)
  }

  const taken = (from: ListCity, to: ListCity, version: number, failed = to.failures.length) =>
    vi.waitFor(
      async () => {
        if (to.failures.length > failed) return
        expect((await to.services.view(from.code))?.version).toBe(version)
      },
      { timeout: 60_000, interval: 2 },
    )

  /** A partner of all of them whose part the test plays. */
  const partner = (code: string) => void played.add(code)

  return { network, clock, frames, open, partner, announce, taken }
}

/** Lets everything that is under way in this process go on, without time passing, until so many turns of the event loop bring nothing. */
export const idle = (turns = 50): Promise<void> =>
  atRest(async () => {
    for (let turn = 0; turn < turns; turn++) await new Promise(wake => setImmediate(wake))
  })

/** All item codes of the newest list that `of` holds of a city, page by page. */
export async function codesOf(of: ListCity, city: string, version?: number): Promise<string[]> {
  const view = await of.services.view(city, version)
  if (view === null) return []
  const codes: string[] = []
  for (;;) {
    const page = await of.services.search(view, '', 50, codes.at(-1) ?? null)
    codes.push(...page.map(item => item.taskCode))
    if (page.length < 50) return codes
  }
}
