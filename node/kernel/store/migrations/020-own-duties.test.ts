import { expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { MIGRATIONS } from './index.ts'

test('a store of before tells own duties apart, and its cases are counted anew at the next start', async () => {
  const db = openSqlite(':memory:')
  await migrate(db, MIGRATIONS.slice(0, 19), () => 0)
  const fold = JSON.stringify({ state: 'arrived', instants: { shipped: null } })
  await db.transaction(async tx => {
    for (const [no, city, turn] of [
      [1, '610900', 'own'],
      [2, '420300', 'partner'],
      [3, null, null],
    ] as const) {
      await tx.run(
        `INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, randomblob(16), 'case', '420300', 0)`,
        [no],
      )
      await tx.run(
        `INSERT INTO cases (thread_no, role, partner, case_no, item_code, item_name, mode, state, applicant, applicant_key, agreement, submitted_at,
           updated_at, fold, due, due_duty, due_city, turn, alerted)
         VALUES (?, 'collecting', '420300', '1', 'x', 'x', 0, 'arrived', '陈**', x'00', x'00', 0, 0, ?, '2026-11-25', 'mail', ?, ?, 'red')`,
        [no, fold, city, turn],
      )
    }
  })
  await migrate(db, MIGRATIONS, () => 0)
  const rows = await db.query<{ fold: string }>(
    'SELECT own_due, own_duty, own_alerted, due_provisional, fold FROM cases ORDER BY thread_no',
  )
  const none = { own_due: null, own_duty: null, own_alerted: null }
  expect(rows.map(({ fold, ...row }) => row)).toEqual([
    { own_due: '2026-11-25', own_duty: 'mail', own_alerted: 'red', due_provisional: 1 },
    { ...none, due_provisional: 1 },
    { ...none, due_provisional: 0 },
  ])
  expect(JSON.parse(rows[0]?.fold ?? '')).toEqual({
    state: 'arrived',
    paper: false,
    waits: [],
    lacking: null,
    instants: { shipped: null, delivered: null, extended: null },
  })
  await db.close()
})
