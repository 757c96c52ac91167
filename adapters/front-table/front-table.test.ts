import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { PlannedRequest } from '../sdk/index.ts'
import { CANARIES, sampleMaterial, samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { FRONT_TABLE_LIMITS, type FrontTableConfigInput } from './config.ts'
import { createFrontTableAdapter } from './front-table.ts'
import { CASES, deliver, register, startTrial, type Trial } from './trial.ts'

let trial: Trial
afterEach(() => trial.stop())

const { context } = testContext()

describe('one packet', () => {
  test('is one transaction: what is refused at its last row has left nothing', async () => {
    trial = startTrial(CASES, 'CREATE TABLE more (k TEXT, a TEXT NOT NULL)')
    const adapter = await trial.adapter({
      register: {
        ...register({}),
        rows: [...register({}).rows, { table: 'more', columns: { k: 'idempotencyKey', a: 'null' } }],
      },
    })
    expect(await deliver(adapter)).toEqual({
      ok: false,
      code: 'adapter.refused',
      detail: 'register.rows.1.columns.a: the database does not take it (SQLITE_CONSTRAINT_NOTNULL)',
      retryable: false,
      theirCode: 'SQLITE_CONSTRAINT_NOTNULL',
    })
    expect(trial.rows('SELECT k FROM cases')).toEqual([])
  })

  test('changes a row that is there, once; without the row it has no effect at all', async () => {
    trial = startTrial(CASES, 'CREATE TABLE withdrawals (k TEXT PRIMARY KEY)')
    const adapter = await trial.adapter({
      register: register({ no: 'caseNo', state: "'1'" }),
      packets: {
        'case.withdraw': {
          rows: [
            { table: 'withdrawals', key: 'k', columns: { k: 'idempotencyKey' } },
            { table: 'cases', write: 'update', key: 'no', columns: { no: 'caseNo', state: "'9'" } },
          ],
        },
      },
    })
    const submit = sampleSubmit('one')
    const withdrawal = samplePacket(submit, 'case.withdraw', 'L-1')
    expect(await deliver(adapter, withdrawal)).toMatchObject({
      ok: false,
      code: 'adapter.refused',
      detail: 'case.withdraw: cases: the row to be changed is not there',
    })
    expect(trial.rows('SELECT k FROM withdrawals')).toEqual([])
    await deliver(adapter, submit)
    expect(await deliver(adapter, withdrawal)).toEqual({ ok: true })
    // The system went on since: a repeat of the packet does not set it back.
    trial.db.run("UPDATE cases SET state = '10'")
    expect(await deliver(adapter, withdrawal)).toEqual({ ok: true })
    expect(trial.rows('SELECT state FROM cases')).toEqual([{ state: '10' }])
  })

  test('of a kind that is not mapped is refused, or left out', async () => {
    trial = startTrial(CASES)
    const packet = samplePacket(sampleSubmit('one'), 'case.remind', 'L-1')
    expect(await deliver(await trial.adapter({ register: register({}) }), packet)).toMatchObject({
      code: 'adapter.mapping',
      detail: 'packets: case.remind is not mapped',
    })
    expect(await deliver(await trial.adapter({ register: register({}), unmapped: 'ignore' }), packet)).toEqual({
      ok: true,
    })
  })

  test('with another key of the table taken is refused by the name of the rule, and not taken for done', async () => {
    trial = startTrial(CASES, 'CREATE UNIQUE INDEX one_number ON cases (no)')
    const adapter = await trial.adapter({ register: register({ no: "'the same'" }) })
    await deliver(adapter)
    expect(await deliver(adapter, sampleSubmit('two'))).toMatchObject({
      ok: false,
      code: 'adapter.refused',
      detail: 'register.rows.0.columns.no: the database does not take it (SQLITE_CONSTRAINT_UNIQUE)',
    })
  })

  test('has no more rows than may be', async () => {
    trial = startTrial(CASES, 'CREATE TABLE scans (sha256 TEXT)')
    const adapter = await trial.adapter({
      materials: 'blob',
      register: {
        ...register({}),
        rows: [...register({}).rows, { table: 'scans', each: 'materials', columns: { sha256: 'material.sha256' } }],
      },
    })
    const material = sampleMaterial('m')
    const of = (n: number) =>
      sampleSubmit(
        `with ${n}`,
        Array.from({ length: n }, () => material),
      )
    expect(await deliver(adapter, of(FRONT_TABLE_LIMITS.rowsOfPacket - 1))).toMatchObject({ ok: true })
    expect(await deliver(adapter, of(FRONT_TABLE_LIMITS.rowsOfPacket))).toMatchObject({
      code: 'adapter.mapping',
      detail: `register: more than ${FRONT_TABLE_LIMITS.rowsOfPacket} rows`,
    })
  })

  test('is shown without effect, its values as they would be written', async () => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({
      register: register({ a: 'body.form.purpose', n: { value: 'body.form.copies', type: 'number' } }),
    })
    const submit = sampleSubmit('one')
    expect(await adapter.plan?.(submit)).toEqual({
      ok: true,
      requests: [
        {
          method: 'INSERT',
          url: 'cases',
          headers: [],
          body: JSON.stringify({ k: submit.idempotencyKey, a: '出国留学', n: '2' }),
        },
      ],
    })
    expect(trial.rows('SELECT k FROM cases')).toEqual([])
  })

  test('is traced by its statements, without a value of the case', async () => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({ register: register({ a: 'body.applicant.name' }) })
    const traced: PlannedRequest[] = []
    await adapter.deliver(sampleSubmit('one'), { ...context, trace: ({ request }) => traced.push(request) })
    expect(traced.map(({ body }) => body)).toEqual(['INSERT INTO "cases" ("k", "a") VALUES (?, ?)'])
  })
})

describe('what the system writes back', () => {
  const answering = (): FrontTableConfigInput['register'] => ({
    ...register({ a: "'x'" }),
    localCaseNo: undefined,
    answer: {
      columns: ['no', 'state', 'why'],
      state: "state = '1' ? 'done' : state = '2' ? 'refused'",
      localCaseNo: 'no',
      error: 'why',
      lookAgainSeconds: 30,
    },
  })

  test('is looked at again until it says what became of the packet, and nothing is written twice', async () => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({ register: answering() })
    const submit = sampleSubmit('one')
    expect(await deliver(adapter, submit)).toEqual({ ok: 'handed', lookAgainAfterMs: 30_000 })
    expect(await deliver(adapter, { ...submit, attempt: 1 })).toEqual({ ok: 'handed', lookAgainAfterMs: 30_000 })
    trial.db.run("UPDATE cases SET state = '1', no = 'SL-7'")
    expect(await deliver(adapter, { ...submit, attempt: 2 })).toEqual({ ok: true, localCaseNo: 'SL-7' })
    expect(trial.rows('SELECT k FROM cases')).toHaveLength(1)
  })

  test.each([
    ['E17', 'register: error E17: 材料不齐', 'E17'],
    ['E18', 'register: error E18', 'E18'],
    [`${CANARIES[2]}不符`, 'register: an error that the configuration does not list', undefined],
  ])('a refusal is told by its code alone: %s', async (why, detail, theirCode) => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({ register: answering(), errors: { E17: '材料不齐' } })
    await deliver(adapter)
    trial.db.run("UPDATE cases SET state = '2', why = ?", [why])
    const { theirCode: told, ...result } = (await deliver(adapter, { ...sampleSubmit('one'), attempt: 1 })) as Record<
      string,
      unknown
    >
    expect(result).toEqual({ ok: false, code: 'adapter.refused', detail, retryable: false })
    expect(told).toBe(theirCode)
  })

  test('a row that was taken away before it said so is for a person to see', async () => {
    trial = startTrial(CASES, 'CREATE TRIGGER cleared AFTER INSERT ON cases BEGIN DELETE FROM cases; END')
    const adapter = await trial.adapter({ register: answering() })
    expect(await deliver(adapter)).toMatchObject({ ok: false, code: 'adapter.refused', retryable: false })
  })
})

describe('the check', () => {
  test('names each table and column that is missing, and keys that are not unique; nothing is written meanwhile', async () => {
    trial = startTrial('CREATE TABLE cases (k TEXT, a TEXT)')
    const adapter = await trial.adapter({
      register: {
        ...register({ a: 'caseNo', b: 'caseNo' }),
        rows: [...register({ a: 'caseNo', b: 'caseNo' }).rows, { table: 'more', columns: { a: 'caseNo' } }],
      },
    })
    const detail =
      'database: cases.b: is missing; more: is missing; cases: (k) is not unique; make it the primary key or give it a unique index'
    expect(await adapter.check(context)).toEqual({ ok: false, detail })
    expect(await deliver(adapter)).toEqual({ ok: false, code: 'adapter.unavailable', detail, retryable: true })
    trial.db.run('CREATE UNIQUE INDEX once ON cases (k)')
    trial.db.run('ALTER TABLE cases ADD COLUMN b TEXT')
    trial.db.run('CREATE TABLE more (a TEXT)')
    expect(await adapter.check(context)).toEqual({ ok: true })
    expect(await deliver(adapter)).toMatchObject({ ok: true })
  })

  test('tells of columns that must have a value and are given none', async () => {
    trial = startTrial('CREATE TABLE cases (k TEXT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL DEFAULT 1)')
    expect(await (await trial.adapter({ register: register({}) })).check(context)).toEqual({
      ok: true,
      detail: 'database: cases.a: must have a value, and the mapping gives it none',
    })
  })

  test('a unique index over more than the key proves nothing', async () => {
    trial = startTrial('CREATE TABLE cases (k TEXT, a TEXT, UNIQUE (k, a))')
    expect(await (await trial.adapter({ register: register({ a: 'caseNo' }) })).check(context)).toMatchObject({
      ok: false,
    })
  })

  test('a database that is not there is told', async () => {
    trial = startTrial()
    const adapter = await trial.adapter({
      register: register({}),
      database: { file: join(trial.folder, 'nowhere.sqlite') },
    })
    expect(await adapter.check(context)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('check: the database'),
    })
    expect(await deliver(adapter)).toMatchObject({ code: 'adapter.unavailable', retryable: true })
  })

  test('a database that another one writes just now is waited for', async () => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({ register: register({}) })
    await adapter.check(context)
    trial.db.run('BEGIN IMMEDIATE')
    const delivering = deliver(adapter)
    await new Promise(resolve => setImmediate(resolve))
    trial.db.run('COMMIT')
    expect(await delivering).toMatchObject({ ok: true })
  })
})

describe('a configuration', () => {
  const refusal = async (config: object, secrets: Record<string, string> = {}) =>
    createFrontTableAdapter({ config, secrets, folder: '/tmp' }).then(
      () => null,
      (error: { problem: { code: string; detail: string } }) => error.problem.detail,
    )
  const database = { dialect: 'postgresql', host: 'db.test' } as const
  trial = startTrial()

  test.each(['a b', 'a;DROP TABLE x', 'a"b', '1a', 'a.b.c', ''])('has words alone as names: %j', async table => {
    expect(
      await refusal({
        database,
        register: { ...register({}), rows: [{ table, key: 'k', columns: { k: 'idempotencyKey' } }] },
      }),
    ).toMatch(/^register\.rows\.0\.table: /)
    if (table !== 'a.b.c')
      expect(await refusal({ database, register: register({ [table]: 'caseNo' }) })).toMatch(
        /^register\.rows\.0\.columns/,
      )
  })

  test('is told all that is wrong with it at once', async () => {
    const detail = await refusal({
      database,
      register: {
        rows: [
          {
            table: 'cases',
            key: 'k',
            columns: { k: 'caseNo', a: '$theirs("no", body.mode)', b: { type: 'blob' }, c: '$nowhere' },
          },
        ],
      },
      packets: {
        'case.remind': {
          rows: [{ table: 'cases', write: 'update', key: 'k', columns: { k: 'caseNo' } }],
          handed: true,
        },
      },
    })
    for (const part of [
      'register: one of localCaseNo, answer and handed',
      'there is no dictionary no',
      'register.rows.0.columns.b.value: is missing',
      'there is no $nowhere here',
      'register.rows: one must be an insert',
      'packets.case.remind.rows.0: an update needs',
      'events: none has an `outcome`',
    ])
      expect(detail).toContain(part)
  })

  test('names a secret that is not there, and no value of one that is', async () => {
    const config = { database: { ...database, user: 'u', password: { secret: 'dbPassword' } }, register: register({}) }
    expect(await refusal(config)).toBe('database.password: there is no secret dbPassword')
    const wrong = { ...config, register: register({ a: '$nowhere' }) }
    expect(await refusal(wrong, { dbPassword: 'hunter2-canary' })).not.toContain('hunter2-canary')
  })

  test('goes in the clear to this machine alone, unless it says so', async () => {
    const plain = (more: object) => refusal({ database: { ...database, tls: 'off', ...more }, register: register({}) })
    expect(await plain({})).toContain('database.tls: personal data would go in the clear')
    expect(await plain({ allowPlain: true })).toBeNull()
    expect(await plain({ host: '127.0.0.1' })).toBeNull()
    expect(await plain({ host: '127.0.0.1.evil.test' })).toContain('database.tls')
  })

  test.each([
    ['oracle', 'oracledb'],
    ['dameng', 'dmdb'],
  ])('for %s names the package that is not there', async (dialect, name) => {
    expect(
      await refusal({ database: { ...database, dialect, tls: 'off', allowPlain: true }, register: register({}) }),
    ).toBe(`database.dialect: the package ${name} is needed beside the program`)
  })

  test('lacks items that its dictionaries do not know', async () => {
    await trial.stop()
    trial = startTrial(CASES)
    const adapter = await trial.adapter({
      dictionaries: { item: { codes: { A1: 'x' } } },
      register: register({ a: "$theirs('item', body.item.code)" }),
    })
    expect(await adapter.lacking?.([{ code: 'A2', name: '事项', modes: [0] }])).toEqual([
      { code: 'A2', lacks: 'dictionaries.item: A2' },
    ])
  })

  test('the example is one', async () => {
    const example = JSON.parse(readFileSync(new URL('./example.json', import.meta.url), 'utf8'))
    const problem = await refusal(example, { databasePassword: 'x' })
    // All but the file of the authority, which stands at the city.
    expect(problem).toBe('database.tls.ca: cannot be read')
  })

  test('config.schema.json is what the schema says; `npm run generate` writes it', async () => {
    const { frontTableConfigSchema } = await import('./config.ts')
    const held = JSON.parse(readFileSync(new URL('./config.schema.json', import.meta.url), 'utf8'))
    expect(held).toEqual(JSON.parse(JSON.stringify(frontTableConfigSchema())))
  })
})

describe('the tables UP', () => {
  const UP = [
    'CREATE TABLE up_pro_accept (row_guid TEXT PRIMARY KEY, project_no TEXT NOT NULL, project_name TEXT, task_code TEXT, task_name TEXT, task_version INTEGER, catalog_code TEXT, applyer_type TEXT, applyer_name TEXT, applyer_page_type TEXT, applyer_page_code TEXT, contact_name TEXT, contact_mobile TEXT, address TEXT, apply_type TEXT, apply_date TEXT, accept_date TEXT, org_code TEXT, org_name TEXT, project_type TEXT, data_source TEXT, cd_batch TEXT, cd_operation TEXT, cd_time TEXT)',
    'CREATE TABLE up_pro_material (row_guid TEXT, project_no TEXT, material_name TEXT, get_type TEXT, get_num INTEGER, material_attach_name TEXT, cd_batch TEXT, cd_operation TEXT, cd_time TEXT)',
  ]

  test('are written by the preset: batch, operation and time on each row; what is said beside it stands over it', async () => {
    trial = startTrial(...UP)
    mkdirSync(join(trial.folder, 'scans'))
    const adapter = await trial.adapter({
      preset: 'up',
      materials: { folder: 'scans' },
      register: { rows: [{ table: 'up_pro_accept', columns: { apply_type: "'3'", org_name: "'十堰市行政审批局'" } }] },
    })
    expect(await adapter.check(context)).toEqual({ ok: true })
    const submit = sampleSubmit('one', [sampleMaterial('m')])
    expect(await deliver(adapter, submit)).toEqual({ ok: true, localCaseNo: submit.caseNo })
    expect(await deliver(adapter, submit)).toEqual({ ok: true, localCaseNo: submit.caseNo })
    expect(trial.rows('SELECT * FROM up_pro_accept')).toEqual([
      expect.objectContaining({
        row_guid: submit.idempotencyKey.slice(0, 32),
        task_version: 3,
        catalog_code: '000111111000',
        org_code: '11420300011315330Y',
        org_name: '十堰市行政审批局',
        apply_type: '3',
        apply_date: '2026-11-02 09:00:00',
        cd_batch: '20261102090000',
        cd_operation: 'I',
        cd_time: '2026-11-02 09:00:00',
      }),
    ])
    expect(trial.rows('SELECT project_no, get_num, cd_operation FROM up_pro_material')).toEqual([
      { project_no: submit.caseNo, get_num: 1, cd_operation: 'I' },
    ])
  })

  test('lose a column that the tables of the city lack, where the configuration says false', async () => {
    trial = startTrial(...UP.map(sql => sql.replace(', data_source TEXT', '')))
    const without = {
      rows: [{ table: 'up_pro_accept', columns: { data_source: false } }],
    } as unknown as FrontTableConfigInput['register']
    expect(await (await trial.adapter({ preset: 'up', register: without })).check(context)).toEqual({ ok: true })
  })
})
