/**
 * Threads as they were read last, so that one more packet does not read, open and parse all the others again. Bounded in
 * bytes; one that changed since, by whatever part of the node, is read anew.
 */
import type { Transaction } from '../../kernel/store/database.ts'
import { WORK } from './budget.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { PacketStore } from './packet-store.ts'
import { isGone, type StoredPacket } from './ports.ts'

export type HeldThread = { no: number; partner: string; packets: readonly StoredPacket[] }

/** Bytes that a packet takes in memory, about: its body, its claims. */
const bytesOf = ({ claims }: StoredPacket): number => claims.body.size + 1024 + claims.materials.length * 256

type Entry = { thread: HeldThread; bytes: number }

/** The threads used last, as many as fit; the one used last always. */
class Held {
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  get(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry !== undefined) {
      this.#entries.delete(id)
      this.#entries.set(id, entry)
    }
    return entry
  }

  set(id: string, entry: Entry): void {
    this.delete(id)
    this.#entries.set(id, entry)
    this.#bytes += entry.bytes
    if (this.#bytes > EXCHANGE_LIMITS.threadsHeld) this.#makeRoom(id)
  }

  /** Many at once: until a Map is laid out anew, whoever looks for its first entry walks over all that were deleted before it. */
  #makeRoom(last: string): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= EXCHANGE_LIMITS.threadsHeld - EXCHANGE_LIMITS.threadsDropped || oldest === last) break
      this.delete(oldest)
    }
  }

  delete(id: string): void {
    this.#bytes -= this.#entries.get(id)?.bytes ?? 0
    this.#entries.delete(id)
  }

  entries(): IterableIterator<[string, Entry]> {
    return this.#entries.entries()
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  get bytes(): number {
    return this.#bytes
  }
}

/**
 * What tells whether a thread is still as it was: how many packets, the id of the last one, how many have receipts, the sum of the times
 * of these (seconds), how many bodies.
 */
export type Standing = { packets: number; last: string; stored: number; times: number; bodies: number }

const standingOf = (packets: readonly StoredPacket[]): Standing => ({
  packets: packets.length,
  last: packets.at(-1)?.id ?? '',
  stored: packets.filter(({ status }) => status === 'stored').length,
  times: packets.reduce((sum, { receivedAt }) => sum + (receivedAt ?? 0), 0),
  bodies: packets.filter(packet => !isGone(packet)).length,
})

const same = (a: Standing, b: Standing): boolean =>
  a.packets === b.packets && a.last === b.last && a.stored === b.stored && a.times === b.times && a.bodies === b.bodies

/** Threads of the transaction that stores a batch. */
export type BatchThreads = {
  /** null: there is no such thread, or one that `begins` is not at hand: whether the store has it, beginning it tells. */
  open(id: string, begins?: boolean): Promise<HeldThread | null>
  /** The thread after one more packet of it was stored. */
  joined(id: string, thread: HeldThread): void
  /** Work of reading large threads and of going through long ones. */
  readonly work: number
}

export type Threads = ReturnType<typeof createThreads>

export function createThreads(store: PacketStore) {
  const held = new Held()

  return {
    /** bytes held between batches, about */
    bytes: () => held.bytes,

    batch(tx: Transaction): BatchThreads {
      const own = new Held()
      const none = new Set<string>()
      let work = 0
      tx.afterCommit(() => {
        for (const [id, entry] of own.entries()) held.set(id, entry)
      })

      async function read(id: string): Promise<Entry | null> {
        const known = held.get(id)
        if (known !== undefined) {
          if (same(standingOf(known.thread.packets), await store.standing(tx, known.thread.no))) return known
          held.delete(id)
        }
        const row = await store.thread(tx, id)
        if (row === null) return null
        const packets = await store.packets(tx, row.no)
        const bytes = packets.reduce((sum, packet) => sum + bytesOf(packet), 0)
        work += (Math.max(0, bytes - EXCHANGE_LIMITS.threadRead) / 1024) * WORK.sentKiB
        return { thread: { no: row.no, partner: row.partner, packets }, bytes }
      }

      return {
        async open(id, begins = false) {
          if (none.has(id) || (begins && !own.has(id) && !held.has(id))) return null
          const entry = own.get(id) ?? (await read(id))
          if (entry === null) {
            none.add(id)
            return null
          }
          own.set(id, entry)
          const { length } = entry.thread.packets
          work += Math.max(0, length - EXCHANGE_LIMITS.threadWalked) * WORK.walked
          return entry.thread
        },
        joined(id, thread) {
          none.delete(id)
          const added = thread.packets.at(-1)
          const before = own.get(id)?.bytes ?? 0
          own.set(id, { thread, bytes: before + (added === undefined ? 0 : bytesOf(added)) })
        },
        get work() {
          return work
        },
      }
    },
  }
}
