/** Starts and stops two hosts 20 times with traffic, prints what is left of sockets and timers, and must exit by itself. */
import { heapStats } from 'bun:jsc'
import { startHost } from './p2p-hosts.ts'

const WATCHED = ['TCPSocket', 'Listener', 'Timeout', 'Immediate', 'AbortController', 'StreamWire', 'Host', 'Libp2p']

/** libp2p leaves timers of these times running when all is done; they hold nothing and keep nobody up. */
const limits = { streamTimeout: 2_000, inboundUpgradeTimeout: 2_000 }

async function cycle(): Promise<void> {
  const [a, b] = await Promise.all([startHost({ limits }), startHost({ limits })])
  await b.handle(
    '/cycle/1',
    async wire => {
      for await (const frame of wire.frames()) await wire.send(frame)
    },
    { maxFrame: 1000, maxStreamsPerCity: 4 },
  )
  const wire = await a.open(b.peer, b.addresses(), '/cycle/1')
  await wire.send(new Uint8Array(100))
  for await (const _ of wire.frames()) break
  await a.ping(b.peer)
  await Promise.all([a.stop(), b.stop()])
}

function count(): Record<string, number> {
  Bun.gc(true)
  const counts = heapStats().objectTypeCounts
  return Object.fromEntries(WATCHED.map(name => [name, counts[name] ?? 0]))
}

/** Counts until no kind of object has more than `atMost`, or the time is over. */
async function settled(atMost: Record<string, number>, ms: number): Promise<Record<string, number>> {
  const end = Date.now() + ms
  while (true) {
    const counts = count()
    if (Date.now() > end || WATCHED.every(name => (counts[name] ?? 0) <= (atMost[name] ?? 0))) return counts
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

for (let i = 0; i < 5; i += 1) await cycle()
const before = await settled({}, 3_000)
for (let i = 0; i < 20; i += 1) await cycle()
const after = await settled(before, 15_000)
console.log(JSON.stringify({ before, after }))
