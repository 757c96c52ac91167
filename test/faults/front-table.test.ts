/** Exchange tables in real databases: the contract, and what goes wrong between a node and a database that others use too. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FrontTableConfigInput } from '../../adapters/front-table/config.ts'
import { createFrontTableAdapter } from '../../adapters/front-table/front-table.ts'
import {
  LONG_NUMBERS,
  MYSQL_TABLES,
  POSTGRESQL_TABLES,
  startSystem,
  type TestDatabase,
  testConfig,
} from '../../adapters/front-table/test-system.ts'
import { pollOnce } from '../../adapters/front-table/trial.ts'
import { adapterContract } from '../../adapters/sdk/contract.ts'
import { CANARIES, sampleMaterial, sampleSubmit, testContext } from '../../adapters/sdk/test-kit.ts'
import { type DatabaseServer, startMariadb, startPostgresql, withoutMariadb } from '../support/database-servers.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const KINDS = [
  {
    dialect: 'postgresql' as const,
    start: startPostgresql,
    missing: null,
    tables: POSTGRESQL_TABLES,
    number: 'NUMERIC(30, 4)',
    ends: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tongban' AND pid <> pg_backend_pid()",
    sessions: "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'tongban'",
  },
  {
    dialect: 'mysql' as const,
    start: startMariadb,
    missing: withoutMariadb(),
    tables: MYSQL_TABLES,
    number: 'DECIMAL(30, 4)',
    ends: 'SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = database()',
    sessions: 'SELECT count(*) AS n FROM information_schema.processlist WHERE db = database()',
  },
]

for (const { dialect, start, missing, tables, number, ends, sessions } of KINDS) {
  if (missing !== null) {
    console.log(`front tables in ${dialect} were not tested: ${missing}`)
    test.skip(`front tables in ${dialect}: ${missing}`, () => {})
    continue
  }

  describe(`front tables in ${dialect}`, () => {
    let server: DatabaseServer
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server.stop())

    const databaseOf = (name: string, more: Partial<FrontTableConfigInput['database']> = {}) => ({
      dialect,
      host: '127.0.0.1',
      port: server.port,
      database: name,
      user: server.user,
      password: { secret: 'database' },
      tls: 'off' as const,
      ...more,
    })
    const fresh = async (more: Partial<FrontTableConfigInput['database']> = {}): Promise<TestDatabase> => ({
      database: databaseOf(await server.fresh(), more),
      secrets: { database: server.password },
      tables,
      longNumbers: LONG_NUMBERS[dialect],
    })
    const { context } = testContext()
    const begin = async (more: Partial<FrontTableConfigInput['database']> = {}) => {
      const subject = await startSystem(await fresh(more))
      const count = async (sql: string) => Number((await subject.ask(sql)).rows[0]?.n)
      /** Ends what others than this test have open in the database. */
      const kill = async () => {
        const { rows } = await subject.ask(ends)
        if (dialect === 'mysql') for (const { id } of rows) await subject.ask(`KILL ${id}`)
      }
      return { ...subject, count, kill }
    }
    const other = (
      subject: { database: FrontTableConfigInput['database'] },
      change: (config: FrontTableConfigInput) => void,
    ) => {
      const config = testConfig(subject.database)
      change(config)
      return createFrontTableAdapter({ config, secrets: { database: server.password }, folder: '/tmp' })
    }

    adapterContract(`front-table, on ${dialect}`, async () => startSystem(await fresh()), { outside: true })

    test('a commit whose answer was lost on the line has one effect, found by the next attempt', async () => {
      const database = await fresh()
      const proxy = await startProxy(server.port)
      const subject = await startSystem(database)
      const adapter = await other({ database: { ...database.database, port: proxy.port } }, () => {})
      const submit = sampleSubmit('lost on the line')
      expect(await adapter.deliver(sampleSubmit('before'), context)).toMatchObject({ ok: true })
      proxy.mute(true)
      const delivering = adapter.deliver(submit, context)
      // A database that is asked statement by statement gets no further than the first: what it was sent is undone.
      if (dialect === 'postgresql') await expect.poll(() => subject.system.effects(submit.idempotencyKey)).toBe(1)
      proxy.cut()
      expect(await delivering).toMatchObject({ ok: false, code: 'adapter.unavailable', retryable: true })
      proxy.mute(false)
      expect(await adapter.deliver({ ...submit, attempt: 1 }, context)).toMatchObject({ ok: true })
      expect(await subject.system.effects(submit.idempotencyKey)).toBe(1)
      await adapter.close?.()
      await proxy.close()
      await subject.stop()
    })

    test('sessions that the database ended are replaced: idle ones unnoticed, one at work with another attempt', async () => {
      const { adapter, system, ask, kill, stop, count } = await begin()
      for (let n = 0; n < 3; n++) {
        await kill()
        const submit = sampleSubmit(`ended ${n}`)
        let result = await adapter.deliver(submit, context)
        if (result.ok === false) {
          expect(result).toMatchObject({ code: 'adapter.unavailable', retryable: true })
          result = await adapter.deliver({ ...submit, attempt: 1 }, context)
        }
        expect(result).toMatchObject({ ok: true })
        expect(await system.effects(submit.idempotencyKey)).toBe(1)
      }
      // One waits for a lock of somebody else when its session ends.
      await ask(dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN')
      await ask(`INSERT INTO applications (k) VALUES ('${sampleSubmit('locked').idempotencyKey}')`)
      const before = await count('SELECT count(*) AS n FROM applications')
      const delivering = adapter.deliver(sampleSubmit('locked'), context)
      const waits =
        dialect === 'postgresql'
          ? "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
          : 'SELECT count(*) AS n FROM information_schema.innodb_lock_waits'
      // MariaDB renews what it says of locks once nobody asked for a tenth of a second.
      await expect.poll(() => count(waits), { interval: 500 }).toBeGreaterThan(0)
      await kill()
      expect(await delivering).toMatchObject({ code: 'adapter.unavailable', retryable: true })
      expect(await count('SELECT count(*) AS n FROM applications')).toBe(before)
      await ask('ROLLBACK')
      expect(await adapter.deliver({ ...sampleSubmit('locked'), attempt: 1 }, context)).toMatchObject({ ok: true })
      await stop()
    })

    test('a lock that is held too long is given up and tried again, and the time is that of the configuration', async () => {
      const database = await fresh()
      const { ask, stop } = await startSystem(database)
      const adapter = await other({ database: { ...database.database, statementMs: 1000 } }, () => {})
      await adapter.check(context)
      await ask(dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN')
      await ask(`INSERT INTO applications (k) VALUES ('${sampleSubmit('locked').idempotencyKey}')`)
      expect(await adapter.deliver(sampleSubmit('locked'), context)).toMatchObject({
        code: 'adapter.unavailable',
        detail: expect.stringContaining('a lock is held too long'),
        retryable: true,
      })
      await ask('ROLLBACK')
      await adapter.close?.()
      await stop()
    })

    test('a call that is given up while it waits for a lock leaves no session and no row', async () => {
      const { adapter, system, ask, count, stop } = await begin()
      await adapter.check(context)
      await ask(dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN')
      const submit = sampleSubmit('given up')
      await ask(`INSERT INTO applications (k) VALUES ('${submit.idempotencyKey}')`)
      const controller = new AbortController()
      const delivering = adapter.deliver(submit, { ...context, signal: controller.signal })
      await expect.poll(() => count(sessions)).toBeGreaterThan(0)
      controller.abort()
      expect(await delivering).toMatchObject({ code: 'adapter.unavailable', retryable: true })
      await ask('ROLLBACK')
      // Its rows are undone, or they are those of this packet: the next attempt has one effect in either case.
      expect(await adapter.deliver({ ...submit, attempt: 1 }, context)).toMatchObject({ ok: true })
      expect(await system.effects(submit.idempotencyKey)).toBe(1)
      await stop()
    })

    test('two that write the same packets and two that read have one effect each, and miss nothing', async () => {
      const { another, system, stop } = await begin()
      const first = another()
      const second = another()
      const submits = Array.from({ length: 30 }, (_, n) => sampleSubmit(`both ${n}`))
      const results = await Promise.all(
        submits.flatMap(submit => [first.deliver(submit, context), second.deliver(submit, context)]),
      )
      for (const [n, submit] of submits.entries()) {
        const pair = [results[2 * n], results[2 * n + 1]]
        // One that lost a deadlock to the other is tried again.
        const taken = pair.filter(result => result?.ok === true)
        expect(taken.length).toBeGreaterThan(0)
        for (const result of pair) if (result?.ok === false) expect(result).toMatchObject({ retryable: true })
        expect(await system.effects(submit.idempotencyKey)).toBe(1)
      }
      for (let n = 0; n < 10; n++) await system.say(`10${n}`, `words ${n}`)
      const [a, b] = await Promise.all([pollOnce(first, null), pollOnce(second, null)])
      expect(a.events.map(({ id }) => id)).toEqual(b.events.map(({ id }) => id))
      expect(a.events).toHaveLength(10)
      await stop()
    })

    test('a reader never sees a case without its scans', async () => {
      const { adapter, ask, stop } = await begin()
      let reading = true
      const orphans: number[] = []
      const reader = (async () => {
        while (reading) {
          const { rows } = await ask('SELECT a.k FROM applications a LEFT JOIN scans s ON s.k = a.k WHERE s.k IS NULL')
          orphans.push(rows.length)
        }
      })()
      for (let n = 0; n < 30; n++)
        expect(await adapter.deliver(sampleSubmit(`read ${n}`, [sampleMaterial(`scan ${n}`)]), context)).toMatchObject({
          ok: true,
        })
      reading = false
      await reader
      expect(orphans.length).toBeGreaterThan(10)
      expect(orphans.every(n => n === 0)).toBe(true)
      await stop()
    })

    test('answers of a transaction that commits late, below what was read, are not lost', async () => {
      const database = await fresh()
      const subject = await startSystem(database)
      const adapter = subject.another()
      const writer = await startSystem({ ...database, tables: [] })
      await writer.ask(dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN')
      await writer.ask("INSERT INTO answers (lsh, step, words) VALUES (1, 'XX', 'begun first')")
      await subject.ask("INSERT INTO answers (lsh, step, words) VALUES (2, 'XX', 'begun second')")
      const first = await pollOnce(adapter, null)
      expect(first.events.map(({ move }) => move.body)).toEqual([{ text: 'begun second' }])
      await writer.ask('COMMIT')
      const second = await pollOnce(adapter, first.cursor)
      expect(second.events.map(({ move }) => move.body)).toEqual([{ text: 'begun first' }, { text: 'begun second' }])
      expect(second.events[1]?.id).toBe(first.events[0]?.id)
      expect((await pollOnce(adapter, second.cursor)).given).toEqual([])
      await writer.stop()
      await subject.stop()
    })

    test('writers at full tilt while it polls: each answer is given', async () => {
      const database = await fresh()
      const subject = await startSystem(database)
      const writers = await Promise.all(Array.from({ length: 4 }, () => startSystem({ ...database, tables: [] })))
      let writing = writers.length
      const done = writers.map(async ({ ask }, w) => {
        for (let n = 0; n < 60; n++) {
          await ask(dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN')
          await ask(`INSERT INTO answers (lsh, step, words) VALUES (${w}, 'XX', '${w} ${n}')`)
          await ask('SELECT 1 AS n')
          await ask('COMMIT')
        }
        writing--
      })
      const given = new Set<string>()
      let cursor: string | null = null
      for (let quiet = 0; quiet < 2; ) {
        const page: Awaited<ReturnType<typeof pollOnce>> = await pollOnce(subject.adapter, cursor)
        for (const { move } of page.events) given.add((move.body as { text: string }).text)
        cursor = page.cursor
        quiet = writing === 0 && page.given.length === 0 ? quiet + 1 : 0
      }
      await Promise.all(done)
      expect(given.size).toBe(240)
      for (const writer of writers) await writer.stop()
      await subject.stop()
    })

    test('columns keep digits and times as they are written, and what the database refuses is named by its column', async () => {
      const database = await fresh()
      const subject = await startSystem(database)
      await subject.ask(
        `CREATE TABLE typed (k VARCHAR(64) PRIMARY KEY, short VARCHAR(4), n ${number}, whole INTEGER, d DATE, t TIMESTAMP NULL, need VARCHAR(9) NOT NULL)`,
      )
      const adapterWith = (columns: Record<string, unknown>) =>
        other(database, config => {
          config.register = {
            rows: [{ table: 'typed', key: 'k', columns: { k: 'idempotencyKey', need: "'x'", ...columns } as never }],
            localCaseNo: 'caseNo',
          }
          config.packets = {}
          delete config.materials
        })
      const good = await adapterWith({
        short: "'四个汉字'",
        n: { value: "'12345678901234567890.1234'", type: 'number' },
        d: { value: "'2026年12月2日'", type: 'day' },
        t: { value: "'2026-12-02T01:05:00Z'", type: 'time' },
      })
      expect(await good.deliver(sampleSubmit('good'), context)).toMatchObject({ ok: true })
      const text = (column: string) => (dialect === 'mysql' ? `CAST(${column} AS CHAR)` : `${column}::text`)
      const { rows } = await subject.ask(
        `SELECT short, ${text('n')} AS n, ${text('d')} AS d, ${text('t')} AS t FROM typed`,
      )
      expect(rows).toEqual([
        { short: '四个汉字', n: '12345678901234567890.1234', d: '2026-12-02', t: '2026-12-02 09:05:00' },
      ])
      await good.close?.()
      for (const [column, value] of [
        ['short', `'${CANARIES[2]}'`],
        ['need', 'null'],
        ['whole', `'${CANARIES[1]}0'`],
      ] as const) {
        const adapter = await adapterWith({ [column]: value })
        const result = await adapter.deliver(sampleSubmit(`bad ${column}`), context)
        expect(result).toMatchObject({ ok: false, code: 'adapter.refused', retryable: false })
        expect(result).toMatchObject({
          detail: expect.stringMatching(
            new RegExp(
              `^register.rows.0.columns.${column}: (longer than its 4 characters: )?the database does not take it`,
            ),
          ),
        })
        for (const canary of CANARIES) expect(JSON.stringify(result)).not.toContain(canary)
        await adapter.close?.()
      }
      await subject.stop()
    })

    test('a wrong password and a missing right are told without the password, and nothing is parked for them', async () => {
      const database = await fresh()
      const subject = await startSystem(database)
      const config = testConfig(database.database)
      const secrets = { database: 'wrong-password-canary' }
      const adapter = await createFrontTableAdapter({
        config: { ...config, database: { ...config.database, user: 'nobody' } },
        secrets,
        folder: '/tmp',
      })
      const said = [await adapter.check(context), await adapter.deliver(sampleSubmit('locked out'), context)]
      expect(said).toMatchObject([{ ok: false }, { ok: false, code: 'adapter.unavailable', retryable: true }])
      expect(JSON.stringify(said)).not.toContain('canary')
      await adapter.close?.()
      await subject.stop()
    })

    test('as many sessions are open as the configuration says, whatever is asked at a time', async () => {
      const { adapter, count, stop } = await begin({ connections: 3 })
      const before = await count(sessions)
      const seen: number[] = []
      await Promise.all(
        Array.from({ length: 24 }, async (_, n) => {
          expect(await adapter.deliver(sampleSubmit(`many ${n}`), context)).toMatchObject({ ok: true })
          seen.push((await count(sessions)) - before)
        }),
      )
      expect(Math.max(...seen)).toBe(3)
      await stop()
    })

    test('a restart of the database holds up the packets and loses none', async () => {
      const { adapter, system, another, stop } = await begin()
      const before = sampleSubmit('before the restart')
      expect(await adapter.deliver(before, context)).toMatchObject({ ok: true })
      await server.restart()
      let result = await adapter.deliver(sampleSubmit('after'), context)
      for (let attempt = 1; result.ok === false && attempt < 5; attempt++) {
        expect(result).toMatchObject({ code: 'adapter.unavailable', retryable: true })
        result = await adapter.deliver({ ...sampleSubmit('after'), attempt }, context)
      }
      expect(result).toMatchObject({ ok: true })
      expect(await another().deliver({ ...before, attempt: 1 }, context)).toMatchObject({ ok: true })
      await stop().catch(() => {})
      expect(system).toBeDefined()
    })
  })
}
