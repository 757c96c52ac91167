/** Numbers of rows that transactions give one after another, remembered between them. */
import type { Transaction } from '../../kernel/store/database.ts'
import { createRemembered } from '../../kernel/store/remembered.ts'

export type NextNo = (tx: Transaction, table: 'threads' | 'packets' | 'receipts') => Promise<number>

/** One for each store. */
export function createRowNumbers(): NextNo {
  const numbers = createRemembered<number>()

  /** Transactions run one after another, so a number that is asked for is free; RETURNING costs ten times as much. */
  return async (tx, table) => {
    const last = await numbers.get(tx, table, async () => {
      const [row] = await tx.query<{ last: number }>(`SELECT coalesce(max(no), 0) AS last FROM ${table}`)
      return row?.last ?? 0
    })
    numbers.set(tx, table, last + 1)
    return last + 1
  }
}
