import { afterEach, beforeEach, expect, test } from 'vitest'
import { submitContentOf } from '../../../../test/support/play-case.ts'
import { playItem } from '../../../../test/support/play-lists.ts'
import { createWorld } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, worldAgreement } from '../../../../test/support/world-case.ts'
import { createCasePapers } from './papers.ts'

const ITEMS = [0, 1].map(no => playItem(no, { modes: [3] }))
let world: Awaited<ReturnType<typeof createWorld>>
let threads: string[]

beforeEach(async () => {
  world = await createWorld({ items: ITEMS })
  const items = ITEMS.map(({ taskCode, taskName }) => ({
    taskCode,
    taskName,
    handling: HANDLING,
    collecting: [COLLECTING],
    modes: [3 as const],
  }))
  await agree(world, worldAgreement({ items }))
  const { caseNo, item, mode, receivedAt, ...shared } = submitContentOf('-', 3, [])
  const joint = { shared, items: ITEMS.map(({ taskCode }) => ({ to: HANDLING, item: taskCode, mode: 3 as const })) }
  threads = (await world.city(COLLECTING).cases.submitJoint(joint, 'person:1')).map(({ thread }) => thread)
  await world.settle()
})
afterEach(() => world.stop())

const papersOf = (code: string) => {
  const { db, audit, events, exchange } = world.city(code)
  return createCasePapers({
    db,
    audit,
    events,
    clock: world.clock,
    packets: no => exchange.packets.packets(db, no),
    item: async () => null,
    city: () => null,
    verify: async () => true,
    promised: async () => null,
    progress: () => null,
  })
}

test('any receipt of a joint case lists each of its items', async () => {
  const numbers = await Promise.all(
    threads.map(async thread => (await world.city(COLLECTING).cases.get(thread)).caseNo),
  )
  for (const thread of threads) {
    const page = await papersOf(COLLECTING).html(thread, 'receipt', 'person:1')
    for (const text of [...numbers, ...ITEMS.map(({ taskName }) => taskName)]) expect(page).toContain(text)
  }
})

test('papers are printed as the steps were corrected, and say so', async () => {
  const [thread = ''] = threads
  const { cases } = world.city(COLLECTING)
  const packet = (await cases.get(thread)).timeline[0]?.packet ?? ''
  const fields = [{ field: 'applicant.name', value: '程小满' }]
  await cases.step(thread, 'case.correct', { packet, fields, reason: '姓名用字有误' }, 'person:1')
  await world.settle()
  for (const city of [COLLECTING, HANDLING]) {
    const page = await papersOf(city).html(thread, 'receipt', 'person:1')
    expect(page).toContain('程小满')
    expect(page).not.toContain('陈小满')
    expect(page).toContain('更正')
  }
})
