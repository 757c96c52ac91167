/** libp2p hosts on the loopback interface, for tests. */
import { generateKeyPairSync } from 'node:crypto'
import { createP2pHost, type P2pHost, type P2pHostOptions } from '../../node/spine/p2p/host.ts'
import type { PrivatePeerKey } from '../../node/spine/p2p/peer-id.ts'

export function newPeerKey(): PrivatePeerKey {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  if (d === undefined || x === undefined) throw new Error('no Ed25519 key')
  return { kty: 'OKP', crv: 'Ed25519', d, x }
}

/** A host that listens at a free port of 127.0.0.1 and lets everybody in, unless told otherwise; started. */
export async function startHost(options: Partial<P2pHostOptions> = {}): Promise<P2pHost> {
  const host = await createP2pHost({
    key: newPeerKey(),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    gate: () => true,
    ...options,
  })
  await host.start()
  return host
}

/** The port of a host's only address. */
export function portOf(host: P2pHost): number {
  const port = /\/tcp\/(\d+)/.exec(host.addresses()[0] ?? '')?.[1]
  if (port === undefined) throw new Error('the host does not listen')
  return Number(port)
}
