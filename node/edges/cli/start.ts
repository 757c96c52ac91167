/** `tongban start`: a node from its config, until it is told to stop. */

import { join } from 'node:path'
import { startLogging } from '../../kernel/telemetry/log.ts'
import type { RunningNode } from '../../node.ts'
import type { CommandContext } from './context.ts'

/** Resolves with the running node once it serves. Throws the reason of `stopping` when that came first; nothing of it runs then. */
export async function start(context: CommandContext, stopping: AbortSignal): Promise<RunningNode> {
  const config = await context.config()
  startLogging(config.log)
  // Nothing runs that would have to end: whoever types the passphrase is not waited for.
  const passphrase = await Promise.race([context.passphrase(), aborted(stopping)])
  const { openKeyStore } = await import('../../kernel/keys/keystore.ts')
  // The key is derived in a thread of its own, while the rest of the program is loaded here.
  const keyStore = openKeyStore(join(config.data, 'keys'), passphrase)
  keyStore.catch(() => undefined)
  const { startNode } = await import('../../node.ts')
  stopping.throwIfAborted()
  const node = await startNode({ config, passphrase, keyStore, stopping })
  const { url, peer, addresses, city, setUpFile } = node
  context.out.result({ ready: true, url, peer, addresses, setUpFile }, () =>
    [
      `${city.name} ${city.code}  ${url}  (API reference 接口文档: ${url}/reference)`,
      ...(setUpFile === null
        ? []
        : [
            `No administrator can sign in yet: the code for the first one is in 尚无管理员可登录，首次设置码见 ${setUpFile}`,
          ]),
    ].join('\n'),
  )
  return node
}

/** Rejects with the reason once it is aborted. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const rejected = () => reject(signal.reason)
    if (signal.aborted) rejected()
    else signal.addEventListener('abort', rejected, { once: true })
  })
