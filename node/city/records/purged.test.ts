import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, submitCase } from '../../../test/support/world-case.ts'
import { createArchives } from './archive/archive.ts'
import { createEvidence } from './evidence/evidence.ts'

const CARD = 'a'.repeat(64)

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

test('evidence and archive of a purged case hold no scan that another case holds', async () => {
  const { db, audit, cases, packets } = world.city(COLLECTING)
  const agreement = await agree(world)
  const thread = await submitCase(world, agreement, { materials: [{ code: 'M01', name: '身份证.pdf', sha256: CARD }] })
  await world.settle()
  const opened: string[] = []
  const materials = {
    size: async () => 10,
    open(sha256: string) {
      opened.push(sha256)
      return new Blob(['0123456789']).stream()
    },
  }
  const evidence = createEvidence({
    db,
    clock: world.clock,
    audit,
    identity: { city: COLLECTING } as never,
    packets,
    trust: { papers: async () => ({ certificates: [], delegations: [], revocations: [] }) },
    agreements: { evidence: async () => [] },
    calendars: { tablesOf: () => [] },
    caseNo: async () => '1',
    materials,
  })
  const archives = createArchives({
    db,
    clock: world.clock,
    audit,
    own: COLLECTING,
    row: cases.get,
    packets: no => packets().packets(db, no),
    evidence: { plan: async of => ({ ...(await evidence.plan(of)), bytes: 0, write: async to => to.close() }) },
    papers: { all: async () => [] },
    materials,
    cityName: code => code,
  })
  /** What was opened: of bytes that are not those of their name the writing ends there. */
  const openedBy = async (exported: Promise<ReadableStream<Uint8Array>>): Promise<string[]> => {
    opened.splice(0)
    await new Response(await exported).bytes().catch(() => null)
    return [...new Set(opened)]
  }
  const all = async () => [
    await openedBy(evidence.export(thread, 'person:1')),
    await openedBy(archives.export(thread, 'person:1')),
  ]
  expect(await all()).toEqual([[CARD], [CARD]])
  await db.transaction(tx => tx.run('UPDATE cases SET purged_at = 1'))
  expect(await all()).toEqual([[], []])
})
