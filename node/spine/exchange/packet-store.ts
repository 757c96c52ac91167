/** The SQL of threads, packets, links and receipts, by concern. No meaning of packets here. */
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import { createLinkStore } from './link-store.ts'
import { createReceiptStore } from './receipt-store.ts'
import { createRecoveryStore } from './recovery-store.ts'
import { createRowNumbers } from './row-numbers.ts'
import { createThreadStore } from './thread-store.ts'

export type PacketStore = ReturnType<typeof createPacketStore>

/** One for each store: it remembers links and numbers between transactions. */
export function createPacketStore(keys: CaseKeys) {
  const nextNo = createRowNumbers()
  return {
    ...createThreadStore(keys, nextNo),
    ...createLinkStore(keys),
    ...createReceiptStore(nextNo),
    ...createRecoveryStore(keys),
  }
}
