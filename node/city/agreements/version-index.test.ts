import { beforeEach, describe, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database, Reader } from '../../kernel/store/database.ts'
import { createAgreementRecords } from './records.ts'

const OWN = '610900'
const PARTNER = '420300'
const ID = 'ab'.repeat(32)
const wanted = { handling: PARTNER, collecting: OWN, item: '000712008000' }

let db: Database
let records: ReturnType<typeof createAgreementRecords>

beforeEach(async () => {
  db = await openTestStore()
  const unused = () => {
    throw new Error('no thread is folded')
  }
  records = createAgreementRecords(unused, { judge: unused })
  await db.transaction(async tx => {
    await tx.run(
      `INSERT INTO agreements (thread_no, id, partner, proposer, title, state, valid_from, valid_to, items, updated_at)
       VALUES (7, unhex(?), ?, ?, '', 'active', '2026-01-01', '2036-12-31', 1, 0)`,
      [ID, PARTNER, OWN],
    )
    await tx.run('INSERT INTO agreement_versions (thread_no, place, id) VALUES (7, 0, unhex(?))', [ID])
    await tx.run(
      'INSERT INTO agreement_items (handling, collecting, task_code, thread_no, place) VALUES (?, ?, ?, 7, 0)',
      [PARTNER, OWN, wanted.item],
    )
  })
})

const found = async (store: Reader) => [
  await records.threadsBetween(store, ID, PARTNER),
  (await records.naming(store, wanted)).map(({ threadNo }) => threadNo),
]
const takeOut = (fail: boolean, within: (store: Reader) => Promise<void>) =>
  db.transaction(async tx => {
    await records.save(tx, { threadNo: 7, partner: PARTNER, at: 0 }, null)
    await within(tx)
    if (fail) throw new Error('taken back')
  })

describe('which agreements name an item', () => {
  test('is asked of the store once', async () => {
    expect(await found(db)).toEqual([[7], [7]])
    const closed: Reader = {
      query: () => {
        throw new Error('asked again')
      },
    }
    expect(await found(closed)).toEqual([[7], [7]])
    await expect(records.naming(closed, { ...wanted, item: 'another' })).rejects.toThrow('asked again')
  })

  test('is another answer for who writes it, and for all from the commit on', async () => {
    expect(await found(db)).toEqual([[7], [7]])
    await takeOut(false, async tx => {
      expect(await found(tx)).toEqual([[], []])
      expect(await found(db)).toEqual([[7], [7]])
      expect(await found(tx)).toEqual([[], []])
    })
    expect(await found(db)).toEqual([[], []])
  })

  test('is what it was when what was written was taken back', async () => {
    await expect(
      takeOut(true, async tx => {
        expect(await found(tx)).toEqual([[], []])
      }),
    ).rejects.toThrow('taken back')
    expect(await found(db)).toEqual([[7], [7]])
  })
})
