/**
 * What `tongban adapter` works on: `adapter.json` in a folder. It names an adapter as `tongban.json` does, and the system that it is
 * tried against: a fake in a file, or a test system at an address.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import type { ContractSubject, OutsideSystem } from '../../../adapters/sdk/conformance.ts'
import { type FaultProxy, startFaultProxy } from '../../../adapters/sdk/fault-proxy.ts'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { fieldOf } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { Adapter as Settings } from '../../kernel/config/schema.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import { pickAdapter } from '../../spine/dispatch/part.ts'

export const SETUP_FILE = 'adapter.json'

const Setup = z.strictObject({
  adapter: Settings,
  /** module whose `start` gives `{ url, switches, stop }`; of tables and folders `{ system, stop }` with the switches as functions */
  fake: z.string().min(1).max(1000).optional(),
  /** address of a test system */
  system: z.url({ protocol: /^https?$/ }).optional(),
  /** where that has switches of its own */
  switches: z.url({ protocol: /^https?$/ }).optional(),
  /** requests that hand over packets, for an adapter of one's own */
  packets: z
    .array(z.string().regex(/^(GET|POST|PUT|PATCH|DELETE) \/\S*$/))
    .max(100)
    .optional(),
  /** an adapter of one's own sends materials as they are, each to an address with its hash */
  uploads: z.boolean().optional(),
})
export type Setup = z.infer<typeof Setup>

/** Paths in it are meant from `folder`. Problem: `config.invalid`. */
export async function readSetup(folder: string): Promise<Setup> {
  const file = resolve(folder, SETUP_FILE)
  return parseSetup(jsonOf(await readTextFile(file, 'config.invalid'), file, 'config.invalid'), file)
}

export function parseSetup(value: unknown, place: string): Setup {
  const parsed = Setup.safeParse(value)
  if (!parsed.success) throw new ProblemError('config.invalid', `${place}: ${fieldOf(parsed.error)}`)
  const { adapter, fake, system } = parsed.data
  const fault = (why: string) => new ProblemError('config.invalid', `${place}: ${why}`)
  if (adapter.kind === 'workbench') throw fault('adapter.kind: the workbench has no system to be tried against')
  if (adapter.kind === 'manual')
    throw fault(
      'adapter.kind: of a manual adapter people are the system; tongban adapter try shows what they would type',
    )
  if (adapter.kind === 'remote')
    throw fault(
      'adapter.kind: a remote adapter is a program of its own; hold it to the contract there, by certify of tongban/sdk/certificate',
    )
  if (!isCalledAt(adapter)) {
    if (system !== undefined)
      throw fault('system: tables and folders have no address; the mapping names those of a test system')
  } else if ((fake === undefined) === (system === undefined)) throw fault('one of fake and system')
  return parsed.data
}

/** Whether its system has an address: then a proxy stands before it. */
const isCalledAt = ({ kind }: Setup['adapter']): boolean => kind === 'rest' || kind === 'soap' || kind === 'module'

type Running = {
  url: string
  switches: string | null
  /** of one without an address */
  system: Partial<OutsideSystem>
  stop(): Promise<void>
}

/** The system that the adapter is tried against. Problem: `config.invalid`. */
async function startSystem({ adapter, fake, system, switches = '' }: Setup, folder: string): Promise<Running> {
  if (fake === undefined) return { url: system ?? '', switches: switches || null, system: {}, stop: async () => {} }
  const file = resolve(folder, fake)
  const fault = (why: string) => new ProblemError('config.invalid', `fake: ${file}: ${why}`)
  const loaded = (await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw fault(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  })) as { start?: () => Promise<Partial<Running>> }
  if (typeof loaded.start !== 'function') throw fault('exports no function start')
  const { url, switches: own = null, system: switched, stop = async () => {} } = await loaded.start()
  if (!isCalledAt(adapter)) {
    if (switched === undefined) throw fault('start() gave no system')
    return { url: '', switches: null, system: switched, stop }
  }
  if (typeof url !== 'string') throw fault('start() gave no url')
  return { url, switches: own, system: {}, stop }
}

/** How tests get their adapter and its system: a fake is begun anew for each, before a test system stands one proxy for all. */
export async function createSubjects(
  setup: Setup,
  folder: string,
): Promise<{ make: () => Promise<ContractSubject>; stop(): Promise<void> }> {
  if (!isCalledAt(setup.adapter)) return { make: () => withoutAddress(setup, folder), stop: async () => {} }
  const told = await requestsOf(setup, folder)
  const { packets = told.packets, uploads = told.uploads } = setup
  const adapterAt = (url: string) => pickAdapter({ folder, adapter: at(setup.adapter, url) })
  const subjectOf = async (proxy: FaultProxy, stop: () => Promise<void>): Promise<ContractSubject> => {
    const another = () => adapterAt(proxy.url)
    return { adapter: await another(), another, system: proxy.system, stop }
  }
  if (setup.fake === undefined) {
    const { url, switches } = await startSystem(setup, folder)
    const proxy = await startFaultProxy({ target: url, switches, packets, uploads })
    return { make: () => subjectOf(proxy, async () => proxy.reset()), stop: () => proxy.stop() }
  }
  return {
    async make() {
      const system = await startSystem(setup, folder)
      const proxy = await startFaultProxy({ target: system.url, switches: system.switches, packets, uploads })
      return subjectOf(proxy, async () => {
        await proxy.stop()
        await system.stop()
      })
    },
    stop: async () => {},
  }
}

/** An adapter whose system is where its mapping says: tables or folders, and what a fake can do with them. */
async function withoutAddress(setup: Setup, folder: string): Promise<ContractSubject> {
  const { system, stop } = await startSystem(setup, folder)
  const made: Adapter[] = []
  const another = async () => {
    const adapter = await pickAdapter({ folder, adapter: setup.adapter })
    made.push(adapter)
    return adapter
  }
  return {
    adapter: await another(),
    another,
    system,
    async stop() {
      for (const adapter of made) await adapter.close?.()
      await stop()
    },
  }
}

/** The adapter with its system at another address. */
const at = (adapter: Setup['adapter'], baseUrl: string): Setup['adapter'] =>
  adapter.kind === 'rest' || adapter.kind === 'soap'
    ? { ...adapter, baseUrl }
    : adapter.kind === 'module'
      ? { ...adapter, options: { ...adapter.options, baseUrl } }
      : adapter

/** Requests of a mapping, as far as it takes to tell which of them hand over packets. */
const Requests = z.object({
  method: z.string().optional(),
  path: z.string(),
})
const Mapping = z.object({
  register: Requests.extend({ lookup: Requests.optional(), steps: z.array(Requests).optional() }),
  packets: z
    .record(z.string(), Requests.extend({ lookup: Requests.optional(), steps: z.array(Requests).optional() }))
    .optional(),
  session: Requests.optional(),
  materials: z.union([z.string(), Requests.extend({ as: z.string().optional() })]).optional(),
  events: Requests.optional(),
  cases: Requests.optional(),
})

/** Requests by which a mapping hands over packets, none where they cannot be told from others by their address; and how materials go. */
async function requestsOf({ adapter }: Setup, folder: string): Promise<{ packets: string[]; uploads: boolean }> {
  const none = { packets: [], uploads: false }
  if (adapter.kind !== 'rest') return none
  const file = resolve(folder, adapter.mapping)
  const read = Mapping.safeParse(jsonOf(await readTextFile(file, 'config.invalid'), file, 'config.invalid'))
  if (!read.success) return none
  const { register, packets = {}, session, materials, events, cases } = read.data
  const named = ({ method, path }: z.infer<typeof Requests>, otherwise: string) =>
    `${method ?? otherwise} ${path.replaceAll(/\{[^}]*\}/g, '*')}`
  const handing = [register, ...Object.values(packets)]
  const found = new Set(handing.map(one => named(one, 'POST')))
  const others = new Set([
    ...handing.flatMap(({ lookup, steps = [] }) => [
      ...(lookup === undefined ? [] : [named(lookup, 'GET')]),
      ...steps.map(step => named(step, 'POST')),
    ]),
    ...(session === undefined ? [] : [named(session, 'POST')]),
    ...(typeof materials === 'object' ? [named(materials, 'PUT')] : []),
    ...(events === undefined ? [] : [named(events, 'GET')]),
    ...(cases === undefined ? [] : [named(cases, 'GET')]),
  ])
  const sent = typeof materials === 'object' ? materials : undefined
  const uploads = sent !== undefined && (sent.as ?? 'raw') === 'raw' && sent.path.includes('{sha256}')
  return { packets: [...found].some(one => others.has(one)) ? [] : [...found], uploads }
}
