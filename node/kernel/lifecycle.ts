/** Parts of a node that were begun (生命周期): ended in the opposite order, each of them, whatever another one throws or waits for. */
import type { Clock } from './clock.ts'

/** ms that one part may take to end before those under it end without waiting for it; every step of theirs is durable. */
export const PATIENCE = 20_000

export type Lifecycle = {
  /** Remembers how a part ends; those added later end first. */
  add(part: string, end: () => unknown): void
  /** Ends all parts once; what they threw is told to `failed`, and the first of it thrown when all have ended. */
  end(): Promise<void>
}

export function createLifecycle(
  clock: Pick<Clock, 'after'>,
  failed: (part: string, error: unknown) => void,
): Lifecycle {
  const parts: { part: string; end: () => unknown }[] = []
  let ended: Promise<void> | null = null

  async function endAll(): Promise<void> {
    const thrown: unknown[] = []
    for (const { part, end } of parts.toReversed()) {
      try {
        await inTime(clock, end)
      } catch (error) {
        failed(part, error)
        thrown.push(error)
      }
    }
    if (thrown.length > 0) throw thrown[0]
  }

  return {
    add(part, end) {
      parts.push({ part, end })
    },
    end() {
      ended ??= endAll()
      return ended
    },
  }
}

/** Throws when it has not ended in time. */
async function inTime(clock: Pick<Clock, 'after'>, end: () => unknown): Promise<void> {
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(PATIENCE, () => reject(new Error(`did not end within ${PATIENCE / 1000} s`)))
  })
  try {
    await Promise.race([end(), late])
  } finally {
    cancel()
  }
}
