/** What the health of a partner (合作城市健康) means: thresholds, and who must act. Pure. */
import { LIMITS } from '../../../protocol/limits.ts'
import { type Actor, PROBLEMS, type Problem } from '../../../protocol/problem.ts'
import { clockProblem } from './hops.ts'

/** One look at a partner. Times are ms; null is what could not be known. */
export type Sample = {
  at: number
  connected: boolean
  /** when it was heard last */
  seenAt: number | null
  roundTripMs: number | null
  /** packets without a receipt, and how long the oldest has waited */
  waiting: number
  oldestMs: number
  /** materials to fetch from it, and how long the oldest has waited */
  materials: number
  oldestMaterialMs: number
  /** how far its clock is ahead */
  aheadMs: number | null
  /** until its certificate, and the delegation of its keys, run out */
  certificateDays: number | null
  delegationDays: number | null
  breaker: 'closed' | 'open'
}

export type Finding = { level: 'warn' | 'fail'; problem: Problem; act: Actor }

const HOUR = 3_600_000

/** From where on a value is told. Times in ms, days as they are. */
export const HEALTH_THRESHOLDS = {
  silence: { warn: HOUR, fail: 24 * HOUR },
  backlog: { warn: HOUR, fail: 24 * HOUR },
  materials: { warn: HOUR, fail: 24 * HOUR },
  clock: { warn: (LIMITS.clockSkewSeconds * 1000) / 2, fail: LIMITS.clockSkewSeconds * 1000 },
  certificateDays: { warn: 30, fail: 0 },
  delegationDays: { warn: 7, fail: 0 },
} as const

const DURATION = (ms: number): string =>
  ms >= 48 * HOUR ? `${Math.floor(ms / (24 * HOUR))} days` : `${Math.floor(ms / HOUR)} h`

const upward = (value: number, { warn, fail }: { warn: number; fail: number }): Finding['level'] | null =>
  value > fail ? 'fail' : value > warn ? 'warn' : null
const downward = (value: number, { warn, fail }: { warn: number; fail: number }): Finding['level'] | null =>
  value <= fail ? 'fail' : value <= warn ? 'warn' : null

/** What is wrong with a partner, the worst first. `others`: how far the clocks of the other partners are ahead, ms. */
export function judgeHealth(sample: Sample, others: readonly number[]): Finding[] {
  const findings: Finding[] = []
  const add = (level: Finding['level'] | null, problem: Problem | null): void => {
    if (level !== null && problem !== null) findings.push({ level, problem, act: PROBLEMS[problem.code].act })
  }
  const limits = HEALTH_THRESHOLDS
  const silence = sample.connected ? 0 : sample.at - (sample.seenAt ?? 0)
  add(upward(silence, limits.silence), {
    code: 'exchange.unreachable',
    detail: sample.seenAt === null ? 'never heard' : `silent for ${DURATION(silence)}`,
  })
  add(sample.waiting === 0 ? null : upward(sample.oldestMs, limits.backlog), {
    code: 'exchange.timeout',
    detail: `${sample.waiting} packets wait, the oldest for ${DURATION(sample.oldestMs)}`,
  })
  add(sample.materials === 0 ? null : upward(sample.oldestMaterialMs, limits.materials), {
    code: 'material.missing',
    detail: `${sample.materials} materials wait, the oldest for ${DURATION(sample.oldestMaterialMs)}`,
  })
  const ahead = sample.aheadMs ?? 0
  add(upward(Math.abs(ahead), limits.clock), clockProblem(ahead, others, limits.clock.warn))
  if (sample.certificateDays !== null)
    add(downward(sample.certificateDays, limits.certificateDays), {
      code: 'certificate.expired',
      detail: `${sample.certificateDays} days left`,
    })
  if (sample.delegationDays !== null)
    add(downward(sample.delegationDays, limits.delegationDays), {
      code: 'key.expired',
      detail: `the delegation of its keys, ${sample.delegationDays} days left`,
    })
  return findings.toSorted((a, b) => Number(b.level === 'fail') - Number(a.level === 'fail'))
}

/** The sample in the units of metrics. */
export const gaugesOf = (sample: Sample) => ({
  seen_age_seconds: sample.seenAt === null ? null : (sample.at - sample.seenAt) / 1000,
  round_trip_seconds: sample.roundTripMs === null ? null : sample.roundTripMs / 1000,
  backlog_packets: sample.waiting,
  backlog_age_seconds: sample.oldestMs / 1000,
  materials_waiting: sample.materials,
  clock_ahead_seconds: sample.aheadMs === null ? null : sample.aheadMs / 1000,
  certificate_days: sample.certificateDays,
  delegation_days: sample.delegationDays,
  breaker_open: sample.breaker === 'open' ? 1 : 0,
})
