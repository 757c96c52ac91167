/** Case numbers (办件编号) that this city gives. */
import type { Clock } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'

/** Digits behind the city's code: day, and serial of the day. */
export const CASE_NO_DIGITS = 14

export function createCaseNumbers(db: Database, clock: Clock, city: string): () => Promise<string> {
  let counting: { prefix: string; last: Promise<number> } | null = null

  /** Serial of the last case number of the day that this city gave. */
  async function lastSerial(prefix: string): Promise<number> {
    const [row] = await db.query<{ last: string | null }>(
      'SELECT max(case_no) AS last FROM cases WHERE case_no BETWEEN ? AND ? AND length(case_no) = ?',
      [`${prefix}000000`, `${prefix}999999`, prefix.length + 6],
    )
    return Number(row?.last?.slice(prefix.length) ?? 0)
  }

  /** Next case number: division code, day in China, serial of the day. While the node runs none is given twice. */
  return async function nextCaseNo(): Promise<string> {
    const day = new Date(clock.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
    const prefix = `${city}${day}`
    if (counting?.prefix !== prefix) counting = { prefix, last: lastSerial(prefix) }
    const current = counting
    for (;;) {
      current.last = current.last.then(last => last + 1)
      const serial = await current.last.catch(error => {
        // The first look of the day failed, so no number was given: the next case looks again.
        if (counting === current) counting = null
        throw error
      })
      const caseNo = `${prefix}${String(serial).padStart(6, '0')}`
      // A store restored from a backup counts from the backup on; the cases that came back have their numbers already.
      if ((await db.query('SELECT 1 AS taken FROM cases WHERE case_no = ? LIMIT 1', [caseNo])).length === 0)
        return caseNo
    }
  }
}
