import { describe, expect, test } from 'vitest'
import { dayOf, listOf, numberOf, quantityOf } from './quantities.ts'

describe('numbers', () => {
  test.each([
    ['12', 12],
    ['5.0', 5],
    ['〇', 0],
    ['十', 10],
    ['十五', 15],
    ['二十', 20],
    ['四十五', 45],
    ['一百二十', 120],
    ['一百零五', 105],
    ['两百', 200],
    ['叁', 3],
    ['一千零一十', 1010],
  ])('%s is read', (text, number) => {
    expect(numberOf(text)).toBe(number)
  })

  test.each(['', '二五', '一百五', '百', '十百', '零十', '1.5', '-1', '1234567890', '若干'])('%s is none', text => {
    expect(numberOf(text)).toBeNull()
  })
})

describe('quantities', () => {
  test.each([
    ['20', 20, ''],
    ['5个工作日', 5, '个工作日'],
    ['5 个工作日内', 5, '个工作日'],
    ['5个工作日以内办结', 5, '个工作日'],
    ['不超过二十个工作日', 20, '个工作日'],
    ['自受理之日起20日内作出决定。', 20, '日'],
    ['受理申请后3个工作日', 3, '个工作日'],
    ['承诺时限：7个工作日', 7, '个工作日'],
    ['一个月', 1, '个月'],
    ['即办', 0, '工作日'],
    ['当场办结', 0, '工作日'],
    ['最多跑一次', 1, '次'],
    ['零跑动', 0, '次'],
    ['0次', 0, '次'],
    ['一式两份', 2, '份'],
  ])('%s', (text, number, unit) => {
    expect(quantityOf(text)).toEqual({ number, unit, rest: '' })
  })

  test('what stands in brackets is kept apart', () => {
    expect(quantityOf('20个工作日(不含公示)')).toEqual({ number: 20, unit: '个工作日', rest: '不含公示' })
  })

  test.each(['', '3-5个工作日', '三至五个工作日', '很多', '当日办结', '5个工作日和3天', '按规定'])(
    '%s is none',
    text => {
      const read = quantityOf(text)
      expect(read === null || !/^(|个?工作日|次)$/.test(read.unit)).toBe(true)
    },
  )
})

describe('days', () => {
  test.each([
    ['2026-3-1', '2026-03-01'],
    ['2026.3.1', '2026-03-01'],
    ['2026年3月1日', '2026-03-01'],
    ['2026年3月1日起施行', '2026-03-01'],
    ['二〇二六年三月一日', '2026-03-01'],
    ['二○二六年十二月三十一日', '2026-12-31'],
    ['20260301', '2026-03-01'],
    ['46082', '2026-03-01'],
    ['46082.5', '2026-03-01'],
  ])('%s is read', (text, day) => {
    expect(dayOf(text)).toBe(day)
  })

  test('a serial number counts from 1904 where its workbook says so', () => {
    expect(dayOf('44620', true)).toBe('2026-03-01')
  })

  test.each(['26.3.1', '2026年3月', '3月1日', '2026-02-30', '2026115', '19999', '80001', '二〇二六年十三月一日'])(
    '%s is none',
    text => {
      expect(dayOf(text)).toBeNull()
    },
  )

  test('the first and the last serial number', () => {
    expect([dayOf('20000'), dayOf('80000')]).toEqual(['1954-10-03', '2119-01-11'])
  })
})

describe('lists', () => {
  test.each([
    ['1. 有效期内\n2. 照片清晰', ['有效期内', '照片清晰']],
    ['（1）甲\n（2）乙', ['甲', '乙']],
    ['①甲\n②乙', ['甲', '乙']],
    ['一、甲\n二、乙', ['甲', '乙']],
    ['1.甲；2.乙；3.丙', ['甲', '乙', '丙']],
    ['1、甲', ['甲']],
  ])('numbers before lines go: %s', (text, list) => {
    expect(listOf(text)).toEqual(list)
  })

  test.each([['1.5 倍以内\n2.5 倍以内'], ['2. 乙\n3. 丙'], ['1. 甲\n乙'], ['甲；乙'], ['一致即可']])(
    'what is no numbered list stays: %s',
    text => {
      expect(listOf(text)).toEqual(text.split('\n'))
    },
  )
})
