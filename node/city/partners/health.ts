/**
 * Health of partners over time: once a minute each active partner is looked at, in memory and store and by one ping over
 * the open connection, and the sample is kept, thinned with age.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { OpenBreaker } from '../../spine/exchange/breaker.ts'
import type { DeliveryStatus } from '../../spine/exchange/delivery.ts'
import type { LinkNotice } from '../../spine/exchange/notices.ts'
import type { Trust } from '../../spine/exchange/ports.ts'
import { type Finding, judgeHealth, type Sample } from './judge-health.ts'
import { linkFindings } from './link-reminders.ts'
import { findPartner } from './records.ts'
import { addSample, type HealthPoint, type StepName, samplesOf, thinSamples } from './samples.ts'

const DAY = 86_400_000

export const SAMPLING = {
  /** ms between two rounds of `sample` */
  every: 60_000,
  /** ms between two clearings of what is too old */
  thin: 3_600_000,
  /** partners that are looked at together */
  together: 16,
} as const

export type HealthParts = {
  db: Database
  clock: Clock
  trust: Trust & {
    /** until when, ms */
    validityOf(city: string): { certificate: number | null; delegation: number | null }
  }
  delivery: (code: string) => DeliveryStatus | null
  /** the breaker that every sender to the city asks, while it is open */
  breakerOf: (code: string) => OpenBreaker | null
  /** what a person must know of the link */
  notices: (code: string) => readonly LinkNotice[]
  /** over an open connection; null when there is none or nothing came back */
  roundTrip: (code: string) => Promise<number | null>
  sightings: {
    hear(partner: string): void
    heardAt(partner: string): number | null
    seen(): ReadonlyMap<string, number>
  }
  /** for metrics */
  sampled: (partner: string, sample: Sample) => void
}

export type Health = ReturnType<typeof createHealth>

export function createHealth(parts: HealthParts) {
  const { db, clock, trust, sightings } = parts
  let working: Promise<void> = Promise.resolve()
  let thinnedAt = 0

  async function look(code: string): Promise<Sample> {
    const status = parts.delivery(code)
    const roundTripMs = status?.connected === true ? await parts.roundTrip(code) : null
    if (roundTripMs !== null) sightings.hear(code)
    const now = clock.now()
    const row = await findPartner(db, code)
    const [link] = await db.query<{ n: number; acked: number }>(
      `SELECT n, acked FROM links WHERE partner = ? AND direction = 'out'`,
      [code],
    )
    const waiting = (link?.n ?? 0) - (link?.acked ?? 0)
    const [oldest] =
      waiting === 0
        ? []
        : await db.query<{ at: number | null }>(
            `SELECT min(stored_at) AS at FROM packets WHERE partner = ? AND direction = 'out' AND place = ?`,
            [code, (link?.acked ?? 0) + 1],
          )
    const [wanted] = await db.query<{ n: number; at: number | null }>(
      'SELECT count(*) AS n, min(since) AS at FROM wanted_materials WHERE partner = ? AND ended_at IS NULL',
      [code],
    )
    const { certificate, delegation } = trust.validityOf(code)
    const days = (until: number | null) => (until === null ? null : Math.floor((until - now) / DAY))
    const seen = Math.max(row?.seen_at ?? 0, sightings.heardAt(code) ?? 0)
    return {
      at: now,
      connected: status?.connected ?? false,
      seenAt: seen === 0 ? null : seen,
      roundTripMs,
      waiting,
      oldestMs: waiting === 0 || oldest?.at == null ? 0 : Math.max(0, now - oldest.at),
      materials: wanted?.n ?? 0,
      oldestMaterialMs: wanted?.at == null ? 0 : Math.max(0, now - wanted.at),
      aheadMs: sightings.seen().get(code) ?? null,
      certificateDays: days(certificate),
      delegationDays: days(delegation),
      breaker: parts.breakerOf(code) === null ? 'closed' : 'open',
    }
  }

  async function sample(): Promise<void> {
    const codes = trust.partners()
    const seen: [string, Sample][] = []
    for (let at = 0; at < codes.length; at += SAMPLING.together) {
      const some = codes.slice(at, at + SAMPLING.together)
      seen.push(...(await Promise.all(some.map(async code => [code, await look(code)] as [string, Sample]))))
    }
    const now = clock.now()
    await db.transaction(async tx => {
      for (const [code, found] of seen) {
        await addSample(tx, code, found)
        await tx.run('UPDATE partners SET seen_at = ? WHERE code = ? AND coalesce(seen_at, 0) < ?', [
          found.seenAt,
          code,
          found.seenAt ?? 0,
        ])
      }
      if (now - thinnedAt < SAMPLING.thin) return
      thinnedAt = now
      await thinSamples(tx, now)
    })
    for (const [code, found] of seen) parts.sampled(code, found)
  }

  return {
    /** How a partner is now, what is wrong and who must act, and the steps since `from` (ms). Problem: `partner.unknown`. */
    async of(
      code: string,
      step: StepName,
      from: number,
    ): Promise<{ now: Sample; findings: Finding[]; points: HealthPoint[] }> {
      const row = await findPartner(db, code)
      if (row === undefined) throw new ProblemError('partner.unknown')
      const now = await look(code)
      const others = [...sightings.seen()].filter(([other]) => other !== code).map(([, ahead]) => ahead)
      const findings =
        row.status === 'active' ? [...linkFindings(parts.notices(code)), ...judgeHealth(now, others)] : []
      return { now, findings, points: await samplesOf(db, code, step, from) }
    },

    /** Looks at every active partner once, and keeps what it saw. */
    sample(): Promise<void> {
      const sampled = sample()
      working = sampled.catch(() => {})
      return sampled
    },

    /** Resolves when no partner is being looked at. */
    stop: (): Promise<void> => working,
  }
}
