/** Starts a node in its own process and tells how long each part took. */
import { answer } from './child.ts'

answer({
  async start({ config }: { config: string }): Promise<{ modules: number; node: number }> {
    const begun = performance.now()
    const { loadConfig } = await import('../../node/kernel/config/config.ts')
    const { startNode } = await import('../../node/node.ts')
    const { PASSPHRASE } = await import('../support/node-folder.ts')
    const loaded = performance.now()
    await startNode({ config: await loadConfig(config, {}), passphrase: PASSPHRASE })
    return { modules: loaded - begun, node: performance.now() - loaded }
  },
})
