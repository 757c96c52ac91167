/**
 * Who may connect, and at which addresses. Outbound: only the peers that are being opened now, at addresses within the
 * range of this node. Inbound: every connection has a place while its handshake goes on (`half-open.ts`), and once the
 * peer id is proven the node's own gate decides, before multiplexer, streams or any state of the peer exist.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Gate } from '../exchange/wire.ts'
import { type Announced, type DialRange, inRange, ipOf } from './addresses.ts'
import { Counts } from './counts.ts'
import { HalfOpen, type HalfOpenEnd } from './half-open.ts'
import { KnownSources } from './known-sources.ts'
import type { P2pLimits } from './limits.ts'
import { RELAYED } from './relay.ts'

export type Denied = HalfOpenEnd | 'unknown-peer' | 'relay'

export type ConnectionGateParts = {
  gate: Gate
  /** the city whose peer it is; none: it neither relays nor is relayed */
  cityOf: (peer: string) => string | undefined
  announced: () => Iterable<Announced>
  range: DialRange
  limits: P2pLimits
  onDenied: (reason: Denied) => void
  /** ms, monotonic */
  now: () => number
}

/** Names that the connection itself resolves; `dnsaddr` would be asked of servers outside. */
const NAMES = ['dns', 'dns4', 'dns6']

export class ConnectionGate implements ConnectionGater {
  readonly #parts: ConnectionGateParts
  readonly #wanted = new Counts<string>()
  readonly #halfOpen: HalfOpen
  readonly #sources: KnownSources

  constructor(parts: ConnectionGateParts) {
    this.#parts = parts
    this.#sources = new KnownSources(parts)
    this.#halfOpen = new HalfOpen({ ...parts, known: this.#sources.has, ended: parts.onDenied })
  }

  /** Lets `peer` be dialled until the returned function is called. */
  want(peer: string): () => void {
    return this.#wanted.add(peer)
  }

  /** May this peer talk to us? A gate that throws says no. */
  admits(peer: string): boolean {
    try {
      return this.#parts.gate(peer)
    } catch {
      return false
    }
  }

  readonly denyInboundRelayReservation = (source: PeerId): boolean => this.#deniesRelay(source)

  readonly denyOutboundRelayedConnection = (source: PeerId, destination: PeerId): boolean =>
    this.#deniesRelay(source) || this.#deniesRelay(destination)

  /** Somebody comes over a relay: the upgrade that follows proves who it is, and is judged like any other. */
  readonly denyInboundRelayedConnection = (relay: PeerId, remote: PeerId): boolean =>
    this.#deniesRelay(relay) || !this.admits(remote.toString())

  #deniesRelay(peer: PeerId): boolean {
    if (this.#parts.cityOf(peer.toString()) !== undefined) return false
    this.#parts.onDenied('relay')
    return true
  }

  readonly denyDialPeer = (peer: PeerId): boolean => this.#wanted.of(peer.toString()) === 0

  /** Names are judged when they are resolved (`tcp.ts`); nothing but an IP address or a name is dialled, no socket of this machine. */
  readonly denyDialMultiaddr = (address: Multiaddr): boolean => {
    const [first] = address.getComponents()
    if (first !== undefined && NAMES.includes(first.name)) return false
    const ip = ipOf(address)
    return ip === undefined || !inRange(ip, this.#parts.range)
  }

  readonly denyOutboundEncryptedConnection = (peer: PeerId): boolean => this.#wanted.of(peer.toString()) === 0

  readonly denyInboundConnection = (connection: MultiaddrConnection): boolean => {
    const { remoteAddr } = connection
    const [relay, over] = remoteAddr.toString().split(RELAYED)
    const peer = /\/p2p\/([^/]+)$/.exec(relay ?? '')?.[1] ?? ''
    const by = this.#parts.cityOf(peer) ?? peer
    return !this.#halfOpen.enter(connection, over === undefined ? ipOf(remoteAddr) : undefined, by)
  }

  readonly denyInboundEncryptedConnection = (peer: PeerId, connection: MultiaddrConnection): boolean => {
    const name = peer.toString()
    if (!this.admits(name)) {
      this.#parts.onDenied('unknown-peer')
      return true
    }
    const city = this.#parts.cityOf(name)
    this.#halfOpen.proven(connection, city)
    const ip = ipOf(connection.remoteAddr)
    if (city !== undefined && ip !== undefined && !connection.remoteAddr.toString().includes(RELAYED))
      this.#sources.saw(city, ip)
    return false
  }

  readonly denyInboundUpgradedConnection = (_peer: PeerId, connection: MultiaddrConnection): boolean => {
    this.#halfOpen.done(connection)
    return false
  }
}
