/** Samples of the health of partners in the store: by the minute for a day, by the hour for two weeks, by the day for 90 days. */
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import type { Sample } from './judge-health.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Steps in which health is kept, and for how long, ms. */
export const STEPS = {
  minute: { step: MINUTE, kept: DAY },
  hour: { step: HOUR, kept: 14 * DAY },
  day: { step: DAY, kept: 90 * DAY },
} as const
export type StepName = keyof typeof STEPS
export const STEP_NAMES = Object.keys(STEPS) as StepName[]

/** What was seen within one step. */
export type HealthPoint = {
  /** when the step began, ms */
  at: number
  samples: number
  /** of the samples */
  connected: number
  breakerOpen: number
  /** mean and largest round trip, ms */
  roundTripMs: number | null
  roundTripMost: number | null
  /** largest within the step */
  waiting: number
  oldestMs: number
  materials: number
  /** the one farthest from 0 */
  aheadMs: number | null
  /** at its end */
  certificateDays: number | null
  delegationDays: number | null
  seenAt: number | null
}

const larger = (column: string): string =>
  `${column} = CASE WHEN excluded.${column} > partner_samples.${column} THEN excluded.${column} ELSE partner_samples.${column} END`
const latest = (column: string): string => `${column} = coalesce(excluded.${column}, partner_samples.${column})`

const UPSERT = `INSERT INTO partner_samples (partner, step, at, samples, connected, breaker_open, trips, trip_sum, trip_most,
    waiting, oldest, materials, ahead, certificate_days, delegation_days, seen_at)
  VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (partner, step, at) DO UPDATE SET
    samples = partner_samples.samples + 1,
    connected = partner_samples.connected + excluded.connected,
    breaker_open = partner_samples.breaker_open + excluded.breaker_open,
    trips = partner_samples.trips + excluded.trips,
    trip_sum = partner_samples.trip_sum + excluded.trip_sum,
    ${['trip_most', 'waiting', 'oldest', 'materials'].map(larger).join(', ')},
    ahead = CASE WHEN excluded.ahead IS NULL OR abs(excluded.ahead) < abs(partner_samples.ahead)
      THEN partner_samples.ahead ELSE excluded.ahead END,
    ${['certificate_days', 'delegation_days', 'seen_at'].map(latest).join(', ')}`

/** Adds a sample to its minute, its hour and its day. */
export async function addSample(tx: Transaction, partner: string, sample: Sample): Promise<void> {
  const trip = sample.roundTripMs
  for (const { step } of Object.values(STEPS)) {
    await tx.run(UPSERT, [
      partner,
      step,
      sample.at - (sample.at % step),
      sample.connected ? 1 : 0,
      sample.breaker === 'open' ? 1 : 0,
      trip === null ? 0 : 1,
      trip ?? 0,
      trip ?? 0,
      sample.waiting,
      Math.round(sample.oldestMs),
      sample.materials,
      sample.aheadMs === null ? null : Math.round(sample.aheadMs),
      sample.certificateDays,
      sample.delegationDays,
      sample.seenAt,
    ])
  }
}

/** Forgets what is older than its step is kept. */
export async function thinSamples(tx: Transaction, now: number): Promise<void> {
  for (const { step, kept } of Object.values(STEPS))
    await tx.run('DELETE FROM partner_samples WHERE step = ? AND at < ?', [step, now - kept])
}

type Row = {
  at: number
  samples: number
  connected: number
  breaker_open: number
  trips: number
  trip_sum: number
  trip_most: number
  waiting: number
  oldest: number
  materials: number
  ahead: number | null
  certificate_days: number | null
  delegation_days: number | null
  seen_at: number | null
}

/** The steps of a partner since `from`, the oldest first. */
export async function samplesOf(store: Reader, partner: string, step: StepName, from: number): Promise<HealthPoint[]> {
  const rows = await store.query<Row>(
    `SELECT at, samples, connected, breaker_open, trips, trip_sum, trip_most, waiting, oldest, materials, ahead,
       certificate_days, delegation_days, seen_at
     FROM partner_samples WHERE partner = ? AND step = ? AND at >= ? ORDER BY at`,
    [partner, STEPS[step].step, from],
  )
  return rows.map(row => ({
    at: row.at,
    samples: row.samples,
    connected: row.connected,
    breakerOpen: row.breaker_open,
    roundTripMs: row.trips === 0 ? null : row.trip_sum / row.trips,
    roundTripMost: row.trips === 0 ? null : row.trip_most,
    waiting: row.waiting,
    oldestMs: row.oldest,
    materials: row.materials,
    aheadMs: row.ahead,
    certificateDays: row.certificate_days,
    delegationDays: row.delegation_days,
    seenAt: row.seen_at,
  }))
}
