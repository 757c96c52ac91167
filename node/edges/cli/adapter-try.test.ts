import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { COVERAGE_LIMITS, coverageOf } from './adapter-coverage.ts'
import { type Json, type MappingFile, readMapping, textsOf } from './adapter-mapping.ts'
import { adapterOf } from './adapter-trial.ts'
import { readPacket, showMapping, tryMapping } from './adapter-try.ts'
import type { CommandContext } from './context.ts'

const mapping = JSON.parse(
  await readFile(new URL('../../../adapters/template/mapping.json', import.meta.url), 'utf8'),
) as Json
const given = (text: string, status = 200, type = 'application/json') => ({
  status,
  type,
  bytes: new TextEncoder().encode(text),
})
const rest = (config: Json): MappingFile => ({ kind: 'rest', config, files: {} })
const NONE = { packet: null, answer: null, events: null }

describe('a mapping is tried without effect', () => {
  test('the requests of a packet are shown, without their secrets', async () => {
    const body = { ...(mapping.register as { body: Json }).body, token: { secret: 'token' } }
    const changed = { ...mapping, register: { ...(mapping.register as Json), body } }
    const { requests, problem } = await tryMapping(rest(changed), { ...NONE, packet: await readPacket('case.submit') })
    expect(problem).toBeNull()
    expect(requests?.map(({ method }) => method)).toEqual(['PUT', 'POST'])
    const sent = JSON.parse(requests?.[1]?.body ?? '') as Json
    expect(sent).toMatchObject({ form: { purpose: '出国留学' }, token: '***' })
  })

  test('what cannot be made is told with its place', async () => {
    const { requests, problem } = await tryMapping(rest(mapping), {
      ...NONE,
      packet: { ...(await readPacket('case.remind')), kind: 'case.ship' },
    })
    expect([requests, problem?.detail]).toEqual([null, 'packets: case.ship is not mapped'])
  })

  test.each([
    [
      'case.submit',
      given('{"code":"0","number":20261130000000000123}'),
      { ok: true, localCaseNo: '20261130000000000123' },
    ],
    ['case.submit', given('{"code":"E2"}'), { ok: false, code: 'adapter.refused' }],
    ['case.submit', given('<html>', 200, 'text/html'), { ok: false, code: 'adapter.unavailable', retryable: true }],
    ['case.remind', given('{"code":"0"}'), { ok: true }],
    ['case.remind', given('{}', 503), { ok: false, code: 'adapter.unavailable' }],
  ])('an answer to %s is judged: %#', async (kind, answer, expected) => {
    const { result } = await tryMapping(rest(mapping), { ...NONE, packet: await readPacket(kind), answer })
    expect(result).toMatchObject(expected)
  })

  test('the answer is the one of the packet, whatever would be asked before it and by whatever token', async () => {
    const register = {
      ...(mapping.register as Json),
      lookup: { path: '/find', localCaseNo: 'number' },
      steps: [{ name: 'first', path: '/first', body: {}, take: { guid: 'guid' } }],
    }
    const session = { path: '/token', token: 'custom.token', body: { key: { secret: 'token' } } }
    const { result } = await tryMapping(
      rest({ ...mapping, register, session, outcome: "code = '0' ? 'done' : 'unknown'" }),
      { ...NONE, packet: await readPacket('case.submit'), answer: given('{"code":"0","number":"N-1"}') },
    )
    expect(result).toEqual({ ok: true, localCaseNo: 'N-1' })
  })

  test('a page of answers becomes moves field by field, with the problem of each that does not', async () => {
    const list = [
      { id: 202611300000000001n, number: 'N-1', step: 'XX', text: '请等候' },
      { id: 'A2', number: 'N-1', step: 'JD', file: 'F1' },
      { id: 'A3', number: 'N-2', step: '??' },
    ]
    const text = JSON.stringify({ code: '0', list, next: 3 }, (_, value: unknown) =>
      typeof value === 'bigint' ? `#${value}` : value,
    ).replaceAll(/"#(\d+)"/g, '$1')
    const { answers, cursor } = await tryMapping(rest(mapping), { ...NONE, events: given(text) })
    expect(cursor).toBe('3')
    expect(answers).toMatchObject([
      { id: '202611300000000001', localCaseNo: 'N-1', move: { kind: 'case.message', body: { text: '请等候' } } },
      { id: 'A2', move: { kind: 'case.decide', body: { documents: [expect.stringMatching(/^[0-9a-f]{64}$/)] } } },
      { id: 'A3', move: null, problem: { code: 'adapter.mapping' } },
    ])
  })

  test('a page of which not even single answers can be told has a problem of its own', async () => {
    expect(await tryMapping(rest(mapping), { ...NONE, events: given('<html>', 200, 'text/html') })).toMatchObject({
      answers: null,
      problem: { code: 'adapter.unavailable' },
    })
  })

  test('a system that is asked case by case is asked about one', async () => {
    const { events, ...without } = mapping
    const cases = {
      path: '/cases/{localCaseNo}',
      each: { id: 'step', kind: "'case.message'", body: { 'case.message': { text: 'step' } } },
    }
    const { answers, cursor } = await tryMapping(rest({ ...without, cases }), {
      ...NONE,
      events: given('{"code":"0","step":"审核"}'),
    })
    expect([cursor, answers]).toMatchObject([null, [{ move: { kind: 'case.message', body: { text: '审核' } } }]])
  })
})

describe('as a command', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongban-try-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('packets come from files too, and are named with what they lack', async () => {
    const file = join(folder, 'packet.json')
    await writeFile(file, JSON.stringify({ kind: 'case.hand-in', body: { note: '补交' } }))
    expect(await readPacket(file)).toMatchObject({
      kind: 'case.hand-in',
      localCaseNo: 'LOCAL-1',
      body: { note: '补交' },
    })
    await writeFile(file, JSON.stringify({ kind: 'case.hand-in' }))
    await expect(readPacket(file)).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
    await expect(readPacket('case.ship')).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
  })

  test('people read lines, with both what is sent and what comes of it', async () => {
    const file = join(folder, 'mapping.json')
    await writeFile(file, JSON.stringify(mapping))
    await writeFile(join(folder, 'answer.json'), '{"code":"0","number":"N-1"}')
    const lines: string[] = []
    const context = {
      out: { result: (value: unknown, text: (value: unknown) => string) => lines.push(...text(value).split('\n')) },
    } as unknown as CommandContext
    await showMapping(context, [file, 'case.submit'], { answer: join(folder, 'answer.json') })
    expect(lines).toContain('→ POST http://127.0.0.1:1/cases')
    expect(lines).toContain('    purpose 用证事由: 出国留学')
    expect(lines.at(-1)).toBe('← done 已办 N-1')
    await expect(showMapping(context, [file, undefined], {})).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
    await writeFile(file, '[]')
    await expect(readMapping(file)).rejects.toMatchObject({ problem: { code: 'config.invalid' } })
  })
})

describe('the coverage of a mapping', () => {
  const item = (form: Json, more: Json = {}) => ({
    taskCode: 'T1',
    taskName: '学历公证',
    modes: [1],
    form: { properties: form },
    ...more,
  })
  const withBody = (body: unknown, more: Json = {}) =>
    rest({
      ...mapping,
      ...more,
      register: { ...(mapping.register as Json), body },
    })

  test('names the fields of a form that nothing sent depends on', async () => {
    const body = {
      caseNo: 'caseNo',
      purpose: 'body.form.purpose',
      urgent: 'body.form.urgent ? 1 : 0',
      kind: "$theirs('kind', body.form.kind)",
    }
    const dictionaries = { ...(mapping.dictionaries as Json), kind: { codes: { a: 1 } } }
    const form = {
      purpose: { type: 'string' },
      copies: { type: 'integer', minimum: 3 },
      urgent: { type: 'boolean' },
      kind: { type: 'string', enum: ['a', 'b'] },
      born: { type: 'string', format: 'date' },
    }
    const { items } = await coverageOf(withBody(body, { dictionaries }), [item(form)])
    expect(items).toEqual([
      {
        code: 'T1',
        name: '学历公证',
        unread: ['copies', 'born'],
        lacks: ['dictionaries.kind: form.kind b'],
        problem: null,
      },
    ])
    expect((await coverageOf(rest(mapping), [item(form)])).items[0]?.unread).toEqual([])
  })

  test('a field that a later packet reads of the submit is read', async () => {
    const packets = {
      ...(mapping.packets as Json),
      'case.remind': { path: '/r', body: { copies: '$submit.form.copies' } },
    }
    const { items } = await coverageOf(withBody({ caseNo: 'caseNo' }, { packets }), [
      item({ copies: { type: 'number' } }),
    ])
    expect(items[0]?.unread).toEqual([])
  })

  test('names fields that no item has, packets without a call, codes without a body, and steps that nothing tells', async () => {
    const dictionaries = { step: { codes: { 'case.accept': 'SL', 'case.message': 'XX', 'case.close': ['BJ', 'GD'] } } }
    const covered = await coverageOf(withBody({ caseNo: 'caseNo', purpos: 'body.form.purpos' }, { dictionaries }), [
      item({ purpose: { type: 'string' } }),
    ])
    expect(covered.unknownFields).toEqual([{ place: 'register.body.purpos', field: 'purpos' }])
    expect(covered.withoutCall.kinds).toContain('case.ship')
    expect(covered.withoutCall.kinds).not.toContain('case.remind')
    expect(covered.withoutCall.kinds).not.toContain('case.purge')
    expect(covered.withoutCall.outcome).toBe('parked')
    expect(covered.withoutMove).toEqual([
      { code: 'BJ', kind: 'case.close' },
      { code: 'GD', kind: 'case.close' },
    ])
    expect(covered.neverTold).toContain('case.close')
    expect(covered.neverTold).not.toContain('case.accept')
    expect(covered.neverTold).not.toContain('case.arrived')
  })

  test('an item of which no request can be made is told with the reason', async () => {
    const { items } = await coverageOf(
      withBody(
        { mode: "$theirs('nothing', body.mode)" },
        { dictionaries: { ...(mapping.dictionaries as Json), nothing: { codes: { '0': '1' } } } },
      ),
      [item({ purpose: {} })],
    )
    expect(items[0]).toMatchObject({ unread: [], problem: expect.stringContaining('adapter.mapping') })
  })

  test(`takes ${COVERAGE_LIMITS.items} items, and refuses one more`, async () => {
    const small = withBody({ caseNo: 'caseNo' }, { packets: {} })
    const items = Array.from({ length: COVERAGE_LIMITS.items }, () => ({ taskCode: 'T', form: {} }))
    expect((await coverageOf(small, items)).items).toHaveLength(COVERAGE_LIMITS.items)
    await expect(coverageOf(small, [...items, {}])).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
  })

  test('of a form so many fields are looked at', async () => {
    const small = withBody({ caseNo: 'caseNo' }, { packets: {} })
    const form = Object.fromEntries(Array.from({ length: COVERAGE_LIMITS.fields + 1 }, (_, n) => [`f${n}`, {}]))
    expect((await coverageOf(small, [item(form)])).items[0]?.unread).toHaveLength(COVERAGE_LIMITS.fields)
  })
})

test('secrets that a mapping names need no values to look at it', async () => {
  const auth = { scheme: 'headers', headers: { a: { secret: 'one' }, b: { value: "$secret('two')" } } }
  expect((await adapterOf(rest({ ...mapping, auth }))).kind).toBe('rest')
  expect(textsOf({ a: ['x', { b: 'y' }], c: 1 })).toEqual([
    { place: 'a.0', text: 'x' },
    { place: 'a.1.b', text: 'y' },
  ])
})
