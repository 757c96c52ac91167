/** A node with an adapter of one's own: `bun examples/custom-adapter/main.ts FOLDER`, with TONGBAN_CONFIG and the passphrase as for `start`. */
import { createContext } from '../../node/edges/cli/context.ts'
import { startLogging } from '../../node/kernel/telemetry/log.ts'
import { startNode } from '../../node/node.ts'
import { createFolderAdapter } from './folder-adapter.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: bun examples/custom-adapter/main.ts FOLDER')
const context = createContext({})
const config = await context.config()
startLogging(config.log)
const passphrase = await context.passphrase()
const node = await startNode({ config, passphrase, makeAdapter: async () => createFolderAdapter({ folder }) })
console.log(`${node.city.name} ${node.city.code}  ${node.url}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void node.stop().then(() => process.exit(0)))
