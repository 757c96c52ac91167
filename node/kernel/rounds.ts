/** Rounds of one job: one at a time, one more when it was asked for meanwhile, and none lost when one fails. */
import type { Clock } from './clock.ts'

export type RoundsParts = {
  clock: Clock
  /** one round; when the next is due, ms, or null: when somebody asks for it */
  round: () => Promise<number | null>
  /** a round failed; another one follows after `pause` ms */
  failed: (error: unknown) => void
  pause?: number
}

/** ms after a round that failed. */
const PAUSE = 5_000

export type Rounds = {
  /** A round from now on; resolves when no round runs that was asked for. */
  wake(): Promise<void>
  /** No further round; resolves when none runs. */
  stop(): Promise<void>
}

export function createRounds({ clock, round, failed, pause = PAUSE }: RoundsParts): Rounds {
  let running: Promise<void> | null = null
  let asked = false
  let stopped = false
  let cancel = () => {}

  async function run(): Promise<void> {
    while (asked && !stopped) {
      asked = false
      cancel()
      let at: number | null
      try {
        at = await round()
      } catch (error) {
        failed(error)
        at = clock.now() + pause
      }
      if (!asked && !stopped && at !== null) cancel = clock.after(Math.max(0, at - clock.now()), () => void wake())
    }
  }

  function wake(): Promise<void> {
    asked = true
    running ??= run().finally(() => {
      running = null
      // Asked for after the last look, while nobody could begin a round.
      if (asked && !stopped) void wake()
    })
    return running
  }

  return {
    wake,
    async stop() {
      stopped = true
      cancel()
      await running
    },
  }
}
