import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Role } from '../../../../protocol/rights/roles.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import { PLAY_ITEM, submitContentOf } from '../../../../test/support/play-case.ts'
import { createWorld, type World, type WorldCity } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { worldPurges } from '../../../../test/support/world-purges.ts'
import { ownCasesOf } from '../rights.ts'
import { createReuse, REUSE_LIMITS, type Reuse, unallowed } from './reuse.ts'

const CARD = 'a'.repeat(64)
const FORM = 'b'.repeat(64)
const { applicant } = submitContentOf('-', 0, [])
const OTHER = { ...applicant, name: '王大同', idNumber: '11010519491231002X' }
const scan = (sha256: string, code = 'M01') => ({ sha256, code, name: '身份证.pdf', form: 'copy' as const, pages: 2 })

let world: World
let ankang: WorldCity
let agreement: string
let reuse: Reuse
const held = new Set<string>()

beforeEach(async () => {
  world = await createWorld()
  ankang = world.city(COLLECTING)
  agreement = await agree(world)
  held.clear()
  for (const hash of [CARD, FORM]) held.add(hash)
  reuse = createReuse({
    db: ankang.db,
    clock: world.clock,
    audit: ankang.audit,
    keys: ankang.lookup,
    packets: no => ankang.packets().packets(ankang.db, no),
    held: async hashes => new Set(hashes.filter(hash => held.has(hash))),
  })
})
afterEach(() => world.stop())

async function begun(materials = [scan(CARD)], person = applicant, caseNo = 'AK-1'): Promise<string> {
  const thread = await submitCase(world, agreement, { caseNo, materials, applicant: person })
  await world.settle()
  return thread
}
const consent = () => ({ acceptedAt: new Date(world.clock.now()).toISOString(), text: 'fy-2026-01' })
const hashes = async (idNumber = applicant.idNumber) =>
  (await reuse.list(idNumber, 'person:1')).map(({ sha256 }) => sha256)

describe('earlier scans of a person', () => {
  test('are listed with their case, the newest first, in any spelling of the number, with an audit row of each', async () => {
    const first = await begun()
    world.clock.advance(60_000)
    const second = await begun([scan(FORM, 'M02')], applicant, 'AK-2')
    await begun([scan('c'.repeat(64))], OTHER, 'AK-3')
    const found = await reuse.list(` ${applicant.idNumber.toLowerCase()} `, 'person:1')
    expect(found.map(({ caseNo, code, sha256 }) => [caseNo, code, sha256])).toEqual([
      ['AK-2', 'M02', FORM],
      ['AK-1', 'M01', CARD],
    ])
    expect(found[0]).toMatchObject({ item: PLAY_ITEM.name, name: '身份证.pdf', form: 'copy', pages: 2, thread: second })
    const rows = await ankang.audit.list({ action: 'case.read' }, 10, null)
    expect(rows.map(({ subject, detail }) => [subject, detail])).toEqual(
      expect.arrayContaining([first, second].map(thread => [thread, { for: 'reuse' }])),
    )
    expect(rows).toHaveLength(2)
  })

  test('are those that are held, of cases that this city took in and has not purged', async () => {
    const thread = await begun([scan(CARD), scan(FORM, 'M02')])
    held.delete(FORM)
    expect(await hashes()).toEqual([CARD])
    // The handling city took in nothing of theirs.
    const shiyan = world.city(HANDLING)
    const there = createReuse({
      db: shiyan.db,
      clock: world.clock,
      audit: shiyan.audit,
      keys: shiyan.lookup,
      packets: no => shiyan.packets().packets(shiyan.db, no),
      held: async all => new Set(all),
    })
    expect(await there.list(applicant.idNumber, 'person:1')).toEqual([])
    await shiyan.cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
    await world.settle()
    await worldPurges(world, ankang).purge(thread, 'request', 'person:1')
    expect(await hashes()).toEqual([])
  })

  test('are those of so many cases, the newest', async () => {
    for (let n = 0; n <= REUSE_LIMITS.cases; n++) {
      held.add(String(n).padStart(64, '0'))
      await begun([scan(String(n).padStart(64, '0'))], applicant, `AK-${n}`)
      world.clock.advance(60_000)
    }
    const found = await hashes()
    expect(found).toHaveLength(REUSE_LIMITS.cases)
    expect(found).not.toContain('0'.repeat(64))
  })
})

test('who may not read a case finds none of its scans, and reuses none', async () => {
  const thread = await begun()
  const person = (windows: string[], role: Role) => ({ id: '2', roles: [role], departments: [], windows })
  const sees = (windows: string[], role: Role = 'window-clerk') => ownCasesOf(person(windows, role), 'case.content')
  const [row] = await ankang.db.query<{ window: string }>('SELECT window FROM cases')
  const own = row?.window ?? ''
  expect(await reuse.list(applicant.idNumber, 'person:2', sees([own]))).toHaveLength(1)
  expect(await reuse.list(applicant.idNumber, 'person:2', sees(['另一窗口']))).toEqual([])
  // Nor does who may read it with a purpose alone, for none is named here.
  expect(await reuse.list(applicant.idNumber, 'person:2', sees(['另一窗口'], 'window-lead'))).toEqual([])
  expect(await reuse.list(applicant.idNumber, 'person:2', sees([own], 'window-lead'))).toHaveLength(1)
  const wanted = [{ thread, sha256: CARD }]
  await expect(reuse.allow(applicant.idNumber, wanted, consent(), 'person:2', sees(['另一窗口']))).rejects.toThrow(
    'material.missing',
  )
  expect(await reuse.allow(applicant.idNumber, wanted, consent(), 'person:2', sees([own]))).toHaveLength(1)
})

describe('the consent to a reuse', () => {
  test('says who recorded it, when, and of which scan; never a name or a number', async () => {
    const thread = await begun()
    const given = consent()
    const allowed = await marksOf('reuseScans', () =>
      reuse.allow(applicant.idNumber, [{ thread, sha256: CARD }], given, 'person:1'),
    )
    expect(allowed).toMatchObject([{ sha256: CARD, thread }])
    const rows = await ankang.audit.list({ action: 'scan.reused' }, 10, null)
    expect(rows).toMatchObject([
      {
        actor: 'person:1',
        subject: thread,
        detail: { material: CARD, accepted: given.acceptedAt, notice: 'fy-2026-01' },
      },
    ])
    expect(JSON.stringify(await ankang.db.query('SELECT * FROM audit'))).not.toMatch(
      new RegExp(`${applicant.idNumber}|${applicant.name}|身份证`),
    )
  })

  test('is for scans of the same person, of that case, held here, and not of tomorrow nor from before the case', async () => {
    const thread = await begun()
    const other = await begun([scan(FORM)], OTHER, 'AK-2')
    const missing = expect.objectContaining({
      problem: expect.objectContaining({ code: 'material.missing' }) as object,
    })
    for (const [idNumber, wanted] of [
      [OTHER.idNumber, { thread, sha256: CARD }],
      [applicant.idNumber, { thread: other, sha256: CARD }],
      [applicant.idNumber, { thread, sha256: FORM }],
    ] as const)
      await expect(reuse.allow(idNumber, [wanted], consent(), 'person:1')).rejects.toEqual(missing)
    held.delete(CARD)
    const own = { thread, sha256: CARD }
    await expect(reuse.allow(applicant.idNumber, [own], consent(), 'person:1')).rejects.toEqual(missing)
    held.add(CARD)
    const tomorrow = { acceptedAt: new Date(world.clock.now() + 86_400_000).toISOString() }
    await expect(reuse.allow(applicant.idNumber, [own], tomorrow, 'person:1')).rejects.toThrow('request.invalid')
    const [submitted] = await ankang.db.query<{ at: number }>(
      'SELECT submitted_at AS at FROM cases WHERE thread_no = (SELECT no FROM threads WHERE thread = unhex(?))',
      [thread],
    )
    const earlier = (ms: number) => ({ acceptedAt: new Date((submitted?.at ?? 0) - ms).toISOString() })
    await expect(reuse.allow(applicant.idNumber, [own], earlier(300_001), 'person:1')).rejects.toThrow(
      'request.invalid',
    )
    expect(await ankang.db.query('SELECT * FROM scan_reuses')).toEqual([])
    expect(await reuse.allow(applicant.idNumber, [own], earlier(300_000), 'person:1')).toHaveLength(1)
  })

  test('is asked for at the pre-flight until it is recorded, for this person', async () => {
    const thread = await begun()
    const asked = async (person = applicant) =>
      (await unallowed(ankang.db, ankang.lookup, { applicant: person, materials: [scan(FORM), scan(CARD)] })).map(
        ({ field, level }) => [field, level],
      )
    expect(await asked()).toEqual([['materials.1.sha256', 'notice']])
    await reuse.allow(applicant.idNumber, [{ thread, sha256: CARD }], consent(), 'person:1')
    expect(await asked()).toEqual([])
    expect(await asked(OTHER)).toEqual([['materials.1.sha256', 'notice']])
  })

  test('keeps no hash of the person once the earlier case is purged', async () => {
    const thread = await begun()
    await reuse.allow(applicant.idNumber, [{ thread, sha256: CARD }], consent(), 'person:1')
    await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
    await world.settle()
    await worldPurges(world, ankang).purge(thread, 'request', 'person:1')
    expect(await ankang.db.query('SELECT applicant_key FROM scan_reuses')).toEqual([
      { applicant_key: new Uint8Array() },
    ])
  })
})
