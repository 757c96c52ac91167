/** Entry of the program and the only place that ends the process. `start` loads nothing of the other commands. */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { ProblemError } from '../protocol/problem.ts'
import { thumbprintsLast } from './edges/cli/arguments.ts'
import type { CommandContext } from './edges/cli/context.ts'
import { fail } from './edges/cli/output.ts'
import type { RunningNode } from './node.ts'

async function main(args: string[]): Promise<void> {
  if (isStart(args)) {
    const { createContext } = await import('./edges/cli/context.ts')
    await serve(createContext(startFlags(args)))
  } else {
    const { createProgram } = await import('./edges/cli/program.ts')
    await createProgram({ start: serve, serve: serveUntilTold }).parseAsync(thumbprintsLast(args), { from: 'user' })
  }
}

const GLOBAL_OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Whether the command is `start`, wherever the global flags stand, and no help is asked for. */
function isStart(args: string[]): boolean {
  const { positionals, values } = parseArgs({
    args,
    options: {
      ...GLOBAL_OPTIONS,
      url: { type: 'string' },
      token: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'V' },
    },
    allowPositionals: true,
    strict: false,
  })
  return positionals[0] === 'start' && values.help !== true && values.version !== true
}

/** Problem: `request.invalid` when there is more than the command and its flags. */
function startFlags(args: string[]): { config?: string; json: boolean } {
  try {
    const { values, positionals } = parseArgs({ args, options: GLOBAL_OPTIONS, allowPositionals: true })
    if (positionals.length > 1) throw new Error(`'start' takes no arguments`)
    return values
  } catch (error) {
    throw new ProblemError('request.invalid', error instanceof Error ? error.message : String(error))
  }
}

/** Tells what failed where nobody waits for it. */
let reportUnawaited = (error: unknown): void => fail(error, false)

const serve = (context: CommandContext): Promise<void> =>
  serveUntilTold(async stopping => (await import('./edges/cli/start.ts')).start(context, stopping))

async function serveUntilTold(begin: (stopping: AbortSignal) => Promise<RunningNode>): Promise<void> {
  const stopping = stopOnSignal()
  const { createLog } = await import('./kernel/telemetry/log.ts')
  const node = await begin(stopping).catch((error: unknown) => {
    if (error === stopping.reason) return null
    throw error
  })
  if (node !== null) {
    const log = createLog('node')
    // Blotted out as all that a node writes: an error of a library may hold anything.
    reportUnawaited = error => log.error('failed where nobody waits', {}, error)
    if (!stopping.aborted) await once(stopping, 'abort')
    await node.stop()
  }
  process.exit(0)
}

/** Aborted by the first signal, from now on, also while the node starts; a second one means that the person does not want to wait. */
function stopOnSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(1)
      stopping.abort(new Error(`stopped by ${signal}`))
    })
  }
  return stopping.signal
}

// A promise that nobody awaits (libp2p has such) must not let a peer end the node; it is told.
process.on('unhandledRejection', error => reportUnawaited(error))
// After this the state is unknown; every step is durable, so ending and starting again is safe.
process.on('uncaughtException', error => {
  reportUnawaited(error)
  process.exit(1)
})

main(process.argv.slice(2)).catch(error => {
  fail(error, false)
  process.exit(1)
})
