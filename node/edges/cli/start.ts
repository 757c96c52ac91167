/** `tongban start`: a node from its config, until it is told to stop. */

import { join } from 'node:path'
import { startLogging } from '../../kernel/telemetry/log.ts'
import type { RunningNode } from '../../node.ts'
import type { CommandContext } from './context.ts'

/** Resolves with the running node once it serves. */
export async function start(context: CommandContext): Promise<RunningNode> {
  const config = await context.config()
  startLogging(config.log)
  const passphrase = await context.passphrase()
  const { openKeyStore } = await import('../../kernel/keys/keystore.ts')
  // The key is derived in a thread of its own, while the rest of the program is loaded here.
  const keyStore = openKeyStore(join(config.data, 'keys'), passphrase)
  keyStore.catch(() => undefined)
  const { startNode } = await import('../../node.ts')
  const node = await startNode({ config, passphrase, keyStore })
  const { url, peer, addresses, city } = node
  context.out.result(
    { ready: true, url, peer, addresses },
    () => `${city.name} ${city.code}  ${url}  (API reference 接口文档: ${url}/reference)`,
  )
  return node
}
