import { expect, test, vi } from 'vitest'
import { PROBLEMS } from '../../../protocol/problem.ts'
import { outline } from './outline.ts'
import { china, describeProblem, fail, inChinaTime, inOneLine, twice } from './output.ts'

test('an outline names each field in both languages, a list by number, and keeps a text as it is', () => {
  const body = {
    salt: 'x',
    applicant: { name: '陈小满', idNumber: '11010519491231002X' },
    receivedAt: '2026-11-23T07:20:00.000Z',
    consent: undefined,
    modes: [0, 1],
    seal: null,
    realName: true,
    own: { toString: '甲' },
    notice: '一、缺签名\n二、缺照片',
    materials: [{ code: 'M01', pages: 2 }, { code: 'M02' }],
  }
  expect(outline(body, ['salt'])).toBe(
    [
      'applicant 申请人:',
      '  name 名称: 陈小满',
      '  idNumber 证件号码: 11010519491231002X',
      'receivedAt 时间: 2026-11-23 15:20:00',
      'modes 办理方式: 0, 1',
      'seal 签章: —',
      'realName 实名: yes 是',
      'own:',
      '  toString: 甲',
      'notice 告知内容:',
      '  一、缺签名',
      '  二、缺照片',
      'materials 材料:',
      '  1.',
      '    code 编码: M01',
      '    pages 页数: 2',
      '  2.',
      '    code 编码: M02',
    ].join('\n'),
  )
})

test('a problem of a command is told in both languages, with what it is about', () => {
  const told = describeProblem({ code: 'case.limit', detail: 'promisedBy: not past the legal limit, 2026-12-01' })
  expect(told.split('\n').slice(0, 3)).toEqual([
    `case.limit: ${PROBLEMS['case.limit'].en} ${PROBLEMS['case.limit'].zh}`,
    '  promisedBy: not past the legal limit, 2026-12-01',
    '  promisedBy：不得超过法定办结时限 2026-12-01',
  ])
  const named = describeProblem({ code: 'request.not-found', detail: 'M01' }).split('\n')
  expect(named.filter(line => line.includes('M01'))).toEqual(['  M01'])
})

test('what an answer tells in both languages is printed once where it is the same in both', () => {
  expect(inOneLine({ code: 'adapter.refused', detail: 'HTTP 503' })).toBe('adapter.refused HTTP 503 HTTP 状态码 503')
  expect(inOneLine({ code: 'adapter.refused' })).toBe('adapter.refused')
  expect([twice('E1', 'E1'), twice('E1', null), twice('E1', undefined), twice('busy', '正忙')]).toEqual([
    'E1',
    'E1',
    'E1',
    'busy 正忙',
  ])
})

test('whoever comes second reads who was first, what that was, and when in China', () => {
  const at = '2026-11-23T00:00:00.000Z'
  const told = describeProblem(
    { code: 'request.precondition', detail: 'case.accept by person:7 at …' },
    {
      changes: [
        { by: 'person:7', name: '周敏', action: 'case.accept', at },
        { by: 'city:420300', name: null, action: 'case.message', at },
      ],
    },
  )
  expect(told.split('\n').slice(1, 3)).toEqual([
    '  2026-11-23 08:00:00 case.accept 周敏 (person:7)',
    '  2026-11-23 08:00:00 case.message city:420300',
  ])
})

test('whoever reads only the beginning of an answer is told nothing of it', () => {
  const before = process.exitCode
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  fail(Object.assign(new Error('broken pipe, write'), { code: 'EPIPE' }), false)
  expect(written).not.toHaveBeenCalled()
  fail(new Error('another'), false)
  expect(written).toHaveBeenCalledOnce()
  written.mockRestore()
  process.exitCode = before ?? 0
})

test.each([
  ['2026-11-23T07:20:00.000Z', '2026-11-23 15:20:00'],
  ['2026-11-23T07:20:00Z', '2026-11-23 15:20:00'],
  ['2026-11-23T15:20:00+08:00', '2026-11-23 15:20:00'],
  ['2026-11-23T15:20+08:00', '2026-11-23 15:20:00'],
  ['2026-11-23T01:20:00-06:00', '2026-11-23 15:20:00'],
  ['2026-11-23', '2026-11-23'],
  ['2026-99-23T07:20:00Z', '2026-99-23T07:20:00Z'],
  ['as of 2026-11-23T07:20:00Z', 'as of 2026-11-23T07:20:00Z'],
])('an instant is told in the time of China, whatever its offset: %s', (given, shown) => {
  expect(china(given)).toBe(shown)
})

test('each instant in a line of doctor is told in the time of China, and days stay', () => {
  expect(inChinaTime('last at 2026-11-23T07:20:00.000Z 最近 2026-11-23T20:20:00Z; until 2026-12-31')).toBe(
    'last at 2026-11-23 15:20:00 最近 2026-11-24 04:20:00; until 2026-12-31',
  )
})
