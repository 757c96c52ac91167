import { beforeEach, describe, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createDraftStage, DRAFT_STAGE, type DraftChange } from './draft-stage.ts'

let db: Database
beforeEach(async () => {
  db = await openTestStore()
  await db.transaction(tx =>
    tx.run(
      `INSERT INTO item_drafts (code, name, item, errors, warnings, actor, updated_at) VALUES ('old', '', '{}', 0, 0, '', 0)`,
    ),
  )
})

type Watched = { rows: number; turns: number }

/** The store, what each transaction wrote, and whether it waited for a turn of the event loop; one of them fails. */
function watched(fails = Number.POSITIVE_INFINITY): { database: Database; transactions: Watched[] } {
  const transactions: Watched[] = []
  const database: Database = {
    query: (sql: string, params?: never) => db.query(sql, params),
    close: () => db.close(),
    transaction: work =>
      db.transaction(async tx => {
        const mine = { rows: 0, turns: 0 }
        if (transactions.push(mine) === fails) throw new Error('the node stops here')
        const turn = setImmediate(() => {
          mine.turns++
        })
        const made = await work({
          ...tx,
          query: (sql, params) => tx.query(sql, params),
          run(sql, params) {
            mine.rows++
            return tx.run(sql, params)
          },
        })
        clearImmediate(turn)
        return made
      }),
  } as Database
  return { database, transactions }
}

const stageOf = (database: Database) =>
  createDraftStage(database, {
    async write(tx, { code, name, item, errors, warnings, actor }) {
      await tx.run(
        `INSERT INTO item_drafts (code, name, item, errors, warnings, actor, updated_at) VALUES (?, ?, ?, ?, ?, ?, 0)
         ON CONFLICT (code) DO UPDATE SET item = excluded.item`,
        [code, name, item, errors, warnings, actor],
      )
    },
    async drop(tx, code) {
      await tx.run('DELETE FROM item_drafts WHERE code = ?', [code])
    },
  })
const changes = (count: number, item = '{}'): DraftChange[] => [
  ...Array.from({ length: count }, (_, no) => ({
    code: String(no).padStart(6, '0'),
    name: `事项${no}`,
    item,
    errors: 0,
    warnings: 1,
    actor: 'person:1',
  })),
  'old',
]
const codes = async () =>
  (await db.query<{ code: string }>('SELECT code FROM item_drafts ORDER BY code')).map(row => row.code)
const aside = async () =>
  (await db.query('SELECT no FROM item_draft_stage')).length +
  (await db.query('SELECT decided_at FROM draft_imports')).length
const ALL = Array.from({ length: 1700 }, (_, no) => String(no).padStart(6, '0'))

describe('many drafts taken over as one', () => {
  test('are written in short transactions, none of which waits for a turn of the event loop', async () => {
    const { database, transactions } = watched()
    await stageOf(database).apply(changes(1700), 1, async () => {})
    expect(await codes()).toEqual(ALL)
    expect(await aside()).toBe(0)
    // One statement more takes what was moved away.
    expect(Math.max(...transactions.map(({ rows }) => rows))).toBeLessThanOrEqual(DRAFT_STAGE.rows + 1)
    expect(transactions.map(({ turns }) => turns)).toEqual(transactions.map(() => 0))
  })

  test('let other writes have their turn', async () => {
    let over = false
    let others = 0
    const other = async () => {
      while (!over) {
        await db.transaction(tx => tx.run(`UPDATE item_drafts SET warnings = 2 WHERE code = 'none'`))
        others++
      }
    }
    const writing = other()
    await stageOf(db).apply(changes(1700), 1, async () => {})
    over = true
    await writing
    expect(others).toBeGreaterThan(4)
  })

  test('are one transaction when they are few', async () => {
    for (const count of [DRAFT_STAGE.rows - 1, DRAFT_STAGE.rows]) {
      const { database, transactions } = watched()
      await stageOf(database).apply(changes(count), 1, async () => {})
      expect(transactions).toHaveLength(count < DRAFT_STAGE.rows ? 1 : 6)
    }
  })

  test('of long items fewer stand in one transaction', async () => {
    const { database, transactions } = watched()
    const long = JSON.stringify('x'.repeat(DRAFT_STAGE.characters / 4))
    await stageOf(database).apply(changes(9, long), 1, async () => {})
    expect(Math.max(...transactions.map(({ rows }) => rows))).toBeLessThanOrEqual(5)
    expect(await codes()).toHaveLength(9)
  })

  // Four transactions put them aside, the fifth decides, four move them, the last ends it.
  test.each([1, 4, 5])('leave nothing when the node stops in transaction %i, before it was decided', async at => {
    const told: string[] = []
    const { database } = watched(at)
    await expect(stageOf(database).apply(changes(1700), 1, async () => void told.push('audit'))).rejects.toThrow(
      'the node stops here',
    )
    await stageOf(db).recover()
    expect(await codes()).toEqual(['old'])
    expect(await aside()).toBe(0)
    expect(told).toEqual([])
  })

  test.each([6, 9, 10])('are moved whole when the node stops in transaction %i, after it was decided', async at => {
    const { database } = watched(at)
    await expect(stageOf(database).apply(changes(1700), 1, async () => {})).rejects.toThrow('the node stops here')
    await stageOf(db).recover()
    expect(await codes()).toEqual(ALL)
    expect(await aside()).toBe(0)
  })
})
