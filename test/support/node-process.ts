/** Nodes as real processes, for tests and benches that kill them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { type NodeFolder, PASSPHRASE } from './node-folder.ts'
import { TEMPLATE } from './store.ts'

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))

/** Where the processes of one run of the tests note which ports they were given: each is given once, for it is bound later, and again. */
const GIVEN = process.env[TEMPLATE] === undefined ? null : `${process.env[TEMPLATE]}.ports`

/** Whether this process is the first of the run that asks for it. */
function isFirst(port: number): boolean {
  if (GIVEN === null) return true
  mkdirSync(GIVEN, { recursive: true })
  try {
    closeSync(openSync(join(GIVEN, String(port)), 'wx'))
    return true
  } catch {
    return false
  }
}

/** A port that nothing listens at now, below those from which the system takes ports for connections that go out. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    if (!isFirst(port)) continue
    const server = createServer()
    const taken = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(true))
      server.listen(port, '127.0.0.1', () => resolve(false))
    })
    if (taken) continue
    await new Promise<void>(resolve => server.close(() => resolve()))
    return port
  }
}

export class NodeProcess {
  readonly folder: NodeFolder
  readonly #env: Record<string, string>
  #child: ChildProcess | null = null
  #client: Client | null = null
  /** what the node printed on standard error, last lines */
  readonly log: string[] = []

  readonly #keep: number

  /** Keeps the last `keep` lines of its log. */
  constructor(folder: NodeFolder, env: Record<string, string> = {}, keep = 200) {
    this.folder = folder
    this.#env = env
    this.#keep = keep
  }

  get client(): Client {
    if (this.#client === null) throw new Error('the node was not started')
    return this.#client
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Milliseconds from spawning to the ready line. */
  async start(): Promise<number> {
    const begun = performance.now()
    const child = spawn(process.execPath, [MAIN, 'start', '--config', this.folder.configPath, '--json'], {
      env: { ...process.env, ...this.#env, TONGBAN_PASSPHRASE: PASSPHRASE },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    createInterface({ input: child.stderr }).on('line', line => {
      this.log.push(line)
      if (this.log.length > this.#keep) this.log.shift()
    })
    const lines = createInterface({ input: child.stdout })
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`the node ended with ${String(code)} before it was ready\n${this.log.join('\n')}`)
    })
    const [line] = (await Promise.race([once(lines, 'line'), exited])) as [string]
    exited.catch(() => {})
    const { url } = JSON.parse(line) as { url: string }
    this.#client = createClient({ url, token: this.folder.token })
    return performance.now() - begun
  }

  /** As a power cut would. */
  kill = (): Promise<void> => this.#end('SIGKILL')
  stop = (): Promise<void> => this.#end('SIGTERM')

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
}
