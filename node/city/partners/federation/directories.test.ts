// Over 450 lines: one federation with its operator, cities and hostile partner serves every test.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Directory } from '../../../../protocol/federation/directory.ts'
import { encodeDirectoryFrame } from '../../../../protocol/federation/frames.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { STREAM } from '../../../../protocol/names.ts'
import { sha256 } from '../../../../protocol/primitives.ts'
import type { ProblemCode } from '../../../../protocol/problem.ts'
import { withFewRounds } from '../../../../test/support/keys.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import {
  actionsOf,
  activated,
  createPairingWorld,
  type PairableCity,
  paired,
  tracesOf,
} from '../../../../test/support/paired.ts'
import { createUpkeep, UPKEEP_LIMITS } from '../../../kernel/upkeep.ts'
import { GOSSIP_LIMITS } from './gossip.ts'
import {
  createOperator,
  directoryPath,
  handOver,
  issueDirectory,
  type MembershipCard,
  openDirectory,
  withCity,
  withoutCity,
  withRevocation,
} from './operator.ts'
import { directoryReminders } from './standings.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const DAY = 86_400_000
const PASSPHRASE = 'correct horse'
const TERMS = { passphrase: PASSPHRASE, days: 90, graceDays: 30 }
let world: ReturnType<typeof createPairingWorld>
let folder: string
let operator: string

let root: string
/** an operator at its beginning, of which each test has a copy */
let pristine: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-federation-'))
  pristine = join(root, 'pristine')
  await createOperator(pristine, { ...TERMS, name: '秦巴通办联盟', now: NOW / 1000 })
  await withFewRounds(join(pristine, 'operator.json'), PASSPHRASE)
})
afterAll(() => rm(root, { recursive: true, force: true }))

beforeEach(async () => {
  world = createPairingWorld(NOW)
  folder = await mkdtemp(join(root, 'operator-'))
  await cp(pristine, folder, { recursive: true })
  operator = (await openDirectory(await document())).operator
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
  expect(world.network.failures).toEqual([])
})

const document = () => readFile(directoryPath(folder), 'utf8')
const refusal = (code: ProblemCode) => ({ problem: expect.objectContaining({ code }) as unknown })
const card = ({ play, side }: PairableCity): MembershipCard => ({
  v: 1,
  city: play.code,
  name: play.name,
  certificate: play.fingerprint,
  peer: side.peer,
  addresses: side.addresses,
})
const issue = async (change: Parameters<typeof issueDirectory>[2]): Promise<string> => {
  await issueDirectory(folder, { ...TERMS, now: Math.floor(world.clock.now() / 1000) }, change)
  return document()
}
const list = (...cities: PairableCity[]): Promise<string> =>
  issue(held => {
    let made: Pick<Directory, 'entries' | 'revocations'> = held
    for (const city of cities) made = withCity({ ...held, ...made }, card(city), '2026-11-23')
    return made
  })
const revoke = (city: PairableCity): Promise<string> =>
  issue(held =>
    withRevocation(held, {
      certificate: city.play.fingerprint,
      revokedAt: Math.floor(world.clock.now() / 1000),
      reason: '密钥泄露',
    }),
  )
/** Trusts the operator and takes the document. */
async function given(city: PairableCity, jws: string): Promise<void> {
  await city.directories.trust(operator, 'person:1')
  expect(await marksOf('importDirectory', () => city.directories.accept(jws.trim(), 'person:1'))).toMatchObject({
    ok: true,
  })
}
/** What travels between the cities is on its way. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 5 })
const versionAt = (city: PairableCity) =>
  city.directories.operators().find(({ thumbprint }) => thumbprint === operator)?.held?.directory.version

describe('the operator', () => {
  test('issues versions upward, each a document that its own key signed', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await list(ankang, shiyan)
    const { directory } = await openDirectory(await issue(held => withoutCity(held, '420300')))
    expect(directory).toMatchObject({ version: 3, operator: { name: '秦巴通办联盟' }, revocations: [] })
    expect(directory.entries.map(({ city }) => city)).toEqual(['610900'])
    expect(directory.nextUpdate - directory.iat).toBe(90 * 86_400)
  })

  test('refuses a wrong passphrase, a second operator in the folder, and changes that hold nothing', async () => {
    await expect(
      issueDirectory(folder, { ...TERMS, passphrase: 'wrong horse', now: NOW / 1000 }, held => held),
    ).rejects.toMatchObject(refusal('keystore.passphrase'))
    await expect(createOperator(folder, { ...TERMS, name: 'x', now: NOW / 1000 })).rejects.toMatchObject(
      refusal('request.conflict'),
    )
    await expect(issue(held => withoutCity(held, '420300'))).rejects.toMatchObject(refusal('request.not-found'))
    expect((await openDirectory(await document())).directory.version).toBe(1)
  })

  test('a new certificate stands beside the old one, a third pushes the oldest out', async () => {
    const shiyan = await world.shiyan()
    const renewed = (no: string): MembershipCard => ({ ...card(shiyan), certificate: no.repeat(64) })
    await list(shiyan)
    await issue(held => withCity(held, renewed('a'), '2027-01-01'))
    const { directory } = await openDirectory(await issue(held => withCity(held, renewed('b'), '2027-02-01')))
    expect(directory.entries).toMatchObject([{ certificates: ['b'.repeat(64), 'a'.repeat(64)], since: '2026-11-23' }])
  })
})

describe('a node', () => {
  test('takes directories of trusted operators alone, and never an older or another one', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const second = await list(ankang, shiyan)
    expect(await ankang.directories.accept(second, 'person:1')).toMatchObject(refusal('directory.operator'))
    await given(ankang, second)
    const before = await readFile(directoryPath(folder), 'utf8')
    // The operator restored an old folder: another document under version 3.
    const third = await issue(held => withoutCity(held, '420300'))
    await given(ankang, third)
    await rm(directoryPath(folder))
    await import('node:fs/promises').then(({ writeFile }) => writeFile(directoryPath(folder), before))
    const fork = await issue(held => held)
    expect(await ankang.directories.accept(second, 'city:420300')).toMatchObject(refusal('directory.rollback'))
    expect(await ankang.directories.accept(fork, 'city:420300')).toMatchObject(refusal('directory.fork'))
    const tampered = `${third.slice(0, 200)}${third[200] === 'A' ? 'B' : 'A'}${third.slice(201)}`
    expect((await ankang.directories.accept(tampered, 'person:1')).ok).toBe(false)
    const [held] = ankang.directories.operators()
    expect(held?.held).toMatchObject({
      directory: { version: 3 },
      fork: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    })
    // The same refusal by the same partner is told once.
    await ankang.directories.accept(second, 'city:420300')
    const actions = await actionsOf(ankang)
    expect(actions.filter(action => action === 'directory.taken')).toHaveLength(2)
    expect(actions.filter(action => action === 'directory.refused')).toHaveLength(4)
    const said = { city: '610900', revocation: undefined, told: ['420300'] }
    expect(directoryReminders([], said, NOW)).toMatchObject([
      { kind: 'directory', subject: '610900', level: 'fail', act: 'operator', zh: expect.stringContaining('420300') },
    ])
    expect(directoryReminders([], { ...said, told: [] }, NOW)).toEqual([])
    const told = directoryReminders(ankang.directories.operators(), { city: '610900', revocation: undefined }, NOW)
    expect(told).toMatchObject([{ level: 'fail', kind: 'directory' }])
  })

  test('trusts a bounded number of operators', async () => {
    const ankang = await world.ankang()
    for (let no = 0; no < LIMITS.directoryOperators; no++)
      await ankang.directories.trust(String(no).padStart(43, 'A'), 'person:1')
    await expect(ankang.directories.trust(operator, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    await ankang.directories.distrust('0'.padStart(43, 'A'), 'person:1')
    expect((await ankang.directories.trust(operator, 'person:1')).thumbprint).toBe(operator)
  })

  test('verifies what a partner gives again only once, and anew when it trusts another operator', async () => {
    const ankang = await world.ankang()
    const held = await list(ankang)
    await given(ankang, held)
    const tampered = `${held.trim().slice(0, -86)}${'A'.repeat(86)}`
    const verify = vi.spyOn(crypto.subtle, 'verify')
    try {
      for (let time = 0; time < 5; time++)
        expect(await ankang.directories.accept(tampered, 'city:420300')).toMatchObject(refusal('directory.signature'))
      expect(verify).toHaveBeenCalledTimes(1)
      await ankang.directories.trust('A'.repeat(43), 'person:1')
      await ankang.directories.accept(tampered, 'city:420300')
      expect(verify).toHaveBeenCalledTimes(2)
    } finally {
      verify.mockRestore()
    }
  })

  test('an operator that is trusted again begins where it was left: nothing older is taken', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const older = await list(ankang, shiyan)
    const newest = await revoke(shiyan)
    await given(ankang, older)
    await given(ankang, newest)
    await ankang.directories.distrust(operator, 'person:1')
    await ankang.directories.trust(operator, 'person:1')
    expect(await ankang.directories.accept(older, 'person:1')).toMatchObject(refusal('directory.rollback'))
    expect(versionAt(ankang)).toBeUndefined()
    expect(await ankang.directories.accept(newest.trim(), 'person:1')).toMatchObject({ ok: true, known: false })
    expect(ankang.directories.revocations()).toHaveLength(1)
  })

  test('tells its administrator when a directory is overdue, and when it lapsed', async () => {
    const ankang = await world.ankang()
    await given(ankang, await list(ankang))
    const levels = [90, 91, 121].map(days => {
      const at = NOW + days * DAY
      return directoryReminders(ankang.directories.operators(), { city: '610900', revocation: undefined }, at).map(
        ({ level }) => level,
      )
    })
    expect(levels).toEqual([[], ['warn'], ['fail']])
  })
})

describe('pairing by directory', () => {
  test('two listed cities pair without invite and words: one asks, the other confirms', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const jws = await list(ankang, shiyan)
    await given(ankang, jws)
    await given(shiyan, jws)
    const partner = await ankang.partners.join('420300', 'person:1')
    expect(partner).toMatchObject({ status: 'active', vouched: `directory:${operator}`, words: [] })
    expect(await shiyan.partners.list()).toMatchObject([{ status: 'pending', vouched: `directory:${operator}` }])
    await shiyan.partners.confirm('610900', [], 'person:2')
    expect([ankang.trust.partners(), shiyan.trust.partners()]).toEqual([['420300'], ['610900']])
    await expect(ankang.partners.join('420300', 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
  })

  test('a city that the directory does not name, or names with another certificate, leaves no trace', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const impostor = await world.impostor()
    const alone = await list(ankang)
    await given(ankang, alone)
    await expect(ankang.partners.join('420300', 'person:1')).rejects.toMatchObject(refusal('directory.none'))
    // Shiyan is named, but an impostor with another certificate sits at the peer that the card gave.
    const jws = await issue(held =>
      withCity(held, { ...card(impostor), certificate: shiyan.play.fingerprint }, '2026-11-23'),
    )
    await given(ankang, jws)
    await given(impostor, jws)
    await expect(ankang.partners.join('420300', 'person:1')).rejects.toMatchObject(refusal('directory.none'))
    expect([await tracesOf(ankang, '420300'), ankang.trust.partners()]).toEqual([0, []])
  })

  test('a lapsed directory vouches for nobody', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const jws = await list(ankang, shiyan)
    await given(ankang, jws)
    await given(shiyan, jws)
    world.clock.advance(121 * DAY)
    await expect(ankang.partners.join('420300', 'person:1')).rejects.toMatchObject(refusal('directory.none'))
  })

  test('pairing by invite needs no words when the directory names the certificate', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await given(shiyan, await list(ankang, shiyan))
    await paired(ankang, shiyan)
    expect(await shiyan.partners.list()).toMatchObject([{ vouched: `directory:${operator}` }])
    expect(await ankang.partners.list()).toMatchObject([{ vouched: null }])
  })
})

describe('revocation', () => {
  test('ends a partner at once, however it was paired, and a later directory lets it go on', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await given(ankang, await list(ankang, shiyan))
    expect(ankang.trust.partners()).toEqual(['420300'])
    const { kid } = shiyan.play.packetKey
    expect(ankang.trust.key(kid)).toMatchObject({ revokedAt: null })
    world.clock.advance(1000)
    await given(ankang, await revoke(shiyan))
    expect(ankang.trust.partners()).toEqual([])
    expect(ankang.trust.problemOf('420300')).toEqual({ code: 'certificate.revoked' })
    expect(ankang.trust.refusalOf(shiyan.peer)).toEqual({ code: 'certificate.revoked' })
    expect(ankang.trust.key(kid)).toMatchObject({ certificateRevoked: true })
    expect((await ankang.partners.list())[0]).toMatchObject({ revoked: { reason: '密钥泄露' } })
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(refusal('certificate.revoked'))
    expect(await actionsOf(ankang)).toContain('partner.revoked')
    await given(ankang, await issue(held => ({ entries: held.entries, revocations: [] })))
    expect(ankang.trust.partners()).toEqual(['420300'])
    expect(await actionsOf(ankang)).toContain('partner.unrevoked')
  })

  test('counts when the directory lapsed', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await list(ankang, shiyan)
    await given(ankang, await revoke(shiyan))
    world.clock.advance(200 * DAY)
    await ankang.trust.reload()
    expect(ankang.trust.partners()).toEqual([])
  })

  test('counts on when the operator is not trusted any more, is listed, and ends only when it is released', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await list(ankang, shiyan)
    await given(ankang, await revoke(shiyan))
    const { fingerprint } = shiyan.play
    await expect(ankang.directories.release(fingerprint, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    const { kept } = await ankang.directories.distrust(operator, 'person:1')
    expect(kept).toMatchObject([{ certificate: fingerprint, reason: '密钥泄露', partner: '420300' }])
    expect(ankang.trust.partners()).toEqual([])
    expect(ankang.directories.revocations()).toMatchObject([{ certificate: fingerprint, operator, kept: true }])
    expect(await actionsOf(ankang)).not.toContain('partner.unrevoked')
    // A node that starts anew reads the same.
    await ankang.directories.trust('A'.repeat(43), 'person:1')
    await ankang.directories.distrust('A'.repeat(43), 'person:1')
    expect(ankang.trust.partners()).toEqual([])
    expect(await marksOf('releaseRevocation', () => ankang.directories.release(fingerprint, 'person:1'))).toMatchObject(
      { operator },
    )
    expect(ankang.trust.partners()).toEqual(['420300'])
    await expect(ankang.directories.release(fingerprint, 'person:1')).rejects.toMatchObject(
      refusal('request.not-found'),
    )
    expect((await actionsOf(ankang)).filter(action => action === 'revocation.released')).toHaveLength(1)
  })

  test('is governed by the directory of an operator that is trusted again', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await list(ankang, shiyan)
    await given(ankang, await revoke(shiyan))
    await ankang.directories.distrust(operator, 'person:1')
    await ankang.directories.trust(operator, 'person:1')
    expect(ankang.trust.partners()).toEqual([])
    await given(ankang, await issue(({ entries }) => ({ entries, revocations: [] })))
    expect(ankang.trust.partners()).toEqual(['420300'])
    expect(ankang.directories.revocations()).toEqual([])
  })

  test('a city whose own certificate is revoked is told', async () => {
    const ankang = await world.ankang()
    await list(ankang)
    await given(ankang, await revoke(ankang))
    const revocation = ankang.directories.revocation(ankang.play.fingerprint)
    expect(directoryReminders(ankang.directories.operators(), { city: '610900', revocation }, NOW)).toMatchObject([
      { subject: '610900', level: 'fail' },
    ])
  })
})

describe('a hand-over of the operator', () => {
  /** A folder for the next key beside that of the operator; both its documents, and its thumbprint. */
  async function handedOver(from: string) {
    const to = await mkdtemp(join(tmpdir(), 'tongban-federation-'))
    const { successor } = await handOver(from, to, { ...TERMS, now: Math.floor(world.clock.now() / 1000) })
    return {
      successor,
      to,
      last: await readFile(directoryPath(from), 'utf8'),
      first: await readFile(directoryPath(to), 'utf8'),
    }
  }

  test('is followed by whoever trusts it, with its cities and revocations, also through partners', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const enshi = await world.enshi()
    await activated(ankang, shiyan)
    await activated(ankang, enshi)
    await list(ankang, shiyan, enshi)
    await enshi.directories.trust(operator, 'person:3')
    await given(ankang, await revoke(shiyan))
    const { successor, last, first, to } = await handedOver(folder)
    for (const jws of [last, first])
      expect(await ankang.directories.accept(jws.trim(), 'person:1')).toMatchObject({ ok: true })
    expect(
      ankang.directories
        .operators()
        .map(({ thumbprint }) => thumbprint)
        .toSorted(),
    ).toEqual([operator, successor].toSorted())
    expect(ankang.directories.listed().map(one => [one.operator, one.entry.city])).toEqual([
      [successor, '422801'],
      [successor, '610900'],
    ])
    expect(ankang.trust.partners()).toEqual(['422801'])
    await soon(() => expect(enshi.directories.listed().map(one => one.operator)).toEqual([successor, successor]))
    expect(await actionsOf(enshi)).toContain('operator.succeeded')
    const own = { city: '610900', revocation: undefined }
    const told = directoryReminders(ankang.directories.operators(), own, NOW)
    expect(told).toMatchObject([{ level: 'warn', en: expect.stringContaining(successor) as unknown }])
    // The former one is not missed when its next version does not come.
    await issueDirectory(to, { ...TERMS, days: 200, now: NOW / 1000 }, held => held)
    await ankang.directories.accept((await readFile(directoryPath(to), 'utf8')).trim(), 'person:1')
    expect(directoryReminders(ankang.directories.operators(), own, NOW + 121 * DAY)).toEqual([])
    await rm(to, { recursive: true })
  })

  test('ends the former key: it issues no more, and what it signs all the same is a fork', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await given(ankang, await list(ankang, shiyan))
    const key = await readFile(join(folder, 'operator.json'))
    const before = await document()
    const { last, to } = await handedOver(folder)
    await expect(issue(held => held)).rejects.toMatchObject(refusal('request.conflict'))
    await expect(handOver(folder, to, { ...TERMS, now: NOW / 1000 })).rejects.toMatchObject(refusal('request.conflict'))
    await given(ankang, last)
    const copy = await mkdtemp(join(tmpdir(), 'tongban-federation-'))
    const { writeFile } = await import('node:fs/promises')
    await writeFile(join(copy, 'operator.json'), key, { mode: 0o600 })
    await writeFile(directoryPath(copy), before)
    for (let version = 3; version < 5; version++)
      await issueDirectory(copy, { ...TERMS, now: NOW / 1000 }, held => ({ ...held, entries: [] }))
    const thief = await readFile(directoryPath(copy), 'utf8')
    expect(await ankang.directories.accept(thief, 'person:1')).toMatchObject(refusal('directory.fork'))
    expect(versionAt(ankang)).toBe(3)
    for (const each of [copy, to]) await rm(each, { recursive: true })
  })

  test('takes no revocation back but of a certificate that the successor lists', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await list(ankang, shiyan)
    await given(ankang, await revoke(shiyan))
    const { last, to } = await handedOver(folder)
    await given(ankang, last)
    const next = async (change: Parameters<typeof issueDirectory>[2]) => {
      await issueDirectory(to, { ...TERMS, now: Math.floor(world.clock.now() / 1000) }, change)
      const jws = (await readFile(directoryPath(to), 'utf8')).trim()
      expect(await ankang.directories.accept(jws, 'person:1')).toMatchObject({ ok: true })
    }
    await next(({ entries }) => ({ entries, revocations: [] }))
    expect(ankang.trust.partners()).toEqual([])
    await next(held => withCity({ ...held, revocations: [] }, card(shiyan), '2026-11-23'))
    expect(ankang.trust.partners()).toEqual(['420300'])
    await rm(to, { recursive: true })
  })

  test('leads nowhere in a circle, and who distrusts the successor distrusts the former key too', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await list(ankang, shiyan)
    await given(ankang, await revoke(shiyan))
    const { successor, last, first, to } = await handedOver(folder)
    await given(ankang, last)
    await ankang.directories.accept(first.trim(), 'person:1')
    await issueDirectory(to, { ...TERMS, now: NOW / 1000 }, held => ({ ...held, successor: operator }))
    const back = (await readFile(directoryPath(to), 'utf8')).trim()
    expect(await ankang.directories.accept(back, 'person:1')).toMatchObject(refusal('directory.malformed'))
    const { kept } = await ankang.directories.distrust(successor, 'person:1')
    expect(ankang.directories.operators()).toEqual([])
    expect(new Set(kept.map(({ certificate }) => certificate))).toEqual(new Set([shiyan.play.fingerprint]))
    expect(ankang.trust.partners()).toEqual([])
    await rm(to, { recursive: true })
  })

  test('an operator that lost its key begins anew with what its directory lists', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await list(ankang, shiyan)
    const { directory } = await openDirectory(await revoke(shiyan))
    const to = await mkdtemp(join(tmpdir(), 'tongban-federation-'))
    const anew = await createOperator(to, { ...TERMS, name: '秦巴通办联盟', now: 1000, from: directory })
    expect(anew).toMatchObject({ version: 1, entries: directory.entries, revocations: directory.revocations })
    await rm(to, { recursive: true })
  })
})

test('a partner that the directory vouched for and lists no more is told, and stays', async () => {
  const ankang = await world.ankang()
  const shiyan = await world.shiyan()
  const jws = await list(ankang, shiyan)
  for (const city of [ankang, shiyan]) await given(city, jws)
  await ankang.partners.join('420300', 'person:1')
  await shiyan.partners.confirm('610900', [], 'person:2')
  const reminders = async (at: number) =>
    directoryReminders(
      ankang.directories.operators(),
      { city: '610900', revocation: undefined },
      at,
      await ankang.partners.list(),
    )
  expect(await reminders(NOW)).toEqual([])
  await given(ankang, await issue(held => withoutCity(held, '420300')))
  expect(await reminders(NOW)).toMatchObject([{ subject: '420300', level: 'warn', act: 'you' }])
  expect(await reminders(NOW + 30 * DAY)).toEqual([])
  expect(ankang.trust.partners()).toEqual(['420300'])
  expect((await actionsOf(ankang)).filter(action => action === 'partner.struck')).toHaveLength(1)
})

describe('distribution', () => {
  test('a version reaches a city through partners alone; who trusts no operator takes nothing', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const enshi = await world.enshi()
    await activated(ankang, shiyan)
    await activated(shiyan, enshi)
    await shiyan.directories.trust(operator, 'person:2')
    await enshi.directories.trust(operator, 'person:3')
    await given(ankang, await list(ankang, shiyan, enshi))
    await soon(() => expect([ankang, shiyan, enshi].map(versionAt)).toEqual([2, 2, 2]))
    expect(enshi.directories.operators()[0]?.held?.source).toBe('city:420300')
    // Ankang and Enshi were never paired; now the directory that came by Shiyan vouches for both.
    await enshi.partners.join('610900', 'person:3')
    expect((await ankang.partners.list()).map(({ code, status }) => [code, status])).toContainEqual([
      '422801',
      'pending',
    ])
    await ankang.directories.distrust(operator, 'person:1')
    await enshi.directories.accept(await issue(held => held), 'person:3')
    await soon(() => expect([ankang, shiyan, enshi].map(versionAt)).toEqual([undefined, 3, 3]))
  })

  test('one that was away gets it in the next round', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(ankang, shiyan)
    await shiyan.partners.suspend('610900', 'person:2')
    await shiyan.directories.trust(operator, 'person:2')
    await given(ankang, await list(ankang, shiyan))
    expect(versionAt(shiyan)).toBeUndefined()
    await shiyan.partners.resume('610900', 'person:2')
    const upkeep = createUpkeep(world.clock, { done() {}, failed() {} })
    upkeep.start({ directories: async () => shiyan.gossip.announce() })
    world.clock.advance(UPKEEP_LIMITS.first)
    await soon(() => expect(versionAt(shiyan)).toBe(2))
    upkeep.end()
  })

  test('one that was no partner yet when its connection began gets it when it greets', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await given(ankang, await list(ankang, shiyan))
    await shiyan.directories.trust(operator, 'person:2')
    // The connection over which they paired stays open.
    await activated(ankang, shiyan)
    expect(ankang.transport.connected()).toEqual([shiyan.peer])
    expect(versionAt(shiyan)).toBeUndefined()
    ankang.gossip.heard('420300')
    await soon(() => expect(versionAt(shiyan)).toBe(2))
  })

  test('an old version that a partner gives is answered with the newer one', async () => {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    const old = await list(ankang, shiyan)
    await given(shiyan, old)
    await given(ankang, await issue(held => held))
    await activated(ankang, shiyan)
    shiyan.gossip.announce()
    await soon(() => expect(versionAt(shiyan)).toBe(3))
    expect(ankang.refusedDirectories).toEqual([])
  })
})

describe('a partner that gives what nobody signed', () => {
  /** Ankang trusts the operator; Shiyan is a paired partner whose stream the test writes. */
  async function rogue() {
    const ankang = await world.ankang()
    const shiyan = await world.shiyan()
    await activated(shiyan, ankang)
    await given(ankang, await list(ankang, shiyan))
    const [header = ''] = (await document()).split('.')
    let no = 0
    /** A document of the operator by its header, never the same twice. */
    const junk = (size = 1000) => {
      const end = `${String(++no).padStart(10, '0')}.${'A'.repeat(86)}`
      return `${header}.${'e'.repeat(size - header.length - 1 - end.length)}${end}`
    }
    /** Gives documents on one stream, of which it says it has `named`; whether Ankang let it. */
    const give = async (named: string, ...documents: string[]): Promise<boolean> => {
      const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.directory)
      const have = { operator, version: 99, sha256: await sha256(named) }
      try {
        await wire.send(encodeDirectoryFrame({ type: 'have', held: [have] }))
        for (const jws of documents) await wire.send(encodeDirectoryFrame({ type: 'directory', jws }))
        await wire.close()
        for await (const _ of wire.frames());
        return true
      } catch {
        return false
      } finally {
        await world.settle()
      }
    }
    return { ankang, shiyan, junk, give }
  }

  test('other than it said it has is cut off before anything is verified', async () => {
    const { ankang, junk, give } = await rogue()
    const verify = vi.spyOn(crypto.subtle, 'verify')
    try {
      const named = junk()
      const other = junk()
      await give(named, other)
      await give(named, named, junk(), junk())
      expect(verify).toHaveBeenCalledTimes(1)
      expect(ankang.refusedDirectories).toMatchObject([{ code: 'directory.signature' }])
      expect(versionAt(ankang)).toBe(2)
    } finally {
      verify.mockRestore()
    }
  })

  test('is heard for so many documents an hour, whoever opened the stream', async () => {
    const { ankang, junk, give } = await rogue()
    const one = async () => {
      const jws = junk()
      await give(jws, jws)
    }
    for (let no = 0; no < GOSSIP_LIMITS.documents; no++) {
      if (no % 20 === 0) world.clock.advance(GOSSIP_LIMITS.meetingsWindow)
      await one()
      await soon(() => expect(ankang.refusedDirectories).toHaveLength(no + 1))
    }
    await one()
    expect(ankang.refusedDirectories).toHaveLength(GOSSIP_LIMITS.documents)
    const opened = vi.spyOn(ankang.transport, 'open')
    ankang.gossip.heard('420300')
    await world.settle()
    expect(opened).not.toHaveBeenCalled()
    world.clock.advance(GOSSIP_LIMITS.documentsWindow)
    await one()
    await soon(() => expect(ankang.refusedDirectories).toHaveLength(GOSSIP_LIMITS.documents + 1))
  })

  test('is heard for so many bytes an hour', async () => {
    const { ankang, junk, give } = await rogue()
    const fit = GOSSIP_LIMITS.bytes / LIMITS.directoryBytes
    const one = async (size: number) => {
      const jws = junk(size)
      await give(jws, jws)
    }
    for (let no = 0; no < fit; no++) {
      await one(LIMITS.directoryBytes)
      await soon(() => expect(ankang.refusedDirectories).toHaveLength(no + 1))
    }
    await one(1000)
    expect(ankang.refusedDirectories).toHaveLength(fit)
  })

  test('is met so many times a minute', async () => {
    const { give, junk } = await rogue()
    world.clock.advance(GOSSIP_LIMITS.meetingsWindow)
    const served: boolean[] = []
    for (let no = 0; no <= GOSSIP_LIMITS.meetings; no++) served.push(await give(junk()))
    expect(served.indexOf(false)).toBe(GOSSIP_LIMITS.meetings)
    world.clock.advance(GOSSIP_LIMITS.meetingsWindow)
    expect(await give(junk())).toBe(true)
  })
})
