/** Mappings of each kind, as the commands for integrators look at them: no system is there, and nothing is sent. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { coverageOf } from './adapter-coverage.ts'
import { type Json, kindOf, type MappingFile, mappingOf } from './adapter-mapping.ts'
import { createPlayer } from './adapter-play.ts'
import { createSubjects, parseSetup } from './adapter-setup.ts'
import { testAdapter } from './adapter-test.ts'
import { readPacket, tryMapping } from './adapter-try.ts'
import type { CommandContext } from './context.ts'

const of = async (kind: MappingFile['kind'], name = 'example'): Promise<MappingFile> => ({
  kind,
  config: JSON.parse(
    await readFile(new URL(`../../../adapters/${kind}/${name}.json`, import.meta.url), 'utf8'),
  ) as Json,
  files: {},
})
const given = (text: string, type = 'application/json', status = 200) => ({
  status,
  type,
  bytes: new TextEncoder().encode(text),
})
const NONE = { packet: null, answer: null, events: null }

const ENVELOPE = (body: string) =>
  `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>${body}</S:Body></S:Envelope>`
const SOAP: MappingFile = {
  kind: 'soap',
  files: {},
  config: {
    baseUrl: 'https://approval.test/ws/case',
    auth: { scheme: 'none' },
    namespaces: { c: 'urn:case' },
    session: { body: '<c:login>{{ $secret("key") }}</c:login>', token: 'loginResponse.token' },
    dictionaries: { step: { codes: { 'case.accept': 'SL', 'case.close': 'BJ' } } },
    register: {
      body: '<c:add session="{{ $session }}"><c:name>{{ body.applicant.name }}</c:name><c:for>{{ body.form.purpose }}</c:for></c:add>',
      response: { localCaseNo: 'addResponse.no' },
    },
    packets: { 'case.withdraw': { body: '<c:withdraw/>' } },
    materials: 'ignore',
    events: {
      body: '<c:list after="{{ cursor }}"/>',
      list: 'listResponse.one',
      each: {
        id: 'id',
        localCaseNo: 'no',
        kind: "$ours('step', step)",
        body: { 'case.accept': { acceptanceNo: 'no' } },
      },
      cursor: 'listResponse.next',
    },
  },
}

describe('a mapping of a kind that is not rest is tried without effect', () => {
  test('soap: envelopes, the answer to one, and a page of answers, by whatever token', async () => {
    const packet = await readPacket('case.submit')
    const { requests } = await tryMapping(SOAP, { ...NONE, packet })
    expect(requests?.map(({ method }) => method)).toEqual(['POST'])
    expect(requests?.[0]?.body).toContain('<c:for>出国留学</c:for>')
    const judged = async (body: string) =>
      (await tryMapping(SOAP, { ...NONE, packet, answer: given(ENVELOPE(body), 'text/xml') })).result
    expect(await judged('<addResponse><no>N-1</no></addResponse>')).toEqual({ ok: true, localCaseNo: 'N-1' })
    expect(await judged('<S:Fault><faultcode>S:Client</faultcode></S:Fault>')).toMatchObject({
      ok: false,
      code: 'adapter.refused',
    })
    const one = '<one><id>7</id><no>N-1</no><step>SL</step></one><one><id>8</id><no>N-1</no><step>??</step></one>'
    const page = given(ENVELOPE(`<listResponse>${one}<next>8</next></listResponse>`), 'text/xml')
    expect(await tryMapping(SOAP, { ...NONE, events: page })).toMatchObject({
      cursor: '8',
      answers: [
        { id: '7', move: { kind: 'case.accept', body: { acceptanceNo: 'N-1' } } },
        { id: '8', move: null, problem: { code: 'adapter.mapping' } },
      ],
    })
  })

  test('the police package of the README is one text in an envelope', async () => {
    const { requests, problem } = await tryMapping(await of('soap', 'police'), {
      ...NONE,
      packet: await readPacket('case.submit'),
    })
    expect(problem).toBeNull()
    expect(requests?.at(-1)?.body).toContain('Envelope')
  })

  test('front-table: the rows that would be written, and what the rows of a source come to', async () => {
    const mapping = await of('front-table')
    const { requests } = await tryMapping(mapping, { ...NONE, packet: await readPacket('case.submit') })
    expect(requests?.every(({ method }) => method === 'INSERT' || method === 'UPDATE')).toBe(true)
    const config: Json = {
      database: { dialect: 'oracle', host: 'db.test', user: 'u', password: { secret: 'password' } },
      dictionaries: { step: { codes: { 'case.accept': 'SL', 'case.decide': 'JD' } } },
      register: { rows: [{ table: 'a', key: 'k', columns: { k: 'idempotencyKey' } }], localCaseNo: 'caseNo' },
      events: [
        {
          name: 'answers',
          table: 'answers',
          columns: ['lsh', 'step', 'file'],
          by: { mark: ['id'] },
          id: ['id'],
          localCaseNo: 'lsh',
          kind: "$ours('step', step)",
          body: { 'case.accept': {}, 'case.decide': { outcome: "'granted'", documents: '[file]' } },
          files: { table: 'files', key: 'id', content: 'content' },
        },
      ],
    }
    const rows = '[{"id":202611300000000001,"lsh":"N-1","step":"JD","file":"F1"},{"id":2,"lsh":"N-1","step":"??"}]'
    const tried = async (text: string) =>
      (await tryMapping({ kind: 'front-table', config, files: {} }, { ...NONE, events: given(text) })).answers
    expect(await tried(rows)).toMatchObject([
      {
        id: 'answers,202611300000000001',
        localCaseNo: 'N-1',
        move: { kind: 'case.decide', body: { documents: [expect.stringMatching(/^[\da-f]{64}$/)] } },
      },
      { move: null, problem: { code: 'adapter.mapping' } },
    ])
    expect(await tried(`{"answers":${rows}}`)).toHaveLength(2)
    await expect(tried('{"answers":1}')).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
    await expect(tried('rows')).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
  })

  test('file-drop: the files that would be written, and what a file of answers comes to, with files that it names', async () => {
    const mapping = await of('file-drop')
    const { requests } = await tryMapping(mapping, { ...NONE, packet: await readPacket('case.submit') })
    expect(requests?.at(-1)).toMatchObject({ method: 'PUT', body: expect.stringContaining('欧阳金丝雀') })
    const csv = [
      'XTBH,HZ,SBLSH,LSH,CZSJ,ZT,HJ,JG,JGWJ',
      ',,MJ-1,1,2026-11-30 10:00:00,SL,,,',
      ',,MJ-1,2,2026-11-30 11:00:00,BJ,,1,decision.pdf',
      ',,MJ-1,3,2026-11-30 12:00:00,??,,,',
    ].join('\n')
    const { answers } = await tryMapping(mapping, { ...NONE, events: given(csv, 'text/csv') })
    expect(answers).toMatchObject([
      { id: '1', move: { kind: 'case.accept', body: { acceptanceNo: 'MJ-1' } } },
      { id: '2', move: { kind: 'case.decide', body: { documents: [expect.stringMatching(/^[\da-f]{64}$/)] } } },
      { id: '3', move: null, problem: { code: 'adapter.mapping' } },
    ])
  })

  test('manual: what people would type, in the order of their screen', async () => {
    const { sheet, requests } = await tryMapping(await of('manual'), {
      ...NONE,
      packet: await readPacket('case.submit'),
    })
    expect(requests).toBeNull()
    expect(sheet?.[0]?.label).toBe('收件编号')
    expect(sheet?.find(({ label }) => label === '申请人姓名')?.value).toBe('欧阳金丝雀')
  })

  test('an answer that its kind has none of is refused, with where it goes', async () => {
    const packet = await readPacket('case.submit')
    for (const kind of ['front-table', 'file-drop', 'manual'] as const)
      await expect(tryMapping(await of(kind), { ...NONE, packet, answer: given('{}') })).rejects.toMatchObject({
        problem: { code: 'request.invalid', detail: expect.stringContaining('--events') },
      })
    await expect(tryMapping(await of('manual'), { ...NONE, events: given('{}') })).rejects.toMatchObject({
      problem: { code: 'request.invalid', detail: expect.stringContaining('people') },
    })
  })
})

test('coverage reads each kind where it says how packets and answers go', async () => {
  const items = [{ taskCode: 'T', taskName: '学历公证', modes: [1], form: { properties: { purpose: {}, copies: {} } } }]
  const soap = await coverageOf(SOAP, items)
  expect(soap.items).toMatchObject([{ unread: ['copies'], problem: null }])
  expect(soap.withoutCall.kinds).not.toContain('case.withdraw')
  expect(soap.withoutMove).toEqual([{ code: 'BJ', kind: 'case.close' }])
  const drop = await coverageOf(await of('file-drop'), [])
  expect(drop.withoutCall).toMatchObject({ outcome: 'left out' })
  expect(drop.withoutCall.kinds).not.toContain('case.remind')
  expect(drop.neverTold).not.toContain('case.decide')
  const table = await coverageOf(await of('front-table'), [])
  expect(table.neverTold).not.toContain('case.accept')
  const manual = await coverageOf(await of('manual'), [])
  expect(manual.withoutCall.kinds.toSorted()).toEqual(['case.evaluate', 'case.message', 'case.result-received'])
  expect(manual.neverTold).toEqual([])
})

test('a recorded packet, and an answer as the node keeps it, are played by any kind', async () => {
  const packet = await readPacket('case.submit')
  for (const kind of ['front-table', 'file-drop', 'manual'] as const) {
    const played = await (await createPlayer(await of(kind))).packet(packet, [])
    expect([played.problem, played.result, played.requests.length > 0]).toEqual([null, null, true])
  }
  const drop = await createPlayer(await of('file-drop'))
  const raw = JSON.stringify({
    place: 'x.0',
    entry: { LSH: '1', SBLSH: 'MJ-1', ZT: 'SL', CZSJ: '2026-11-30 10:00:00', HZ: '' },
  })
  expect((await drop.answer(raw)).answers).toMatchObject([{ id: '1', move: { kind: 'case.accept' } }])
})

describe('an approval system of the configuration', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongban-kinds-'))
    await writeFile(join(folder, 'police.json'), JSON.stringify(SOAP.config))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const contextOf = (): CommandContext =>
    ({
      config: async () =>
        ({
          folder,
          withoutMain: false,
          adapter: { kind: 'workbench' },
          adapters: {
            police: { kind: 'soap', mapping: 'police.json', baseUrl: 'https://other.test/ws', secrets: {} },
            drop: { kind: 'file-drop', mapping: 'drop.json', secrets: {} },
            own: { kind: 'module', path: 'own.ts', options: {}, secrets: {} },
            far: { kind: 'remote' },
          },
        }) as unknown as NodeConfig,
    }) as unknown as CommandContext

  test('is named in place of a file, with its kind and its address', async () => {
    expect(await mappingOf(contextOf(), undefined, { adapter: 'police' })).toMatchObject({
      kind: 'soap',
      config: { baseUrl: 'https://other.test/ws' },
    })
    expect((await mappingOf(contextOf(), join(folder, 'police.json'), { kind: 'soap', adapter: 'x' })).kind).toBe(
      'soap',
    )
    expect(kindOf(undefined)).toBe('rest')
  })

  test.each([
    [{}, 'the file of a mapping, or --adapter NAME'],
    [{ adapter: 'nobody' }, 'the configuration names workbench, police, drop, own, far'],
    [{ adapter: 'workbench' }, 'officers work on its cases in the console'],
    [{ adapter: 'own' }, 'tongban adapter test'],
    [{ adapter: 'far' }, 'in its own program'],
  ])('one without a mapping is refused with what to do: %j', async (flags, detail) => {
    await expect(mappingOf(contextOf(), undefined, flags)).rejects.toMatchObject({
      problem: { code: 'request.invalid', detail: expect.stringContaining(detail) },
    })
  })

  test('is tested against a test system alone, never against the one at work', async () => {
    const flags = { secret: [] }
    await expect(testAdapter(contextOf(), undefined, { ...flags, adapter: 'drop' })).rejects.toMatchObject({
      problem: { detail: expect.stringContaining('--mapping and --kind') },
    })
    await expect(testAdapter(contextOf(), undefined, { ...flags, adapter: 'police' })).rejects.toMatchObject({
      problem: { detail: expect.stringContaining('one of fake and system') },
    })
    expect(() => kindOf('magic')).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'request.invalid' }) }),
    )
  })

  test('tables and folders are tried where a test mapping says, with the switches of a fake', async () => {
    await writeFile(
      join(folder, 'fake.ts'),
      'export const start = async () => ({ system: { effects: async () => 3 }, stop: async () => {} })\n',
    )
    await writeFile(
      join(folder, 'drop.json'),
      JSON.stringify({ ...(await of('file-drop')).config, sftp: undefined, folder: '.' }),
    )
    const setup = { adapter: { kind: 'file-drop', mapping: 'drop.json' }, fake: 'fake.ts' }
    const { make, stop } = await createSubjects(parseSetup(setup, 'here'), folder)
    const subject = await make()
    expect(subject.adapter.kind).toBe('file-drop')
    expect(await subject.system?.effects?.('k')).toBe(3)
    await subject.stop()
    await stop()
    const bare = await createSubjects(parseSetup({ adapter: setup.adapter }, 'here'), folder)
    const { system, stop: end } = await bare.make()
    expect(system).toEqual({})
    await end()
  })

  test.each([
    [{ adapter: { kind: 'front-table', mapping: 'm.json' }, system: 'http://a' }, 'tables and folders have no address'],
    [{ adapter: { kind: 'manual', mapping: 'm.json' } }, 'people are the system'],
    [{ adapter: { kind: 'remote' }, system: 'http://a' }, 'a program of its own'],
  ])('what cannot be tried so is told: %#', (setup, detail) => {
    expect(() => parseSetup(setup, 'adapter.json')).toThrow(
      expect.objectContaining({ problem: { code: 'config.invalid', detail: expect.stringContaining(detail) } }),
    )
  })
})
