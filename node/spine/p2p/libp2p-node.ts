/** Puts libp2p together: TCP, noise with libsodium, yamux; no discovery, no identify, nothing kept on disk. */
import type { ComponentLogger, ConnectionGater, Libp2p, Logger, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { createLibp2p } from 'libp2p'
import type { DialRange } from './addresses.ts'
import type { P2pLimits } from './limits.ts'
import { sodiumCrypto } from './noise-crypto.ts'
import { type RelayTransport, relayServer } from './relay.ts'
import { safeTcp } from './tcp.ts'
import { boundedYamux } from './yamux.ts'

export type Libp2pNodeOptions = {
  key: PrivateKey
  listen: readonly string[]
  announce: readonly string[]
  gater: ConnectionGater
  /** where names may lead */
  range: DialRange
  limits: P2pLimits
  /** dials relayed addresses */
  relays: RelayTransport
  /** places that this node offers as a relay; 0: it is none */
  reservations: number
  cityOf: (peer: string) => string | undefined
}

/** libp2p's own log names addresses and peer ids of strangers; what matters of it comes back as errors and events. */
const silent: Logger = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: () => silent,
})
export const silentLogger: ComponentLogger = { forComponent: () => silent }

const UNBOUNDED = Number.MAX_SAFE_INTEGER

export async function createLibp2pNode(options: Libp2pNodeOptions): Promise<Libp2p> {
  const { key, listen, announce, gater, range, limits, relays, reservations, cityOf } = options
  return createLibp2p({
    start: false,
    privateKey: key,
    logger: silentLogger,
    addresses: { listen: [...listen], announce: [...announce] },
    transports: [safeTcp(limits, range), relays.make],
    ...(reservations === 0 ? {} : { services: { relay: await relayServer(reservations, cityOf) } }),
    connectionEncrypters: [noise({ crypto: sodiumCrypto })],
    streamMuxers: [boundedYamux(limits)],
    connectionGater: gater,
    connectionManager: {
      // libp2p counts all together and turns the newest away, whoever it is; gate and connections count by city instead.
      maxConnections: UNBOUNDED,
      maxIncomingPendingConnections: UNBOUNDED,
      inboundConnectionThreshold: UNBOUNDED,
      maxParallelDials: UNBOUNDED,
      maxDialQueueLength: UNBOUNDED,
      inboundUpgradeTimeout: limits.inboundUpgradeTimeout,
      inboundStreamProtocolNegotiationTimeout: limits.streamTimeout,
      outboundStreamProtocolNegotiationTimeout: limits.streamTimeout,
      connectionCloseTimeout: limits.closeTimeout,
      addressDialTimeout: limits.addressDialTimeout,
      dialTimeout: limits.dialTimeout,
      maxPeerAddrsToDial: limits.addressesPerPeer,
      // The exchange decides when to dial again.
      reconnectRetries: 0,
    },
    connectionMonitor: {
      pingInterval: limits.pingInterval,
      pingTimeout: { minTimeout: limits.pingTimeout, maxTimeout: limits.pingTimeout },
      abortConnectionOnPingFailure: true,
    },
    nodeInfo: { name: 'tongban', version: '1', userAgent: 'tongban' },
  })
}
