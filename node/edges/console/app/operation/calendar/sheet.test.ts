import { expect, test } from 'vitest'
import { emptyTable, kindOf, readTable, runsOf, runsText, sheetOf, turned } from './sheet.ts'

const CN = { ...emptyTable('CN', 2026), off: ['2026-10-01', '2026-10-03'], worked: ['2026-10-10'], source: '通知' }

test('a sheet has twelve months whose weeks begin on Monday, with every day once', () => {
  const months = sheetOf([CN], 2026)
  expect(months.map(({ month }) => month)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  const days = months.flatMap(({ weeks }) => weeks.flat().filter(cell => cell !== null))
  expect(days).toHaveLength(365)
  expect(new Set(days.map(({ day }) => day)).size).toBe(365)
  // 1 October 2026 is a Thursday.
  expect(months[9]?.weeks[0]?.map(cell => cell?.date ?? null)).toEqual([null, null, null, 1, 2, 3, 4])
  expect(
    sheetOf([], 2028)[1]
      ?.weeks.flat()
      .filter(cell => cell !== null),
  ).toHaveLength(29)
})

test('a day is as the tables say, and else as its weekday says; a holiday of a region stands over a worked day', () => {
  expect(['2026-10-01', '2026-10-02', '2026-10-04', '2026-10-10'].map(day => kindOf([CN], day))).toEqual([
    'off',
    'working',
    'weekend',
    'worked',
  ])
  expect(kindOf([CN, { ...emptyTable('45', 2026), off: ['2026-10-10'] }], '2026-10-10')).toBe('off')
})

test('a click turns a weekday between worked and off, and a weekend day through all three', () => {
  const weekday = turned(CN, '2026-10-02')
  expect(weekday.off).toEqual(['2026-10-01', '2026-10-02', '2026-10-03'])
  expect(turned(weekday, '2026-10-02')).toEqual(CN)
  const worked = turned(CN, '2026-10-04')
  expect(worked.worked).toEqual(['2026-10-04', '2026-10-10'])
  const off = turned(worked, '2026-10-04')
  expect([off.worked, off.off]).toEqual([['2026-10-10'], ['2026-10-01', '2026-10-03', '2026-10-04']])
  expect(turned(off, '2026-10-04')).toEqual(CN)
})

test('a file is a table when it has the parts of one', () => {
  expect(readTable(JSON.stringify(CN))).toEqual(CN)
  for (const text of [
    '',
    '[]',
    'null',
    '{"v":1}',
    JSON.stringify({ ...CN, off: [1] }),
    JSON.stringify({ ...CN, v: 2 }),
  ])
    expect(readTable(text)).toBeNull()
})

test('days that follow each other are one run, over the end of a month too', () => {
  const days = ['2026-10-03', '2026-09-30', '2026-10-01', '2026-10-05']
  expect(runsOf(days)).toEqual([
    { from: '2026-09-30', to: '2026-10-01' },
    { from: '2026-10-03', to: '2026-10-03' },
    { from: '2026-10-05', to: '2026-10-05' },
  ])
  expect(runsText(days)).toBe('2026-09-30–10-01 · 2026-10-03 · 2026-10-05')
  expect(runsText([])).toBe('')
})
