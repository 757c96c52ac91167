/** Random walks of two cities through a thread: packets come late, in order of each direction, some twice, some refused. */

import { expect } from 'vitest'
import type { Packet, PacketClaims } from '../../protocol/packet/claims.ts'
import type { Refused } from '../../protocol/problem.ts'
import { chainOf } from '../../protocol/thread/chain.ts'
import { fc } from './properties.ts'

export type Rules<State> = {
  admit: (packets: readonly Packet[], candidate: Packet) => Promise<{ ok: true } | Refused>
  fold: (packets: readonly Packet[]) => Promise<State | null>
  /** no step leads out of it */
  final: (state: State) => boolean
  /** what the city does next, by `chance`; null when it waits */
  step: (state: State | null, city: string, chance: number) => { kind: PacketClaims['kind']; body: object } | null
}

type Side = 0 | 1
export type Action = { type: 'act'; side: Side; chance: number } | { type: 'deliver' | 'again' | 'refuse'; to: Side }

const side = fc.constantFrom<Side>(0, 1)
export const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('act' as const), side, chance: fc.nat(9999) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('deliver' as const), to: side }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('again' as const, 'refuse' as const), to: side }) },
  ),
  { minLength: 6, maxLength: 40 },
)

/** The packets in another order, by numbers drawn. */
export const shuffled = (packets: readonly Packet[], order: readonly number[]): Packet[] =>
  packets
    .map((packet, index) => ({ packet, key: order[index % Math.max(order.length, 1)] ?? -index }))
    .sort((a, b) => a.key - b.key)
    .map(({ packet }) => packet)

/**
 * Walks and then delivers all that is on its way. Expects each city to admit what the other wrote, and both to fold the
 * same. Counts packets by kind, and those `refused` by a rule of the receiver's own, which the author takes back.
 */
export async function walk<State>(rules: Rules<State>, codes: readonly [string, string], steps: readonly Action[]) {
  const held: [Packet[], Packet[]] = [[], []]
  const onTheWay: [Packet[], Packet[]] = [[], []]
  const counts: Record<string, number> = { refused: 0 }
  let at = 1_793_581_200

  const write = async (own: Side, kind: PacketClaims['kind'], body: object) => {
    const other: Side = own === 0 ? 1 : 0
    const mine = chainOf(held[own], codes[own]).at(-1)
    const theirs = chainOf(held[own], codes[other]).at(-1)
    const seq = (mine?.claims.seq ?? 0) + 1
    const packet: Packet = {
      id: `${codes[own]}-${seq}-${at}`.padEnd(64, '0'),
      body,
      claims: {
        v: 1,
        iss: codes[own],
        aud: codes[other],
        thread: 'ab'.repeat(16),
        kind,
        seq,
        prev: mine?.id ?? null,
        seen: theirs?.id ?? null,
        iat: at,
        body: { sha256: 'ef'.repeat(32), size: 1, type: 'application/json' },
        materials: [],
      },
    }
    expect(await rules.admit(held[own], packet)).toMatchObject({ ok: true })
    counts[kind] = (counts[kind] ?? 0) + 1
    held[own].push(packet)
    onTheWay[other].push(packet)
  }

  const deliver = async (to: Side, again: boolean) => {
    const packet = onTheWay[to].shift()
    if (packet === undefined) return
    expect(await rules.admit(held[to], packet)).toMatchObject({ ok: true })
    held[to].push(packet)
    if (again) expect(await rules.admit(held[to], packet)).toMatchObject({ problem: { code: 'chain.replay' } })
  }

  /** All that is on its way is refused, but not the packet that began the thread: then there were none. */
  const refuse = (to: Side) => {
    const author: Side = to === 0 ? 1 : 0
    const gone = new Set(onTheWay[to].filter(packet => packet !== held[author][0]))
    counts.refused = (counts.refused ?? 0) + gone.size
    onTheWay[to] = onTheWay[to].filter(packet => !gone.has(packet))
    held[author] = held[author].filter(packet => !gone.has(packet))
  }

  for (const action of steps) {
    at += 60
    if (action.type === 'act') {
      const next = rules.step(await rules.fold(held[action.side]), codes[action.side], action.chance)
      if (next !== null) await write(action.side, next.kind, next.body)
    } else if (action.type === 'refuse') refuse(action.to)
    else await deliver(action.to, action.type === 'again')
  }
  while (onTheWay[0].length + onTheWay[1].length > 0) {
    await deliver(0, false)
    await deliver(1, false)
  }
  const state = await rules.fold(held[0])
  const theirs = await rules.fold(held[1])
  expect(theirs).toEqual(state)
  if (state !== null && rules.final(state)) {
    for (const code of codes)
      for (let chance = 0; chance < 9; chance++) expect(rules.step(state, code, chance)).toBeNull()
  }
  return { state, packets: held[0], counts }
}
