import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import { ANY } from '../../kernel/seen.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type Asker, createPhrases, filled, type NewPhrase, PHRASE_LIMITS, type Phrases } from './phrases.ts'

let db: Database
let phrases: Phrases

beforeEach(async () => {
  const clock = createHandClock()
  db = await openTestStore()
  let ids = 0
  phrases = createPhrases({
    db,
    clock,
    newId: () => `p${String(++ids).padStart(4, '0')}`,
    audit: createAudit({ database: db, now: clock.now }),
  })
})
afterEach(() => db.close())

const HOUSING = '11420300MB0123456X'
const examiner: Asker = { id: 'a1', departments: [HOUSING], keeps: false }
const colleague: Asker = { id: 'a2', departments: [HOUSING], keeps: false }
const stranger: Asker = { id: 'a3', departments: ['11420300MB0999999X'], keeps: false }
const everywhere: Asker = { id: 'a4', departments: null, keeps: false }
const keeper: Asker = { id: 'a5', departments: null, keeps: true }
const phrase = (title: string, change: Partial<NewPhrase> = {}): NewPhrase => ({
  title,
  text: '请补正身份证背面',
  step: null,
  department: null,
  item: null,
  ...change,
})
const titles = async (asker: Asker, step: NewPhrase['step'] = null) =>
  (await phrases.list(asker, step)).map(({ title }) => title)
const code = (error: { problem: { code: string } }) => error.problem.code

describe('phrases', () => {
  test('are seen by who made them, and by the department that they are shared with', async () => {
    await phrases.add(phrase('一'), examiner)
    await phrases.add(phrase('二', { department: HOUSING }), examiner)
    expect([await titles(examiner), await titles(colleague), await titles(stranger), await titles(everywhere)]).toEqual(
      [['一', '二'], ['二'], [], ['二']],
    )
  })

  test('of a step are offered for it, and those of none for any', async () => {
    await phrases.add(phrase('a', { step: 'case.decide' }), examiner)
    await phrases.add(phrase('b', { step: 'case.message' }), examiner)
    await phrases.add(phrase('c'), examiner)
    expect(await titles(examiner, 'case.decide')).toEqual(['a', 'c'])
    expect(await titles(examiner)).toEqual(['a', 'b', 'c'])
  })

  test('of an item are offered in its cases, and those of none in any', async () => {
    await phrases.add(phrase('a', { item: 'item 1' }), examiner)
    await phrases.add(phrase('b', { item: 'item 2' }), examiner)
    await phrases.add(phrase('c'), examiner)
    const ofItem = await phrases.list(examiner, null, 'item 1')
    expect(ofItem.map(({ title, item }) => [title, item])).toEqual([
      ['a', 'item 1'],
      ['c', null],
    ])
    expect(await titles(examiner)).toEqual(['a', 'b', 'c'])
  })

  test('that a department shares are kept by an administrator too, and stay shared; what is own stays own', async () => {
    const { id } = await phrases.add(phrase('一', { department: HOUSING }), examiner)
    const { id: own } = await phrases.add(phrase('二'), examiner)
    expect(await phrases.change(id, phrase('一'), keeper, [ANY]).catch(code)).toBe('request.invalid')
    const anew = phrase('准予', { text: '“{事项}”符合条件，准予', department: HOUSING, step: 'case.decide' })
    expect(await phrases.change(id, anew, keeper, [ANY])).toMatchObject({
      owner: 'a1',
      title: '准予',
      step: 'case.decide',
    })
    expect(await phrases.change(id, phrase('二', { department: HOUSING }), keeper, [ANY]).catch(code)).toBe(
      'request.conflict',
    )
    expect(await phrases.change(own, phrase('二'), keeper, [ANY]).catch(code)).toBe('request.not-found')
    await phrases.remove(id, keeper)
    expect(await titles(colleague)).toEqual([])
  })

  test('are changed and deleted by who made them; another finds none that is not shared', async () => {
    const { id } = await phrases.add(phrase('一', { department: HOUSING }), examiner)
    const { id: own } = await phrases.add(phrase('二'), examiner)
    expect(await phrases.change(id, phrase('一', { text: '改', department: HOUSING }), examiner, [ANY])).toMatchObject({
      text: '改',
    })
    for (const [who, which, problem] of [
      [colleague, id, 'request.forbidden'],
      [colleague, own, 'request.not-found'],
      [stranger, id, 'request.not-found'],
      [examiner, 'p9999', 'request.not-found'],
    ] as const) {
      expect(await phrases.change(which, phrase('三'), who, [ANY]).catch(code)).toBe(problem)
      expect(await phrases.remove(which, who).catch(code)).toBe(problem)
    }
    await phrases.remove(id, examiner)
    expect(await titles(colleague)).toEqual([])
    const rows = await db.query<{ action: string; detail: string | null }>(
      `SELECT action, detail FROM audit WHERE action LIKE 'phrase.%' ORDER BY no`,
    )
    expect(rows.map(({ action }) => action)).toEqual([
      'phrase.created',
      'phrase.created',
      'phrase.changed',
      'phrase.deleted',
    ])
    expect(JSON.stringify(rows)).not.toMatch(/请补正|改/)
  })

  test('have titles of their own, and departments of who makes them', async () => {
    const { id } = await phrases.add(phrase('一'), examiner)
    expect(await phrases.add(phrase('一'), examiner).catch(code)).toBe('request.conflict')
    expect((await phrases.add(phrase('一'), colleague)).title).toBe('一')
    expect(await phrases.add(phrase('二', { department: HOUSING }), stranger).catch(code)).toBe('request.forbidden')
    expect(await phrases.change(id, phrase('一', { department: 'x' }), examiner, [ANY]).catch(code)).toBe(
      'request.forbidden',
    )
    expect((await phrases.add(phrase('二', { department: HOUSING }), everywhere)).department).toBe(HOUSING)
  })

  test('are so many of one account, and of one department, and no more', async () => {
    const fill = (owner: string, department: string | null, count: number) =>
      db.transaction(async tx => {
        for (let n = 0; n < count; n++)
          await tx.run(
            `INSERT INTO phrases (id, owner, department, step, title, text, updated_at) VALUES (?, ?, ?, NULL, ?, 'x', 0)`,
            [`${owner} ${n}`, owner, department, String(n)],
          )
      })
    await fill(examiner.id, null, PHRASE_LIMITS.perPerson - 1)
    const { id } = await phrases.add(phrase('last'), examiner)
    expect(await phrases.add(phrase('more'), examiner).catch(code)).toBe('request.conflict')
    for (const [seen, problem] of [
      [undefined, 'request.unseen'],
      [['0'], 'request.precondition'],
    ] as const)
      expect(await phrases.change(id, phrase('other'), examiner, seen).catch(code)).toBe(problem)
    expect((await phrases.change(id, phrase('other'), examiner, [ANY])).title).toBe('other')
    await fill('others', HOUSING, PHRASE_LIMITS.perDepartment - 1)
    expect((await phrases.add(phrase('last', { department: HOUSING }), colleague)).department).toBe(HOUSING)
    expect(await phrases.add(phrase('more', { department: HOUSING }), colleague).catch(code)).toBe('request.conflict')
    expect((await phrases.add(phrase('more'), colleague)).department).toBeNull()
  })
})

describe('a phrase names nobody', () => {
  test.each([
    '11010519491231002X',
    '110105 19491231 002x',
    '１１０１０５１９４９１２３１００２Ｘ',
    '13987654321',
    '139-8765-4321',
    '请致电 13987654321 联系申请人',
  ])('%s is refused', async words => {
    expect(await phrases.add(phrase('一', { text: words }), examiner).catch(code)).toBe('request.invalid')
    expect(await phrases.add(phrase(words.slice(0, 60)), examiner).catch(code)).toBe('request.invalid')
  })

  test.each(['窗口电话 0719-8100001', '统一社会信用代码 11420300MB0123456X', '第 20261123000001 号', '2026-12-10 前'])(
    '%s is none of a person',
    async words => {
      expect((await phrases.add(phrase('一', { text: words }), examiner)).text).toBe(words)
    },
  )
})

describe('placeholders', () => {
  const facts = {
    办件编号: '61090020261123000001',
    办理地编号: null,
    事项: '缴存证明',
    收件城市: '安康市',
    办理城市: '十堰市',
    今天: '11月30日',
  }

  test('stand for what is known of the case; what is not, and blanks, are left to write', () => {
    const text = '{办件编号}（{办理地编号}）“{事项}”：请于{?补正日期}前到{收件城市}补正，{办理城市} {今天}'
    expect(filled(text, facts)).toEqual({
      text: '61090020261123000001（{办理地编号}）“缴存证明”：请于{?补正日期}前到安康市补正，十堰市 11月30日',
      blanks: ['办理地编号', '补正日期'],
    })
  })

  test('a name that looks like one is filled in once', () => {
    expect(filled('{事项}', { ...facts, 事项: '{办件编号}' }).text).toBe('{办件编号}')
  })

  test.each(['{申请人}', '{}', '{?}', '{? }', '{toString}', '{constructor}'])('%s is none', async text => {
    expect(await phrases.add(phrase('一', { text }), examiner).catch(code)).toBe('request.invalid')
  })

  test.each(['{事项}', '{?补正日期}', '花括号 } 与 { 单独出现'])('%s is taken', async text => {
    expect((await phrases.add(phrase('一', { text }), examiner)).text).toBe(text)
  })
})
