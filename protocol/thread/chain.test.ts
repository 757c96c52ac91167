import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import type { Packet } from '../packet/claims.ts'
import { canonicalOrder, checkPlace, standsLast } from './chain.ts'

const A = '610900'
const S = '420300'

/** Packets of a chain with bodies of these sizes. */
function chain(iss: string, aud: string, sizes: readonly number[]): Packet[] {
  return sizes.map((size, index) => ({
    id: `${iss}${index + 1}`.padStart(64, '0'),
    claims: {
      v: 1,
      iss,
      aud,
      thread: 'ab'.repeat(16),
      kind: 'case.message',
      seq: index + 1,
      seen: null,
      iat: 1,
      prev: index === 0 ? null : `${iss}${index}`.padStart(64, '0'),
      body: { sha256: 'cd'.repeat(32), size, type: 'application/json' },
      materials: [],
    },
    body: null,
  }))
}

function place(sizes: readonly number[]): string | null {
  const own = chain(A, S, sizes)
  const candidate = own.pop()
  if (candidate === undefined) throw new Error('no packet')
  // What the other city put into the thread takes no room of this one's.
  const other = chain(S, A, [LIMITS.threadBytes])
  return checkPlace([...own, ...other], candidate)?.problem.code ?? null
}

describe('what one city may put into a thread', () => {
  test.each([
    [LIMITS.threadPackets, null],
    [LIMITS.threadPackets + 1, 'thread.full'],
  ])('%i packets: %s', (count, problem) => {
    expect(place(Array.from({ length: count }, () => 10))).toBe(problem)
  })

  test.each([
    [LIMITS.threadBytes, null],
    [LIMITS.threadBytes + 1, 'thread.full'],
  ])('%i bytes of bodies: %s', (bytes, problem) => {
    const sizes = Array.from({ length: 31 }, () => LIMITS.bodyBytes)
    expect(place([...sizes, bytes - 31 * LIMITS.bodyBytes])).toBe(problem)
  })
})

describe('a packet stands last in the order of its thread', () => {
  const own = chain(S, A, [1, 1, 1])
  const other = chain(A, S, [1, 1, 1])
  const seeing = (packet: Packet | undefined, seen: Packet | undefined): Packet => {
    if (packet === undefined) throw new Error('no packet')
    return { ...packet, claims: { ...packet.claims, seen: seen?.id ?? null } }
  }
  const move = own[0]
  const ask = other[0]
  const next = other[1]

  test.each([
    ['an ask', [seeing(move, ask), seeing(ask, undefined)], seeing(next, undefined), true],
    [
      'an ask that a packet of the mover has seen before it came back',
      [seeing(move, ask)],
      seeing(ask, undefined),
      false,
    ],
    ['the first packet of the mover', [], seeing(move, undefined), true],
    ['a packet of the mover that has seen every ask', [seeing(ask, undefined)], seeing(move, ask), true],
    [
      'one that has seen all but the last',
      [ask, next].map(packet => seeing(packet, undefined)),
      seeing(move, ask),
      false,
    ],
    ['one that has seen none', [seeing(ask, undefined)], seeing(move, undefined), false],
    ['one that came after its follower', [seeing(own[1], undefined)], seeing(own[0], undefined), false],
  ])('%s', (_, packets, candidate, last) => {
    expect(standsLast(packets, candidate, S)).toBe(last)
    expect(canonicalOrder([...packets, candidate], S).at(-1) === candidate).toBe(last)
  })
})
