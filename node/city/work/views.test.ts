import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createViews, type NewView, VIEW_LIMITS, type Views } from './views.ts'

let db: Database
let views: Views
let ids: number

beforeEach(async () => {
  const clock = createHandClock(Date.parse('2026-11-23T00:00:00Z'))
  db = await openTestStore()
  ids = 0
  views = createViews({
    db,
    clock,
    newId: () => `v${String(++ids).padStart(4, '0')}`,
    audit: createAudit({ database: db, now: clock.now }),
  })
})
afterEach(() => db.close())

const own = (name: string): NewView => ({ name, window: null, filter: { queue: 'overdue' } })
const shared = (name: string, window = '三号窗口'): NewView => ({
  name,
  window,
  filter: { search: { state: 'supplementing', assignee: 'me' } },
})
const code = (error: { problem: { code: string } }) => error.problem.code
const names = async (person: string, window?: string) => (await views.list(person, window)).map(({ name }) => name)

describe('saved views', () => {
  test('are seen by who made them, and by a window when they are shared with it', async () => {
    await views.add(own('逾期'), 'p1')
    const { id } = await views.add(shared('补正'), 'p1')
    expect([
      await names('p1'),
      await names('p2'),
      await names('p2', '三号窗口'),
      await names('p2', '一号窗口'),
    ]).toEqual([['补正', '逾期'], [], ['补正'], []])
    expect((await views.get(id, 'p2')).filter).toEqual({ search: { state: 'supplementing', assignee: 'me' } })
    expect(await views.get('v0001', 'p2').catch(code)).toBe('request.not-found')
  })

  test('are changed and deleted by who made them alone', async () => {
    const mine = await views.add(own('逾期'), 'p1')
    const ours = await views.add(shared('补正'), 'p1')
    expect([
      await views.change(mine.id, own('x'), 'p2').catch(code),
      await views.remove(ours.id, 'p2').catch(code),
      await views.remove('none', 'p1').catch(code),
    ]).toEqual(['request.not-found', 'request.forbidden', 'request.not-found'])
    expect((await views.change(mine.id, shared('到期'), 'p1')).window).toBe('三号窗口')
    await views.remove(ours.id, 'p1')
    expect(await names('p1')).toEqual(['到期'])
    const rows = await db.query<{ action: string; actor: string }>('SELECT action, actor FROM audit ORDER BY no')
    expect(rows.map(({ action }) => action)).toEqual(['view.created', 'view.created', 'view.changed', 'view.deleted'])
  })

  test('have a name of their own, and are bounded for an account and for a window', async () => {
    await views.add(own('逾期'), 'p1')
    expect(await views.add(own('逾期'), 'p1').catch(code)).toBe('request.conflict')
    await views.add(own('逾期'), 'p2')
    for (let no = 1; no < VIEW_LIMITS.perPerson; no++) await views.add(own(`n${no}`), 'p1')
    expect(await views.add(own('one more'), 'p1').catch(code)).toBe('request.conflict')
    expect((await views.change('v0001', own('still mine'), 'p1')).name).toBe('still mine')
    for (let no = 0; no < VIEW_LIMITS.perWindow; no++) await views.add(shared('s', 'W'), `q${no}`)
    expect(await views.add(shared('s', 'W'), 'q').catch(code)).toBe('request.conflict')
  })
})
