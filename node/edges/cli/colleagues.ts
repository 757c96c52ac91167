/** Declares what of `tongban person …` is about colleagues (同事) and about the hand-over of all their work (移交). */
import type { Command } from 'commander'
import { collect, type Declare } from './declare.ts'
import { everyPage } from './named.ts'
import { table } from './output.ts'

export function declareColleagues(person: Command, { call }: Declare): void {
  call(person, 'colleagues', 'accounts to which cases can be given 可分派的同事', {
    ask: client => everyPage(cursor => client.listColleagues({ query: { limit: 200, cursor } })),
    text: items =>
      table(
        items.map(({ id, name, roles, departments, windows }) => ({
          id,
          name,
          roles: roles.join(','),
          departments: departments?.join(',') ?? 'all',
          windows: windows?.join(',') ?? 'all',
        })),
      ),
  })
  call(
    person,
    'hand-over <colleague> <receiver>',
    'move all open work of somebody on leave to another, in one act 移交全部工作',
    {
      options: command =>
        command.option('--case <case>', 'this one of their cases alone; may be repeated; all by default', collect),
      example: 'tongban person hand-over 王窗口 李窗口',
      ask: (client, [id = '', to = ''], { case: threads }: { case?: string[] }) =>
        client.handOverWork({ params: { id }, body: { to, threads } }),
      text: ({ cases, drafts, kept, others, keptDrafts, more }) =>
        [
          `Moved 已移交: ${cases} cases 件, ${drafts} drafts 份草稿`,
          ...kept.map(({ thread, problem, assignee }) => `  ${thread}  ${problem}  ${assignee ?? 'nobody 无人'}`),
          ...(others === 0
            ? []
            : [`  ${others} are not yours to find: another lead assigns them 不在您的范围，请相应负责人移交`]),
          ...(keptDrafts === 0 ? [] : [`  ${keptDrafts} drafts stay 份草稿未移交`]),
          ...(more ? ['There are more: once more 还有更多，请再执行一次'] : []),
        ].join('\n'),
    },
  )
}
