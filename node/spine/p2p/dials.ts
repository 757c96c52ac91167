/** Dials to one city wait for one another, so that addresses that lead nowhere cost nobody else. */

/** Peers of a city that are being dialled, and who waits for his turn; `calls` are both. */
type City = { readonly peers: Map<string, number>; readonly waiting: Set<() => void>; calls: number }

export class Dials {
  readonly #places: number
  readonly #cities = new Map<string, City>()

  /** `places`: peers of one city at a time; dials to one peer share its place. */
  constructor(places: number) {
    this.#places = places
  }

  /** Runs `dial` in its turn; `signal` ends the waiting. */
  async run<T>(city: string, peer: string, dial: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn: City = this.#cities.get(city) ?? { peers: new Map(), waiting: new Set(), calls: 0 }
    this.#cities.set(city, turn)
    turn.calls += 1
    try {
      while (!turn.peers.has(peer) && turn.peers.size >= this.#places) await woken(turn.waiting, signal)
      turn.peers.set(peer, (turn.peers.get(peer) ?? 0) + 1)
      try {
        return await dial()
      } finally {
        const left = (turn.peers.get(peer) ?? 1) - 1
        if (left > 0) turn.peers.set(peer, left)
        else turn.peers.delete(peer)
        for (const wake of [...turn.waiting]) wake()
      }
    } finally {
      turn.calls -= 1
      if (turn.calls === 0) this.#cities.delete(city)
    }
  }
}

function woken(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(wake)
      signal?.removeEventListener('abort', onAbort)
    }
    const wake = (): void => {
      leave()
      resolve()
    }
    const onAbort = (): void => {
      leave()
      reject(signal?.reason)
    }
    waiting.add(wake)
    signal?.addEventListener('abort', onAbort)
  })
}
