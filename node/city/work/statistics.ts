/**
 * Statistics of cases (统计), kept as sums: each case gives its part, and takes it back before it gives anew, so that sums follow the
 * cases in batches off their way, are the same after a rebuild, and answer at once. Days are those of China.
 */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { BAD, type Deadline } from '../../../protocol/case/deadlines.ts'
import { type CaseState, doneInstants } from '../../../protocol/case/fold.ts'
import { departmentOf } from '../../../protocol/rights/can.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { type PacketsOf, stateOf } from '../../spine/dispatch/stored-fold.ts'
import { type Dimension, type Kept, type Narrow, pairOf, wantedOf, withoutPassed } from './narrow.ts'

export const GRAINS = ['day', 'month', 'year'] as const

/** How long what took: step → its Chinese name; from what to what in `timesOf` and `happened`. */
export const STEPS = {
  forward: '转办',
  recheck: '复核',
  supplement: '补正',
  mail: '寄出原件',
  accept: '受理',
  decide: '决定',
  send: '寄送结果',
  receive: '签收',
  close: '办结',
  whole: '全程',
} as const
export type Step = keyof typeof STEPS
const STEP_NAMES = Object.keys(STEPS) as Step[]
const TIME = new RegExp(`^(${STEP_NAMES.join('|')})\\.(\\d+)$`)

/** What a case gives: small, for it is kept for each. Days as YYYY-MM-DD. */
type Given = {
  r: string
  p: string
  m: number
  i: string
  w: string | null
  /** department that has it in place of that of its item (转办) */
  h?: string
  /** submitted, accepted, decided, ended */
  s: string
  a: string | null
  d: string | null
  e: string | null
  o: string | null
  /** whether the promised limit was kept */
  t: boolean | null
  /** arrived, re-checked, supplement asked for, supplied, originals mailed, result sent, received: days after the submission */
  x?: (number | null)[]
  /** day and level of each rating; of a bad one the day of its follow-up, and whether it was in time */
  v: [day: string, level: number, answered?: string, inTime?: boolean][]
}

/** Cases whose part is given in one transaction. */
const BATCH = 1000
/** ms by which clocks that were set back are made up for: cases changed since are looked at again. */
const OVERLAP = 60_000
/** Items and windows are many: their sums are kept for months and years. */
const BY_DAY = new Set<Kept>(['all', 'role', 'partner', 'mode'])
/** Places (办理点) whose submissions are known by day too. */
const PLACES = new Set<Kept>(['window', 'department'])
/** The times that are kept for days and of all dimensions. The others are kept by month and year, of items and places by year, so that rows stay few. */
const LONG = /^(accept|decide|whole)\./
/** The days, months and years for which a metric is kept. How long things took is known for the days of all cases. */
function periodsOf(dim: Kept, metric: string, day: string): string[] {
  const month = day.slice(0, 7)
  const year = day.slice(0, 4)
  if (TIME.test(metric) && !LONG.test(metric)) return BY_DAY.has(dim) ? [month, year] : [year]
  const daily =
    (BY_DAY.has(dim) && (dim === 'all' || !LONG.test(metric))) || (PLACES.has(dim) && metric === 'submitted')
  return [...(daily ? [day] : []), month, year]
}
/** Longer times are counted as this many days. */
const LONGEST = 400

const daysBetween = (from: string, to: string): number =>
  Math.min(LONGEST, Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)))

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)

/** How long each step took, by the day on which it was done: natural days. */
function* timesOf({ s, d, e, x = [] }: Given): Generator<[day: string, step: Step, days: number]> {
  const [arrived, rechecked, asked, supplied, mailed, sent, received] = x.map(days =>
    days === null ? null : dayAfter(s, days),
  )
  for (const [step, from, to] of [
    ['forward', s, arrived],
    ['recheck', arrived, rechecked],
    ['supplement', asked, supplied],
    ['mail', s, mailed],
    ['send', d, sent],
    ['receive', sent, received],
    ['close', d, e],
  ] as const)
    if (from != null && to != null) yield [to, step, daysBetween(from, to)]
}

/** Counts by day: what happened, and how long it took, as `accept.3`. */
function* happened(given: Given): Generator<[day: string, metric: string]> {
  const { s, a, d, e, o, t, v } = given
  yield [s, 'submitted']
  if (a !== null) {
    yield [a, 'accepted']
    yield [a, `accept.${daysBetween(s, a)}`]
  }
  if (d !== null) {
    yield [d, 'decided']
    yield [d, `decide.${daysBetween(a ?? s, d)}`]
    if (t !== null) yield [d, t ? 'on-time' : 'late']
  }
  if (e !== null) {
    yield [e, 'ended']
    yield [e, `whole.${daysBetween(s, e)}`]
    yield [e, `outcome.${o ?? 'refused'}`]
  }
  for (const [day, step, days] of timesOf(given)) yield [day, `${step}.${days}`]
  for (const [day, level, answered, inTime] of v) {
    yield [day, 'rated']
    yield [day, `level.${level}`]
    if (level >= BAD) yield [day, 'bad']
    if (answered !== undefined) yield [answered, inTime === true ? 'followed-up' : 'followed-late']
  }
}

function add(sums: Map<string, number>, given: Given, by: 1 | -1): void {
  const keys: [Kept, string][] = [
    ['all', ''],
    ['role', given.r],
    ['partner', given.p],
    ['mode', String(given.m)],
    ['item', given.i],
    ['flow', `${given.r} ${given.p}`],
    ['pair', pairOf(given)],
    given.r === 'handling' ? ['department', given.h ?? departmentOf(given.i)] : ['window', given.w ?? ''],
  ]
  if (given.r === 'collecting' && given.w === null) keys.pop()
  for (const [day, metric] of happened(given))
    for (const [dim, key] of keys)
      for (const period of periodsOf(dim, metric, day)) {
        const place = JSON.stringify([dim, period, key, metric])
        sums.set(place, (sums.get(place) ?? 0) + by)
      }
}

async function save(tx: Transaction, sums: ReadonlyMap<string, number>): Promise<void> {
  for (const [place, n] of sums) {
    if (n === 0) continue
    await tx.run(
      `INSERT INTO case_stats (dim, period, key, metric, n) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (dim, period, key, metric) DO UPDATE SET n = n + excluded.n`,
      [...(JSON.parse(place) as [string, string, string, string]), n],
    )
  }
}

export type Counted = {
  period: string
  key: string
  counts: Record<string, number>
  days: Record<Step, { p50: number; p95: number } | null>
}

/** The day by which so many of a hundred were done. */
function percentile(histogram: readonly (readonly [days: number, n: number])[], of: number): number {
  const total = histogram.reduce((sum, [, n]) => sum + n, 0)
  let seen = 0
  for (const [days, n] of histogram) {
    seen += n
    if (seen * 100 >= total * of) return days
  }
  return 0
}

type Row = {
  thread_no: number
  updated_at: number
  role: string
  partner: string
  mode: number
  item_code: string
  window: string | null
  passed_to: string | null
  submitted_at: number
  fold: string
  given: string | null
}

export type Statistics = ReturnType<typeof createStatistics>

export function createStatistics(parts: {
  db: Database
  packets: PacketsOf
  /** duties of a case as they stand */
  deadlines: (store: Reader, state: CaseState) => Promise<Deadline[]>
}) {
  const { db } = parts

  async function givenOf(tx: Transaction, row: Row): Promise<Given | null> {
    const state = await stateOf(tx, parts.packets, { threadNo: row.thread_no, fold: row.fold })
    if (state === null) return null
    const {
      accepted,
      decided,
      ended,
      arrived,
      prechecked,
      supplementRequested,
      supplemented,
      shipped,
      sent,
      handedOver,
      submitted,
    } = doneInstants(state)
    const day = (at: number | null): string | null => (at === null ? null : dayOf(at))
    const ratings = [state.ratings.window, state.ratings.department]
    const answered = ratings.some(rating => rating !== null && rating.level >= BAD && rating.answered !== null)
    const duties = decided === null && !answered ? [] : await parts.deadlines(tx, state)
    const promise = decided === null ? undefined : duties.find(({ duty }) => duty === 'promise')
    const followed = (city: string) => duties.find(({ duty, city: of }) => duty === 'follow-up' && of === city)
    const s = dayOf(submitted ?? Math.floor(row.submitted_at / 1000))
    const answers = [prechecked, accepted, supplementRequested, state.state === 'refused' ? ended : null]
    const rechecked = answers.reduce((first, at) => (at !== null && (first === null || at < first) ? at : first), null)
    return {
      r: row.role,
      p: row.partner,
      m: row.mode,
      i: row.item_code,
      w: row.window,
      ...(row.passed_to === null ? {} : { h: row.passed_to }),
      s,
      x: [arrived, rechecked, supplementRequested, supplemented, shipped, sent, handedOver].map(at =>
        at === null ? null : Math.round((Date.parse(dayOf(at)) - Date.parse(s)) / 86_400_000),
      ),
      a: day(accepted),
      d: day(decided),
      e: day(ended),
      o: state.outcome,
      t: promise === undefined ? null : promise.level === 'met',
      v: ratings.flatMap((rating, index): Given['v'] => {
        // A rating whose appeal was upheld counts nowhere.
        if (rating === null || rating.verdict === 'upheld') return []
        if (rating.level < BAD || rating.answered === null) return [[dayOf(rating.at), rating.level]]
        const inTime = followed(index === 0 ? state.collecting : state.handling)?.level === 'met'
        return [[dayOf(rating.at), rating.level, dayOf(rating.answered), inTime]]
      }),
    }
  }

  async function batch(): Promise<number> {
    return db.transaction(async tx => {
      const [mark] = await tx.query<{ updated_at: number; thread_no: number }>('SELECT * FROM case_stat_mark')
      const rows = await tx.query<Row>(
        `SELECT c.thread_no, c.updated_at, c.role, c.partner, c.mode, c.item_code, c.window, c.passed_to, c.submitted_at, c.fold, s.given
         FROM cases c LEFT JOIN case_stat s ON s.thread_no = c.thread_no
         WHERE (c.updated_at, c.thread_no) > (?, ?) ORDER BY c.updated_at, c.thread_no LIMIT ?`,
        [mark?.updated_at ?? -1, mark?.thread_no ?? 0, BATCH],
      )
      const sums = new Map<string, number>()
      for (const row of rows) {
        const now = await givenOf(tx, row)
        if (now === null) continue
        const given = JSON.stringify(now)
        if (given === row.given) continue
        if (row.given !== null) add(sums, JSON.parse(row.given) as Given, -1)
        add(sums, now, 1)
        await tx.run(
          'INSERT INTO case_stat (thread_no, given) VALUES (?, ?) ON CONFLICT (thread_no) DO UPDATE SET given = excluded.given',
          [row.thread_no, given],
        )
      }
      await save(tx, sums)
      const last = rows.at(-1)
      if (last !== undefined)
        await tx.run(
          `INSERT INTO case_stat_mark (one, updated_at, thread_no) VALUES (1, ?, ?)
           ON CONFLICT (one) DO UPDATE SET updated_at = excluded.updated_at, thread_no = excluded.thread_no`,
          [last.updated_at, last.thread_no],
        )
      return rows.length
    })
  }

  let running: Promise<void> | null = null
  /** Takes in what changed since. */
  function catchUp(): Promise<void> {
    running ??= (async () => {
      try {
        while ((await batch()) === BATCH);
        // A clock that was set back gives an earlier time to a later change.
        await db.transaction(tx =>
          tx.run('UPDATE case_stat_mark SET updated_at = updated_at - ?, thread_no = 0 WHERE one = 1', [OVERLAP]),
        )
      } finally {
        running = null
      }
    })()
    return running
  }

  return {
    catchUp,

    /**
     * Sums of a dimension by day, month or year, from one period through another, of one key or of all, and of all cases or of those that
     * fit; `total`: one for the whole span, whose period is `2026-01/2026-11`. Items and flows have no days; what is not kept
     * has no sums.
     */
    async sums(
      dimension: Dimension,
      from: string,
      to: string,
      key: string | null,
      { narrow = {}, total = false }: { narrow?: Narrow; total?: boolean } = {},
    ): Promise<Counted[]> {
      const wanted = wantedOf(dimension, narrow)
      if (wanted === null) return []
      const period = total ? '?' : 'period'
      const where = [...wanted.where, ...(key === null ? [] : [`${wanted.key} = ?`])].map(text => `AND ${text}`)
      const rows = await db.query<{ period: string; key: string; metric: string; n: number }>(
        `SELECT ${period} AS period, ${wanted.key} AS key, metric, sum(n) AS n FROM case_stats
         WHERE dim = ? AND period >= ? AND period <= ? AND length(period) = ? ${where.join(' ')}
         GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2`,
        [
          ...(total ? [from === to ? from : `${from}/${to}`] : []),
          wanted.dim,
          from,
          to,
          from.length,
          ...wanted.params,
          ...(key === null ? [] : [key]),
        ],
      )
      const groups = new Map<
        string,
        { period: string; key: string; counts: Record<string, number>; times: Record<string, [number, number][]> }
      >()
      for (const row of rows) {
        const place = `${row.period}\n${row.key}`
        const group = groups.get(place) ?? { period: row.period, key: row.key, counts: {}, times: {} }
        groups.set(place, group)
        const time = TIME.exec(row.metric)
        if (time === null) group.counts[row.metric] = row.n
        else {
          const [, step = '', days] = time
          group.times[step] = [...(group.times[step] ?? []), [Number(days), row.n]]
        }
      }
      return [...groups.values()].map(({ period, key: of, counts, times }) => ({
        period,
        key: of,
        counts,
        days: Object.fromEntries(
          STEP_NAMES.map(name => {
            const histogram = (times[name] ?? []).toSorted(([a], [b]) => a - b)
            return [
              name,
              histogram.length === 0 ? null : { p50: percentile(histogram, 50), p95: percentile(histogram, 95) },
            ]
          }),
        ) as Counted['days'],
      }))
    },

    /** Items by how many cases they had (事项热度), most first, of all cases or of those that fit; periods as of `sums`. */
    async heat(from: string, to: string, narrow: Narrow, limit: number): Promise<{ item: string; cases: number }[]> {
      const wanted = wantedOf('item', narrow)
      if (wanted === null) return []
      const where = wanted.where.map(text => `AND ${text}`)
      const rows = await db.query<{ key: string; n: number }>(
        `SELECT ${wanted.key} AS key, sum(n) AS n FROM case_stats
         WHERE dim = ? AND period >= ? AND period <= ? AND length(period) = ? AND metric = 'submitted' ${where.join(' ')}
         GROUP BY 1 HAVING sum(n) > 0 ORDER BY 2 DESC, 1 LIMIT ?`,
        [wanted.dim, from, to, from.length, ...wanted.params, limit],
      )
      return rows.map(({ key, n }) => ({ item: key, cases: n }))
    },

    /** How many cases each role, partner and item had, by `role partner item`; months or years. */
    async pairs(from: string, to: string): Promise<Map<string, number>> {
      const rows = await db.query<{ key: string; n: number }>(
        `SELECT ${withoutPassed} AS key, sum(n) AS n FROM case_stats
         WHERE dim = 'pair' AND period >= ? AND period <= ? AND length(period) = ? AND metric = 'submitted'
         GROUP BY 1 HAVING sum(n) > 0`,
        [from, to, from.length],
      )
      return new Map(rows.map(({ key, n }) => [key, n]))
    },

    /** Forgets all sums: the next catch-up makes them from the cases. */
    async reset(): Promise<void> {
      await db.transaction(async tx => {
        for (const table of ['case_stat', 'case_stats', 'case_stat_mark']) await tx.run(`DELETE FROM ${table}`)
      })
    },
  }
}
