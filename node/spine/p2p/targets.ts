/**
 * At which addresses a peer is dialled (拨号的去处), and in which order: only those that are its own, may be dialled from here and,
 * over relays, lead over one of a partner.
 */
import type { Connection } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Connections } from './connections.ts'
import type { ConnectionGate } from './gate.ts'
import { RELAYED, type RelayAt } from './relay.ts'

type TargetsParts = {
  gate: ConnectionGate
  connections: Connections
  cityOf: (peer: string) => string | undefined
  /** relays that this node uses */
  relays: () => readonly RelayAt[]
  addressesPerPeer: number
}

export class Targets {
  readonly #parts: TargetsParts

  constructor(parts: TargetsParts) {
    this.#parts = parts
  }

  /** An open connection to the peer that leads over no relay. */
  directTo = (peer: string): Connection | undefined =>
    this.#parts.connections.of(peer).find(connection => !connection.remoteAddr.toString().includes(RELAYED))

  /**
   * A city that nobody can connect to may have moved to a relay that this node uses too, while neither could tell the other:
   * it is asked for there.
   */
  overOwnRelays(peer: string, addresses: readonly string[]): string[] {
    if (addresses.length > 0 && !addresses.some(address => address.includes(RELAYED))) return []
    return this.#parts
      .relays()
      .filter(relay => relay.peer !== peer && this.directTo(relay.peer) !== undefined)
      .filter(relay => !addresses.some(address => address.includes(`/p2p/${relay.peer}${RELAYED}/`)))
      .flatMap(relay => this.directly(relay).slice(0, 1))
      .map(relay => `${relay}${RELAYED}/p2p/${peer}`)
  }

  /**
   * The addresses of a peer that one dial tries, those over relays that are not connected last: one that is down may take all the
   * time that there is. No relay serves others than its partners, so over others none leads.
   */
  dialable(peer: string, addresses: readonly string[]): Multiaddr[] {
    const far = (address: Multiaddr) => relayOf(address).some(relay => this.#parts.connections.of(relay).length === 0)
    return addresses
      .flatMap(address => boundTo(peer, address))
      .filter(address => !this.#parts.gate.denyDialMultiaddr(address))
      .filter(address => relayOf(address).every(relay => this.#parts.cityOf(relay) !== undefined))
      .toSorted((a, b) => Number(far(a)) - Number(far(b)))
      .slice(0, this.#parts.addressesPerPeer)
  }

  /** The same, over no relay. */
  directly = ({ peer, addresses }: RelayAt): Multiaddr[] =>
    this.dialable(
      peer,
      addresses.filter(address => !address.includes(RELAYED)),
    )
}

/** The peer of the relay that an address leads over. */
export const relayOf = (address: Multiaddr): string[] => {
  const relay = new RegExp(`/p2p/([A-Za-z0-9]+)${RELAYED}/`).exec(address.toString())?.[1]
  return relay === undefined ? [] : [relay]
}

/** An address bound to the peer id, so that nobody else can answer; none when it is another's or no address. */
function boundTo(peer: string, address: string): Multiaddr[] {
  try {
    const given = multiaddr(address)
    const named = given.getComponents().findLast(({ name }) => name === 'p2p')?.value
    if (named !== undefined && named !== peer) return []
    return [named === undefined ? given.encapsulate(`/p2p/${peer}`) : given]
  } catch {
    return []
  }
}
