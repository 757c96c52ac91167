import { describe, expect, test } from 'vitest'
import type { HolidayTable } from './calendar.ts'
import { CHINA_HOLIDAYS } from './china.ts'
import { compareNational, readNotice, tableDigest, writeNotice } from './notice.ts'

const table = (region: string, year: number, ...off: string[]): HolidayTable => ({
  v: 1,
  region,
  year,
  off,
  worked: [],
  source: '某通知',
})
const of = (...tables: HolidayTable[]) => writeNotice(tables, '420300', 2026)

describe('what a city tells of its calendar', () => {
  test('a digest stands for the days of a place and a year, whatever their order and whoever wrote them', async () => {
    const days = table('CN', 2026, '2026-01-01', '2026-10-01')
    const digest = await tableDigest(days)
    expect(await tableDigest({ ...days, off: days.off.toReversed(), source: '另一通知' })).toBe(digest)
    for (const other of [table('CN', 2026, '2026-01-01'), { ...days, region: '42' }, { ...days, worked: days.off }])
      expect(await tableDigest(other)).not.toBe(digest)
  })

  test('it speaks of the given years, and tells the tables of its own region alone', async () => {
    const notice = await of(...CHINA_HOLIDAYS, table('42', 2026, '2026-05-06'), table('42', 2025), table('61', 2026))
    expect(notice.national.map(({ year }) => year)).toEqual([2026])
    expect(notice.regional).toEqual([table('42', 2026, '2026-05-06')])
    expect(readNotice(notice, '420300')).toEqual({ ok: true })
  })

  test.each([
    ['a table of another region', [table('61', 2026)]],
    ['a national table', [table('CN', 2026)]],
    ['a year twice', [table('42', 2026), table('42', 2026)]],
    ['a year that it does not speak of', [table('42', 2025)]],
    ['a day of another year', [table('42', 2026, '2027-01-01')]],
  ])('%s is refused', async (_, regional) => {
    expect(readNotice({ ...(await of()), regional }, '420300')).toMatchObject({
      problem: { code: 'calendar.malformed' },
    })
  })

  test('who lacks a national table, or that its days differ, of the years that both speak of', async () => {
    const own = await of(table('CN', 2026, '2026-01-01'), table('CN', 2027))
    const partner = await of(table('CN', 2026), table('CN', 2028))
    expect(compareNational(own, partner)).toEqual([
      { region: 'CN', year: 2026, kind: 'differs' },
      { region: 'CN', year: 2027, kind: 'partner' },
      { region: 'CN', year: 2028, kind: 'own' },
    ])
    expect(compareNational(own, { ...partner, from: 2028 })).toEqual([{ region: 'CN', year: 2028, kind: 'own' }])
    expect(compareNational(own, own)).toEqual([])
  })
})
