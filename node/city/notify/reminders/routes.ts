/** HTTP route of reminders. */
import * as z from 'zod'
import { detailInChinese } from '../../../../protocol/messages/in-chinese.ts'
import { type RouteModule, Time, time } from '../../../edges/http/route.ts'
import type { Reminders } from './reminders.ts'

const ReminderAnswer = z
  .strictObject({
    id: z.string().describe('subject of the event `reminder.due`'),
    kind: z.string(),
    subject: z.string().describe('division code, thread or other id'),
    dueAt: Time,
    level: z.enum(['info', 'warn', 'fail']),
    act: z.enum(['you', 'partner', 'operator']).describe('who must act'),
    en: z.string(),
    zh: z.string(),
    cure: z.string(),
    cureZh: z.string().describe('the same in Chinese'),
  })
  .meta({ id: 'Reminder' })

export const reminderRoutes = (reminders: Reminders): RouteModule => ({
  tag: 'Reminders',
  description: 'Reminders (提醒): what must be seen to before a day comes. Each stage is told once as an event.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/reminders',
      id: 'listReminders',
      summary: 'What must be seen to, the most urgent first',
      action: 'operation.read',
      answer: z.strictObject({ items: z.array(ReminderAnswer) }),
      handle: async () => ({
        items: (await reminders.list()).map(({ dueAt, ...reminder }) => ({
          ...reminder,
          cureZh: detailInChinese(reminder.cure),
          dueAt: time(dueAt),
        })),
      }),
    })
  },
})
