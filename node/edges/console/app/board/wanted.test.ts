import { expect, test } from 'vitest'
import {
  behindOf,
  casesAddress,
  chineseDay,
  daysOf,
  hasDays,
  monthsUpTo,
  periodOf,
  searchOf,
  spanOf,
  wantedOf,
} from './wanted.ts'

const TODAY = '2026-11-30'

test('an address without filters is this year up to now, and the same board has the same address', () => {
  expect(wantedOf('', TODAY)).toEqual({ from: '2026-01', to: '2026-11', narrow: {} })
  expect(searchOf(wantedOf('', TODAY), TODAY)).toBe('')
  const wanted = {
    from: '2026-10',
    to: '2026-11',
    narrow: { role: 'handling', partner: '610900', item: 'A 1' },
  } as const
  expect(wantedOf(searchOf(wanted, TODAY), TODAY)).toEqual(wanted)
})

test('what is no month is left out, and months the wrong way round are one', () => {
  expect(wantedOf('?from=2026-13&to=x', TODAY)).toMatchObject({ from: '2026-01', to: '2026-11' })
  expect(wantedOf('?from=2026-09&to=2026-03', TODAY)).toMatchObject({ from: '2026-03', to: '2026-03' })
  expect(wantedOf('?to=2025-06', TODAY)).toMatchObject({ from: '2025-01', to: '2025-06' })
})

test('whole years are summed by year, the present one up to now among them; their days are those of the sums', () => {
  expect(spanOf({ from: '2026-01', to: '2026-11' }, TODAY)).toEqual({ grain: 'year', from: '2026', to: '2026' })
  expect(spanOf({ from: '2024-01', to: '2025-12' }, TODAY)).toEqual({ grain: 'year', from: '2024', to: '2025' })
  expect(spanOf({ from: '2026-01', to: '2026-10' }, TODAY)).toEqual({ grain: 'month', from: '2026-01', to: '2026-10' })
  expect(spanOf({ from: '2026-02', to: '2026-11' }, TODAY)).toEqual({ grain: 'month', from: '2026-02', to: '2026-11' })
  expect(daysOf({ grain: 'year', from: '2026', to: '2026' })).toEqual({ from: '2026-01-01', to: '2026-12-31' })
  expect(daysOf({ grain: 'month', from: '2026-01', to: '2028-02' })).toEqual({ from: '2026-01-01', to: '2028-02-29' })
})

test('periods with a name, also in January', () => {
  expect(periodOf('lastMonth', '2026-01-05')).toEqual({ from: '2025-12', to: '2025-12' })
  expect(periodOf('year', '2026-01-05')).toEqual({ from: '2026-01', to: '2026-01' })
  expect(periodOf('lastYear', TODAY)).toEqual({ from: '2025-01', to: '2025-12' })
  expect(periodOf('month', TODAY)).toEqual({ from: '2026-11', to: '2026-11' })
  expect(monthsUpTo(TODAY)).toHaveLength(36)
  expect(monthsUpTo(TODAY).at(-1)).toBe('2023-12')
})

test('the cases behind a number are named by its address, and an address that names none is none', () => {
  const behind = {
    counted: 'on-time',
    from: '2026-01-01',
    to: '2026-12-31',
    narrow: { department: '11420300MB0000000X' },
  } as const
  const address = casesAddress(behind)
  expect(behindOf(address.slice(address.indexOf('?')))).toEqual(behind)
  expect(behindOf('?counted=everything&from=2026-01-01&to=2026-12-31')).toBeNull()
  expect(behindOf('?counted=late&from=2026-01-01')).toBeNull()
})

test('days are asked for within one month alone, and of what they are kept for', () => {
  const month = { from: '2026-11', to: '2026-11' }
  expect(hasDays({ ...month, narrow: {} })).toBe(true)
  expect(hasDays({ ...month, narrow: { partner: '610900' } })).toBe(true)
  expect(hasDays({ ...month, narrow: { item: 'A1' } })).toBe(false)
  expect(hasDays({ ...month, narrow: { partner: '610900', role: 'handling' } })).toBe(false)
  expect(hasDays({ from: '2026-10', to: '2026-11', narrow: {} })).toBe(false)
})

test('a day in China begins eight hours before it does in London', () => {
  expect(chineseDay(Date.parse('2026-11-29T15:59:59Z'))).toBe('2026-11-29')
  expect(chineseDay(Date.parse('2026-11-29T16:00:00Z'))).toBe('2026-11-30')
})
