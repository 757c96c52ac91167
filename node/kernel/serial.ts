/** Work of which one at a time runs, in the order in which it was asked for. What fails is told to whoever asked and holds up nothing. */

export type Serial = <T>(work: () => Promise<T>) => Promise<T>

export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

export type KeyedSerial = {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Keys of which work waits or runs. */
  size(): number
}

/** The same for each key on its own: work of different keys runs beside each other, and a key without work takes no room. */
export function createKeyedSerial(): KeyedSerial {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, work) {
      const turn = (last.get(key) ?? Promise.resolve()).then(work)
      const over = turn
        .catch(() => undefined)
        .then(() => {
          if (last.get(key) === over) last.delete(key)
        })
      last.set(key, over)
      return turn
    },
    size: () => last.size,
  }
}
