/** Declares `tongban sandbox` and `tongban trigger`: another party for whoever tries a node alone. */
import type { Command } from 'commander'
import type { RunningNode } from '../../node.ts'
import type { CommandContext } from './context.ts'
import type { Declare } from './declare.ts'
import type { SandboxFlags } from './sandbox.ts'
import { SANDBOX } from './sandbox-city.ts'
import type { TriggerFlags } from './trigger.ts'

/** Serves a node until the process is told to end. */
export type Serve = (begin: (stopping: AbortSignal) => Promise<RunningNode>) => Promise<void>

export function declareSandbox(program: Command, { add, does, example }: Declare, serve: Serve): void {
  example(
    does(
      add(program, 'sandbox', 'run a sandbox city beside the own node, as its partner: for trials alone 沙箱城市')
        .option('--folder <folder>', 'where it is, made at the first run', SANDBOX.folder)
        .option('--http-port <port>', 'port of its API, at the first run', SANDBOX.httpPort)
        .option(
          '--p2p-listen <multiaddr>',
          'where it listens, at the first run',
          `/ip4/127.0.0.1/tcp/${SANDBOX.p2pPort}`,
        ),
      async () => {
        const { runSandbox } = await import('./sandbox.ts')
        return (context: CommandContext, flags: SandboxFlags) => serve(stopping => runSandbox(context, flags, stopping))
      },
    ),
    'tongban sandbox',
  )
  example(
    does(
      add(program, 'trigger [kind]', 'have the sandbox city send this node a packet 触发沙箱数据包')
        .option('--list', 'kinds of packets, and how the sandbox can behave')
        .option('--case <case>', 'in this case; by default the newest in which it can be sent, else a new one')
        .option('--item <code>', 'item of the own list for a new case; the first one for persons by default')
        .option('--form <json>', 'form of a new case; what the item requires by default')
        .option('--behaviour <behaviour>', 'what the sandbox does, as --list tells')
        .option('--wait <seconds>', 'for each receipt, number or step that comes first', '60')
        .option('--folder <folder>', 'where the sandbox city is', SANDBOX.folder),
      async () => {
        const { triggerCommand } = await import('./trigger.ts')
        return (context: CommandContext, flags: TriggerFlags, kind?: string) => triggerCommand(context, kind, flags)
      },
    ),
    'tongban trigger case.submit',
  )
}
