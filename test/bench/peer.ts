/**
 * One side of one way of sending, as a process of its own: `bun test/bench/peer.ts WAY SIDE FOLDER`. Tells the parent when it
 * is ready, and as the sender measures what it is asked to.
 */
import { mkdir } from 'node:fs/promises'
import { type Latencies, latencies, type Send, throughput } from './driver.ts'

export type Ready = { ready: true; address: string; peer: string; keys: Record<string, unknown> }
export type Ask =
  | { connect: { address: string; peer: string; keys: Record<string, unknown> } }
  | { throughput: { concurrency: number; seconds: number } }
  | { latencies: { rate: number; seconds: number } }
  | { memory: true }
  | { stop: true }
export type Answer = Ready | { connected: true } | { rate: number } | { latencies: Latencies } | { rss: number }

/** What each way of sending brings. */
export type Side = {
  ready: Omit<Ready, 'ready'>
  /** as the sender: reaches the other side */ connect?(other: {
    address: string
    peer: string
    keys: Record<string, unknown>
  }): Promise<Send>
  stop(): Promise<void>
}

const [way = '', side = '', folder = ''] = process.argv.slice(2)
const tell = (answer: Answer) => process.send?.(answer)

const ways: Record<string, () => Promise<{ open(side: string, folder: string): Promise<Side> }>> = {
  bound: () => import('./bound.ts'),
  real: () => import('./real.ts'),
  https: () => import('./https.ts'),
}

const load = ways[way]
if (load === undefined) throw new Error(`no way ${way}`)
await mkdir(folder, { recursive: true })
const opened = await (await load()).open(side, folder)
let send: Send | undefined

async function answer(ask: Ask): Promise<void> {
  if ('stop' in ask) {
    await opened.stop()
    process.exit(0)
  }
  if ('memory' in ask) return void tell({ rss: process.memoryUsage.rss() })
  if ('connect' in ask) {
    send = await opened.connect?.(ask.connect)
    return void tell({ connected: true })
  }
  if (send === undefined) throw new Error('not connected')
  if ('throughput' in ask) tell({ rate: await throughput(send, ask.throughput.concurrency, ask.throughput.seconds) })
  else tell({ latencies: await latencies(send, ask.latencies.rate, ask.latencies.seconds) })
}

process.on('message', (ask: Ask) => {
  answer(ask).catch(error => {
    console.error(error)
    process.exit(1)
  })
})
tell({ ready: true, ...opened.ready })
