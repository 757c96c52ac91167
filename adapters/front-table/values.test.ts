import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { sampleMaterial, sampleSubmit } from '../sdk/test-kit.ts'
import { FRONT_TABLE_LIMITS, type FrontTableConfigInput } from './config.ts'
import { CASES, type Columns, deliver, register, startTrial, type Trial } from './trial.ts'

let trial: Trial
afterEach(() => trial.stop())

describe('values', () => {
  const written = async (columns: Columns, more: object = {}) => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({ register: register(columns), ...more })
    const result = await deliver(adapter)
    return { result, row: trial.rows('SELECT a, b, n, d, t, hex(x) AS x FROM cases')[0] }
  }

  test('are text, digits as written, days, times in China Standard Time, and bytes', async () => {
    const { result, row } = await written({
      a: 'body.form.purpose',
      b: { value: "'长'", type: 'clob' },
      n: { value: "'12345678901234567.25'", type: 'number' },
      d: { value: 'body.receivedAt', type: 'day' },
      t: { value: "'2026-11-02T01:00:00Z'", type: 'time' },
      x: { value: "'AP8='", type: 'blob' },
    })
    expect(result).toEqual({ ok: true, localCaseNo: sampleSubmit('one').caseNo })
    expect(row).toMatchObject({ a: '出国留学', b: '长', d: '2026-11-02', t: '2026-11-02 09:00:00', x: '00FF' })
  })

  test('that an expression does not find are left to the default, and null is NULL', async () => {
    trial = startTrial("CREATE TABLE cases (k TEXT PRIMARY KEY, a TEXT DEFAULT 'preset', b TEXT DEFAULT 'preset')")
    const adapter = await trial.adapter({ register: register({ a: 'body.nowhere', b: 'null' }) })
    expect(await deliver(adapter)).toMatchObject({ ok: true })
    expect(trial.rows('SELECT a, b FROM cases')).toEqual([{ a: 'preset', b: null }])
  })

  test('an empty text is NULL where the database has it so', async () => {
    expect((await written({ a: "''", b: "'x'" }, { database: { emptyIsNull: true } })).row).toMatchObject({
      a: null,
      b: 'x',
    })
    await trial.stop()
    expect((await written({ a: "''" })).row).toMatchObject({ a: '' })
  })

  test.each([
    [{ value: "'出国'", bytes: 6 }, 'utf-8', null],
    [{ value: "'出国'", bytes: 5 }, 'utf-8', 'longer than the 5 bytes that the column holds'],
    [{ value: "'出国'", bytes: 4 }, 'gb18030', null],
    [{ value: "'出国'", bytes: 3 }, 'gb18030', 'longer than the 3 bytes that the column holds'],
    [{ value: "'出国𠮷'", characters: 3 }, 'utf-8', null],
    [{ value: "'出国𠮷'", characters: 2 }, 'utf-8', 'longer than the 2 characters that the column holds'],
    [{ value: "'𠮷'" }, 'gbk', 'has a character that gbk lacks'],
    [{ value: "'1e3'", type: 'number' }, 'utf-8', 'must be a number in digits'],
    [{ value: "'tomorrow'", type: 'day' }, 'utf-8', 'not a time in a known form'],
    [{ value: "'A'", type: 'blob' }, 'utf-8', 'not bytes in base64'],
    [{ value: 'true' }, 'utf-8', 'must be text or a number; true, false, lists and objects have no form in a column'],
    [{ value: "'a\u0000'" }, 'utf-8', 'has a character that no database takes (U+0000)'],
  ] as const)('%j in %s: %s', async (a, charset, why) => {
    const { result } = await written({ a }, { database: { charset } })
    expect(result).toMatchObject(
      why === null
        ? { ok: true }
        : { ok: false, code: 'adapter.mapping', detail: `register.rows.0.columns.a: ${why}`, retryable: false },
    )
    expect(trial.rows('SELECT k FROM cases')).toHaveLength(why === null ? 1 : 0)
  })
})

describe('materials', () => {
  const withRows = (columns: Columns): FrontTableConfigInput['register'] => ({
    ...register({}),
    rows: [{ table: 'scans', each: 'materials', columns }, ...register({}).rows],
  })
  const SCANS = 'CREATE TABLE scans (sha256 TEXT, path TEXT, url TEXT, content BLOB)'

  test('lie whole in the folder, under the names that rows say, and no other file with them', async () => {
    trial = startTrial(CASES, SCANS)
    const adapter = await trial.adapter({
      materials: { folder: 'scans', name: "caseNo & '/' & material.code & '.pdf'", url: 'https://files.test/scans' },
      register: withRows({ path: 'material.path', url: 'material.url' }),
    })
    const material = sampleMaterial('a scan')
    const submit = sampleSubmit('one', [material])
    expect(await deliver(adapter, submit)).toMatchObject({ ok: true })
    const path = `${submit.caseNo}/M01.pdf`
    expect(trial.rows('SELECT path, url FROM scans')).toEqual([{ path, url: `https://files.test/scans/${path}` }])
    const bytes = readFileSync(join(trial.folder, 'scans', path))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(material.sha256)
    expect(readdirSync(join(trial.folder, 'scans', submit.caseNo))).toEqual(['M01.pdf'])
    // A retry reads no scan again.
    const opened = material.opened
    await deliver(adapter, { ...submit, attempt: 1 })
    expect(material.opened).toBe(opened)
  })

  test('stand in a column as bytes', async () => {
    trial = startTrial(CASES, SCANS)
    const adapter = await trial.adapter({
      materials: 'blob',
      register: withRows({ sha256: 'material.sha256', content: { type: 'blob' } }),
    })
    const material = sampleMaterial('a scan')
    expect(await deliver(adapter, sampleSubmit('one', [material]))).toMatchObject({ ok: true })
    const [row] = trial.rows('SELECT content FROM scans')
    expect(
      createHash('sha256')
        .update(row?.content as Uint8Array)
        .digest('hex'),
    ).toBe(material.sha256)
  })

  test('that are too large for a column are refused before anything is read', async () => {
    trial = startTrial(CASES, SCANS)
    const adapter = await trial.adapter({ materials: 'blob', register: withRows({ content: { type: 'blob' } }) })
    const material = sampleMaterial('a scan')
    const large = { ...material, size: FRONT_TABLE_LIMITS.blobBytes + 1 }
    expect(await deliver(adapter, sampleSubmit('one', [large]))).toMatchObject({ ok: false, code: 'adapter.mapping' })
    expect(material.opened).toBe(0)
    // One that is as large as may be is read, and is not what its packet says.
    const limit = { ...large, size: FRONT_TABLE_LIMITS.blobBytes }
    expect(await deliver(adapter, sampleSubmit('one', [limit]))).toMatchObject({
      code: 'adapter.unavailable',
      retryable: true,
    })
  })

  test.each(['../up', '/etc/x', 'a//b', '.hidden', 'a/../b', ''])('never lie outside the folder: %j', async name => {
    trial = startTrial(CASES, SCANS)
    const adapter = await trial.adapter({
      materials: { folder: 'scans', name: JSON.stringify(name) },
      register: withRows({ path: 'material.path' }),
    })
    expect(await deliver(adapter, sampleSubmit('one', [sampleMaterial('m')]))).toMatchObject({
      code: 'adapter.mapping',
      detail: 'materials.name: must be a path inside the folder, of parts without ..',
    })
    expect(existsSync(join(trial.folder, 'scans'))).toBe(false)
  })

  test('that go nowhere are refused, or left out when the configuration says so', async () => {
    trial = startTrial(CASES)
    const submit = sampleSubmit('one', [sampleMaterial('m')])
    expect(await deliver(await trial.adapter({ register: register({}) }), submit)).toMatchObject({
      code: 'adapter.mapping',
    })
    expect(await deliver(await trial.adapter({ register: register({}), materials: 'ignore' }), submit)).toMatchObject({
      ok: true,
    })
  })

  test('wait while the folder cannot be written to', async () => {
    trial = startTrial(CASES, SCANS)
    writeFileSync(join(trial.folder, 'scans'), 'a file in the way')
    const adapter = await trial.adapter({
      materials: { folder: 'scans' },
      register: withRows({ path: 'material.path' }),
    })
    expect(await deliver(adapter, sampleSubmit('one', [sampleMaterial('m')]))).toMatchObject({
      code: 'adapter.unavailable',
      detail: 'materials.folder: could not be written to',
      retryable: true,
    })
    expect(trial.rows('SELECT k FROM cases')).toEqual([])
  })
})
