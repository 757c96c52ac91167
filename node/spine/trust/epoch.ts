/**
 * Whether the store is the newest that this node had (恢复识别): a counter in the store, and the same in a small file of the data folder,
 * which no backup holds. Both are raised at each start and while the node works; a store behind its file was restored. Of a
 * folder that was put back as a whole both are old alike: that only a partner can prove. docs/decisions/011.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../../protocol/primitives.ts'
import type { Clock } from '../../kernel/clock.ts'
import { replaceFile } from '../../kernel/keys/key-files.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'

export const EPOCH_LIMITS = {
  /** ms between two raisings of the counter, while packets are stored: the rounds of `raise` */
  every: 60_000,
} as const

/** Where the counter is kept outside of the store; null when there is none. */
export interface EpochFile {
  read(): Promise<number | null>
  /** durable when it resolves */
  write(epoch: number): Promise<void>
}

const NAME = 'epoch.json'
const Content = z.strictObject({ epoch: z.number().int().min(1) })

/** The file of a data folder; one that cannot be read counts as none, and the store as restored. */
export const epochFile = (folder: string): EpochFile => ({
  async read() {
    const bytes = await readFile(join(folder, NAME)).catch(() => null)
    const content = bytes === null ? null : parseJson(Content, bytes, 'config.invalid')
    return content?.ok === true ? content.value.epoch : null
  },
  write: epoch => replaceFile(folder, NAME, `${JSON.stringify({ epoch })}\n`),
})

export type EpochParts = {
  db: Database
  file: EpochFile
  clock: Clock
  audit: Audit
}

/** Compares both counters and raises them; remembers with which partners no watermarks were compared since a restore. */
export async function openEpoch({ db, file, clock, audit }: EpochParts) {
  const outside = await file.read()
  let raisedAt = await contents()
  let epoch = 0
  const save = (tx: Transaction): Promise<unknown> =>
    tx.run('INSERT INTO epoch (id, number) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET number = excluded.number', [
      epoch,
    ])
  await db.transaction(async tx => {
    const [row] = await tx.query<{ number: number }>('SELECT number FROM epoch')
    const inside = row?.number ?? 0
    epoch = Math.max(inside, outside ?? 0) + 1
    await save(tx)
    const restored = outside === null ? inside > 0 : outside > inside
    if (!restored) return
    await tx.run(
      `INSERT INTO restored_links (partner, at) SELECT DISTINCT partner, ? FROM links WHERE true
       ON CONFLICT (partner) DO UPDATE SET at = excluded.at`,
      [clock.now()],
    )
    await audit.append(tx, { actor: 'node', action: 'node.restored', subject: 'store', detail: { epoch: inside } })
  })
  await file.write(epoch)
  const rows = await db.query<{ partner: string }>('SELECT partner FROM restored_links')
  const waiting = new Set(rows.map(({ partner }) => partner))
  let working: Promise<void> = Promise.resolve()

  /** What tells whether anything was stored since. */
  async function contents(): Promise<string> {
    const [row] = await db.query<{ packets: number | null; receipts: number | null }>(
      'SELECT (SELECT max(no) FROM packets) AS packets, (SELECT max(no) FROM receipts) AS receipts',
    )
    return `${row?.packets ?? 0}/${row?.receipts ?? 0}`
  }

  /** The store first: a node that ends in between must not look restored. */
  async function advance(): Promise<void> {
    const now = await contents()
    if (now === raisedAt) return
    raisedAt = now
    epoch++
    await db.transaction(tx => save(tx).then(() => {}))
    await file.write(epoch)
  }

  return {
    /** Whether the store was restored, and no watermarks were compared with the partner since. */
    restored: (partner: string): boolean => waiting.has(partner),

    /** The watermarks agree: what was lost is back. */
    async agreed(partner: string): Promise<void> {
      if (!waiting.has(partner)) return
      await db.transaction(async tx => {
        await tx.run('DELETE FROM restored_links WHERE partner = ?', [partner])
        tx.afterCommit(() => waiting.delete(partner))
      })
    },

    /** Raises both counters when anything was stored since. */
    advance(): Promise<void> {
      const raised = advance()
      working = raised.catch(() => {})
      return raised
    },

    /** Resolves when they are not being raised. */
    stop: (): Promise<void> => working,
  }
}
