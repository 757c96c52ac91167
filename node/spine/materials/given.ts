/** Remembers how far a partner was given each material: to give it costs that partner nothing the first time, and work every other time. */
const REMEMBERED = 20_000

/** `remembered`: materials; the one longest untouched is forgotten first, and is new again. */
export function createGiven(remembered: number = REMEMBERED) {
  const reached = new Map<string, number>()
  return {
    /** Notes that bytes are given; how many of them were given before. */
    note(partner: string, sha256: string, offset: number, bytes: number): number {
      const key = `${partner} ${sha256}`
      const before = reached.get(key) ?? 0
      reached.delete(key)
      reached.set(key, Math.max(before, offset + bytes))
      const [oldest] = reached.keys()
      if (reached.size > remembered && oldest !== undefined) reached.delete(oldest)
      return Math.max(0, Math.min(bytes, before - offset))
    },
  }
}
