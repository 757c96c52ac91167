import { expect, test } from 'vitest'
import type { Problem } from '../../../protocol/problem.ts'
import { describeProblem, inChineseToo, ProblemInWords, tellWhy, Why } from './problem-in-words.ts'

test('a problem that an answer tells has its detail in both languages', () => {
  const problem = { code: 'case.day', detail: 'receivedAt: later than the signing' } as const
  const detailZh = 'receivedAt：晚于签发时间'
  expect(Why.parse(tellWhy(problem))).toEqual({ ...problem, detailZh })
  expect(ProblemInWords.parse(describeProblem(problem))).toMatchObject({ ...problem, detailZh, act: 'you' })
})

test('what an earlier version or a partner wrote is said in Chinese as well, and a name stays', () => {
  const { detailZh } = tellWhy({ code: 'exchange.unreachable', detail: 'no answer in time; ECONNRESET at 10.0.0.7' })
  expect(detailZh).toBe('未及时答复；ECONNRESET at 10.0.0.7')
  expect(tellWhy({ code: 'request.not-found', detail: 'M01' }).detailZh).toBe('M01')
})

test('a problem without a detail has none in Chinese, and no problem is none', () => {
  expect(tellWhy<Problem>({ code: 'internal' })).toEqual({ code: 'internal', detailZh: null })
  expect(tellWhy(null)).toBeNull()
})

test('a problem without a code is told in both languages', () => {
  expect(inChineseToo({ problem: 'the gateway refuses it: 4001' }).problemZh).toBe('短信网关拒绝：4001')
  expect(inChineseToo({ problem: null }).problemZh).toBeNull()
})
