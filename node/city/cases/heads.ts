/**
 * Heads of threads: the state that each was folded to last, by what was folded. A packet that joins is folded onto it, so that nobody
 * opens and parses the bodies of a thread for one step more; what is not at hand is read from the row of the case.
 */
import { type CaseState, foldCase, foldOn } from '../../../protocol/case/fold.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { standsLast } from '../../../protocol/thread/chain.ts'
import type { Reader } from '../../kernel/store/database.ts'
import { packetsKey, readFold } from '../../spine/dispatch/stored-fold.ts'
import type { StoredPacket } from '../../spine/exchange/ports.ts'

export const HEAD_LIMITS = {
  /** weight of the states that stay at hand, those used last: some 250 bytes for each */
  weight: 65_536,
  /** how much less is left once there is more */
  dropped: 8_192,
  /** weight of a state without what it lists */
  state: 16,
} as const

/** What a state takes in memory, about: by what the packets of a partner can make long. */
const weightOf = ({ asked, late, waits, pauses, lacking }: CaseState): number =>
  HEAD_LIMITS.state +
  (asked.length + late.length + waits.length + pauses.length) +
  (lacking === null ? 0 : lacking.materials.length + lacking.form.length)

export function createHeads() {
  /** by `packetsKey`; those used last are at the end */
  const states = new Map<string, CaseState>()
  let weight = 0

  function drop(key: string): void {
    const state = states.get(key)
    if (state === undefined) return
    states.delete(key)
    weight -= weightOf(state)
  }

  function keep(key: string | null, state: CaseState | null): void {
    if (key === null || state === null) return
    drop(key)
    states.set(key, state)
    weight += weightOf(state)
    if (weight > HEAD_LIMITS.weight) makeRoom(key)
  }

  /** Many at once: until a Map is laid out anew, whoever looks for its first entry walks over all that were deleted before it. */
  function makeRoom(last: string): void {
    for (const oldest of states.keys()) {
      if (weight <= HEAD_LIMITS.weight - HEAD_LIMITS.dropped) break
      if (oldest === last && weight <= HEAD_LIMITS.weight) break
      drop(oldest)
    }
  }

  function at(key: string | null): CaseState | null {
    const state = key === null ? undefined : states.get(key)
    if (key === null || state === undefined) return null
    // It was used last now.
    states.delete(key)
    states.set(key, state)
    return state
  }

  return {
    /** weight of what is at hand */
    weight: () => weight,

    /** What these packets give: as it is at hand, as the row of the case has it, or folded. Null where none can tell: before a submit, after a purge. */
    async known(store: Reader, thread: string, packets: readonly StoredPacket[]): Promise<CaseState | null> {
      const key = packets.length === 0 ? null : packetsKey(packets)
      if (key === null) return null
      const held = at(key)
      if (held !== null) return held
      const [row] = await store.query<{ fold: string }>(
        'SELECT c.fold FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?',
        [fromHex(thread)],
      )
      const stored = row === undefined ? null : readFold(row.fold)
      const state = stored?.of === key ? stored.state : foldCase(packets)
      keep(key, state)
      return state
    },

    /** Notes what a packet that was admitted makes of the thread. */
    admitted(packets: readonly Packet[], state: CaseState): void {
      keep(packetsKey(packets), state)
    },

    /** What these packets give, `joined` the last of them to come, and their key. */
    folded(
      packets: readonly StoredPacket[],
      joined: StoredPacket | null,
    ): { state: CaseState | null; of: string | null } {
      const of = packetsKey(packets)
      const state = at(of) ?? ontoHead(packets, joined) ?? foldCase(packets)
      keep(of, state)
      return { state, of }
    },
  }

  function ontoHead(packets: readonly StoredPacket[], joined: StoredPacket | null): CaseState | null {
    if (joined === null) return null
    const before = packets.filter(({ id }) => id !== joined.id)
    const head = at(packetsKey(before))
    return head !== null && standsLast(before, joined, head.mover) ? foldOn(head, joined) : null
  }
}
