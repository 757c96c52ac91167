/** HTTP routes of SMS: the messages of a case, one sent again, and how the gateway answers. */
import * as z from 'zod'
import { ThreadId } from '../../../../protocol/primitives.ts'
import { inChineseToo, Zh } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import { SMS_STATES, type SmsView } from './message.ts'
import type { Sms } from './messages.ts'
import { SMS_KIND_NAMES, SMS_KINDS } from './words.ts'

const Message = z
  .strictObject({
    id: z.string(),
    kind: z.enum(SMS_KIND_NAMES),
    kindName: z.string(),
    state: z
      .enum(SMS_STATES)
      .describe(
        'unclear: it may have been sent, the gateway did not say; dropped: the step that it tells was refused by the other city',
      ),
    phone: z.string().describe('masked'),
    attempts: z.number().int(),
    problem: z.string().nullable(),
    problemZh: Zh,
    createdAt: Time,
    endedAt: Time.nullable(),
  })
  .meta({ id: 'Sms' })
const toAnswer = ({ createdAt, endedAt, ...message }: SmsView) => ({
  ...inChineseToo(message),
  kindName: SMS_KINDS[message.kind],
  createdAt: time(createdAt),
  endedAt: timeOrNull(endedAt),
})
const params = z.strictObject({ thread: ThreadId })
const one = params.extend({ id: z.string().regex(/^[0-9a-f]{32}$/) })

export const smsRoutes = (sms: Sms): RouteModule => ({
  tag: 'SMS',
  description:
    'SMS to applicants (短信) who agreed to it (`sms` of a new case): of a notice of what is lacking, a refusal, a decision, a result, a day that was missed. Sent by the city that took the case in, when a gateway is configured.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/sms',
      id: 'listSms',
      summary: 'Messages to the applicant of a case, numbers masked',
      action: 'case.read',
      params,
      answer: z.strictObject({ items: z.array(Message) }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread } }) => ({ items: (await sms.list(thread)).map(toAnswer) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/sms/{id}/retry',
      id: 'retrySms',
      summary: 'Send a message again that failed, or of which nobody knows whether it was sent',
      action: 'case.contribute',
      params: one,
      answer: Message,
      status: 202,
      problems: ['thread.unknown', 'request.not-found', 'request.conflict'],
      handle: async ({ params: { thread, id }, person }) => toAnswer(await sms.retry(thread, id, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/sms',
      id: 'readSms',
      summary: 'How the SMS gateway answers, and how many messages wait or need somebody',
      action: 'reference.read',
      answer: z.strictObject({
        configured: z.boolean(),
        waiting: z.number().int(),
        failed: z.number().int().describe('failed or unclear, and not sent again'),
        since: Time.nullable().describe('the oldest of them'),
        answeredAt: Time.nullable().describe('since this node was started'),
        problem: z.string().nullable().describe('why the gateway did not take a message the last time'),
        problemZh: Zh,
      }),
      handle: async () => {
        const { since, answeredAt, ...standing } = await sms.standing()
        return { ...inChineseToo(standing), since: timeOrNull(since), answeredAt: timeOrNull(answeredAt) }
      },
    })
  },
})
