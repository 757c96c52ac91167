/** Recordings played against a mapping, and two mappings compared, with a node that answers what one records. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPseudonyms } from '../../../adapters/sdk/pseudonyms.ts'
import { CANARIES, sampleMaterial, samplePacket, sampleSubmit } from '../../../adapters/sdk/test-kit.ts'
import type { RecordApprovalSystemAnswer, RecordApprovalSystemRequest } from '../client/api.generated.ts'
import { compareMappings, createTally } from './adapter-compare.ts'
import { type Json, wordsOf } from './adapter-mapping.ts'
import { recordAdapter, replayRecording } from './adapter-record.ts'
import type { CommandContext } from './context.ts'

const MAPPING = new URL('../../../examples/approval-system/mapping.json', import.meta.url).pathname
const FLAGS = { since: '2026-11-01', keep: [] }
const mapping = JSON.parse(await readFile(MAPPING, 'utf8')) as Json

let folder = ''
let exitCode: typeof process.exitCode
/** what a command gave */
let told: { value: unknown; text: string }
let asked: RecordApprovalSystemRequest[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-recording-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  asked = []
  exitCode = process.exitCode
  return () => {
    process.exitCode = exitCode ?? 0
  }
})

/** What a node records of a case: a submit, a reminder, and a page of answers. */
function recordedCase(word: string): RecordApprovalSystemAnswer['items'][number] {
  const submit = sampleSubmit(word, [sampleMaterial(word)])
  const remind = samplePacket(submit, 'case.remind', 'SL-0001')
  const pseudonyms = createPseudonyms(new Uint8Array(32).fill(1), { words: wordsOf([mapping]) })
  const [first, later] = [submit, remind].map(({ idempotencyKey, kind, from, to, body, materials, localCaseNo }) => ({
    idempotencyKey: pseudonyms.number(idempotencyKey),
    kind,
    from,
    to,
    localCaseNo,
    body: pseudonyms.body(body),
    materials: materials.map(({ sha256, size, type, code, name }) => ({
      sha256: pseudonyms.number(sha256),
      size,
      type,
      code,
      name: pseudonyms.text(name),
    })),
    exchanges: [] as RecordApprovalSystemAnswer['pages'],
  }))
  if (first === undefined || later === undefined) throw new Error('two packets')
  first.exchanges.push({
    call: 'deliver',
    request: { method: 'POST', url: 'https://spxt.test/cases', headers: ['authorization'], body: '{}' },
    status: 200,
    answer: JSON.stringify({ code: '200', custom: { caseguid: 'SL-0001' } }),
  })
  return {
    thread: submit.thread,
    caseNo: submit.caseNo,
    as: { thread: pseudonyms.number(submit.thread), caseNo: pseudonyms.number(submit.caseNo) },
    packets: [first, later],
    exchanges: [],
    answers: [],
  }
}
const PAGE = {
  call: 'poll' as const,
  request: { method: 'GET', url: 'https://spxt.test/events?after=0', headers: [], body: null },
  status: 200,
  answer: JSON.stringify({ code: '200', custom: { events: [], next: '7' } }),
}

function contextOf(cases: number): CommandContext {
  const client = {
    async recordApprovalSystem({ body }: { body: RecordApprovalSystemRequest }): Promise<RecordApprovalSystemAnswer> {
      asked.push(body)
      const no = Number(body.cursor ?? 0)
      return {
        items: [recordedCase(`case ${no}`)],
        pages: no === 0 ? [PAGE] : [],
        next: no + 1 < cases ? String(no + 1) : null,
      }
    },
  }
  return {
    client: async () => client,
    out: {
      json: true,
      print: () => {},
      progress: () => ({ update: () => {}, stop: () => {} }),
      result: (value, text) => {
        told = { value, text: text(value) }
      },
    },
  } as Pick<CommandContext, 'out'> as CommandContext
}

/** The mapping with other fields in what a packet becomes. */
async function changedTo(name: string, change: (params: Json) => Json): Promise<string> {
  const register = mapping.register as { body: { params: Json } }
  const file = join(folder, name)
  const params = change(register.body.params)
  await writeFile(file, JSON.stringify({ ...mapping, register: { ...register, body: { ...register.body, params } } }))
  return file
}

describe('a recording', () => {
  test('is written of nobody, with what the mapping makes of it, and plays as it was against the same one', async () => {
    const out = join(folder, 'recording.json')
    await recordAdapter(contextOf(2), MAPPING, { ...FLAGS, out })
    expect(told.value).toMatchObject({ cases: 2, packets: 4, traced: 2, answers: 1 })
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '1'])
    expect(asked[0]).toMatchObject({
      since: '2026-10-31T16:00:00.000Z',
      words: expect.arrayContaining(['case.accept']),
    })
    const written = await readFile(out, 'utf8')
    for (const gone of [...CANARIES, '金丝雀', recordedCase('case 0').thread, recordedCase('case 0').caseNo])
      expect(written).not.toContain(gone)
    const [first] = (JSON.parse(written) as { cases: { packets: { expects: Record<string, string> }[] }[] }).cases
    expect(Object.keys(first?.packets[0]?.expects ?? {}).join(' ')).toContain('request.2.body.params.')
    await replayRecording(contextOf(0), out, MAPPING, {})
    expect(told.value).toMatchObject({ differing: [] })
    expect(told.text).toContain('Same 一致')
    expect(process.exitCode ?? 0).toBe(0)
  })

  test('tells each field that a changed mapping makes other, until that is what is expected', async () => {
    const out = join(folder, 'changed.json')
    await recordAdapter(contextOf(1), MAPPING, { ...FLAGS, out })
    const changed = await changedTo('mapping-2.json', params => ({ ...params, added: "'x'" }))
    await replayRecording(contextOf(0), out, changed, {})
    expect(told.value).toMatchObject({
      differing: [
        {
          of: expect.stringMatching(/ case\.submit$/),
          differences: [{ field: 'request.2.body.params.added', before: null, after: 'x' }],
        },
      ],
    })
    expect(told.text).toContain('request.2.body.params.added: – → "x"')
    expect(process.exitCode).toBe(1)
    process.exitCode = 0
    await replayRecording(contextOf(0), out, changed, { update: true })
    expect(process.exitCode).toBe(0)
    await replayRecording(contextOf(0), out, changed, {})
    expect(told.value).toMatchObject({ differing: [] })
  })

  test('that is none is refused', async () => {
    const file = join(folder, 'none.json')
    await writeFile(file, '{"form":"tongban-recording/2"}')
    await expect(replayRecording(contextOf(0), file, MAPPING, {})).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
  })
})

describe('two mappings', () => {
  test('are compared over the cases of a node: fields that differ with their counts and cases, and what is refused by one', async () => {
    const changed = await changedTo('mapping-3.json', params => ({ ...params, added: 'body.applicant.name' }))
    await compareMappings(contextOf(3), [MAPPING, changed], FLAGS)
    const cases = [0, 1, 2].map(no => recordedCase(`case ${no}`).caseNo)
    expect(told.value).toMatchObject({
      cases: 3,
      packets: 6,
      answers: 1,
      same: 4,
      different: 3,
      cut: false,
      fields: [
        { of: 'case.submit', field: 'request[].body.params.added', count: 3, cases, moreCases: 0, before: null },
      ],
    })
    for (const gone of CANARIES) expect(JSON.stringify(told)).not.toContain(gone)
    const refusing = await changedTo('mapping-4.json', params => ({
      ...params,
      added: '$atMost(body.applicant.name, 1)',
    }))
    await compareMappings(contextOf(1), [MAPPING, refusing], FLAGS)
    expect(JSON.stringify(told.value)).toContain('refused.detail')
  })

  test('name so many cases of a field and tell so many fields, and say that there are more', () => {
    const tally = createTally()
    for (let no = 0; no < 25; no++) tally.add('case.submit', `C${no}`, new Map([['a.1', 'x']]), new Map([['a.1', 'y']]))
    expect(tally.done()).toMatchObject({
      different: 25,
      cut: false,
      fields: [{ field: 'a[]', count: 25, moreCases: 5 }],
    })
    for (let no = 0; no < 2000; no++) tally.add('case.submit', 'C', new Map(), new Map([[`f${no}`, 'y']]))
    const { cut, fields } = tally.done()
    expect([cut, fields.length, fields[0]?.cases.length]).toEqual([true, 2000, 20])
  })
})
