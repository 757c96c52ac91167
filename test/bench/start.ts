/** `npm run bench -- start`: how fast a node process serves, and what it holds when idle. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort, NodeProcess } from '../support/node-process.ts'
import { median } from './driver.ts'

export type StartReport = { startMs: number; idleMiB: number; runs: number }

/** Milliseconds from spawning the process to its ready line; resident MiB after `idleSeconds` without work; medians. */
export async function benchStart(options: {
  runs: number
  idleSeconds: number
  say: (line: string) => void
}): Promise<StartReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-start-'))
  try {
    const made = await makeNodeFolder(folder, SHIYAN, { httpPort: 0, p2pPort: await freePort() })
    const starts: number[] = []
    const sizes: number[] = []
    for (let run = 1; run <= options.runs; run++) {
      const node = new NodeProcess(made)
      const ms = await node.start()
      await new Promise(resolve => setTimeout(resolve, options.idleSeconds * 1000))
      const status = await readFile(`/proc/${node.pid ?? 'self'}/status`, 'utf8')
      const mib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
      await node.stop()
      starts.push(ms)
      sizes.push(mib)
      options.say(`run ${run}  ready after ${Math.round(ms)} ms, ${Math.round(mib)} MiB idle`)
    }
    return { startMs: Math.round(median(starts)), idleMiB: Math.round(median(sizes)), runs: options.runs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const startMarkdown = ({ startMs, idleMiB, runs }: StartReport): string =>
  [
    '## Start',
    '',
    `Process spawned → serving: **${startMs} ms** (aim 500). Resident when idle: **${idleMiB} MiB** (aim 120). Medians of ${runs} runs.`,
  ].join('\n')
