/** How many there are of each, given back one by one. */
export class Counts<Key> {
  readonly #counts = new Map<Key, number>()

  of(key: Key): number {
    return this.#counts.get(key) ?? 0
  }

  /** One more, until the returned function is called; again it does nothing. */
  add(key: Key): () => void {
    this.#counts.set(key, this.of(key) + 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      const left = this.of(key) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }
}
