import { expect, test } from 'vitest'
import type { Partner } from '../../../../client/api.generated.ts'
import { grouped, stepsOf, trustOf, wayOf } from './steps.ts'

const commands = (...given: Parameters<typeof stepsOf>) =>
  stepsOf(...given).flatMap(step => ('command' in step ? [step.command] : []))

test('each way to renew names the command of the server that does it', () => {
  expect(commands('self', '420300', true)).toEqual(['tongban identity renew'])
  expect(commands('selfNew', '420300', true)).toEqual(['tongban identity renew --new-key'])
  expect(commands('selfNew', '420300', false)).toEqual(['tongban identity renew --self-issued --new-key'])
  expect(commands('authority', '420300', false)).toEqual([
    'tongban ca issue request-420300.pem --folder ca --out city.pem',
    'tongban ca install city.pem ca.pem',
  ])
  expect(stepsOf('authorityNew', '420300', true)[0]).toEqual({ is: 'request', newKey: true })
})

test('every way ends with a backup, and with partners that pair again', () => {
  for (const way of ['self', 'selfNew', 'authority', 'authorityNew'] as const)
    expect(
      stepsOf(way, '420300', true)
        .slice(-5)
        .map(({ is }) => is),
    ).toEqual(['start', 'backup', 'tell', 'again', 'confirmed'])
})

test('the way that is offered first is that of the present certificate, or of a key that waits', () => {
  expect(wayOf({ selfIssued: true, waiting: false })).toBe('self')
  expect(wayOf({ selfIssued: false, waiting: false })).toBe('authority')
  expect(wayOf({ selfIssued: true, waiting: true })).toBe('authorityNew')
})

test('a partner goes by the new certificate once packets pass, and not while it trusts another one', () => {
  const partner = (fields: Partial<Partner>) =>
    trustOf({ status: 'active', connected: true, problem: null, breakerOpen: null, ...fields } as Partner)
  const problem = { code: 'certificate.mismatch', detailZh: null }
  expect(partner({})).toBe('trusts')
  expect(partner({ connected: false })).toBe('notConnected')
  expect(partner({ connected: false, problem })).toBe('mismatch')
  expect(partner({ connected: false, breakerOpen: { since: '', nextTryAt: '', problem } })).toBe('mismatch')
  expect(partner({ status: 'suspended' })).toBe('suspended')
  expect(partner({ status: 'pending' })).toBe('pending')
})

test('a fingerprint is read out in groups of four', () => {
  expect(grouped('0123456789')).toBe('0123 4567 89')
})
