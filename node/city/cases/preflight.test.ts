import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../protocol/limits.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { submitContentOf } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { fc } from '../../../test/support/properties.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, casesAt, HANDLING, worldAgreement } from '../../../test/support/world-case.ts'
import type { NewCase } from './cases.ts'
import { ALSO_OPEN } from './findings.ts'

const MATERIAL = { isNeed: '2', materialType: '1', materialFormat: '3', sourceType: '20' } as const
const ITEM = playItem(0, {
  modes: [0],
  materials: ['M1', 'M2', 'M3'].map(materialCode => ({ materialCode, materialName: materialCode, ...MATERIAL })),
})
const SCANS = ['a', 'b', 'c'].map(letter => letter.repeat(64))
let world: Awaited<ReturnType<typeof createWorld>>

const { caseNo, item, mode, ...rest } = submitContentOf('-', 0, [])
const newCase = (change: Partial<NewCase> = {}): NewCase => ({
  ...rest,
  to: HANDLING,
  item: ITEM.taskCode,
  mode: 0,
  ...change,
})
const cases = () => world.city(COLLECTING).cases
const errorsOf = async (input: NewCase) =>
  (await cases().preflight(input, 'person:wang')).filter(({ level }) => level === 'error')
const scan = (code: string, sha256: string) => ({ code, sha256, name: '扫描件.pdf' })
/** The problem of a submit; null when it was taken. */
const submitted = (input: NewCase) =>
  cases()
    .submit(input, 'person:1')
    .then(
      () => null,
      (error: unknown) => {
        if (error instanceof ProblemError) return error.problem
        throw error
      },
    )

beforeEach(async () => {
  world = await createWorld({ items: [ITEM] })
  await agree(
    world,
    worldAgreement({
      items: [
        { taskCode: ITEM.taskCode, taskName: ITEM.taskName, handling: HANDLING, collecting: [COLLECTING], modes: [0] },
      ],
    }),
  )
  for (const sha256 of SCANS)
    world.city(COLLECTING).scans.held.set(sha256, [{ sha256, size: 1000, type: 'application/pdf' }] as never)
})
afterEach(() => world.stop())

describe('a scan of somebody else, by its hash', () => {
  test('is none to the pre-flight, a submit and a draft: as one that was not uploaded', async () => {
    const { scans, drafts } = world.city(COLLECTING)
    const [first = '', second = ''] = SCANS
    scans.foreign.add(first)
    const input = newCase({ materials: [scan('M1', first), scan('M2', second)] })
    expect((await errorsOf(input)).map(({ field, code }) => [field, code])).toEqual([
      ['materials.0.sha256', 'scan-missing'],
    ])
    expect(await submitted(input)).toMatchObject({
      code: 'case.preflight',
      detail: expect.stringContaining('not uploaded'),
    })
    await expect(drafts.create({ materials: [scan('M1', first)] }, 'person:wang')).rejects.toThrow('material.missing')
    await expect(
      drafts.create({ shared: {}, items: [{ agent: { papers: [{ sha256: first }] } }] }, 'person:wang'),
    ).rejects.toThrow('material.missing')
    const { id } = await drafts.create({ materials: [scan('M1', second)] }, 'person:wang')
    await expect(drafts.save(id, ['1'], { materials: [scan('M1', first)] }, 'person:wang')).rejects.toThrow(
      'material.missing',
    )
  })

  test('goes into no step', async () => {
    const row = await cases().submit(
      newCase({ materials: [scan('M1', SCANS[0] ?? ''), scan('M2', SCANS[1] ?? '')] }),
      'person:1',
    )
    await world.settle()
    const foreign = 'f'.repeat(64)
    const at = world.city(COLLECTING)
    at.scans.held.set(foreign, { sha256: foreign, size: 1000, type: 'application/pdf' })
    at.scans.foreign.add(foreign)
    const body = { text: '请看附件', attachments: [{ sha256: foreign, code: 'A1', name: '附件.pdf' }] }
    await expect(cases().step(row.thread, 'case.message', body, 'person:1')).rejects.toThrow('material.missing')
    await expect(cases().rehearse(row.thread, 'case.message', body, 'person:1')).rejects.toThrow('material.missing')
    at.scans.foreign.delete(foreign)
    await cases().step(row.thread, 'case.message', body, 'person:1')
  })
})

describe('the pre-flight', () => {
  test('one scan under two codes is a finding that says what to do, and the submit says the same', async () => {
    const input = newCase({ materials: [scan('M1', SCANS[0] ?? ''), scan('M2', SCANS[0] ?? '')] })
    expect(await errorsOf(input)).toMatchObject([{ field: 'materials.1.sha256', cure: 'clerk' }])
    expect(await submitted(input)).toMatchObject({
      code: 'case.preflight',
      detail: expect.stringContaining('materials.1') as unknown,
    })
  })

  test('a form that makes the body too large is a finding, to the byte', async () => {
    const input = (length: number) => newCase({ form: { 说明: 'x'.repeat(length) } })
    let fits = 0
    let breaks = LIMITS.bodyBytes
    while (breaks - fits > 1) {
      const middle = (fits + breaks) >> 1
      if ((await errorsOf(input(middle))).length === 0) fits = middle
      else breaks = middle
    }
    expect(fits).toBeGreaterThan(LIMITS.bodyBytes - 2000)
    expect(await errorsOf(input(breaks))).toMatchObject([
      { field: 'form', cure: 'clerk', reason: expect.stringContaining('body.oversize') as unknown },
    ])
    expect([await submitted(input(fits)), await submitted(input(breaks))]).toMatchObject([
      null,
      { code: 'body.oversize' },
    ])
  })

  test('a partner that is not trusted is refused by a rehearsal as by the act', async () => {
    const author = world.city(COLLECTING).exchange.author
    expect(await errorsOf(newCase())).toEqual([])
    await expect(
      author.rehearse([
        { thread: 'ab'.repeat(16), partner: '999999', drafts: [{ kind: 'case.message', content: {} }] },
      ]),
    ).rejects.toThrow('partner.inactive')
  })

  test('leaves nothing behind', async () => {
    const { db } = world.city(COLLECTING)
    const count = async () =>
      db.query(
        'SELECT (SELECT count(*) FROM packets) AS packets, (SELECT count(*) FROM threads) AS threads, (SELECT count(*) FROM audit) AS audit',
      )
    const before = await count()
    expect(await errorsOf(newCase())).toEqual([])
    expect(await count()).toEqual(before)
  })

  test('tells of an open case of the same person for the same item, and of nobody else', async () => {
    const notices = async (input: NewCase) =>
      (await cases().preflight(input, 'person:wang')).filter(({ field }) => field === 'applicant.idNumber')
    expect(await notices(newCase())).toEqual([])
    const row = await cases().submit(newCase(), 'person:1')
    const spelt = { ...rest.applicant, idNumber: ` ${rest.applicant.idNumber.toLowerCase()}` }
    for (const applicant of [rest.applicant, spelt])
      expect(await notices(newCase({ applicant }))).toMatchObject([
        { level: 'notice', reasonZh: expect.stringContaining(row.caseNo) as unknown },
      ])
    expect(await notices(newCase({ applicant: { ...rest.applicant, idNumber: '11010519491231002X' } }))).toEqual([])
    expect(await submitted(newCase())).toBeNull()
    for (const { thread } of await casesAt(world, COLLECTING))
      await cases().step(thread, 'case.withdraw', { reason: '撤回' }, 'person:1')
    await world.settle()
    for (const { thread } of await casesAt(world, COLLECTING))
      await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'withdrawn' }, 'person:2')
    await world.settle()
    expect(await notices(newCase())).toEqual([])
  })

  test('a submit is not stopped by open cases of the same person for the same item, and all of them can be told', async () => {
    const first = await cases().submit(newCase(), 'person:1')
    const second = await cases().submit(newCase(), 'person:1')
    const other = { ...rest.applicant, idNumber: '11010519491231002X' }
    const third = await cases().submit(newCase({ applicant: other }), 'person:1')
    const told = await cases().alsoOpen([second, third])
    expect([told.get(second.thread), told.get(third.thread)]).toEqual([[first.caseNo], []])
    expect((await cases().alsoOpen([first, second])).get(first.thread)).toEqual([])
    const numbers = [second.caseNo, first.caseNo]
    for (let more = 0; more < ALSO_OPEN; more++) numbers.unshift((await cases().submit(newCase(), 'person:1')).caseNo)
    const last = await cases().submit(newCase(), 'person:1')
    expect((await cases().alsoOpen([last])).get(last.thread)).toEqual(numbers.slice(0, ALSO_OPEN))
    const [notice] = (await cases().preflight(newCase(), 'person:wang')).filter(
      ({ field }) => field === 'applicant.idNumber',
    )
    expect(notice?.reasonZh).toContain([last.caseNo, ...numbers.slice(0, ALSO_OPEN - 1)].join('、'))
  })

  test('blanks around names and numbers are not sent', async () => {
    const { thread } = await cases().submit(
      newCase({ applicant: { ...rest.applicant, name: ' 陈小满　', idNumber: `${rest.applicant.idNumber} ` } }),
      'person:1',
    )
    const [submit] = await cases().bodies(thread, 'person:1')
    expect(submit?.body).toMatchObject({ applicant: { name: '陈小满', idNumber: rest.applicant.idNumber } })
  })

  test('whoever takes a case in has it from its first version on; the handling city has nobody yet', async () => {
    const own = await cases().submit(newCase(), 'person:1', { assignee: { id: '1', name: '李雷' } })
    expect([own.assignee, own.assigneeName]).toEqual(['1', '李雷'])
    expect(own.version).toMatch(/\.1$/)
    const program = await cases().submit(newCase(), 'person:2', { assignee: null })
    expect(program.assignee).toBeNull()
    await world.settle()
    expect((await world.city(HANDLING).cases.get(own.thread)).assignee).toBeNull()
    // One that was refused leaves nothing to the next.
    await expect(
      cases().submit(newCase({ item: '0' }), 'person:3', { assignee: { id: '3', name: '韩梅' } }),
    ).rejects.toThrow()
    expect((await cases().submit(newCase(), 'person:4')).assignee).toBeNull()
  })

  test('a case gets no number that a clerk gave to another one meanwhile', async () => {
    const first = await cases().submit(newCase(), 'person:1')
    const next = String(BigInt(first.caseNo) + 1n)
    await cases().submit(newCase({ caseNo: next }), 'person:1')
    const third = await cases().submit(newCase(), 'person:1')
    expect(BigInt(third.caseNo) - BigInt(next)).toBe(1n)
  })

  test('whatever passes it passes the submit, and what does not is refused', async () => {
    const text = fc.constantFrom(
      'x',
      '长'.repeat(1000),
      'x'.repeat(LIMITS.bodyBytes - 1100),
      'x'.repeat(LIMITS.bodyBytes),
    )
    const input = fc
      .record(
        {
          form: fc.dictionary(
            fc.constantFrom('甲', '乙'),
            fc.oneof(text, fc.constant(Array.from({ length: LIMITS.formEntries + 1 }, () => 0))),
          ),
          materials: fc.array(fc.tuple(fc.constantFrom('M1', 'M2', 'M9'), fc.constantFrom(...SCANS, 'd'.repeat(64))), {
            maxLength: 3,
          }),
          mode: fc.constantFrom<0 | 1>(0, 1),
          receivedAt: fc.constantFrom('2026-11-02T08:40:00+08:00', '2099-01-01T00:00:00Z', '0026-01-01T00:00:00Z'),
          caseNo: fc.constantFrom('AK-1', '安政办 1 号'),
          to: fc.constantFrom(HANDLING, '999999'),
          window: fc.constantFrom('3', '窗'.repeat(200)),
        },
        { requiredKeys: [] },
      )
      .map(({ materials, ...change }) =>
        newCase({
          ...change,
          ...(materials === undefined ? {} : { materials: materials.map(([code, sha256]) => scan(code, sha256)) }),
        } as Partial<NewCase>),
      )
    await fc.assert(
      fc.asyncProperty(input, async given => {
        const found = await errorsOf(given)
        const problem = await submitted(given)
        expect([found.length === 0, problem?.code ?? null]).toEqual([problem === null, problem?.code ?? null])
      }),
      { numRuns: 60 },
    )
  })
})
