/** `catalog`: service lists of three sizes between two whole nodes: publish, first sync, one change, search, memory; and many agreements. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleCity } from '../../examples/data/load.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { ANKANG, makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort, NodeProcess } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'
import { benchAgreements } from './agreements.ts'
import { catalogItems } from './catalog-items.ts'
import { median, percentiles, sleep } from './load.ts'
import { residentBytes } from './memory.ts'
import { type Findings, figure, type Group } from './report.ts'
import { countWire, type WireCount } from './wire-count.ts'

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

type Memory = { idle: number; after: number; searched: number; peak: number }

type Log = (line: string) => void

export type CatalogOptions = {
  /** items of each list */
  sizes: readonly number[]
  /** agreements between two cities */
  agreements: readonly number[]
  /** how often each size is published again as it is */
  rounds: number
  /** single changes that are measured */
  changes: number
  searches: number
  /** how often a question about agreements is asked */
  looks: number
  /** ms that a node is left alone before its memory is read */
  rest: number
  log: Log
}

export async function benchCatalog(options: CatalogOptions): Promise<Findings> {
  const { sizes, agreements, rounds, changes, searches, looks, log } = options
  const groups: Findings['groups'] = {}
  for (const items of sizes) {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
    try {
      groups[`items ${items}`] = await benchSize(folder, items, options)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  for (const count of agreements) groups[`agreements ${count}`] = await benchAgreements(count, looks, log)
  return {
    title: 'Catalogue (事项清单) and agreements (合作协议)',
    rounds,
    settings: { changes, searches, 'looks at agreements': looks },
    table: 'columns',
    groups,
    notes: [
      'Two whole nodes and the bench share this one machine. Items are varied ones of some 2 kB. Memory is over that of the idle node.',
      'Bytes on the wire are those of the TCP connections in both directions: announcement, request, answer, encryption, and whatever else the two say within 100 ms. Changes: medians over single ones.',
      'Searches are by words of two and more characters, several words, codes, departments, and filters with all counts.',
      'Agreements: two cities in one process, every agreement proposed and signed by real exchange, 130 items each. One that was not asked for lately is read and folded anew; that takes as long however many there are.',
    ],
  }
}

async function benchSize(
  folder: string,
  items: number,
  { rounds, changes, searches, rest, log }: CatalogOptions,
): Promise<Group> {
  const city = await exampleCity(SHIYAN.code)
  const make = await catalogItems(city, items)
  const file = join(folder, 'items.ndjson')
  const listBytes = await writeItems(file, items, make)
  const shiyan = await startNode(join(folder, 'shiyan'), SHIYAN)
  const ankang = await startNode(join(folder, 'ankang'), ANKANG)
  try {
    await pair(ankang, shiyan)
    await sleep(rest)
    const idle = [await shiyan.resident(), await ankang.resident()] as const
    // The first sync is measured apart from publishing: the partner is away meanwhile.
    await ankang.node.stop()
    const peaks = [watchPeak(shiyan), watchPeak(ankang)] as const
    const publish = () =>
      timed(() => shiyan.send('PUT', '/api/v1/services/items', Bun.file(file), 'application/x-ndjson'))
    const publishMs = await publish()
    log(`${items} items: published in ${Math.round(publishMs)} ms`)
    const again: number[] = []
    for (let round = 0; round < rounds; round++) again.push(await publish())
    log(`${items} items: published again, unchanged, in ${again.map(Math.round).join(' · ')} ms`)
    await ankang.node.start()
    ankang.watch()
    const before = ankang.count.bytes() + shiyan.count.bytes()
    const began = performance.now()
    await until(() => ankang.version(), 'the whole list', 120_000)
    const firstSyncMs = performance.now() - began
    const firstSyncBytes = ankang.count.bytes() + shiyan.count.bytes() - before
    log(`${items} items: first sync in ${Math.round(firstSyncMs)} ms, ${Math.round(firstSyncBytes / 1000)} kB`)
    await sleep(rest)
    const after = [await shiyan.resident(), await ankang.resident()] as const
    const change = await benchChanges(shiyan, ankang, make, { items, changes })
    log(`${items} items: one change ${median(change.bytes)} bytes, ${median(change.syncMs).toFixed(1)} ms`)
    const search = percentiles(await benchSearch(ankang, searches))
    log(`${items} items: search p95 ${search.p95.toFixed(1)} ms`)
    const searched = [await shiyan.resident(), await ankang.resident()] as const
    const memory = (side: 0 | 1): Memory => ({
      idle: idle[side],
      after: after[side] - idle[side],
      searched: searched[side] - idle[side],
      peak: peaks[side]() - idle[side],
    })
    const publisher = memory(0)
    const partner = memory(1)
    const megabytes = (title: string, value: number) => figure(title, 'MB', [value], { least: 0 })
    return {
      title: `${items.toLocaleString('en')} items`,
      figures: {
        list: megabytes('list as JSON lines', listBytes / 1e6),
        publish: figure('publish, one HTTP upload', 'ms', [publishMs], { aim: ['≤', 3000] }),
        unchanged: figure('publish again, unchanged', 'ms', again, { aim: ['≤', 1000] }),
        firstSync: figure('first sync to a partner', 'ms', [firstSyncMs], { aim: ['≤', 10_000] }),
        firstSyncBytes: megabytes('first sync, on the wire', firstSyncBytes / 1e6),
        changeBytes: figure('one change of an item, on the wire', 'bytes', change.bytes, { aim: ['≤', 8192] }),
        changeSync: figure('one change, from its answer until the partner has it', 'ms', change.syncMs, {
          least: 0,
          aim: ['≤', 50],
        }),
        changePublish: figure('one change, from asking for it to its answer', 'ms', change.publishMs),
        searchP50: figure('search at the partner over HTTP, p50', 'ms', [search.p50]),
        searchP95: figure('search at the partner over HTTP, p95', 'ms', [search.p95], { aim: ['≤', 20] }),
        searchP99: figure('search at the partner over HTTP, p99', 'ms', [search.p99]),
        ...(Number.isNaN(publisher.idle) ? {} : memoryFigures({ publisher, partner })),
        publisherStore: megabytes('store of the publisher', shiyan.storeMb()),
        partnerStore: megabytes('store of the partner', ankang.storeMb()),
      },
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

function memoryFigures(sides: Record<'publisher' | 'partner', Memory>): Group['figures'] {
  const figures: Group['figures'] = {}
  for (const side of ['publisher', 'partner'] as const)
    for (const [name, when] of [
      ['after', 'after the sync'],
      ['searched', 'after the searches'],
      ['peak', 'at most'],
    ] as const) {
      const id = `${side}${name.charAt(0).toUpperCase()}${name.slice(1)}`
      // A node may hold less than it did at its start.
      figures[id] = figure(`memory of the ${side} ${when}`, 'MB', [Math.max(0, sides[side][name])], { least: 0 })
    }
  return figures
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

type Changes = {
  /** in both directions */
  bytes: number[]
  /** ms from its answer until it is seen at the partner */
  syncMs: number[]
  /** ms of its own answer */
  publishMs: number[]
}

async function benchChanges(
  shiyan: BenchNode,
  ankang: BenchNode,
  make: (no: number) => ServiceItem,
  { items, changes }: { items: number; changes: number },
): Promise<Changes> {
  const found: Changes = { bytes: [], syncMs: [], publishMs: [] }
  for (let run = 0; run < changes; run++) {
    // No promise beyond the legal limit is published.
    const item = { ...make((run * 7919) % items), promiseDay: 1 + run, anticipateDay: 1 + changes }
    const before = shiyan.count.bytes() + ankang.count.bytes()
    const changed = ankang.changed().then(() => performance.now())
    const begun = performance.now()
    await shiyan.send('PATCH', '/api/v1/services', JSON.stringify({ put: [item] }))
    const answered = performance.now()
    const seen = await changed
    await sleep(100)
    found.bytes.push(shiyan.count.bytes() + ankang.count.bytes() - before)
    found.syncMs.push(Math.max(0, seen - answered))
    found.publishMs.push(answered - begun)
  }
  return found
}

/** ms of each search over HTTP, at a rate that one token may ask. */
async function benchSearch(node: BenchNode, searches: number): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < searches; run++) {
    const word = WORDS[run % WORDS.length] ?? ''
    const path = `/api/v1/items?q=${encodeURIComponent(word)}${FILTERS[run % FILTERS.length] ?? ''}`
    times.push(await timed(() => node.send('GET', path)))
    await sleep(22)
  }
  return times
}
