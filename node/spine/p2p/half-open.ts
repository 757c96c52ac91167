/**
 * Inbound connections whose handshake is not done. Nobody has proven anything yet, so places are kept apart: those of
 * strangers are bounded in all; an address of a partner, a relay and, once it proved itself, a city has its own. A full
 * pool never turns the newcomer away: the oldest connection of the address that holds most of it goes.
 */
import type { MultiaddrConnection, StreamMessageEvent } from '@libp2p/interface'
import { sourceOf } from '../../kernel/ip.ts'
import type { P2pLimits } from './limits.ts'

export type HalfOpenEnd = 'address-rate' | 'address-pending' | 'pending' | 'first-bytes' | 'handshake-bytes'

type Pool = { readonly name: string; readonly places: number; readonly entries: Set<Entry> }

type Entry = {
  readonly connection: MultiaddrConnection
  readonly source: string
  pool: Pool
  /** takes the bound of bytes off: what follows comes from a proven peer */
  readonly heard: () => void
  /** takes timer and listeners off */
  readonly release: () => void
}

export type HalfOpenParts = {
  limits: P2pLimits
  /** whether a partner tells the source as its own, or connected from it */
  known: (source: string) => boolean
  ended: (why: HalfOpenEnd) => void
  /** ms, monotonic */
  now: () => number
}

const SECOND = 1_000
const STRANGERS = 'strangers'

export class HalfOpen {
  readonly #parts: HalfOpenParts
  readonly #pools = new Map<string, Pool>()
  readonly #entries = new Map<MultiaddrConnection, Entry>()
  /** arrivals by source in the second that began at `#second` */
  readonly #arrivals = new Map<string, number>()
  #second = Number.NEGATIVE_INFINITY

  constructor(parts: HalfOpenParts) {
    this.#parts = parts
  }

  /** Gives a connection a place; false when its address comes too often. Without `ip` it comes over the peer `relay`. */
  enter(connection: MultiaddrConnection, ip: string | undefined, relay: string): boolean {
    const { limits, known, ended } = this.#parts
    if (ip === undefined) {
      this.#enter(connection, relay, this.#pool(`relay ${relay}`, limits.pendingInboundPerRelay))
      return true
    }
    const source = sourceOf(ip)
    const partners = known(source)
    const inTime = partners
      ? this.#inTime(source, limits.inboundPerSecondKnown)
      : this.#inTime(source, limits.inboundPerSecond) && this.#inTime(STRANGERS, limits.inboundPerSecondStrangers)
    if (!inTime) {
      ended('address-rate')
      return false
    }
    if (partners) {
      this.#enter(connection, source, this.#pool(`address ${source}`, limits.pendingInboundPerKnown))
      return true
    }
    const pool = this.#pool(STRANGERS, limits.pendingInbound)
    const same = [...pool.entries].filter(entry => entry.source === source)
    if (same.length >= limits.pendingInboundPerAddress) this.#end(same[0], 'address-pending')
    this.#enter(connection, source, pool)
    return true
  }

  /** The peer is proven: one of a city leaves the places of its address. */
  proven(connection: MultiaddrConnection, city: string | undefined): void {
    const entry = this.#entries.get(connection)
    if (entry === undefined) return
    entry.heard()
    if (city === undefined) return
    this.#leave(entry)
    entry.pool = this.#pool(`city ${city}`, this.#parts.limits.pendingInboundPerCity)
    this.#makeRoom(entry.pool)
    this.#join(entry)
  }

  /** The handshake is done, or the connection gone. */
  done(connection: MultiaddrConnection): void {
    const entry = this.#entries.get(connection)
    if (entry === undefined) return
    this.#entries.delete(connection)
    this.#leave(entry)
    entry.release()
  }

  #inTime(source: string, perSecond: number): boolean {
    const now = this.#parts.now()
    if (now - this.#second >= SECOND) {
      this.#second = now
      this.#arrivals.clear()
    }
    const arrived = (this.#arrivals.get(source) ?? 0) + 1
    this.#arrivals.set(source, arrived)
    return arrived <= perSecond
  }

  #pool(name: string, places: number): Pool {
    return this.#pools.get(name) ?? { name, places, entries: new Set() }
  }

  #join(entry: Entry): void {
    entry.pool.entries.add(entry)
    this.#pools.set(entry.pool.name, entry.pool)
  }

  #leave(entry: Entry): void {
    entry.pool.entries.delete(entry)
    if (entry.pool.entries.size === 0) this.#pools.delete(entry.pool.name)
  }

  #makeRoom({ name, places, entries }: Pool): void {
    if (entries.size < places) return
    const counts = new Map<string, number>()
    for (const { source } of entries) counts.set(source, (counts.get(source) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const oldest = [...entries].find(({ source }) => counts.get(source) === most)
    this.#end(oldest, name === STRANGERS ? 'pending' : 'address-pending')
  }

  #enter(connection: MultiaddrConnection, source: string, pool: Pool): void {
    this.#makeRoom(pool)
    const { limits } = this.#parts
    let received = 0
    // Only looks on. libp2p attaches its reader within the same turn of the event loop, before any byte can come.
    const count = ({ data }: StreamMessageEvent): void => {
      clearTimeout(timer)
      received += data.byteLength
      if (received > limits.handshakeBytes) this.#end(entry, 'handshake-bytes')
    }
    const judge = (): void => {
      if (received === 0 && this.#entries.has(connection)) this.#end(entry, 'first-bytes')
    }
    // Judged a turn of the event loop later: bytes that came while the loop was held up are read before.
    const timer = setTimeout(() => setImmediate(judge), limits.firstBytesTimeout)
    timer.unref()
    const heard = (): void => connection.removeEventListener('message', count)
    const gone = (): void => this.done(connection)
    const release = (): void => {
      clearTimeout(timer)
      heard()
      connection.removeEventListener('close', gone)
    }
    const entry: Entry = { connection, source, pool, heard, release }
    this.#entries.set(connection, entry)
    this.#join(entry)
    connection.addEventListener('message', count)
    connection.addEventListener('close', gone)
  }

  #end(entry: Entry | undefined, why: HalfOpenEnd): void {
    if (entry === undefined) return
    this.#parts.ended(why)
    this.done(entry.connection)
    entry.connection.abort(new Error(`half-open: ${why}`))
  }
}
