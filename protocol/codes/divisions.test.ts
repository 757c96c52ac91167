import { expect, test } from 'vitest'
import { divisionOf, divisionsNamed } from './divisions.ts'

test.each([
  ['420300', { name: '十堰市', below: false }],
  ['610000', { name: '陕西省', below: false }],
  // 汉阴县 of Ankang; 仙桃市 lies below no city, but in Hubei; 奉节县 in Chongqing.
  ['610921', { name: '安康市', below: true }],
  ['429004', { name: '湖北省', below: true }],
  ['500236', { name: '重庆市', below: true }],
])('%s is a division', (code, division) => {
  expect(divisionOf(code)).toEqual(division)
})

test.each(['619900', '500200', '429000', '000000', '999999', '61090', ''])('%s is none', code => {
  expect(divisionOf(code)).toBeNull()
})

test('divisions are found by the beginning of their name', () => {
  expect(divisionsNamed('安康')).toEqual([{ code: '610900', name: '安康市' }])
  expect(divisionsNamed('安').map(({ name }) => name)).toEqual(
    expect.arrayContaining(['安徽省', '安康市', '安阳市', '安顺市', '安庆市']),
  )
  expect(divisionsNamed('秦巴')).toEqual([])
})
