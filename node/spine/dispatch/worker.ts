/** A loop that leases jobs and works on some at a time; it sleeps until it is woken or the next job is due. */

import { pauseAfter } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'

export type Leased<J> = { jobs: readonly J[]; nextAt: number | null }

type WorkerParts<J> = {
  clock: Clock
  parallel: number
  /**
   * Jobs to begin now, `room` at most. Fewer: nothing more is due before `nextAt`, ms, or before the worker is woken; null: it is
   * woken alone.
   */
  lease: (room: number) => Promise<Leased<J>>
  work: (job: J) => Promise<void>
  /** instead of jobs: called again and again, `every` ms apart */
  tick?: () => Promise<void>
  every?: number
  /** told of failures that the work itself did not handle, and how many came in a row; a job is worked on again after the next start */
  failed?: (error: unknown, failures: number) => void
}

/** ms between two tries of what keeps failing. */
const LONGEST_PAUSE = 60_000

export class Worker<J> {
  readonly #parts: WorkerParts<J>
  readonly #active = new Set<Promise<void>>()
  #stopped = true
  #wake: (() => void) | null = null
  #woken = false
  #loop: Promise<void> | null = null
  #failures = 0

  constructor(parts: WorkerParts<J>) {
    this.#parts = parts
  }

  start(): void {
    this.#stopped = false
    this.#loop ??= this.#run()
  }

  wake(): void {
    this.#woken = true
    this.#wake?.()
    this.#wake = null
  }

  /** Lets running work end. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#loop
    await Promise.all(this.#active)
    this.#loop = null
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false
      const nextAt = await this.#step()
      if (this.#stopped) return
      if (nextAt !== undefined && !this.#woken) await this.#sleep(nextAt)
    }
  }

  /** When to look again: undefined at once, null when woken. */
  async #step(): Promise<number | null | undefined> {
    const { clock, tick, every = 1000, lease, parallel } = this.#parts
    try {
      if (tick !== undefined) {
        await tick()
        this.#failures = 0
        return clock.now() + every
      }
      const room = parallel - this.#active.size
      if (room <= 0) return null
      const { jobs, nextAt } = await lease(room)
      if (jobs.length > 0) this.#failures = 0
      for (const job of jobs) this.#begin(job)
      return jobs.length < room ? nextAt : undefined
    } catch (error) {
      this.#failures++
      this.#parts.failed?.(error, this.#failures)
      return clock.now() + pauseAfter(this.#failures + 1, { first: every, most: Math.max(every, LONGEST_PAUSE) })
    }
  }

  #begin(job: J): void {
    const work = this.#parts.work(job).catch(error => this.#parts.failed?.(error, 1))
    this.#active.add(work)
    void work.finally(() => {
      this.#active.delete(work)
      this.wake()
    })
  }

  async #sleep(until: number | null): Promise<void> {
    const cancel =
      until === null
        ? () => {}
        : this.#parts.clock.after(Math.max(0, until - this.#parts.clock.now()), () => this.wake())
    await new Promise<void>(resolve => {
      this.#wake = resolve
    })
    cancel()
  }
}
