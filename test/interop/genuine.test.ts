import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyBundle } from '../../node/evidence/verify.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { type PlayedCase, playCase, playSetting, submitContentOf } from '../support/play-case.ts'
import { delegate, type PlayCity, playCity, playKey } from '../support/play-city.ts'
import { expectAccepted, expectRefused, judgeInput, judgeOne } from './judges.ts'
import { pack, relist, unpack } from './tamper.ts'

const DAY = 24 * 3600

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

  test('accepts fingerprints as people copy them', async () => {
    const copied = cities.map(city => (city.fingerprint.toUpperCase().match(/../g) ?? []).join(':'))
    expect((await verifyBundle(new Blob([genuine]), { fingerprints: copied })).ok).toBe(true)
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
