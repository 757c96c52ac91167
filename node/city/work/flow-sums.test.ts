import { expect, test } from 'vitest'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { fc } from '../../../test/support/properties.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, submitCase } from '../../../test/support/world-case.ts'
import type { Database } from '../../kernel/store/database.ts'
import { flowSums } from '../../kernel/store/migrations/067-flow-sums.ts'
import { statementsOf } from '../../kernel/store/sql.ts'
import { writeFold } from '../../spine/dispatch/stored-fold.ts'
import { createStatistics } from './statistics.ts'

const BEGUN = Date.parse('2026-11-23T01:00:00Z') / 1000
const DAY = 86_400

/** Days from one step to the next; null: it was not done, nor what comes after it. */
const days = fc.option(fc.nat(70), { freq: 5 })
const drawn = fc.record({
  role: fc.constantFrom('collecting', 'handling'),
  partner: fc.constantFrom('420300', '610900', '610902'),
  item: fc.constantFrom('item 1', 'item-2', '11420300000000000A400010100400002'),
  submitted: fc.nat(400),
  steps: fc.tuple(days, days, days),
})
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never

/** The state of a case that was accepted, decided and ended after so many days. */
function stateOf(base: CaseState, { submitted, steps }: Drawn): CaseState {
  const instants: (number | null)[] = [BEGUN + submitted * DAY]
  for (const after of steps) {
    const last = instants.at(-1) ?? null
    instants.push(last === null || after === null ? null : last + after * DAY)
  }
  const [first, accepted = null, decided = null, ended = null] = instants
  return { ...base, instants: { ...base.instants, submitted: first ?? BEGUN, accepted, decided, ended } }
}

async function write(db: Database, no: number, at: number, base: CaseState, of: Drawn): Promise<void> {
  const fold = writeFold(stateOf(base, of), null)
  await db.transaction(async tx => {
    await tx.run(
      `INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, randomblob(16), 'case', ?, 0) ON CONFLICT DO NOTHING`,
      [no, of.partner],
    )
    await tx.run('DELETE FROM cases WHERE thread_no = ?', [no])
    await tx.run(
      `INSERT INTO cases (thread_no, role, partner, case_no, item_code, item_name, mode, state, applicant, applicant_key, agreement, submitted_at, updated_at, fold)
       VALUES (?, ?, ?, '', ?, '', 0, 'submitted', '', x'00', x'00', 0, ?, ?)`,
      [no, of.role, of.partner, of.item, at, fold],
    )
  })
}

const SUMS = 'SELECT period, key, metric, n FROM case_stats WHERE dim = ? AND n <> 0 ORDER BY 1, 2, 3'
const flowsOf = (db: Database) => db.query(SUMS, ['flow'])

test('sums of flows are those of their items added up: as cases come, as they change, and as the migration makes them', async () => {
  const world = await createWorld()
  const thread = await submitCase(world, await agree(world))
  const base = (await world.city(COLLECTING).cases.get(thread)).fold
  await world.stop()
  const db = await openTestStore()
  const statistics = createStatistics({ db, packets: async () => [], deadlines: async () => [] })
  async function added(): Promise<{ period: string; key: string; metric: string; n: number }[]> {
    const sums = new Map<string, number>()
    for (const { period, key, metric, n } of await db.query<{ period: string; key: string; metric: string; n: number }>(
      SUMS,
      ['pair'],
    )) {
      const [role, partner] = key.split(' ')
      const place = [period, `${role} ${partner}`, metric].join('\n')
      sums.set(place, (sums.get(place) ?? 0) + n)
    }
    return [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([place, n]) => {
        const [period = '', key = '', metric = ''] = place.split('\n')
        return { period, key, metric, n }
      })
  }
  let at = 1
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 8 }), async cases => {
      // Cases of the draw before have these numbers too: what they gave is taken back.
      for (const [index, of] of cases.entries()) await write(db, index + 1, ++at, base, of)
      await statistics.catchUp()
      const kept = await flowsOf(db)
      expect(kept.length).toBeGreaterThan(0)
      expect(kept).toEqual(await added())
      await db.transaction(async tx => {
        await tx.run(`DELETE FROM case_stats WHERE dim = 'flow'`)
        for (const statement of statementsOf(flowSums.sql)) await tx.run(statement)
      })
      expect(await flowsOf(db)).toEqual(kept)
    }),
    { numRuns: 20 },
  )
  await db.close()
})
