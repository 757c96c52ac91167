import { describe, expect, test } from 'vitest'
import type { Packet } from '../packet/claims.ts'
import { corrected, correctedBody, correctedStep, correctionsOf } from './correct.ts'
import { CASE_CONTENT, type CaseKind } from './kinds.ts'

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA'
const packet = (id: string, kind: CaseKind, body: object | null, iss = '610900') =>
  ({ id, body: body === null ? null : { salt: SALT, ...body }, claims: { kind, iss } }) as unknown as Packet
const SHIP = { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证', '申请表'] }
const ship = packet('a'.repeat(64), 'case.ship', SHIP)
const correction = (id: string, fields: object | undefined, of = ship.id) =>
  packet(id, 'case.correct', { packet: of, reason: '笔误', ...(fields && { fields }) })
const number = (value: string) => [{ field: 'waybill.number', value }]

describe('a correction', () => {
  test('is of a step of the same city that was seen, and of no correction or deletion', () => {
    const other = correction('b', number('2'))
    const purge = packet('c', 'case.purge', {})
    const view = [ship, other, purge]
    const named = (id: string, city = '610900') => correctedStep(view, city, { packet: id })
    expect(named(ship.id)).toBe(ship)
    for (const [id, city] of [[ship.id, '420300'], ['b'], ['c'], ['d']] as const)
      expect(named(id, city)).toMatchObject({ problem: { code: 'case.transition' } })
    expect(correctedStep(view, '610900', null)).toBeNull()
  })

  test('leaves the step as it was signed, and the last one stands', () => {
    const all = correctionsOf([ship, correction('b', number('2')), correction('c', number('3'))])
    expect(all.get(ship.id)?.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(correctedBody(ship, all)).toEqual({ salt: SALT, ...SHIP, waybill: { carrier: 'EMS', number: '3' } })
    expect(ship.body).toEqual({ salt: SALT, ...SHIP })
    expect(correctedBody(packet(ship.id, 'case.ship', null), all)).toBeNull()
  })

  const judge = (step: Packet, fields: { field: string; value: string }[] | undefined, statement?: string) =>
    corrected([step], step, { packet: step.id, reason: 'x', fields, statement })
  const detail = (read: ReturnType<typeof judge>) => (read === null || read.ok ? null : read.problem.detail)

  test('names places of the step, which holds with them', () => {
    expect(judge(ship, [{ field: 'contents.1', value: '户口簿' }])).toMatchObject({ ok: true })
    expect(judge(ship, [{ field: 'shippedOn', value: '2026-11-02' }])).toMatchObject({ ok: true })
    for (const field of [
      'waybill',
      'waybill.weight',
      'contents.2',
      'contents.length',
      'nowhere.at',
      'shippedOn',
      '__proto__.x',
      'waybill.__proto__',
    ])
      expect([field, detail(judge(ship, [{ field, value: '二' }]))]).toEqual([
        field,
        'fields: the step does not hold with them',
      ])
  })

  test('says something, in fields or in words', () => {
    expect(detail(judge(ship, undefined))).toBe('fields or statement: one is needed')
    expect(judge(ship, undefined, '寄出的是户口簿')).toMatchObject({ ok: true })
  })

  test('changes nothing that state, clock, parties or files follow', () => {
    const fixed: [CaseKind, string][] = [
      ...(['caseNo', 'item.code', 'mode', 'form.x', 'receivedAt', 'applicant.idNumber', 'salt'] as const).map(
        field => ['case.submit', field] as [CaseKind, string],
      ),
      ['case.decide', 'outcome'],
      ['case.close', 'outcome'],
      ['case.accept', 'promisedBy'],
      ['case.extend', 'until'],
      ['case.request-supplement', 'deadline'],
      ['case.supervise', 'answerBy'],
      ['case.evaluate', 'level'],
      ['case.mail', 'state'],
      ['case.originals', 'event'],
      ['case.arrived', 'localCaseNo'],
    ]
    for (const [kind, field] of fixed)
      expect([kind, field, detail(judge(packet('e', kind, {}), [{ field, value: 'x' }]))]).toEqual([
        kind,
        field,
        'fields.0.field: the case follows it, and no correction changes it',
      ])
    const named = packet('f', 'case.decide', { outcome: 'granted' })
    expect(judge(named, [{ field: 'documentNo', value: '1' }])).toMatchObject({ ok: true })
  })

  test('of what was purged is not judged', () => {
    expect(judge(packet('g', 'case.ship', null), number('2'))).toBeNull()
  })

  test('has 1 to 32 fields', () => {
    const fields = (count: number) => Array.from({ length: count }, () => ({ field: 'note', value: 'x' }))
    const holds = (count: number) =>
      CASE_CONTENT['case.correct'].safeParse({ packet: 'a'.repeat(64), reason: 'x', fields: fields(count) }).success
    expect([0, 1, 32, 33].map(holds)).toEqual([false, true, true, false])
  })
})
