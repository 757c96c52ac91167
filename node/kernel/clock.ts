/** Time as the long-lived parts see it; tests move it by hand. */
export interface Clock {
  /** milliseconds since the epoch */
  now(): number
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

export const seconds = (ms: number): number => Math.floor(ms / 1000)
