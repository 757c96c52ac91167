/** `tongban webhooks`: subscribe to events, test, read the log, replay. */
import type { Command } from 'commander'
import type { TestWebhookAnswer, Webhook } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { collect, type Declare } from './declare.ts'
import { beginning, only } from './named.ts'
import { inOneLine, table, twice } from './output.ts'

const toRow = ({ id, url, types, active, waiting, failures, problem }: Webhook) => ({
  id,
  url,
  types: types.join(' ') || 'all',
  state: active ? (failures > 0 ? `failing 失败 ${failures}` : 'on') : 'off 已停',
  waiting,
  problem: problem === null ? '' : inOneLine(problem),
})
const shownOnce = (value: Webhook & { secret: string }): string =>
  [table([toRow(value)]), '', `Secret, shown once 密钥（只显示一次）: ${value.secret}`].join('\n')

/** A subscription by its id or the beginning of it. */
export async function webhookOf(client: Client, named = ''): Promise<string> {
  const { items } = await client.listWebhooks()
  const found = only({
    named,
    found: beginning(items, named, ({ id }) => id),
    line: ({ id, url }) => `${id}  ${url}`,
    none: ['request.not-found', 'no subscription begins so; see: tongban webhooks list'],
  })
  return found.id
}

const sent = (answer: TestWebhookAnswer): TestWebhookAnswer => {
  if (!answer.taken) process.exitCode = 1
  return answer
}
const sentText = ({ taken, problem }: TestWebhookAnswer): string =>
  taken ? 'Taken 已送达' : `Not taken 未送达: ${problem === null ? '' : inOneLine(problem)}`

export function declareWebhooks(webhooks: Command, { call }: Declare): void {
  call(webhooks, 'add <url>', 'be told of events from now on; the secret is shown once', {
    options: command =>
      command.option('--type <type>', 'such as case.changed; may be repeated; all by default', collect, []),
    example: 'tongban webhooks add https://approval.example.gov.cn/tongban --type case.changed',
    ask: (client, [url = ''], { type }: { type: never[] }) => client.addWebhook({ body: { url, types: type } }),
    text: shownOnce,
  })
  call(webhooks, 'list', 'subscriptions, and how delivery stands', {
    ask: async client => (await client.listWebhooks()).items,
    text: items => table(items.map(toRow)),
  })
  for (const [verb, active, description] of [
    ['enable', true, 'switch it on, and tell what waits'],
    ['disable', false, 'switch it off'],
  ] as const)
    call(webhooks, `${verb} <id>`, description, {
      ask: async (client, [id]) =>
        client.changeWebhook({ params: { id: await webhookOf(client, id) }, body: { active } }),
      text: ({ id }) => `${verb} ${id}`,
    })
  call(webhooks, 'remove <id>', 'end it', {
    ask: async (client, [named]) => {
      const id = await webhookOf(client, named)
      return { id, ...(await client.removeWebhook({ params: { id } })) }
    },
    text: ({ id }) => `remove ${id}`,
  })
  call(webhooks, 'rotate <id>', 'a new secret; the former one signs too for a day', {
    ask: async (client, [id]) => client.rotateWebhookSecret({ params: { id: await webhookOf(client, id) } }),
    text: shownOnce,
  })
  call(webhooks, 'test <id>', 'send a test message now', {
    ask: async (client, [id]) => sent(await client.testWebhook({ params: { id: await webhookOf(client, id) } })),
    text: sentText,
  })
  call(webhooks, 'log <id>', 'the last attempts', {
    ask: async (client, [id]) =>
      (await client.readWebhookLog({ params: { id: await webhookOf(client, id) }, query: { limit: 100 } })).items,
    text: items =>
      table(
        items.map(({ problem, problemZh, ...entry }) => ({
          ...entry,
          problem: problem === null ? '' : twice(problem, problemZh),
        })),
      ),
  })
  call(webhooks, 'replay <id> <event>', 'tell all kept events from this number on again', {
    options: command => command.option('--one', 'only this one'),
    ask: async (client, [named, event], { one }: { one?: boolean }) => {
      const params = { id: await webhookOf(client, named) }
      return one === true
        ? sent(await client.resendWebhook({ params, body: { event: Number(event) } }))
        : client.replayWebhook({ params, body: { from: Number(event) } })
    },
    text: answer => ('taken' in answer ? sentText(answer) : table([toRow(answer)])),
  })
}
