import { expect, test } from 'vitest'
import type { Action } from '../../../../../../protocol/rights/table.ts'
import { notNow, offered, STEP_KEYS } from './kinds.ts'

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
