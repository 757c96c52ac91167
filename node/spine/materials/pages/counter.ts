/**
 * The process that reads one scan: type as its argument, bytes on its input, the number of its pages (or `null`) on its output; with a
 * number of characters as a second argument, the text of its pages.
 * A process of its own, because the file may be made to hurt whoever opens it: it has no data, no keys and no long life.
 */
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { MaterialType } from '../sniff.ts'

/** Bytes of memory after which it gives up. */
const MEMORY = 768 * 1024 * 1024

if (isMainThread) {
  // The work is done in a thread, so that this one can look at the memory meanwhile.
  setInterval(() => {
    if (process.memoryUsage.rss() > MEMORY) process.kill(process.pid, 'SIGKILL')
  }, 20).unref()
  const bytes = new Uint8Array(await buffer(process.stdin))
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { type: process.argv[2], characters: process.argv[3], bytes },
  })
  const [read] = (await once(worker, 'message')) as [unknown]
  process.stdout.write(JSON.stringify(read))
} else {
  const { countPages, readTexts } = await import('./count.ts')
  const { type, characters, bytes } = workerData as { type: MaterialType; characters?: string; bytes: Uint8Array }
  parentPort?.postMessage(
    characters === undefined ? await countPages(type, bytes) : await readTexts(type, bytes, Number(characters)),
  )
}
