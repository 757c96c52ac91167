/** `tongban reminders`: what must be seen to before a day comes. */
import type { Actor } from '../../protocol/problem.ts'
import type { CommandContext } from './context.ts'

export type Reminder = {
  kind: string
  subject: string
  dueAt: string
  level: 'info' | 'warn' | 'fail'
  act: Actor
  en: string
  zh: string
  cure: string
}

const MARK = { info: '·', warn: '!', fail: '✗' } as const
const WHO = {
  you: 'you 您',
  partner: 'the partner city 合作城市',
  operator: "this node's operator 本节点运维人员",
} as const satisfies Record<Actor, string>

export async function reminders(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Reminder[] }>('/api/v1/reminders')
  context.out.result(items, list =>
    list.length === 0
      ? 'Nothing is due 没有待办提醒'
      : list
          .map(({ level, zh, en, act, cure }) => `${MARK[level]} ${zh}\n  ${en}\n    ${WHO[act]}: ${cure}`)
          .join('\n'),
  )
}
