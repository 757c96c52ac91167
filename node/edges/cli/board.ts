/** `tongban case board`, `heat`, `idle`: numbers for leaders. */
import type { ReadItemHeatQuery } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type Spans = { today: number; month: number; year: number }

const MODES = ['全程网办', '异地委托·本地代收', '异地授权·本地办理', '多地联办']

export async function board(context: CommandContext): Promise<void> {
  const client = await context.client()
  const found = await client.readBoard()
  const line = (cases: string, { today, month, year }: Spans) => ({ cases, today, month, year })
  context.out.result(found, ({ places, items, cases, modes, windows, departments }) =>
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
    ].join('\n'),
  )
}

type Period = { from?: string; to?: string }
/** This year when nothing is said. */
const periodOf = ({ from, to }: Period): { from: string; to: string } => {
  const year = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 4)
  const first = from ?? to ?? year
  return { from: first, to: to ?? first }
}

export async function heat(
  context: CommandContext,
  flags: Period & Pick<ReadItemHeatQuery, 'role' | 'limit'>,
): Promise<void> {
  const client = await context.client()
  const { role, limit } = flags
  const { items } = await client.readItemHeat({ query: { ...periodOf(flags), role, limit } })
  context.out.result(items, list => table(list))
}

export async function idle(context: CommandContext, flags: Period): Promise<void> {
  const client = await context.client()
  const { items } = await client.readIdleAgreements({ query: periodOf(flags) })
  context.out.result(items, list =>
    table(
      list.map(({ title, partner, validTo, cases, items: agreed, idleCount }) => ({
        agreement: title,
        partner,
        until: validTo,
        cases,
        items: agreed,
        'without cases': idleCount,
      })),
    ),
  )
}
