import { describe, expect, test } from 'vitest'
import { agreementReminders, NEWS_DAYS, newText } from './upcoming.ts'

const OWN = '420300'
const PARTNER = '610900'
const at = (text: string) => Date.parse(`${text}+08:00`)
type Row = Parameters<typeof agreementReminders>[0][number]
const row = (more: Partial<Row> = {}): Row => ({
  thread: 'a'.repeat(32),
  partner: PARTNER,
  title: '合作协议',
  state: 'active',
  validTo: '2026-12-31',
  renewal: 'none',
  noticeDays: 30,
  pendingBy: null,
  pendingAt: null,
  pendingFrom: null,
  news: { failed: null, standing: null },
  updatedAt: at('2026-01-01T00:00:00'),
  ...more,
})
const told = (time: string, more: Partial<Row> = {}) => agreementReminders([row(more)], OWN, at(time))

describe('the end of an agreement', () => {
  test.each([
    ['2026-10-02T23:59:59', null],
    ['2026-10-03T00:00:00', 'info'],
    ['2026-12-01T23:59:59', 'info'],
    ['2026-12-02T00:00:00', 'warn'],
    ['2026-12-24T23:59:59', 'warn'],
    ['2026-12-25T00:00:00', 'warn'],
    ['2026-12-31T23:59:59', 'warn'],
    ['2027-01-01T00:00:00', 'fail'],
    ['2027-03-31T00:00:00', 'fail'],
    ['2027-04-01T00:00:00', 'fail'],
    ['2027-04-02T00:00:00', null],
  ])('at %s: %s', (time, level) => {
    expect(told(time).map(reminder => reminder.level)).toEqual(level === null ? [] : [level])
  })

  test('each stage is another reminder, of another day of the end too', () => {
    const days = ['2026-10-03', '2026-11-01', '2026-12-02', '2026-12-25', '2027-01-01', '2027-02-01']
    const ids = days.map(day => told(`${day}T00:00:00`)[0]?.id)
    expect(new Set(ids).size).toBe(4)
    expect(told('2026-12-25T00:00:00', { validTo: '2026-12-30' })[0]?.id).not.toBe(ids[3])
  })

  test('that renews itself: until the day of notice', () => {
    const renews = { renewal: 'auto', noticeDays: 30 } as const
    expect(told('2026-09-02T00:00:00', renews)).toEqual([])
    expect(told('2026-09-03T00:00:00', renews)).toMatchObject([
      { level: 'info', kind: 'agreement-end', zh: expect.stringContaining('须在 2026-12-01 前告知') as unknown },
    ])
    expect(told('2026-12-01T23:59:59', renews)).toHaveLength(1)
    expect(told('2026-12-02T00:00:00', renews)).toEqual([])
  })

  test('that was terminated or never signed is none', () => {
    for (const state of ['terminated', 'declined', 'withdrawn', 'proposed', 'signed'] as const)
      expect(told('2026-12-31T00:00:00', { state, updatedAt: at('2026-12-31T00:00:00') })).toEqual([])
    expect(told('2026-12-31T00:00:00', { state: 'suspended' })).toHaveLength(1)
  })
})

describe('a text that waits', () => {
  const waits = { state: 'proposed', pendingAt: at('2026-03-01T12:00:00'), pendingFrom: '2026-04-01' } as const

  test.each([
    ['2026-03-08T11:59:59', null],
    ['2026-03-08T12:00:00', 'info'],
    ['2026-03-15T12:00:00', 'info'],
    ['2026-03-31T12:00:00', 'warn'],
  ])('at %s: %s', (time, level) => {
    expect(told(time, { ...waits, pendingBy: PARTNER }).map(found => found.level)).toEqual(
      level === null ? [] : [level],
    )
  })

  test('says who must act', () => {
    const acts = (more: Partial<Row>) =>
      told('2026-03-10T12:00:00', { ...waits, ...more }).map(found => [found.act, found.zh])
    expect(acts({ pendingBy: PARTNER })).toEqual([['you', expect.stringContaining('等待本市签署，已 9 天')]])
    expect(acts({ pendingBy: OWN })).toEqual([['partner', expect.stringContaining(`等待${PARTNER}签署`)]])
    const signed = { state: 'signed', pendingBy: null, pendingAt: null, updatedAt: at('2026-03-01T12:00:00') } as const
    expect(acts(signed)).toEqual([['partner', expect.stringContaining('等待其他各方签署')]])
    expect(acts({ state: 'declined', pendingBy: PARTNER })).toEqual([])
  })

  test('and is to change what stands must be signed before its first day', () => {
    const amends = (time: string) =>
      told(time, { pendingBy: PARTNER, pendingAt: at('2026-03-30T00:00:00'), pendingFrom: '2026-04-05' }).map(
        ({ id, act, zh }) => [id.split(':').slice(2).join(':'), act, zh],
      )
    expect(amends('2026-04-01T23:59:59')).toEqual([])
    expect(amends('2026-04-02T00:00:00')).toMatchObject([
      ['2026-04-05:effect:3', 'you', expect.stringContaining('须在 2026-04-05 前签署')],
    ])
    expect(amends('2026-04-05T00:00:00')).toMatchObject([
      ['2026-04-05:effect:0', 'you', expect.stringContaining('已不能签署')],
    ])
  })
})

describe('a text of the partner', () => {
  const came = row({ state: 'proposed', pendingBy: PARTNER, pendingAt: at('2026-05-01T09:00:00') })
  const kinds = (time: string, more: Partial<Row> = {}) =>
    newText({ ...came, ...more }, OWN, at(time)).map(({ kind, act }) => [kind, act])

  test('is told when it came, until it is told as one that waits', () => {
    expect(kinds('2026-05-01T09:00:00')).toEqual([['agreement-new', 'you']])
    expect(kinds('2026-05-08T08:59:59')).toHaveLength(1)
    expect(kinds('2026-05-08T09:00:00')).toEqual([])
    expect(told('2026-05-08T09:00:00', came)).toHaveLength(1)
    expect(kinds('2026-05-01T09:00:00', { pendingBy: OWN })).toEqual([])
    expect(kinds('2026-05-01T09:00:00', { state: 'declined' })).toEqual([])
    const amends = { state: 'active', pendingFrom: '2026-05-05' } as const
    expect(kinds('2026-05-01T23:59:59', amends)).toHaveLength(1)
    expect(kinds('2026-05-02T00:00:00', amends)).toEqual([])
  })
})

describe('what another city said', () => {
  const seconds = (text: string) => at(text) / 1000
  const failed = { id: 'ab'.repeat(32), from: '2027-03-01', how: 'declined', by: '411300' } as const
  const news = (more: object) => ({ news: { failed: null, standing: null, ...more } })

  test(`of a text is told for ${NEWS_DAYS} days`, () => {
    const row = news({ failed: { ...failed, at: seconds('2026-05-01T09:00:00') } })
    expect(told('2026-05-01T09:00:00', row)).toMatchObject([{ kind: 'agreement-told', act: 'you' }])
    expect(told('2026-05-31T08:59:59', row)[0]?.zh).toContain('411300 拒签')
    expect(told('2026-05-31T09:00:00', row)).toEqual([])
  })

  test('of itself is told when it suspends or leaves, not when it resumed', () => {
    const standing = { city: '411300', suspended: true, leavesOn: null, at: seconds('2026-05-01T09:00:00') }
    const ids = [standing, { ...standing, leavesOn: '2026-06-01' }].map(
      entry => told('2026-05-02T00:00:00', news({ standing: entry }))[0]?.id,
    )
    expect(new Set(ids).size).toBe(2)
    expect(told('2026-05-02T00:00:00', news({ standing: { ...standing, suspended: false } }))).toEqual([])
  })
})
