import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { dayOf } from '../../protocol/agreement/document.ts'
import { CHINA_HOLIDAYS } from '../../protocol/calendar/china.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { type PlayedCase, playCase, playMaterial, playSetting, submitContentOf } from '../support/play-case.ts'
import { delegate, type PlayCity, playCity, playKey } from '../support/play-city.ts'
import { expectAccepted, expectRefused, judgeInput, judgeOne } from './judges.ts'
import { findPython, runSecondVerifier, verifyInPython } from './second-verifier.ts'
import { pack, relist, unpack } from './tamper.ts'

const DAY = 24 * 3600
const found = findPython()

let cities: [PlayCity, PlayCity]
let played: PlayedCase
let genuine: Uint8Array<ArrayBuffer>
let fingerprints: string[]

beforeAll(async () => {
  cities = [await playCity('610900'), await playCity('420300')]
  fingerprints = cities.map(city => city.fingerprint)
  played = await playCase({ cities })
  genuine = await bundleBytes(bundleInputOf(played))
})

describe('a genuine bundle', () => {
  test('verifies, and tells the whole case', async () => {
    const verdict = await judgeOne(genuine, fingerprints)
    expectAccepted(verdict, { state: 'closed', outcome: 'granted' })
    expect(verdict.first).toMatchObject({ packets: 20, receipts: 20, materials: 4, purged: 0, findings: [] })
    expect(verdict.second?.warnings ?? []).toEqual([])
    expect(verdict.first.timeline.map(entry => entry.kind)).toEqual(
      played.play.ordered.map(({ claims }) => claims.kind),
    )
    expect(verdict.first.timeline.filter(entry => entry.late).map(entry => entry.kind)).toEqual(['case.withdraw'])
  })

  test('is judged by the command of the second verifier as by one that serves', async context => {
    if ('reason' in found) return context.skip(found.reason)
    const folder = await mkdtemp(join(tmpdir(), 'tongban-evidence-'))
    try {
      const good = join(folder, 'good.zip')
      const bad = join(folder, 'bad.zip')
      await writeFile(good, genuine)
      await writeFile(bad, genuine.subarray(0, -9))
      const flags = fingerprints.flatMap(fingerprint => ['--fingerprint', fingerprint])
      const run = (paths: readonly string[]) => {
        const { code, out } = runSecondVerifier(found.python, [...paths, ...flags])
        return { code, reports: out.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as unknown])) }
      }
      expect(run([good])).toEqual({ code: 0, reports: await verifyInPython(found.python, [good], fingerprints) })
      const both = await verifyInPython(found.python, [good, bad], fingerprints)
      expect(run([good, bad])).toEqual({ code: 1, reports: both })
      expect([both.map(({ ok }) => ok), run([]).code]).toEqual([[true, false], 2])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test.each([0, 2, 3] as const)('verifies in mode %i', async mode => {
    expectAccepted(await judgeInput(bundleInputOf(await playCase({ cities, mode })), fingerprints), {
      state: 'closed',
      outcome: 'granted',
    })
  })

  test('verifies after other tools packed it again, with folders and compression', async () => {
    const folders = ['packets', 'receipts', 'bodies'].map(name => [`${name}/`, new Uint8Array()] as const)
    const again = pack({ ...Object.fromEntries(folders), ...unpack(genuine) }, { level: 9 })
    expectAccepted(await judgeOne(again, fingerprints), { state: 'closed', outcome: 'granted' })
  })

  test('verifies without known fingerprints, and says that they are to be compared', async () => {
    const report = await verifyBundle(new Blob([genuine]))
    expect(report.ok).toBe(true)
    expect(report.findings.map(({ problem, level }) => [level, problem.detail])).toEqual(
      [...cities].reverse().map(city => ['warning', `certificate.unchecked: ${city.fingerprint}`]),
    )
  })

  test('verifies with a day that was taken before days had bounds, and both verifiers tell of it', async () => {
    const setting = await playSetting({ cities })
    const { play, collecting, handling, agreement, caseNo } = setting
    await play.say(collecting, 'case.submit', submitContentOf(caseNo, 0, []), { agreement: agreement.id })
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' })
    await play.say(
      handling,
      'case.request-supplement',
      { notice: '请补正', deadline: '9999-12-31', materials: [{ code: 'M01', reason: '不清晰' }] },
      { force: true },
    )
    const verdict = await judgeInput(bundleInputOf(setting), fingerprints)
    expectAccepted(verdict, { state: 'supplementing', outcome: null })
    expect(verdict.first.findings).toMatchObject([
      { level: 'warning', problem: { detail: expect.stringMatching(/^body.day: deadline: not after /) } },
    ])
    expect(verdict.second?.warnings).toEqual([expect.stringMatching(/deadline cannot be meant/)])
  })

  test('counts a packet that was long on the way by its receipt, and its page says so', async () => {
    const setting = await playSetting({ cities })
    const { play, collecting, handling, agreement, caseNo } = setting
    const submit = submitContentOf(caseNo, 0, [])
    const { id, claims } = await play.say(collecting, 'case.submit', submit, {
      agreement: agreement.id,
      receipt: false,
    })
    const day = dayOf(claims.iat + 20 * DAY)
    await play.receipt(handling, [{ id, status: 'stored' }], claims.iat + 20 * DAY)
    // One more receipt for the same packet: the first counts.
    await play.receipt(handling, [{ id, status: 'stored' }], claims.iat + 40 * DAY)
    play.clock = claims.iat + 20 * DAY + 60
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' })
    const bundle = await bundleBytes(bundleInputOf(setting))
    const verdict = await judgeOne(bundle, fingerprints)
    expectAccepted(verdict, { state: 'arrived', outcome: null })
    expect(verdict.first.findings).toEqual([])
    const { deadlines } = verdict.first
    expect(deadlines?.deemedAccepted).toBeNull()
    expect(deadlines?.duties.map(({ duty, from, missed }) => [duty, from, missed])).toEqual([
      ['forward', expect.any(String), true],
      ['recheck', day, false],
      ['notice', day, false],
    ])
    expect(deadlines?.duties.map(({ packets }) => packets.begun === null)).toEqual([true, false, false])
    const page = new TextDecoder().decode(unpack(bundle)['timeline.html'])
    expect(page.match(/期限按回执时间计算/g)).toHaveLength(1)
    expect(page).toContain('days are counted by the receipt')
  })

  test('counts by the tables as they were told, and says since when', async () => {
    const input = bundleInputOf(played)
    const toldOn = '2026-11-20'
    const table = { v: 1 as const, region: '61', year: 2026, off: ['2026-11-24'], worked: [], source: '某通知', toldOn }
    const [collecting] = cities
    const calendars = new Map([...input.calendars, [collecting.code, [...CHINA_HOLIDAYS, table]]])
    const bundle = await bundleBytes({ ...input, calendars })
    const verdict = await judgeOne(bundle, fingerprints)
    expectAccepted(verdict, { state: 'closed', outcome: 'granted' })
    expect(verdict.first.findings).toEqual([])
    const file = unpack(bundle)[`calendars/${collecting.code}-2026.json`]
    expect(JSON.parse(new TextDecoder().decode(file))).toMatchObject({ region: '61', toldOn })
  })

  test('accepts fingerprints as people copy them', async () => {
    const copied = cities.map(city => (city.fingerprint.toUpperCase().match(/../g) ?? []).join(':'))
    expect((await verifyBundle(new Blob([genuine]), { fingerprints: copied })).ok).toBe(true)
    // One of two: said once, and not once for each packet that the other city signed.
    for (const [given, missing] of [copied, copied.toReversed()]) {
      const report = await verifyBundle(new Blob([genuine]), { fingerprints: [given ?? ''] })
      const errors = report.findings.filter(({ level }) => level === 'error')
      expect([report.ok, errors.length]).toEqual([false, 1])
      expect(errors[0]?.en).toContain('No fingerprint was given for this city')
      expect(errors[0]?.en).toContain(missing?.replace(/[\s:]/g, '').toLowerCase())
    }
    const wrong = await verifyBundle(new Blob([genuine]), { fingerprints: [copied[0] ?? '', 'ab'.repeat(32)] })
    expect(wrong.findings.some(({ en }) => en.includes('is none of those given'))).toBe(true)
  })

  test('still verifies when bodies and materials were purged', async () => {
    for (const mode of [1, 2] as const) {
      const input = bundleInputOf(await playCase({ cities, mode }))
      const bare = { ...input, packets: input.packets.map(({ jws }) => ({ jws, body: null })), materials: [] }
      const verdict = await judgeInput(bare, fingerprints)
      expectAccepted(verdict, { state: 'closed', outcome: null })
      const count = input.packets.length
      expect(verdict.first).toMatchObject({ purged: count + 4, materials: 0, packets: count })
      const partly = {
        ...input,
        packets: input.packets.map((packet, index) => (index === 0 ? { ...packet, body: null } : packet)),
      }
      expectAccepted(await judgeInput(partly, fingerprints), { state: 'closed', outcome: 'granted' })
    }
  })

  test('of a case that both cities purged verifies without a doubt about its page, which says what is gone', async () => {
    const setting = await playCase({ cities })
    const { play, collecting, handling } = setting
    const purge = {
      cause: 'agreement' as const,
      purgedAt: new Date(play.clock * 1000).toISOString(),
      bodies: 9,
      materials: 4,
    }
    for (const city of [collecting, handling]) await play.say(city, 'case.purge', purge)
    const input = bundleInputOf(setting)
    const kept = new Set(play.packets.filter(({ claims }) => claims.kind === 'case.purge').map(({ jws }) => jws))
    const packets = input.packets.map(packet => (kept.has(packet.jws) ? packet : { ...packet, body: null }))
    const zip = await bundleBytes({ ...input, packets, materials: [] })
    const verdict = await judgeOne(zip, fingerprints)
    expectAccepted(verdict, { state: 'closed', outcome: null })
    expect(new Set(verdict.first.findings.map(({ problem }) => problem.detail))).toEqual(
      new Set(['body.purged', 'material.purged', 'agreement.unchecked']),
    )
    expect(verdict.first.timeline.at(-1)?.facts[0]?.value).toEqual({
      zh: '9 项内容、4 份材料',
      en: '9 bodies, 4 materials',
    })
    expect(verdict.first.deadlines?.complete).toBe(false)
    const page = new TextDecoder().decode(unpack(zip)['timeline.html'])
    expect(page).toContain(setting.caseNo)
    expect(page).not.toContain('全程网办')
    expect(page).toMatch(/办理模式.*?<dd>已清除/)
  })

  test('says which steps were missed, by which packets, and says when its list says otherwise', async () => {
    const setting = await playSetting({ cities })
    const { play, collecting, handling, agreement, caseNo } = setting
    const at = (day: string) => ({ iat: Date.parse(`${day}T10:00:00+08:00`) / 1000 })
    const submit = submitContentOf(caseNo, 1, [])
    await play.say(collecting, 'case.submit', submit, { agreement: agreement.id, ...at('2026-11-02') })
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' }, at('2026-11-02'))
    await play.say(
      handling,
      'case.request-supplement',
      { notice: '请补充', deadline: '2026-11-18', materials: [{ code: 'M03', reason: '缺少' }] },
      at('2026-11-12'),
    )
    const zip = await bundleBytes(bundleInputOf(setting))
    const verdict = await judgeOne(zip, fingerprints)
    expectAccepted(verdict, { state: 'supplementing', outcome: null })
    expect(verdict.first.findings).toEqual([])
    const record = verdict.first.deadlines
    expect(record).toMatchObject({ complete: true, deemedAccepted: '2026-11-02' })
    expect(record?.calendars[0]).toMatchObject({ covered: { through: '2026-12-31' } })
    expect(
      record?.duties.filter(({ missed }) => missed).map(({ duty, city, due, done }) => [duty, city, due, done]),
    ).toEqual([
      ['recheck', '420300', '2026-11-03', '2026-11-12'],
      ['notice', '420300', '2026-11-09', '2026-11-12'],
    ])
    expect(record?.duties.find(({ duty }) => duty === 'notice')?.packets).toEqual({
      begun: 'packets/0002-420300-1.jws',
      done: 'packets/0003-420300-2.jws',
    })
    const files = unpack(zip)
    const page = new TextDecoder().decode(files['timeline.html'])
    expect(page).toMatch(/一次性告知补正[\s\S]*?未按期 一次性告知补正：应于 2026-11-09 前完成，实际于 2026-11-12 完成/)

    const told = new TextDecoder().decode(files['deadlines.json'])
    files['deadlines.json'] = new TextEncoder().encode(told.replaceAll('"missed": true', '"missed": false'))
    await relist(files)
    const changed = await judgeOne(pack(files), fingerprints)
    expectAccepted(changed, { state: 'supplementing', outcome: null })
    expect(changed.first.findings.map(({ problem }) => problem.detail)).toEqual(['deadlines.differ'])
    expect(changed.first.deadlines).toEqual(record)
  })

  test('holds what a supplement gives, in words, fields or originals, as the cities judged it', async () => {
    const said = [
      [{ materials: [] }, { materials: [], note: '已说明' }],
      [
        { materials: [], form: [{ field: '贷款城市', reason: '不符' }] },
        { materials: [], form: { 贷款城市: '十堰' } },
      ],
    ] as const
    for (const [notice, answer] of said) {
      const setting = await playSetting({ cities })
      const { play, collecting, handling, agreement, caseNo } = setting
      await play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { agreement: agreement.id })
      await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' })
      const asked = { ...notice, notice: '请补充', materials: [...notice.materials] }
      await play.say(handling, 'case.request-supplement', 'form' in asked ? { ...asked, form: [...asked.form] } : asked)
      await play.say(collecting, 'case.supplement', { ...answer, materials: [] })
      const verdict = await judgeInput(bundleInputOf(setting), fingerprints)
      expectAccepted(verdict, { state: 'arrived', outcome: null })
      expect(verdict.first.findings).toEqual([])
    }
    const setting = await playSetting({ cities })
    const { play, collecting, handling, agreement, caseNo } = setting
    await play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { agreement: agreement.id })
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' })
    await play.say(handling, 'case.request-supplement', { notice: '请补', materials: [{ code: 'M03', reason: '缺' }] })
    const proof = await playMaterial('原件')
    const original = { sha256: proof.sha256, code: 'M03', name: '原件', form: 'original' as const }
    await play.say(collecting, 'case.supplement', { materials: [original] }, { materials: [proof] })
    const verdict = await judgeInput(bundleInputOf(setting), fingerprints)
    expectAccepted(verdict, { state: 'arrived', outcome: null })
    expect(verdict.first.findings).toEqual([])
    expect(verdict.first.deadlines?.duties.map(({ duty }) => duty)).toContain('mail')
  })

  test('counts by the holiday tables it holds, and says when one is not the known one, or of no city of the case', async () => {
    const table = { v: 1 as const, region: 'CN', year: 2026, off: ['2026-11-03'], worked: [], source: '某通知' }
    const other = await judgeInput(
      {
        ...bundleInputOf(played),
        calendars: new Map([
          ['420300', [table]],
          ['610900', [table]],
        ]),
      },
      fingerprints,
    )
    expectAccepted(other, { state: 'closed', outcome: 'granted' })
    expect(other.first.findings.map(({ problem }) => problem.detail)).toEqual(['calendar.differs'])
    const files = unpack(genuine)
    files['calendars/510100-2026.json'] = new TextEncoder().encode(JSON.stringify({ ...table, region: '51' }))
    await relist(files)
    expectRefused(await judgeOne(pack(files), fingerprints), 'evidence.invalid calendar.unrelated', /^calendars/)
    files['calendars/510100-2026.json'] = new TextEncoder().encode(JSON.stringify({ ...table, year: 2025 }))
    await relist(files)
    expectRefused(await judgeOne(pack(files), fingerprints), 'calendar.malformed', /^calendars/)
  })

  test('verifies with one receipt for many packets, and one key after another', async () => {
    const handling = { ...cities[1], delegations: [...cities[1].delegations] }
    const { play, agreement, caseNo, ...setting } = await playSetting({ cities: [cities[0], handling] })
    const submit = submitContentOf(caseNo, 1, [])
    const first = await play.say(setting.collecting, 'case.submit', submit, { agreement: agreement.id })
    const begin = { receipt: false } as const
    const arrived = await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' }, begin)
    const next = await playKey('packet')
    await delegate(handling, [next.jwk, (await playKey('peer')).jwk], { nbf: play.clock, exp: play.clock + 90 * DAY })
    handling.packetSigner = next.signer
    handling.packetKey = next.jwk
    const accepted = await play.say(handling, 'case.accept', {}, begin)
    await play.receipt(setting.collecting, [
      { id: randomBytes(32).toString('hex'), status: 'stored' },
      { id: arrived.id, status: 'stored' },
      { id: accepted.id, status: 'stored' },
    ])
    await play.receipt(handling, [{ id: first.id, status: 'refused', problem: 'key.unknown' }])
    const verdict = await judgeInput(bundleInputOf({ play, agreement, caseNo, ...setting }), fingerprints)
    expectAccepted(verdict, { state: 'accepted', outcome: null })
  })

  test('verifies when a city changed its certificate meanwhile, and takes along no paper that does not matter', async () => {
    const [collecting, before] = cities
    const handling = { ...before, delegations: [...before.delegations] }
    const setting = await playSetting({ cities: [collecting, handling] })
    const { play, agreement, caseNo } = setting
    await play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { agreement: agreement.id })
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' })
    const renewed = await playCity('420300')
    handling.packetSigner = renewed.packetSigner
    handling.packetKey = renewed.packetKey
    handling.delegations.push(...renewed.delegations)
    await play.say(handling, 'case.accept', {})
    const unused = await playCity('420300')
    const input = bundleInputOf(setting)
    const zip = await bundleBytes({
      ...input,
      certificates: [...input.certificates, renewed.certificate, unused.certificate],
      delegations: [...input.delegations, ...unused.delegations],
    })
    const known = [...fingerprints, renewed.fingerprint]
    expectAccepted(await judgeOne(zip, known), { state: 'accepted', outcome: null })
    expect(Object.keys(unpack(zip)).filter(path => /^(certificates|delegations)/.test(path)).length).toBe(6)
    expectRefused(
      await judgeOne(zip, fingerprints),
      'evidence.invalid certificate.fingerprint',
      /^certificates\/420300-/,
    )
  })

  test('a shortened one tells an earlier state, and lists what has no receipt yet', async () => {
    const input = bundleInputOf(played)
    const verdict = await judgeInput(
      {
        ...input,
        packets: input.packets.slice(0, -1),
        receipts: input.receipts.slice(0, -2),
      },
      fingerprints,
    )
    expectAccepted(verdict, { state: 'sending', outcome: null })
    expect(verdict.first.unreceipted).toBe(1)
    expect(verdict.first.findings.map(({ problem }) => problem.detail)).toEqual(['packet.pending'])
  })

  test('a page that tells another story is pointed out, since it proves nothing', async () => {
    const files = unpack(genuine)
    files['timeline.html'] = new TextEncoder().encode('<!doctype html><title>不予</title>')
    await relist(files)
    const verdict = await judgeOne(pack(files), fingerprints)
    expectAccepted(verdict, { state: 'closed', outcome: 'granted' })
    expect(verdict.first.findings.map(({ problem }) => problem.detail)).toEqual(['timeline.differs'])
  })
})
