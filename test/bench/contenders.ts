/** Starts what the bench compares, each in two processes of its own. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { ANKANG, type CityName, makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities } from '../support/pair-cities.ts'
import { Child } from './child.ts'
import type { Throughput, WarmedUp, WarmUp } from './load.ts'

/** One contender under load; it is its sending side that is asked. */
export type Contender = {
  /** Keeps as many packets as are good for it without a receipt. */
  full(options: { seconds: number; warmUp: number }): Promise<Throughput>
  /** The same until its rate is steady: what is run often is compiled meanwhile. */
  warm(options: WarmUp): Promise<WarmedUp>
  /** Latencies in ms of packets begun at `rate` a second. */
  paced(options: { rate: number; seconds: number }): Promise<number[]>
  /** Processor time of the sending and of the receiving process so far, ms. */
  cpuMs(): Promise<[sender: number, receiver: number]>
  stop(): Promise<void>
}

/** Packets without a receipt at full load on the long-lived streams: four full batches. */
export const WINDOW = 1024
/** Requests at a time of the HTTPS contender; with more it becomes slower. */
const REQUESTS = 64

/** Packets under way at most: what is good for the contender, or fewer. */
type Sizes = { window?: number | undefined }

export function contender(sender: Child, receiver: Child, window: number): Contender {
  return {
    warm: options => sender.call('warm', { ...options, window }),
    full: options => sender.call('full', { ...options, window }),
    paced: options => sender.call('paced', options),
    cpuMs: () => Promise.all([sender.cpuMs(), receiver.cpuMs()]),
    async stop() {
      await Promise.all([sender.stop(), receiver.stop()])
    },
  }
}

export async function startBound(folder: string, bytes: number, { window = WINDOW }: Sizes = {}): Promise<Contender> {
  await mkdir(folder, { recursive: true })
  const sender = new Child('./bound.ts')
  const receiver = new Child('./bound.ts')
  type Opened = { peer: string; addresses: string[]; key: object }
  const here = await sender.call<Opened>('open', { path: join(folder, 'sender.db') })
  const there = await receiver.call<Opened>('open', { path: join(folder, 'receiver.db') })
  await sender.call('trust', { key: there.key })
  await receiver.call('trust', { key: here.key })
  await sender.call('connect', { peer: there.peer, addresses: there.addresses, bytes })
  return contender(sender, receiver, window)
}

export async function startHttps(
  folder: string,
  bytes: number,
  { receipts, window = REQUESTS }: Sizes & { receipts: boolean },
): Promise<Contender> {
  await mkdir(folder, { recursive: true })
  const sender = new Child('./https.ts')
  const receiver = new Child('./https.ts')
  const here = await sender.call<{ key: object }>('open', { path: join(folder, 'sender.db') })
  const there = await receiver.call<{ key: object }>('open', { path: join(folder, 'receiver.db') })
  const { url } = await receiver.call<{ url: string }>('serve', { key: here.key, receipts })
  await sender.call('connect', { url, key: there.key, receipts, bytes })
  return contender(sender, receiver, Math.min(window, REQUESTS))
}

export type NodePair = Contender & {
  /** data folder of the collecting city */
  data: string
}

/**
 * Two whole nodes, paired, with a list, an agreement, and the two materials that every case names held on both sides. With an
 * approval system that `answers`, a case is done when its `case.arrived` is durable here; else when its receipt is.
 */
export async function startNodes(
  folder: string,
  approval: 'answers' | 'silent',
  { window = WINDOW }: Sizes = {},
): Promise<NodePair> {
  const [here, there] = await Promise.all([
    startNode(join(folder, 'a'), ANKANG, approval),
    startNode(join(folder, 'b'), SHIYAN, approval),
  ])
  await target(here, there)
  return { ...contender(here.child, there.child, window), data: here.data }
}

/** A city with its code, and the client of its node. */
type Reached = CityName & { client: Client }
/** An item for a person in mode 0, and the necessary materials of a case, held at both cities; `actor` uploaded them at the collecting one. */
export type Offer = {
  item: string
  agreement: string
  materials: { sha256: string; code: string; name: string }[]
  actor: string
}

/** Pairs two nodes and makes ready what a case of `collecting` needs. */
export async function offer(collecting: Reached, handling: Reached): Promise<Offer> {
  const { items, agreement } = await pairCities(collecting, handling)
  const item = items.find(entry => entry.serverType.includes('1') && entry.modes.includes(0))
  if (item === undefined) throw new Error('no item for a person in mode 0')
  const materials: Offer['materials'] = []
  for (const { materialCode, materialName, isNeed } of item.materials) {
    if (isNeed !== '1') continue
    const scan = new Blob([`%PDF-1.4 ${materialName}`])
    for (const { client } of [collecting, handling]) {
      const { sha256 } = await client.uploadMaterial({ bytes: scan, type: 'application/pdf' })
      if (client === collecting.client) materials.push({ sha256, code: materialCode, name: `${materialName}.pdf` })
    }
  }
  return { item: item.taskCode, agreement, materials, actor: `person:${(await collecting.client.whoAmI()).id}` }
}

/** Makes `here` the sender of a load of cases to `there`. */
export async function target(here: StartedNode, there: StartedNode): Promise<void> {
  const { item, materials, actor } = await offer(here, there)
  await here.child.call('target', { to: there.code, item, materials, actor })
}

export type StartedNode = Reached & {
  child: Child
  /** data folder */
  data: string
  url: string
}

/** A whole node in a process of its own, whose load `target` makes. */
export async function startNode(folder: string, city: CityName, approval: 'answers' | 'silent'): Promise<StartedNode> {
  const made = await makeNodeFolder(folder, city, { httpPort: await freePort(), p2pPort: await freePort() })
  const child = new Child('./node.ts')
  const { url } = await child.call<{ url: string }>('start', { config: made.configPath, approval })
  return { ...city, child, url, client: createClient({ url, token: made.token }), data: made.config.data }
}
