/** `tongban case board`, `heat`, `idle`: numbers for leaders. */
import type { Command } from 'commander'
import type { ReadBoardAnswer, ReadItemHeatQuery } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'

const MODES = ['全程网办', '异地委托·本地代收', '异地授权·本地办理', '多地联办']

type Spans = Pick<ReadBoardAnswer['cases']['all'], 'today' | 'month' | 'year'>
const line = (cases: string, { today, month, year }: Spans) => ({ cases, today, month, year })

const shown = ({ places, items, cases, modes, windows, departments }: ReadBoardAnswer): string =>
  [
    `places 办理点      own 本市 ${places.own}, partners 合作城市 ${places.partners}`,
    `items 接入事项     taken in 可代收 ${items.collecting}, decided 可被代收 ${items.handling}`,
    '',
    table([
      line('all 异地收件', cases.all),
      line('for others 本市代收', cases.collecting),
      line('by others 外地代收', cases.handling),
      ...modes.map((spans, mode) => line(`mode ${mode} ${MODES[mode] ?? ''}`, spans)),
      ...windows.map(({ key, ...spans }) => line(`window 窗口 ${key}`, spans)),
      ...departments.map(({ key, ...spans }) => line(`organ 部门 ${key}`, spans)),
    ]),
  ].join('\n')

type Period = { from?: string; to?: string }
/** This year when nothing is said. */
const periodOf = ({ from, to }: Period): { from: string; to: string } => {
  const year = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 4)
  const first = from ?? to ?? year
  return { from: first, to: to ?? first }
}

export function declareBoard(cases: Command, { call }: Declare): void {
  call(cases, 'board', 'places, items, and cases taken in, today, this month, this year 看板', {
    ask: client => client.readBoard(),
    text: shown,
  })
  call(cases, 'heat', 'items by how many cases they had 事项热度', {
    options: command =>
      command
        .option('--from <period>', 'month or year: 2026-01 or 2026; this year by default')
        .option('--to <period>')
        .option('--role <role>', 'collecting or handling; both by default')
        .option('--limit <n>', 'at most', Number, 50),
    example: 'tongban case heat --from 2026-01 --to 2026-06',
    ask: async (client, _, { role, limit, ...period }: Period & Pick<ReadItemHeatQuery, 'role' | 'limit'>) =>
      (await client.readItemHeat({ query: { ...periodOf(period), role, limit } })).items,
    text: table,
  })
  call(cases, 'idle', 'active agreements by how few cases they had 协议多、办件少; their items with --json', {
    options: command =>
      command.option('--from <period>', 'month or year; this year by default').option('--to <period>'),
    ask: async (client, _, period: Period) => (await client.readIdleAgreements({ query: periodOf(period) })).items,
    text: items =>
      table(
        items.map(({ title, partner, validTo, cases: had, items: agreed, idleCount }) => ({
          agreement: title,
          partner,
          until: validTo,
          cases: had,
          items: agreed,
          'without cases': idleCount,
        })),
      ),
  })
}
