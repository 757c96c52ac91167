/**
 * The libp2p host (节点间通信): carries the streams of the exchange, of materials and of pairing between nodes, and lets
 * in nobody whom the gate does not know. An edge: implements the port of `exchange/wire.ts`; only the composition imports it.
 *
 * Frames: `frames.ts`. Limits: `limits.ts`. Stack: TCP, noise, yamux, all as the libp2p specifications say.
 * Over 450 lines: one host, with one state of its connections.
 */
import type { Connection, Libp2p, PrivateKey, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Budget, Budgets, steadyClock, WORK } from '../exchange/budget.ts'
import type { Gate, Transport, Wire, WireHandler } from '../exchange/wire.ts'
import { type Announced, type DialRange, rangeOf, sourceIn } from './addresses.ts'
import { type ConnectionListener, Connections, type Ended } from './connections.ts'
import { Counts } from './counts.ts'
import { deadline } from './deadline.ts'
import { Dials } from './dials.ts'
import { asError, asUnreachable, unreachable } from './errors.ts'
import type { P2pEvent } from './events.ts'
import { ConnectionGate, type Denied } from './gate.ts'
import { createLibp2pNode } from './libp2p-node.ts'
import { P2P_LIMITS, type P2pLimits } from './limits.ts'
import { hostKeyOf, type PrivatePeerKey } from './peer-id.ts'
import { answerPing, measurePing, PING_PROTOCOL } from './ping.ts'
import { type RelayAt, RelayTransport, type RelayUse, reservationsOf } from './relay.ts'
import { Reservations } from './reservations.ts'
import { StreamWire } from './stream-wire.ts'
import { relayOf, Targets } from './targets.ts'

export type P2pHostOptions = {
  /** Ed25519 private JWK of the delegated peer key */
  key: PrivatePeerKey
  /** multiaddrs to listen at, such as `/ip4/0.0.0.0/tcp/4001`; none: the node only dials */
  listen: readonly string[]
  /** multiaddrs told to partners in place of those listened at, such as `/dns4/tongban.example/tcp/4001` */
  announce?: readonly string[]
  /** asked with the proven peer id of every inbound connection, and again for each of its streams */
  gate: Gate
  /**
   * the city whose peer it is, by which places and work are counted; undefined: a stranger's, who neither relays nor is relayed.
   * Without it every peer is a city of its own
   */
  cityOf?: (peer: string) => string | undefined
  /** the multiaddrs at which each partner may be reached, by city */
  announced?: () => Iterable<Announced>
  /** how far inside addresses of partners may lead; else loopback when this node listens there alone, else private networks */
  range?: DialRange
  relay?: {
    /** places that this node offers to partners that nobody can connect to; 0: none */
    reservations: number
    /** partners whose relays this node is to be reached at */
    use: () => readonly RelayAt[]
  }
  limits?: Partial<P2pLimits>
  /** of the cities that this host talks to; tests give a clock of their own */
  budgets?: Budgets
  /** by which strangers have their time; tests give one that they move */
  clock?: Clock
  onEvent?: (event: P2pEvent) => void
}

export type P2pHost = Transport & {
  /** peers with an open connection, sorted */
  connected(): string[]
  /** relays that this node uses, and places that partners hold here */
  relays(): { used: RelayUse[]; reservations: number }
  [Symbol.asyncDispose](): Promise<void>
}

type Handled = { handler: WireHandler; maxFrame: number; maxStreamsPerCity: number }

/** Makes a host, not started. Throws ProblemError `keystore.malformed`. */
export async function createP2pHost(options: P2pHostOptions): Promise<P2pHost> {
  return new Host(options, await hostKeyOf(options.key))
}

class Host implements P2pHost {
  readonly peer: string
  readonly #options: P2pHostOptions
  readonly #limits: P2pLimits
  readonly #key: PrivateKey
  readonly #gate: ConnectionGate
  readonly #connections: Connections
  readonly #handlers = new Map<string, Handled>()
  readonly #dials: Dials
  readonly #cityOf: (peer: string) => string | undefined
  readonly #range: DialRange
  /** inbound streams by protocol and city */
  readonly #inbound = new Counts<string>()
  /** streams that this node opened or is opening, by city */
  readonly #outbound = new Counts<string>()
  /** inbound streams that a handler serves */
  readonly #served = new Counts<Connection>()
  readonly #wires = new Set<StreamWire>()
  readonly #budgets: Budgets
  readonly #cutOff = new Set<Budget>()
  readonly #running = new Set<Promise<void>>()
  readonly #relays = new RelayTransport((address, signal) => this.#connectRelay(address, signal))
  readonly #targets: Targets
  readonly #reservations: Reservations
  #node: Libp2p | undefined

  constructor(options: P2pHostOptions, key: PrivateKey) {
    this.#options = options
    this.#key = key
    this.#limits = { ...P2P_LIMITS, ...options.limits }
    this.#budgets = options.budgets ?? new Budgets()
    this.#cityOf = options.cityOf ?? (peer => peer)
    this.#range = options.range ?? rangeOf([...options.listen, ...(options.announce ?? [])])
    this.#dials = new Dials(this.#limits.dialsPerCity)
    const onDenied = (reason: Denied | Ended): void => this.#report({ kind: 'denied', reason })
    this.#gate = new ConnectionGate({
      gate: peer => options.gate(peer) && !this.#isCutOff(peer),
      cityOf: this.#cityOf,
      announced: options.announced ?? (() => []),
      range: this.#range,
      limits: this.#limits,
      onDenied,
      now: () => performance.now(),
    })
    this.#connections = new Connections({
      limits: this.#limits,
      clock: options.clock ?? steadyClock,
      cityOf: this.#cityOf,
      busy: connection => this.#served.of(connection) > 0,
      onEnded: onDenied,
      onListenerError: error => this.#report({ kind: 'listener-failed', error }),
    })
    this.#targets = new Targets({
      gate: this.#gate,
      connections: this.#connections,
      cityOf: this.#cityOf,
      relays: this.#usedRelays,
      addressesPerPeer: this.#limits.addressesPerPeer,
    })
    this.#reservations = new Reservations({
      transport: this.#relays,
      gate: this.#gate,
      use: this.#usedRelays,
      connect: (relay, signal) => this.#connectTo(relay, signal),
      limits: this.#limits,
      report: event => this.#report(event),
    })
    this.peer = key.publicKey.toString()
  }

  addresses(): string[] {
    const own = this.#node?.getMultiaddrs().map(String) ?? []
    return [
      ...own,
      ...this.#usedRelays().flatMap(relay => this.#relays.addressesAt(peerIdFromString(relay.peer), this.peer)),
    ]
  }

  relays(): { used: RelayUse[]; reservations: number } {
    const used = this.#usedRelays().map(({ peer }) => ({
      peer,
      reserved: this.#relays.reservedAt(peerIdFromString(peer)),
    }))
    return { used, reservations: reservationsOf(this.#node, this.#cityOf) }
  }

  #usedRelays = (): readonly RelayAt[] => this.#options.relay?.use() ?? []

  connected(): string[] {
    return this.#connections.peers()
  }

  onConnection(listener: ConnectionListener): () => void {
    return this.#connections.listen(listener)
  }

  async start(): Promise<void> {
    if (this.#node !== undefined) return
    const { listen, announce = [] } = this.#options
    // A new node each time: libp2p keeps peers and addresses of the last run otherwise.
    const node = await createLibp2pNode({
      key: this.#key,
      listen,
      announce,
      gater: this.#gate,
      range: this.#range,
      limits: this.#limits,
      relays: this.#relays,
      reservations: this.#options.relay?.reservations ?? 0,
      cityOf: this.#cityOf,
    })
    node.addEventListener('connection:open', ({ detail }) => {
      if (detail.direction === 'inbound') this.#budgetOf(detail.remotePeer.toString()).charge(WORK.connection)
      this.#connections.opened(detail)
    })
    node.addEventListener('connection:close', ({ detail }) => this.#connections.closed(detail))
    this.#node = node
    try {
      await node.handle(PING_PROTOCOL, answerPing, { maxInboundStreams: this.#limits.pingStreams })
      for (const [protocol, handled] of this.#handlers) await this.#register(node, protocol, handled)
      await node.start()
      // A relay that is down must not hold up the start.
      if (this.#options.relay !== undefined) this.#reservations.start()
    } catch (error) {
      this.#node = undefined
      // What it listens at already: libp2p leaves it open.
      await Promise.resolve(node.stop()).catch(() => {})
      throw new ProblemError('config.invalid', `p2p.listen: cannot listen at ${listen.join(', ')}`, { cause: error })
    }
  }

  async stop(): Promise<void> {
    const node = this.#node
    if (node === undefined) return
    this.#node = undefined
    this.#reservations.stop()
    await this.#relays.stop()
    for (const wire of [...this.#wires]) wire.abort(unreachable('this node stops'))
    await Promise.all(node.getConnections().map(connection => this.#close(connection)))
    await node.stop()
    const limit = deadline(this.#limits.stopTimeout)
    const late = new Promise<void>(resolve => limit.signal.addEventListener('abort', () => resolve()))
    await Promise.race([Promise.all([...this.#running]), late])
    limit.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async handle(
    protocol: string,
    handler: WireHandler,
    options: { maxFrame: number; maxStreamsPerCity: number },
  ): Promise<void> {
    if (this.#handlers.has(protocol)) throw new Error(`${protocol} has a handler`)
    const handled = { handler, ...options }
    this.#handlers.set(protocol, handled)
    if (this.#node !== undefined) await this.#register(this.#node, protocol, handled)
  }

  async open(
    peer: string,
    addresses: readonly string[],
    protocol: string,
    options: { signal?: AbortSignal; maxFrame?: number } = {},
  ): Promise<Wire> {
    const { signal, maxFrame = this.#limits.frame } = options
    const node = this.#node
    if (node === undefined) throw unreachable('the transport is not started')
    if (peer === this.peer) throw unreachable('a node does not dial itself')
    const city = this.#nameOf(peer)
    if (this.#outbound.of(city) >= this.#limits.outboundStreams) throw unreachable('too many streams are open')
    const left = this.#outbound.add(city)
    const targets = this.#targets.dialable(peer, [...addresses, ...this.#targets.overOwnRelays(peer, addresses)])
    const done = [peer, ...targets.flatMap(relayOf)].map(wanted => this.#gate.want(wanted))
    try {
      const open = await this.#openOnExisting(peer, protocol, signal)
      if (open === undefined && targets.length === 0)
        throw unreachable(addresses.length === 0 ? 'no address is known' : 'no address is usable')
      const { connection, stream } = open ?? (await this.#openOnNew(node, peer, targets, protocol, signal))
      this.#connections.proven(connection)
      return this.#wire(stream, connection, maxFrame, left)
    } catch (error) {
      left()
      throw signal?.aborted ? unreachable('the call was given up', error) : asUnreachable(error)
    } finally {
      for (const release of done) release()
    }
  }

  async ping(peer: string, options: { signal?: AbortSignal } = {}): Promise<number> {
    const [connection] = this.#connections.of(peer)
    if (connection === undefined) throw unreachable('no connection is open')
    const limit = deadline(this.#limits.pingTimeout, options.signal)
    try {
      return await measurePing(connection, limit.signal)
    } finally {
      limit.clear()
    }
  }

  async disconnect(peer: string, reason: ProblemError = unreachable('the connection was closed')): Promise<void> {
    for (const wire of [...this.#wires]) {
      if (wire.peer === peer) wire.abort(reason)
    }
    await Promise.all(this.#connections.of(peer).map(connection => this.#close(connection)))
  }

  async #connectTo(relay: RelayAt, signal: AbortSignal): Promise<Connection> {
    const node = this.#node
    if (node === undefined) throw unreachable('the transport is not started')
    const dial = () => node.dial(this.#targets.directly(relay), { signal })
    return (
      this.#targets.directTo(relay.peer) ?? (await this.#dials.run(this.#nameOf(relay.peer), relay.peer, dial, signal))
    )
  }

  /** A relay is dialled at what its own city announces: who is reached over it could tell addresses of it that lead nowhere. */
  async #connectRelay(address: string, signal: AbortSignal): Promise<void> {
    const node = this.#node
    const [, peer = ''] = /\/p2p\/([A-Za-z0-9]+)$/.exec(address) ?? []
    if (node === undefined || this.#connections.of(peer).length > 0) return
    const city = this.#nameOf(peer)
    const announced = [...(this.#options.announced?.() ?? [])].find(([code]) => code === city)?.[1] ?? []
    const own = this.#targets.directly({ peer, addresses: announced })
    const targets = own.length > 0 ? own : this.#targets.dialable(peer, [address])
    await this.#dials.run(city, peer, () => node.dial(targets, { signal }), signal)
  }

  async #close(connection: Connection): Promise<void> {
    if (connection.status !== 'open') return
    const limit = deadline(this.#limits.closeTimeout)
    // libp2p's own close goes on waiting when the connection breaks meanwhile.
    const gone = new Promise<void>(resolve => connection.addEventListener('close', () => resolve()))
    const closed = connection.close({ signal: limit.signal }).catch(error => connection.abort(asError(error)))
    await Promise.race([closed, gone])
    limit.clear()
  }

  /** A stream on an open connection, whoever dialled it; undefined when there is none that lives. */
  async #openOnExisting(peer: string, protocol: string, signal?: AbortSignal) {
    for (const connection of this.#connections.of(peer)) {
      try {
        return { connection, stream: await this.#openStream(connection, protocol, signal) }
      } catch (error) {
        if (signal?.aborted || isRefusal(error)) throw error
        connection.abort(asError(error))
      }
    }
    return undefined
  }

  /** In the turn of its city. Parallel dials to one peer join in libp2p's queue. */
  #openOnNew(node: Libp2p, peer: string, targets: Multiaddr[], protocol: string, signal?: AbortSignal) {
    const dial = async () => {
      const limit = deadline(this.#limits.dialTimeout, signal)
      try {
        const connection = await node.dial(targets, { signal: limit.signal })
        return { connection, stream: await this.#openStream(connection, protocol, limit.signal) }
      } finally {
        limit.clear()
      }
    }
    return this.#dials.run(this.#nameOf(peer), peer, dial, signal)
  }

  async #openStream(connection: Connection, protocol: string, signal?: AbortSignal): Promise<Stream> {
    const limit = deadline(this.#limits.streamTimeout, signal)
    try {
      return await connection.newStream(protocol, {
        signal: limit.signal,
        maxOutboundStreams: this.#limits.outboundStreams,
      })
    } finally {
      limit.clear()
    }
  }

  #wire(stream: Stream, connection: Connection, maxFrame: number, left: () => void): StreamWire {
    const peer = connection.remotePeer.toString()
    let gone = false
    const wire = new StreamWire(stream, {
      peer,
      address: sourceIn(connection.remoteAddr),
      maxFrame,
      limits: this.#limits,
      budget: this.#budgetOf(peer),
      onGone: wire => {
        gone = true
        left()
        this.#wires.delete(wire)
      },
    })
    if (!gone) this.#wires.add(wire)
    return wire
  }

  #register(node: Libp2p, protocol: string, handled: Handled): Promise<void> {
    return node.handle(protocol, (stream, connection) => this.#accept(stream, connection, protocol, handled), {
      maxInboundStreams: handled.maxStreamsPerCity,
      maxOutboundStreams: this.#limits.outboundStreams,
    })
  }

  #accept(stream: Stream, connection: Connection, protocol: string, handled: Handled): void {
    const peer = connection.remotePeer.toString()
    this.#budgetOf(peer).charge(WORK.stream)
    const key = `${protocol}\n${this.#nameOf(peer)}`
    const known = this.#gate.admits(peer)
    if (!known || this.#inbound.of(key) >= handled.maxStreamsPerCity || this.#node === undefined) {
      this.#report({ kind: 'denied', reason: known ? 'streams' : 'unknown-peer' })
      stream.abort(new Error('denied'))
      return
    }
    const left = this.#inbound.add(key)
    const served = this.#served.add(connection)
    const wire = this.#wire(stream, connection, handled.maxFrame, () => {})
    const running = this.#serve(wire, protocol, handled.handler).finally(() => {
      this.#running.delete(running)
      left()
      served()
    })
    this.#running.add(running)
  }

  /** Never rejects. */
  async #serve(wire: StreamWire, protocol: string, handler: WireHandler): Promise<void> {
    try {
      await handler(wire)
    } catch (error) {
      // A wire that broke under the handler is no failure of the handler.
      if (!(wire.broken && error instanceof ProblemError)) {
        this.#report({ kind: 'handler-failed', protocol, peer: wire.peer, error })
      }
      wire.abort(asError(error))
      return
    }
    try {
      await wire.linger()
    } catch {
      // The other end tore the stream down after it was served.
    }
  }

  /** By which places and work are counted: the city, or the stranger. */
  #nameOf = (peer: string): string => this.#cityOf(peer) ?? peer

  #budgetOf = (peer: string): Budget => this.#budgets.of(this.#nameOf(peer))

  /** Every stream and connection of a city that owes too much ends, and it is not let in while that lasts. */
  #isCutOff(peer: string): boolean {
    const budget = this.#budgetOf(peer)
    if (!budget.cutOff) {
      this.#cutOff.delete(budget)
      return false
    }
    if (this.#cutOff.has(budget)) return true
    this.#cutOff.add(budget)
    const city = this.#nameOf(peer)
    this.#report({ kind: 'cut-off', city })
    const peers = new Set([...this.#wires].filter(wire => wire.meter === budget).map(wire => wire.peer))
    for (const each of peers.add(peer)) void this.disconnect(each, new ProblemError('request.rate', 'too much work'))
    return true
  }

  #report(event: P2pEvent): void {
    try {
      this.#options.onEvent?.(event)
    } catch {
      // Counting must not disturb the traffic.
    }
  }
}

/** The other side lives and answered: another connection would not help. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'UnsupportedProtocolError' || error.name === 'TooManyOutboundProtocolStreamsError')
