import { describe, expect, test } from 'vitest'
import type { Packet } from '../packet/claims.ts'
import { isSettled, originalsOf, outstanding } from './originals.ts'

const A = '610900'
const S = '420300'
const AT = '2026-11-23T09:00:00+08:00'
const LATER = '2026-11-24T09:00:00+08:00'
const EMS = { carrier: 'EMS', number: 'E 1-2' }
type Said = [city: string, kind: string, body: object | null]

/** A thread of both cities' chains; each packet has seen all before it. */
function thread(...said: Said[]): Packet[] {
  const packets: Packet[] = []
  const all: Said[] = [[A, 'case.submit', { mode: 1 }], [S, 'case.arrived', { localCaseNo: 'L1' }], ...said]
  for (const [iss, kind, body] of all) {
    const own = packets.filter(({ claims }) => claims.iss === iss)
    const other = packets.findLast(({ claims }) => claims.iss !== iss)
    packets.push({
      id: String(packets.length).padStart(64, '0'),
      claims: {
        iss,
        aud: iss === A ? S : A,
        kind,
        seq: own.length + 1,
        prev: own.at(-1)?.id ?? null,
        seen: other?.id ?? null,
        iat: packets.length,
      },
      body,
    } as unknown as Packet)
  }
  return packets
}
const book = { name: '户口簿', copies: 1 }
const says = (event: string, change: object = {}) => ({ event, items: [book], at: AT, ...change })
const placesOf = (...said: Said[]) =>
  originalsOf(thread(...said)).items.map(({ name, place, city }) => `${name} ${place} ${city}`)

const taken: Said = [A, 'case.originals', says('taken')]
const sent: Said = [A, 'case.originals', says('sent', { waybill: EMS })]
const mail = (state: string, number = EMS.number, parcel = 'originals'): Said => [
  A,
  'case.mail',
  { parcel, waybill: { carrier: 'EMS', number }, state, at: LATER },
]

describe('an original lies', () => {
  test.each([
    ['with the city that took it', [taken], `户口簿 here ${A}`],
    ['on the way to the other city', [taken, sent], `户口簿 on-the-way ${S}`],
    ['where the carrier brought it, unchecked', [taken, sent, mail('delivered')], `户口簿 delivered ${S}`],
    ['nowhere when the carrier lost it', [taken, sent, mail('lost')], `户口簿 lost ${S}`],
    ['with the city that received it', [taken, sent, [S, 'case.originals', says('received')]], `户口簿 here ${S}`],
    [
      'with the applicant, whoever gave it back',
      [taken, sent, [S, 'case.originals', says('returned')]],
      `户口簿 applicant ${S}`,
    ],
    ['in the file', [taken, [S, 'case.originals', says('kept')]], `户口簿 kept ${S}`],
    [
      'on the way back',
      [taken, [S, 'case.originals', says('sent', { waybill: { carrier: 'SF', number: '9' } })]],
      `户口簿 on-the-way ${A}`,
    ],
  ] as [string, Said[], string][])('%s', (_, said, place) => {
    expect(placesOf(...said)).toEqual([place])
  })

  test('where who checked it says, whatever the carrier says after', () => {
    const received: Said = [S, 'case.originals', says('received')]
    expect(placesOf(taken, sent, received, mail('delivered'))).toEqual([`户口簿 here ${S}`])
  })

  test('on the way while another parcel, or the result, is delivered; its own is known in any spelling', () => {
    expect(placesOf(taken, sent, mail('delivered', 'E13'))).toEqual([`户口簿 on-the-way ${S}`])
    expect(placesOf(taken, sent, mail('delivered', 'E12', 'result'))).toEqual([`户口簿 on-the-way ${S}`])
    expect(placesOf(taken, sent, mail('delivered', 'e12'))).toEqual([`户口簿 delivered ${S}`])
  })
})

test('one name is one original, in any spelling; another code is another one', () => {
  const other = { ...says('returned'), items: [{ name: ' 户口簿 ' }] }
  expect(placesOf(taken, [A, 'case.originals', other])).toEqual([` 户口簿  applicant ${A}`])
  const coded = { ...says('taken'), items: [{ name: '户口簿', code: 'M01' }] }
  expect(placesOf(taken, [A, 'case.originals', coded])).toHaveLength(2)
})

test('what is given back or kept is settled, all else is outstanding; what was purged says nothing', () => {
  const two = { ...says('taken'), items: [book, { name: '结婚证' }] }
  const found = originalsOf(thread([A, 'case.originals', two], [A, 'case.originals', says('returned')]))
  expect(outstanding(found).map(({ name }) => name)).toEqual(['结婚证'])
  expect(found.items.map(isSettled)).toEqual([true, false])
  expect(originalsOf(thread([A, 'case.originals', null]))).toEqual({ items: [], moves: [] })
  expect(originalsOf([])).toEqual({ items: [], moves: [] })
})

test('a correction of a name or a waybill counts from then on', () => {
  const packets = thread(taken, sent)
  const slip = packets[3]?.id
  const fields = [{ field: 'waybill.number', value: 'E 2' }]
  const correct: Said = [A, 'case.correct', { packet: slip, fields, reason: '笔误' }]
  expect(placesOf(taken, sent, correct, mail('delivered', 'E2'))).toEqual([`户口簿 delivered ${S}`])
})
