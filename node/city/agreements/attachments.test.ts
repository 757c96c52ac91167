import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromHex } from '../../../protocol/primitives.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { attachable, createAttachments } from './attachments.ts'

const SCAN = 'a1'.repeat(32)
const TEXT = 'b2'.repeat(32)
const PAPER = 'c3'.repeat(32)

let db: Database
beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

/** A packet of a thread of this type that names the scan. */
async function name(no: number, type: string, sha256: string): Promise<void> {
  await db.transaction(async tx => {
    const thread = fromHex(String(no).padStart(32, '0'))
    await tx.run('INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, ?, ?, ?, 0)', [
      no,
      thread,
      type,
      'p',
    ])
    await tx.run(
      `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
       VALUES (?1, ?2, ?1, 'p', 'in', ?1, x'', 1, '', 0, '', 'stored', 0)`,
      [no, thread],
    )
    await tx.run('INSERT INTO packet_materials (packet_no, sha256, size) VALUES (?, ?, 1)', [no, fromHex(sha256)])
  })
}

test('of what is held, a text names what was uploaded as an attachment or stood in a text before, and no scan of a case', async () => {
  for (const sha256 of [SCAN, TEXT, PAPER])
    await db.transaction(tx =>
      tx.run('INSERT INTO materials (sha256, size, type, created_at) VALUES (?, 1, ?, 0)', [
        fromHex(sha256),
        'application/pdf',
      ]),
    )
  await name(1, 'case', SCAN)
  await name(2, 'agreement', TEXT)
  const attachments = createAttachments({
    db,
    audit: createAudit({ database: db, now: () => 1 }),
    agreements: { read: () => Promise.reject(new Error('not read')) },
    materials: {
      upload: async () => ({ sha256: PAPER, size: 1, type: 'application/pdf' }),
      held: async () => [],
      read: () => Promise.reject(new Error('not read')),
    },
  })
  const named = async () => (await attachable(db, [SCAN, TEXT, PAPER])).map(({ sha256 }) => sha256).sort()
  expect(await named()).toEqual([TEXT])
  await attachments.upload(new Blob(['x']).stream(), 'person:wang')
  expect(await named()).toEqual([TEXT, PAPER])
  expect(await attachable(db, [])).toEqual([])
})
