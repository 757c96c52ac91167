/** The process of `commands.ts`: does for each command what `node/main.ts` does in a process of its own, `start` excepted. */
import { thumbprintsLast } from '../../node/edges/cli/arguments.ts'
import { createContext } from '../../node/edges/cli/context.ts'
import { fail } from '../../node/edges/cli/output.ts'
import { createProgram } from '../../node/edges/cli/program.ts'
import type { Command, Ran } from './commands.ts'
import { testKey } from './keys.ts'

/** Where a command would end the process. */
class Exit extends Error {}

const environment = { ...process.env }
const streams = { out: process.stdout, error: process.stderr } as const
const written = { out: '', error: '' }

for (const name of ['out', 'error'] as const)
  streams[name].write = (chunk: Uint8Array | string): boolean => {
    written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    return true
  }
process.exit = (code?: number | string | null): never => {
  if (code !== undefined && code !== null) process.exitCode = Number(code)
  throw new Exit()
}

/** Keys that the tests which ask for the commands take for cities of their own. */
const THEIRS = 10
for (let n = 0; n < THEIRS; n++) testKey()
const contextOf: typeof createContext = flags => ({ ...createContext(flags), newCertificateKey: async () => testKey() })

async function run({ args, env }: Command): Promise<Ran> {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, environment, env)
  Object.assign(written, { out: '', error: '' })
  process.exitCode = 0
  const start = async () => {
    throw new Error('a process of its own starts a node')
  }
  try {
    await createProgram({ start, serve: start, contextOf }).parseAsync(thumbprintsLast(args), { from: 'user' })
  } catch (error) {
    if (!(error instanceof Exit)) fail(error, false)
  }
  return { code: Number(process.exitCode), ...written }
}

process.on('message', (command: Command) => {
  void run(command).then(ran => process.send?.(ran))
})
