/** `tongban settings`, `backups`: what is in force, and the backups that the node makes of itself. */
import type { Command } from 'commander'
import type { Backup, BackupJob } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { inOneLine, table } from './output.ts'

const shown = (value: unknown): string =>
  value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value)

const begun = ({ work, folder }: BackupJob): string => `Begun 已开始: ${work} ${folder}; see 查看进度: tongban backups`

const toRow = ({ at, folder, verifiedAt, problem }: Backup) => ({
  at,
  folder,
  verified: verifiedAt ?? '-',
  problem: problem === null ? '' : inOneLine(problem),
})

export function declareSettings(program: Command, { call }: Declare): void {
  call(program, 'settings', 'settings in force, and where each comes from 生效配置', {
    ask: async client => (await client.listSettings()).items,
    text: items => table(items.map(({ key, value, from }) => ({ key, value: shown(value), from }))),
  })
  const backups = call(program, 'backups', 'backups of the node, and when each was read again last 备份列表', {
    ask: client => client.listBackups(),
    text: ({ folder, running, last, items }) =>
      [
        ...(running === null
          ? []
          : [`under way 进行中: ${running.work} ${running.folder} ${running.done}/${running.all}`]),
        ...(last?.problem == null
          ? []
          : [`the last one failed 上次失败: ${last.work} ${last.folder}: ${last.problem.code}`]),
        `made here in 存放目录: ${folder ?? 'backups.folder is not set 未设置'}`,
        table(items.map(toRow)),
      ].join('\n'),
  })
  call(backups, 'make', 'have the node back itself up into backups.folder, and read the backup again 立即备份', {
    ask: client => client.makeBackup({ body: {} }),
    text: begun,
  })
  call(backups, 'verify <folder>', 'have the node read a backup again 校验备份', {
    ask: (client, [folder = '']) => client.verifyBackup({ body: { folder } }),
    text: begun,
  })
}
