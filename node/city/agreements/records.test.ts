import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AgreementDocument, writeAgreement } from '../../../protocol/agreement/document.ts'
import type { AgreementState } from '../../../protocol/agreement/state.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { worldAgreement } from '../../../test/support/world-case.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { createAgreementRecords, ITEM_ROWS } from './records.ts'

const A = '610900'
const S = '420300'
const N = '411300'
let db: Database
beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

async function document(count: number): Promise<{ id: string; document: AgreementDocument }> {
  const items = Array.from({ length: count }, (_, no) => ({
    taskCode: `X${no}`,
    taskName: '事项',
    handling: S,
    modes: [0 as const],
    collecting: [A, N],
  }))
  const parties = [...worldAgreement().parties, { code: N, name: '南阳市', authority: '南阳市行政审批服务管理局' }]
  const written = await writeAgreement(worldAgreement({ items, parties }))
  if (!written.ok) throw new Error(written.problem.detail)
  return written
}
const version = ({ id, document }: { id: string; document: AgreementDocument }, complete = true) => ({
  id,
  document,
  text: '',
  amendment: null,
  from: document.validFrom,
  signatures: [],
  complete,
})
const stateOf = (versions: AgreementState['versions']): AgreementState => ({
  state: 'active',
  proposer: A,
  other: S,
  versions,
  pending: null,
  replaced: [],
  failed: [],
  standings: [],
  suspendedBy: [],
  terminatedOn: null,
})

/** Saves a fold; how many statements wrote items. */
async function save(state: AgreementState): Promise<number> {
  const records = createAgreementRecords(
    () => {
      throw new Error('no packets')
    },
    { judge: async (_store, _thread, found) => found },
  )
  let statements = 0
  await db.transaction(async tx => {
    const counting: Transaction = Object.assign(Object.create(tx) as Transaction, {
      query: tx.query.bind(tx),
      afterCommit: tx.afterCommit.bind(tx),
      run: (sql: string, params?: Parameters<Transaction['run']>[1]) => {
        if (sql.includes('INTO agreement_items')) statements++
        return tx.run(sql, params)
      },
    })
    await records.save(counting, { threadNo: 1, partner: S, at: 0 }, state)
  })
  return statements
}
const indexed = () =>
  db.query<{ place: number; n: number }>(
    'SELECT place, count(*) AS n FROM agreement_items WHERE thread_no = 1 GROUP BY place ORDER BY place',
  )

test('the index of items is written in few statements, however many items and cities a text names', async () => {
  expect(await save(stateOf([version(await document(ITEM_ROWS / 2))]))).toBe(1)
  expect(await indexed()).toEqual([{ place: 0, n: ITEM_ROWS }])
  expect(await save(stateOf([version(await document(ITEM_ROWS / 2 + 1))]))).toBe(2)
  expect(await indexed()).toEqual([{ place: 0, n: ITEM_ROWS + 2 }])
})

test('a version that is gone leaves no items, and those before it are not written again', async () => {
  const first = await document(1)
  const second = await document(2)
  const third = await document(3)
  expect(await save(stateOf([version(first), version(second, false)]))).toBe(2)
  expect(await save(stateOf([version(first)]))).toBe(0)
  expect(await indexed()).toEqual([{ place: 0, n: 2 }])
  expect(await save(stateOf([version(first), version(third)]))).toBe(1)
  expect(await indexed()).toEqual([
    { place: 0, n: 2 },
    { place: 1, n: 6 },
  ])
})
