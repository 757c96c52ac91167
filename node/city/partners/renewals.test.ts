import { describe, expect, test } from 'vitest'
import { certificateReminders, type Papers } from './renewals.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const DAY = 86_400_000
const OWN = {
  city: '610900',
  name: '安康市',
  certificateUntil: NOW + 800 * DAY,
  delegatedUntil: NOW + 80 * DAY,
  renewal: null,
}
const SHIYAN: Papers = {
  city: '420300',
  name: '十堰市',
  certificateUntil: NOW + 800 * DAY,
  delegatedUntil: NOW + 60 * DAY,
}

describe('renewal reminders', () => {
  test('nothing is due while everything lasts', () => {
    expect(certificateReminders(OWN, [SHIYAN], NOW)).toEqual([])
    const unknown = { ...SHIYAN, certificateUntil: null, delegatedUntil: null }
    expect(certificateReminders(OWN, [unknown], NOW)).toEqual([])
  })

  test.each([
    [90 * DAY + 1, []],
    [90 * DAY, [['info', 'certificate:420300:2027-02-21:90']]],
    [30 * DAY + 1, [['info', 'certificate:420300:2026-12-23:90']]],
    [30 * DAY, [['warn', 'certificate:420300:2026-12-23:30']]],
    [7 * DAY, [['warn', 'certificate:420300:2026-11-30:7']]],
    [1, [['warn', 'certificate:420300:2026-11-23:7']]],
    [0, [['fail', 'certificate:420300:2026-11-23:0']]],
    [-100 * DAY, [['fail', 'certificate:420300:2026-08-15:0']]],
  ])('a certificate with %i ms left', (left, expected) => {
    const found = certificateReminders(OWN, [{ ...SHIYAN, certificateUntil: NOW + left }], NOW)
    expect(found.map(({ level, id }) => [level, id])).toEqual(expected)
    for (const reminder of found) expect(reminder).toMatchObject({ act: 'partner', kind: 'certificate' })
  })

  test('the own certificate is for the operator', () => {
    const [found] = certificateReminders({ ...OWN, certificateUntil: NOW + 12.5 * DAY, delegatedUntil: null }, [], NOW)
    expect(found).toMatchObject({
      act: 'operator',
      en: 'The own city certificate runs out on 2026-12-05, in 13 days',
      zh: '本市证书将于 2026-12-05 到期，还剩 13 天',
    })
  })

  test('an own delegation that was not renewed, with the reason', () => {
    const left = (days: number, rest: object = {}) =>
      certificateReminders({ ...OWN, delegatedUntil: NOW + days * DAY, ...rest }, [], NOW).map(({ level, act, en }) => [
        level,
        act,
        en,
      ])
    expect(left(29)).toEqual([])
    expect(left(28)).toMatchObject([['warn', 'operator', expect.stringContaining('was not renewed; it ends')]])
    expect(left(7)).toMatchObject([['fail', 'operator', expect.anything()]])
    const renewal = { code: 'keystore.passphrase' }
    expect(left(29, { renewal })).toMatchObject([
      ['warn', 'operator', expect.stringContaining('renewed (keystore.passphrase)')],
    ])
    // It can't last longer than the certificate, whose own reminder tells it then.
    expect(left(20, { certificateUntil: NOW + 20 * DAY })).toEqual([
      ['warn', 'operator', 'The own city certificate runs out on 2026-12-13, in 20 days'],
    ])
  })

  test("a partner's delegation that ends soon", () => {
    const left = (days: number) =>
      certificateReminders(OWN, [{ ...SHIYAN, delegatedUntil: NOW + days * DAY }], NOW).map(({ level, act }) => [
        level,
        act,
      ])
    expect(left(7.01)).toEqual([])
    expect(left(7)).toEqual([['warn', 'partner']])
    expect(left(0)).toEqual([['fail', 'partner']])
  })
})
