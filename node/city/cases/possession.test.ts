import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Holder } from '../../../protocol/rights/can.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, submitCase } from '../../../test/support/world-case.ts'
import { createPossession, type Possession } from './possession.ts'

const SCAN = 'a1'.repeat(32)
const OTHER = 'b2'.repeat(32)
const WANG: Holder = { id: 'wang', roles: ['window-clerk'], departments: [], windows: ['1号窗口'] }
const LI: Holder = { id: 'li', roles: ['window-clerk'], departments: [], windows: ['2号窗口'] }
const LEAD: Holder = { id: 'lead', roles: ['window-lead'], departments: [], windows: [] }
const PROGRAM: Holder = { id: 'program', roles: ['integrator'], departments: null, windows: null }

let world: World
let possession: Possession
beforeEach(async () => {
  world = await createWorld()
  const accounts = [WANG, LI, LEAD, PROGRAM]
  possession = createPossession({
    db: world.city(COLLECTING).db,
    async account(id) {
      const found = accounts.find(account => account.id === id)
      if (found === undefined) throw new ProblemError('request.not-found')
      return found
    },
  })
})
afterEach(() => world.stop())

const held = (...hashes: string[]) => hashes.map(sha256 => ({ commitment: { sha256 }, own: false }))
const has = async (actor: string, options = {}) => (await possession.of(held(SCAN), actor, options)).length === 1
const run = (sql: string, params: (string | number | Uint8Array)[]) =>
  world.city(COLLECTING).db.transaction(async tx => {
    await tx.run(sql, params)
  })

describe('a scan', () => {
  test('is of whoever uploaded it, of what acts for a system, and of nobody for its hash', async () => {
    expect(await possession.of([{ commitment: { sha256: SCAN }, own: true }], 'person:li')).toHaveLength(1)
    for (const actor of ['adapter:rest', 'carrier:ems', 'node']) expect(await has(actor)).toBe(true)
    for (const actor of ['person:wang', 'person:li', 'person:lead', 'person:program', 'person:gone'])
      expect([actor, await has(actor)]).toEqual([actor, false])
    expect(await possession.of(held(SCAN, OTHER), 'person:li')).toEqual([])
  })

  test('of a case is of those who work on it, until the case is purged', async () => {
    const agreement = await agree(world)
    const thread = await submitCase(world, agreement, {
      window: '1号窗口',
      materials: [{ sha256: SCAN, code: 'M01', name: '身份证.pdf' }],
    })
    await world.settle()
    const who = async (options = {}) => {
      const found: string[] = []
      for (const { id } of [WANG, LI, LEAD, PROGRAM]) if (await has(`person:${id}`, options)) found.push(id)
      return found
    }
    expect(await who()).toEqual(['wang', 'program'])
    // Who may read it for a purpose may count its pages, and take it nowhere.
    expect(await who({ beyond: true })).toEqual(['wang', 'lead', 'program'])
    await run(`UPDATE cases SET assignee = 'li' WHERE thread_no = (SELECT no FROM threads WHERE thread = ?)`, [
      fromHex(thread),
    ])
    expect(await who()).toEqual(['wang', 'li', 'program'])
    await run('UPDATE cases SET purged_at = 1', [])
    expect(await who()).toEqual([])
  })

  test('of a draft is of those who may open it', async () => {
    const draft = (id: string, owner: string, window: string | null) =>
      run(
        `INSERT INTO case_drafts (id, version, owner, window, applicant, sealed, created_at, updated_at, updated_by)
         VALUES (?, 1, ?, ${window === null ? 'NULL' : `'${window}'`}, '', x'', 0, 0, '')`,
        [id, owner],
      )
    await draft('own', 'person:li', null)
    await run('INSERT INTO case_draft_materials (draft, sha256) VALUES (?, ?)', ['own', fromHex(SCAN)])
    expect([await has('person:wang'), await has('person:li')]).toEqual([false, true])
    await run('UPDATE case_drafts SET window = ?', ['1号窗口'])
    expect([await has('person:wang'), await has('person:li')]).toEqual([true, true])
    await run('UPDATE case_drafts SET owner = ?', ['person:someone'])
    expect([await has('person:wang'), await has('person:li')]).toEqual([true, false])
  })

  test('that may be used again is of whoever recorded the consent', async () => {
    await run(
      'INSERT INTO scan_reuses (sha256, thread_no, applicant_key, actor, accepted_at, at) VALUES (?, 1, ?, ?, ?, 1)',
      [fromHex(SCAN), randomBytes(32), 'person:li', '2026-11-23T00:00:00Z'],
    )
    expect([await has('person:wang'), await has('person:li')]).toEqual([false, true])
  })
})
