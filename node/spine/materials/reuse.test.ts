import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromHex } from '../../../protocol/primitives.ts'
import {
  createMaterialsWorld,
  hashOf,
  type MaterialsCity,
  type MaterialsWorld,
  pdf,
} from '../../../test/support/materials-world.ts'
import { MATERIAL_LIMITS } from './limits.ts'

const DAY = 86_400_000
let world: MaterialsWorld
let ankang: MaterialsCity

beforeEach(async () => {
  world = await createMaterialsWorld(new TextEncoder().encode('{"v":1}'))
  ankang = await world.open('610900', ['420300'])
})
afterEach(() => world.stop())

/** A case that names a scan; its thread has the number of its packet. */
async function named(bytes: Uint8Array<ArrayBuffer>): Promise<{ sha256: string; no: number }> {
  const { sha256 } = await ankang.send('420300', bytes)
  return { sha256, no: await body() }
}
let packets = 0
beforeEach(() => {
  packets = 0
})
async function body(): Promise<number> {
  const no = ++packets
  await ankang.db.transaction(tx => tx.run(`INSERT INTO bodies (packet_no, sealed) VALUES (?, x'02')`, [no]))
  return no
}
const allow = (sha256: string, no: number) =>
  ankang.db.transaction(tx =>
    tx.run(
      `INSERT INTO scan_reuses (sha256, thread_no, applicant_key, actor, accepted_at, at) VALUES (?, ?, x'', '', '', ?)`,
      [fromHex(sha256), no, world.clock.now()],
    ),
  )
/** As a purge does: bodies, then what of the materials no other case needs. */
const purge = (no: number) =>
  ankang.db.transaction(async tx => {
    const told = await ankang.materials.ownedBy(tx, no)
    await tx.run('DELETE FROM bodies WHERE packet_no = ?', [no])
    expect(await ankang.materials.forget(tx, no)).toBe(told)
    return told
  })
const claims = () => ankang.db.query('SELECT * FROM scan_reuses')

test('a scan that was allowed outlives the purge of its case, and goes with the case that uses it', async () => {
  const bytes = pdf(20_000)
  const { sha256, no } = await named(bytes)
  await allow(sha256, no)
  expect(await purge(no)).toBe(0)
  expect(hashOf(await ankang.bytes(sha256))).toBe(sha256)
  await ankang.packet('out', '420300', [{ sha256, size: bytes.byteLength, type: 'application/pdf' }])
  const later = await body()
  world.clock.advance(2 * MATERIAL_LIMITS.reusable * DAY)
  await ankang.materials.sweep(30)
  expect(await ankang.held(sha256)).toBe(true)
  expect(await purge(later)).toBe(1)
  await ankang.materials.sweep(30)
  expect([await ankang.held(sha256), await claims()]).toEqual([false, []])
})

test('one that nobody used is deleted when its days are over, and not before', async () => {
  const { sha256, no } = await named(pdf(20_000))
  await allow(sha256, no)
  await purge(no)
  world.clock.advance(MATERIAL_LIMITS.reusable * DAY - 1)
  await ankang.materials.sweep(30)
  expect(await ankang.held(sha256)).toBe(true)
  world.clock.advance(1)
  await ankang.materials.sweep(30)
  expect([await ankang.held(sha256), await claims()]).toEqual([false, []])
  expect(await ankang.materials.size(sha256)).toBeNull()
})

test('one that a draft names stays as long as the draft; one whose own case is held stays with it', async () => {
  const drafted = await named(pdf(20_000))
  const kept = await named(pdf(30_000))
  for (const { sha256, no } of [drafted, kept]) await allow(sha256, no)
  await ankang.db.transaction(async tx => {
    await tx.run(
      `INSERT INTO case_drafts (id, version, owner, applicant, sealed, created_at, updated_at, updated_by) VALUES ('d', 1, '', '', x'', 0, 0, '')`,
    )
    await tx.run(`INSERT INTO case_draft_materials (draft, sha256) VALUES ('d', ?)`, [fromHex(drafted.sha256)])
  })
  await purge(drafted.no)
  world.clock.advance(2 * MATERIAL_LIMITS.reusable * DAY)
  await ankang.materials.sweep(30)
  expect([await ankang.held(drafted.sha256), await ankang.held(kept.sha256)]).toEqual([true, true])
  await ankang.db.transaction(tx => tx.run('DELETE FROM case_draft_materials'))
  await ankang.materials.sweep(30)
  expect([await ankang.held(drafted.sha256), await ankang.held(kept.sha256)]).toEqual([false, true])
})

test('one that was not allowed goes with its case', async () => {
  const { sha256, no } = await named(pdf(20_000))
  expect(await purge(no)).toBe(1)
  expect(await ankang.held(sha256)).toBe(false)
})
