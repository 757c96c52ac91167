import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandClock, type HandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createTelemetry } from '../../kernel/telemetry/telemetry.ts'
import { createUpkeep, UPKEEP_LIMITS } from '../../kernel/upkeep.ts'
import type { OpenBreaker } from '../../spine/exchange/breaker.ts'
import type { DeliveryStatus } from '../../spine/exchange/delivery.ts'
import type { LinkNotice } from '../../spine/exchange/notices.ts'
import type { Trust } from '../../spine/exchange/ports.ts'
import { createHealth, SAMPLING } from './health.ts'
import { actorOn, clockProblem } from './hops.ts'
import { gaugesOf, HEALTH_THRESHOLDS, judgeHealth, type Sample } from './judge-health.ts'
import { linkReminders } from './link-reminders.ts'
import { addSample, STEP_NAMES, STEPS, samplesOf, thinSamples } from './samples.ts'
import { createSightings } from './sightings.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const S = '420300'

const WELL: Sample = {
  at: NOW,
  connected: true,
  seenAt: NOW,
  roundTripMs: 12,
  waiting: 0,
  oldestMs: 0,
  materials: 0,
  oldestMaterialMs: 0,
  aheadMs: 40,
  certificateDays: 400,
  delegationDays: 60,
  breaker: 'closed',
}

let db: Database
let clock: HandClock
beforeEach(async () => {
  db = await openTestStore()
  clock = createHandClock(NOW)
  await db.transaction(tx =>
    tx.run(
      `INSERT INTO partners (code, name, status, fingerprint, addresses, words, paired_at, confirmed_at, seen_at)
       VALUES (?, '十堰市', 'active', '', '[]', '[]', 0, 0, NULL)`,
      [S],
    ),
  )
})
afterEach(() => db.close())

const OPEN: OpenBreaker = { since: NOW - 60_000, nextTryAt: NOW + 30_000, problem: { code: 'exchange.unreachable' } }

function healthOf(
  status: Partial<DeliveryStatus>,
  roundTrip: number | null,
  notices: readonly LinkNotice[] = [],
  breaker: OpenBreaker | null = null,
) {
  const telemetry = createTelemetry()
  const sightings = createSightings({ clock })
  const failures: unknown[] = []
  const delivery: DeliveryStatus = {
    connected: true,
    failures: 0,
    problem: null,
    nextTryAt: null,
    ...status,
  }
  const trust: Trust & { validityOf(): { certificate: number; delegation: number } } = {
    key: () => undefined,
    cityOf: () => undefined,
    problemOf: () => null,
    refusalOf: () => ({ code: 'partner.unknown' as const }),
    reach: () => ({ peers: [], addresses: [] }),
    partners: () => [S],
    learn: async () => ({ ok: true }),
    validityOf: () => ({ certificate: NOW + 40 * DAY + 1, delegation: NOW + 20 * DAY }),
  }
  const health = createHealth({
    db,
    clock,
    trust,
    sightings,
    delivery: () => delivery,
    breakerOf: () => breaker,
    notices: () => notices,
    roundTrip: async () => roundTrip,
    sampled: (partner, sample) => telemetry.events.partnerSampled({ partner, ...gaugesOf(sample) }),
  })
  /** Lets the next round come, and its sample be stored. */
  const minute = async (ms: number = SAMPLING.every) => {
    clock.advance(ms)
    const at = clock.now() - (clock.now() % 60_000)
    for (let turn = 0; turn < 1000; turn++) {
      await new Promise(resolve => setImmediate(resolve))
      if ((await samplesOf(db, S, 'minute', at)).length > 0) return
    }
    throw new Error('no sample')
  }
  return { health, sightings, telemetry, failures, delivery, minute }
}

describe('samples of partners', () => {
  test('are taken every minute, and tell when the partner was heard though no connection began', async () => {
    const { health, minute, telemetry, failures } = healthOf({}, 12.5)
    const upkeep = createUpkeep(clock, { done() {}, failed: (_, error) => failures.push(error) })
    upkeep.start({ health: { every: SAMPLING.every, round: () => health.sample() } })
    await minute(UPKEEP_LIMITS.first)
    for (let n = 0; n < 3; n++) await minute()
    const points = await samplesOf(db, S, 'minute', 0)
    expect(points.map(({ at }) => at)).toEqual([0, 1, 2, 3].map(n => NOW + n * 60_000))
    expect(points[2]).toMatchObject({ samples: 1, connected: 1, roundTripMs: 12.5, certificateDays: 39 })
    expect(await samplesOf(db, S, 'hour', 0)).toMatchObject([{ samples: 4, connected: 4, roundTripMs: 12.5 }])
    expect(await db.query('SELECT seen_at FROM partners')).toEqual([{ seen_at: NOW + UPKEEP_LIMITS.first + 180_000 }])
    const { text } = await telemetry.metrics.render()
    expect(text).toContain('tongban_partner_round_trip_seconds{partner="420300"} 0.0125')
    expect(text).toContain('tongban_partner_certificate_days{partner="420300"} 39')
    upkeep.end()
    await health.stop()
    clock.advance(10 * SAMPLING.every)
    expect(await samplesOf(db, S, 'minute', 0)).toHaveLength(4)
    expect(failures).toEqual([])
  })

  test('of a partner that is away are without a round trip; what waits for it and since when is counted', async () => {
    const { health, delivery } = healthOf({ connected: false }, 5, [], OPEN)
    await db.transaction(async tx => {
      await tx.run(
        `INSERT INTO links (partner, direction, n, hash, acked) VALUES (?, 'out', 7, zeroblob(32), 4), (?, 'in', 9, zeroblob(32), 9)`,
        [S, S],
      )
      await tx.run(
        `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, problem, receipt_no, stored_at)
         VALUES (1, zeroblob(32), 1, ?, 'out', 5, zeroblob(32), 1, 'case.submit', 0, '', 'pending', NULL, NULL, ?)`,
        [S, NOW - 2 * HOUR],
      )
      await tx.run(
        `INSERT INTO wanted_materials (sha256, size, type, partner, attempts, next_at, since)
         VALUES (zeroblob(32), 1, 'image/png', ?, 0, 0, ?)`,
        [S, NOW - HOUR - 1],
      )
    })
    const { now, findings } = await health.of(S, 'hour', 0)
    expect(now).toMatchObject({
      connected: false,
      roundTripMs: null,
      seenAt: null,
      waiting: 3,
      oldestMs: 2 * HOUR,
      materials: 1,
      oldestMaterialMs: HOUR + 1,
      breaker: 'open',
    })
    expect(findings.map(({ level, problem, act }) => [level, problem.code, act])).toEqual([
      ['fail', 'exchange.unreachable', 'partner'],
      ['warn', 'exchange.timeout', 'partner'],
      ['warn', 'material.missing', 'partner'],
    ])
    delivery.connected = true
    expect((await health.of(S, 'hour', 0)).now).toMatchObject({ roundTripMs: 5, seenAt: NOW })
    await expect(health.of('110100', 'hour', 0)).rejects.toMatchObject({ problem: { code: 'partner.unknown' } })
  })

  test('grow coarser with age, and end after 90 days', async () => {
    await db.transaction(async tx => {
      for (let at = NOW - 100 * DAY; at <= NOW; at += 6 * HOUR)
        await addSample(tx, S, { ...WELL, at, waiting: (at / HOUR) % 24, roundTripMs: at === NOW ? 100 : 10 })
      for (let minute = 1; minute <= 90; minute++) await addSample(tx, S, { ...WELL, at: NOW - minute * 60_000 })
      await thinSamples(tx, NOW)
    })
    for (const step of STEP_NAMES) {
      const points = await samplesOf(db, S, step, 0)
      expect(points[0]?.at).toBeGreaterThanOrEqual(NOW - STEPS[step].kept)
      expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted((a, b) => a - b))
    }
    const [minutes, hours, days] = await Promise.all(STEP_NAMES.map(step => samplesOf(db, S, step, 0)))
    // Four a day and the last ones, and 90 minutes, which lie in two hours.
    expect([minutes?.length, hours?.length, days?.length]).toEqual([5 + 90, 14 * 4 + 1 + 2, 91])
    expect(days?.[5]).toMatchObject({ samples: 4, connected: 4, waiting: 18, roundTripMs: 10 })
    expect(await samplesOf(db, S, 'day', NOW - 3 * DAY)).toHaveLength(4)
  })

  test('of one step are joined: the largest backlog, the clock farthest off, the mean round trip', async () => {
    await db.transaction(async tx => {
      await addSample(tx, S, { ...WELL, waiting: 3, oldestMs: 500, aheadMs: -9000, roundTripMs: 10 })
      await addSample(tx, S, { ...WELL, waiting: 8, oldestMs: 100, aheadMs: 20, roundTripMs: 30, connected: false })
      await addSample(tx, S, {
        ...WELL,
        waiting: 1,
        aheadMs: null,
        roundTripMs: null,
        breaker: 'open',
        seenAt: NOW - 1,
      })
    })
    expect(await samplesOf(db, S, 'day', 0)).toEqual([
      {
        at: NOW,
        samples: 3,
        connected: 2,
        breakerOpen: 1,
        roundTripMs: 20,
        roundTripMost: 30,
        waiting: 8,
        oldestMs: 500,
        materials: 0,
        aheadMs: -9000,
        certificateDays: 400,
        delegationDays: 60,
        seenAt: NOW - 1,
      },
    ])
  })
})

describe('health', () => {
  const { silence, backlog, materials, clock: skew, certificateDays, delegationDays } = HEALTH_THRESHOLDS
  test.each<[string, (by: number) => Partial<Sample>, { warn: number; fail: number }, string, 1 | -1]>([
    ['silence', by => ({ connected: false, seenAt: NOW - by }), silence, 'exchange.unreachable', 1],
    ['backlog', by => ({ waiting: 1, oldestMs: by }), backlog, 'exchange.timeout', 1],
    ['materials', by => ({ materials: 1, oldestMaterialMs: by }), materials, 'material.missing', 1],
    ['a clock ahead', by => ({ aheadMs: by }), skew, 'clock.partner', 1],
    ['a clock behind', by => ({ aheadMs: -by }), skew, 'clock.partner', 1],
    ['certificate', by => ({ certificateDays: by }), certificateDays, 'certificate.expired', -1],
    ['delegation', by => ({ delegationDays: by }), delegationDays, 'key.expired', -1],
  ])('%s is told from its threshold on', (_, change, { warn, fail }, code, step) => {
    const found = (by: number) =>
      judgeHealth({ ...WELL, ...change(by) }, []).map(({ level, problem, act }) => [level, problem.code, act])
    // A value that has to stay small is told past its threshold, days left from it on.
    const [before, after] = step === 1 ? [0, 1] : [1, 0]
    expect(found(warn + before)).toEqual([])
    expect(found(warn + after)).toEqual([['warn', code, 'partner']])
    expect(found(fail + after)).toEqual([['fail', code, 'partner']])
    if (step === 1) expect(found(fail)).toEqual([['warn', code, 'partner']])
    else expect(found(fail + 1)).toEqual([['warn', code, 'partner']])
  })

  test('a partner that is well has no findings', () => {
    expect(judgeHealth(WELL, [])).toEqual([])
    expect(judgeHealth({ ...WELL, aheadMs: null, certificateDays: null, delegationDays: null }, [])).toEqual([])
  })

  test('and the reminders say what a person must know of the link, and who must act', async () => {
    const notices: LinkNotice[] = [
      ...([
        { kind: 'claim', problem: { code: 'exchange.protocol', detail: 'claims 55 packets' } },
        { kind: 'recall', problem: { code: 'instance.own' } },
      ] as const),
    ].map(notice => ({ ...notice, partner: S, since: NOW, last: NOW, times: 1 }))
    const { findings } = await healthOf({}, 12, notices).health.of(S, 'minute', 0)
    expect(findings.slice(0, 2)).toMatchObject([
      { level: 'fail', problem: { code: 'exchange.protocol', detail: 'claims 55 packets' }, act: 'partner' },
      { level: 'fail', problem: { code: 'instance.own' }, act: 'operator' },
    ])
    expect(linkReminders(notices, () => '十堰市')).toMatchObject([
      { id: `link:${S}:claim:${NOW}`, act: 'partner', en: expect.stringContaining('claims 55 packets') },
      { id: `link:${S}:recall:${NOW}`, act: 'operator', zh: expect.stringContaining('十堰市') },
    ])
  })

  test('the own clock is wrong when most partners say so', () => {
    expect(clockProblem(300, [], 300)).toBeNull()
    expect(clockProblem(301, [], 300)?.code).toBe('clock.partner')
    expect(clockProblem(301, [400, 0], 300)?.code).toBe('clock.partner')
    expect(clockProblem(301, [400, 400, 0], 300)?.code).toBe('clock.own')
    expect(clockProblem(-301, [400, 400], 300)?.code).toBe('clock.partner')
    expect(clockProblem(-301_000, [-400_000], 300)).toEqual({ code: 'clock.own', detail: '301 s ahead' })
    expect(clockProblem(-301_000, [], 300)).toEqual({ code: 'clock.partner', detail: '301 s behind' })
  })

  test('what a partner found is for this city to mend where it blames its partner', () => {
    expect(actorOn({ code: 'envelope.clock' }, 'here')).toBe('partner')
    expect(actorOn({ code: 'envelope.clock' }, 'partner')).toBe('operator')
    expect(actorOn({ code: 'internal' }, 'partner')).toBe('partner')
    expect(actorOn({ code: 'request.rate' }, 'partner')).toBe('you')
  })
})
