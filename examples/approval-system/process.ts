/** Starts the fake approval system as a process of its own, for the demo and for tests; and what can be asked of one that runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Faults } from './faults.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const MAPPING = new URL('./mapping.json', import.meta.url)

export type Stats = {
  effects: number
  attempts: number
  byKey: Record<string, { operation: string | null; attempts: number; effects: number }>
  cases: number
  materials: number
  events: number
}

export type RunningApproval = {
  url: string
  /** configuration of the rest adapter for it, see mapping.json */
  config: Record<string, unknown>
  secrets: Record<string, string>
  stats(): Promise<Stats>
  faults(faults: Faults): Promise<void>
  /** `GET` or, with a body, `POST` below /admin */
  admin(path: string, body?: unknown): Promise<{ custom: Record<string, unknown> }>
}

export type ApprovalProcess = RunningApproval & {
  child: ChildProcess
  /** Ends it at once, as a power cut would; `start` with the same file goes on from there. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** One that answers at `url`, whose callers send `token`. */
export async function approvalAt(url: string, token: string): Promise<RunningApproval> {
  const admin: RunningApproval['admin'] = async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${url}/admin/${path}`, init)
    if (!response.ok) throw new Error(`/admin/${path}: HTTP ${response.status}`)
    return (await response.json()) as { custom: Record<string, unknown> }
  }
  return {
    url,
    config: { ...(JSON.parse(await readFile(MAPPING, 'utf8')) as Record<string, unknown>), baseUrl: url },
    secrets: { approvalToken: token },
    admin,
    stats: async () => (await (await fetch(`${url}/stats`)).json()) as Stats,
    faults: async faults => {
      await admin('faults', faults)
    },
  }
}

/** `args` as `main.ts --help` lists them; `--port 0` unless they say otherwise. */
export async function startApprovalProcess(args: readonly string[] = []): Promise<ApprovalProcess> {
  const token = 'example-token'
  const child = spawn(process.execPath, [MAIN, '--with-parent', ...args], {
    env: { ...process.env, APPROVAL_TOKEN: token },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    ...(await approvalAt(url, token)),
    child,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the approval system ended with ${code}`)
  })
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  ended.catch(() => {})
  return line
}
