import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../problem.ts'
import { detailInChinese, inChinese, MESSAGE_LIMITS, MESSAGES } from './in-chinese.ts'

const HAN = /\p{Script=Han}/u
const placesOf = (text: string): string[] => [...text.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name = '']) => name).sort()
const all = MESSAGES.flatMap(messages => Object.entries(messages))

describe('a detail in Chinese', () => {
  test.each([
    ['no such upload', '没有该上传任务'],
    ['promisedBy: not past the legal limit, 2026-03-02', 'promisedBy：不得超过法定办结时限 2026-03-02'],
    ['case.accept in state closed', '当前状态为“已办结”，不能办理“受理”'],
    ['case.close as granted in state accepted', '当前状态为“已受理”，不能以“准予”办理“办结”'],
    ['expired; give a new expiresAt', '已过期；请填写新的 expiresAt'],
    ['packets: order: JSONata D3001 at position 7', 'packets：order：JSONata D3001，位置 7'],
    ['accept: the calls are nested too deep (JSONata U1001)', 'accept：调用嵌套过深（JSONata U1001）'],
    ['the carrier does not answer: no answer in time', '寄递企业没有应答：未及时答复'],
    ['case.decide needs one of: leader', '“作出决定、撤销决定”需要以下角色之一：负责人'],
    ['materials.0: the scan cannot be opened (扫描件无法打开)', 'materials.0：扫描件无法打开'],
    ['/srv/a b/keys.json is not there', '没有 /srv/a b/keys.json'],
    [
      'query: limit: too_big; query: cursor: unknown field, 2 in all',
      '查询参数：limit：过大或过长；查询参数：cursor：未知字段，共 2 个',
    ],
  ])('%s', (detail, zh) => {
    expect(inChinese(detail)).toBe(zh)
  })

  test('is also that of a text which stands for a code alone', () => {
    for (const { en, zh } of Object.values(PROBLEMS)) expect(inChinese(en)).toBe(zh)
  })

  test.each(['caseNo', '420300', 'ERR_4711: Bitte warten', '审批系统正在维护', 'Zhang at the desk is away as agreed'])(
    'is none for what no message says, and it is shown as it is: %s',
    detail => {
      expect(inChinese(detail)).toBeNull()
      expect(detailInChinese(detail)).toBe(detail)
    },
  )

  test('takes what stands at a place as it is, however it reads, and its own signs stand for nothing', () => {
    expect(inChinese('no draft of {codes} $& $1')).toBe('没有 {codes} $& $1 的草稿')
    expect(inChinese('constructor within: __proto__')).toBe('“constructor”限于：__proto__')
  })

  test('a message of few own words is not found in a text that only has them too', () => {
    const [few, enough] = ['is a folder', 'is not there'] as const
    expect([few.length + 1, enough.length]).toEqual([MESSAGE_LIMITS.words, MESSAGE_LIMITS.words])
    expect(inChinese('what she wrote as her answer')).toBeNull()
  })
})

describe('limits', () => {
  test('a text of as many characters is said, one of more is shown as it is', () => {
    const fill = MESSAGE_LIMITS.characters - 'no draft of '.length
    expect(inChinese(`no draft of ${'x'.repeat(fill)}`)).toMatch(/^没有 x+ 的草稿$/)
    expect(inChinese(`no draft of ${'x'.repeat(fill + 1)}`)).toBeNull()
  })

  test('messages within as many levels are said, those deeper are shown as they are', () => {
    const within = (levels: number) => inChinese(`${'a: '.repeat(levels - 1)}no such upload`)
    expect(within(MESSAGE_LIMITS.levels)).toBe(`${'a：'.repeat(MESSAGE_LIMITS.levels - 1)}没有该上传任务`)
    expect(within(MESSAGE_LIMITS.levels + 1)).toBeNull()
  })
})

describe('the catalogue', () => {
  test('says nothing in Chinese that the English does not say: each has the same places', () => {
    const differ = all.filter(([en, zh]) => placesOf(en).join() !== placesOf(zh).join())
    expect(differ).toEqual([])
    expect(all.length).toBeGreaterThan(900)
  })

  test('has each text once, with Chinese for it', () => {
    const forms = all.map(([en]) => en.replace(/\{[A-Za-z]+\}/g, '{}'))
    expect(forms.filter((form, index) => forms.indexOf(form) !== index)).toEqual([])
    // Codes of another program are the same in both.
    expect(all.filter(([en, zh]) => !HAN.test(zh) && !en.startsWith('JSONata {code}'))).toEqual([])
  })

  test('has with each place a word of its own, by which the text is found', () => {
    const found = all.filter(([en]) => inChinese(en.replace(/\{[A-Za-z]+\}/g, 'x')) !== null)
    expect(found).toHaveLength(all.length)
  })

  test('tells places apart by the words between them', () => {
    expect(all.filter(([en]) => /\}\{[A-Za-z]/.test(en))).toEqual([])
    expect(all.filter(([en]) => new Set(placesOf(en)).size < placesOf(en).length)).toEqual([])
  })
})
