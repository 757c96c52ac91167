/** `npm run bench -- exchange`: the real path between its bound and what an integrator would write, in one run. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Latencies, type Measured, median, round } from './driver.ts'
import type { Answer, Ask, Ready } from './peer.ts'

const PEER = fileURLToPath(new URL('./peer.ts', import.meta.url))
/** Packets under way when the throughput is measured: as many as each way can use. */
const WAYS = { bound: { concurrency: 1024 }, real: { concurrency: 1024 }, https: { concurrency: 64 } } as const
type Way = keyof typeof WAYS

export type ExchangeReport = {
  bound: Measured
  real: Measured
  https: Measured
  ratioToBound: number
  ratioToHttps: number
  machine: { cpu: string; cores: number; memoryGiB: number; bun: string }
  rounds: number
  seconds: number
}

async function ask<T extends Answer>(child: ChildProcess, question: Ask): Promise<T> {
  child.send(question)
  const [answer] = (await Promise.race([once(child, 'message'), failed(child)])) as [T]
  return answer
}

const failed = (child: ChildProcess): Promise<never> =>
  once(child, 'exit').then(([code]) => {
    throw new Error(`a bench process ended with ${String(code)}`)
  })

async function openWay(way: Way, folder: string): Promise<{ sender: ChildProcess; receiver: ChildProcess }> {
  const begin = async (side: string) => {
    const child = fork(PEER, [way, side, folder], {
      execPath: process.execPath,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const [ready] = (await Promise.race([once(child, 'message'), failed(child)])) as [Ready]
    return { child, ready }
  }
  const [sender, receiver] = [await begin('sender'), await begin('receiver')]
  await ask(sender.child, { connect: receiver.ready })
  return { sender: sender.child, receiver: receiver.child }
}

/** Rounds go over all ways in turn, so that a drift of the machine meets all of them. */
export async function benchExchange(options: {
  seconds: number
  rounds: number
  say: (line: string) => void
}): Promise<ExchangeReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  const children: ChildProcess[] = []
  try {
    const opened = {} as Record<Way, Awaited<ReturnType<typeof openWay>>>
    for (const way of Object.keys(WAYS) as Way[]) {
      opened[way] = await openWay(way, join(folder, way))
      children.push(opened[way].sender, opened[way].receiver)
    }
    const rates: Record<Way, number[]> = { bound: [], real: [], https: [] }
    for (let round_ = 1; round_ <= options.rounds; round_++) {
      for (const way of Object.keys(WAYS) as Way[]) {
        const { rate } = await ask<{ rate: number }>(opened[way].sender, {
          throughput: { ...WAYS[way], seconds: options.seconds },
        })
        rates[way].push(rate)
        options.say(`round ${round_}  ${way.padEnd(6)} ${Math.round(rate)} packets/s`)
      }
    }
    const measured = {} as Record<Way, Measured>
    for (const way of Object.keys(WAYS) as Way[]) {
      const packetsPerSecond = Math.round(median(rates[way]))
      const { latencies } = await ask<{ latencies: Latencies }>(opened[way].sender, {
        latencies: { rate: packetsPerSecond / 2, seconds: options.seconds },
      })
      measured[way] = { packetsPerSecond, latencies }
    }
    return {
      ...measured,
      ratioToBound: round2(measured.real.packetsPerSecond / measured.bound.packetsPerSecond),
      ratioToHttps: round2(measured.real.packetsPerSecond / measured.https.packetsPerSecond),
      machine: {
        cpu: cpus()[0]?.model ?? 'unknown',
        cores: availableParallelism(),
        memoryGiB: round(totalmem() / 1024 ** 3),
        bun: Bun.version,
      },
      rounds: options.rounds,
      seconds: options.seconds,
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

const round2 = (value: number): number => Math.round(value * 100) / 100

export function exchangeMarkdown(report: ExchangeReport): string {
  const row = (name: string, { packetsPerSecond, latencies: { p50, p95, p99 } }: Measured) =>
    `| ${name} | ${packetsPerSecond} | ${p50} | ${p95} | ${p99} |`
  const { machine } = report
  return [
    '## Exchange',
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Bun ${machine.bun}; two processes each; median of ${report.rounds} rounds of ${report.seconds} s, all ways in turn in one run.`,
    'A packet is a `case.submit` with a body of about 1.2 KB (JWS about 0.9 KB). It counts when it is durable on both sides and its signed receipt is committed at the sender. SQLite with `synchronous=FULL` everywhere.',
    '',
    '| way | packets/s | p50 ms | p95 ms | p99 ms |',
    '|---|---|---|---|---|',
    row('(a) bound: sign, commit, bare libp2p stream, verify, commit, receipt, commit; batches of 256', report.bound),
    row('(b) real: two nodes, new thread each, every check, projection, event', report.real),
    row('(c) one HTTPS request per JWS, a commit on each side', report.https),
    '',
    `Latencies at half of each way's throughput. (b) is ${report.ratioToBound} × (a) (aim 0.5) and ${report.ratioToHttps} × (c) (aim 3).`,
  ].join('\n')
}
