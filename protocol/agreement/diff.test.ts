import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { diffAgreements, termsOf } from './diff.ts'
import { AgreementDocument, type AgreementDocumentInput } from './document.ts'
import { TERM_LABELS } from './labels.ts'

const input = (): AgreementDocumentInput => ({
  v: 1,
  title: '跨省通办合作协议',
  parties: [
    { code: '420300', name: '十堰市', authority: '十堰市行政审批局' },
    { code: '610900', name: '安康市', authority: '安康市行政审批服务局' },
  ],
  items: [
    { taskCode: 'A1', taskName: '社会保险登记', handling: '420300', collecting: ['610900'], modes: [0, 1] },
    { taskCode: 'A2', taskName: '公积金提取', handling: '420300', collecting: ['610900'], modes: [1], promiseDays: 5 },
  ],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2027-12-31',
})
const text = (change: (document: AgreementDocumentInput) => void = () => {}): AgreementDocument => {
  const made = structuredClone(input())
  change(made)
  return AgreementDocument.parse(made)
}

describe('the difference of two texts', () => {
  test('of the same text is none, however its lists are ordered', () => {
    const turned = text(made => {
      made.items.reverse()
      made.parties.reverse()
      for (const item of made.items) item.modes.reverse()
      for (const item of made.items) item.contacts = undefined
    })
    expect(diffAgreements(text(), turned)).toEqual({
      terms: [],
      parties: [],
      items: [],
      counts: { added: 0, removed: 0, changed: 0, unchanged: 2 },
    })
  })

  test('names items that come, go and change, with the fields that a person reads', () => {
    const after = text(made => {
      const [first] = made.items
      made.items = [
        { ...first, modes: [0], promiseDays: 3 } as (typeof made.items)[number],
        { taskCode: 'B1', taskName: '营业执照', handling: '610900', collecting: ['420300'], modes: [0] },
      ]
    })
    const { items, counts } = diffAgreements(text(), after)
    expect(counts).toEqual({ added: 1, removed: 1, changed: 1, unchanged: 0 })
    expect(items.map(({ change, taskCode }) => [change, taskCode])).toEqual([
      ['changed', 'A1'],
      ['removed', 'A2'],
      ['added', 'B1'],
    ])
    expect(items[0]?.fields).toMatchObject([
      {
        field: 'modes',
        before: [0, 1],
        after: [0],
        was: { zh: '全程网办、异地委托·本地代收' },
        is: { zh: '全程网办' },
      },
      { field: 'promiseDays', after: 3, was: { zh: '无' }, is: { zh: '3' } },
    ])
    expect(items[0]?.fields[1]).not.toHaveProperty('before')
  })

  test('names terms one by one, those of the clock and of the renewal too', () => {
    const after = text(made => {
      made.clock = { mailDays: 3 }
      made.renewal = { kind: 'auto', noticeDays: 30 }
      made.originals = 'applicant'
    })
    expect(diffAgreements(text(), after).terms.map(({ field, was, is }) => [field, was.zh, is.zh])).toEqual([
      ['renewal.kind', '期满终止，续签须另行签署', '期满未提出异议的自动续期'],
      ['clock.mailDays', '2', '3'],
      ['originals', '由办理地保管', '核验后退还申请人'],
    ])
  })

  test('names parties by code', () => {
    const after = text(made => {
      made.parties.push({ code: '411300', name: '南阳市', authority: '南阳市行政审批服务管理局' })
      const [first] = made.parties
      if (first !== undefined) first.authority = '十堰市政务服务局'
    })
    expect(diffAgreements(text(), after).parties).toMatchObject([
      { change: 'changed', code: '420300', fields: [{ field: 'authority' }] },
      { change: 'added', code: '411300', name: '南阳市' },
    ])
  })

  test('every term of a document has its name, and shows when it differs', () => {
    const before = text(made => Object.assign(made, { text: '一', attachments: [] }))
    const after = text(made => {
      Object.assign(made, {
        title: '新',
        clock: {
          forwardDays: 9,
          mailDays: 9,
          recheckDays: 9,
          resultMailDays: 9,
          supplementNoticeDays: 9,
          supplementClockStart: 'receipt',
          objectionDays: 9,
        },
        mailing: 'applicant',
        resultMailing: 'applicant',
        originals: 'applicant',
        archive: 'collecting',
        purgeDays: 1,
        evaluationDays: 1,
        dispute: '新',
        validFrom: '2026-02-01',
        validTo: '2028-01-01',
        renewal: { kind: 'letters', noticeDays: 1 },
        attachments: [{ sha256: 'a'.repeat(64), size: 1, type: 'application/pdf', name: '盖章扫描件' }],
        text: '二',
      })
    })
    expect(Object.keys(termsOf(after)).sort()).toEqual(Object.keys(TERM_LABELS).sort())
    expect(diffAgreements(before, after).terms.map(({ field }) => field)).toEqual(Object.keys(TERM_LABELS))
  })

  test('read backwards is the opposite', () => {
    const some = fc.subarray(['A1', 'A2', 'A3', 'A4'], { minLength: 1 })
    fc.assert(
      fc.property(some, some, fc.integer({ min: 0, max: 3 }), (left, right, days) => {
        const of = (codes: string[], limit?: number) =>
          text(made => {
            made.items = codes.map(taskCode => ({
              taskCode,
              taskName: taskCode,
              handling: '420300',
              collecting: ['610900'],
              modes: [0],
              ...(limit === undefined ? {} : { promiseDays: limit }),
            }))
          })
        const there = diffAgreements(of(left), of(right, days))
        const back = diffAgreements(of(right, days), of(left))
        expect([back.counts.added, back.counts.removed]).toEqual([there.counts.removed, there.counts.added])
        expect(back.counts.changed).toBe(there.counts.changed)
        expect(there.counts.changed).toBe(left.filter(code => right.includes(code)).length)
      }),
    )
  })
})
