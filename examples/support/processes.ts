/** Child processes of the examples: started with the program's own commands, watched, ended together. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type Running<T> = { ready: T; stop(): Promise<void> }

const environment = (env: Record<string, string>) => ({ ...process.env, ...env })

/** Runs a command of the program to its end; its standard output. */
export async function run(script: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let error = ''
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr.on('data', chunk => {
    error += String(chunk)
  })
  const code = await ended(child)
  if (code !== 0) throw new Error(`${script} ${args[0] ?? ''} ended with ${code}\n${error}${out}`)
  return out
}

/** Starts a process that prints one JSON line when it is ready; later output goes to `log`. */
export async function start<T>(
  script: string,
  args: readonly string[],
  options: { env?: Record<string, string>; log: (line: string) => void },
): Promise<Running<T>> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: environment(options.env ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines = createInterface({ input: child.stdout })
  createInterface({ input: child.stderr }).on('line', options.log)
  const end = ended(child)
  const ready = await new Promise<T>((resolve, reject) => {
    lines.on('line', line => {
      if (!line.startsWith('{')) return options.log(line)
      resolve(JSON.parse(line) as T)
    })
    end.then(code => reject(new Error(`${script} ended with ${code} before it was ready`)), reject)
  })
  return {
    ready,
    async stop() {
      child.kill('SIGTERM')
      await end
    },
  }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve(code))
  })
