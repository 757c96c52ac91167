import { expect, test } from 'vitest'
import { actorOf, askedOf, queryOf, searchOf } from './asked.ts'

test('what is asked stands in the address and comes back from it; a name of somebody never does', () => {
  const asked = { actor: 'person:7', action: 'session.created', case: 'AK-1', since: '2026-11-01', until: '2026-11-30' }
  expect(askedOf(searchOf(asked))).toEqual(asked)
  expect(askedOf('?name=王小明&action=&since=yesterday&subject=%20s%20')).toEqual({ subject: 's' })
  expect(searchOf({})).toBe('')
})

test('days are those of China, and the last one counts whole', () => {
  expect(queryOf({ since: '2026-12-01', until: '2026-12-01', action: 'sms.sent' }, ' 王小明 ')).toEqual({
    action: 'sms.sent',
    name: '王小明',
    since: '2026-11-30T16:00:00.000Z',
    until: '2026-12-01T16:00:00.000Z',
  })
  expect(queryOf({}, '')).toEqual({})
})

test('who acted is a person, a city, the approval system, the node or a command', () => {
  expect(actorOf({ actor: 'person:7', name: '王小明' })).toEqual({ is: 'person', id: '7', name: '王小明' })
  expect(actorOf({ actor: 'city:420300', name: null })).toEqual({ is: 'city', code: '420300' })
  expect(['adapter:rest', 'node', 'cli', 'x'].map(actor => actorOf({ actor, name: null }).is)).toEqual([
    'adapter',
    'node',
    'cli',
    'other',
  ])
})
