/** Bytes over a bare encrypted stream (裸流): frames of the libp2p host, thrown away at the other end. No disk, no hash. */

import type { Wire } from '../../node/spine/exchange/wire.ts'
import type { P2pHost } from '../../node/spine/p2p/host.ts'
import { startHost } from '../support/p2p-hosts.ts'
import { answer } from './child.ts'

const PROTOCOL = '/tongban-bench/bytes/1'
const FRAME = 64 * 1024

let host: P2pHost
let there: { peer: string; addresses: string[] }

async function serve(wire: Wire): Promise<void> {
  let bytes = 0
  for await (const frame of wire.frames()) {
    wire.meter.useful(frame.byteLength)
    bytes += frame.byteLength
  }
  await wire.send(new TextEncoder().encode(String(bytes)))
}

answer({
  async open(): Promise<{ peer: string; addresses: string[] }> {
    host = await startHost()
    await host.handle(PROTOCOL, serve, { maxFrame: FRAME, maxStreamsPerCity: 1 })
    return { peer: host.peer, addresses: host.addresses() }
  },
  async connect(to: { peer: string; addresses: string[] }): Promise<void> {
    there = to
  },
  /** Sends so many bytes; ms until the other end says that it has them all. */
  async give({ bytes }: { bytes: number }): Promise<number> {
    const block = crypto.getRandomValues(new Uint8Array(FRAME))
    const begun = performance.now()
    const wire = await host.open(there.peer, there.addresses, PROTOCOL, { maxFrame: FRAME })
    for (let sent = 0; sent < bytes; sent += FRAME) await wire.send(block.subarray(0, Math.min(FRAME, bytes - sent)))
    await wire.close()
    for await (const frame of wire.frames()) {
      wire.meter.useful(frame.byteLength)
      if (new TextDecoder().decode(frame) !== String(bytes)) throw new Error('bytes were lost')
      return performance.now() - begun
    }
    throw new Error('no answer')
  },
})
