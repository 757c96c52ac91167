import { describe, expect, test } from 'vitest'
import { AgreementDocument, type AgreementDocumentInput } from '../../../protocol/agreement/document.ts'
import { playAgreement } from '../../../test/support/play-agreement.ts'
import { type PaperView, paperHtml } from './paper.ts'
import { articlesOf, chineseDay, chineseNumber, partyName } from './paper-articles.ts'

const paper = (input: AgreementDocumentInput, more: Partial<PaperView> = {}): string => {
  const document = AgreementDocument.parse(input)
  return paperHtml({
    thread: 'a'.repeat(32),
    state: 'active',
    expired: false,
    terminatedOn: null,
    document,
    texts: [{ id: 'b'.repeat(64), amendment: null, from: document.validFrom, signatures: [] }],
    pending: null,
    replacedFrom: null,
    printedAt: Date.parse('2026-11-23T00:00:00Z') / 1000,
    ...more,
  })
}
const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '')

test('numbers, parties and days are said in Chinese', () => {
  expect([1, 10, 11, 19, 20, 21, 99, 100, 101, 110, 119, 230].map(chineseNumber)).toEqual([
    '一',
    '十',
    '十一',
    '十九',
    '二十',
    '二十一',
    '九十九',
    '一百',
    '一百零一',
    '一百一十',
    '一百一十九',
    '二百三十',
  ])
  expect([partyName(0), partyName(9), partyName(10), partyName(99)]).toEqual(['甲方', '癸方', '第十一方', '第一百方'])
  expect(chineseDay('2026-01-02')).toBe('2026年1月2日')
})

describe('the articles', () => {
  const said = (more: Partial<AgreementDocumentInput>) =>
    articlesOf(AgreementDocument.parse(playAgreement(more)))
      .flatMap(({ title, paragraphs }) => [title, ...paragraphs])
      .join('\n')

  test.each([
    [{ clock: { mailDays: 7 } }, '7个工作日内寄出'],
    [{ clock: { forwardDays: 0 } }, '收件之日起当日转送办理地'],
    [
      { clock: { supplementNoticeDays: 3, supplementClockStart: 'receipt' } },
      '在3个工作日内一次性告知需要补正的全部内容，期限自收件地收件之日起',
    ],
    [{ mailing: 'applicant' }, '寄往办理地的费用由申请人承担'],
    [{ resultMailing: 'collecting' }, '结果寄送的费用由收件地承担'],
    [{ originals: 'applicant' }, '材料原件核验后当场退还申请人'],
    [{ archive: 'collecting' }, '案卷由收件地按照'],
    [{ purgeDays: 15 }, '办结后15日内，收件地清除'],
    [{ evaluationDays: 8 }, '在8个工作日内核实'],
    [{ dispute: '报省政务服务管理机构协调' }, '报省政务服务管理机构协调'],
    [{ renewal: { kind: 'auto', noticeDays: 45 } }, '期满前45日，任何一方未提出终止的，自动续期'],
    [{ renewal: { kind: 'letters', noticeDays: 45 } }, '以换文方式续期'],
    [{ renewal: { kind: 'none', noticeDays: 45 } }, '期满自行终止'],
    [{ text: '设立专窗。\n每季度召开联席会议。' }, '其他约定\n设立专窗。\n每季度召开联席会议。'],
  ] as [Partial<AgreementDocumentInput>, string][])('%j', (more, sentence) => {
    expect(said(more)).toContain(sentence)
    const other = more.renewal?.kind === 'none' ? 'auto' : 'none'
    expect(said({ dispute: '协商', renewal: { kind: other, noticeDays: 9 } })).not.toContain(sentence)
  })

  test('name only the modes that an item has, and the objection where one may be raised', () => {
    const modes = (...list: (0 | 1 | 2 | 3)[]) =>
      said({ items: playAgreement().items.map(item => ({ ...item, modes: list })) })
    expect(modes(0)).toContain('全程网办：')
    expect(modes(0)).not.toMatch(/异地委托|异地授权|多地联办|提出异议/)
    expect(modes(2, 3)).toMatch(/异地授权·本地办理：[\s\S]*多地联办：[\s\S]*提出异议/)
  })
})

describe('the paper', () => {
  test('has every party, item and article, and fetches and runs nothing', () => {
    const input = playAgreement({}, 130)
    const html = paper(input)
    for (const item of input.items) expect(html).toContain(item.taskCode)
    expect(html.match(/<tr>/g)).toHaveLength(130 + 2)
    expect(plain(html)).toMatch(/甲方：十堰市行政审批局[\s\S]*乙方：安康市行政审批服务局/)
    expect(html).toMatch(/第一条　合作目的与原则[\s\S]*第十四条　签署与生效/)
    expect(html).toContain('由十堰市办理的事项（65项）')
    expect(html).not.toMatch(/<script|<img|<link|<iframe|src=|href=|url\(|@import|https?:/i)
  })

  test('shows what a text holds as text, whatever it is', () => {
    const evil = `<script>alert('1')</script>"&`
    const shown = '&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;'
    const item = {
      taskCode: evil,
      taskName: evil,
      handling: '420300',
      collecting: ['610900'],
      modes: [0 as const],
      difference: evil,
      contacts: [{ name: evil, phone: '1', role: evil }],
      sharedFields: [evil],
      materialMapping: [{ collecting: evil, handling: evil, note: evil }],
    }
    const html = paper(
      playAgreement({
        title: evil,
        dispute: evil,
        text: evil,
        parties: [
          { code: '420300', name: evil, authority: evil, authorityCode: '<b>' },
          { code: '610900', name: '安康市', authority: evil },
        ],
        items: [item],
        attachments: [{ sha256: 'c'.repeat(64), size: 1, type: 'application/pdf', name: evil }],
      }),
      {
        texts: [
          { id: 'b'.repeat(64), amendment: null, from: '2026-01-01', signatures: [] },
          { id: 'c'.repeat(64), amendment: { title: evil, reason: evil }, from: '2026-02-01', signatures: [] },
        ],
      },
    )
    expect(html).not.toMatch(/<script|<b>[^甲乙]/)
    expect(html.split(shown).length - 1).toBeGreaterThan(18)
  })

  test('says what does not stand, or stands no longer', () => {
    const input = playAgreement()
    expect(paper(input)).not.toContain('class="notice"')
    expect(paper(input, { state: 'proposed', pending: 'proposal' })).toContain('文本草案，尚未签署')
    expect(paper(input, { pending: 'amendment' })).toContain('变更文本，尚未签署')
    expect(paper(input, { state: 'terminated', terminatedOn: '2026-12-31' })).toContain(
      '协议状态：已终止；最后收件日 2026年12月31日',
    )
    expect(paper(input, { expired: true })).toContain('协议已到期')
    expect(paper(input, { replacedFrom: '2026-12-01' })).toContain('自 2026年12月1日 起由变更后的文本替代')
  })

  test('names signatures, those that are missing, and those that the proposer told of', () => {
    const at = Date.parse('2026-01-01T16:00:00Z') / 1000
    const html = plain(
      paper(playAgreement(), {
        texts: [
          {
            id: 'b'.repeat(64),
            amendment: null,
            from: '2026-01-01',
            signatures: [{ city: '610900', fingerprint: 'f'.repeat(64), kid: 'K'.repeat(43), at, own: false }],
          },
        ],
      }),
    )
    expect(html).toMatch(/甲方（盖章）[\s\S]*尚未签署[\s\S]*乙方（盖章）/)
    expect(html).toMatch(
      new RegExp(`不晚于）2026年1月2日 00:00:00[\\s\\S]*${'f'.repeat(64)}[\\s\\S]*${'K'.repeat(43)}`),
    )
  })
})
