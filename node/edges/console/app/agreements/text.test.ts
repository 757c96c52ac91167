import { expect, test } from 'vitest'
import { AgreementDocument } from '../../../../../protocol/agreement/document.ts'
import { amendmentOf, type Document, itemsNamed, today, withItems } from './text.ts'

const STANDING = AgreementDocument.parse({
  v: 1,
  title: '跨省通办合作协议',
  parties: [
    { code: '610900', name: '安康市', authority: '安康市行政审批服务局' },
    { code: '420300', name: '十堰市', authority: '十堰市行政审批局' },
  ],
  items: [{ taskCode: 'A', taskName: '缴存证明', handling: '420300', collecting: ['610900'], modes: [0] }],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
}) as Document
const [ITEM] = STANDING.items
if (ITEM === undefined) throw new Error('an agreement has an item')

test('an item that a text has already stays as it is there', () => {
  const other = { ...ITEM, taskCode: 'B' }
  expect(withItems([{ ...ITEM, promiseDays: 3 }], [ITEM, other])).toEqual([{ ...ITEM, promiseDays: 3 }, other])
})

test('items are found by words of name and code, all of them', () => {
  const items = [
    { ...ITEM, taskName: '住房公积金缴存证明', taskCode: 'A1' },
    { ...ITEM, taskName: '住房公积金提取', taskCode: 'A2' },
  ]
  expect(itemsNamed(items, ' 公积金  证明 ')).toEqual([items[0]])
  expect(itemsNamed(items, 'A2')).toEqual([items[1]])
  expect(itemsNamed(items, '')).toBe(items)
})

test('an amendment is asked about once it changes something on a day', () => {
  const changed = { ...STANDING, purgeDays: 30 }
  expect(amendmentOf(STANDING, STANDING, { effectiveFrom: '2030-01-01' })).toBeNull()
  expect(amendmentOf(STANDING, changed, {})).toBeNull()
  expect(amendmentOf(STANDING, { ...changed, title: '改名' }, { effectiveFrom: '2030-01-01' })).toBeNull()
  expect(amendmentOf(STANDING, changed, { effectiveFrom: '2030-01-01' })).toMatchObject({
    put: [],
    remove: [],
    terms: { purgeDays: 30 },
  })
})

test('today is a day of China', () => {
  expect(today(Date.parse('2026-11-30T15:59:59Z'))).toBe('2026-11-30')
  expect(today(Date.parse('2026-11-30T16:00:00Z'))).toBe('2026-12-01')
})
