/**
 * Own packets on their way to one partner, as they were committed: what is written while the stream takes packets is sent from memory.
 * The store alone holds them for certain. It is read when a stream begins, and after whatever had no room here.
 */
import { EXCHANGE_LIMITS } from './limits.ts'
import type { WirePacket } from './link-store.ts'

const sizeOf = ({ jws, body }: WirePacket): number => jws.length + body.byteLength

export class Outbound {
  #packets: WirePacket[] = []
  #bytes = 0
  #open = false
  /** the store may hold packets that are not here */
  #missed = true

  /** A stream begins: all that was committed so far is in the store alone. */
  open(): void {
    this.close()
    this.#open = true
  }

  /** The stream ended; places may be given anew before the next one. */
  close(): void {
    this.#open = false
    this.#missed = true
    this.#drop()
  }

  /** Takes packets that were just committed, in the order of their places; those that do not fit are left to the store. */
  offer(packets: readonly WirePacket[]): void {
    for (const packet of packets) {
      const last = this.#packets.at(-1)
      const size = sizeOf(packet)
      const fits = this.#packets.length < EXCHANGE_LIMITS.page && this.#bytes + size <= EXCHANGE_LIMITS.pageBytes
      if (!this.#open || !fits || (last !== undefined && packet.n !== last.n + 1)) {
        this.#missed = true
        continue
      }
      this.#packets.push(packet)
      this.#bytes += size
    }
  }

  /** The packets from a place on that are here, as `wirePackets` of the store gives them; null when the store must be asked. */
  take(from: number, page: { packets: number; bytes: number }): WirePacket[] | null {
    // What the store gave meanwhile was here too.
    const first = this.#packets.findIndex(({ n }) => n >= from)
    if (first < 0) this.#drop()
    else this.#shift(first)
    const [next] = this.#packets
    if (next === undefined) return this.#missed ? null : []
    if (next.n !== from) return null
    let count = 0
    let bytes = 0
    for (const packet of this.#packets) {
      bytes += sizeOf(packet)
      if (count >= page.packets || (count > 0 && bytes > page.bytes)) break
      count++
    }
    return this.#shift(count)
  }

  /** The store is about to be asked: what finds no room from now on is not in what it gives. */
  asking(): void {
    this.#missed = false
  }

  /** The store gave packets, and may hold more. */
  more(): void {
    this.#missed = true
  }

  #shift(count: number): WirePacket[] {
    const taken = this.#packets.splice(0, count)
    for (const packet of taken) this.#bytes -= sizeOf(packet)
    return taken
  }

  #drop(): void {
    this.#packets = []
    this.#bytes = 0
  }
}
