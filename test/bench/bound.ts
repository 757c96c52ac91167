/** (a) The bound: sign, commit, send, verify, commit, receipt, commit, through a bare libp2p stream, in batches of 256. */
import { join } from 'node:path'
import type * as jose from 'jose'
import type { Wire } from '../../node/exchange/wire.ts'
import { createP2pHost } from '../../node/p2p/host.ts'
import { decodeFrame, encodeFrame } from '../../protocol/exchange/frames.ts'
import { signPacket, verifyPacket } from '../../protocol/packet/envelope.ts'
import { signReceipt, verifyReceipt } from '../../protocol/packet/receipt.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'
import { newPeerKey } from '../support/p2p-hosts.ts'
import { bareKeys, trusting } from './bare-keys.ts'
import { BareStore, Batcher } from './bare-store.ts'
import { freshPacket } from './payload.ts'
import type { Side } from './peer.ts'

const PROTOCOL = '/tongban/bench/1'
const MAX_FRAME = 512 * 1024
const BATCH = 256

export async function open(side: string, folder: string): Promise<Side> {
  const host = await createP2pHost({ key: newPeerKey(), listen: ['/ip4/127.0.0.1/tcp/0'], gate: () => true })
  const { signer, publicJwk } = await bareKeys()
  const store = new BareStore(join(folder, `bound-${side}.db`))
  if (side === 'receiver') {
    // The sender's key comes with the first frame: who may send is not what is measured here.
    await host.handle(PROTOCOL, wire => receive(wire, store, signer), { maxFrame: MAX_FRAME, maxStreamsPerPeer: 1 })
  }
  await host.start()
  return {
    ready: { address: host.addresses()[0] ?? '', peer: host.peer, keys: publicJwk as Record<string, unknown> },
    stop: () => host.stop(),
    async connect({ address, peer, keys }) {
      const wire = await host.open(peer, [address], PROTOCOL, { maxFrame: MAX_FRAME })
      await wire.send(Buffer.from(JSON.stringify(publicJwk)))
      return sender(wire, store, signer, await trusting(SHIYAN.code, keys as jose.JWK))
    },
  }
}

type Signer = Awaited<ReturnType<typeof bareKeys>>['signer']

function sender(wire: Wire, store: BareStore, signer: Signer, resolveKey: Awaited<ReturnType<typeof trusting>>) {
  const waiting = new Map<string, () => void>()
  let place = 0
  const out = new Batcher<{ id: string; jws: string; body: Uint8Array }>(BATCH, async packets => {
    store.insert(packets)
    for (const { jws, body } of packets) await wire.send(encodeFrame({ type: 'packet', n: ++place, jws, body }))
  })
  void (async () => {
    for await (const bytes of wire.frames()) {
      const decoded = decodeFrame(bytes)
      if (!decoded.ok || decoded.frame.type !== 'receipt') throw new Error('receipt expected')
      const receipt = await verifyReceipt(decoded.frame.jws, { resolveKey, issuer: SHIYAN.code, audience: ANKANG.code })
      if (!receipt.ok) throw new Error(receipt.problem.code)
      const ids = receipt.claims.items.map(item => item.id)
      store.receipted(ids, decoded.frame.jws)
      for (const id of ids) {
        waiting.get(id)?.()
        waiting.delete(id)
      }
    }
  })()
  let serial = 0
  return async () => {
    const { claims, body } = await freshPacket(serial++)
    const { jws, id } = await signPacket(claims, signer)
    await new Promise<void>(resolve => {
      waiting.set(id, resolve)
      out.add({ id, jws, body })
    })
  }
}

async function receive(wire: Wire, store: BareStore, signer: Signer): Promise<void> {
  let resolveKey: Awaited<ReturnType<typeof trusting>> | null = null
  let place = 0
  const batches = new Batcher<{ jws: string; body: Uint8Array }>(BATCH, async packets => {
    const resolve = resolveKey
    if (resolve === null) throw new Error('no key')
    const verified = await Promise.all(
      packets.map(async ({ jws, body }) => {
        const result = await verifyPacket(jws, { resolveKey: resolve, audience: SHIYAN.code, now: Date.now() / 1000 })
        if (!result.ok) throw new Error(result.problem.code)
        return { id: result.id, jws, body }
      }),
    )
    store.insert(verified)
    place += verified.length
    const items = verified.map(({ id }) => ({ id, status: 'stored' as const }))
    const jws = await signReceipt(
      { v: 1, iss: SHIYAN.code, aud: ANKANG.code, iat: Math.floor(Date.now() / 1000), items },
      signer,
    )
    await wire.send(encodeFrame({ type: 'receipt', through: place, jws }))
  })
  for await (const bytes of wire.frames()) {
    if (resolveKey === null) {
      resolveKey = await trusting(ANKANG.code, JSON.parse(Buffer.from(bytes).toString()) as jose.JWK)
      continue
    }
    const decoded = decodeFrame(bytes)
    if (!decoded.ok || decoded.frame.type !== 'packet') throw new Error('packet expected')
    // The frame's buffer may be used again by the transport.
    batches.add({ jws: decoded.frame.jws, body: decoded.frame.body.slice() })
  }
}
