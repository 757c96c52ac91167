import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
    const step = fc.oneof(
      fc.record({ commit: fc.integer({ min: 1, max: 300 }), lost: fc.boolean() }),
      fc.record({ send: fc.integer({ min: 1, max: 256 }), during: fc.integer({ min: 0, max: 3 }) }),
      fc.constant({ reopen: true }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const outbound = new Outbound()
        let [committed, sent] = [0, 0]
        const commit = (count: number, lost: boolean) => {
          const packets = Array.from({ length: count }, (_, index) => packetAt(committed + index + 1))
          committed += count
          // A delivery that is not there yet hears of nothing: it opens after it.
          if (lost) outbound.close()
          else outbound.offer(packets)
          if (lost) outbound.open()
        }
        const send = (count: number, during = 0): number => {
          const here = outbound.take(sent + 1, { packets: count, bytes: PAGE.bytes })
          let page = here
          if (page === null) {
            outbound.asking()
            page = Array.from({ length: Math.min(count, committed - sent) }, (_, index) => packetAt(sent + index + 1))
            if (during > 0) commit(during, false)
            if (page.length > 0) outbound.more()
          }
          for (const { n } of page) expect(n).toBe(++sent)
          return page.length
        }
        outbound.open()
        for (const one of steps) {
          if ('commit' in one) commit(one.commit, one.lost)
          else if ('send' in one) send(one.send, one.during)
          else {
            outbound.close()
            outbound.open()
          }
        }
        while (send(PAGE.packets) > 0);
        expect(sent).toBe(committed)
      }),
    )
  })
})
