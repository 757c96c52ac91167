import { expect, test } from 'vitest'
import { failedOf, noticeOf, tickName } from './review.ts'

const MATERIALS = [
  { code: 'M01', name: '身份证', points: ['在有效期内', '人证一致'] },
  { code: 'M02', name: '申请表', points: ['签字或盖章', '无涂改'] },
]
const say = {
  failing: (points: string) => `不符合${points}`,
  line: (no: number, material: string, points: string) => `${no}. ${material}：${points}`,
  notice: (lines: string) => `请补正：\n${lines}`,
}

test('what is ticked as failing becomes one notice, each material once with all of its points', () => {
  const ticks = {
    [tickName('M01', '在有效期内')]: true,
    [tickName('M02', '签字或盖章')]: false,
    [tickName('M02', '无涂改')]: false,
  }
  expect(noticeOf(failedOf(MATERIALS, ticks), say)).toEqual({
    notice: '请补正：\n1. 申请表：不符合签字或盖章；无涂改',
    materials: [{ code: 'M02', reason: '不符合签字或盖章；无涂改' }],
  })
})

test('points that nobody looked at, or that fit, fail nothing', () => {
  expect(failedOf(MATERIALS, {})).toEqual([])
  expect(failedOf(MATERIALS, { [tickName('M01', '人证一致')]: true })).toEqual([])
})
