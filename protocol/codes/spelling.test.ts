import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { foldName, foldNumber, foldPhone, plainCode, plainText } from './spelling.ts'

describe('spellings of one name', () => {
  test.each([
    [
      'dots',
      [
        '买买提江·吐尔逊',
        '买买提江•吐尔逊',
        '买买提江・吐尔逊',
        '买买提江．吐尔逊',
        '买买提江.吐尔逊',
        '买买提江‧吐尔逊',
        '买买提江⋅吐尔逊',
        '买买提江･吐尔逊',
        '买买提江ꞏ吐尔逊',
        '买买提江ᐧ吐尔逊',
        '买买提江ㆍ吐尔逊',
        '买买提江 · 吐尔逊',
      ],
    ],
    ['blanks', ['王芳', '王 芳', '王　芳', ' 王芳 ', '王\u00a0芳', '王\t芳']],
    ['characters of the private area', ['刘䶮', '刘\ue863']],
    ['characters beyond the first plane', ['𠂇', '\ue816']],
    ['unseen characters', ['李雷', '李\u200b雷', '\ufeff李雷', '李雷\u202c', '李雷\u{e0100}', '李\u00ad雷']],
    ['width and case', ['JOHN SMITH', 'ＪＯＨＮ　ＳＭＩＴＨ', 'John Smith', 'JOHN  SMITH']],
    ['letters with marks in one or two characters', ['Zoé', 'Zoe\u0301']],
    ['characters of compatibility', ['金子', '\uf90a子']],
    ['brackets of an organisation', ['安康(集团)有限公司', '安康（集团）有限公司', '安康﹙集团﹚有限公司']],
    ['circles', ['李〇', '李○']],
  ])('%s', (_, [first = '', ...others]) => {
    for (const other of others) expect(foldName(other)).toBe(foldName(first))
  })

  test('other names stay other names', () => {
    const names = ['王芳', '王方', '乐', '李雷', '李蕾', '买买提江', '·', '—']
    expect(new Set(names.map(foldName)).size).toBe(names.length)
  })
})

describe('spellings of one number', () => {
  test.each([
    ['a Hong Kong identity card', ['A123456(3)', 'A1234563', 'a123456（3）', 'Ａ１２３４５６（３）', 'A 123456 (3)']],
    [
      'a resident number',
      ['61090219900101012X', '61090219900101012x', '610902 19900101 012X', '６１０９０２１９９００１０１０１２Ｘ'],
    ],
    ['a case number', ['安政办〔2026〕0001号', '安政办[2026]0001号', '安政办（2026） 0001 号', '安政办【2026】0001号']],
  ])('%s', (_, [first = '', ...others]) => {
    for (const other of others) expect(foldNumber(other)).toBe(foldNumber(first))
  })

  test('a code is taken without what a spreadsheet or a keyboard added', () => {
    for (const code of [
      "'11420300MB01",
      '１１４２０３００ＭＢ０１',
      '\u200b11420300MB01',
      ' 11420300MB01\u00a0',
      '’11420300MB01',
    ])
      expect(plainCode(code)).toBe('11420300MB01')
    expect(plainCode("'字")).toBe("'字")
  })
})

test('a fold of a fold changes nothing, and nothing of it is lost altogether', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      for (const fold of [plainText, foldName, foldNumber]) {
        const once = fold(text)
        expect(fold(once)).toBe(once)
      }
      if (plainText(text) !== '') expect(foldName(text)).not.toBe('')
    }),
    { examples: [['\u03ca\u0300'], ['\u0390\u0300'], ['a.\u0300'], ['A.\u0301'], ['\u0345\u0300']] },
  )
})

describe('spellings of one phone number', () => {
  test.each([
    [
      'of a mobile',
      [
        '13987654321',
        '139 8765 4321',
        '139-8765-4321',
        '+86 139 8765 4321',
        '+8613987654321',
        '8613987654321',
        '008613987654321',
        '(+86)139 8765 4321',
        '１３９８７６５４３２１',
        '\u202a13987654321\u202c',
      ],
    ],
    [
      'of a landline',
      [
        '07198100001',
        '0719-8100001',
        '(0719) 8100001',
        '（0719）8100001',
        '+86 719 8100001',
        '+86-0719-8100001',
        '0719—8100001',
      ],
    ],
    [
      'with an extension',
      ['07198100001', '0719-8100001 转 12', '0719-8100001-转12', '0719-8100001 ext. 12', '0719-8100001#12'],
    ],
  ])('%s', (_, [first = '', ...others]) => {
    for (const other of others) expect([other, foldPhone(other)]).toEqual([other, first])
  })

  test('other numbers stay other numbers, and what has no digits is none', () => {
    const numbers = ['13987654321', '13987654322', '07198100001', '8100001', '86139876543', '+85291234567']
    expect(new Set(numbers.map(foldPhone)).size).toBe(numbers.length)
    for (const none of ['', '转 12', '无', '+86']) expect(foldPhone(none)).toBe('')
  })
})
