/**
 * The open connections, by peer and by city, and who is told of them. Each city has its places, whatever the number of
 * its peers; when it wants more, its own oldest goes. Strangers, who come while an invite is open, have a few places of
 * their own for a short time. An outbound connection counts as open only after a first answer on it: the other side
 * proves itself before it has decided whether it wants us.
 */
import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../kernel/clock.ts'
import { sourceIn } from './addresses.ts'
import type { P2pLimits } from './limits.ts'

export type ConnectionListener = (event: { peer: string; open: boolean }) => void

/** Whose bound a connection was ended for. */
export type Ended = 'city' | 'strangers'

export type ConnectionsParts = {
  limits: P2pLimits
  clock: Clock
  /** the city whose peer it is; undefined: a stranger's */
  cityOf: (peer: string) => string | undefined
  /** whether a handler serves a stream of the connection */
  busy: (connection: Connection) => boolean
  onListenerError: (error: unknown) => void
  /** a connection was ended because its city, or strangers, have too many */
  onEnded: (of: Ended) => void
}

type Open = { peer: string; source: string }

export class Connections {
  readonly #parts: ConnectionsParts
  readonly #listeners = new Set<ConnectionListener>()
  /** all, in the order in which they opened */
  readonly #open = new Map<Connection, Open>()
  readonly #byPeer = new Map<string, Connection[]>()
  readonly #proven = new Map<string, Set<Connection>>()
  /** what cancels the timer of a stranger's */
  readonly #timers = new Map<Connection, () => void>()

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
  }

  listen(listener: ConnectionListener): () => void {
    // An own function, so that the same listener given twice is taken off once.
    const own: ConnectionListener = event => listener(event)
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
    }
  }

  /** Open connections of the peer, newest first. */
  of(peer: string): Connection[] {
    return (this.#byPeer.get(peer) ?? []).filter(({ status }) => status === 'open').reverse()
  }

  peers(): string[] {
    return [...this.#proven.keys()].sort()
  }

  opened(connection: Connection): void {
    if (connection.status !== 'open') return
    const peer = connection.remotePeer.toString()
    this.#open.set(connection, { peer, source: sourceIn(connection.remoteAddr) })
    this.#byPeer.set(peer, [...(this.#byPeer.get(peer) ?? []), connection])
    if (connection.direction === 'inbound') this.proven(connection)
    const city = this.#parts.cityOf(peer)
    if (city === undefined && connection.direction === 'inbound') this.#hostStranger(connection)
    else this.#boundCity(peer, city)
  }

  proven(connection: Connection): void {
    if (connection.status !== 'open') return
    const peer = connection.remotePeer.toString()
    const known = this.#proven.get(peer)
    if (known !== undefined) {
      known.add(connection)
      return
    }
    this.#proven.set(peer, new Set([connection]))
    this.#tell({ peer, open: true })
  }

  closed(connection: Connection): void {
    const peer = connection.remotePeer.toString()
    this.#timers.get(connection)?.()
    this.#timers.delete(connection)
    this.#open.delete(connection)
    const all = this.#byPeer.get(peer)?.filter(known => known !== connection) ?? []
    if (all.length > 0) this.#byPeer.set(peer, all)
    else this.#byPeer.delete(peer)
    const proven = this.#proven.get(peer)
    if (proven?.delete(connection) && proven.size === 0) {
      this.#proven.delete(peer)
      this.#tell({ peer, open: false })
    }
  }

  /** Both may dial at once, and a dead connection lingers until a ping finds it: so the oldest goes. */
  #boundCity(peer: string, city: string | undefined): void {
    const { cityOf, limits, onEnded } = this.#parts
    const isOwn = (other: string): boolean => (city === undefined ? other === peer : cityOf(other) === city)
    const own = [...this.#open].filter(([{ status }, open]) => status === 'open' && isOwn(open.peer))
    for (const [oldest] of own.slice(0, Math.max(0, own.length - limits.connectionsPerCity))) {
      onEnded('city')
      oldest.abort(new Error('too many connections of one city'))
    }
  }

  #strangers(): [Connection, Open][] {
    return [...this.#open].filter(
      ([{ status, direction }, { peer }]) =>
        status === 'open' && direction === 'inbound' && this.#parts.cityOf(peer) === undefined,
    )
  }

  #hostStranger(connection: Connection): void {
    const { limits } = this.#parts
    const source = this.#open.get(connection)?.source
    const others = (): [Connection, Open][] => this.#strangers().filter(([other]) => other !== connection)
    const same = others().filter(([, open]) => open.source === source)
    if (same.length >= limits.strangersPerAddress) this.#endOneOf(same)
    const all = others()
    if (all.length >= limits.strangers) this.#endOneOf(all)
    this.#limitTime(connection, limits.strangerTime)
  }

  /** Of the address that holds most, one that nobody serves, the oldest. */
  #endOneOf(strangers: readonly [Connection, Open][]): void {
    const counts = new Map<string, number>()
    for (const [, { source }] of strangers) counts.set(source, (counts.get(source) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const those = strangers.filter(([, { source }]) => counts.get(source) === most)
    const [victim] = those.find(([connection]) => !this.#parts.busy(connection)) ?? those[0] ?? []
    this.#parts.onEnded('strangers')
    victim?.abort(new Error('too many connections of strangers'))
  }

  /** Ends it after the time unless it is a partner's by then; a pairing that runs gets as much again. */
  #limitTime(connection: Connection, ms: number, again = true): void {
    const cancel = this.#parts.clock.after(ms, () => {
      if (this.#parts.cityOf(connection.remotePeer.toString()) !== undefined) return
      if (again && this.#parts.busy(connection)) this.#limitTime(connection, ms, false)
      else connection.abort(new Error('the time for strangers is over'))
    })
    this.#timers.set(connection, cancel)
  }

  #tell(event: { peer: string; open: boolean }): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#parts.onListenerError(error)
      }
    }
  }
}
