/** Commands of the program, each run to its end in one process that stays: to load them takes longer than most of them do. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type Command = { args: readonly string[]; env: Readonly<Record<string, string>> }
/** exit code, and what was written to standard output and standard error */
export type Ran = { code: number; out: string; error: string }

const HOST = fileURLToPath(new URL('./command-host.ts', import.meta.url))

export type Commands = ReturnType<typeof openCommands>

/** Commands that run in `folder`, with `env` beside the environment of the tests; whoever opens it calls `end`. */
export function openCommands(folder: string, env: Readonly<Record<string, string>> = {}) {
  const host = fork(HOST, [], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let last: Promise<unknown> = Promise.resolve()

  async function one(command: Command): Promise<Ran> {
    if (host.exitCode !== null || host.signalCode !== null) throw new Error('the process of the commands ended')
    const ended = new AbortController()
    const answer = once(host, 'message', { signal: ended.signal })
    const end = () => ended.abort(new Error('the process of the commands ended'))
    host.once('exit', end)
    host.send(command)
    const [ran] = (await answer.finally(() => host.off('exit', end))) as [Ran]
    return ran
  }

  return {
    /** Runs one command after those before it. */
    run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> {
      const next = last.then(() => one({ args, env: { ...env, ...more } }))
      last = next.catch(() => undefined)
      return next
    },
    async end(): Promise<void> {
      if (host.exitCode !== null || host.signalCode !== null) return
      const exited = once(host, 'exit')
      host.disconnect()
      await exited
    },
  }
}
