import { describe, expect, test } from 'vitest'
import type { CalendarNotice } from '../../../protocol/calendar/notice.ts'
import { decodeFrame, type Hello, NO_PACKETS } from '../../../protocol/exchange/frames.ts'
import { sha256 } from '../../../protocol/primitives.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { FREE } from './budget.ts'
import { createConducts } from './conduct.ts'
import { type GreetingParts, Introduction, relearn } from './greeting.ts'
import { createHellos, OVERTAKING } from './hellos.ts'
import type { Wire } from './wire.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const PARTNER = '420300'

/** What a node learned of the hellos of its partner. */
function greeted() {
  const clock = createHandClock(NOW)
  const learned: { documents: string[]; addresses: string[][]; years: number[] } = {
    documents: [],
    addresses: [],
    years: [],
  }
  const parts = {
    clock,
    hellos: createHellos(clock),
    conduct: createConducts(clock),
    trust: {
      learn: async (_: string, identity: Hello['identity'], addresses: readonly string[]) => {
        learned.documents.push(...identity.delegations)
        learned.addresses.push([...addresses])
        return { ok: true }
      },
    },
    calendar: { receive: async (_: string, { from }: CalendarNotice) => void learned.years.push(from) },
  } as unknown as GreetingParts
  /** A hello written at a time of the partner's clock, with a delegation, an address and a calendar of its own. */
  const hears = (at: number, year: number) =>
    relearn(
      parts,
      PARTNER,
      {
        city: PARTNER,
        at,
        identity: { certificates: [], delegations: [`d${year}`], revocations: [] },
        addresses: [`/memory/${year}`],
        calendar: { from: year, national: [], regional: [] },
      } as unknown as Hello,
      FREE,
    )
  return { clock, learned, hears }
}

describe('hellos of one partner', () => {
  test('the one that a newer overtook on the other stream brings its keys and nothing else', async () => {
    const { learned, hears } = greeted()
    await hears(NOW + 2, 2028)
    await hears(NOW + 1, 2027)
    expect(learned).toEqual({ documents: ['d2028', 'd2027'], addresses: [['/memory/2028'], []], years: [2028] })
  })

  test.each([
    [OVERTAKING - 1, [2028]],
    [OVERTAKING, [2028, 2027]],
  ])('an earlier time %i ms later is judged by that', async (later, years) => {
    const { clock, learned, hears } = greeted()
    await hears(NOW + 86_400_000, 2028)
    clock.advance(later)
    await hears(NOW, 2027)
    expect(learned.years).toEqual(years)
  })
})

test('an address more is told on the open stream; one that is gone, or back, is not', async () => {
  const document = { certificates: ['pem'], delegations: [], revocations: [] }
  const notice = { from: 2026, national: [], regional: [] }
  let addresses = ['/ip4/192.0.2.1/tcp/1/p2p-circuit']
  const parts = {
    clock: createHandClock(NOW),
    identity: { city: PARTNER, document: () => document },
    calendar: { notice: () => notice },
    store: { link: async () => NO_PACKETS },
    lists: { head: () => null },
    instances: { turns: () => [], own: { id: (await sha256('run')).slice(0, 22), startedAt: NOW } },
    software: 'test',
    addresses: () => addresses,
  } as unknown as GreetingParts
  const told: string[][] = []
  const wire = {
    send: async (bytes: Uint8Array) => {
      const decoded = decodeFrame(bytes)
      told.push(decoded.ok && decoded.frame.type === 'hello' ? decoded.frame.hello.addresses : [])
    },
  } as unknown as Wire
  const introduction = new Introduction(parts, '610900')
  const [first = ''] = addresses
  const second = '/ip4/192.0.2.2/tcp/1/p2p-circuit'
  for (const now of [[first], [first, second], [second], [first, second], []]) {
    addresses = now
    await introduction.renewIfChanged(wire)
  }
  expect(told).toEqual([[first, second]])
})
