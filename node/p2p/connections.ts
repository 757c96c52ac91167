/**
 * The open connections of each peer, and who is told of them. An outbound connection counts only after a first answer
 * on it: the other side proves itself before it has decided whether it wants us.
 */
import type { Connection } from '@libp2p/interface'
import type { P2pLimits } from './limits.ts'

export type ConnectionListener = (event: { peer: string; open: boolean }) => void

export class Connections {
  readonly #limits: P2pLimits
  readonly #onListenerError: (error: unknown) => void
  readonly #listeners = new Set<ConnectionListener>()
  readonly #all = new Map<string, Connection[]>()
  readonly #proven = new Map<string, Set<Connection>>()

  constructor(limits: P2pLimits, onListenerError: (error: unknown) => void) {
    this.#limits = limits
    this.#onListenerError = onListenerError
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
    return (this.#all.get(peer) ?? []).filter(({ status }) => status === 'open').reverse()
  }

  peers(): string[] {
    return [...this.#proven.keys()].sort()
  }

  opened(connection: Connection): void {
    if (connection.status !== 'open') return
    const peer = connection.remotePeer.toString()
    const known = this.#all.get(peer) ?? []
    known.push(connection)
    this.#all.set(peer, known)
    if (connection.direction === 'inbound') this.proven(connection)
    while (known.length > this.#limits.connectionsPerPeer) {
      const oldest = known.shift()
      oldest?.abort(new Error('too many connections of one peer'))
    }
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
    const all = this.#all.get(peer)?.filter(known => known !== connection) ?? []
    if (all.length > 0) this.#all.set(peer, all)
    else this.#all.delete(peer)
    const proven = this.#proven.get(peer)
    if (proven?.delete(connection) && proven.size === 0) {
      this.#proven.delete(peer)
      this.#tell({ peer, open: false })
    }
  }

  #tell(event: { peer: string; open: boolean }): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#onListenerError(error)
      }
    }
  }
}
