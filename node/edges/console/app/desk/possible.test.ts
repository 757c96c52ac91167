import { expect, test } from 'vitest'
import type { CaseDetail } from '../../../client/api.generated.ts'
import { isPlaceless, stepsFor } from './possible.ts'

const detail = {
  role: 'handling',
  item: { code: '11420300MB1234567X1000123456001', name: '' },
  window: null,
  assignee: null,
  steps: ['case.message', 'case.decide', 'case.pause', 'case.purge', 'case.accept'],
} as unknown as CaseDetail

test('steps are those that the person may take, the likeliest first, and never a purge', () => {
  const leader = { id: 'a', roles: ['leader'], departments: null, windows: null } as const
  expect(stepsFor(leader, detail)).toEqual(['case.accept', 'case.decide', 'case.pause', 'case.message'])
  const examiner = { ...leader, roles: ['examiner'] } as const
  expect(stepsFor(examiner, detail)).toEqual(['case.accept', 'case.pause', 'case.message'])
  expect(stepsFor({ ...examiner, departments: ['11420300MB7654321X'] }, detail)).toEqual([])
})

test('whoever works at windows or departments, and has none, is placeless; whoever sees every case is not', () => {
  const nowhere = { windows: [], departments: [] }
  expect(isPlaceless({ roles: ['window-clerk', 'examiner'], ...nowhere })).toBe(true)
  expect(isPlaceless({ roles: ['window-clerk'], windows: ['3'], departments: [] })).toBe(false)
  expect(isPlaceless({ roles: ['window-clerk'], windows: null, departments: [] })).toBe(false)
  expect(isPlaceless({ roles: ['window-lead'], ...nowhere })).toBe(false)
  expect(isPlaceless({ roles: ['system-administrator'], ...nowhere })).toBe(false)
})
