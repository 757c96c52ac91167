/** Places that this node holds at relays (中继预约), so that others reach it there: asked for in rounds, each relay by itself. */
import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { deadline } from './deadline.ts'
import type { P2pEvent } from './events.ts'
import type { ConnectionGate } from './gate.ts'
import type { P2pLimits } from './limits.ts'
import type { RelayAt, RelayTransport } from './relay.ts'

type ReservationsParts = {
  transport: RelayTransport
  gate: ConnectionGate
  /** relays that this node uses */
  use: () => readonly RelayAt[]
  /** a connection to the relay that leads over no other one */
  connect: (relay: RelayAt, signal: AbortSignal) => Promise<Connection>
  limits: Pick<P2pLimits, 'relayRound' | 'dialTimeout'>
  report: (event: P2pEvent) => void
}

export class Reservations {
  readonly #parts: ReservationsParts
  #running = false
  #keeping: ReturnType<typeof setTimeout> | undefined

  constructor(parts: ReservationsParts) {
    this.#parts = parts
  }

  /** Asks for places from now on, and goes on while it runs. */
  start(): void {
    this.#running = true
    this.#round()
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#keeping)
    this.#listeningAtRelays = undefined
  }

  /** Makes and keeps the reservations at the relays that this node uses, each by itself, for as long as it runs. */
  #round(): void {
    for (const relay of this.#parts.use()) void this.#reserve(relay)
    this.#keeping = setTimeout(() => this.#round(), this.#parts.limits.relayRound)
    this.#keeping.unref()
  }

  /** relays at which a place is being asked for */
  readonly #reserving = new Set<string>()
  /** relays at which the last try failed: told once */
  readonly #failing = new Set<string>()
  #listeningAtRelays: Promise<void> | undefined
  #listenAtRelays(): Promise<void> {
    this.#listeningAtRelays ??= this.#parts.transport.listen()
    return this.#listeningAtRelays
  }

  /** Never rejects: a relay that is down is asked again in the next round. */
  async #reserve({ peer, addresses }: RelayAt): Promise<void> {
    if (!this.#running || this.#reserving.has(peer) || this.#parts.transport.reservedAt(peerIdFromString(peer))) return
    this.#reserving.add(peer)
    const done = this.#parts.gate.want(peer)
    const limit = deadline(this.#parts.limits.dialTimeout)
    try {
      await this.#listenAtRelays()
      const connection = await this.#parts.connect({ peer, addresses }, limit.signal)
      await this.#parts.transport.reserve(connection)
      this.#failing.delete(peer)
      this.#parts.report({ kind: 'relay-reserved', peer })
    } catch (error) {
      if (!this.#failing.has(peer)) this.#parts.report({ kind: 'relay-failed', peer, error })
      this.#failing.add(peer)
    } finally {
      limit.clear()
      done()
      this.#reserving.delete(peer)
    }
  }
}
