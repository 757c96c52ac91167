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
import { median, sleep } from './load.ts'
import { residentBytes } from './memory.ts'

/** Milliseconds after the ready line at which memory is read. */
const IDLE_MS = 5000

export type StartReport = {
  /** from spawning `tongban start` to its ready line, ms */ readyMs: number
  /** resident memory after IDLE_MS without work, MB (10^6 bytes); null where it cannot be read */ idleMb: number | null
  /** parts of it, ms */ parts: Parts
  runs: number
}
type Parts = {
  /** an empty program on the same runtime, from spawn to exit */ runtime: number
  /** loading the modules */ modules: number
  /** `startNode` */ node: number
}

export async function benchStart({ runs, log }: { runs: number; log: (line: string) => void }): Promise<StartReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  try {
    const made = await makeNodeFolder(folder, ANKANG, { httpPort: 0, p2pPort: 0 })
    const node = new NodeProcess(made)
    // The first start makes the delegation, and brings the files into the system's cache.
    await node.start()
    await node.stop()
    const [ready, memory]: [number[], number[]] = [[], []]
    const parts: Parts[] = []
    for (let run = 0; run < runs; run++) {
      ready.push(await node.start())
      await sleep(IDLE_MS)
      const resident = node.pid === undefined ? null : await residentBytes(node.pid)
      if (resident !== null) memory.push(resident / 1e6)
      await node.stop()
      parts.push(await partsOf(made.configPath))
      log(`start ${run + 1}: ready in ${Math.round(ready.at(-1) ?? 0)} ms, ${Math.round(memory.at(-1) ?? 0)} MB idle`)
    }
    const part = (name: keyof Parts) => median(parts.map(entry => entry[name]))
    return {
      readyMs: median(ready),
      idleMb: memory.length === 0 ? null : median(memory),
      parts: { runtime: part('runtime'), modules: part('modules'), node: part('node') },
      runs,
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
