/**
 * Circuit relay (中继, libp2p circuit relay v2): a city that nobody can connect to from outside reserves a place at a partner
 * that can be reached; others then reach it there. The relay sees ciphertext alone: noise runs from end to end. The library
 * is loaded when a node offers, uses or dials a relay, and never discovers one by itself.
 */
import type { Connection, DialTransportOptions, Libp2p, Stream, Transport } from '@libp2p/interface'
import { serviceDependencies, transportSymbol } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { deadline } from './deadline.ts'
import { countCities, RELAY_PLACES, type RelayPlacesParts, type RelayServer, reservedCities } from './relay-places.ts'

/** `/p2p/RELAY/p2p-circuit/p2p/PEER`: only such addresses lead over a relay. */
export const RELAYED = '/p2p-circuit'

export const RELAY_LIMITS = {
  /** ms for a relay to answer to one request for a place */
  answer: 10_000,
  /** ms a relay keeps a reservation that is not renewed; clients renew it in time */
  ttl: 3_600_000,
  /** streams with relay requests of one connection, and relayed connections that come over it */
  streams: 32,
  /** addresses that are told of one relay */
  addresses: 2,
} as const

/** A partner that offers a relay, and where it may be reached. */
export type RelayAt = { peer: string; addresses: readonly string[] }

export type RelayUse = {
  /** peer of the relay */
  peer: string
  /** whether this node can be reached there now */
  reserved: boolean
}

/** What this node uses of the library's transport, which exports no type of its own. */
type Circuit = Transport & {
  onStop: (stream: Stream, connection: Connection) => Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
  reservationStore: {
    addRelay(peer: Connection['remotePeer'], type: 'configured'): Promise<unknown>
    hasReservation(peer: Connection['remotePeer']): boolean
    relayFilter: { has(peer: Uint8Array): boolean; add(peer: Uint8Array): unknown }
    getReservation(peer: Connection['remotePeer']): { addrs: Uint8Array[] } | undefined
  }
}
type Components = Parameters<ReturnType<typeof import('@libp2p/circuit-relay-v2')['circuitRelayTransport']>>[0]

/** Connects to the relay at the end of a multiaddr, unless a connection is open. */
export type ConnectRelay = (address: string, signal: AbortSignal) => Promise<void>

/** The transport of relayed addresses: costs nothing until one is dialled or `use` begins. */
export class RelayTransport {
  readonly #connect: ConnectRelay
  #components: Components | undefined
  #circuit: Promise<Circuit> | undefined
  #listening: Circuit | undefined

  constructor(connect: ConnectRelay) {
    this.#connect = connect
  }

  /** For libp2p, which makes it with its own parts. */
  readonly make = (components: Components): Transport => {
    this.#components = components
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'tongban-relay',
      [serviceDependencies]: [],
      dial: async (address: Multiaddr, options: DialTransportOptions) => {
        const circuit = await this.#load()
        const [relay = ''] = address.toString().split(RELAYED)
        // Else the library would dial the relay itself, at any address that anybody told of it.
        await this.#connect(relay, options.signal)
        return circuit.dial(address, options)
      },
      dialFilter: (addresses: Multiaddr[]) =>
        addresses.filter(address => address.toString().includes(`${RELAYED}/p2p/`)),
      // Reservations are kept by `keep`; libp2p's own listeners for relays are never made.
      listenFilter: () => [],
      createListener: () => {
        throw new Error('relays are not listened at')
      },
    } as unknown as Transport
  }

  #load(): Promise<Circuit> {
    this.#circuit ??= import('@libp2p/circuit-relay-v2').then(({ circuitRelayTransport }) => {
      if (this.#components === undefined) throw new Error('the host is not started')
      const circuit = circuitRelayTransport({
        maxInboundStopStreams: RELAY_LIMITS.streams,
        maxOutboundStopStreams: RELAY_LIMITS.streams,
        // The library's queue is emptied whenever one reservation is made: what waits in it, also a renewal, never settles.
        reservationConcurrency: Number.POSITIVE_INFINITY,
      })(this.#components) as unknown as Circuit
      // The library never asks a relay again that once could not be reached or offered no place.
      circuit.reservationStore.relayFilter = { has: () => false, add: () => {} }
      return circuit
    })
    return this.#circuit
  }

  /** Begins to take connections over relays at which this node has a reservation, and over no other. */
  async listen(): Promise<void> {
    const circuit = await this.#load()
    const { onStop } = circuit
    circuit.onStop = async (stream, connection) => {
      // The library would reserve a place at whoever comes so.
      if (!circuit.reservationStore.hasReservation(connection.remotePeer)) stream.abort(new Error('no reservation'))
      else await onStop(stream, connection)
    }
    await circuit.start()
    this.#listening = circuit
  }

  async stop(): Promise<void> {
    await this.#listening?.stop()
    this.#listening = undefined
    this.#circuit = undefined
  }

  /** Reserves a place at the relay of an open connection, or renews it; rejects when it does not answer in time. */
  async reserve({ remotePeer }: Connection): Promise<void> {
    const limit = deadline(RELAY_LIMITS.answer)
    const late = new Promise<never>((_, reject) =>
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason)),
    )
    try {
      await Promise.race([this.#listening?.reservationStore.addRelay(remotePeer, 'configured'), late])
    } finally {
      limit.clear()
    }
  }

  /** Addresses at which this node is reached over the relay; none without a reservation. */
  addressesAt(relay: Connection['remotePeer'], own: string): string[] {
    const held = this.#listening?.reservationStore.getReservation(relay)?.addrs ?? []
    return held
      .map(bytes => `${multiaddr(bytes).toString()}${RELAYED}/p2p/${own}`)
      .filter(address => !/\/(?:ip4\/0\.0\.0\.0|ip6\/::)\//.test(address))
      .slice(0, RELAY_LIMITS.addresses)
  }

  reservedAt = (relay: Connection['remotePeer']): boolean =>
    this.#listening?.reservationStore.hasReservation(relay) ?? false
}

/** The relay that a node offers: places and requests are bounded by city, and only partners get them (the gate decides). */
export async function relayServer(places: number, cityOf: RelayPlacesParts['cityOf']) {
  const { circuitRelayServer } = await import('@libp2p/circuit-relay-v2')
  const make = circuitRelayServer({
    maxInboundHopStreams: RELAY_LIMITS.streams,
    maxOutboundHopStreams: RELAY_LIMITS.streams,
    maxOutboundStopStreams: RELAY_PLACES.circuits,
    // Cases take hours and materials gigabytes: the library's limits of two minutes and 128 KiB are for strangers.
    reservations: {
      maxReservations: places * RELAY_PLACES.peersPerCity,
      applyDefaultLimit: false,
      reservationTtl: RELAY_LIMITS.ttl,
    },
  })
  return (components: Parameters<typeof make>[0]) => {
    const connected = (peer: Connection['remotePeer']) => components.connectionManager.getConnections(peer).length > 0
    const server = make(components)
    countCities(server as unknown as RelayServer, { places, cityOf, connected })
    return server
  }
}

/** Cities that hold a reservation at this node. */
export const reservationsOf = (node: Libp2p | undefined, cityOf: RelayPlacesParts['cityOf']): number => {
  const server = (node?.services as { relay?: RelayServer } | undefined)?.relay
  return server === undefined ? 0 : reservedCities(server, cityOf).size
}
