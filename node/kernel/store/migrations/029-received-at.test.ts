import { expect, test } from 'vitest'
import { signReceipt } from '../../../../protocol/packet/receipt.ts'
import { playKey } from '../../../../test/support/play-city.ts'
import { migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { MIGRATIONS } from './index.ts'

test('packets of before get the time of their receipts, as those were signed', async () => {
  const db = openSqlite(':memory:')
  await migrate(db, MIGRATIONS.slice(0, 28), () => 0)
  const { signer } = await playKey('packet')
  const iats = [1_764_000_000, 1_793_581_201, 1_999_999_999, 1_700_000_008]
  await db.transaction(async tx => {
    for (const [index, iat] of iats.entries()) {
      const no = index + 1
      const items = [{ id: `${no}`.repeat(64), status: 'stored' as const }]
      const jws = await signReceipt({ v: 1, iss: '420300', aud: '610900', iat, items }, signer)
      await tx.run(
        `INSERT INTO receipts (no, partner, direction, through, jws, at) VALUES (?, '420300', 'taken', ?, ?, 0)`,
        [no, no, jws],
      )
      for (const [place, status, receipt] of [
        [2 * no, 'stored', no],
        [2 * no + 1, index === 0 ? 'refused' : 'pending', index === 0 ? no : null],
      ] as const)
        await tx.run(
          `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, receipt_no, stored_at)
           VALUES (?, randomblob(32), 1, '420300', 'out', ?, x'00', ?, 'case.submit', 0, '', ?, ?, 0)`,
          [place, place, place, status, receipt],
        )
    }
  })
  await migrate(db, MIGRATIONS, () => 0)
  const held = await db.query<{ at: number | null; status: string }>(
    'SELECT received_at AS at, status FROM packets ORDER BY no',
  )
  expect(held.filter(({ status }) => status === 'stored').map(({ at }) => at)).toEqual(iats)
  expect(held.filter(({ status }) => status !== 'stored').map(({ at }) => at)).toEqual([null, null, null, null])
  await db.close()
})
