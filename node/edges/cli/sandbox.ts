/** `tongban sandbox`: a sandbox city (沙箱城市) beside the own node, until it is told to stop. */
import { ProblemError } from '../../../protocol/problem.ts'
import { startLogging } from '../../kernel/telemetry/log.ts'
import type { RunningNode } from '../../node.ts'
import type { CommandContext } from './context.ts'
import { makeSandbox, sandboxClient, sandboxIn, sandboxPassphrase } from './sandbox-city.ts'
import { type Joined, joinSandbox } from './sandbox-partner.ts'

export type SandboxFlags = { folder: string; httpPort: string; p2pListen: string }

const TOLD: Readonly<Record<Joined['published'], string>> = {
  'own list': 'your list stays 保留本市事项清单',
  'one item': 'your node had no list: one item for trials was published 本节点原无清单，已发布一个试办事项',
}

/** Resolves with the running city once it is a partner of the own node. Throws the reason of `stopping` when that came first. */
export async function runSandbox(
  context: CommandContext,
  flags: SandboxFlags,
  stopping: AbortSignal,
): Promise<RunningNode> {
  const own = await context.client()
  const { code: ownCode } = await own.getIdentity()
  const config = (await sandboxIn(flags.folder)) ?? (await makeSandbox(context, flags))
  startLogging(config.log)
  const { startSandbox } = await import('../../sandbox.ts')
  stopping.throwIfAborted()
  const node = await startSandbox({ config, passphrase: await sandboxPassphrase(flags.folder), stopping })
  try {
    const sandbox = await sandboxClient(config, 'administrator')
    const joined = await joinSandbox({ sandbox, own, sandboxCode: config.city.code, ownCode })
    context.out.result({ ready: true, city: config.city.code, url: node.url, ...joined }, () =>
      [
        `${node.city.name} ${node.city.code}  ${node.url}  partner of 已与 ${ownCode} 结对`,
        `  ${joined.paired ? 'paired now 本次结对' : 'paired before 已结对'}; ${TOLD[joined.published]}; items agreed now 本次签约事项: ${joined.agreed}`,
        '  Next 下一步, in another terminal 另开终端: tongban trigger --list',
      ].join('\n'),
    )
    return node
  } catch (error) {
    await node.stop()
    if (error instanceof ProblemError && error.problem.code === 'partner.sandbox')
      throw new ProblemError(
        'partner.sandbox',
        `on a node for trials name ${config.city.code} in sandbox.partners of tongban.json, and restart it`,
      )
    throw error
  }
}
