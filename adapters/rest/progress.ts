/** What of a delivery went well already: a retry goes on from there, after a restart too where something was taken of an answer. */
import type { JsonValue } from '../../protocol/primitives.ts'
import type { AdapterState } from '../sdk/index.ts'

export const PROGRESS_LIMITS = {
  /** characters of JSON that are kept of one answer */
  takenCharacters: 16_384,
} as const

export type Progress = {
  /** What was taken when this went well; undefined: it did not yet. `kept`: it may have been before a restart. */
  get(name: string, kept: boolean): Promise<JsonValue | undefined>
  /** false: it is too large to be kept */
  done(name: string, taken: JsonValue, keep: boolean): Promise<boolean>
}

/** `remembered`: deliveries that are held in memory. */
export function createProgress(remembered: number) {
  const deliveries = new Map<string, Map<string, JsonValue>>()

  function memoryOf(key: string): Map<string, JsonValue> {
    const known = deliveries.get(key) ?? new Map<string, JsonValue>()
    deliveries.delete(key)
    deliveries.set(key, known)
    const [oldest] = deliveries.keys()
    if (deliveries.size > remembered && oldest !== undefined) deliveries.delete(oldest)
    return known
  }

  return {
    forget: (key: string): boolean => deliveries.delete(key),
    of(key: string, state: AdapterState): Progress {
      const memory = memoryOf(key)
      const place = (name: string): string => `done ${key} ${name}`
      return {
        async get(name, kept) {
          const known = memory.get(name)
          if (known !== undefined || !kept) return known
          const text = await state.get(place(name))
          return text === null ? undefined : (JSON.parse(text) as JsonValue)
        },
        async done(name, taken, keep) {
          if (keep) {
            const text = JSON.stringify(taken)
            if (text.length > PROGRESS_LIMITS.takenCharacters) return false
            await state.put(place(name), text)
          }
          memory.set(name, taken)
          return true
        },
      }
    },
  }
}
