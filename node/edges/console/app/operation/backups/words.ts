/** Words of the page of backups. */
import { catalogue } from '../../catalogue.ts'

export const BACKUPS = catalogue(
  {
    backupNow: '立即备份',
    verify: '立即核验',
    noBackups: '还没有备份',
    noBackupsHint: '点“立即备份”做第一份；备份期间业务照常。',
    noFolder: '未设置备份目录，无法在此备份',
    noFolderHint:
      '请运维人员在 tongban.json 中设置 backups.folder 并重启节点；或用命令 tongban backup 目录 备份，命令所做的备份也列在这里。',
    running: (work: 'backup' | 'verification', done: number, all: number) =>
      `${work === 'backup' ? '正在备份' : '正在核验'}，已完成 ${done}${all === 0 ? '' : ` / ${all}`}`,
    lastGood: (work: 'backup' | 'verification', at: string) =>
      `${work === 'backup' ? '备份完成，已读回核验' : '核验通过'}（${at}）`,
    lastBad: (work: 'backup' | 'verification', at: string) =>
      `${work === 'backup' ? '备份未完成' : '核验未通过'}（${at}）`,
    at: '时间',
    folder: '目录',
    keys: '办件密钥文件',
    keysWithin: '在备份内（旧版程序所做）',
    verified: '最近核验',
    never: '尚未核验',
    good: '完好',
    bad: '有问题',
    keysHint:
      '办件密钥单独成一个文件，每次备份都整体替换它：备份可以留多份，密钥文件只留最新的一份，清除过的办件才真正打不开。备份与密钥文件都应另存于别的机器。',
    restoreHint: '恢复须停止节点后用命令 tongban restore 目录 --folder 安装目录，见管理员手册第 9 节。',
  },
  {
    backupNow: 'Back up now',
    verify: 'Verify now',
    noBackups: 'No backups yet',
    noBackupsHint: '“Back up now” makes the first one; work goes on meanwhile.',
    noFolder: 'No folder is set, so none can be made here',
    noFolderHint:
      'The operator sets backups.folder in tongban.json and starts the node again; or the command tongban backup FOLDER makes one, which is listed here too.',
    running: (work: 'backup' | 'verification', done: number, all: number) =>
      `${work === 'backup' ? 'Backing up' : 'Verifying'}: ${done}${all === 0 ? '' : ` of ${all}`} done`,
    lastGood: (work: 'backup' | 'verification', at: string) =>
      `${work === 'backup' ? 'The backup was made and read again' : 'The backup is whole'} (${at})`,
    lastBad: (work: 'backup' | 'verification', at: string) =>
      `${work === 'backup' ? 'The backup was not made' : 'The backup is not whole'} (${at})`,
    at: 'Made',
    folder: 'Folder',
    keys: 'Keys of cases',
    keysWithin: 'within it (of an earlier program)',
    verified: 'Verified last',
    never: 'never',
    good: 'whole',
    bad: 'damaged',
    keysHint:
      'The keys of cases are a file of their own, which each backup replaces as a whole: keep many backups and the newest file of keys alone, so that what was purged opens nowhere. Keep both on another machine.',
    restoreHint:
      'To restore, stop the node and use the command tongban restore FOLDER --folder PLACE: section 9 of the manual of administrators.',
  },
)
