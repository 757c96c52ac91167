import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyOf } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { worldPurges } from '../../../test/support/world-purges.ts'

let world: Awaited<ReturnType<typeof createWorld>>
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

test('a partner that gives no answer is asked once in a round, however many cases wait for it', async () => {
  const ankang = world.city(COLLECTING)
  const agreement = await agree(world)
  for (const caseNo of ['AK-1', 'AK-2', 'AK-3']) {
    const thread = await submitCase(world, agreement, { caseNo })
    await world.settle()
    await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
    await world.settle()
  }
  await ankang.db.transaction(tx => tx.run("UPDATE cases SET purge_on = '2020-01-01'"))
  let answers = false
  let asked = 0
  const failed: string[] = []
  const purges = worldPurges(world, ankang, {
    materials: {
      unfetched: async () => (answers ? 0 : 1),
      async askWhetherFetched() {
        asked++
        return answers
      },
    },
    failed: (_, problem) => failed.push(problem.code),
  })
  expect(await purges.due()).toBe(0)
  expect([asked, failed]).toEqual([1, ['request.conflict', 'request.conflict', 'request.conflict']])
  answers = true
  expect(await purges.due()).toBe(3)
  expect(asked).toBe(4)
})

test('a purge leaves the answers of another case that the own approval system knows by the same number', async () => {
  const ankang = world.city(COLLECTING)
  const agreement = await agree(world)
  const thread = await submitCase(world, agreement, { caseNo: 'AK-1' })
  await world.settle()
  await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
  await world.settle()
  await ankang.db.transaction(async tx => {
    await tx.run("UPDATE cases SET local_case_no = 'L1'")
    await tx.run(
      `INSERT INTO adapter_events (id, state, local_case_no, move, key, bytes, problem, at) VALUES ('rest e1', 'parked', 'L1', x'02', x'03', 1, '{"code":"case.transition"}', 0)`,
    )
  })
  const purges = worldPurges(world, ankang)
  const kept = () => ankang.db.query('SELECT state, move, key FROM adapter_events')
  const before = await kept()
  expect(before).toMatchObject([{ state: 'parked' }])
  await purges.purge(thread, 'request', 'person:1')
  expect(await kept()).toEqual(before)
  await world.settle()
  // Of a case that this city handles they go.
  await ankang.db.transaction(tx => tx.run("UPDATE cases SET role = 'handling', local_case_no = 'L1'"))
  await purges.purge(thread, 'request', 'person:1')
  expect(await kept()).toEqual([{ state: 'done', move: null, key: null }])
})

test('a store of before a purge, put back, is purged again as soon as the purge came back, and it is told once', async () => {
  const agreement = await agree(world)
  const thread = await submitCase(world, agreement, { caseNo: 'AK-1' })
  await world.settle()
  await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
  await world.settle()
  const make = () => worldPurges(world, world.city(COLLECTING), { failed: (_, problem) => expect(problem).toBeNull() })
  const backup = await copyOf(world.city(COLLECTING).db)
  await make().purge(thread, 'request', 'person:1')
  await world.settle()
  await world.restart(COLLECTING, backup)
  await world.settle()
  world.clock.advance(60_000)
  await world.settle()
  const { db } = world.city(COLLECTING)
  const held = () =>
    db.query(
      `SELECT p.kind FROM bodies b JOIN packets p ON p.no = b.packet_no WHERE p.kind LIKE 'case.%' ORDER BY p.no`,
    )
  expect(await held()).toContainEqual({ kind: 'case.submit' })
  // Until its lists are made anew the drafts of a case are not found.
  await db.transaction(tx => tx.run('INSERT INTO projection (one, form) VALUES (1, 0)'))
  expect(await make().due()).toBe(0)
  await db.transaction(tx => tx.run('UPDATE projection SET form = 1'))
  expect(await make().due()).toBe(1)
  expect(await held()).toEqual([{ kind: 'case.purge' }])
  expect(await make().due()).toBe(0)
  expect(await db.query('SELECT applicant, purge_on FROM cases')).toEqual([{ applicant: '', purge_on: null }])
})

test('after a purge no search finds the case, by number, name or phone', async () => {
  const ankang = world.city(COLLECTING)
  const agreement = await agree(world)
  const applicant = { type: '1' as const, name: '钱雀鸣', idType: '111', idNumber: 'E1', phone: '13987654321' }
  const agent = { name: '李代办', idType: '111', idNumber: 'E2', phone: '13600000000' }
  const thread = await submitCase(world, agreement, { applicant, agent })
  await world.settle()
  await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
  await world.settle()
  const purges = worldPurges(world, ankang)
  expect(await purges.preview(thread)).toMatchObject({ search: 4 })
  await purges.purge(thread, 'request', 'person:1')
  expect(await purges.preview(thread)).toMatchObject({ search: 0 })
  expect(await ankang.db.query('SELECT applicant_key, name_key, phone_key, agent_phone_key FROM cases')).toEqual([
    { applicant_key: new Uint8Array(), name_key: null, phone_key: null, agent_phone_key: null },
  ])
})
