import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createLooks, forgetUploads, type LookFor, type Looks } from './looks.ts'

const SCAN = 'a1'.repeat(32)
const [CASE, OTHER, TALK] = ['01', '02', '03'].map(byte => byte.repeat(16)) as [string, string, string]
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

let db: Database
let looks: Looks
beforeEach(async () => {
  db = await openTestStore()
  const audit = createAudit({ database: db, now: () => 1 })
  const drafts = {
    async mayOpen(id: string, actor: string) {
      if (id !== 'd1') throw new ProblemError('request.not-found')
      if (actor !== 'person:owner') throw new ProblemError('request.forbidden')
    },
  }
  looks = createLooks({ db, audit, drafts })
})
afterEach(() => db.close())

/** A packet of the thread that names the scan. */
async function name(thread: string, type = 'case'): Promise<void> {
  await db.transaction(async tx => {
    const no = Number.parseInt(thread.slice(0, 2), 16)
    await tx.run('INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, ?, ?, ?, 0)', [
      no,
      bytes(thread),
      type,
      'p',
    ])
    await tx.run(
      `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
       VALUES (?1, ?2, ?1, 'p', 'in', ?1, x'', 1, 'case.submit', 0, '', 'stored', 0)`,
      [no, bytes(thread)],
    )
    await tx.run('INSERT INTO packet_materials (packet_no, sha256, size) VALUES (?, ?, 1)', [no, bytes(SCAN)])
  })
}

async function look(
  what: LookFor,
  actor = 'person:other',
  mayRead: (thread: string) => Promise<void> = async () => {},
): Promise<string> {
  try {
    await looks.look(SCAN, what, actor, mayRead)
    return 'seen'
  } catch (error) {
    return error instanceof ProblemError ? error.problem.code : String(error)
  }
}
const told = () => db.query('SELECT actor, action, subject, detail FROM audit ORDER BY no')

test('a look at a scan of a case leaves a row of the case, whether it is named or the only one', async () => {
  await name(CASE)
  expect([await look({ thread: CASE }), await look({})]).toEqual(['seen', 'seen'])
  const row = { actor: 'person:other', action: 'material.read', subject: CASE, detail: `{"material":"${SCAN}"}` }
  expect(await told()).toEqual([row, row])
})

test('a case that does not name it gives no look, and of several the reader says which', async () => {
  await name(CASE)
  expect(await look({ thread: OTHER })).toBe('material.missing')
  await name(OTHER)
  expect([await look({}), await look({ thread: OTHER })]).toEqual(['request.invalid', 'seen'])
  expect(await told()).toMatchObject([{ subject: OTHER }])
})

test('while no case names it, its uploader alone looks; a thread that is no case changes nothing', async () => {
  await name(TALK, 'agreement')
  await looks.uploaded(SCAN, 'person:uploader')
  await looks.uploaded(SCAN, 'person:uploader')
  expect([await look({}), await look({ thread: TALK })]).toEqual(['request.forbidden', 'material.missing'])
  expect(await look({}, 'person:uploader')).toBe('seen')
  expect(await told()).toMatchObject([{ subject: SCAN }])
  await db.transaction(tx => forgetUploads(tx, bytes(SCAN)))
  expect(await look({}, 'person:uploader')).toBe('request.forbidden')
})

test('a draft gives a look to whoever may open it, at what it names', async () => {
  expect(await look({ draft: 'd1' }, 'person:owner')).toBe('material.missing')
  await db.transaction(async tx => {
    await tx.run(
      `INSERT INTO case_drafts (id, version, owner, applicant, sealed, created_at, updated_at, updated_by) VALUES ('d1', 1, 'o', '', x'', 0, 0, 'o')`,
    )
    await tx.run(`INSERT INTO case_draft_materials (draft, sha256) VALUES ('d1', ?)`, [bytes(SCAN)])
  })
  expect(await look({ draft: 'd1' }, 'person:owner')).toBe('seen')
  expect(await look({ draft: 'd1' })).toBe('request.forbidden')
  expect(await look({ draft: 'd2' }, 'person:owner')).toBe('request.not-found')
  expect(await told()).toMatchObject([{ action: 'material.read', subject: 'd1' }])
})

test('a case that the reader may not read gives no look, and leaves no row', async () => {
  await name(CASE)
  const mayRead = async (thread: string) => {
    throw new ProblemError(thread === CASE ? 'rights.scope' : 'internal')
  }
  for (const what of [{ thread: CASE }, {}]) expect(await look(what, 'person:other', mayRead)).toBe('rights.scope')
  expect(await told()).toEqual([])
})

test('a purged case gives no look at what another one holds', async () => {
  await name(CASE)
  await name(OTHER)
  await db.transaction(tx =>
    tx.run(
      `INSERT INTO cases (thread_no, role, partner, case_no, item_code, item_name, mode, state, applicant, applicant_key, agreement, submitted_at,
         updated_at, fold, purged_at) VALUES (?, 'collecting', 'p', '1', 'i', 'n', 0, 'closed', '', x'', x'', 0, 0, '{}', 1)`,
      [Number.parseInt(CASE.slice(0, 2), 16)],
    ),
  )
  expect([await look({ thread: CASE }), await look({ thread: OTHER }), await look({})]).toEqual([
    'material.missing',
    'seen',
    'seen',
  ])
})
