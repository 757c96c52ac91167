import { expect, test } from 'vitest'
import { clockText, dayText, instantText, withInstants } from './time.ts'

const NOW = Date.parse('2026-11-29T01:12:30Z')

test('times are those of China, with the year when it is another one there', () => {
  expect(instantText('2026-11-29T01:12:30Z', 'zh', NOW)).toBe('11-29 周日 09:12')
  expect(instantText('2026-11-28T16:00:00Z', 'en', NOW)).toBe('11-29 Sun 00:00')
  expect(instantText('2025-12-31T15:59:59Z', 'zh', NOW)).toBe('2025-12-31 周三 23:59')
  expect(instantText('2025-12-31T16:00:00Z', 'zh', NOW)).toBe('01-01 周四 00:00')
  expect(clockText(NOW)).toBe('09:12:30')
})

test('a day is the same wherever it is read', () => {
  expect(dayText('2026-12-01', 'zh', NOW)).toBe('12-01 周二')
  expect(dayText('2027-01-04', 'en', NOW)).toBe('2027-01-04 Mon')
})

test('instants within a text of the node are told as people read them, and nothing else of it changes', () => {
  expect(withInstants('至 2026-11-29T02:06:07.314Z', 'zh', NOW)).toBe('至 11-29 周日 10:06')
  expect(withInstants('from 2026-11-29T02:06:00+08:00 on', 'en', NOW)).toBe('from 11-29 Sun 02:06 on')
  for (const text of ['2026-11-29', '至 2026-99-99T99:99Z', '2026-11-29T02:06:07Z9'])
    expect(withInstants(text, 'zh', NOW)).toBe(text)
})
