/**
 * What a node does by itself, every hour or at a time of the job's own: each job by itself, so that one that fails or takes long
 * holds up no other.
 */
import { detailInChinese } from '../../protocol/messages/in-chinese.ts'
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import type { Clock } from './clock.ts'
import type { Reminder } from './reminder.ts'
import { createRounds } from './rounds.ts'

export const UPKEEP_LIMITS = {
  /** ms between two rounds of a job that names no other time */
  every: 3_600_000,
  /** ms after the start for the first job, and between the first rounds of two: a node that is started often does its duty too */
  first: 30_000,
  apart: 2_000,
} as const

/** One round of a job; `every`: ms between two rounds. */
export type UpkeepJob = (() => Promise<unknown>) | { every: number; round: () => Promise<unknown> }

/** Jobs by name, in the order of their first rounds. */
export type UpkeepJobs = Readonly<Record<string, UpkeepJob>>

/** A job whose last round failed; `since` of the first of the rounds that failed in a row, ms. */
export type FailingJob = { job: string; since: number; problem: Problem }

export type UpkeepObserver = {
  done: (job: string, at: number) => void
  failed: (job: string, error: unknown) => void
}

export type Upkeep = {
  /** Begins the rounds of the jobs. */
  start(jobs: UpkeepJobs): void
  /** Jobs whose last round failed. */
  failing(): FailingJob[]
  /** No further rounds; a job that runs is not waited for. */
  end(): void
}

export function createUpkeep(clock: Clock, observer: UpkeepObserver): Upkeep {
  const failing = new Map<string, FailingJob>()
  const ends: (() => void)[] = []

  function begin(job: string, work: UpkeepJob, first: number): void {
    const { every, round } = typeof work === 'function' ? { every: UPKEEP_LIMITS.every, round: work } : work
    const rounds = createRounds({
      clock,
      async round() {
        await round()
        failing.delete(job)
        observer.done(job, clock.now())
        return clock.now() + every
      },
      failed(error) {
        const problem = error instanceof ProblemError ? error.problem : { code: 'internal' as const }
        failing.set(job, { job, since: failing.get(job)?.since ?? clock.now(), problem })
        observer.failed(job, error)
      },
      pause: every,
    })
    ends.push(
      clock.after(first, () => void rounds.wake()),
      () => void rounds.stop(),
    )
  }

  return {
    start(jobs) {
      for (const [index, [job, work]] of Object.entries(jobs).entries())
        begin(job, work, UPKEEP_LIMITS.first + index * UPKEEP_LIMITS.apart)
    },
    failing: () => [...failing.values()],
    end() {
      for (const end of ends) end()
    },
  }
}

/** Jobs that fail, for whoever operates the node. Pure. */
export const upkeepReminders = (failing: readonly FailingJob[]): Reminder[] =>
  failing.map(({ job, since, problem: { code, detail } }) => ({
    id: `upkeep:${job}:${since}`,
    kind: 'upkeep',
    subject: job,
    dueAt: since,
    level: 'fail',
    act: 'operator',
    en: `The regular work "${job}" has failed since ${new Date(since).toISOString()}: ${code}${detail === undefined ? '' : ` ${detail}`}`,
    zh: `例行工作“${job}”失败：${code}${detail === undefined ? '' : ` ${detailInChinese(detail)}`}`,
    cure: `It is tried again when it is due next. Cure what the code says; the log has the cause under "upkeep failed"`,
  }))
