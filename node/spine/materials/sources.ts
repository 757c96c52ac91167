/**
 * Where wanted materials come from: each partner is a source of its own, with its own fetches, failures and pauses. So what one
 * partner does not give costs the node a try now and then, however much it named, and holds nobody else up.
 */
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { delayAfter } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createRounds, type Rounds } from '../../kernel/rounds.ts'
import type { Database } from '../../kernel/store/database.ts'
import { MATERIAL_LIMITS } from './limits.ts'
import type { createWantedStore, Wanted } from './wanted.ts'

export type SourcesParts = {
  db: Database
  clock: Clock
  random: () => number
  wanted: ReturnType<typeof createWantedStore>
  /** Brings one material here. Problems: whatever it failed with. */
  fetch: (want: Wanted, signal: AbortSignal) => Promise<void>
  failed: (partner: string, problem: Problem) => void
  /** the store failed; it is tried again */
  faulted: (error: unknown) => void
}

type Source = {
  /** fetches under way, by hash and size */
  active: Map<string, { ended: Promise<void>; abort: AbortController }>
  /** failures in a row */
  failures: number
  /** why nothing is tried until then, ms; `path`: there was none, and the next one ends the pause */
  pause: { until: number; problem: Problem; path: boolean } | null
  /** looks what is due, after each fetch and when somebody asks */
  looks: Rounds
}

const keyOf = ({ sha256, size }: Pick<Wanted, 'sha256' | 'size'>): string => `${sha256} ${size}`

/** Whether a failure says that the partner cannot be reached at all. */
const isPath = ({ code }: Problem): boolean => code === 'exchange.unreachable' || code === 'partner.inactive'

export function createSources(parts: SourcesParts) {
  const { db, clock, wanted } = parts
  const sources = new Map<string, Source>()
  let running = false

  function sourceOf(partner: string): Source {
    const source = sources.get(partner)
    if (source === undefined) {
      const made: Source = {
        active: new Map(),
        failures: 0,
        pause: null,
        looks: createRounds({ clock, round: () => begin(partner, made), failed: parts.faulted }),
      }
      sources.set(partner, made)
      return made
    }
    return source
  }

  /** Looks what of the partner is due, now or right after the look under way. */
  function look(partner: string): void {
    if (running) void sourceOf(partner).looks.wake()
  }

  /** Begins what is due, MATERIAL_LIMITS.fetches at a time; when to look again, null when something else will say so. */
  async function begin(partner: string, source: Source): Promise<number | null> {
    const now = clock.now()
    if (source.pause !== null && source.pause.until > now) return source.pause.until
    // After a failure one try says whether it is over.
    const most = source.failures > 0 ? 1 : MATERIAL_LIMITS.fetches
    if (source.active.size >= most) return null
    for (const want of await wanted.due(partner, now, MATERIAL_LIMITS.fetches)) {
      if (source.active.size >= most || !running) return null
      const key = keyOf(want)
      if (source.active.has(key)) continue
      const abort = new AbortController()
      const ended = fetchOne(source, want, abort.signal).finally(() => {
        source.active.delete(key)
        look(partner)
      })
      source.active.set(key, { ended, abort })
    }
    const at = await wanted.nextAt(partner, now)
    return at
  }

  /** Never rejects: what fails is noted at the material, and its source has a pause. */
  async function fetchOne(source: Source, want: Wanted, signal: AbortSignal): Promise<void> {
    try {
      await parts.fetch(want, signal)
      source.failures = 0
      source.pause = null
    } catch (error) {
      // Stopped, or another source was faster.
      if (signal.aborted) return
      const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      if (problem.code === 'internal') parts.faulted(error)
      await note(source, want, problem)
    }
  }

  async function note(source: Source, want: Wanted, problem: Problem): Promise<void> {
    source.failures++
    const now = clock.now()
    const pause = delayAfter(source.failures, parts.random())
    const answered = problem.code.startsWith('material.')
    const until = now + (answered ? Math.min(pause, MATERIAL_LIMITS.refusedPause) : pause)
    source.pause = { until, problem, path: isPath(problem) }
    // What the partner does not give comes ever later; what was cut off only lets the others go first.
    const nextAt = answered ? now + delayAfter(want.attempts + 1, parts.random()) : now
    try {
      await db.transaction(tx => wanted.failed(tx, want, problem, nextAt))
    } catch (error) {
      parts.faulted(error)
    }
    parts.failed(want.partner, problem)
  }

  return {
    look,

    /** The partner was heard: a pause for want of a path is over. Any other is kept, whatever the partner does. */
    wake(partner: string): void {
      const source = sources.get(partner)
      if (source?.pause?.path === true) source.pause = null
      look(partner)
    },

    /** A person asked: no pause is kept. */
    hurry(partner: string): void {
      const source = sources.get(partner)
      if (source !== undefined) source.pause = null
      look(partner)
    },

    /** The bytes of this hash are here: nobody else needs to give them. */
    drop(sha256: string, except: AbortSignal | null): void {
      for (const { active } of sources.values())
        for (const [key, { abort }] of active)
          if (key.startsWith(`${sha256} `) && abort.signal !== except) abort.abort()
    },

    /** Why nothing is fetched from the partner just now; null when nothing says so. */
    problemOf: (partner: string): Problem | null => sources.get(partner)?.pause?.problem ?? null,

    /** Bytes of what is being fetched from the partner. */
    underWay: (partner: string): number =>
      [...(sources.get(partner)?.active.keys() ?? [])].reduce((sum, key) => sum + Number(key.split(' ')[1]), 0),

    async start(): Promise<void> {
      running = true
      for (const partner of await wanted.partners()) look(partner)
    },

    async stop(): Promise<void> {
      running = false
      for (const { active } of sources.values()) for (const { abort } of active.values()) abort.abort()
      await Promise.all(
        [...sources.values()].flatMap(({ looks, active }) => [
          looks.stop(),
          ...[...active.values()].map(({ ended }) => ended),
        ]),
      )
      sources.clear()
    },
  }
}
