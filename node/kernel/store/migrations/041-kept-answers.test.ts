import { expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { keptAnswers } from './041-kept-answers.ts'
import { MIGRATIONS } from './index.ts'

test('answers that were parked wait as they did: the first of each case with its problem, the others behind it', async () => {
  const db = openSqlite(':memory:')
  await migrate(db, MIGRATIONS.slice(0, keptAnswers.version - 1), () => 0)
  const problem = '{"code":"case.transition"}'
  await db.transaction(async tx => {
    for (const [no, id, state, localCaseNo] of [
      [1, 'rest a e1', 'done', 'L1'],
      [2, 'rest a e2', 'parked', 'L1'],
      [3, 'rest a e3', 'parked', 'L2'],
      [4, 'rest a e4', 'parked', 'L1'],
    ] as const)
      await tx.run(
        'INSERT INTO adapter_events (no, id, state, local_case_no, move, problem, at) VALUES (?, ?, ?, ?, ?, ?, 7)',
        [no, id, state, localCaseNo, ...(state === 'done' ? [null, null] : [new Uint8Array(3), problem])],
      )
  })
  await migrate(db, MIGRATIONS, () => 0)
  expect(
    await db.query(
      'SELECT no, id, state, local_case_no AS n, bytes, problem, blocked, next_at AS next, at FROM adapter_events ORDER BY no',
    ),
  ).toEqual([
    { no: 1, id: 'rest a e1', state: 'done', n: 'L1', bytes: 0, problem: null, blocked: 0, next: 0, at: 7 },
    { no: 2, id: 'rest a e2', state: 'parked', n: 'L1', bytes: 3, problem, blocked: 0, next: 0, at: 7 },
    { no: 3, id: 'rest a e3', state: 'parked', n: 'L2', bytes: 3, problem, blocked: 0, next: 0, at: 7 },
    { no: 4, id: 'rest a e4', state: 'ready', n: 'L1', bytes: 3, problem: null, blocked: 1, next: 0, at: 7 },
  ])
  await db.close()
})
