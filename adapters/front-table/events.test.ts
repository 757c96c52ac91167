import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type ContractSubject, runContractTest } from '../sdk/conformance.ts'
import { STATES } from '../sdk/conformance-state.ts'
import type { Adapter, LocalMove } from '../sdk/index.ts'
import { sampleKey, testContext } from '../sdk/test-kit.ts'
import { FRONT_TABLE_LIMITS, type FrontTableConfigInput } from './config.ts'
import { pollOnce, startTrial, type Trial } from './trial.ts'

let trial: Trial
afterEach(() => trial.stop())

const CASES = 'CREATE TABLE cases (k TEXT PRIMARY KEY)'
const ANSWERS =
  'CREATE TABLE answers (id INTEGER PRIMARY KEY, no TEXT, step TEXT, words TEXT, at TEXT, flag TEXT, file TEXT, k TEXT, why TEXT)'
const register: FrontTableConfigInput['register'] = {
  rows: [{ table: 'cases', key: 'k', columns: { k: 'idempotencyKey' } }],
  localCaseNo: 'caseNo',
}
type Source = NonNullable<FrontTableConfigInput['events']>[number]
const source = (more: Partial<Source> = {}): Source => ({
  name: 'answers',
  table: 'answers',
  columns: ['no', 'step', 'words', 'at', 'file', 'k', 'why'],
  by: { mark: ['id'] },
  id: ['id'],
  localCaseNo: 'no',
  kind: "step = 'XX' ? 'case.message' : step = 'OK' ? 'taken' : step = 'NO' ? 'refused' : step = '' ? undefined : step",
  body: { 'case.message': { text: 'words' } },
  ...more,
})
const say = (words: string, more: Record<string, string | number | null> = {}, table = 'answers') => {
  const row = { no: 'L-1', step: 'XX', words, flag: '0', ...more }
  const names = Object.keys(row)
  trial.db.run(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    Object.values(row),
  )
}
const textsOf = (events: readonly LocalMove[]) => events.map(({ move }) => (move.body as { text: string }).text)
const begin = async (events: Source[], ...tables: string[]) => {
  trial = startTrial(CASES, ANSWERS, ...tables)
  return trial.adapter({ register, events })
}

describe('by mark', () => {
  const NOW = Date.UTC(2026, 10, 2)

  test('rows that a late transaction commits below the mark are given, and what was given has the same ids', async () => {
    const adapter = await begin([source()])
    say('first', { id: 1 })
    say('third', { id: 3 })
    const first = await pollOnce(adapter, null, NOW)
    expect(textsOf(first.events)).toEqual(['first', 'third'])
    say('second, late', { id: 2 })
    const late = await pollOnce(adapter, first.cursor, NOW + 1000)
    expect(textsOf(late.events)).toEqual(['first', 'second, late', 'third'])
    expect(late.events[0]?.id).toBe(first.events[0]?.id)
    expect((await pollOnce(adapter, late.cursor, NOW + 2000)).given).toEqual([])
  })

  test('one more and one less between the marks is not taken for the same', async () => {
    const adapter = await begin([source()])
    for (const id of [1, 3, 4]) say(`number ${id}`, { id })
    const { cursor } = await pollOnce(adapter, null, NOW)
    trial.db.run('DELETE FROM answers WHERE id = 3')
    say('number 2', { id: 2 })
    expect(textsOf((await pollOnce(adapter, cursor, NOW)).events)).toContain('number 2')
  })

  test('late rows are looked for as long as a transaction may last, from one page to the next', async () => {
    const late = { by: { mark: ['id'], lateSeconds: 600 } }
    const adapter = await begin([source(late)])
    say('first', { id: 10 })
    const first = await pollOnce(adapter, null, NOW)
    say('second', { id: 20 })
    // A moment before its end, and it is found…
    const second = await pollOnce(adapter, first.cursor, NOW + 599_000)
    say('just in time', { id: 9 })
    const third = await pollOnce(adapter, second.cursor, NOW + 599_500)
    expect(textsOf(third.events)).toContain('just in time')
    // …and what comes below after that is not read, nor is anything else given again.
    const settled = await pollOnce(adapter, third.cursor, NOW + 601_000)
    say('too late', { id: 8 })
    expect((await pollOnce(adapter, settled.cursor, NOW + 602_000)).given).toEqual([])
    say('late above what is settled', { id: 15 })
    expect(textsOf((await pollOnce(adapter, settled.cursor, NOW + 603_000)).events)).toContain(
      'late above what is settled',
    )
  })

  test('nothing new leaves the cursor as it is; one that nobody can read begins anew', async () => {
    const adapter = await begin([source()])
    const empty = await pollOnce(adapter, null, NOW)
    expect((await pollOnce(adapter, empty.cursor, NOW)).cursor).toBe(empty.cursor)
    say('first', { id: 1 })
    const { cursor } = await pollOnce(adapter, empty.cursor, NOW)
    expect((await pollOnce(adapter, cursor, NOW)).cursor).toBe(cursor)
    expect(textsOf((await pollOnce(adapter, 'of another program', NOW)).events)).toEqual(['first'])
  })

  test('pages follow each other without a gap, and two columns make a mark where one is not unique', async () => {
    const adapter = await begin([source({ by: { mark: ['at', 'id'] } })])
    const all = FRONT_TABLE_LIMITS.pageRows + 3
    trial.db.transaction(() => {
      for (let n = 0; n < all; n++) say(`row ${n}`, { at: '2026-11-02 09:00:00', id: n + 1 })
    })()
    const first = await pollOnce(adapter, null, NOW)
    const second = await pollOnce(adapter, first.cursor, NOW)
    expect([first.given.length, second.given.length]).toEqual([FRONT_TABLE_LIMITS.pageRows, 3])
    expect(textsOf([...first.events, ...second.events])).toEqual(Array.from({ length: all }, (_, n) => `row ${n}`))
  })

  test('rows of other values, without a mark, or without a meaning are left out', async () => {
    const adapter = await begin([source({ where: { flag: 'P' }, by: { mark: ['at', 'id'] } })])
    say('of others', { flag: 'Q', at: '1' })
    say('without a mark', { flag: 'P', at: null })
    say('without a meaning', { flag: 'P', at: '2', step: '' })
    say('ours', { flag: 'P', at: '3' })
    expect(textsOf((await pollOnce(adapter, null, NOW)).events)).toEqual(['ours'])
  })
})

describe('by flag', () => {
  const flagged = source({ by: { flag: { column: 'flag', unread: '0', read: '1' }, order: ['id'] }, id: ['id', 'at'] })
  const acknowledge = async (adapter: Adapter, ids: string[]) => adapter.acknowledge?.(ids, testContext().context)
  const flags = () => trial.rows('SELECT flag FROM answers ORDER BY id').map(({ flag }) => flag)
  const idsOf = ({ given }: Awaited<ReturnType<typeof pollOnce>>) =>
    given.map(answer => ('raw' in answer ? (answer.id ?? '') : answer.id))

  test('rows are given until the node has kept them, and their flag is set then', async () => {
    const adapter = await begin([flagged])
    say('first', { at: '1, 2 %' })
    say('without a meaning', { at: '2', step: '' })
    const first = await pollOnce(adapter, null)
    expect(textsOf(first.events)).toEqual(['first'])
    expect(idsOf(await pollOnce(adapter, first.cursor))).toEqual(idsOf(first))
    expect(flags()).toEqual(['0', '0'])
    await acknowledge(adapter, idsOf(first))
    await acknowledge(adapter, idsOf(first))
    expect(flags()).toEqual(['1', '1'])
    expect((await pollOnce(adapter, first.cursor)).given).toEqual([])
  })

  test('a row that was written anew since it was read stays unread', async () => {
    const adapter = await begin([flagged])
    say('first', { at: '1' })
    const first = await pollOnce(adapter, null)
    trial.db.run("UPDATE answers SET words = 'changed', at = '2'")
    await acknowledge(adapter, idsOf(first))
    expect(flags()).toEqual(['0'])
    const second = await pollOnce(adapter, first.cursor)
    expect(textsOf(second.events)).toEqual(['changed'])
    expect(second.events[0]?.id).not.toBe(first.events[0]?.id)
  })

  test('an unread flag may be NULL; ids of others are passed over', async () => {
    const adapter = await begin([source({ by: { flag: { column: 'flag', unread: null, read: '1' }, order: ['id'] } })])
    say('first', { flag: null })
    const first = await pollOnce(adapter, null)
    await acknowledge(adapter, ['nothing,1', 'answers', 'answers,%', 'answers,1,2', ...idsOf(first)])
    expect(flags()).toEqual(['1'])
  })
})

test('answers of several tables come in the order of their times, also where a page of one is cut off', async () => {
  const other = 'CREATE TABLE notices (id INTEGER PRIMARY KEY, no TEXT, step TEXT, words TEXT, at TEXT, flag TEXT)'
  const at = 'at'
  const adapter = await begin(
    [source({ at }), source({ at, name: 'notices', table: 'notices', columns: ['no', 'step', 'words', 'at'] })],
    other,
  )
  const time = (n: number) => new Date(Date.UTC(2026, 10, 2) + n * 1000).toISOString()
  const many = FRONT_TABLE_LIMITS.pageRows + 5
  trial.db.transaction(() => {
    for (let n = 0; n < many; n++) say(`${2 * n}`, { at: time(2 * n) })
    for (let n = 0; n < 5; n++) say(`${2 * n * 50 + 1}`, { at: time(2 * n * 50 + 1) }, 'notices')
  })()
  const numbers: number[] = []
  let cursor: string | null = null
  for (;;) {
    const page: Awaited<ReturnType<typeof pollOnce>> = await pollOnce(adapter, cursor)
    if (page.given.length === 0) break
    numbers.push(...textsOf(page.events).map(Number))
    cursor = page.cursor
    expect(page.events.every(({ at: when }) => when !== undefined)).toBe(true)
  }
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  expect(numbers).toHaveLength(many + 5)
})

describe('what became of a packet', () => {
  const outcome = { idempotencyKey: 'k', localCaseNo: "no = 'none' ? undefined : no", error: 'why' }

  test('is told by the idempotency key that the row holds', async () => {
    const adapter = await begin([source({ outcome })])
    const key = sampleKey('one')
    say('', { step: 'OK', k: key })
    say('', { step: 'NO', k: key, why: 'E17' })
    say('', { step: 'OK', k: null })
    say('', { step: 'OK', k: key, no: 'none' })
    const { outcomes, problems } = await pollOnce(adapter, null)
    expect(outcomes).toEqual([
      { id: 'answers,1', taken: key, localCaseNo: 'L-1' },
      { id: 'answers,2', refused: key, detail: 'error E17', theirCode: 'E17' },
    ])
    expect(problems.map(({ detail }) => detail)).toEqual([
      'events.0.outcome.idempotencyKey: found no idempotency key',
      'events.0.outcome.localCaseNo: found no local case number of 1 to 100 characters',
    ])
  })

  test('a packet is handed over, once, where a table tells it', async () => {
    trial = startTrial(CASES, ANSWERS)
    const { localCaseNo, ...rows } = register
    const adapter = await trial.adapter({ register: { ...rows, handed: true }, events: [source({ outcome })] })
    const { sampleSubmit } = await import('../sdk/test-kit.ts')
    const { context } = testContext()
    for (const attempt of [0, 1, 0])
      expect(await adapter.deliver({ ...sampleSubmit('one'), attempt }, context)).toEqual({ ok: 'handed' })
    expect(trial.rows('SELECT k FROM cases')).toHaveLength(1)
  })
})

describe('what cannot be read', () => {
  test('is given raw with its case, named by its place, and read once the mapping can', async () => {
    const adapter = await begin([source()])
    say('欧阳金丝雀', { step: 'ZZ' })
    say('fine')
    const { events, problems, given } = await pollOnce(adapter, null)
    expect(textsOf(events)).toEqual(['fine'])
    expect(problems).toMatchObject([
      { code: 'adapter.mapping', detail: 'events.0.kind: gave a kind that `body` lacks' },
    ])
    expect(given[0]).toMatchObject({ id: 'answers,1', localCaseNo: 'L-1' })
    const cured = await trial.adapter({ register, events: [source({ kind: "'case.message'" })] })
    const raw = given[0] !== undefined && 'raw' in given[0] ? given[0].raw : ''
    expect(await cured.read?.(raw, testContext().context)).toMatchObject({ ok: true, event: { id: 'answers,1' } })
  })

  test('of a table that is configured no more is said so; an id that is too long, or NULL, too', async () => {
    const adapter = await begin([source({ id: ['words'], by: { mark: ['id'] } })])
    const long = 'x'.repeat(FRONT_TABLE_LIMITS.idCharacters - 'answers,'.length)
    say(long)
    say(`${long}x`)
    trial.db.run("INSERT INTO answers (no, step, words) VALUES ('L-1', 'XX', NULL)")
    const { events, problems, given } = await pollOnce(adapter, null)
    expect(events.map(({ id }) => id.length)).toEqual([FRONT_TABLE_LIMITS.idCharacters])
    expect(problems).toHaveLength(2)
    const other = await trial.adapter({ register, events: [source({ name: 'another' })] })
    const raw = given[0] !== undefined && 'raw' in given[0] ? given[0].raw : ''
    expect(await other.read?.(raw, testContext().context)).toMatchObject({
      ok: false,
      problem: { code: 'adapter.mapping', detail: 'events: there is no answers any more' },
    })
  })

  test('a table that is missing is told, and nothing moves on', async () => {
    trial = startTrial(CASES)
    const adapter = await trial.adapter({ register, events: [source()] })
    const failure = await pollOnce(adapter, null).catch((error: unknown) => error)
    expect(failure).toMatchObject({ problem: { code: 'adapter.unavailable', detail: 'database: answers: is missing' } })
  })
})

test('files of answers are read in a folder, and never beside it', async () => {
  const files = source({
    kind: "'case.decide'",
    body: { 'case.decide': { outcome: "'granted'", documentNo: "'1'", documents: '[file]' } },
    files: { folder: 'results' },
  })
  const adapter = await begin([files])
  mkdirSync(join(trial.folder, 'results'))
  writeFileSync(join(trial.folder, 'secret.pdf'), '%PDF-1.4 secret')
  writeFileSync(join(trial.folder, 'results', 'a.pdf'), '%PDF-1.4 decision')
  symlinkSync(join(trial.folder, 'secret.pdf'), join(trial.folder, 'results', 'link.pdf'))
  for (const file of ['a.pdf', '../secret.pdf', 'link.pdf', 'nowhere.pdf']) say('', { file })
  const { events, problems } = await pollOnce(adapter, null)
  expect(events).toHaveLength(1)
  expect(problems.map(({ detail }) => detail)).toEqual(
    Array.from({ length: 3 }, () => 'events.0.files: the file is not there'),
  )
})

describe('a table of how cases stand, each in one row that is written anew', () => {
  const STEPS = { accepted: 'case.accept', progress: 'case.progress', unknown: '??' }

  /** `changed` grows with every change of any row: the mark, and what tells a state that came back from the one before. */
  async function standing(): Promise<ContractSubject> {
    const events = [
      source({
        table: 'states',
        columns: ['no', 'step'],
        by: { mark: ['changed'] },
        id: ['changed'],
        kind: 'step',
        body: { 'case.accept': {}, 'case.progress': { step: "'审核'" } },
      }),
    ]
    trial = startTrial(CASES, 'CREATE TABLE states (no TEXT PRIMARY KEY, step TEXT, changed INTEGER)')
    const another = () => trial.adapter({ register, events })
    const stand = async (no: string, state: keyof typeof STEPS) => {
      trial.db.run('INSERT OR REPLACE INTO states SELECT ?, ?, coalesce(max(changed), 0) + 1 FROM states', [
        no,
        STEPS[state],
      ])
    }
    return { adapter: await another(), another, system: { stand }, stop: async () => {} }
  }

  test.each(STATES.map(one => [one.name, one] as const))('%s', async (_, one) => {
    expect(await runContractTest(one, standing, { outside: true })).toMatchObject({ outcome: 'proved', why: null })
  })
})
