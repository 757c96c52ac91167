import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fc } from '../../../test/support/properties.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { createWrittenDuties, DUTY_COLUMNS, DUTY_LIMITS, type DutyColumns, dutyChange, dutyValues } from './duties.ts'

const DUTY: DutyColumns = {
  holder: '420300',
  due: '2026-11-30',
  due_duty: 'legal',
  due_city: '420300',
  due_provisional: 0,
  turn: 'own',
  bad: 0,
  own_due: '2026-11-30',
  own_duty: 'legal',
  own_provisional: 0,
  due_from: '2026-11-23',
  own_from: '2026-11-23',
  due_yellow: '2026-11-26',
  due_red: '2026-11-28',
  own_yellow: '2026-11-26',
  own_red: '2026-11-28',
  desk_due: '2026-11-30',
  ended_on: null,
  to_hand_out: 0,
  withdrawal: 0,
}
const day = fc.constantFrom(null, '2026-11-30', '2026-12-01')
const duty: fc.Arbitrary<DutyColumns> = fc.record({
  holder: fc.constantFrom(null, '420300', '610900'),
  due: day,
  due_duty: fc.constantFrom(null, 'legal', 'promise'),
  due_city: fc.constantFrom(null, '420300', '610900'),
  due_provisional: fc.constantFrom(0, 1),
  turn: fc.constantFrom(null, 'own', 'partner', 'paused'),
  bad: fc.nat(1),
  own_due: day,
  own_duty: fc.constantFrom(null, 'legal', 'promise'),
  own_provisional: fc.constantFrom(0, 1),
  due_from: day,
  own_from: day,
  due_yellow: day,
  due_red: day,
  own_yellow: day,
  own_red: day,
  desk_due: fc.constantFrom('2026-11-30', '9999-12-31'),
  ended_on: day,
  to_hand_out: fc.constantFrom(0, 1),
  withdrawal: fc.constantFrom(0, 1),
})

describe('what a step writes of duties', () => {
  let db: Database
  beforeEach(async () => {
    db = await openTestStore()
    await db.transaction(tx =>
      tx.run(`CREATE TABLE rows (no INTEGER PRIMARY KEY, alerted TEXT, own_alerted TEXT, ${DUTY_COLUMNS.join(', ')})`),
    )
  })
  afterEach(() => db.close())

  test('leaves the row as it would be if all were written', async () => {
    await fc.assert(
      fc.asyncProperty(duty, duty, async (before, after) => {
        const rows = await db.transaction(async tx => {
          await tx.run('DELETE FROM rows')
          for (const no of [1, 2])
            await tx.run(
              `INSERT INTO rows (no, alerted, own_alerted, ${DUTY_COLUMNS.join(', ')}) VALUES (?, 'red', 'yellow'${', ?'.repeat(DUTY_COLUMNS.length)})`,
              [no, ...dutyValues(before)],
            )
          for (const [no, known] of [[1, undefined] as const, [2, before] as const]) {
            const { set, params } = dutyChange(known, after)
            if (set !== '') await tx.run(`UPDATE rows SET ${set} WHERE no = ?`, [...params, no])
          }
          return tx.query<{ no: number }>('SELECT * FROM rows ORDER BY no')
        })
        expect(rows[1]).toEqual({ ...rows[0], no: 2 })
        expect(rows[1]).toMatchObject(after)
      }),
      { numRuns: 100 },
    )
  })

  test('is nothing where nothing differs, and what changes together where one thing does', () => {
    expect(dutyChange(DUTY, { ...DUTY })).toEqual({ set: '', params: [] })
    expect(dutyChange(DUTY, { ...DUTY, bad: 1 })).toEqual({
      set: 'bad = ?, ended_on = ?, to_hand_out = ?, withdrawal = ?',
      params: [1, null, 0, 0],
    })
    expect(dutyChange(DUTY, { ...DUTY, holder: null }).set).toBe('holder = ?, turn = ?, desk_due = ?')
    expect(dutyChange(DUTY, { ...DUTY, due_city: '610900' }).set).not.toContain('own_due')
  })
})

describe('what is remembered of duties', () => {
  const tx = (undo: (() => void)[] = []) =>
    ({ afterRollback: (call: () => void) => undo.push(call) }) as unknown as Transaction

  test('is forgotten with the transaction that wrote it', () => {
    const duties = createWrittenDuties()
    const undo: (() => void)[] = []
    duties.note(tx(undo), 1, DUTY)
    expect(duties.of(1)).toBe(DUTY)
    for (const call of undo) call()
    expect(duties.of(1)).toBeUndefined()
  })

  test(`is of ${DUTY_LIMITS.written} cases; one more makes room for many`, () => {
    const duties = createWrittenDuties()
    for (let no = 1; no <= DUTY_LIMITS.written; no++) duties.note(tx(), no, DUTY)
    expect(duties.of(1)).toBe(DUTY)
    duties.note(tx(), 0, DUTY)
    expect([DUTY_LIMITS.dropped + 1, DUTY_LIMITS.dropped + 2, 0].map(no => duties.of(no))).toEqual([
      undefined,
      DUTY,
      DUTY,
    ])
  })
})

describe('a step that changes no duty', () => {
  let world: World
  beforeEach(async () => {
    world = await createWorld()
  })
  afterEach(() => world.stop())

  test('writes no column of one, and the row is what its thread gives', async () => {
    const thread = await submitCase(world, await agree(world))
    await world.settle()
    const { cases, db } = world.city(HANDLING)
    await cases.step(thread, 'case.accept', {}, 'person:1')
    const updates: string[] = []
    const { transaction } = db
    db.transaction = (work, options) =>
      transaction(
        tx =>
          work({
            ...tx,
            run(sql, params) {
              if (sql.startsWith('UPDATE cases')) updates.push(sql)
              return tx.run(sql, params)
            },
          }),
        options,
      )
    await cases.step(thread, 'case.progress', { step: '审查', event: '通过' }, 'person:1')
    expect(updates).toHaveLength(1)
    expect(updates[0]).not.toMatch(/due|holder|bad/)
    await world.settle()
    for (const code of [HANDLING, COLLECTING]) {
      const { db: store, packets, caseHandler } = world.city(code)
      const row = () => store.query<{ updated_at: number }>('SELECT * FROM cases')
      const before = await row()
      const held = await packets().thread(store, thread)
      if (held === null) throw new Error('no thread')
      const { no: threadNo, partner } = held
      const all = await packets().packets(store, threadNo)
      const at = before[0]?.updated_at ?? 0
      await store.transaction(tx => caseHandler.rebuild(tx, { threadNo, thread, partner, packets: all, at }))
      expect(await row()).toEqual(before)
    }
  })
})
