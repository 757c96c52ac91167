/**
 * Who may connect. Outbound: only the peers that are being opened now. Inbound: libp2p counts pending and open
 * connections and their rate; here the pending ones of one address and their bytes are counted, and once the peer id is
 * proven the node's own gate decides, before multiplexer, streams or any state of the peer exist.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId, StreamMessageEvent } from '@libp2p/interface'
import type { Gate } from '../exchange/wire.ts'
import type { P2pLimits } from './limits.ts'

export type Denied = 'unknown-peer' | 'relay' | 'address-pending' | 'handshake-bytes'

export class ConnectionGate implements ConnectionGater {
  readonly #gate: Gate
  readonly #limits: P2pLimits
  readonly #mayRelay: Gate
  readonly #onDenied: (reason: Denied) => void
  readonly #wanted = new Map<string, number>()
  readonly #pending = new Map<string, number>()
  readonly #counted = new WeakMap<MultiaddrConnection, () => void>()

  /** `mayRelay`: peers for which this node relays, and by which it lets itself be reached: partners alone. */
  constructor(gate: Gate, mayRelay: Gate, limits: P2pLimits, onDenied: (reason: Denied) => void) {
    this.#gate = gate
    this.#mayRelay = mayRelay
    this.#limits = limits
    this.#onDenied = onDenied
  }

  /** Lets `peer` be dialled until the returned function is called. */
  want(peer: string): () => void {
    this.#wanted.set(peer, (this.#wanted.get(peer) ?? 0) + 1)
    return once(() => decrease(this.#wanted, peer))
  }

  /** May this peer talk to us? */
  readonly admits = (peer: string): boolean => asks(this.#gate, peer)

  readonly denyInboundRelayReservation = (source: PeerId): boolean => this.#deniesRelay(source)

  readonly denyOutboundRelayedConnection = (source: PeerId, destination: PeerId): boolean =>
    this.#deniesRelay(source) || this.#deniesRelay(destination)

  /** Somebody comes over a relay: the upgrade that follows proves who it is, and is judged like any other. */
  readonly denyInboundRelayedConnection = (relay: PeerId, remote: PeerId): boolean =>
    this.#deniesRelay(relay) || !this.admits(remote.toString())

  #deniesRelay(peer: PeerId): boolean {
    if (asks(this.#mayRelay, peer.toString())) return false
    this.#onDenied('relay')
    return true
  }

  readonly denyDialPeer = (peer: PeerId): boolean => !this.#wanted.has(peer.toString())

  readonly denyOutboundEncryptedConnection = (peer: PeerId): boolean => !this.#wanted.has(peer.toString())

  readonly denyInboundConnection = (connection: MultiaddrConnection): boolean => {
    const address = addressKey(connection)
    const pending = this.#pending.get(address) ?? 0
    if (pending >= this.#limits.pendingInboundPerAddress) {
      this.#onDenied('address-pending')
      return true
    }
    this.#pending.set(address, pending + 1)
    // Only looks on. libp2p attaches its reader within the same turn of the event loop, before any byte can come.
    let received = 0
    const count = ({ data }: StreamMessageEvent): void => {
      received += data.byteLength
      if (received <= this.#limits.handshakeBytes) return
      this.#onDenied('handshake-bytes')
      done()
      connection.abort(new Error('too many bytes before the handshake was done'))
    }
    connection.addEventListener('message', count)
    const done = once(() => {
      connection.removeEventListener('message', count)
      decrease(this.#pending, address)
    })
    this.#counted.set(connection, done)
    connection.addEventListener('close', done)
    return false
  }

  readonly denyInboundEncryptedConnection = (peer: PeerId, connection: MultiaddrConnection): boolean => {
    this.#counted.get(connection)?.()
    if (this.admits(peer.toString())) return false
    this.#onDenied('unknown-peer')
    return true
  }
}

/** A gate that throws says no. */
function asks(gate: Gate, peer: string): boolean {
  try {
    return gate(peer)
  } catch {
    return false
  }
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    run()
  }
}

function decrease(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 0) - 1
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}

/** IPv4 address, or the /64 of an IPv6 address, which one subscriber owns whole. */
export function addressKey(connection: Pick<MultiaddrConnection, 'remoteAddr'>): string {
  const component = connection.remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  const address = component?.value ?? 'other'
  if (component?.name !== 'ip6') return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right]
  return groups
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
