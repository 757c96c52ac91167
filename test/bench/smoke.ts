/** Runs the smoke form of a bench as its command does, for tests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { BenchName } from './options.ts'
import { nonsense, type Report } from './report.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

/** The report that the last line is. Throws when the bench failed, with what it said. */
export async function smoke(name: BenchName): Promise<Report> {
  const child = spawn(process.execPath, [MAIN, name, '--smoke', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const error: Buffer[] = []
  child.stdout.on('data', chunk => out.push(chunk))
  child.stderr.on('data', chunk => error.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`bench ${name} ended with ${String(code)}\n${Buffer.concat(error).toString()}`)
  const last = Buffer.concat(out).toString().trimEnd().split('\n').at(-1) ?? ''
  return JSON.parse(last) as Report
}

/** Names of all figures, by group. */
export const figuresOf = ({ groups }: Report): Record<string, string[]> =>
  Object.fromEntries(Object.entries(groups).map(([id, { figures }]) => [id, Object.keys(figures)]))

/** Of one round on this machine, with a figure that is one in every place. */
export function whole(report: Report, name: string): void {
  expect([report.name, report.rounds, report.machine.cores > 0]).toEqual([name, 1, true])
  expect(Date.parse(report.at)).toBeGreaterThan(0)
  expect(nonsense(report)).toEqual([])
}
