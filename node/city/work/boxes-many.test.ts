/** Boxes of a store of very many cases, by how they are read: what is asked of the store, not how long it takes. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Holder } from '../../../protocol/rights/can.ts'
import { createWorld } from '../../../test/support/world.ts'
import { COLLECTING, HANDLING } from '../../../test/support/world-case.ts'
import type { Database, Value } from '../../kernel/store/database.ts'
import { lookupKeys } from '../cases/lookup.ts'
import { casesOf } from '../cases/rights.ts'
import { type Asker, BOX_LIMITS, QUEUE_NAMES, type QueueName } from './boxes.ts'
import { createQueues } from './queues.ts'

const ENDED = 100_000
const OPEN = 13
const LAST = '9999-12-31'
const person: Holder = { id: 'p1', roles: [], departments: [], windows: [] }
const PEOPLE: Record<string, Holder> = {
  'a person of every case': { ...person, roles: ['business-administrator'] },
  'a window clerk': { ...person, roles: ['window-clerk'], windows: ['1号窗口', '2号窗口'] },
  'an examiner of one department': { ...person, roles: ['examiner'], departments: ['d3'] },
  'a leader': { ...person, roles: ['leader'], departments: ['d3'] },
  'a window lead': { ...person, roles: ['window-lead'] },
  'a clerk of more places than are read one by one': {
    ...person,
    roles: ['window-clerk', 'examiner'],
    windows: Array.from({ length: BOX_LIMITS.sources }, (_, at) => `${at}号窗口`),
    departments: ['d1'],
  },
}
const askerOf = (of: Holder): Asker => ({ person: of.id, windows: ['1号窗口'], sees: casesOf(of, 'case.list') })

let world: Awaited<ReturnType<typeof createWorld>>
let db: Database
const asked: { sql: string; params: readonly Value[] }[] = []
let rows: number[] = []

const queues = () => {
  const { audit, events } = world.city(COLLECTING)
  return createQueues({
    clock: world.clock,
    audit,
    events,
    db: {
      ...db,
      query: async (sql, params = []) => {
        asked.push({ sql, params })
        return db.query(sql, params)
      },
    },
    rows: async numbers => {
      rows = [...numbers]
      return []
    },
    keys: lookupKeys(text => createHash('sha256').update(text).digest()),
    assertAsSeen: async () => {},
    isPerson: async () => true,
  })
}

/** Cases from a number on: half of them taken in at thirty windows, the others handled by twenty departments. */
async function seed(from: number, count: number, columns: Record<string, string>): Promise<void> {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${from + count - 1})`
  const given: Record<string, string> = {
    thread_no: 'i',
    role: `CASE i % 2 WHEN 0 THEN 'collecting' ELSE 'handling' END`,
    place: `CASE i % 2 WHEN 0 THEN 'w:' || (i / 2 % 30) || '号窗口' ELSE 'd:d' || (i / 2 % 20) END`,
    partner: `'${HANDLING}'`,
    case_no: `'N' || i`,
    item_code: `'d' || (i / 2 % 20)`,
    item_name: `'事项'`,
    mode: '0',
    applicant: `''`,
    applicant_key: `x''`,
    submitted_at: 'i',
    updated_at: 'i',
    agreement: `x''`,
    fold: `'{}'`,
    ...columns,
  }
  await db.transaction(async tx => {
    await tx.run(
      `${numbers} INSERT INTO threads (no, thread, type, partner, started_at) SELECT i, randomblob(16), 'case', '${HANDLING}', 0 FROM n`,
    )
    await tx.run(
      `${numbers} INSERT INTO cases (${Object.keys(given).join(', ')}) SELECT ${Object.values(given).join(', ')} FROM n`,
    )
  })
}

beforeAll(async () => {
  world = await createWorld()
  db = world.city(COLLECTING).db
  await seed(1, ENDED, { state: `'closed'`, ended_on: `date('2026-10-01', '-' || (i % 700) || ' days')` })
  await seed(ENDED + 1, OPEN, { state: `'arrived'`, turn: `'own'`, desk_due: `'2026-12-01'`, assignee: `'p1'` })
})
afterAll(() => world.stop())

test(`${OPEN} open cases are all found among ${ENDED} that ended`, async () => {
  const clerk = askerOf(PEOPLE['a person of every case'] ?? person)
  const counts = await queues().counts(clerk)
  expect([counts.ours, counts.mine, counts.waiting]).toEqual([
    { count: OPEN, more: false },
    { count: OPEN, more: false },
    { count: 0, more: false },
  ])
  for (const name of ['ours', 'mine'] as const) {
    await queues().page(name, clerk, 50, null)
    expect(rows).toEqual(Array.from({ length: OPEN }, (_, at) => ENDED + 1 + at))
  }
})

test(`a count ends at ${BOX_LIMITS.counted} and says so; its pages go on`, async () => {
  const clerk = askerOf(PEOPLE['a person of every case'] ?? person)
  const from = ENDED + OPEN + 1
  await seed(from, BOX_LIMITS.counted, { state: `'accepted'`, turn: `'partner'`, desk_due: `'2026-12-02'` })
  const waiting = async () => [await queues().total('waiting', clerk), (await queues().counts(clerk)).waiting]
  expect(await waiting()).toEqual(Array(2).fill({ count: BOX_LIMITS.counted, more: false }))
  await seed(from + BOX_LIMITS.counted, 1, { state: `'accepted'`, turn: `'partner'`, desk_due: `'2026-12-02'` })
  expect(await waiting()).toEqual(Array(2).fill({ count: BOX_LIMITS.counted, more: true }))
  await queues().page('waiting', clerk, BOX_LIMITS.counted + 5, null)
  expect(rows).toHaveLength(BOX_LIMITS.counted + 1)
})

test(`${BOX_LIMITS.sources} places are read one by one, and one more of them together`, async () => {
  const clerk = (places: number): Asker => ({
    person: 'p9',
    sees: casesOf(
      {
        ...person,
        id: 'p9',
        roles: ['window-clerk'],
        windows: Array.from({ length: places - 1 }, (_, at) => `${at}号窗口`),
      },
      'case.list',
    ),
  })
  for (const [places, parts] of [
    [BOX_LIMITS.sources, BOX_LIMITS.sources],
    [BOX_LIMITS.sources + 1, 2],
  ] as const) {
    asked.length = 0
    await queues().page('waiting', clerk(places), 50, null)
    expect(asked[0]?.sql.split('UNION ALL')).toHaveLength(parts)
  }
})

// Last: a plan that was read holds its connection to the store as it was.
/** Indexes that each box may be read by: what it has no part in is not looked at. */
const BY: Record<QueueName, RegExp> = {
  mine: /^cases_desk_assignee \(assignee=\? AND turn=\?/,
  window: /^cases_desk_place \(place=\? AND turn=\?/,
  ours: /^cases_desk_(role|place|assignee) \(\w+=\? AND turn=\?/,
  waiting: /^cases_desk_(role|place|assignee) \(\w+=\? AND turn=\?/,
  paused: /^cases_desk_(role|place|assignee) \(\w+=\? AND turn=\?/,
  'due-today': /^cases_own_due(_place \(place=\? AND |_assignee \(assignee=\? AND | \()own_due=\?/,
  overdue: /^cases_own_due(_place \(place=\? AND |_assignee \(assignee=\? AND | \()(own_due>\? AND )?own_due<\?/,
  unread: /^cases_unread/,
  'to-print': /^cases_to_print/,
  'to-hand-out': /^cases_to_hand_out/,
  withdrawals: /^cases_withdrawal/,
  parked: /^cases_parked/,
  parcels: /^none/,
  originals: /^none/,
  'bad-ratings': /^cases_bad/,
  done: /^cases_ended(_place \(place=\? AND |_assignee \(assignee=\? AND | \()ended_on>\?/,
}

/** Named by other tables, and few. */
const FEW: readonly QueueName[] = ['parked', 'parcels', 'originals']

/** What the store reads of cases for what was asked last, but for those whose numbers another table names. */
async function readsOf({ sql, params }: (typeof asked)[number]): Promise<string[]> {
  const plan = await db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)
  return plan
    .map(({ detail }) => detail)
    .filter(detail => /^(?:SEARCH|SCAN) cases\b/.test(detail) && !detail.includes('INTEGER PRIMARY KEY'))
}

/** How the names of the indexes of a box begin. */
const ownIndex = (name: QueueName): string => /^\^(\w+)/.exec(BY[name].source)?.[1] ?? ''

describe.each(Object.entries(PEOPLE))('of %s', (_, of) => {
  test.each([{}, { partner: HANDLING }, { item: 'd3', state: 'accepted' }] as const)(
    'no row of a case is read to count a box, narrowed to %o: its indexes hold what is asked',
    async filter => {
      const isOfFew = (detail: string) => /_(assignee|own_due_place) /.test(detail)
      for (const name of QUEUE_NAMES.filter(box => !FEW.includes(box))) {
        asked.length = 0
        await queues().total(name, askerOf(of), filter)
        expect(asked).toHaveLength(1)
        for (const read of asked) {
          const reads = await readsOf(read)
          expect(reads).not.toEqual([])
          // What one person has, and what a place owes, is few: these indexes hold whose it is, and no more.
          for (const detail of reads)
            if (Object.keys(filter).length === 0 || !isOfFew(detail))
              expect([name, read.sql, detail]).toEqual([name, read.sql, expect.stringContaining(' COVERING INDEX ')])
        }
      }
    },
  )

  test('each box is read through its own index, in its own order, however many cases there are', async () => {
    for (const name of QUEUE_NAMES) {
      asked.length = 0
      const key = FEW.includes(name) ? 1 : name === 'done' ? LAST : '2026-11-24'
      for (const after of [null, [key, 1] as const]) await queues().page(name, askerOf(of), 50, after)
      await queues().total(name, askerOf(of), { partner: HANDLING, level: 'red' })
      expect(asked).toHaveLength(3)
      for (const { sql, params } of asked) {
        const plan = (await db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)).map(
          ({ detail }) => detail,
        )
        for (const [at, detail] of plan.entries()) {
          const read = /^(?:SEARCH|SCAN) cases(?: USING (?:COVERING )?INDEX (.*))?/.exec(detail)
          if (read !== null && !detail.includes('INTEGER PRIMARY KEY'))
            expect([name, sql, read[1]]).toEqual([name, sql, expect.stringMatching(BY[name])])
          // What is sorted is the ends of parts that are in order, or the few that need somebody.
          if (detail.includes('TEMP B-TREE') && !FEW.includes(name))
            expect([name, sql, plan[at - 1]]).toEqual([name, sql, expect.stringMatching(/^SCAN part/)])
        }
      }
    }
  })
})

test('a store that has counted what its indexes hold reads each box through its own one too, narrowed to any level', async () => {
  await db.transaction(tx => tx.query('ANALYZE'))
  const levels = [undefined, 'overdue', 'red', 'yellow', 'green'] as const
  for (const of of Object.values(PEOPLE))
    for (const name of QUEUE_NAMES)
      for (const level of levels)
        for (const filter of [{ level }, { ownLevel: level }]) {
          asked.length = 0
          await queues().total(name, askerOf(of), filter)
          await queues().page(name, askerOf(of), 50, null, filter)
          for (const read of asked)
            for (const detail of await readsOf(read))
              expect([name, detail]).toEqual([name, expect.stringContaining(` INDEX ${ownIndex(name)}`)])
        }
})
