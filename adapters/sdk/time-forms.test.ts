import { describe, expect, test } from 'vitest'
import { compactTime, readTime } from './time-forms.ts'

const MORNING = '2026-12-02T09:05:03+08:00'
const MINUTE = '2026-12-02T09:05:00+08:00'
const MIDNIGHT = '2026-12-02T00:00:00+08:00'

describe('a time', () => {
  test.each([
    ['2026-12-02T09:05:03+08:00', MORNING],
    ['2026-12-02T09:05:03.123+0800', MORNING],
    ['2026-12-02T01:05:03Z', MORNING],
    ['20261202090503', MORNING],
    ['202612020905', MINUTE],
    ['20261202T090503', MORNING],
    ['20261202', MIDNIGHT],
    ['2026-12-02', MIDNIGHT],
    ['2026-12-2', MIDNIGHT],
    ['2026/12/2', MIDNIGHT],
    ['2026.12.2', MIDNIGHT],
    ['2026年12月2日', MIDNIGHT],
    ['2026年12月02日', MIDNIGHT],
    ['2026-12-2 9:05', MINUTE],
    ['2026-12-02 9:5:3', MORNING],
    ['2026/12/2 9:05:03', MORNING],
    ['2026-12-2 09:05:03.0', MORNING],
    ['2026-12-2T9:05:03Z', '2026-12-02T17:05:03+08:00'],
    ['2026年12月2日 9:05', MINUTE],
    ['2026年12月2日9:05:03', MORNING],
    ['2026年12月2日 9时05分', MINUTE],
    ['2026年12月2日9时5分3秒', MORNING],
    ['2026年12月2日上午9时', '2026-12-02T09:00:00+08:00'],
    ['2026年12月2日 下午9:05:03', '2026-12-02T21:05:03+08:00'],
    ['2026-12-2 上午 9:05', MINUTE],
    ['2026-12-2 下午12:05', '2026-12-02T12:05:00+08:00'],
    ['2026-12-2 上午12:05', '2026-12-02T00:05:00+08:00'],
    ['Dec 2, 2026 9:05:03 AM', MORNING],
    ['Dec 2, 2026, 9:05:03 PM', '2026-12-02T21:05:03+08:00'],
    ['Dec 2, 2026, 9:05:03\u202fAM', MORNING],
    ['Dec 2, 2026', MIDNIGHT],
    ['Wed Dec 02 09:05:03 CST 2026', MORNING],
    ['1796173503000', MORNING],
    ['/Date(1796173503000)/', MORNING],
    ['/Date(1796173503000+0800)/', MORNING],
    [' 2026-12-2 ', MIDNIGHT],
  ])('%j is read', (text, instant) => {
    expect(readTime(text)).toEqual({ instant, day: instant.slice(0, 10) })
  })

  test.each([
    '',
    '2026-13-2',
    '2026-2-30',
    '2026/12-2',
    '2026-12',
    '2026122',
    '2026-1-123',
    '26-12-2',
    '2026-12-2 24:05',
    '2026-12-2 9:60',
    '2026-12-2 13:05 AM',
    '2026-12-2 上午13:05',
    'Dec 32, 2026',
    'Dez 2, 2026',
    '1796173503',
    '17961735030000',
    '长期',
    '42030019900307123X',
    '2026-12-2 9:05 and more',
  ])('%j is not', text => expect(readTime(text)).toBeNull())

  test('is written as yyyyMMddHHmmss', () => {
    expect(compactTime(readTime('2026-12-2 9:05:03') ?? { instant: '' })).toBe('20261202090503')
  })
})
