// Over 450 lines: one pair of cities, and the helpers that bring it to an agreement, serve every test.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AgreementDocumentInput, dayOf } from '../../../protocol/agreement/document.ts'
import type { AgreementStateName } from '../../../protocol/agreement/kinds.ts'
import { signAgreement } from '../../../protocol/agreement/signature.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { type PlayCity, playCity } from '../../../test/support/play-city.ts'
import { createWorld } from '../../../test/support/world.ts'
import { createActs } from './acts.ts'
import type { AgreementView } from './views.ts'

// Ankang, Shiyan and Nanyang.
const A = '610900'
const S = '420300'
const N = '411300'
const ITEM = '11420300011437389D4420111001000'
const by = (no: number) => ({ actor: `person:${no}` })

const text = (more: Partial<AgreementDocumentInput> = {}): AgreementDocumentInput => ({
  v: 1,
  title: '跨省通办合作协议',
  parties: [
    { code: A, name: '安康市', authority: '安康市行政审批服务局' },
    { code: S, name: '十堰市', authority: '十堰市行政审批局' },
  ],
  items: [{ taskCode: ITEM, taskName: '社会保险登记', handling: S, collecting: [A], modes: [0, 1] }],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2027-12-31',
  ...more,
})
const three = (): AgreementDocumentInput => ({
  ...text(),
  parties: [...text().parties, { code: N, name: '南阳市', authority: '南阳市行政审批服务管理局' }],
  items: [{ taskCode: ITEM, taskName: '社会保险登记', handling: S, collecting: [A, N], modes: [1] }],
})

let world: Awaited<ReturnType<typeof createWorld>>
const agreements = (code: string) => world.city(code).agreements
const wanted = { collecting: A, handling: S, item: ITEM, mode: 1 as const }
const covered = (code: string, id: string) =>
  agreements(code).covering(world.city(code).db, id, { ...wanted, at: Math.floor(world.clock.now() / 1000) })

const today = () => dayOf(world.clock.now() / 1000)

async function settled<T>(work: Promise<T>): Promise<T> {
  const done = await work
  await world.settle()
  return done
}

async function proposed(input = text()): Promise<AgreementView> {
  const [view] = await settled(agreements(A).propose(input, by(1)))
  if (view === undefined) throw new Error('nothing was proposed')
  return view
}

async function active(): Promise<AgreementView> {
  const { thread } = await proposed()
  return settled(agreements(S).sign(thread, null, by(2)))
}

/** The thread says the same on both sides. */
async function same(thread: string, state: AgreementStateName): Promise<void> {
  const [here, there] = await Promise.all([A, S].map(code => agreements(code).get(thread)))
  const shared = { partner: '', version: '', updatedAt: 0 }
  expect({ ...here, ...shared }).toEqual({ ...there, ...shared })
  expect(here?.state).toBe(state)
}

/** The last signature of many makes the proposer's node tell all of it, which begins after its commit. */
const completed = (thread: string, partner: string) =>
  vi.waitFor(async () => {
    const { versions } = await agreements(partner).get(thread)
    expect(versions.at(-1)?.complete).toBe(true)
  }, 60_000)

/** Both act while neither can hear the other. */
async function apart(...acts: (() => Promise<unknown>)[]): Promise<void> {
  world.network.partition(A, S)
  for (const act of acts) await act()
  world.network.heal(A, S)
  world.clock.advance(60_000)
  await world.settle()
}

beforeEach(async () => {
  world = await createWorld({ codes: [A, S, N] })
})
afterEach(() => world.stop())

describe('an agreement between two cities', () => {
  test('is countered until both sign the same text, which alone admits cases', async () => {
    const first = await proposed()
    const second = await settled(agreements(S).counter(first.thread, text({ purgeDays: 30 }), '三十日为宜', by(2)))
    await expect(agreements(S).sign(first.thread, null, by(2))).rejects.toThrow('case.author')
    await expect(agreements(A).sign(first.thread, first.id, by(1))).rejects.toThrow('agreement.signature')
    expect(await covered(A, second.id)).toMatchObject({ ok: false, problem: { code: 'agreement.none' } })
    await settled(agreements(A).sign(first.thread, second.id, by(1)))
    await same(first.thread, 'active')
    const { document, versions } = await agreements(A).get(first.thread)
    expect([document.purgeDays, versions.map(({ id }) => id)]).toEqual([30, [second.id]])
    expect([await covered(A, second.id), await covered(S, second.id)]).toMatchObject([{ ok: true }, { ok: true }])
    expect(await covered(S, first.id)).toMatchObject({ ok: false })
  })

  test('that was declined or withdrawn is over', async () => {
    const first = await proposed()
    await settled(agreements(S).turnDown(first.thread, 'agreement.decline', '事项有误', by(2)))
    await same(first.thread, 'declined')
    const second = await proposed()
    await settled(agreements(A).turnDown(second.thread, 'agreement.withdraw', '另拟', by(1)))
    await same(second.thread, 'withdrawn')
    await expect(agreements(S).sign(second.thread, null, by(2))).rejects.toThrow('agreement.transition')
    await expect(agreements(A).find(wanted)).rejects.toThrow('agreement.none')
  })

  test('is amended without signing the rest anew: from the first day the new version, until then the old one', async () => {
    const { thread, id } = await active()
    const added = { taskCode: 'X2', taskName: '公积金提取', handling: S, collecting: [A], modes: [0 as const] }
    const [amended] = await settled(
      agreements(S).amend(
        thread,
        {
          title: '补充协议一',
          reason: '新增事项',
          put: [added],
          terms: { purgeDays: 60 },
          effectiveFrom: '2026-12-01',
        },
        by(2),
      ),
    )
    expect(amended).toMatchObject({ state: 'active', pendingBy: S })
    await settled(agreements(A).sign(thread, null, by(1)))
    await same(thread, 'active')
    const { versions, document } = await agreements(A).get(thread)
    expect(versions.map(version => version.amends)).toEqual([null, id])
    expect([document.items.length, document.purgeDays]).toEqual([2, 60])
    const newer = versions[1]?.id ?? ''
    expect((await agreements(A).find(wanted)).id).toBe(id)
    expect(await covered(S, newer)).toMatchObject({ ok: false, problem: { detail: 'from 2026-12-01' } })
    world.clock.advance(10 * 86_400_000)
    expect((await agreements(A).find(wanted)).id).toBe(newer)
    expect(await covered(S, id)).toMatchObject({ ok: false, problem: { detail: 'amended' } })
    expect((await agreements(A).evidence(newer)).map(({ signatures }) => signatures.length)).toEqual([2, 2])
  })

  test('that is terminated on a later day says until when cases begin, and counts as standing until then', async () => {
    const { thread } = await active()
    await settled(
      agreements(A).change(
        thread,
        { kind: 'agreement.terminate', reason: '不再合作', effectiveOn: '2026-12-31' },
        by(1),
      ),
    )
    for (const city of [A, S]) {
      const [row] = await agreements(city).list({}, 10, null)
      expect(row).toMatchObject({ state: 'terminated', terminatedOn: '2026-12-31', endsOn: '2026-12-31' })
      expect(await agreements(city).standing()).toHaveLength(1)
    }
    world.clock.advance(40 * 86_400_000)
    expect(await agreements(A).standing()).toEqual([])
  })

  test('is suspended by each for itself, and terminated', async () => {
    const { thread, id } = await active()
    await settled(agreements(A).change(thread, { kind: 'agreement.suspend', reason: '系统升级' }, by(1)))
    await settled(agreements(S).change(thread, { kind: 'agreement.suspend', reason: '系统升级' }, by(2)))
    expect(await covered(A, id)).toMatchObject({ ok: false, problem: { detail: 'suspended' } })
    await settled(agreements(A).change(thread, { kind: 'agreement.resume' }, by(1)))
    await same(thread, 'suspended')
    await settled(agreements(S).change(thread, { kind: 'agreement.resume' }, by(2)))
    await same(thread, 'active')
    await settled(
      agreements(S).change(
        thread,
        { kind: 'agreement.terminate', reason: '到期前终止', effectiveOn: '2026-11-30' },
        by(2),
      ),
    )
    await same(thread, 'terminated')
    expect(await covered(A, id)).toMatchObject({ ok: true })
    world.clock.advance(8 * 86_400_000)
    expect(await covered(A, id)).toMatchObject({ ok: false, problem: { detail: 'terminated' } })
  })

  test('never forks when both administrators act at once', async () => {
    const { thread } = await proposed()
    await apart(
      () => agreements(S).sign(thread, null, by(2)),
      () => agreements(A).turnDown(thread, 'agreement.withdraw', '另拟', by(1)),
    )
    await same(thread, 'active')
    const amendment = (purgeDays: number) => ({
      title: '补充协议',
      reason: '清除期限',
      terms: { purgeDays },
      effectiveFrom: '2027-01-01',
    })
    await apart(
      () => agreements(A).amend(thread, amendment(10), by(1)),
      () => agreements(S).amend(thread, amendment(20), by(2)),
    )
    await same(thread, 'active')
    const { pending } = await agreements(A).get(thread)
    expect(pending).not.toBeNull()
    await settled(agreements(pending?.by === A ? S : A).sign(thread, null, by(1)))
    await same(thread, 'active')
  })

  test('that does not hold is refused before anything is written', async () => {
    await expect(agreements(A).propose(text({ validTo: '2025-01-01' }), by(1))).rejects.toThrow('agreement.malformed')
    const stranger = { code: '410300', name: '洛阳市', authority: '洛阳市行政审批和政务信息管理局' }
    await expect(agreements(A).propose({ ...text(), parties: [...text().parties, stranger] }, by(1))).rejects.toThrow(
      'partner.inactive',
    )
    await expect(
      agreements(A).propose({ ...three(), parties: three().parties.slice(1), items: three().items.slice(0, 0) }, by(1)),
    ).rejects.toThrow('agreement.malformed')
    expect(await agreements(A).list({}, 10, null)).toEqual([])
  })
})

describe('attachments', () => {
  const scan = { sha256: 'c'.repeat(64), size: 5, type: 'application/pdf' }
  const attached = (size = scan.size) => text({ attachments: [{ ...scan, size, name: '盖章扫描件.pdf' }] })

  test('that were not uploaded here, or not so, are not proposed', async () => {
    await expect(agreements(A).propose(attached(), by(1))).rejects.toThrow('request.invalid')
    world.city(A).scans.held.set(scan.sha256, scan)
    await expect(agreements(A).propose(attached(6), by(1))).rejects.toThrow('request.invalid')
    await expect(agreements(A).propose(attached(LIMITS.attachmentBytes + 1), by(1))).rejects.toThrow(
      'agreement.malformed',
    )
    const large = { ...scan, size: LIMITS.attachmentBytes }
    world.city(A).scans.held.set(scan.sha256, large ?? scan)
    expect(await settled(agreements(A).propose(attached(LIMITS.attachmentBytes), by(1)))).toHaveLength(1)
  })

  test('are fetched by who received the text, and it signs only what it can read', async () => {
    world.city(A).scans.held.set(scan.sha256, scan)
    const { thread } = await proposed(attached())
    expect([world.city(S).scans.wanted, world.city(A).scans.wanted]).toEqual([
      [{ partner: A, sha256: scan.sha256 }],
      [],
    ])
    await expect(agreements(S).sign(thread, null, by(2))).rejects.toThrow('material.missing')
    await same(thread, 'proposed')
    world.city(S).scans.held.set(scan.sha256, scan)
    await settled(agreements(S).sign(thread, null, by(2)))
    await same(thread, 'active')
    // The paper is sealed after it was signed: its scan comes by an amendment.
    const sealed = { ...scan, sha256: 'd'.repeat(64) }
    world.city(S).scans.held.set(sealed.sha256, sealed)
    const attachments = [
      { ...scan, name: '盖章扫描件.pdf' },
      { ...sealed, name: '双方盖章件.pdf' },
    ]
    await settled(
      agreements(S).amend(
        thread,
        { title: '补充附件', reason: '盖章', terms: { attachments }, effectiveFrom: '2026-12-01' },
        by(2),
      ),
    )
    expect(world.city(A).scans.wanted.map(({ sha256 }) => sha256)).toEqual([scan.sha256, sealed.sha256])
  })
})

describe('an agreement between many', () => {
  test('stands when all have signed, and each holds every signature', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    expect(new Set(views.map(({ id }) => id)).size).toBe(1)
    const [toS, toN] = [S, N].map(code => views.find(({ partner }) => partner === code)?.thread ?? '')
    await settled(agreements(S).sign(toS ?? '', null, by(2)))
    await same(toS ?? '', 'signed')
    expect(await covered(S, views[0]?.id ?? '')).toMatchObject({ ok: false })
    await settled(agreements(N).sign(toN ?? '', null, by(3)))
    for (const { partner, thread } of views) await completed(thread, partner)
    await world.settle()
    await same(toS ?? '', 'active')
    const held = await agreements(N).get(toN ?? '')
    expect([held.state, held.signedBy]).toEqual(['active', [A, S, N]])
    expect(await covered(S, views[0]?.id ?? '')).toMatchObject({ ok: true })
    expect(world.city(A).problems).toEqual([])
  })

  test('covers a case by the thread between its two cities: another agreement that covers it is found, and can be named', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    for (const { partner, thread } of views) await settled(agreements(partner).sign(thread, null, by(2)))
    for (const { partner, thread } of views) await completed(thread, partner)
    const pair = await active()
    const alliance = views[0]?.id ?? ''
    expect((await agreements(A).find(wanted)).id).toBe(pair.id)
    expect((await agreements(A).find({ ...wanted, agreement: alliance })).id).toBe(alliance)
    const toS = views.find(({ partner }) => partner === S)?.thread ?? ''
    await settled(agreements(S).change(toS, { kind: 'agreement.suspend', reason: '系统检修' }, by(2)))
    // Nanyang's own thread with Ankang holds the same text, and says nothing of Shiyan.
    expect(await covered(A, alliance)).toMatchObject({ ok: false, problem: { code: 'agreement.inactive' } })
    await expect(agreements(A).find({ ...wanted, agreement: alliance })).rejects.toThrow('agreement.inactive')
    const later = await settled(agreements(A).propose({ ...three(), title: '另一份多方协议' }, by(1)))
    for (const { partner, thread } of later) await settled(agreements(partner).sign(thread, null, by(2)))
    for (const { partner, thread } of later) await completed(thread, partner)
    expect((await agreements(A).find(wanted)).id).toBe(later[0]?.id)
    const again = later.find(({ partner }) => partner === S)?.thread ?? ''
    await settled(
      agreements(S).change(again, { kind: 'agreement.terminate', reason: '退出', effectiveOn: today() }, by(2)),
    )
    world.clock.advance(2 * 86_400_000)
    expect((await agreements(A).find(wanted)).id).toBe(pair.id)
    await expect(agreements(A).find({ ...wanted, agreement: 'ef'.repeat(32) })).rejects.toThrow('agreement.none')
  })

  test('is completed after a restart when the last signature came just before it', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    for (const { partner, thread } of views) await agreements(partner).sign(thread, null, by(2))
    await world.settle()
    await world.city(A).agreements.start()
    await world.settle()
    for (const { partner, thread } of views) expect((await agreements(partner).get(thread)).state).toBe('active')
  })

  test('is amended by all, and cannot be countered', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    const [first] = views
    if (first === undefined) throw new Error('nothing was proposed')
    await expect(agreements(first.partner).counter(first.thread, text(), undefined, by(2))).rejects.toThrow(
      'agreement.',
    )
    for (const { partner, thread } of views) await settled(agreements(partner).sign(thread, null, by(2)))
    for (const { partner, thread } of views) await completed(thread, partner)
    const amended = await settled(
      agreements(A).amend(
        first.thread,
        { title: '补充协议', reason: '期限', terms: { purgeDays: 10 }, effectiveFrom: '2026-12-01' },
        by(1),
      ),
    )
    expect(amended.map(({ partner }) => partner).sort()).toEqual([N, S])
    for (const { partner, thread } of views) await settled(agreements(partner).sign(thread, null, by(2)))
    for (const { partner, thread } of views) await completed(thread, partner)
    for (const { partner, thread } of views) {
      const { document, versions } = await agreements(partner).get(thread)
      expect([document.purgeDays, versions.map(version => version.complete)]).toEqual([10, [true, true]])
    }
  })
})

describe('a new certificate', () => {
  const threads = (views: readonly AgreementView[]) =>
    [S, N].map(code => views.find(({ partner }) => partner === code)?.thread ?? '') as [string, string]

  test('of a partner ends no agreement: cases begin under the text that the former one signed', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    const id = views[0]?.id ?? ''
    for (const { partner, thread } of views) await settled(agreements(partner).sign(thread, null, by(2)))
    for (const { partner, thread } of views) await completed(thread, partner)
    await world.settle()
    expect(await covered(A, id)).toMatchObject({ ok: true })
    await world.renewCertificate(S)
    expect([await covered(A, id), await covered(S, id)]).toMatchObject([{ ok: true }, { ok: true }])
    // A certificate that was never trusted here is none of the partner's.
    world.trusted.get(S)?.shift()
    expect(await covered(A, id)).toMatchObject({ ok: false, problem: { code: 'agreement.signature' } })
  })

  test('of the proposer between its proposal and the last signature: the text is completed all the same', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    const [toS, toN] = threads(views)
    await settled(agreements(S).sign(toS, null, by(2)))
    const renewed = await world.renewCertificate(A)
    await settled(agreements(N).sign(toN, null, by(3)))
    for (const { partner, thread } of views) await completed(thread, partner)
    await world.settle()
    await same(toS, 'active')
    expect((await agreements(N).get(toN)).state).toBe('active')
    expect(world.city(A).problems).toEqual([])
    const { state } = await agreements(N).read(toN)
    // Each signature comes with the certificate that gave it.
    const pem = state.versions[0]?.signatures.find(({ city }) => city === A)?.certificate
    expect(pem).toBe(world.city(A).play.certificate)
    expect(pem).not.toBe(renewed.pem)
  })

  test('signs what is new, and the former one nothing more, whatever date it writes', async () => {
    world.network.partition(A, S)
    const [late] = await agreements(A).propose(text(), by(1))
    await world.renewCertificate(A)
    world.network.heal(A, S)
    world.clock.advance(60_000)
    await world.settle()
    // It left A under the former certificate, and reached S under the new one: only S's clock says which came first.
    await expect(agreements(S).get(late?.thread ?? '')).rejects.toThrow('thread.unknown')
    const [again] = await settled(agreements(A).propose(text({ purgeDays: 45 }), by(1)))
    await settled(agreements(S).sign(again?.thread ?? '', null, by(2)))
    await same(again?.thread ?? '', 'active')
    const [, renewed] = world.trusted.get(A) ?? []
    if (renewed !== undefined) renewed.revokedAt = Math.floor(world.clock.now() / 1000) + 86_400
    await expect(agreements(A).propose(text(), by(1))).rejects.toThrow('its certificate was revoked')
  })

  test('one that a stolen key signed with a date of before its replacement is refused', async () => {
    const { thread, id } = await proposed()
    const stolen = world.city(S).play.certificateSigner
    await world.renewCertificate(S)
    world.signers.set(S, stolen)
    world.unjudged.add(S)
    await settled(agreements(S).sign(thread, null, by(2)))
    expect((await agreements(A).get(thread)).state).toBe('proposed')
    expect(await covered(A, id)).toMatchObject({ ok: false })
  })
})

describe('a signature that another city tells', () => {
  /** N signs at A alone: S is not paired with it. */
  async function told(): Promise<{ id: string; toS: string; toN: string }> {
    world.strangers.set(S, new Set([N]))
    const views = await settled(agreements(A).propose(three(), by(1)))
    for (const { partner, thread } of views) await settled(agreements(partner).sign(thread, null, by(2)))
    const threadOf = (code: string) => views.find(({ partner }) => partner === code)?.thread ?? ''
    await completed(threadOf(N), N)
    await vi.waitFor(async () => {
      const { versions } = await agreements(S).get(threadOf(S))
      expect(versions.at(-1)?.told).toHaveLength(1)
    }, 60_000)
    await world.settle()
    return { id: views[0]?.id ?? '', toS: threadOf(S), toN: threadOf(N) }
  }
  const fingerprint = (code: string) => world.city(code).play.fingerprint
  const reminded = async () => (await agreements(S).reminders(world.clock.now())).map(({ kind }) => kind)

  test('of a city that is not known here counts for nothing until its certificate is confirmed', async () => {
    const { id, toS } = await told()
    const before = await agreements(S).get(toS)
    expect(before).toMatchObject({ state: 'signed', signedBy: expect.not.arrayContaining([N]) as unknown })
    expect(before.versions).toMatchObject([
      { complete: false, told: [{ city: N, fingerprint: fingerprint(N), by: A }], signedBy: [A, S] },
    ])
    expect(await agreements(S).list({ state: 'signed' }, 10, null)).toHaveLength(1)
    expect(await covered(S, id)).toMatchObject({
      ok: false,
      problem: { code: 'agreement.inactive', detail: `${N}: told by ${A}, certificate not known` },
    })
    expect(await reminded()).toContain('agreement-certificate')
    // A is paired with both: there all of them count.
    expect(await covered(A, id)).toMatchObject({ ok: true })
    const confirm = (city: string, of: string) => agreements(S).confirm(toS, { city, fingerprint: of }, by(2))
    await expect(confirm(N, fingerprint(A))).rejects.toThrow('certificate.mismatch')
    await expect(confirm(A, fingerprint(A))).rejects.toThrow('request.conflict')
    expect((await agreements(S).get(toS)).state).toBe('signed')
    expect(await marksOf('confirmAgreementCertificate', () => confirm(N, fingerprint(N)))).toMatchObject({
      state: 'active',
    })
    expect(await covered(S, id)).toMatchObject({ ok: true })
    expect((await agreements(S).get(toS)).versions).toMatchObject([{ complete: true, told: [], signedBy: [A, S, N] }])
    expect(await reminded()).not.toContain('agreement-certificate')
    const rows = await world.city(S).audit.list({ action: 'agreement.certificate-confirmed' }, 10, null)
    expect(rows).toMatchObject([{ actor: 'person:2', subject: toS, detail: { city: N, fingerprint: fingerprint(N) } }])
    // It is kept beside the thread: folding it anew changes nothing.
    await world.restart(S)
    expect(await covered(S, id)).toMatchObject({ ok: true })
  })

  test('counts when its certificate is pinned, and goes on when that one is replaced', async () => {
    const { id, toS } = await told()
    await agreements(S).trusted(N)
    expect((await agreements(S).get(toS)).state).toBe('signed')
    world.strangers.delete(S)
    await agreements(S).trusted(N)
    expect((await agreements(S).get(toS)).state).toBe('active')
    await world.renewCertificate(N)
    await world.restart(S)
    expect(await covered(S, id)).toMatchObject({ ok: true })
  })

  test('that was made up stands for nothing: no city completes a text in the name of another', async () => {
    world.strangers.set(S, new Set([N]))
    world.strangers.set(A, new Set([N]))
    const forged = await playCity(N, { now: world.clock.now() / 1000 })
    const views = await settled(agreements(A).propose(three(), by(1)))
    const { thread = '', id = '' } = views.find(({ partner }) => partner === S) ?? {}
    await settled(agreements(S).sign(thread, null, by(2)))
    const { state } = await agreements(A).read(thread)
    const [version] = state.versions
    if (version === undefined) throw new Error('not signed')
    const signatures = [
      ...version.signatures.map(({ city, signature }) => ({ city, signature, certificate: 'x' })),
      {
        city: N,
        signature: await signAgreement(version.text, forged.certificateSigner),
        certificate: forged.certificate,
      },
    ]
    const draft = { kind: 'agreement.complete', content: { agreement: id, signatures } }
    await world.city(A).exchange.author.write({ thread, partner: S }, [draft])
    await world.settle()
    expect(await agreements(S).get(thread)).toMatchObject({
      state: 'signed',
      versions: [{ complete: false, told: [{ city: N, fingerprint: forged.fingerprint, by: A }] }],
    })
    expect(await covered(S, id)).toMatchObject({ ok: false, problem: { code: 'agreement.inactive' } })
    // The true certificate that S pins later is another one.
    world.strangers.delete(S)
    await agreements(S).trusted(N)
    expect((await agreements(S).get(thread)).state).toBe('signed')
    await expect(agreements(S).confirm(thread, { city: N, fingerprint: fingerprint(N) }, by(2))).rejects.toThrow(
      'certificate.mismatch',
    )
  })

  test('under a certificate that was replaced here waits too; under one that was revoked or never known it is refused', async () => {
    const views = await settled(agreements(A).propose(three(), by(1)))
    const { thread = '', id = '' } = views.find(({ partner }) => partner === S) ?? {}
    await settled(agreements(S).sign(thread, null, by(2)))
    const version = (await agreements(A).read(thread)).state.versions[0]
    const play = world.city(N).play
    await world.renewCertificate(N)
    const tell = async (signer: PlayCity) => {
      const told = { city: N, signature: await signAgreement(version?.text ?? '', signer.certificateSigner) }
      const signatures = [
        ...(version?.signatures ?? []).map(({ city, signature }) => ({ city, signature, certificate: 'x' })),
        { ...told, certificate: signer.certificate },
      ]
      const draft = { kind: 'agreement.complete', content: { agreement: id, signatures } }
      return world.city(A).exchange.author.write({ thread, partner: S }, [draft])
    }
    await expect(tell(await playCity(N, { now: world.clock.now() / 1000 }))).rejects.toThrow('no certificate of it')
    const [former] = world.trusted.get(N) ?? []
    if (former === undefined) throw new Error('no certificate')
    former.revokedAt = 1
    await expect(tell(play)).rejects.toThrow('its certificate was revoked')
    former.revokedAt = null
    await tell(play)
    await world.settle()
    expect((await agreements(S).get(thread)).versions).toMatchObject([
      { complete: false, told: [{ city: N, fingerprint: play.fingerprint }] },
    ])
  })

  test('with four eyes two administrators confirm it', async () => {
    const { toS } = await told()
    const { db, audit, events } = world.city(S)
    const acts = createActs({
      db,
      audit,
      events,
      clock: world.clock,
      agreements: agreements(S),
      fourEyes: true,
      accountsOf: async id => (['1', '1b'].includes(id) ? ['1', '1b'] : [id]),
    })
    const input = { city: N, fingerprint: fingerprint(N) }
    const wrong = { ...input, fingerprint: '0'.repeat(64) }
    await expect(acts.submit({ kind: 'confirm', thread: toS, input: wrong }, 'person:1')).rejects.toThrow(
      'certificate.mismatch',
    )
    const { prepared } = await acts.submit({ kind: 'confirm', thread: toS, input }, 'person:1')
    expect((await agreements(S).get(toS)).state).toBe('signed')
    // Another account of the same staff number is the same person.
    for (const own of ['person:1', 'person:1b'])
      await expect(acts.sign(prepared?.no ?? 0, own)).rejects.toThrow('request.four-eyes')
    expect(await acts.sign(prepared?.no ?? 0, 'person:2')).toMatchObject([{ state: 'active' }])
    expect(await acts.waiting()).toEqual([])
  })
})

test('those that could cover a case are listed to their end, however many there are', async () => {
  for (let no = 0; no < 201; no++) await agreements(A).propose(text({ title: `协议 ${no}` }), by(1))
  await world.settle()
  for (const { thread } of await agreements(S).list({}, 300, null)) await agreements(S).sign(thread, null, by(2))
  await world.settle()
  expect(await agreements(S).standing(A)).toHaveLength(201)
})

describe('with four eyes', () => {
  const acts = (code: string, fourEyes = true) => {
    const { db, audit, events } = world.city(code)
    return createActs({
      db,
      audit,
      events,
      clock: world.clock,
      agreements: agreements(code),
      fourEyes,
      accountsOf: async id => [id],
    })
  }
  const audited = async (code: string) => (await world.city(code).audit.list({}, 100, null)).map(row => row.action)

  test('one prepares, another signs; nobody signs what he prepared', async () => {
    const here = acts(A)
    const { done, prepared } = await here.submit(
      { kind: 'propose', thread: null, input: { document: text() } },
      'person:1',
    )
    expect([done, prepared?.kind]).toEqual([null, 'propose'])
    expect(await agreements(A).list({}, 10, null)).toEqual([])
    const no = prepared?.no ?? 0
    await expect(here.sign(no, 'person:1')).rejects.toThrow('request.four-eyes')
    const [view] = await settled(here.sign(no, 'person:2'))
    expect(await here.waiting()).toEqual([])
    await expect(here.sign(no, 'person:3')).rejects.toThrow('request.not-found')

    const there = acts(S)
    const sign = { kind: 'sign', thread: view?.thread ?? '', input: { agreement: view?.id ?? '' } } as const
    const kept = (await there.submit(sign, 'person:7')).prepared?.no ?? 0
    await marksOf('discardAct', () => there.discard(kept, 'person:7'))
    const again = (await there.submit(sign, 'person:7')).prepared?.no ?? 0
    await settled(there.sign(again, 'person:8'))
    await same(view?.thread ?? '', 'active')
    expect(await audited(S)).toEqual(
      expect.arrayContaining(['act.prepared', 'act.discarded', 'act.signed', 'agreement.sign']),
    )
  })

  test('colleagues hear of what waits for them, and of what does not any more', async () => {
    const { thread } = await active()
    const { db } = world.city(A)
    const [before] = await db.query<{ no: number }>('SELECT coalesce(max(no), 0) AS no FROM events')
    const told = () =>
      db.query<{ type: string; subject: string }>('SELECT type, subject FROM events WHERE no > ? ORDER BY no', [
        before?.no ?? 0,
      ])
    const here = acts(A)
    const suspend = { kind: 'suspend', thread, input: { reason: '系统升级' } } as const
    const { prepared } = await here.submit(suspend, 'person:1')
    expect(await told()).toEqual([{ type: 'agreement.changed', subject: thread }])
    await here.discard(prepared?.no ?? 0, 'person:2')
    expect(await told()).toHaveLength(2)
    // A proposal has no thread yet: it is told of as drafts are.
    const proposal = await here.submit({ kind: 'propose', thread: null, input: { document: text() } }, 'person:1')
    expect((await told()).at(-1)).toEqual({
      type: 'agreement-draft.changed',
      subject: String(proposal.prepared?.no),
    })
  })

  test('suspending and terminating take two as well, and what is not possible is not prepared', async () => {
    const { thread } = await active()
    const here = acts(A)
    const suspend = { kind: 'suspend', thread, input: { reason: '系统升级' } } as const
    const { done, prepared } = await here.submit(suspend, 'person:1')
    expect(done).toBeNull()
    expect((await agreements(A).get(thread)).state).toBe('active')
    await expect(here.sign(prepared?.no ?? 0, 'person:1')).rejects.toThrow('request.four-eyes')
    await settled(here.sign(prepared?.no ?? 0, 'person:2'))
    await same(thread, 'suspended')
    await expect(here.submit(suspend, 'person:1')).rejects.toThrow('agreement.transition')
    const terminate = (effectiveOn: string) =>
      ({ kind: 'terminate', thread, input: { reason: '不再合作', effectiveOn } }) as const
    await expect(here.submit(terminate('2026-11-22'), 'person:1')).rejects.toThrow('agreement.transition')
    const { prepared: last } = await here.submit(terminate('2026-11-30'), 'person:2')
    await settled(here.sign(last?.no ?? 0, 'person:1'))
    await same(thread, 'terminated')
    expect(
      (await acts(S, false).submit({ ...suspend, thread: (await active()).thread }, 'person:7')).done,
    ).toMatchObject([{ state: 'suspended' }])
  })

  test('what waits says whom it concerns and, once it has become impossible, why it cannot be signed', async () => {
    const { thread } = await active()
    const here = acts(A)
    await world
      .city(A)
      .db.transaction(tx =>
        tx.run(
          `INSERT INTO people (id, name, roles, created_at, token_hash) VALUES ('7', '周敏', 'administrator', 0, x'00')`,
        ),
      )
    await here.submit({ kind: 'propose', thread: null, input: { document: text({ title: '新协议' }) } }, 'person:7')
    await here.submit({ kind: 'suspend', thread, input: { reason: '系统升级' } }, 'person:7')
    expect(await here.waiting()).toMatchObject([
      { title: '新协议', partners: [A, S], preparedByName: '周敏', problem: null },
      { title: '跨省通办合作协议', partners: [S], preparedByName: '周敏', problem: null },
    ])
    await settled(
      agreements(S).change(thread, { kind: 'agreement.terminate', reason: '不再合作', effectiveOn: today() }, by(2)),
    )
    const [, suspend] = await here.waiting()
    expect(suspend?.problem).toMatchObject({ code: 'agreement.transition' })
    await expect(here.sign(suspend?.no ?? 0, 'person:8')).rejects.toThrow('agreement.transition')
    await here.discard(suspend?.no ?? 0, 'person:8')
    expect(await here.waiting()).toHaveLength(1)
  })

  test('two who sign at once propose once', async () => {
    const here = acts(A)
    const { prepared } = await here.submit({ kind: 'propose', thread: null, input: { document: text() } }, 'person:1')
    const no = prepared?.no ?? 0
    const results = await Promise.allSettled([here.sign(no, 'person:2'), here.sign(no, 'person:3')])
    await world.settle()
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await agreements(A).list({}, 10, null)).toHaveLength(1)
    expect(await agreements(S).list({}, 10, null)).toHaveLength(1)
  })

  test('what cannot be signed is not prepared; another text than the one that was read is not signed', async () => {
    await expect(
      acts(A).submit(
        { kind: 'propose', thread: null, input: { document: text({ validTo: '2025-01-01' }) } },
        'person:1',
      ),
    ).rejects.toThrow('agreement.malformed')
    const first = await proposed()
    const sign = { kind: 'sign', thread: first.thread, input: { agreement: first.id } } as const
    await expect(acts(A).submit(sign, 'person:1')).rejects.toThrow('case.author')
    const no = (await acts(S).submit(sign, 'person:7')).prepared?.no ?? 0
    await settled(agreements(A).turnDown(first.thread, 'agreement.withdraw', '另拟', by(1)))
    await expect(acts(S).sign(no, 'person:8')).rejects.toThrow('agreement.transition')
    expect(await acts(S).waiting()).toHaveLength(1)
  })

  test('without, an act is carried out at once', async () => {
    const { done } = await acts(A, false).submit(
      { kind: 'propose', thread: null, input: { document: text() } },
      'person:1',
    )
    expect(done).toMatchObject([{ partner: S, state: 'proposed' }])
  })
})

describe('two administrators on one agreement', () => {
  const acts = (code: string, fourEyes = false) => {
    const { db, audit, events } = world.city(code)
    return createActs({
      db,
      audit,
      events,
      clock: world.clock,
      agreements: agreements(code),
      fourEyes,
      accountsOf: async id => [id],
    })
  }
  const versionAt = async (thread: string) => [(await agreements(S).get(thread)).version]
  const told = (...changes: object[]) => ({ problem: { code: 'request.precondition' }, changes })

  test('one answers with an own text; the other, who read the text before, signs nothing', async () => {
    const { thread, id } = await proposed()
    const seen = await versionAt(thread)
    const counter = { kind: 'counter', thread, input: { document: text({ title: '修改后的协议' }) } } as const
    await settled(acts(S).submit(counter, 'person:1', seen))
    const sign = { kind: 'sign', thread, input: { agreement: id } } as const
    await expect(acts(S).submit(sign, 'person:2', seen)).rejects.toMatchObject(
      told({ by: 'person:1', action: 'agreement.counter', at: new Date(world.clock.now()).toISOString() }),
    )
    await expect(acts(S).submit(counter, 'person:2', seen)).rejects.toMatchObject(told({ by: 'person:1' }))
    await same(thread, 'proposed')
  })

  test('both at once: one is carried out', async () => {
    const { thread } = await active()
    await world.settle()
    const seen = await versionAt(thread)
    const suspend = (reason: string) => ({ kind: 'suspend', thread, input: { reason } }) as const
    const both = await Promise.allSettled([
      acts(S).submit(suspend('一'), 'person:1', seen),
      acts(S).submit(suspend('二'), 'person:2', seen),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of both)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject(
          told({ by: expect.stringMatching(/^person:[12]$/), action: 'agreement.suspend' }),
        )
  })

  test('with four eyes, what another one prepared in between is told too', async () => {
    const { thread } = await active()
    await world.settle()
    const seen = await versionAt(thread)
    const suspend = { kind: 'suspend', thread, input: { reason: '系统升级' } } as const
    await acts(S, true).submit(suspend, 'person:1', seen)
    await expect(acts(S, true).submit(suspend, 'person:2', seen)).rejects.toMatchObject(
      told({ by: 'person:1', action: 'act.prepared' }),
    )
    expect(await acts(S, true).waiting()).toHaveLength(1)
  })

  test('what the partner did since is told as its; who read that goes on', async () => {
    const { thread } = await active()
    await world.settle()
    const seen = await versionAt(thread)
    await settled(agreements(A).change(thread, { kind: 'agreement.suspend', reason: '系统升级' }, by(1)))
    const resume = (on: string[]) =>
      agreements(S).onSeen(thread, on, done =>
        agreements(S).change(thread, { kind: 'agreement.suspend', reason: '同样' }, { ...by(2), ...done }),
      )
    await expect(resume(seen)).rejects.toMatchObject(told({ by: `city:${A}`, action: 'agreement.suspend' }))
    expect((await resume(await versionAt(thread))).state).toBe('suspended')
  })
})
