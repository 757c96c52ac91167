/** A node in this process, and the commands of the program run against it as a person runs them. */
import { join } from 'node:path'
import { createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { openCommands } from './commands.ts'
import { type CityName, makeNodeFolder, PASSPHRASE } from './node-folder.ts'
import { freePort } from './node-process.ts'

export type CommandNode = Awaited<ReturnType<typeof openCommandNode>>

type Settings = NonNullable<Parameters<typeof makeNodeFolder>[2]['rest']>

/** Starts a node in a folder below `root`, where its commands run too; `rest`: settings besides those of tests. Whoever opens it calls `stop`. */
export async function openCommandNode(root: string, name: CityName, rest: Settings = {}) {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort(), rest })
  const node: RunningNode = await startNode({ config: made.config, passphrase: PASSPHRASE })
  const commands = openCommands(root, { TONGBAN_URL: node.url, TONGBAN_TOKEN: made.token })
  const tongban = async (...args: string[]) => {
    const { code, error, out } = await commands.run([...args, '--json'])
    return { code, error, value: out === '' ? null : (JSON.parse(out) as unknown) }
  }
  /** what a person reads */
  const told = async (...args: string[]) => (await commands.run(args)).out
  const client = createClient({ url: node.url, token: made.token })
  const stop = async () => void (await Promise.all([commands.end(), node.stop()]))
  return { ...name, node, client, token: made.token, run: commands.run, tongban, told, stop }
}
