import { describe, expect, test } from 'vitest'
import { addDays } from '../calendar/calendar.ts'
import { LIMITS } from '../limits.ts'
import type { Packet } from '../packet/claims.ts'
import { implausible, NAMED_DAYS } from './days.ts'
import type { CaseState } from './fold.ts'
import type { CaseKind } from './kinds.ts'
import { unsound } from './sound.ts'
import { asksBeyond } from './supplement.ts'

const SIGNED = '2026-11-30'
const RECEIVED = '2026-11-20'
const NOON = `${SIGNED}T12:00:00+08:00`
const seconds = (instant: string) => Date.parse(instant) / 1000
const IAT = seconds(NOON)

/** A case that was received on 20 November; the result was sent on the 28th. */
const caseWith = (instants: Partial<CaseState['instants']> = {}) =>
  ({
    instants: {
      received: `${RECEIVED}T09:00:00+08:00`,
      sent: seconds('2026-11-28T10:00:00+08:00'),
      decided: seconds('2026-11-27T10:00:00+08:00'),
      handedOver: null,
      ...instants,
    },
    asked: [],
    committed: null,
    payments: [],
  }) as unknown as CaseState

const packet = (kind: CaseKind, body: object | null) => ({ id: kind, body, claims: { kind } }) as unknown as Packet
const judge = (kind: CaseKind, body: object | null, state: CaseState | null = caseWith(), packets: Packet[] = []) =>
  unsound({ packets, state }, { kind, body, iat: IAT })?.problem ?? null

describe('days of what was done', () => {
  const waybill = { carrier: 'EMS', number: '1' }
  const shipped = [packet('case.ship', { waybill })]
  const done: [CaseKind, string, (value: string) => object, 'day' | 'instant'][] = [
    ['case.ship', 'shippedOn', shippedOn => ({ shippedOn }), 'day'],
    ['case.decide', 'decidedOn', decidedOn => ({ outcome: 'granted', decidedOn }), 'day'],
    ['case.mail', 'at', at => ({ waybill, parcel: 'originals', state: 'delivered', at }), 'instant'],
    ['case.originals', 'at', at => ({ event: 'taken', items: [{ name: '户口簿' }], at }), 'instant'],
    ['case.verify-remote', 'from', from => ({ from, to: NOON }), 'instant'],
    ['case.verify-remote', 'to', to => ({ from: `${RECEIVED}T00:00:00+08:00`, to }), 'instant'],
    ['case.purge', 'purgedAt', purgedAt => ({ purgedAt }), 'instant'],
  ]
  test.each(done)('%s %s: from the day of the application to the signing', (kind, path, bodyOf, sort) => {
    const say = (value: string) => judge(kind, bodyOf(value), caseWith(), shipped)
    const [first, last, later] =
      sort === 'day'
        ? [RECEIVED, SIGNED, addDays(SIGNED, 1)]
        : [`${RECEIVED}T00:00:00+08:00`, '2026-11-30T12:05:00+08:00', '2026-11-30T12:05:01+08:00']
    expect(say(path === 'to' ? NOON : first)).toBeNull()
    if (path !== 'from') expect(say(last)).toBeNull()
    expect(say(later)).toEqual({ code: 'case.day', detail: `${path}: later than the signing` })
    const before = sort === 'day' ? addDays(RECEIVED, -1) : '2026-11-19T23:59:59+08:00'
    expect(say(before)).toEqual({ code: 'case.day', detail: `${path}: not before ${RECEIVED}` })
  })

  test.each(['receivedAt', 'consent'])(
    'an application: %s no more than half a year before the signing, and not after it',
    path => {
      const say = (at: string) =>
        judge(
          'case.submit',
          path === 'consent' ? { receivedAt: NOON, consent: { text: 'x', acceptedAt: at } } : { receivedAt: at },
          null,
        )
      const first = addDays(SIGNED, -LIMITS.namedBehindDays)
      expect(say(`${first}T00:00:00+08:00`)).toBeNull()
      expect(say(`${addDays(first, -1)}T23:59:59+08:00`)).toMatchObject({ code: 'case.day' })
      expect(say('2026-11-30T12:05:00+08:00')).toBeNull()
      expect(say('2026-12-01T09:00:00+08:00')).toMatchObject({ code: 'case.day' })
    },
  )

  test('a remote check does not end before it begins', () => {
    const say = (from: string, to: string) => judge('case.verify-remote', { from, to })
    expect(say(NOON, NOON)).toBeNull()
    expect(say('2026-11-30T10:00:00Z', NOON)).toMatchObject({ detail: 'from: later than the signing' })
    expect(say(NOON, '2026-11-30T11:59:59+08:00')).toEqual({ code: 'case.day', detail: 'to: before from' })
  })

  test('of a case whose application was purged, half a year is left', () => {
    const purged = caseWith({ received: null })
    const first = addDays(SIGNED, -LIMITS.namedBehindDays)
    expect(judge('case.ship', { shippedOn: first }, purged)).toBeNull()
    expect(judge('case.ship', { shippedOn: addDays(first, -1) }, purged)).toMatchObject({ code: 'case.day' })
  })

  test('every day that a step names is judged, and what is no longer there is not', () => {
    for (const [kind, paths] of Object.entries(NAMED_DAYS) as [CaseKind, Record<string, string>][])
      for (const path of Object.keys(paths)) {
        const bodyOf = (value: string) => ({
          outcome: 'granted',
          receivedAt: NOON,
          from: `${RECEIVED}T09:00:00+08:00`,
          to: NOON,
          ...(path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object),
        })
        const isInstant = /At$|^at$|^from$|^to$/.test(path)
        const say = (day: string) => judge(kind, bodyOf(isInstant ? `${day}T09:00:00+08:00` : day))
        expect([kind, path, say('2020-01-01')]).toMatchObject([kind, path, { code: 'case.day' }])
        const far = implausible(kind, bodyOf(isInstant ? '2099-06-01T09:00:00+08:00' : '2099-06-01'), IAT)
        expect([kind, path, far?.problem]).toMatchObject([kind, path, { code: 'case.day' }])
        expect(judge(kind, null)).toBeNull()
      }
  })
})

describe('days to come', () => {
  const late = addDays(SIGNED, LIMITS.namedDueDays)
  test.each<[CaseKind, string, string]>([
    ['case.request-supplement', 'deadline', '2026-12-01'],
    ['case.supervise', 'answerBy', SIGNED],
    ['case.pause', 'expectedUntil', SIGNED],
  ])('%s %s: from %s on, for a year', (kind, path, first) => {
    const say = (day: string) => judge(kind, { [path]: day })
    expect(say(first)).toBeNull()
    expect(say(addDays(first, -1))).toEqual({ code: 'case.day', detail: `${path}: not before ${first}` })
    expect(say(late)).toBeNull()
    expect(say(addDays(late, 1))).toEqual({ code: 'case.day', detail: `${path}: not after ${late}` })
    expect(judge(kind, {})).toBeNull()
  })
  test.each<[CaseKind, string]>([
    ['case.accept', 'promisedBy'],
    ['case.extend', 'until'],
  ])('%s %s: not over; how far, the law says', (kind, path) => {
    expect(judge(kind, { [path]: SIGNED })).toBeNull()
    expect(judge(kind, { [path]: addDays(SIGNED, -1) })).toMatchObject({ code: 'case.day' })
    expect(judge(kind, { [path]: addDays(late, 1) })).toBeNull()
  })
})

describe('a result that is received', () => {
  const say = (receivedAt: string, state = caseWith()) => judge('case.result-received', { receivedAt }, state)
  test('comes after it was sent, but for clocks that differ', () => {
    expect(say('2026-11-28T09:55:00+08:00')).toBeNull()
    expect(say('2026-11-28T09:54:59+08:00')).toEqual({
      code: 'case.day',
      detail: 'receivedAt: before the result was sent',
    })
  })
  test('that nobody sent comes after the decision', () => {
    const handed = caseWith({ sent: null })
    expect(say('2026-11-27T09:55:00+08:00', handed)).toBeNull()
    expect(say('2026-11-27T09:54:59+08:00', handed)).toMatchObject({
      detail: 'receivedAt: before the result was decided',
    })
  })
  test('is received once, and only where there is one', () => {
    expect(say(NOON, caseWith({ handedOver: IAT }))).toMatchObject({ code: 'case.transition' })
    expect(say(NOON, caseWith({ sent: null, decided: null }))).toMatchObject({ code: 'case.transition' })
  })
})

describe('content', () => {
  test.each([
    [{ outcome: 'denied', reason: '不符合条件', documentNo: '1' }, null],
    [{ outcome: 'denied', documentNo: '1' }, 'reason: a denial says why (行政许可法 38)'],
    [{ outcome: 'denied', reason: '不符合条件' }, 'documentNo: a denial is a document with a number'],
    [{ outcome: 'granted' }, null],
    [{ outcome: 'forwarded' }, null],
  ])('a decision %j', (body, detail) => {
    expect(judge('case.decide', body)).toEqual(detail === null ? null : { code: 'case.content', detail })
  })

  test('what is sent by mail has a waybill', () => {
    expect(judge('case.send-result', { method: 'mail' })).toMatchObject({ code: 'case.content' })
    expect(judge('case.send-result', { method: 'mail', waybill: { carrier: 'EMS', number: '1' } })).toBeNull()
    expect(judge('case.send-result', { method: 'pickup' })).toBeNull()
  })

  test('mail is of a parcel that the case knows', () => {
    const waybill = { carrier: 'EMS', number: '1' }
    const mail = (parcel: string, state = 'delivered') => ({ waybill, parcel, state, at: NOON })
    const say = (body: object, ...packets: Packet[]) => judge('case.mail', body, caseWith(), packets)
    expect(say(mail('originals'))).toMatchObject({ code: 'case.content' })
    expect(say(mail('originals', 'ordered'))).toBeNull()
    expect(say(mail('originals'), packet('case.ship', { waybill }))).toBeNull()
    expect(say(mail('originals'), packet('case.ship', { waybill: { carrier: 'SF', number: '1' } }))).not.toBeNull()
    expect(say(mail('result'), packet('case.ship', { waybill }))).not.toBeNull()
    expect(say(mail('result'), packet('case.send-result', { method: 'mail', waybill }))).toBeNull()
    expect(say(mail('result'), packet('case.send-result', { method: 'pickup' }))).not.toBeNull()
    expect(say(mail('result'), packet('case.mail', mail('result', 'ordered')))).toBeNull()
    expect(say(mail('result'), packet('case.mail', mail('originals', 'ordered')))).not.toBeNull()
    expect(say(mail('result'), packet('case.mail', mail('result', 'collected')))).not.toBeNull()
    // What was purged may have been it.
    expect(say(mail('originals'), packet('case.originals', { event: 'sent', waybill }))).toBeNull()
    expect(say(mail('result'), packet('case.originals', { event: 'sent', waybill }))).not.toBeNull()
    expect(say(mail('originals'), packet('case.originals', { event: 'taken' }))).not.toBeNull()
    expect(say(mail('originals'), packet('case.ship', null))).toBeNull()
  })

  test('a notice asks for what the item knows, or the application holds', () => {
    const item = { materials: [{ materialCode: 'M01' }], form: { properties: { 联系地址: {} } } } as never
    const ask = (codes: string[], fields: string[], given: object | null = null) =>
      asksBeyond(
        {
          notice: 'x',
          materials: codes.map(code => ({ code, reason: 'x' })),
          form: fields.map(field => ({ field, reason: 'x' })),
        },
        item,
        given as never,
      )?.problem ?? null
    expect(ask(['M01'], ['联系地址'])).toBeNull()
    expect(ask(['M01', 'M77'], [])).toEqual({
      code: 'case.content',
      detail: "materials.1.code: not in the item's list",
    })
    expect(ask([], ['联系地址', '血型'])).toEqual({
      code: 'case.content',
      detail: "form.1.field: not a field of the item's form",
    })
    expect(ask([], ['toString'])).not.toBeNull()
    expect(ask(['SQ'], ['备注'], { materials: [{ code: 'SQ' }], form: { 备注: '' } })).toBeNull()
  })
})
