/** A node in this process, and the commands of the program run against it as a person runs them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../../node/cli/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { type CityName, makeNodeFolder, PASSPHRASE } from './node-folder.ts'
import { freePort } from './node-process.ts'

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))

export type CommandNode = Awaited<ReturnType<typeof openCommandNode>>

/** Starts a node in a folder below `root`, where its commands run too. Whoever opens it stops `node`. */
export async function openCommandNode(root: string, name: CityName) {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  const node: RunningNode = await startNode({ config: made.config, passphrase: PASSPHRASE })
  const run = async (args: readonly string[]) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: root,
      env: { ...process.env, TONGBAN_URL: node.url, TONGBAN_TOKEN: made.token },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const text = { out: '', error: '' }
    child.stdout.on('data', chunk => {
      text.out += String(chunk)
    })
    child.stderr.on('data', chunk => {
      text.error += String(chunk)
    })
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...text }
  }
  const tongban = async (...args: string[]) => {
    const { code, error, out } = await run([...args, '--json'])
    return { code, error, value: out === '' ? null : (JSON.parse(out) as unknown) }
  }
  /** what a person reads */
  const told = async (...args: string[]) => (await run(args)).out
  return { ...name, node, client: createClient({ url: node.url, token: made.token }), run, tongban, told }
}
