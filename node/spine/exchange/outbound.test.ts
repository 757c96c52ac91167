import { describe, expect, test } from 'vitest'
import { diceOf, SEED } from '../../../test/support/chance.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { WirePacket } from './link-store.ts'
import { Outbound } from './outbound.ts'

const PAGE = { packets: EXCHANGE_LIMITS.page, bytes: EXCHANGE_LIMITS.pageBytes }
const packetAt = (n: number, size = 10): WirePacket => ({ no: n, n, id: `${n}`, jws: '', body: new Uint8Array(size) })
const places = (packets: readonly WirePacket[] | null) => packets?.map(({ n }) => n) ?? null

describe('packets that are written while the stream is open', () => {
  test('are sent from memory, and nothing is asked of a store that gave all it had', () => {
    const outbound = new Outbound()
    outbound.open()
    expect(outbound.take(1, PAGE)).toBeNull()
    outbound.asking()
    expect(outbound.take(1, PAGE)).toEqual([])
    outbound.offer([packetAt(1), packetAt(2)])
    outbound.offer([packetAt(3)])
    expect(places(outbound.take(1, { packets: 2, bytes: PAGE.bytes }))).toEqual([1, 2])
    expect(places(outbound.take(3, PAGE))).toEqual([3])
    expect(outbound.take(4, PAGE)).toEqual([])
  })

  test('are left to the store before the stream begins, and when it ended', () => {
    const outbound = new Outbound()
    outbound.offer([packetAt(1)])
    outbound.open()
    outbound.asking()
    expect(outbound.take(1, PAGE)).toEqual([])
    outbound.offer([packetAt(2)])
    outbound.close()
    outbound.open()
    expect(outbound.take(2, PAGE)).toBeNull()
  })

  test.each([
    ['packets', EXCHANGE_LIMITS.page, 1],
    ['bytes', 4, EXCHANGE_LIMITS.pageBytes / 4],
  ])('are held as far as a page of %s, and one more is read from the store', (_, count, size) => {
    const outbound = new Outbound()
    outbound.open()
    outbound.asking()
    for (let n = 1; n <= count; n++) outbound.offer([packetAt(n, size)])
    expect(outbound.take(1, PAGE)).toHaveLength(count)
    expect(outbound.take(count + 1, PAGE)).toEqual([])
    for (let n = 1; n <= count + 1; n++) outbound.offer([packetAt(count + n, size)])
    expect(outbound.take(count + 1, PAGE)).toHaveLength(count)
    expect(outbound.take(2 * count + 1, PAGE)).toBeNull()
  })

  test('one larger than what is asked for is given alone', () => {
    const outbound = new Outbound()
    outbound.open()
    outbound.asking()
    outbound.offer([packetAt(1, 1000), packetAt(2, 1000)])
    expect(places(outbound.take(1, { packets: 9, bytes: 10 }))).toEqual([1])
    expect(places(outbound.take(2, { packets: 9, bytes: 1000 }))).toEqual([2])
  })

  test('each goes once and in its order, whenever memory is lost or full and however the store is read', () => {
    const dice = diceOf(SEED)
    for (let walk = 0; walk < 50; walk++) {
      const outbound = new Outbound()
      let committed = 0
      let sent = 0
      const commit = (count: number) => {
        const packets = Array.from({ length: count }, (_, index) => packetAt(committed + index + 1))
        committed += count
        outbound.offer(packets)
      }
      const reopen = () => {
        outbound.close()
        // A delivery that is not there hears of nothing: the store alone has it.
        if (dice.chance(0.5)) commit(dice.upTo(20))
        outbound.open()
      }
      const send = (count: number, during = 0): number => {
        let page = outbound.take(sent + 1, { packets: count, bytes: PAGE.bytes })
        if (page === null) {
          outbound.asking()
          page = Array.from({ length: Math.min(count, committed - sent) }, (_, index) => packetAt(sent + index + 1))
          if (during > 0) commit(during)
          if (page.length > 0) outbound.more()
        }
        const next = Array.from(page, (_, index) => sent + index + 1)
        expect(places(page)).toEqual(next)
        sent += page.length
        return page.length
      }
      outbound.open()
      for (let step = dice.upTo(60); step > 0; step--) {
        if (dice.chance(0.45)) commit(dice.upTo(300))
        else if (dice.chance(0.9)) send(1 + dice.upTo(256), dice.upTo(4))
        else reopen()
      }
      while (send(PAGE.packets) > 0);
      expect(sent).toBe(committed)
    }
  })
})
