/** `start`: how long a node takes until it serves, and how much memory it holds when nothing happens. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ANKANG, makeNodeFolder } from '../support/node-folder.ts'
import { NodeProcess } from '../support/node-process.ts'
import { Child } from './child.ts'
import { sleep } from './load.ts'
import { residentBytes } from './memory.ts'
import { type Findings, figure } from './report.ts'

/** Of each start, ms. */
type Parts = {
  /** an empty program on the same runtime, from spawn to exit */
  runtime: number
  /** loading the modules */
  modules: number
  /** `startNode` */
  node: number
}

export type StartOptions = {
  rounds: number
  /** ms after the ready line at which memory is read */
  idle: number
  log: (line: string) => void
}

export async function benchStart({ rounds, idle, log }: StartOptions): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  try {
    const made = await makeNodeFolder(folder, ANKANG, { httpPort: 0, p2pPort: 0 })
    const node = new NodeProcess(made)
    // The first start makes the delegation, and brings the files into the system's cache.
    await node.start()
    await node.stop()
    const ready: number[] = []
    const memory: number[] = []
    const parts: Parts[] = []
    for (let round = 1; round <= rounds; round++) {
      ready.push(await node.start())
      await sleep(idle)
      const resident = node.pid === undefined ? null : await residentBytes(node.pid)
      if (resident !== null) memory.push(resident / 1e6)
      await node.stop()
      parts.push(await partsOf(made.configPath))
      log(`start ${round}: ready in ${Math.round(ready.at(-1) ?? 0)} ms, ${Math.round(memory.at(-1) ?? 0)} MB idle`)
    }
    const part = (title: string, name: keyof Parts) =>
      figure(
        title,
        'ms',
        parts.map(entry => entry[name]),
      )
    return {
      title: 'Start (启动)',
      rounds,
      settings: { 'idle, ms': idle },
      table: 'columns',
      groups: {
        start: {
          title: 'a node',
          figures: {
            ready: figure('from spawn to the ready line', 'ms', ready, { aim: ['<', 400] }),
            runtime: part('an empty program on the same runtime', 'runtime'),
            modules: part('loading modules', 'modules'),
            node: part('starting the node', 'node'),
            // Other systems have no /proc.
            ...(memory.length === 0
              ? {}
              : { idle: figure('resident memory without work', 'MB', memory, { aim: ['<', 110] }) }),
          },
        },
      },
      notes: [],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function partsOf(config: string): Promise<Parts> {
  const begun = performance.now()
  const empty = spawn(process.execPath, ['-e', '0'], {
    stdio: 'ignore',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  await once(empty, 'exit')
  const runtime = performance.now() - begun
  const child = new Child('./start-parts.ts')
  try {
    return { runtime, ...(await child.call<Omit<Parts, 'runtime'>>('start', { config })) }
  } finally {
    await child.stop()
  }
}
