import { createHash } from 'node:crypto'
import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, expect, test } from 'vitest'
import { startHost } from '../../../test/support/p2p-hosts.ts'
import { KEPT_BLOCKS, sendOff, takeBlock } from '../../kernel/blocks.ts'
import type { Wire } from '../exchange/wire.ts'
import type { P2pHost } from './host.ts'
import { silentLogger } from './libp2p-node.ts'
import { P2P_LIMITS } from './limits.ts'
import { safeTcp, socketOf } from './tcp.ts'

const PROTOCOL = '/test/memory/1'
const hosts: P2pHost[] = []
afterEach(async () => {
  await Promise.all(hosts.splice(0).map(host => host.stop()))
})

/** Two hosts, of which the second gives back each frame that it gets. */
async function echoing(): Promise<{ open: () => Promise<Wire> }> {
  const here = await startHost()
  const there = await startHost()
  hosts.push(here, there)
  await there.handle(
    PROTOCOL,
    async wire => {
      for await (const frame of wire.frames()) {
        wire.meter.useful(frame.byteLength)
        await wire.send(frame)
      }
    },
    { maxFrame: 200_000, maxStreamsPerCity: 8 },
  )
  return { open: () => here.open(there.peer, there.addresses(), PROTOCOL, { maxFrame: 200_000 }) }
}

/** Frames of sizes around those of blocks, each of bytes of its own. */
function* framesOf(stream: number): Generator<Uint8Array> {
  for (let no = 0; no < 120; no++) {
    const size = [1, 300, 16_380, 16_384, 61_436, 65_536, 65_541, 131_072][(no * 7 + stream * 3) % 8] ?? 1
    const frame = new Uint8Array(size)
    for (let at = 0; at < size; at++) frame[at] = at * 31 + no * 17 + stream * 101 + (at >> 8)
    yield frame
  }
}

test('what several streams send at once comes back as it was, though its memory is used again and again', async () => {
  const { open } = await echoing()
  const wires = await Promise.all([0, 1, 2, 3].map(open))
  const hashes = await Promise.all(
    wires.map(async (wire, stream) => {
      const sent = createHash('sha256')
      const back = createHash('sha256')
      const sending = (async () => {
        for (const frame of framesOf(stream)) {
          sent.update(frame)
          await wire.send(frame)
        }
        await wire.close()
      })()
      let frames = 0
      for await (const frame of wire.frames()) {
        wire.meter.useful(frame.byteLength)
        back.update(frame)
        // Each stream falls behind the others in its own way: what waits must stay as it came.
        if (frames++ % (stream + 2) === 0) await new Promise(resolve => setImmediate(resolve))
      }
      await sending
      return [sent.digest('hex'), back.digest('hex')]
    }),
  )
  for (const [sent, back] of hashes) expect(back).toBe(sent)
})

test('canary: the transport has its sockets where the memory of what they wrote is given back, at both ends', async () => {
  for (let taken = 0; taken < KEPT_BLOCKS; taken++) takeBlock(60_000)
  const transport = safeTcp(P2P_LIMITS, 'loopback')({ logger: silentLogger })
  const inbound = Promise.withResolvers<MultiaddrConnection>()
  const listener = transport.createListener({
    upgrader: { upgradeInbound: async (connection: MultiaddrConnection) => inbound.resolve(connection) } as never,
  })
  await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0'))
  const [address] = listener.getAddrs()
  if (address === undefined) throw new Error('the transport does not listen')
  const outbound = (await transport.dial(address, {
    upgrader: { upgradeOutbound: async (connection: MultiaddrConnection) => connection } as never,
    signal: AbortSignal.timeout(60_000),
  })) as unknown as MultiaddrConnection
  for (const [from, to] of [
    [outbound, await inbound.promise],
    [await inbound.promise, outbound],
  ] as const) {
    const block = sendOff(takeBlock(60_000).fill(7))
    let came = 0
    const all = new Promise<void>(resolve => {
      to.addEventListener('message', ({ data }) => {
        came += data.byteLength
        if (came === 60_000) resolve()
      })
    })
    from.send(block)
    await all
    // The other end has it before this one is told that it was written.
    await new Promise(resolve => setImmediate(resolve))
    expect(takeBlock(60_000).buffer).toBe(block.buffer)
  }
  outbound.abort(new Error('done'))
  await listener.close()
})

test('a connection that is built in another way is left as it is', () => {
  expect(socketOf({} as MultiaddrConnection)).toBeUndefined()
})
