/** Flags that narrow a queue, and what of `tongban case` is about queues of others and about messages. */
import type { Command } from 'commander'
import type { Client } from '../client/client.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'

export type BoxFilter = Omit<NonNullable<Parameters<Client['readQueue']>[0]['query']>, 'limit' | 'cursor'>

/** One for each field of the API, but for those that searches have too. */
export const boxFlags = (command: Command): Command =>
  command
    .option('--department <code>', 'that handles it here')
    .option('--level <level>', 'green, yellow, red or overdue: of what is due first')
    .option('--own-level <level>', 'the same of what this city must do first')

/** What they say, as the API takes it. */
export const boxFilter = ({
  window,
  role,
  partner,
  item,
  department,
  state,
  level,
  ownLevel,
  assignee,
}: BoxFilter): BoxFilter => ({ window, role, partner, item, department, state, level, ownLevel, assignee })

export const counted = ({ count, more }: { count: number; more: boolean }): string => `${count}${more ? '+' : ''}`

/** Columns of a colleague. */
const SHOWN = ['mine', 'ours', 'waiting', 'paused', 'due-today', 'overdue', 'unread', 'done'] as const

export function declareQueues(cases: Command, { call }: Declare): void {
  call(cases, 'colleagues', 'the queues of each colleague, and of nobody 同事的办件', {
    options: command => command.option('--limit <n>', 'colleagues at most', Number, 50),
    ask: async (client, _, { limit }: { limit: number }) =>
      (await client.listColleagueQueues({ query: { limit } })).items,
    text: items =>
      table(
        items.map(({ name, queues }) => ({
          name: name ?? 'nobody 未分派',
          ...Object.fromEntries(
            SHOWN.map(shown => {
              const found = queues.find(({ queue }) => queue === shown)
              return [shown, found === undefined ? '' : counted(found)]
            }),
          ),
        })),
      ),
  })
  call(cases, 'messages <case>', 'what both cities wrote to each other, which counts as read then 留言', {
    example: 'tongban case messages CASE',
    async ask(client, [thread = '']) {
      const { bodies } = await client.readCaseBodies({ params: { thread } })
      const last = bodies.findLast(({ refused }) => !refused)
      if (last !== undefined) await client.readMessages({ params: { thread }, body: { through: last.packet } })
      return bodies.filter(({ kind }) => kind === 'case.message')
    },
    text: items =>
      items
        .map(
          ({ city, body }) =>
            `${city}: ${body === null ? '— purged 已清除' : ((body as { text?: string }).text ?? '')}`,
        )
        .join('\n'),
  })
}
