import { describe, expect, test } from 'vitest'
import type { Person } from '../../kernel/person.ts'
import type { FeedEvent } from '../../kernel/records/event-feed.ts'
import { type FilterQuery, filterOf } from './event-filter.ts'
import { HTTP_LIMITS } from './limits.ts'

const person: Person = { id: 'wang', name: '王', roles: ['leader'], departments: null, windows: null }
const plain = (type: string, subject: string): FeedEvent => ({
  no: 1,
  at: 0,
  type,
  subject,
  roles: ['leader'],
  kind: null,
  person: null,
})
const event: FeedEvent = {
  ...plain('case.changed', 'thread'),
  kind: 'case.decide',
  of: { role: 'handling', item: 'item', city: '610900', window: '1号窗口', assignee: 'wang' },
}
const passes = (query: FilterQuery, of: FeedEvent = event) => filterOf(query)(of, person)

describe('the filter of a stream', () => {
  test('lets through what has one of the names in each field that is asked for', () => {
    for (const query of [
      {},
      { type: 'case.changed' },
      { type: 'case.due,case.changed' },
      { kind: 'case.decide' },
      { city: '110000,610900' },
      { role: 'handling' },
      { window: '1号窗口' },
      { assignee: 'me' },
      { assignee: 'none,wang' },
      { item: 'item', case: 'thread' },
    ])
      expect(passes(query), JSON.stringify(query)).toBe(true)
    for (const query of [
      { type: 'case.due' },
      { kind: 'case.accept' },
      { city: '110000' },
      { role: 'collecting' },
      { window: '1' },
      { assignee: 'none' },
      { assignee: 'li' },
      { item: 'it' },
      { case: 'other' },
      { kind: 'case.decide', city: '110000' },
    ])
      expect(passes(query), JSON.stringify(query)).toBe(false)
  })

  test('of a field that an event lacks lets nothing through; a city is that of a partner and of its list too', () => {
    expect(passes({ assignee: 'none' }, plain('partner.changed', '610900'))).toBe(false)
    expect(passes({ case: '610900' }, plain('partner.changed', '610900'))).toBe(false)
    expect(passes({ city: '610900' }, plain('partner.changed', '610900'))).toBe(true)
    expect(passes({ city: '610900' }, plain('list.changed', '610900'))).toBe(true)
    expect(passes({ city: '610900' }, plain('agreement.changed', '610900'))).toBe(false)
  })

  test(`takes ${HTTP_LIMITS.eventFilter} names, refuses one more, an empty one, and a type that is none`, () => {
    const names = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`).join(',')
    expect(passes({ window: names(HTTP_LIMITS.eventFilter) })).toBe(false)
    expect(() => filterOf({ window: names(HTTP_LIMITS.eventFilter + 1) })).toThrow('window: more than')
    expect(() => filterOf({ window: '1,,2' })).toThrow('window: an empty name')
    expect(() => filterOf({ type: 'case.chnaged' })).toThrow('type: one of: case.changed')
  })
})
