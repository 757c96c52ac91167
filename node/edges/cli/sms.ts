/** `tongban case sms …`: messages to the applicant of a case. */
import type { Command } from 'commander'
import type { ListSmsAnswer } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { china, table, twice } from './output.ts'

const shown = (items: ListSmsAnswer['items']): string =>
  table(
    items.map(({ id, kindName, state, phone, attempts, createdAt, endedAt, problem, problemZh }) => ({
      id,
      told: kindName,
      state,
      phone,
      attempts,
      at: china(endedAt ?? createdAt),
      problem: problem === null ? '' : twice(problem, problemZh),
    })),
  )

export function declareSms(cases: Command, { add, call }: Declare): void {
  const sms = add(cases, 'sms', 'messages to applicants 短信告知')
  call(sms, 'list <case>', 'what the applicant of a case was told by SMS, and how each message stands', {
    ask: async (client, [thread = '']) => (await client.listSms({ params: { thread } })).items,
    text: shown,
  })
  call(sms, 'retry <case> <id>', 'send a message again that failed, or of which nobody knows', {
    ask: (client, [thread = '', id = '']) => client.retrySms({ params: { thread, id } }),
    text: message => shown([message]),
  })
  call(sms, 'status', 'how the gateway answers, and how many messages need somebody', {
    ask: client => client.readSms(),
    text: ({ configured, waiting, failed, answeredAt, problem, problemZh }) =>
      table([
        {
          gateway: configured ? 'configured 已配置' : 'none 未配置',
          waiting,
          failed,
          answered: answeredAt === null ? '' : china(answeredAt),
          problem: problem === null ? '' : twice(problem, problemZh),
        },
      ]),
  })
}
