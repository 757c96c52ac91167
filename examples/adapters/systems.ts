/** The approval systems of the city: one for each kind of adapter, each with the item whose cases go to it. */
import { join } from 'node:path'
import { approvalAt } from '../approval-system/process.ts'
import { hasPython } from '../remote-adapter/stage.ts'
import { start } from '../support/processes.ts'
import { startFilesSystem } from './files-system.ts'
import { startFolderSystem } from './folder-system.ts'
import { startSoapSystem } from './soap-system.ts'
import { startTablesSystem } from './tables-system.ts'

export const KINDS = ['rest', 'soap', 'front-table', 'file-drop', 'module', 'remote', 'manual', 'workbench'] as const
export type Kind = (typeof KINDS)[number]

export type System = {
  /** as `tongban.json` has it; `mapping` is a file of `mappings`, where it is no whole path */
  adapter: { kind: Kind; mapping?: string } & Record<string, unknown>
  /** secrets that it names */
  env?: Record<string, string>
  /** how many packets had an effect in it; absent where people do the work */
  effects?: () => Promise<number>
  /** where it answers, and with which token, for a program beside the node */
  http?: { url: string; token: string }
  stop(): Promise<void>
}

export type Place = {
  kind: Kind
  /** name of the system in `adapters` and `routes`; the workbench takes what no route does */
  name: string
  /** name of the item in `examples/data/items.tsv` */
  item: string
  /** whether a route sends all items of the department there, or this item alone */
  by: 'department' | 'item' | 'rest'
  zh: string
  en: string
}

export const PLACES: readonly Place[] = [
  {
    kind: 'rest',
    name: 'spj',
    item: '出具贷款职工住房公积金缴存使用证明',
    by: 'item',
    zh: '行政审批系统，JSON 接口',
    en: 'the approval system of the bureau, JSON over HTTP',
  },
  {
    kind: 'soap',
    name: 'gaj',
    item: '开具户籍类证明',
    by: 'department',
    zh: '公安户政系统，SOAP',
    en: 'the registry of the police, SOAP',
  },
  {
    kind: 'front-table',
    name: 'rsj',
    item: '失业登记',
    by: 'department',
    zh: '人社系统，前置库',
    en: 'the labour office, rows of an exchange database',
  },
  {
    kind: 'file-drop',
    name: 'ybj',
    item: '基本医疗保险关系转移接续',
    by: 'department',
    zh: '医保系统，文件交换',
    en: 'the health insurance, files in folders',
  },
  {
    kind: 'module',
    name: 'gjj',
    item: '正常退休提取住房公积金',
    by: 'item',
    zh: '公积金旧系统，自行编写的适配器',
    en: 'an old system of the housing fund, an adapter of one’s own',
  },
  {
    kind: 'remote',
    name: 'dkzx',
    item: '提前还清住房公积金贷款',
    by: 'item',
    zh: '贷款系统，进程外适配器（Python）',
    en: 'the loans of the fund, an adapter in a process of its own (Python)',
  },
  {
    kind: 'manual',
    name: 'gzc',
    item: '学历公证',
    by: 'department',
    zh: '公证系统，人工录入',
    en: 'the notaries, whose system people type into',
  },
  {
    kind: 'workbench',
    name: 'workbench',
    item: '老年人优待证办理',
    by: 'rest',
    zh: '内置工作台',
    en: 'the workbench inside the node',
  },
]

const people = (adapter: System['adapter']): System => ({ adapter, stop: async () => {} })

async function approval(adapter: System['adapter'], data: string, log: (line: string) => void): Promise<System> {
  const token = 'token-of-the-example'
  const { ready, stop } = await start<{ url: string }>(
    'examples/approval-system/main.ts',
    ['--port', '0', '--data', data],
    { env: { APPROVAL_TOKEN: token }, log },
  )
  const { stats } = await approvalAt(ready.url, token)
  return {
    adapter: adapter.kind === 'rest' ? { ...adapter, baseUrl: ready.url } : adapter,
    env: { APPROVAL_TOKEN: token },
    effects: async () => (await stats()).effects,
    http: { url: ready.url, token },
    stop,
  }
}

/**
 * Starts the systems of these kinds; those of files and databases have their folders in `folder`, beside those of the cities. Without
 * Python 3.9 there is no remote one, and the last line of standard error says so.
 */
export async function startSystems(
  kinds: readonly Kind[],
  folder: string,
  log: (line: string) => void,
): Promise<Map<Kind, System>> {
  const mapping = new URL('../approval-system/mapping.json', import.meta.url).pathname
  const begin: Record<Kind, () => Promise<System> | System> = {
    rest: () =>
      approval(
        { kind: 'rest', mapping, secrets: { approvalToken: { env: 'APPROVAL_TOKEN' } } },
        join(folder, 'spj.sqlite'),
        log,
      ),
    soap: startSoapSystem,
    'front-table': () => startTablesSystem(join(folder, 'tables')),
    'file-drop': () => startFilesSystem(join(folder, 'files')),
    module: () => startFolderSystem(join(folder, 'folder')),
    remote: () => approval({ kind: 'remote' }, join(folder, 'dkzx.sqlite'), log),
    manual: () => people({ kind: 'manual', mapping: 'manual.json' }),
    workbench: () => people({ kind: 'workbench' }),
  }
  const systems = new Map<Kind, System>()
  for (const kind of kinds) if (kind !== 'remote' || hasPython()) systems.set(kind, await begin[kind]())
  return systems
}
