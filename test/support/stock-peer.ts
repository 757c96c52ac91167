/** A libp2p node as any other program would put it together: stock yamux and ping, noise in pure JavaScript. */
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { Libp2p, StreamMuxerFactory } from '@libp2p/interface'
import { noise, pureJsCrypto } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { newPeerKey } from './p2p-hosts.ts'

export function startStockPeer(options: { muxer?: () => StreamMuxerFactory } = {}): Promise<Libp2p<{ ping: Ping }>> {
  const { d, x } = newPeerKey()
  return createLibp2p({
    privateKey: privateKeyFromRaw(Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')])),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise({ crypto: pureJsCrypto })],
    streamMuxers: [options.muxer ?? yamux()],
    services: { ping: ping() },
  })
}
