/** The program `adapter.py` between a node's half of the lease API and the fake approval system, for its tests. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./adapter.py', import.meta.url))

/** Whether this machine can run the program; without it the tests say that they prove nothing. */
export const hasPython = (): boolean => {
  const found = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0
  if (!found) process.stderr.write('not run: there is no python3 of 3.9 or later on this machine\n')
  return found
}

export type ProgramOptions = {
  node: string
  token: string
  system: string
  systemToken: string
  more?: readonly string[]
}

/** The program as a process; started again, it goes on from the place in the feed that it had reached. */
export class PythonAdapter {
  readonly #options: ProgramOptions
  #folder = ''
  #child: ChildProcess | null = null
  #lines: Interface | null = null

  constructor(options: ProgramOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { node, token, system, systemToken, more = [] } = this.#options
    this.#folder ||= await mkdtemp(join(tmpdir(), 'tongban-python-'))
    const place = join(this.#folder, 'place')
    const args = [PROGRAM, '--node', node, '--system', system, '--place', place, ...more]
    this.#child = spawn('python3', args, {
      env: { ...process.env, TONGBAN_TOKEN: token, APPROVAL_TOKEN: systemToken, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    if (this.#child.stdout !== null) this.#lines = createInterface({ input: this.#child.stdout })
  }

  /** One look at the feed, with `--by-hand`; what keeps it from being read. */
  async look(): Promise<string | null> {
    if (this.#lines === null) throw new Error('it was not started')
    const line = once(this.#lines, 'line') as Promise<[string]>
    this.#child?.stdin?.write('\n')
    return (JSON.parse((await line)[0]) as { trouble: string | null }).trouble
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    await this.kill()
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true })
  }
}
