/** Where somebody begins, by what they may. */
import { expect, test } from 'vitest'
import { holdsRole } from '../../../../protocol/rights/can.ts'
import { ROLES, type Role } from '../../../../protocol/rights/roles.ts'
import { homeOf, placeOf } from './places.ts'

test.each(ROLES)('who is %s alone begins at a page that is not refused to them', role => {
  const home = homeOf(action => holdsRole([role], action))
  const { action } = placeOf(home)
  expect(action === undefined || holdsRole([role], action)).toBe(true)
})

test('the desk is where those begin who find cases, and administrators without cases begin elsewhere', () => {
  const home = (role: Role) => homeOf(action => holdsRole([role], action))
  expect(home('window-clerk')).toBe('/')
  expect(home('audit-administrator')).toBe('/')
  expect(home('system-administrator')).toBe('/partners')
  expect(home('security-administrator')).toBe('/partners')
})
