/** A copy of the store without its keys, and what becomes of it with the keys that are left. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import { copyApart, joinKeys, storeIdentity } from './apart.ts'
import { writeBackup } from './backup.ts'
import type { Database, Value } from './database.ts'
import { type AboutKeys, MARK_BYTES, markOf, openKeyFile, openKeyWriter, writeKeyFile } from './key-file.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openSqlite } from './sqlite.ts'

let root = ''
let db: Database
const at = (name: string) => join(root, name)
const about: AboutKeys = {
  format: 'tongban-case-keys/1',
  city: '610900',
  node: 'ab',
  software: '1',
  at: '2026-11-23T00:00:00.000Z',
}
const blob = (bytes = 61) => new Uint8Array(randomBytes(bytes))
const secrets = { one: blob(), two: blob(), draft: blob(), answer: blob(), traced: blob() }
const ofCase = Buffer.from([2, 9])
const ofNode = Buffer.from([1, 9])

async function put(table: string, row: Record<string, Value>): Promise<void> {
  const names = Object.keys(row)
  await db.transaction(tx =>
    tx.run(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      Object.values(row),
    ),
  )
}

/** Thread and case `no`, with a body under the key of the case and the record of a purge under the node's. */
async function putCase(no: number, sealed: Uint8Array, startedAt: number): Promise<void> {
  const thread = Buffer.alloc(16, no)
  await put('threads', { no, thread, type: 'case', partner: '420300', started_at: startedAt })
  await put('case_keys', { thread_no: no, sealed })
  for (const [place, kind, body] of [
    [2 * no, 'case.submit', ofCase],
    [2 * no + 1, 'case.purge', ofNode],
  ] as const) {
    await put('packets', {
      no: place,
      id: blob(32),
      thread_no: no,
      partner: '420300',
      direction: 'out',
      place,
      log_hash: blob(32),
      seq: place,
      kind,
      iat: 0,
      jws: '',
      status: 'stored',
      stored_at: 0,
    })
    await put('bodies', { packet_no: place, sealed: body })
  }
  await put('cases', {
    thread_no: no,
    role: 'collecting',
    partner: '420300',
    case_no: `AK-${no}`,
    item_code: 'c',
    item_name: 'n',
    mode: 0,
    state: 'closed',
    applicant: '钱**',
    applicant_key: blob(32),
    name_key: blob(32),
    phone_key: blob(32),
    agent_phone_key: blob(32),
    agreement: blob(32),
    submitted_at: startedAt,
    updated_at: startedAt,
    fold: '{}',
  })
  await put('rewrites', { partner: '420300', thread: thread.toString('hex'), draft: ofCase })
  await put('adapter_state', { key: `a ${no}`, value: ofCase, thread_no: no })
}

const answer = (no: number, key: Uint8Array | null) => ({
  no,
  id: `rest e${no}`,
  state: 'parked',
  local_case_no: 'L1',
  move: ofCase,
  bytes: 2,
  at: 0,
  key,
  problem: '{"code":"case.transition"}',
  blocked: no === 1 ? 0 : 1,
})

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-apart-'))
  db = await openTestStore(at('store.db'))
  await putCase(1, secrets.one, 100)
  await putCase(2, secrets.two, 200)
  for (const [id, key] of [
    ['d1', secrets.draft],
    ['d2', blob()],
  ] as const) {
    await put('case_drafts', {
      id,
      version: 1,
      owner: 'o',
      applicant: '钱**',
      applicant_key: blob(32),
      sealed: ofCase,
      key,
      created_at: 0,
      updated_at: 0,
      updated_by: 'o',
    })
    await put('case_draft_materials', { draft: id, sha256: blob(32) })
  }
  await put('adapter_events', answer(1, blob()))
  await put('adapter_events', answer(2, secrets.answer))
  await put('projection', { one: 1, form: 2 })
  await put('adapter_trace', { no: 1, at: 0, call: 'poll', ms: 1, bytes: 2, sealed: ofCase, key: secrets.traced })
  await put('people', { id: 'p', name: 'n', roles: ',clerk,', token_hash: blob(32), created_at: 0 })
  await put('sessions', { id: 's', hash: blob(32), person: 'p', way: 'password', created_at: 0, used_at: 0 })
  await put('idempotency', {
    person: 'p',
    key: 'k',
    request_hash: blob(32),
    status: 201,
    sealed: ofNode,
    about: blob(16),
    at: 0,
  })
})
afterEach(async () => {
  await db.close()
  await rm(root, { recursive: true, force: true })
})

const copy = (keys = 'keys.db') =>
  writeKeyFile(at(keys), about, async part => {
    await writeBackup(target => copyApart({ source: at('store.db'), target, keys: part }), at('copy.db'))
  })

/** A file of these keys alone. */
const keep = (keys: readonly Uint8Array[]) =>
  writeKeyFile(at('left.db'), about, async part => {
    const writer = openKeyWriter(part)
    for (const key of keys) writer.add(key)
    writer.close()
  })

async function joined(keys: string | null, time: number) {
  const file = keys === null ? null : await openKeyFile(at(keys))
  const closed = joinKeys(at('copy.db'), file, time)
  file?.close()
  return closed
}

const read = async <T extends object>(sql: string, path = 'copy.db'): Promise<T[]> => {
  const store = openSqlite(at(path))
  try {
    return await store.query<T>(sql)
  } finally {
    await store.close()
  }
}

describe('a copy of the store', () => {
  test('holds nobody who is signed in, and every account', async () => {
    await copy()
    expect(await read('SELECT id FROM sessions')).toEqual([])
    expect(await read('SELECT id FROM people')).toEqual([{ id: 'p' }])
    expect(await db.query('SELECT id FROM sessions')).toEqual([{ id: 's' }])
  })

  test('holds no byte of a key, in use or free, nor what the key of the node alone would tell; the file of keys holds them', async () => {
    await copy()
    const bytes = await readFile(at('copy.db'))
    const keys = await readFile(at('keys.db'))
    for (const secret of Object.values(secrets)) {
      for (let from = 0; from + 16 <= secret.byteLength; from++)
        if (bytes.includes(Buffer.from(secret.subarray(from, from + 16)))) throw new Error('a key stands in the copy')
      // What was traced is in neither.
      const kept = secret !== secrets.traced
      expect([keys.includes(Buffer.from(secret)), bytes.includes(Buffer.from(markOf(secret)))]).toEqual([kept, kept])
    }
    expect(
      await read(
        'SELECT applicant, applicant_key AS a, name_key AS n, phone_key AS p, agent_phone_key AS q FROM cases',
      ),
    ).toEqual(Array(2).fill({ applicant: '', a: new Uint8Array(), n: null, p: null, q: null }))
    expect(await read('SELECT applicant, applicant_key AS a FROM case_drafts')).toEqual(
      Array(2).fill({ applicant: '', a: null }),
    )
    expect(await read('SELECT key, status, sealed, about FROM idempotency')).toEqual([
      { key: 'k', status: null, sealed: null, about: null },
    ])
    for (const name of ['copy.db', 'keys.db']) expect((await stat(at(name))).mode & 0o777).toBe(0o600)
  })

  test('has every table, index and row of the store, and with its keys every value of it that was not left out', async () => {
    await copy()
    expect(await joined('keys.db', 0)).toEqual({ cases: 0, drafts: 0, answers: 0, newer: [], newerCases: 0 })
    const schema = `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name`
    const held = await read<{ type: string; name: string }>(schema, 'store.db')
    expect(held.length).toBeGreaterThan(100)
    expect(await read(schema)).toEqual(held)
    expect(await read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    for (const { name } of held.filter(({ type }) => type === 'table')) {
      if (['idempotency', 'projection', 'adapter_trace', 'sessions'].includes(name)) continue
      const blank = (rows: Record<string, unknown>[]) =>
        rows.map(({ applicant, applicant_key, name_key, phone_key, agent_phone_key, ...row }) => row)
      const sql = `SELECT * FROM "${name}"`
      expect([name, blank(await read(sql))]).toEqual([name, blank(await read(sql, 'store.db'))])
    }
    expect(await read('SELECT form FROM projection')).toEqual([{ form: 0 }])
    expect(await read('SELECT * FROM adapter_trace')).toEqual([])
  })

  test('joined with the keys that are left keeps nothing of what has none: cases as purged, drafts and answers as settled', async () => {
    await copy()
    await keep([secrets.two, secrets.draft, secrets.answer])
    expect(await joined('left.db', 0)).toEqual({ cases: 1, drafts: 1, answers: 1, newer: ['AK-1'], newerCases: 1 })
    expect(await read('SELECT thread_no AS no, sealed FROM case_keys')).toEqual([{ no: 2, sealed: secrets.two }])
    expect(await read('SELECT packet_no AS no FROM bodies ORDER BY no')).toEqual([{ no: 3 }, { no: 4 }, { no: 5 }])
    expect(await read('SELECT thread FROM rewrites')).toEqual([{ thread: '02'.repeat(16) }])
    expect(await read(`SELECT key FROM adapter_state WHERE key LIKE 'a %'`)).toEqual([{ key: 'a 2' }])
    expect(await read('SELECT id, key FROM case_drafts')).toEqual([{ id: 'd1', key: secrets.draft }])
    expect(await read('SELECT draft FROM case_draft_materials')).toEqual([{ draft: 'd1' }])
    // The answer behind the one that was settled is the next.
    expect(await read('SELECT state, move, key, blocked FROM adapter_events ORDER BY no')).toEqual([
      { state: 'done', move: null, key: null, blocked: 0 },
      { state: 'parked', move: new Uint8Array(ofCase), key: secrets.answer, blocked: 0 },
    ])
    expect(await read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 2 }])
  })

  test('names the cases that began after the file of keys was made', async () => {
    await copy()
    await keep([secrets.draft])
    expect(await joined('left.db', 100)).toMatchObject({ cases: 2, newer: ['AK-2'], newerCases: 1 })
  })

  test('without any keys opens nothing', async () => {
    await copy()
    expect(await joined(null, 0)).toMatchObject({ cases: 2, drafts: 2, answers: 2, newerCases: 2 })
    expect(await read('SELECT count(*) AS n FROM bodies')).toEqual([{ n: 2 }])
  })
})

describe('a file of keys', () => {
  test('takes the place of the one before as a whole, or leaves it', async () => {
    await keep([secrets.one])
    await expect(
      writeKeyFile(at('left.db'), about, async () => {
        throw new Error('cut off')
      }),
    ).rejects.toThrow('cut off')
    const held = await openKeyFile(at('left.db'))
    expect([held?.about, held?.keyOf(markOf(secrets.one))]).toEqual([about, secrets.one])
    expect([held?.keyOf(markOf(secrets.two)), held?.keyOf(new Uint8Array(MARK_BYTES))]).toEqual([null, null])
    held?.close()
    await keep([secrets.two])
    expect((await readFile(at('left.db'))).includes(Buffer.from(secrets.one))).toBe(false)
    expect(await stat(at('left.db.part')).catch(() => null)).toBeNull()
  })

  test('that is missing is none; one that others can read, or that is something else, is refused', async () => {
    expect(await openKeyFile(at('none.db'))).toBeNull()
    await keep([])
    await chmod(at('left.db'), 0o640)
    await expect(openKeyFile(at('left.db'))).rejects.toThrow('chmod 600')
    for (const content of ['', 'no database at all', 'x'.repeat(5000)]) {
      await writeFile(at('other.db'), content, { mode: 0o600 })
      await expect(openKeyFile(at('other.db'))).rejects.toMatchObject({ problem: { code: 'backup.keys' } })
    }
  })
})

test('a store has an id of its own, which its copies have too', async () => {
  await copy()
  expect(storeIdentity(at('store.db'))).toMatch(/^[0-9a-f]{32}$/)
  expect(storeIdentity(at('copy.db'))).toBe(storeIdentity(at('store.db')))
  const older = openSqlite(at('older.db'))
  await migrate(older, MIGRATIONS.slice(0, 42), () => 0)
  await older.close()
  expect(() => storeIdentity(at('older.db'))).toThrow('start the node once')
})
