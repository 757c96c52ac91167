/**
 * Cases (办件): with so many in one store, how long each work queue, search, case page and statistic takes, and how many cases a
 * second a rebuild writes anew. Some cases are real ones, brought there by exchange between two cities; the others are rows
 * beside them, spread over states, partners, items, windows and two years. Pages are those of real cases.
 */
import { createHash } from 'node:crypto'
import { lookupKeys } from '../../node/city/cases/lookup.ts'
import { casesOf } from '../../node/city/cases/rights.ts'
import { QUEUE_NAMES } from '../../node/city/work/boxes.ts'
import { createQueues } from '../../node/city/work/queues.ts'
import { rebuild } from '../../node/city/work/rebuild.ts'
import { createStatistics } from '../../node/city/work/statistics.ts'
import type { Database } from '../../node/kernel/store/database.ts'
import { writeFold } from '../../node/spine/dispatch/stored-fold.ts'
import type { CaseState } from '../../protocol/case/fold.ts'
import { createWorld } from '../support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../support/world-case.ts'
import { type Latencies, percentiles } from './load.ts'
import { type Figure, type Findings, figure } from './report.ts'

export type CasesOptions = {
  cases: number
  /** of them, those that came by exchange */
  real: number
  /** how often each page is asked for */
  looks: number
  log: (line: string) => void
}

/** Departments that handle the cases of this city, of which an examiner has one. */
const DEPARTMENTS = 20
/** ms */
const AIMS = { page: 20, statistics: 200 }
const DAY = 86_400
const hash = (text: string) => createHash('sha256').update(text).digest()

const ms = (from: number): number => performance.now() - from
async function timed(rounds: number, work: (round: number) => Promise<unknown>): Promise<Latencies> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    await work(round)
    times.push(ms(from))
  }
  return percentiles(times)
}

/** Rows beside the real ones: `?1` how many, from `?2` on; times lie in the two years before `?3` (seconds). */
async function seed(
  db: Database,
  count: number,
  now: number,
  folds: Record<'open' | 'own' | 'ended', CaseState>,
): Promise<void> {
  const [last] = await db.query<{ no: number }>('SELECT max(no) AS no FROM threads')
  const from = (last?.no ?? 0) + 1
  const template = (state: CaseState): string =>
    writeFold(
      {
        ...state,
        asked: [],
        instants: {
          ...state.instants,
          submitted: 1_111_111_111,
          accepted: state.instants.accepted === null ? null : 1_222_222_222,
          decided: state.instants.decided === null ? null : 1_333_333_333,
          ended: state.instants.ended === null ? null : 1_444_444_444,
        },
      },
      null,
    )
  const step = 100_000
  for (let begin = 0; begin < count; begin += step) {
    const size = Math.min(step, count - begin)
    await db.transaction(async tx => {
      const numbers = `WITH RECURSIVE n(i) AS (SELECT ${from + begin} UNION ALL SELECT i + 1 FROM n WHERE i < ${from + begin + size - 1})`
      await tx.run(`${numbers} INSERT INTO threads (no, thread, type, partner, started_at)
        SELECT i, randomblob(16), 'case', CASE WHEN i % 20 = 0 THEN '${HANDLING}' ELSE printf('%06d', 420301 + i % 19) END, 0 FROM n`)
      await tx.run(
        `${numbers}, f AS (SELECT i, i % 100 AS k, ${now} - (i * 7919 % ${730 * DAY}) AS at FROM n)
         INSERT INTO cases (thread_no, role, partner, case_no, number_key, local_case_no, local_key, item_code, item_name, mode, state, outcome, applicant,
           applicant_key, name_key, window, agreement, parked, submitted_at, updated_at, fold, holder, due, due_duty, due_city,
           due_provisional, turn, bad, assignee, own_due, own_duty, place, desk_due, due_yellow, due_red, ended_on, unread, to_print, to_hand_out)
         SELECT i, CASE WHEN i % 2 = 0 THEN 'collecting' ELSE 'handling' END, CASE WHEN i % 20 = 0 THEN '${HANDLING}' ELSE printf('%06d', 420301 + i % 19) END,
           printf('610900%014d', i), printf('610900%014d', i), CASE WHEN k < 95 THEN printf('SY-%d', i) END,
           CASE WHEN k < 95 THEN printf('SY%d', i) END, printf('item-%03d', i * 31 % 130),
           printf('事项%03d', i * 31 % 130), i % 4, CASE WHEN k < 85 THEN 'closed' WHEN k < 95 THEN 'accepted' ELSE 'supplementing' END,
           CASE WHEN k < 85 THEN 'granted' END, '陈**', randomblob(32), randomblob(32), printf('窗口 %d', i % 30), x'00',
           CASE WHEN i % 5000 = 0 THEN '{"code":"case.transition"}' END, at * 1000, at * 1000 + 1,
           replace(replace(replace(replace(CASE WHEN k < 85 THEN ? WHEN k < 95 THEN ? ELSE ? END, '1111111111', at), '1222222222', at + ${DAY}),
             '1333333333', at + (1 + i % 9) * ${DAY}), '1444444444', at + (2 + i % 12) * ${DAY}),
           CASE WHEN k < 85 THEN NULL WHEN k < 95 THEN '${HANDLING}' ELSE '${COLLECTING}' END,
           CASE WHEN k >= 85 THEN date(${now} + (i * 131 % 40 - 8) * ${DAY}, 'unixepoch') END, CASE WHEN k >= 85 THEN 'promise' END,
           CASE WHEN k < 85 THEN NULL WHEN k < 95 THEN '${HANDLING}' ELSE '${COLLECTING}' END, 0,
           CASE WHEN k < 85 THEN NULL WHEN k < 95 THEN 'partner' ELSE 'own' END, i % 2000 = 0, CASE WHEN k >= 85 AND i % 7 = 0 THEN printf('p%d', i % 40) END,
           CASE WHEN k >= 95 THEN date(${now} + (i * 131 % 40 - 8) * ${DAY}, 'unixepoch') END, CASE WHEN k >= 95 THEN 'promise' END,
           CASE WHEN i % 2 = 0 THEN printf('w:窗口 %d', i % 30) ELSE printf('d:%s', 'department-' || (i / 2 % ${DEPARTMENTS})) END,
           CASE WHEN k >= 85 THEN date(${now} + (i * 131 % 40 - 8) * ${DAY}, 'unixepoch') ELSE '9999-12-31' END,
           CASE WHEN k >= 85 THEN date(${now} + (i * 131 % 40 - 12) * ${DAY}, 'unixepoch') END,
           CASE WHEN k >= 85 THEN date(${now} + (i * 131 % 40 - 9) * ${DAY}, 'unixepoch') END,
           CASE WHEN k < 85 THEN date(at + (2 + i % 12) * ${DAY}, 'unixepoch') END, i % 3000 = 0, i % 1000 = 2, i % 1000 = 4
         FROM f`,
        [template(folds.ended), template(folds.open), template(folds.own)],
      )
    })
  }
  await db.transaction(tx =>
    tx.run(
      `INSERT INTO case_items (code, name) SELECT DISTINCT item_code, item_name FROM cases WHERE true ON CONFLICT DO NOTHING`,
    ),
  )
}

export async function benchCases({ cases, looks, log, ...options }: CasesOptions): Promise<Findings> {
  const real = Math.min(options.real, cases)
  const world = await createWorld()
  try {
    const agreement = await agree(world)
    const threads: string[] = []
    for (let no = 0; no < real; no++) {
      const thread = await submitCase(world, agreement, { caseNo: `61090020261123${String(no).padStart(6, '0')}` })
      threads.push(thread)
      if (no % 100 === 99) await world.settle()
    }
    await world.settle()
    const [open, own, ended] = threads
    if (open === undefined || own === undefined || ended === undefined) throw new Error('no threads')
    const say = async (
      city: string,
      thread: string,
      kind: Parameters<(typeof here)['cases']['step']>[1],
      body: object,
    ) => {
      await world.city(city).cases.step(thread, kind, body, 'person:1')
      await world.settle()
    }
    const here = world.city(COLLECTING)
    await say(HANDLING, open, 'case.accept', {})
    await say(HANDLING, own, 'case.request-supplement', {
      notice: '请补正',
      materials: [{ code: 'M01', reason: '不清晰' }],
    })
    for (const [kind, body] of [
      ['case.accept', {}],
      ['case.decide', { outcome: 'granted' }],
      ['case.send-result', { method: 'file' }],
      ['case.close', { outcome: 'granted' }],
    ] as const)
      await say(HANDLING, ended, kind, body)
    const { db } = here
    const foldOf = async (thread: string) => (await here.cases.get(thread)).fold
    const folds = { open: await foldOf(open), own: await foldOf(own), ended: await foldOf(ended) }
    const statistics = createStatistics({
      db,
      packets: (store, no) => here.packets().packets(store, no),
      deadlines: async (store, state) => (await here.clocks.of(store, state)).deadlines,
    })
    const began = performance.now()
    const { caseHandler: handler, drafts } = here
    await rebuild({ db, packets: (tx, no) => here.packets().packets(tx, no), handler, drafts, statistics })
    const rebuildPerSecond = (real / ms(began)) * 1000
    log(`rebuild: ${Math.round(rebuildPerSecond)} cases/s`)

    const seeding = performance.now()
    const now = Math.floor(world.clock.now() / 1000)
    await seed(db, cases - real, now, folds)
    await db.transaction(tx => tx.query('PRAGMA optimize'))
    const seedSeconds = ms(seeding) / 1000
    log(`${cases} cases in the store after ${Math.round(seedSeconds)} s`)
    await statistics.reset()
    const summing = performance.now()
    await statistics.catchUp()
    const statisticsPerSecond = (cases / ms(summing)) * 1000
    log(`statistics: ${Math.round(statisticsPerSecond)} cases/s`)

    const queues = createQueues({
      db,
      clock: world.clock,
      audit: here.audit,
      events: here.events,
      rows: numbers => here.cases.rows(numbers),
      keys: lookupKeys(hash),
      assertAsSeen: async () => {},
      isPerson: async () => true,
    })
    const asker = (round: number) => ({ person: `p${round % 40}`, windows: [`窗口 ${round % 30}`] })
    const groups: Findings['groups'] = {}
    const keep = (id: string, title: string, aim: number, found: Latencies) => {
      groups[id] = { title, figures: figuresOf(found, aim) }
      log(`${title}: p95 ${found.p95.toFixed(2)} ms`)
    }
    for (const name of QUEUE_NAMES) {
      const found = await timed(looks, async round => {
        const first = await queues.page(name, asker(round), 50, null)
        // Each other round reads on, as a clerk does.
        if (round % 2 === 1 && first.next !== null) await queues.page(name, asker(round), 50, first.next)
      })
      keep(`queue ${name}`, `queue ${name}`, AIMS.page, found)
    }
    const few = Math.ceil(looks / 4)
    keep('counts', 'counts of all queues', AIMS.page, await timed(few, round => queues.counts(asker(round))))
    // Who finds some cases is asked the same, within them.
    for (const [who, limited] of [
      [
        'a window clerk',
        (round: number) => ({
          roles: ['window-clerk'] as const,
          windows: [`窗口 ${(round * 2) % 30}`],
          departments: [],
        }),
      ],
      [
        'an examiner',
        (round: number) => ({
          roles: ['examiner'] as const,
          windows: [],
          departments: [`department-${round % DEPARTMENTS}`],
        }),
      ],
      ['a window lead', () => ({ roles: ['window-lead'] as const, windows: [], departments: [] })],
      [
        'a leader',
        (round: number) => ({
          roles: ['leader'] as const,
          windows: [],
          departments: [`department-${round % DEPARTMENTS}`],
        }),
      ],
    ] as const) {
      const of = (round: number) => ({
        ...asker(round),
        sees: casesOf({ id: `p${round % 40}`, ...limited(round) }, 'case.list'),
      })
      const read = (round: number) =>
        queues.page(QUEUE_NAMES[round % QUEUE_NAMES.length] ?? 'ours', of(round), 50, null)
      keep(`queues of ${who}`, `queues of ${who}`, AIMS.page, await timed(looks, read))
      keep(`counts of ${who}`, `counts of ${who}`, AIMS.page, await timed(few, round => queues.counts(of(round))))
    }
    const page = (round: number) => threads[(round * 37) % real] ?? open
    for (const [name, filter] of [
      ['case number', (round: number) => ({ q: `6109000000${String(100_000 + round * 991).padStart(10, '0')}` })],
      ['beginning of a number', (round: number) => ({ q: `61090020261123000${round % 10}` })],
      ['ID number, not there', (round: number) => ({ q: `61090219900307${String(round).padStart(4, '0')}` })],
      ['words of an item', (round: number) => ({ q: `事项0${round % 10}` })],
      [
        'partner and state',
        (round: number) => ({ partner: String(420_301 + (round % 19)), state: 'accepted' as const }),
      ],
      [
        'item and mode',
        (round: number) => ({ item: `item-${String(round % 130).padStart(3, '0')}`, mode: (round % 4) as 0 }),
      ],
      ['days', (round: number) => ({ from: `2026-0${1 + (round % 9)}-01`, to: '2026-12-31' })],
    ] as const)
      keep(
        `search ${name}`,
        `search by ${name}`,
        AIMS.page,
        await timed(looks, round => queues.search(filter(round), 50, null)),
      )
    keep('page', 'page of a case', AIMS.page, await timed(looks, round => here.cases.get(page(round))))
    const fewer = Math.ceil(looks / 10)
    for (const [name, by, from, to] of [
      ['a month, by day', 'all', '2026-10-01', '2026-10-31'],
      ['a year, by day and partner', 'partner', '2025-12-01', '2026-11-30'],
      ['a year, by month and item', 'item', '2026-01', '2026-12'],
      ['two years, by window', 'window', '2025', '2026'],
    ] as const) {
      const found = await timed(fewer, async () => {
        await statistics.catchUp()
        await statistics.sums(by, from, to, null)
      })
      keep(`statistics ${name}`, `statistics of ${name}`, AIMS.statistics, found)
    }
    for (const [name, ask] of [
      ['item heat of a year, by month', () => statistics.heat('2026-01', '2026-12', {}, 50)],
      ['item heat of a role', () => statistics.heat('2026-01', '2026-12', { role: 'handling' }, 50)],
      ['flows of a year', () => statistics.sums('flow', '2026-01', '2026-12', null, { total: true })],
      ['agreed items without cases', () => statistics.pairs('2026-01', '2026-12')],
    ] as const)
      keep(`statistics ${name}`, `statistics of ${name}`, AIMS.statistics, await timed(fewer, ask))
    const [size] = await db.query<{ bytes: number }>(
      'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
    )
    const megabytes = (size?.bytes ?? 0) / 1e6
    groups.store = {
      title: 'the store',
      figures: {
        rebuild: figure('rebuild', 'cases/s', [rebuildPerSecond]),
        statistics: figure('statistics made anew', 'cases/s', [statisticsPerSecond]),
        megabytes: figure('size', 'MB', [megabytes]),
        seed: figure('time to fill it', 's', [seedSeconds]),
      },
    }
    return {
      title: 'Cases (办件)',
      rounds: 1,
      settings: { cases, 'of them by exchange': real, 'looks at each page': looks },
      table: 'rows',
      groups,
      notes: [
        'Cases in one store: some came by exchange, the others are rows beside them. Asked for inside the process; pages are those of real cases, 50 rows each.',
        'Rebuild: every row from the threads (real cases: bodies opened, folded, days counted anew). Else statistics follow the cases in batches.',
      ],
    }
  } finally {
    await world.stop()
  }
}

const figuresOf = ({ p50, p95, p99 }: Latencies, aim: number): Record<string, Figure> => ({
  p50: figure('p50', 'ms', [p50]),
  p95: figure('p95', 'ms', [p95], { aim: ['≤', aim] }),
  p99: figure('p99', 'ms', [p99]),
})
