/** Small values that every transaction reads and changes, remembered between transactions instead of read each time. */
import type { Transaction } from './database.ts'

/**
 * Holds what the transactions of one store say of `key`. Transactions run one after the other, so the next one may go by
 * what the last one left, committed or waiting in the same group; what one that rolls back left is forgotten and read anew.
 */
export function createRemembered<T>() {
  const values = new Map<string, T>()
  return {
    async get(tx: Transaction, key: string, read: (tx: Transaction) => Promise<T>): Promise<T> {
      const known = values.get(key)
      return known === undefined ? read(tx) : known
    },
    set(tx: Transaction, key: string, value: T): void {
      values.set(key, value)
      tx.afterRollback(() => values.delete(key))
    },
  }
}
