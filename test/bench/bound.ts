/**
 * The bound (上限): what the same promises cost with nothing around them. One process signs, commits and sends through a bare
 * stream of the libp2p host; the other verifies, commits and answers each batch with a signed receipt, which the first
 * verifies and commits. No schemas, no threads, no admission, no encryption at rest, no audit.
 */
import type * as jose from 'jose'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import type { P2pHost } from '../../node/spine/p2p/host.ts'
import { startHost } from '../support/p2p-hosts.ts'
import { idOf, newSigning, newVerifying, payloads, type Signing } from './bare-jws.ts'
import { type BareStore, openBareStore } from './bare-store.ts'
import { answer } from './child.ts'
import { Load } from './load.ts'

const PROTOCOL = '/tongban-bench/1'
const FRAME = 512 * 1024
const BATCH = 256

const utf8 = new TextEncoder()
const text = new TextDecoder()

let host: P2pHost
let store: BareStore
let signing: Signing
let verify: Awaited<ReturnType<typeof newVerifying>>
let load: Load
/** numbers of the load, in the order of the packets sent */
const unreceipted: number[] = []

/** Gives what was added since to `work`, a batch at a time; what comes meanwhile makes the next batch. */
function batching<T>(work: (batch: T[]) => Promise<void>): (item: T) => void {
  const waiting: T[] = []
  let working = false
  const run = async () => {
    working = true
    // Callers of the same moment share a batch.
    await null
    while (waiting.length > 0) await work(waiting.splice(0, BATCH))
    working = false
  }
  return item => {
    waiting.push(item)
    if (!working) void run()
  }
}

async function serve(wire: Wire): Promise<void> {
  const add = batching<string>(async batch => {
    const packets = await Promise.all(
      batch.map(async jws => {
        await verify(jws)
        return { id: idOf(jws), jws }
      }),
    )
    const receipt = await signing.sign(JSON.stringify(packets.map(({ id }) => id.toString('hex'))))
    store.addReceipted(packets, receipt)
    await wire.send(utf8.encode(receipt))
  })
  for await (const frame of wire.frames()) {
    wire.meter.useful(frame.byteLength)
    add(text.decode(frame))
  }
}

function createSender(wire: Wire, bytes: number): (no: number) => void {
  const payload = payloads(bytes)
  return batching<number>(async batch => {
    const packets = await Promise.all(
      batch.map(async no => {
        const jws = await signing.sign(payload(no))
        return { id: idOf(jws), jws }
      }),
    )
    store.add(packets)
    unreceipted.push(...batch)
    await Promise.all(packets.map(({ jws }) => wire.send(utf8.encode(jws))))
  })
}

async function readReceipts(wire: Wire): Promise<void> {
  let first = 1
  for await (const frame of wire.frames()) {
    const receipt = text.decode(frame)
    const ids = JSON.parse(text.decode(await verify(receipt))) as string[]
    store.receipted(receipt, first, first + ids.length - 1)
    first += ids.length
    wire.meter.useful(frame.byteLength)
    load.done(unreceipted.splice(0, ids.length))
  }
}

answer({
  async open({ path }: { path: string }): Promise<{ peer: string; addresses: string[]; key: jose.JWK }> {
    store = openBareStore(path)
    signing = await newSigning()
    host = await startHost()
    await host.handle(PROTOCOL, serve, { maxFrame: FRAME, maxStreamsPerCity: 1 })
    return { peer: host.peer, addresses: host.addresses(), key: signing.publicKey }
  },
  async trust({ key }: { key: jose.JWK }): Promise<void> {
    verify = await newVerifying(key)
  },
  async connect({ peer, addresses, bytes }: { peer: string; addresses: string[]; bytes: number }): Promise<void> {
    const wire = await host.open(peer, addresses, PROTOCOL, { maxFrame: FRAME })
    const send = createSender(wire, bytes)
    load = new Load(async no => send(no))
    void readReceipts(wire)
  },
  warm: (options: Parameters<Load['warm']>[0]) => load.warm(options),
  full: (options: Parameters<Load['full']>[0]) => load.full(options),
  paced: (options: Parameters<Load['paced']>[0]) => load.paced(options),
})
