/** Load on one sender, the same for every contender: as fast as it goes, or at a rate; and what is counted of it. */

export type Throughput = {
  packetsPerSecond: number
  /** with those before and after the measured seconds */
  packets: number
}
/** milliseconds */
export type Latencies = { p50: number; p95: number; p99: number }

/** Until when a load warms up. */
export type WarmUp = {
  /** seconds over which a rate is counted */
  span: number
  /** share of their mean by which three rates in a row may differ from it to be steady */
  within: number
  /** seconds after which it ends in any case */
  most: number
}
export type WarmedUp = { seconds: number; packets: number }

/** Whether the last three rates are the same as nearly as that. */
export function isSteady(rates: readonly number[], within: number): boolean {
  const last = rates.slice(-3)
  const mean = last.reduce((sum, rate) => sum + rate, 0) / 3
  return last.length === 3 && mean > 0 && last.every(rate => Math.abs(rate - mean) <= within * mean)
}

/** ms within which something must come of the load, or it is given up. */
const PATIENCE_MS = 60_000

export class Load {
  readonly #begin: (no: number) => Promise<unknown>
  readonly #patience: number
  /** when each packet under way was asked for, or was due */
  readonly #underWay = new Map<number, number>()
  #no = 0
  #done = 0
  #latencies: number[] = []
  #failure: unknown = null
  #wake: (() => void) | null = null

  /** `begin` asks for the packet `no`; `done` is called once its receipt is durable. */
  constructor(begin: (no: number) => Promise<unknown>, patience = PATIENCE_MS) {
    this.#begin = begin
    this.#patience = patience
  }

  done(numbers: readonly number[]): void {
    const now = performance.now()
    for (const no of numbers) {
      const at = this.#underWay.get(no)
      if (at === undefined) continue
      this.#underWay.delete(no)
      this.#latencies.push(now - at)
      this.#done++
    }
    this.#wake?.()
    this.#wake = null
  }

  /** Keeps `window` packets under way until the rate is steady, or for `most` seconds. Throws when none is done. */
  async warm({ window, span, within, most }: WarmUp & { window: number }): Promise<WarmedUp> {
    const first = this.#done
    const load = this.#keep(window)
    const begun = performance.now()
    const rates: number[] = []
    try {
      for (let at = begun; !isSteady(rates, within) && at - begun < most * 1000 && this.#failure === null; ) {
        const before = this.#done
        await sleep(span * 1000)
        const now = performance.now()
        rates.push((this.#done - before) / ((now - at) / 1000))
        at = now
      }
      await this.#until(
        () => this.#done > first,
        () => 'no packet was done',
      )
    } finally {
      load.stop()
    }
    const seconds = (performance.now() - begun) / 1000
    await this.#drain()
    await load.ended
    return { seconds, packets: this.#done - first }
  }

  /**
   * Keeps `window` packets under way; counts those done in `seconds` after `warmUp` seconds, or in the time until one is. Throws when
   * none is.
   */
  async full({ seconds, warmUp, window }: { seconds: number; warmUp: number; window: number }): Promise<Throughput> {
    const first = this.#done
    this.#latencies = []
    const load = this.#keep(window)
    await sleep(warmUp * 1000)
    const before = this.#done
    const at = performance.now()
    await sleep(seconds * 1000)
    await this.#until(
      () => this.#done > before,
      () => 'no packet was done',
    ).finally(load.stop)
    const packetsPerSecond = (this.#done - before) / ((performance.now() - at) / 1000)
    await this.#drain()
    await load.ended
    return { packetsPerSecond, packets: this.#done - first }
  }

  /** Begins packets whenever fewer than `window` are under way, until it is stopped. */
  #keep(window: number): { stop: () => void; ended: Promise<void> } {
    let stopped = false
    const filling = async () => {
      while (!stopped && this.#failure === null) {
        while (this.#underWay.size < window) this.#start(performance.now())
        await this.#change()
      }
    }
    return {
      stop: () => {
        stopped = true
      },
      ended: filling(),
    }
  }

  /** Begins packets at `rate` a second, whatever becomes of them; latencies from the time at which each was due, ms. */
  async paced({ rate, seconds }: { rate: number; seconds: number }): Promise<number[]> {
    const total = Math.ceil(rate * seconds)
    this.#latencies = []
    const begun = performance.now()
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, ((performance.now() - begun) / 1000) * rate)
      for (; sent < due; sent++) this.#start(begun + (sent / rate) * 1000)
      await sleep(1)
    }
    await this.#drain()
    return this.#latencies
  }

  #start(at: number): void {
    const no = ++this.#no
    this.#underWay.set(no, at)
    this.#begin(no).catch(error => {
      this.#failure ??= error
      this.#wake?.()
    })
  }

  #drain(): Promise<void> {
    return this.#until(
      () => this.#underWay.size === 0,
      () => `${this.#underWay.size} packets without a receipt`,
    )
  }

  async #until(reached: () => boolean, problem: () => string): Promise<void> {
    const until = performance.now() + this.#patience
    while (!reached() && this.#failure === null) {
      if (performance.now() > until) throw new Error(problem())
      await Promise.race([this.#change(), sleep(100)])
    }
    if (this.#failure !== null) throw this.#failure
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      const others = this.#wake
      this.#wake = () => {
        others?.()
        resolve()
      }
    })
  }
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

export function percentiles(values: readonly number[]): Latencies {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** Of an even number, the upper one of the middle. */
export const median = (values: readonly number[]): number => percentiles(values).p50
