/** Drives one way of sending: as fast as it goes with many under way, then at half of that to see the latencies. */

/** Sends one packet; resolves when it is durable on both sides and the sender holds the receipt. */
export type Send = () => Promise<void>
export type Latencies = { p50: number; p95: number; p99: number }
export type Measured = { packetsPerSecond: number; latencies: Latencies }

/** Packets a second with `concurrency` under way, over `seconds` after a short warm-up. */
export async function throughput(send: Send, concurrency: number, seconds: number): Promise<number> {
  let done = 0
  let stopped = false
  const worker = async () => {
    while (!stopped) {
      await send()
      done++
    }
  }
  const workers = Array.from({ length: concurrency }, worker)
  await new Promise(resolve => setTimeout(resolve, Math.min(1000, seconds * 250)))
  const [before, begun] = [done, performance.now()]
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  const rate = (done - before) / ((performance.now() - begun) / 1000)
  stopped = true
  await Promise.all(workers)
  return rate
}

/** Milliseconds from handing a packet over to its receipt, at `rate` packets a second. */
export async function latencies(send: Send, rate: number, seconds: number): Promise<Latencies> {
  const samples: number[] = []
  const running: Promise<void>[] = []
  const begun = performance.now()
  let sent = 0
  while (performance.now() - begun < seconds * 1000) {
    const due = Math.floor(((performance.now() - begun) / 1000) * rate)
    for (; sent < due; sent++) {
      const at = performance.now()
      running.push(send().then(() => void samples.push(performance.now() - at)))
    }
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  await Promise.all(running)
  samples.sort((a, b) => a - b)
  const at = (share: number) => round(samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? 0)
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

export const round = (value: number): number => Math.round(value * 10) / 10
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
