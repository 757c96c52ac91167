/** Case numbers (办件编号) that this city gives. */
import type { Clock } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'

/** Digits behind the city's code: day, and serial of the day. */
export const CASE_NO_DIGITS = 14
const SERIAL_DIGITS = 6

export type CaseNumbers = {
  /** Next case number: division code, day in China, serial of the day. While the node runs none is given twice. */
  next(): Promise<string>
  /** A case has this number since a commit, whoever gave it: one that came back after a restore, or that a clerk wrote. */
  taken(caseNo: string): void
}

type Counting = {
  prefix: string
  /** serial of the last case of the day that the store held at the first look */
  last: Promise<number>
  /** serial that was given last here; 0 until the first */
  given: number
  /** serials past it that others gave */
  taken: Set<number>
}

export function createCaseNumbers(db: Database, clock: Clock, city: string): CaseNumbers {
  let counting: Counting | null = null

  /** Serial of the last case number of the day that this city gave. */
  async function lastSerial(prefix: string): Promise<number> {
    const [row] = await db.query<{ last: string | null }>(
      'SELECT max(number_key) AS last FROM cases WHERE number_key BETWEEN ? AND ? AND length(number_key) = ?',
      [`${prefix}000000`, `${prefix}999999`, prefix.length + SERIAL_DIGITS],
    )
    return Number(row?.last?.slice(prefix.length) ?? 0)
  }

  return {
    async next() {
      const day = new Date(clock.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
      const prefix = `${city}${day}`
      if (counting?.prefix !== prefix) counting = { prefix, last: lastSerial(prefix), given: 0, taken: new Set() }
      const current = counting
      for (;;) {
        current.last = current.last.then(last => last + 1)
        const serial = await current.last.catch(error => {
          // The first look of the day failed, so no number was given: the next case looks again.
          if (counting === current) counting = null
          throw error
        })
        current.given = serial
        // A store restored from a backup counts from the backup on; the cases that come back have their numbers already.
        if (!current.taken.delete(serial)) return `${prefix}${String(serial).padStart(SERIAL_DIGITS, '0')}`
      }
    },

    taken(caseNo) {
      // What was there before the first look of the day is counted by it.
      if (counting === null || !caseNo.startsWith(counting.prefix)) return
      const serial = caseNo.slice(counting.prefix.length)
      if (/^\d{6}$/.test(serial) && Number(serial) > counting.given) counting.taken.add(Number(serial))
    },
  }
}
