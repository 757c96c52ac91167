/** `tongban reminders`: what must be seen to before a day comes. */
import type { Command } from 'commander'
import type { Reminder } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { twice, WHO } from './output.ts'

const MARK = { info: '·', warn: '!', fail: '✗' } as const

const line = ({ level, zh, en, act, cure, cureZh }: Reminder): string =>
  `${MARK[level]} ${zh}\n  ${en}\n    ${WHO[act]}: ${twice(cure, cureZh)}`

export const declareReminders = (program: Command, { call }: Declare): Command =>
  call(program, 'reminders', 'what must be seen to before a day comes 提醒', {
    ask: async client => (await client.listReminders()).items,
    text: items => (items.length === 0 ? 'Nothing is due 没有待办提醒' : items.map(line).join('\n')),
  })
