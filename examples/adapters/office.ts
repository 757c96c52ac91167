/**
 * What every department of this example does, whatever its system speaks: it takes a case once for each key and accepts it; when the window
 * writes, it decides the case, gives the result out and ends it.
 */

/** Something that the office did with a case; `no` counts from 1, `step` is its own code. */
export type Answer = { no: number; number: string; step: Code }
/** SL 受理, JD 决定, SD 送达, BJ 办结 */
export type Code = 'SL' | 'JD' | 'SD' | 'BJ'
export type Office = ReturnType<typeof createOffice>

/** `prefix`: what its case numbers begin with. */
export function createOffice(prefix: string) {
  /** idempotency key → number of the case */
  const numbers = new Map<string, string>()
  const heard = new Set<string>()
  const answers: Answer[] = []
  const say = (number: string, ...steps: Code[]) => {
    for (const step of steps) answers.push({ no: answers.length + 1, number, step })
  }
  return {
    answers,

    /** Takes a case; the same key again gets the number that it has. */
    register(key: string): string {
      const known = numbers.get(key)
      if (known !== undefined) return known
      const number = `${prefix}-${String(numbers.size + 1).padStart(4, '0')}`
      numbers.set(key, number)
      say(number, 'SL')
      return number
    },

    /** Takes what the window writes of a case; a repeat has no effect. */
    hear(key: string, number: string): void {
      if (heard.has(key)) return
      heard.add(key)
      say(number, 'JD', 'SD', 'BJ')
    },

    /** how many packets had an effect */
    effects: (): number => numbers.size + heard.size,
  }
}

/** Does the work again and again, one run at a time, until it is stopped. Of files and databases nobody is told that something came. */
export function again(work: () => Promise<void>): () => Promise<void> {
  const stopping = new AbortController()
  const working = (async () => {
    while (!stopping.signal.aborted) {
      await work()
      await new Promise<void>(wake => setTimeout(wake, PACE_MS))
    }
  })()
  return async () => {
    stopping.abort()
    await working
  }
}
const PACE_MS = 100
