import { describe, expect, test } from 'vitest'
import type { ParcelEvent, ParcelState } from '../../../../adapters/sdk/carrier.ts'
import { foldNumber, judgeWay, readNumber, WAY_LIMITS } from './way.ts'

const NOW = Date.parse('2026-11-30T00:00:00Z')
const ORDERED = NOW - 10 * 86_400_000
const step = (state: ParcelState, at: number): ParcelEvent => ({ state, at: new Date(at).toISOString() })
const judge = (told: ParcelEvent[], events: ParcelEvent[]) => judgeWay(told, events, { orderedAt: ORDERED, now: NOW })
const states = (events: readonly ParcelEvent[]) => events.map(({ state }) => state)

describe('the way of a parcel', () => {
  test.each([
    ['the first instant that can be', ORDERED - WAY_LIMITS.early, 1],
    ['before it', ORDERED - WAY_LIMITS.early - 1, 0],
    ['the last instant that can be', NOW + WAY_LIMITS.ahead, 1],
    ['after it', NOW + WAY_LIMITS.ahead + 1, 0],
  ])('a step at %s', (_, at, taken) => {
    const { fresh, contradiction } = judge([], [step('collected', at)])
    expect(fresh).toHaveLength(taken)
    expect(contradiction === null).toBe(taken === 1)
  })

  test('is told in the order of its instants, of one instant in that of a way', () => {
    const events = [
      step('delivered', NOW),
      step('in-transit', NOW),
      step('collected', NOW),
      step('in-transit', NOW - 1),
    ]
    expect(states(judge([], events).fresh)).toEqual(['in-transit', 'collected', 'in-transit', 'delivered'])
  })

  test('the same instant in another spelling is the same step', () => {
    const told = [step('collected', NOW)]
    expect(judge(told, [{ state: 'collected', at: '2026-11-30T08:00:00+08:00' }])).toEqual({
      fresh: [],
      contradiction: null,
    })
  })

  test('what happens once is told once, whatever its instant; the pick-up also when it comes late', () => {
    const told = [step('in-transit', NOW - 5), step('delivered', NOW - 4)]
    const events = [...told, step('delivered', NOW - 1), step('collected', NOW - 9), step('in-transit', NOW - 8)]
    expect(states(judge(told, events).fresh)).toEqual(['collected'])
  })

  test('ends when it came back', () => {
    const told = [step('returned', NOW - 5)]
    expect(judge(told, [...told, step('delivered', NOW - 1), step('in-transit', NOW)]).fresh).toEqual([])
  })

  test('is told up to so many steps, and its end in any case', () => {
    const passing = (count: number) => Array.from({ length: count }, (_, no) => step('in-transit', NOW - 1000 + no))
    expect(judge([], passing(WAY_LIMITS.steps)).fresh).toHaveLength(WAY_LIMITS.steps)
    const { fresh } = judge([], [...passing(WAY_LIMITS.steps + 1), step('delivered', NOW)])
    expect([fresh.length, fresh.at(-1)?.state]).toEqual([WAY_LIMITS.steps + 1, 'delivered'])
  })
})

test.each([
  ['EZ000000001CN', 'EZ000000001CN'],
  [' 1180 0000-11\n', '1180 0000-11'],
  ['', null],
  [' - ', null],
  ['EZ\u202e1', null],
  ['1'.repeat(50), '1'.repeat(50)],
  ['1'.repeat(51), null],
])('the waybill number %j is read as %j', (given, read) => {
  expect(readNumber(given)).toBe(read)
})

test('waybill numbers are compared without spaces, hyphens and case', () => {
  expect(foldNumber(' ez-0001 cn')).toBe(foldNumber('EZ0001CN'))
})
