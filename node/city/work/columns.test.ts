import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createDeskColumns, DESK_COLUMNS, type DeskColumns, USUAL_COLUMNS } from './columns.ts'

let db: Database
let columns: DeskColumns
beforeEach(async () => {
  db = await openTestStore()
  columns = createDeskColumns({ db, clock: createHandClock(Date.parse('2026-11-23T00:00:00Z')) })
})
afterEach(() => db.close())

test('columns are of the person who chose them, in the order in which they were named, until none are named', async () => {
  expect(await columns.of('p1')).toEqual(USUAL_COLUMNS)
  await columns.choose('p1', ['due', 'caseNo', 'item'])
  await columns.choose('p2', ['item'])
  expect([await columns.of('p1'), await columns.of('p2')]).toEqual([['due', 'caseNo', 'item'], ['item']])
  await columns.choose('p1', [...DESK_COLUMNS])
  expect(await columns.of('p1')).toEqual(DESK_COLUMNS)
  await columns.choose('p1', [])
  expect([await columns.of('p1'), await columns.of('p2')]).toEqual([USUAL_COLUMNS, ['item']])
})

test('a column that a later program kept is left out, and a list of none that is known is the usual one', async () => {
  await columns.choose('p1', ['due', 'item'])
  await db.transaction(tx => tx.run('UPDATE desk_columns SET columns = ?', ['["mood","item"]']))
  expect(await columns.of('p1')).toEqual(['item'])
  await db.transaction(tx => tx.run('UPDATE desk_columns SET columns = ?', ['["mood"]']))
  expect(await columns.of('p1')).toEqual(USUAL_COLUMNS)
})
