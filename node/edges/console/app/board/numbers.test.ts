import { expect, test } from 'vitest'
import { everyPeriod, onTimeShare, percent, satisfiedShare } from './numbers.ts'

test('shares are of what has them: of nothing there is none', () => {
  expect(percent(0, 0)).toBeNull()
  expect(percent(0, 3)).toBe('0.0%')
  expect(onTimeShare({})).toBeNull()
  expect(onTimeShare({ 'on-time': 2, late: 1 })).toBe('66.7%')
  expect(onTimeShare({ late: 1 })).toBe('0.0%')
  expect(satisfiedShare({ submitted: 9 })).toBeNull()
  expect(satisfiedShare({ rated: 8, bad: 1 })).toBe('87.5%')
})

test('months and days follow each other without a gap, over the ends of years and February', () => {
  expect(everyPeriod('2026-11', '2027-02')).toEqual(['2026-11', '2026-12', '2027-01', '2027-02'])
  expect(everyPeriod('2028-02-27', '2028-03-01')).toEqual(['2028-02-27', '2028-02-28', '2028-02-29', '2028-03-01'])
  expect(everyPeriod('2026-11', '2026-11')).toEqual(['2026-11'])
})
