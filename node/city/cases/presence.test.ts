import { beforeEach, describe, expect, test } from 'vitest'
import { createHandClock, type HandClock } from '../../../test/support/http.ts'
import type { CaseFacts } from '../../kernel/case-rights.ts'
import type { Person } from '../../kernel/person.ts'
import type { LiveEvent } from '../../kernel/records/event-feed.ts'
import { createPresence, PRESENCE_LIMITS, type Presence } from './presence.ts'

const FACTS: CaseFacts = { role: 'handling', city: '610900', item: 'x', window: null, assignee: null }
const { forgottenSeconds, pages, pagesPerCase, pagesPerPerson } = PRESENCE_LIMITS
const person = (id: string): Person => ({ id, name: `name of ${id}`, roles: [], departments: null, windows: null })
const wang = person('wang')
const li = person('li')

let clock: HandClock
let presence: Presence
/** how often the store was asked of cases */
let asked = 0
let failures: unknown[]
let told: LiveEvent[]
let broken: boolean

beforeEach(() => {
  clock = createHandClock()
  asked = 0
  failures = []
  told = []
  broken = false
  presence = createPresence({
    clock,
    async subjects(threads) {
      asked++
      if (broken) throw new Error('the disk is gone')
      return new Map(threads.filter(thread => thread !== 'none').map(thread => [thread, FACTS]))
    },
    failed: error => failures.push(error),
  })
})
/** What is told is told after a look at the store. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}
const watch = () => presence.onChange(event => told.push(event))
const who = async (thread: string) => (await presence.of(thread)).map(({ id, unsaved }) => `${id}${unsaved ? '*' : ''}`)

describe('presence', () => {
  test('tells who has a case open and who has unsaved input, when it changes and not at each beat', async () => {
    watch()
    await presence.beat(wang, 'a', 'p1', false)
    clock.advance(1000)
    await presence.beat(li, 'a', 'p1', false)
    await presence.beat(wang, 'a', 'p1', true)
    await presence.beat(wang, 'a', 'p1', true)
    expect(await presence.beat(li, 'a', 'p1', false)).toMatchObject([
      { id: 'wang', name: 'name of wang', unsaved: true },
      { id: 'li', unsaved: false },
    ])
    await settle()
    await presence.leave(wang, 'a', 'p1')
    await settle()
    expect(told.map(({ subject, of, data }) => ({ subject, of, data }))).toMatchObject([
      { subject: 'a', of: FACTS, data: { people: [{ id: 'wang', since: '2026-11-23T00:00:00.000Z' }] } },
      { data: { people: [{ id: 'wang', unsaved: false }, { id: 'li' }] } },
      { data: { people: [{ id: 'wang', unsaved: true }, { id: 'li' }] } },
      { data: { people: [{ id: 'li' }] } },
    ])
  })

  test('pages of one person count by themselves: one that closes takes neither the person nor their input away', async () => {
    await presence.beat(wang, 'a', 'p1', true)
    await presence.beat(wang, 'a', 'p2', false)
    expect(await who('a')).toEqual(['wang*'])
    await presence.leave(wang, 'a', 'p1')
    expect(await who('a')).toEqual(['wang'])
    await presence.leave(wang, 'a', 'p2')
    await presence.leave(wang, 'a', 'p2')
    expect(await who('a')).toEqual([])
  })

  test(`a page that says nothing for ${forgottenSeconds} seconds is forgotten, and others are told; one that says so stays`, async () => {
    watch()
    await presence.beat(wang, 'a', 'p1', true)
    await presence.beat(li, 'a', 'p1', false)
    clock.advance(forgottenSeconds * 1000 - 1)
    await presence.beat(li, 'a', 'p1', false)
    expect(await who('a')).toEqual(['wang*', 'li'])
    clock.advance(1)
    expect(await who('a')).toEqual(['li'])
    await settle()
    expect(told.at(-1)).toMatchObject({ subject: 'a', data: { people: [{ id: 'li' }] } })
    clock.advance(forgottenSeconds * 1000)
    expect(await who('a')).toEqual([])
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY)
  })

  test('one look at the store for all that changed at once, however many listen; none when nobody does', async () => {
    for (const thread of ['a', 'b', 'c']) await presence.beat(wang, thread, 'p', false)
    const first = asked
    await presence.beat(wang, 'a', 'p', true)
    await settle()
    expect(asked).toBe(first)
    for (let n = 0; n < 500; n++) watch()
    clock.advance(forgottenSeconds * 1000)
    await settle()
    expect(asked - first).toBe(1)
    expect(new Set(told.map(({ subject }) => subject))).toEqual(new Set(['a', 'b', 'c']))
    expect(told.length).toBe(1500)
  })

  test('a case that is not here is none that anybody has open', async () => {
    await expect(presence.beat(wang, 'none', 'p', false)).rejects.toThrow('thread.unknown')
    await expect(presence.of('none')).rejects.toThrow('thread.unknown')
    await expect(presence.leave(wang, 'none', 'p')).rejects.toThrow('thread.unknown')
  })

  test('a failed look is told, and the next change is told again', async () => {
    watch()
    await presence.beat(wang, 'a', 'p', false)
    await settle()
    broken = true
    await presence.beat(wang, 'a', 'p', true)
    await settle()
    expect(failures).toHaveLength(1)
    broken = false
    await presence.beat(wang, 'a', 'p', false)
    await settle()
    expect(told).toHaveLength(2)
  })

  test(`one person has ${pagesPerPerson} pages; with one more the oldest is forgotten`, async () => {
    for (let n = 1; n <= pagesPerPerson; n++) await presence.beat(wang, `c${n}`, 'p', false)
    await presence.beat(wang, 'c1', 'p', false)
    expect(await who('c2')).toEqual(['wang'])
    await presence.beat(wang, 'more', 'p', false)
    expect([await who('c1'), await who('c2'), await who('more')]).toEqual([['wang'], [], ['wang']])
  })

  test(`a case has ${pagesPerCase} pages, and one more is refused`, async () => {
    for (let n = 1; n <= pagesPerCase; n++) await presence.beat(person(`p${n}`), 'a', 'p', false)
    await expect(presence.beat(person('more'), 'a', 'p', false)).rejects.toThrow('request.rate')
    expect(await who('a')).toHaveLength(pagesPerCase)
    await presence.beat(person('p1'), 'a', 'p', true)
    expect(await who('a')).toContain('p1*')
  })

  test(`${pages} pages in all, and one more is refused`, async () => {
    for (let n = 1; n <= pages; n++) await presence.beat(person(`p${n % 1000}`), `c${n}`, 'p', false)
    await expect(presence.beat(person('more'), 'b', 'p', false)).rejects.toThrow('request.rate')
    await presence.leave(person('p1'), 'c1', 'p')
    await presence.beat(person('more'), 'b', 'p', false)
    expect(await who('b')).toEqual(['more'])
  })
})
