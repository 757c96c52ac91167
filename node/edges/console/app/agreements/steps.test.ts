import { expect, test } from 'vitest'
import { ACTS, type Act, whyNot } from './steps.ts'

const OWN = '420300'
const OTHER = '610900'
type Read = Parameters<typeof whyNot>[1]
const read = (more: Partial<Read>): Read => ({
  state: 'active',
  pendingBy: null,
  pending: null,
  suspendedBy: [],
  parties: 2,
  proposer: OWN,
  versions: [{ complete: true }] as unknown as Read['versions'],
  terminatedOn: null,
  ...more,
})
const open = (more: Partial<Read>): Act[] => ACTS.filter(act => whyNot(act, read(more), OWN, '2026-11-30') === null)
const text = (more: object = {}) => ({ from: '2027-01-01', amends: null, faults: [], ...more })

test('a proposal is signed, countered or declined by whom it is for, and withdrawn by whose it is', () => {
  const versions = [] as Read['versions']
  expect(open({ state: 'proposed', pendingBy: OTHER, pending: text(), versions })).toEqual([
    'sign',
    'counter',
    'decline',
  ])
  expect(open({ state: 'proposed', pendingBy: OWN, pending: text(), versions })).toEqual(['withdraw'])
})

test('what stands is amended, renewed, suspended and ended; not amended while a text waits', () => {
  expect(open({})).toEqual(['amend', 'renew', 'suspend', 'terminate'])
  expect(open({ state: 'suspended', suspendedBy: [OWN] })).toEqual(['amend', 'renew', 'resume', 'terminate'])
  expect(whyNot('resume', read({ state: 'suspended', suspendedBy: [OTHER] }), OWN, '2026-11-30')).toBe(
    'notSuspendedHere',
  )
  expect(whyNot('amend', read({ pendingBy: OTHER, pending: text() }), OWN, '2026-11-30')).toBe('textWaits')
})

test('a text that does not hold, or whose first day has begun, is not signed', () => {
  const waits = (more: object) => read({ pendingBy: OTHER, pending: text(more) })
  expect(whyNot('sign', waits({ faults: [{}] }), OWN, '2026-11-30')).toBe('unsound')
  expect(whyNot('sign', waits({ amends: 'a', from: '2026-11-30' }), OWN, '2026-11-30')).toBe('missedDay')
  expect(whyNot('sign', waits({ amends: 'a', from: '2026-12-01' }), OWN, '2026-11-30')).toBeNull()
})

test('between many the proposer alone amends, and nobody counters', () => {
  expect(
    whyNot('counter', read({ state: 'proposed', parties: 3, pendingBy: OTHER, pending: text() }), OWN, '2026-11-30'),
  ).toBe('betweenMany')
  expect(whyNot('amend', read({ parties: 3, proposer: OTHER }), OWN, '2026-11-30')).toBe('proposerOnly')
})

test('of what is over nothing is open but a renewal', () => {
  expect(open({ state: 'terminated' })).toEqual(['renew'])
  expect(open({ state: 'declined', versions: [] as Read['versions'] })).toEqual([])
})
