/** `tongban adapter versions`, `reload`, `repin`: the mappings of a node that runs. */
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { RepinCasesRequest } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { caseThread } from './named.ts'
import { table } from './output.ts'

const ADAPTER = 'name of one of several approval systems 审批系统名称'
/** Characters of a hash that are shown of a change. */
const SHOWN = 12

type RepinFlags = { case?: string; from?: string; all?: boolean; adapter?: string }

export function declareReload(adapter: Command, { call }: Declare): void {
  call(
    adapter,
    'versions',
    'of a node that runs: the versions of its mappings, and open cases that go by each 映射版本',
    {
      ask: client => client.listAdapterMappings(),
      text: ({ items }) =>
        table(
          items.flatMap(({ adapter: system, kind, mapping }) =>
            mapping === null
              ? [{ system, kind, version: '', current: '', since: '', cases: '' }]
              : mapping.versions.map(({ version, current, keptAt, cases }) => ({
                  system,
                  kind,
                  version,
                  current: current ? 'yes 是' : '',
                  since: keptAt,
                  cases: mapping.pinned ? String(cases) : '',
                })),
          ),
        ),
    },
  )
  call(
    adapter,
    'reload',
    'read the mapping of a node that runs anew, with its secrets, without a restart 重新载入映射',
    {
      options: command =>
        command
          .option('--adapter <name>', ADAPTER)
          .option('--repin', 'move open cases to it too; without it they keep the version with which they began'),
      example: 'tongban adapter reload --adapter gjj',
      ask: (client, _, { adapter: system, repin = false }: { adapter?: string; repin?: boolean }) =>
        client.reloadAdapterMapping({ body: { adapter: system, repin } }),
      text: ({ adapter: system, former, version, repinned }) =>
        `${system}: ${former.slice(0, SHOWN)} → ${version.slice(0, SHOWN)}${former === version ? ' (as it was 未变)' : ''}; open cases moved 改用新版本的在办件: ${repinned}`,
    },
  )
  call(adapter, 'repin', 'move open cases to the version that the files name for them now 改用新的映射版本', {
    options: command =>
      command
        .option('--case <number>', 'one case')
        .option('--from <hash>', 'those that go by this version')
        .option('--all', 'all of one approval system')
        .option('--adapter <name>', ADAPTER),
    example: 'tongban adapter repin --case SL-2026-0099',
    ask: async (client, _, flags: RepinFlags) => client.repinCases({ body: await whichOf(flags, client) }),
    text: ({ repinned }) => `Moved 已改用: ${repinned}`,
  })
}

/** Problem: `request.invalid`. */
async function whichOf(
  { case: named, from, all, adapter }: RepinFlags,
  client: Parameters<typeof caseThread>[0],
): Promise<RepinCasesRequest> {
  if ([named, from, all].filter(flag => flag !== undefined).length !== 1)
    throw new ProblemError('request.invalid', 'one of --case, --from, --all')
  if (named !== undefined) return { thread: await caseThread(client, named) }
  return from !== undefined ? { adapter, version: from } : { adapter, all: true }
}
