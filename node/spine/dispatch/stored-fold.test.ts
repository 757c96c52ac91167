import { describe, expect, test } from 'vitest'
import { packetsKey } from './stored-fold.ts'

const COLLECTING = '610900'
const HANDLING = '420300'

describe('the key of packets', () => {
  const packet = (iss: string, seq: number, change: object = {}) => ({
    id: `${iss}${seq}`.padEnd(64, 'a'),
    body: {},
    claims: { iss, seq, iat: 1_793_581_200, kind: 'case.message' } as never,
    ...change,
  })
  const a = packet(COLLECTING, 1)
  const b = packet(HANDLING, 1)
  const c = packet(COLLECTING, 2)

  test('is that of the same packets in any order, and of no others', () => {
    const key = packetsKey([a, b, c])
    expect(packetsKey([c, b, a])).toBe(key)
    for (const others of [[a, b], [a, c], [a, b, packet(COLLECTING, 2, { id: 'f'.repeat(64) })], []])
      expect(packetsKey(others)).not.toBe(key)
  })

  test('changes with a receipt of another day, and not with one of the same', () => {
    const received = (receivedAt: number | null) => packetsKey([a, packet(HANDLING, 1, { receivedAt })])
    const key = received(null)
    expect(received(1_793_581_201)).toBe(key)
    const later = [1_793_581_200 + 86_400, 1_793_581_200 + 90_000, 1_793_581_200 + 200_000].map(received)
    expect(new Set([key, ...later]).size).toBe(4)
  })

  test('is none when a body is gone', () => {
    expect(packetsKey([a, { ...b, body: null }])).toBeNull()
    expect(packetsKey([a, { ...b, purged: true }])).toBeNull()
    expect(packetsKey([a, { ...b, purged: false }])).not.toBeNull()
  })
})
