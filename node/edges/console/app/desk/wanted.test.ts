import { expect, test } from 'vitest'
import { searchOf, type Wanted, wantedOf } from './wanted.ts'

test('an address says queue, filters and selected case, and nothing that is not chosen', () => {
  const wanted: Wanted = {
    queue: 'overdue',
    filter: { partner: '420300', window: '3 号窗', assignee: 'me', level: 'red' },
    selected: 'ab'.repeat(16),
  }
  expect(wantedOf(searchOf(wanted))).toEqual(wanted)
  expect(searchOf({ queue: 'mine', filter: {}, selected: null })).toBe('')
})

test('what an address says that nobody knows is left out', () => {
  expect(wantedOf('?queue=none&name=x&state=')).toEqual({ queue: 'mine', filter: {}, selected: null })
})
