import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AgreementDocumentInput, dayOf } from '../../../protocol/agreement/document.ts'
import { signAgreement } from '../../../protocol/agreement/signature.ts'
import { addDays } from '../../../protocol/calendar/calendar.ts'
import { TYP } from '../../../protocol/names.ts'
import { type PlayCity, playCity } from '../../../test/support/play-city.ts'
import { fc } from '../../../test/support/properties.ts'
import { createWorld } from '../../../test/support/world.ts'
import type { AgreementView } from './views.ts'

// Ankang proposes; Shiyan, Nanyang and Shangluo sign.
const A = '610900'
const S = '420300'
const N = '411300'
const D = '611000'
const NAMES: Record<string, string> = { [A]: '安康市', [S]: '十堰市', [N]: '南阳市', [D]: '商洛市' }
const ITEM = '11420300011437389D4420111001000'
const by = { actor: 'person:1' }

let world: Awaited<ReturnType<typeof createWorld>>
const agreements = (code: string) => world.city(code).agreements
const today = () => dayOf(world.clock.now() / 1000)

const text = (codes: readonly string[]): AgreementDocumentInput => ({
  v: 1,
  title: '毗邻地区多方合作协议',
  parties: codes.map(code => ({ code, name: NAMES[code] ?? '', authority: `${NAMES[code]}行政审批局` })),
  // Each handles it for all others.
  items: codes.map(handling => ({
    taskCode: ITEM,
    taskName: '社会保险登记',
    handling,
    modes: [1],
    collecting: codes.filter(code => code !== handling),
  })),
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
})
const amendment = (purgeDays: number, effectiveFrom = '2027-03-01') => ({
  title: '补充协议',
  reason: '缩短期限',
  terms: { purgeDays },
  effectiveFrom,
})

/** Until nobody has anything to tell: what the proposer passes on begins after its commit. */
async function settled(): Promise<void> {
  for (let last = ''; ; ) {
    await world.settle()
    const packets = await Promise.all(
      [...world.cities.values()].map(city => city.db.query('SELECT count(*) AS n FROM packets')),
    )
    const seen = JSON.stringify(packets)
    if (seen === last) return
    last = seen
    world.clock.advance(60_000)
  }
}

type Threads = ReadonlyMap<string, string>
async function alliance(codes: readonly string[]): Promise<Threads> {
  const views = await agreements(A).propose(text(codes), by)
  await settled()
  const threads = new Map(views.map((view: AgreementView) => [view.partner, view.thread]))
  for (const [city, thread] of threads) await agreements(city).sign(thread, null, by)
  await settled()
  return threads
}
const threadOf = (threads: Threads, city: string): string => threads.get(city) ?? ''

const covered = (city: string, id: string, collecting: string, handling: string) =>
  agreements(city)
    .covering(world.city(city).db, id, {
      collecting,
      handling,
      item: ITEM,
      mode: 1,
      at: Math.floor(world.clock.now() / 1000),
    })
    .then(result => (result.ok ? 'covered' : `${result.problem.code} ${result.problem.detail ?? ''}`))

/** What each city that is in takes for the version in force, and what waits or failed. */
async function views(threads: Threads, among: readonly string[] = [...threads.keys()]) {
  const told = []
  for (const city of among) {
    const thread = threadOf(threads, city)
    for (const reader of [A, city]) {
      const { versions, pending, failed, state } = await agreements(reader).get(thread)
      told.push({
        versions: versions.map(({ id, complete }) => [id, complete]),
        pending: pending?.id ?? null,
        failed: failed.map(({ id, how }) => [id, how]),
        // One that is suspended, is so in its own thread.
        state: state === 'suspended' ? 'active' : state,
      })
    }
  }
  return told
}
async function allAgree(threads: Threads, among?: readonly string[]) {
  const [first, ...others] = await views(threads, among)
  for (const other of others) expect(other).toEqual(first)
  return first
}

async function offline(city: string, act: () => Promise<unknown>): Promise<void> {
  for (const other of world.cities.keys()) if (other !== city) world.network.partition(city, other)
  await act()
  await settled()
  for (const other of world.cities.keys()) if (other !== city) world.network.heal(city, other)
  world.clock.advance(60_000)
  await settled()
}

describe('an agreement between three', () => {
  let threads: Threads
  let id: string
  beforeEach(async () => {
    world = await createWorld({ codes: [A, S, N] })
    threads = await alliance([A, S, N])
    id = (await agreements(A).get(threadOf(threads, S))).id
    expect((await allAgree(threads))?.versions).toEqual([[id, true]])
  })
  afterEach(() => world.stop())

  test('that one suspends says so to all: no case with that city begins anywhere, those of the others go on, until it resumes', async () => {
    await agreements(N).change(threadOf(threads, N), { kind: 'agreement.suspend', reason: '系统检修' }, by)
    await settled()
    for (const [city, collecting, handling] of [
      [A, A, N],
      [S, S, N],
      [N, N, S],
    ] as const)
      expect(await covered(city, id, collecting, handling)).toContain(`agreement.inactive suspended by ${N}`)
    for (const city of [A, S]) expect(await covered(city, id, A, S)).toBe('covered')
    const shown = await agreements(S).get(threadOf(threads, S))
    expect([shown.state, shown.suspendedBy, shown.standings]).toMatchObject([
      'active',
      [N],
      [{ city: N, suspended: true, leavesOn: null }],
    ])
    await agreements(N).change(threadOf(threads, N), { kind: 'agreement.resume', reason: '恢复' }, by)
    await settled()
    for (const city of [S, N]) expect(await covered(city, id, S, N)).toBe('covered')
  })

  test('that one leaves is left for all, from its last day on, though another was down when it was said', async () => {
    await offline(S, () =>
      agreements(N).change(
        threadOf(threads, N),
        { kind: 'agreement.terminate', reason: '退出', effectiveOn: addDays(today(), 1) },
        by,
      ),
    )
    for (const city of [S, N]) expect(await covered(city, id, S, N)).toBe('covered')
    expect((await agreements(N).get(threadOf(threads, N))).terminatedOn).toBe(addDays(today(), 1))
    world.clock.advance(2 * 86_400_000)
    for (const [city, collecting, handling] of [
      [A, N, A],
      [S, S, N],
      [N, N, S],
    ] as const)
      expect(await covered(city, id, collecting, handling)).toMatch(/^agreement.inactive/)
    expect(await covered(S, id, S, A)).toBe('covered')
    // Those that stay amend it without the one that left.
    const amended = await agreements(A).amend(threadOf(threads, S), amendment(30), by)
    expect(amended.map(({ partner }) => partner)).toEqual([S])
    await settled()
    await agreements(S).sign(threadOf(threads, S), null, by)
    await settled()
    const shown = await allAgree(threads, [S])
    expect(shown?.versions.map(([, complete]) => complete)).toEqual([true, true])
  })

  test('is not amended over the head of one that leaves later than the first day of the amendment', async () => {
    await agreements(N).change(
      threadOf(threads, N),
      { kind: 'agreement.terminate', reason: '退出', effectiveOn: '2027-03-01' },
      by,
    )
    await settled()
    await expect(agreements(A).amend(threadOf(threads, S), amendment(30), by)).rejects.toThrow(`${N} leaves on`)
    expect(await agreements(A).amend(threadOf(threads, S), amendment(30, '2027-03-02'), by)).toHaveLength(1)
  })

  test('that its proposer ends or suspends: each party is told, in the thread that it has', async () => {
    await agreements(A).change(threadOf(threads, S), { kind: 'agreement.suspend', reason: '系统检修' }, by)
    await settled()
    for (const city of [S, N]) expect(await covered(city, id, A, city)).toContain(`suspended by ${A}`)
    expect(await covered(S, id, S, N)).toBe('covered')
    await agreements(A).change(threadOf(threads, N), { kind: 'agreement.resume' }, by)
    await settled()
    expect(await covered(S, id, A, S)).toBe('covered')
    await agreements(A).change(
      threadOf(threads, N),
      { kind: 'agreement.terminate', reason: '到期不续', effectiveOn: today() },
      by,
    )
    await settled()
    world.clock.advance(2 * 86_400_000)
    for (const [city, collecting, handling] of [
      [S, A, S],
      [S, S, N],
      [N, S, N],
    ] as const)
      expect(await covered(city, id, collecting, handling)).toContain('agreement.inactive')
  })

  test.each([
    ['who signed first', [S, N]],
    ['who had not signed yet', [N, S]],
  ])(
    'whose amendment one declines stands as it was for all, %s: it is shown, and the next one goes to all',
    async (_, order) => {
      await agreements(A).amend(threadOf(threads, S), amendment(30), by)
      await settled()
      for (const city of order) {
        if (city === S)
          await agreements(S)
            .sign(threadOf(threads, S), null, by)
            .catch(() => undefined)
        else await agreements(N).turnDown(threadOf(threads, N), 'agreement.decline', '期限过短', by)
        await settled()
      }
      const failed = await allAgree(threads)
      expect(failed).toMatchObject({ versions: [[id, true]], pending: null, state: 'active' })
      const shown = await agreements(S).get(threadOf(threads, S))
      expect(shown.failed).toMatchObject([{ how: 'declined', by: N, reason: '期限过短' }])
      expect([shown.document.purgeDays, shown.id]).toEqual([90, id])
      for (const city of [A, S]) {
        const reminders = await agreements(city).reminders(world.clock.now())
        expect(reminders.filter(({ kind }) => kind === 'agreement-told').map(({ zh }) => zh)).toEqual([
          expect.stringContaining(`${N} 拒签`),
        ])
      }
      const next = await agreements(A).amend(threadOf(threads, S), amendment(60), by)
      expect(next.map(({ partner }) => partner).sort()).toEqual([N, S])
      await settled()
      for (const [city, thread] of threads) await agreements(city).sign(thread, null, by)
      await settled()
      expect((await allAgree(threads))?.versions.map(([, complete]) => complete)).toEqual([true, true])
    },
  )

  test('whose amendment is withdrawn after one had signed is withdrawn for all', async () => {
    await agreements(A).amend(threadOf(threads, S), amendment(30), by)
    await settled()
    await agreements(S).sign(threadOf(threads, S), null, by)
    await settled()
    await agreements(A).turnDown(threadOf(threads, N), 'agreement.withdraw', '另拟', by)
    await settled()
    expect(await allAgree(threads)).toMatchObject({
      versions: [[id, true]],
      pending: null,
      failed: [[expect.any(String), 'withdrawn']],
    })
  })

  test('whose amendment waits for one that leaves before it signed is withdrawn by the node of the proposer', async () => {
    await agreements(A).amend(threadOf(threads, S), amendment(30), by)
    await settled()
    await agreements(S).sign(threadOf(threads, S), null, by)
    await agreements(N).change(
      threadOf(threads, N),
      { kind: 'agreement.terminate', reason: '退出', effectiveOn: '2028-01-01' },
      by,
    )
    await settled()
    expect(await allAgree(threads, [S])).toMatchObject({ versions: [[id, true]], pending: null })
  })

  test('that was proposed and one declined is declined for who had signed', async () => {
    const [first] = await agreements(A).propose({ ...text([A, S, N]), title: '另一份' }, by)
    await settled()
    const proposed = await agreements(A).list({}, 10, null)
    const of = (city: string) =>
      proposed.find(({ partner, root }) => partner === city && root === first?.root)?.thread ?? ''
    await agreements(S).sign(of(S), null, by)
    await settled()
    await agreements(N).turnDown(of(N), 'agreement.decline', '事项有误', by)
    await settled()
    expect((await agreements(S).get(of(S))).state).toBe('declined')
  })

  test('tells what came while its proposer was down, after its start', async () => {
    // The notice is stored, and the node stops before it passed it on.
    vi.spyOn(world.city(A).exchange.author, 'writeAll').mockRejectedValue(new Error('the node stops'))
    await agreements(N).change(threadOf(threads, N), { kind: 'agreement.suspend', reason: '系统检修' }, by)
    await settled()
    expect(await covered(A, id, A, N)).toContain('suspended')
    expect(await covered(S, id, S, N)).toBe('covered')
    await world.restart(A)
    await agreements(A).start()
    await settled()
    expect(await covered(S, id, S, N)).toContain(`suspended by ${N}`)
  })

  test('of a city that is no partner here a notice counts by the key that signed the agreement, and by no other', async () => {
    const thread = threadOf(threads, S)
    for (const city of [A, S]) world.strangers.set(city, new Set([N]))
    const impostor = await playCity(N, { now: world.clock.now() / 1000 })
    const said = { v: 1, kind: 'standing', agreement: id, city: N, no: 1, suspended: false, leavesOn: today(), at: 0 }
    const written = JSON.stringify(said)
    const give = async (play: PlayCity) => {
      const signature = await signAgreement(written, play.certificateSigner, TYP.agreementNotice)
      const content = { text: written, signature, certificate: play.certificate }
      return world.city(A).exchange.author.write({ thread, partner: S }, [{ kind: 'agreement.notice', content }])
    }
    await expect(give(impostor)).rejects.toThrow('not by the key that signed the agreement')
    await give(world.city(N).play)
    await settled()
    expect((await agreements(S).get(thread)).standings).toMatchObject([{ city: N, leavesOn: today() }])
  })

  test('that an earlier program wrote is told to all from the start on', async () => {
    const { db } = world.city(A)
    await db.transaction(tx => tx.run('UPDATE agreements SET root = NULL, parties = 0, terminated_on = NULL'))
    await agreements(A).start()
    const rows = await agreements(A).list({}, 10, null)
    expect(rows.map(({ root, parties }) => [root, parties])).toEqual([
      [id, 3],
      [id, 3],
    ])
    const amended = await agreements(A).amend(threadOf(threads, S), amendment(30), by)
    expect(amended).toHaveLength(2)
  })

  test('a notice that was changed, forged or given before is refused', async () => {
    const thread = threadOf(threads, S)
    const { state } = await agreements(N).read(threadOf(threads, N))
    await agreements(N).change(threadOf(threads, N), { kind: 'agreement.suspend', reason: '系统检修' }, by)
    await settled()
    const [standing] = (await agreements(S).read(thread)).state.standings
    if (standing === undefined) throw new Error('nothing was told')
    expect(state.standings).toEqual([])
    const certificate = world.trusted.get(N)?.[0]?.pem ?? ''
    const write = (content: object) =>
      world
        .city(A)
        .exchange.author.write({ thread, partner: S }, [
          { kind: 'agreement.notice', content: { certificate, ...content } },
        ])
    await expect(write(standing.notice)).rejects.toThrow('agreement.transition')
    const later = JSON.stringify({ ...JSON.parse(standing.notice.text), no: 2, leavesOn: today() })
    await expect(write({ ...standing.notice, text: later })).rejects.toThrow('agreement.signature')
    for (const change of [
      { city: S },
      { city: '999999' },
      { agreement: 'ef'.repeat(32) },
      { no: 0 },
      { colour: 'red' },
    ])
      await expect(
        write({ ...standing.notice, text: JSON.stringify({ ...JSON.parse(later), ...change }) }),
      ).rejects.toThrow('agreement.malformed')
  })
})

describe('an agreement between four', () => {
  const CODES = [A, S, N, D]
  const actors = [S, N, D] as const

  test('never splits, however its parties act and are down: all that are in agree on the version in force', async () => {
    const reached = { failed: 0, versions: 0, left: 0, suspended: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ act: fc.nat(6), who: fc.nat(2), down: fc.option(fc.nat(3), { freq: 2 }) }), {
          minLength: 4,
          maxLength: 8,
        }),
        async steps => {
          world = await createWorld({ codes: CODES })
          try {
            const threads = await alliance(CODES)
            const left = new Set<string>()
            for (const [index, { act, who, down }] of steps.entries()) {
              const city = actors[who] ?? S
              const thread = threadOf(threads, city)
              const send = async (): Promise<unknown> => {
                switch (act) {
                  case 0:
                  case 1:
                    return agreements(A).amend(
                      threadOf(threads, actors.find(code => !left.has(code)) ?? S),
                      amendment(30 + index),
                      by,
                    )
                  case 2:
                  case 3:
                    return Promise.allSettled(
                      actors.map(code => agreements(code).sign(threadOf(threads, code), null, by)),
                    )
                  case 4:
                    return agreements(city).turnDown(thread, 'agreement.decline', '期限过短', by)
                  case 5:
                    return agreements(city).change(thread, { kind: 'agreement.suspend', reason: '系统检修' }, by)
                  default:
                    if (left.size > 0) return undefined
                    left.add(city)
                    return agreements(city).change(
                      thread,
                      { kind: 'agreement.terminate', reason: '退出', effectiveOn: today() },
                      by,
                    )
                }
              }
              const quiet = () => send().catch(() => undefined)
              if (down === null) await quiet()
              else await offline(CODES[down] ?? S, quiet)
              if (index % 2 === 0) await settled()
            }
            await settled()
            const among = actors.filter(code => !left.has(code))
            const shown = await allAgree(threads, among)
            reached.versions += shown?.versions.length ?? 0
            reached.failed += shown?.failed.length ?? 0
            reached.left += left.size
            // Whoever judges a case of two parties comes to the same answer.
            const id = shown?.versions.findLast(([, complete]) => complete)?.[0] as string
            const first = (await agreements(A).get(threadOf(threads, among[0] ?? S))).versions[0]?.id ?? ''
            for (const version of new Set([id, first]))
              for (const [one, other] of [
                [S, N],
                [N, D],
                [D, S],
                [A, D],
              ] as const) {
                const here = await covered(one, version, one, other)
                const there = await covered(other, version, one, other)
                expect(here === 'covered').toBe(there === 'covered')
                if (here !== 'covered') reached.suspended++
              }
          } finally {
            await world.stop()
          }
        },
      ),
      { numRuns: 6, endOnFailure: true, seed: 13 },
    )
    for (const count of Object.values(reached)) expect(count).toBeGreaterThan(0)
  })
})
