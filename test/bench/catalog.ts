/** `catalog`: service lists of three sizes between two whole nodes: publish, first sync, one change, search, memory; and many agreements. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleCities } from '../../examples/data/load.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { ANKANG, makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort, NodeProcess } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'
import { AGREEMENTS, type AgreementsReport, benchAgreements } from './agreements.ts'
import { catalogItems } from './catalog-items.ts'
import { type Latencies, median, percentiles, sleep } from './load.ts'
import { residentBytes } from './memory.ts'
import { countWire, type WireCount } from './wire-count.ts'

export const SIZES = [1_300, 10_000, 103_600]
/** Single changes, and searches, that are measured. */
const CHANGES = 20
const SEARCHES = 400
/** What clerks look for: words of two characters and more, several words, codes, departments, and nothing with a filter. */
const WORDS = [
  '公证',
  '登记',
  '社保',
  '公积金',
  '驾驶证',
  '不动产',
  '营业执照',
  '身份证 补证',
  '医保 异地',
  '张湾区',
  '郧阳区 变更',
  '提取',
  '备案',
  '户口 迁移',
  '000000012',
  'X420',
  '司法行政',
  '没有这个事项',
  '',
]
const FILTERS = ['', '', '&mode=1', '&type=20', '&level=4&audience=1', '&city=420300']

export type SizeReport = {
  items: number
  /** bytes of the list as JSON lines */ listBytes: number
  /** PUT of all items to its answer, ms */ publishMs: number
  /** from the start of a partner that was away to the whole list seen there, ms */ firstSyncMs: number
  firstSyncBytes: number
  /** of one change of one item: bytes in both directions, ms from its answer until it is seen at the partner, ms of its own answer */ change: {
    bytes: number
    syncMs: number
    publishMs: number
  }
  search: Latencies
  /** MB (10^6) above idle: after publishing and syncing, after searching, and the highest on the way */ memory: {
    publisher: Memory
    partner: Memory
  }
  /** bytes of the store of each, MB */ storeMb: { publisher: number; partner: number }
}
type Memory = { idle: number; after: number; searched: number; peak: number }
export type CatalogReport = { sizes: SizeReport[]; agreements: AgreementsReport[] }

type Log = (line: string) => void

export async function benchCatalog({ sizes, log }: { sizes: readonly number[]; log: Log }): Promise<CatalogReport> {
  const reports: SizeReport[] = []
  for (const items of sizes) {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
    try {
      reports.push(await benchSize(folder, items, log))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  const agreements: AgreementsReport[] = []
  for (const count of AGREEMENTS) agreements.push(await benchAgreements(count, log))
  return { sizes: reports, agreements }
}

async function benchSize(folder: string, items: number, log: Log): Promise<SizeReport> {
  const city = (await exampleCities()).find(({ code }) => code === SHIYAN.code)
  if (city === undefined) throw new Error('no example city')
  const make = await catalogItems(city, items)
  const file = join(folder, 'items.ndjson')
  const listBytes = await writeItems(file, items, make)
  const shiyan = await startNode(join(folder, 'shiyan'), SHIYAN)
  const ankang = await startNode(join(folder, 'ankang'), ANKANG)
  try {
    await pair(ankang, shiyan)
    await sleep(1500)
    const idle = [await shiyan.resident(), await ankang.resident()] as const
    // The first sync is measured apart from publishing: the partner is away meanwhile.
    await ankang.node.stop()
    const peaks = [watchPeak(shiyan), watchPeak(ankang)] as const
    const publishMs = await timed(() =>
      shiyan.send('PUT', '/api/v1/services/items', Bun.file(file), 'application/x-ndjson'),
    )
    log(`${items} items: published in ${Math.round(publishMs)} ms`)
    await ankang.node.start()
    ankang.watch()
    const before = ankang.count.bytes() + shiyan.count.bytes()
    const began = performance.now()
    await until(() => ankang.version(), 'the whole list', 120_000)
    const firstSyncMs = performance.now() - began
    const firstSyncBytes = ankang.count.bytes() + shiyan.count.bytes() - before
    log(`${items} items: first sync in ${Math.round(firstSyncMs)} ms, ${Math.round(firstSyncBytes / 1000)} kB`)
    await sleep(1000)
    const after = [await shiyan.resident(), await ankang.resident()] as const
    const change = await benchChanges(shiyan, ankang, make, items)
    log(`${items} items: one change ${Math.round(change.bytes)} bytes, ${change.syncMs.toFixed(1)} ms`)
    const search = percentiles(await benchSearch(ankang))
    log(`${items} items: search p95 ${search.p95.toFixed(1)} ms`)
    const searched = [await shiyan.resident(), await ankang.resident()] as const
    const memory = (side: 0 | 1): Memory => ({
      idle: idle[side],
      after: after[side] - idle[side],
      searched: searched[side] - idle[side],
      peak: peaks[side]() - idle[side],
    })
    return {
      items,
      listBytes,
      publishMs,
      firstSyncMs,
      firstSyncBytes,
      change,
      search,
      memory: { publisher: memory(0), partner: memory(1) },
      storeMb: { publisher: shiyan.storeMb(), partner: ankang.storeMb() },
    }
  } finally {
    await Promise.all([shiyan.stop(), ankang.stop()])
  }
}

async function writeItems(path: string, count: number, make: (no: number) => ServiceItem): Promise<number> {
  const file = await open(path, 'w')
  let bytes = 0
  try {
    for (let no = 0; no < count; ) {
      const lines: string[] = []
      for (; lines.length < 1000 && no < count; no++) lines.push(JSON.stringify(make(no)))
      bytes += (await file.write(`${lines.join('\n')}\n`)).bytesWritten
    }
  } finally {
    await file.close()
  }
  return bytes
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

type BenchNode = Awaited<ReturnType<typeof startNode>>

/** A node whose partners reach it through the counting relay alone. */
async function startNode(folder: string, city: typeof SHIYAN) {
  const p2pPort = await freePort()
  const count: WireCount = await countWire(p2pPort)
  const p2p = { listen: [`/ip4/127.0.0.1/tcp/${p2pPort}`], announce: [`/ip4/127.0.0.1/tcp/${count.port}`] }
  const made = await makeNodeFolder(folder, city, { httpPort: await freePort(), p2pPort, rest: { p2p } })
  const node = new NodeProcess(made)
  await node.start()
  const listeners = new Set<() => void>()
  let watching = new AbortController()

  async function send(method: string, path: string, body?: Bun.BodyInit, type = 'application/json'): Promise<unknown> {
    const response = await fetch(new URL(path, node.client.url), {
      method,
      headers: { authorization: `Bearer ${made.token}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
    return JSON.parse(text)
  }

  async function read(signal: AbortSignal): Promise<void> {
    const response = await fetch(new URL('/api/v1/events', node.client.url), {
      headers: { authorization: `Bearer ${made.token}` },
      signal,
    })
    for await (const chunk of response.body ?? [])
      if (Buffer.from(chunk).includes('event: list.changed')) for (const listener of listeners) listener()
  }

  const bench = {
    node,
    count,
    send,
    /** Reads the node's events until it stops. */
    watch() {
      watching.abort()
      watching = new AbortController()
      read(watching.signal).catch(() => {})
    },
    /** The next event of a changed list. */
    changed: (): Promise<void> =>
      new Promise(resolve => {
        const listener = () => {
          listeners.delete(listener)
          resolve()
        }
        listeners.add(listener)
      }),
    /** Version of the list that it holds of Shiyan. */
    async version(): Promise<number | null> {
      const path = `/api/v1/partners/${SHIYAN.code}/services?limit=1`
      const { list } = (await send('GET', path)) as { list: { version: number } | null }
      return list?.version ?? null
    },
    async resident(): Promise<number> {
      return node.pid === undefined ? Number.NaN : ((await residentBytes(node.pid)) ?? Number.NaN) / 1e6
    },
    storeMb: () =>
      ['', '-wal'].reduce((sum, end) => sum + Bun.file(join(made.config.data, `tongban.db${end}`)).size, 0) / 1e6,
    async stop() {
      watching.abort()
      await node.stop()
      count.close()
    },
  }
  return bench
}

/** The highest resident memory from now on, sampled. */
function watchPeak(node: BenchNode): () => number {
  let peak = 0
  const timer = setInterval(() => {
    node
      .resident()
      .then(now => {
        if (now > peak) peak = now
      })
      .catch(() => {})
  }, 50)
  return () => {
    clearInterval(timer)
    return peak
  }
}

async function pair(ankang: BenchNode, shiyan: BenchNode): Promise<void> {
  const { invite } = (await ankang.send('POST', '/api/v1/invites', JSON.stringify({ for: SHIYAN.code, hours: 1 }))) as {
    invite: string
  }
  await shiyan.send('POST', '/api/v1/partners/accept', JSON.stringify({ invite }))
  for (const [asking, reading, there, here] of [
    [ankang, shiyan, SHIYAN.code, ANKANG.code],
    [shiyan, ankang, ANKANG.code, SHIYAN.code],
  ] as const) {
    type Partner = { asked: number[]; words: string[] }
    const { asked } = (await asking.send('GET', `/api/v1/partners/${there}`)) as Partner
    const { words } = (await reading.send('GET', `/api/v1/partners/${here}`)) as Partner
    const heard = asked.map(place => words[place - 1])
    await asking.send('POST', `/api/v1/partners/${there}/confirm`, JSON.stringify({ words: heard }))
  }
}

/** Medians over single changes of one item. */
async function benchChanges(
  shiyan: BenchNode,
  ankang: BenchNode,
  make: (no: number) => ServiceItem,
  items: number,
): Promise<SizeReport['change']> {
  const runs: SizeReport['change'][] = []
  for (let run = 0; run < CHANGES; run++) {
    // No promise beyond the legal limit is published.
    const item = { ...make((run * 7919) % items), promiseDay: 1 + run, anticipateDay: 1 + CHANGES }
    const before = shiyan.count.bytes() + ankang.count.bytes()
    const changed = ankang.changed().then(() => performance.now())
    const begun = performance.now()
    await shiyan.send('PATCH', '/api/v1/services', JSON.stringify({ put: [item] }))
    const answered = performance.now()
    const seen = await changed
    await sleep(100)
    const bytes = shiyan.count.bytes() + ankang.count.bytes() - before
    runs.push({ bytes, syncMs: Math.max(0, seen - answered), publishMs: answered - begun })
  }
  const part = (name: keyof SizeReport['change']) => median(runs.map(run => run[name]))
  return { bytes: part('bytes'), syncMs: part('syncMs'), publishMs: part('publishMs') }
}

/** ms of each search over HTTP, at a rate that one token may ask. */
async function benchSearch(node: BenchNode): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < SEARCHES; run++) {
    const word = WORDS[run % WORDS.length] ?? ''
    const path = `/api/v1/items?q=${encodeURIComponent(word)}${FILTERS[run % FILTERS.length] ?? ''}`
    times.push(await timed(() => node.send('GET', path)))
    await sleep(22)
  }
  return times
}
