import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import type { Packet } from '../packet/claims.ts'
import { checkPlace } from './chain.ts'

const [A, S] = ['610900', '420300']

/** Packets of a chain with bodies of these sizes. */
function chain(iss: string, aud: string, sizes: readonly number[]): Packet[] {
  return sizes.map((size, index) => ({
    id: `${iss}${index + 1}`.padStart(64, '0'),
    claims: {
      ...{ v: 1, iss, aud, thread: 'ab'.repeat(16), kind: 'case.message', seq: index + 1, seen: null, iat: 1 },
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
