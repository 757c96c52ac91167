import { expect, test } from 'vitest'
import type { Action } from '../../../../../../protocol/rights/table.ts'
import { likelyOf, notNow, offered, placeOf, STEP_KEYS } from './kinds.ts'

const may =
  (...actions: Action[]) =>
  (action: Action) =>
    actions.includes(action)
const STEPS = ['case.accept', 'case.decide', 'case.message', 'case.supervise', 'case.purge'] as const

test('of the steps that a case allows somebody is offered those of their own rights, the main ones as buttons', () => {
  expect(offered(STEPS, may('case.accept', 'case.contribute'))).toEqual({
    buttons: ['case.accept'],
    menu: ['case.supervise'],
  })
  expect(offered(STEPS, may())).toEqual({ buttons: [], menu: [] })
})

test('one order of the steps holds on the desk and on the page; nobody is led to a detour', () => {
  const { buttons } = offered(['case.pause', 'case.precheck', 'case.accept'], may('case.examine', 'case.accept'))
  expect(buttons).toEqual(buttons.toSorted((a, b) => placeOf(a) - placeOf(b)))
  expect(likelyOf(['case.pause', 'case.decide', 'case.accept'])).toBe('case.accept')
  expect([likelyOf(['case.pause', 'case.refuse']), likelyOf(['case.message'])]).toEqual([null, null])
})

test('main steps that the case does not allow now are told to those alone who may take them', () => {
  expect(notNow(['case.accept'], may('case.accept'))).toEqual([
    'case.arrived',
    'case.precheck',
    'case.request-supplement',
    'case.refuse',
  ])
  expect(notNow([], may())).toEqual([])
})

test('no two steps that a city may take at once have one key', () => {
  const pairs = [
    ['case.request-supplement', 'case.supplement'],
    ['case.pause', 'case.resume'],
  ]
  const byKey = Map.groupBy(Object.entries(STEP_KEYS), ([, key]) => key)
  for (const steps of byKey.values())
    if (steps.length > 1) expect(pairs).toContainEqual(steps.map(([kind]) => kind).sort())
})
