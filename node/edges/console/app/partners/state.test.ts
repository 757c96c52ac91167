import { describe, expect, test } from 'vitest'
import type { Partner } from '../../../client/api.generated.ts'
import { clockOff, mayAskForWords, reasonsOf, stateOf } from './state.ts'

const PARTNER = {
  code: '610900',
  name: '安康市',
  status: 'active',
  revoked: null,
  connected: true,
  problem: null,
  breakerOpen: null,
} as unknown as Partner
type Health = NonNullable<Parameters<typeof reasonsOf>[1]>
const health = (findings: object[] = [], aheadMs: number | null = null) =>
  ({ now: { aheadMs }, findings }) as unknown as Health
const finding = (code: string, level: 'warn' | 'fail') => ({
  code,
  level,
  act: 'partner',
  en: code,
  zh: code,
  cure: '',
  cureZh: '',
  detailZh: null,
})

describe('the state of a partner', () => {
  test('is what matters most: a pairing, a revocation, what stops, what warns', () => {
    expect(stateOf(PARTNER, undefined)).toBe('good')
    expect(stateOf({ ...PARTNER, status: 'pending' }, undefined)).toBe('pending')
    expect(stateOf({ ...PARTNER, status: 'suspended', revoked: { at: '', reason: '' } }, undefined)).toBe('revoked')
    expect(stateOf({ ...PARTNER, connected: false }, health())).toBe('stopped')
    expect(stateOf(PARTNER, health([finding('certificate.expired', 'warn')]))).toBe('warned')
    expect(stateOf(PARTNER, health([finding('clock.partner', 'fail')]))).toBe('stopped')
  })
})

describe('the words of a pairing', () => {
  const paired = {
    ...PARTNER,
    words: ['也 aim', '盛 notice'],
    vouched: null,
    connected: false,
    pairedAt: '2026-07-01T08:00:00.000Z',
  }
  test('may still be asked for by a city that was not heard since, whether or not this one needed them', () => {
    expect(mayAskForWords({ ...paired, seenAt: null })).toBe(true)
    expect(mayAskForWords({ ...paired, seenAt: '2026-06-30T08:00:00.000Z' })).toBe(true)
    expect(mayAskForWords({ ...paired, seenAt: '2026-07-01T08:00:00.000Z' })).toBe(false)
    expect(mayAskForWords({ ...paired, seenAt: null, connected: true })).toBe(false)
    expect(mayAskForWords({ ...paired, seenAt: null, vouched: 'authority:00' })).toBe(true)
    expect(mayAskForWords({ ...paired, seenAt: null, vouched: 'directory:00', words: [] })).toBe(false)
    expect(mayAskForWords({ ...paired, seenAt: null, status: 'pending' })).toBe(false)
  })
})

describe('the reasons of a partner', () => {
  test('are told once each, in words, what stops first', () => {
    const down = { ...PARTNER, problem: { code: 'exchange.unreachable', detailZh: null } }
    const reasons = reasonsOf(
      down,
      health([finding('exchange.unreachable', 'warn'), finding('certificate.expired', 'warn')]),
    )
    expect(reasons.map(({ code, level }) => [code, level])).toEqual([
      ['exchange.unreachable', 'fail'],
      ['certificate.expired', 'warn'],
    ])
    expect(reasons[0]?.cureZh).not.toBe('')
  })

  test('name the clock that is wrong and by how much, not the packet that failed for it', () => {
    const late = { ...PARTNER, problem: { code: 'clock.partner', detailZh: null } }
    const reasons = reasonsOf(late, health([finding('clock.own', 'fail')], 1_200_000))
    expect(reasons.map(({ code, ahead }) => [code, ahead])).toEqual([['clock.own', 1_200_000]])
    expect(clockOff(1_200_000)).toEqual({ count: 20, unit: 'minutes', fast: true })
    expect(clockOff(-59_000)).toEqual({ count: 59, unit: 'seconds', fast: false })
  })

  test('of a code that a later program made stand for themselves', () => {
    const [reason] = reasonsOf({ ...PARTNER, problem: { code: 'moon.full', detailZh: null } }, undefined)
    expect(reason).toMatchObject({ code: 'moon.full', zh: 'moon.full' })
  })
})
