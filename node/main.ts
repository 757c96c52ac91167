/** Entry of the program and the only place that ends the process. `start` loads nothing of the other commands. */
import { parseArgs } from 'node:util'
import { fail } from './cli/output.ts'

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === 'start' && !args.includes('--help') && !args.includes('-h')) await startNode(args.slice(1))
  else {
    const { createProgram } = await import('./cli/program.ts')
    await createProgram().parseAsync(thumbprintsLast(args), { from: 'user' })
  }
}

/** The thumbprint of one key in 64 begins with a hyphen: it is no option. */
function thumbprintsLast(args: readonly string[]): string[] {
  const isThumbprint = (arg: string): boolean => /^-[A-Za-z0-9_-]{42}$/.test(arg)
  if (args.includes('--') || !args.some(isThumbprint)) return [...args]
  return [...args.filter(arg => !isThumbprint(arg)), '--', ...args.filter(isThumbprint)]
}

async function startNode(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { config: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const [{ createContext }, { start }] = await Promise.all([import('./cli/context.ts'), import('./cli/start.ts')])
  const node = await start(createContext(values))
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal means that the person does not want to wait.
      if (stopping) process.exit(1)
      stopping = true
      node.stop().then(
        () => process.exit(0),
        error => {
          fail(error, false)
          process.exit(1)
        },
      )
    })
  }
}

// A promise that nobody awaits (libp2p has such) must not let a peer end the node; it is told.
process.on('unhandledRejection', error => fail(error, false))
// After this the state is unknown; every step is durable, so ending and starting again is safe.
process.on('uncaughtException', error => {
  fail(error, false)
  process.exit(1)
})

main(process.argv.slice(2)).catch(error => {
  fail(error, false)
  process.exit(1)
})
