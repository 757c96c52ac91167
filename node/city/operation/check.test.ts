import { expect, test } from 'vitest'
import { PROBLEMS, ProblemError } from '../../../protocol/problem.ts'
import { parseConfig } from '../../kernel/config/config.ts'
import { type Check, inBothLanguages, run } from './check.ts'
import { checkRelays } from './running-checks.ts'

test('a check that fails tells what, about what, and what to do in both languages', async () => {
  const checks: Check[] = []
  const failing = async () => {
    throw new ProblemError('adapter.unavailable', 'E-Gov: no answer; last answered not since the start')
  }
  await run(checks, 'approval system 审批系统', failing, () => '')
  const { cure, cureZh } = PROBLEMS['adapter.unavailable']
  expect(checks.map(inBothLanguages)).toEqual([
    {
      check: 'approval system 审批系统',
      level: 'fail',
      detail: 'adapter.unavailable: E-Gov: no answer; last answered not since the start',
      detailZh: 'adapter.unavailable：E-Gov：没有应答；启动以来未应答过',
      act: 'operator',
      cure,
      cureZh,
    },
  ])
})

test('a problem that is about nothing is told by its code, and what holds needs no cure', async () => {
  const checks: Check[] = []
  const failing = async () => {
    throw new ProblemError('clock.own')
  }
  await run(checks, 'clock', failing, () => '')
  await run(
    checks,
    'store 数据库',
    async () => null,
    () => 'it can be written',
  )
  const [clock, store] = checks.map(inBothLanguages)
  expect(clock?.detailZh).toBe(`clock.own：${PROBLEMS['clock.own'].zh}`)
  expect(store).toEqual({ check: 'store 数据库', level: 'ok', detail: 'it can be written', detailZh: '可以写入' })
})

test('Chinese that is given with a check stands before that of the messages', () => {
  const check: Check = {
    check: 'x',
    level: 'warn',
    detail: 'connected',
    detailZh: '合作城市已连接',
    act: 'you',
    cure: 'End it, or change http.port',
  }
  expect(inBothLanguages(check)).toMatchObject({ detailZh: '合作城市已连接', cureZh: '将其停止，或更改 http.port' })
})

test('a relay that holds no place is for its city to see to, and one that is no active partner for this one', async () => {
  const place = async (active: boolean) => {
    const checks: Check[] = []
    const reach = () => ({ used: [{ partner: '420600', reserved: false }], relayed: 0 })
    await checkRelays({ p2p: { listen: [], relays: ['420600'], offerRelay: 0 } } as never, reach, () => active, checks)
    return checks.find(({ check }) => check.endsWith('420600'))
  }
  expect(await place(true)).toMatchObject({ level: 'fail', act: 'partner' })
  expect(await place(false)).toMatchObject({ level: 'fail', act: 'you', cure: expect.stringContaining('pair with it') })
})

test('a configuration that does not hold is told setting by setting, in Chinese too', async () => {
  const checks: Check[] = []
  const wrong = {
    city: { code: '420300', name: '十堰市', authority: '十堰市行政审批局' },
    http: { port: 'x', hots: 1 },
  }
  await run(
    checks,
    'config 配置',
    async () => parseConfig(wrong, '/srv'),
    () => '',
  )
  expect(checks.map(inBothLanguages)).toMatchObject([
    {
      detail: expect.stringContaining('http.port: must be a number'),
      detailZh: 'config.invalid：http.port：应为数字；http.hots：没有这项配置；请删去，或更正名称',
    },
  ])
})
