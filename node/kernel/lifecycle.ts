/** Parts of a node that were begun (生命周期): ended in the opposite order, each of them, whatever another one throws. */

export type Lifecycle = {
  /** Remembers how a part ends; those added later end first. */ add(part: string, end: () => unknown): void
  /** Ends all parts once; what they threw is told to `failed`, and the first of it thrown when all have ended. */ end(): Promise<void>
}

export function createLifecycle(failed: (part: string, error: unknown) => void): Lifecycle {
  const parts: { part: string; end: () => unknown }[] = []
  let ended: Promise<void> | null = null

  async function endAll(): Promise<void> {
    const thrown: unknown[] = []
    for (const { part, end } of parts.toReversed()) {
      try {
        await end()
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
