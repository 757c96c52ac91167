import { describe, expect, test } from 'vitest'
import { type AgreementDocument, AgreementDocument as Document } from '../../../protocol/agreement/document.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { createDrafting, type DraftWanted } from './drafting.ts'
import { articlesOf } from './paper-articles.ts'

const A = '610900'
const S = '420300'
const N = '411300'
const NAMES: Record<string, string> = { [A]: '安康市', [S]: '十堰市', [N]: '南阳市' }
const item = (taskCode: string, more: Partial<ServiceItem> = {}) =>
  ({
    taskCode,
    taskName: `事项${taskCode}`,
    taskState: '1',
    modes: [0, 1, 2, 3],
    materials: [],
    ...more,
  }) as ServiceItem

/** Lists by city; a city without one has published nothing. */
function drafting(
  lists: Record<string, ServiceItem[]>,
  walked: (city: string) => Iterable<ServiceItem> = city => lists[city] ?? [],
) {
  return createDrafting({
    own: S,
    services: {
      view: async city => (lists[city] === undefined ? null : { version: 3 }),
      item: async (city, code) => lists[city]?.find(({ taskCode }) => taskCode === code) ?? null,
      async *walk(city) {
        yield* walked(city)
      },
    },
    signerOf: async city =>
      NAMES[city] === undefined ? null : { name: NAMES[city], authority: `${NAMES[city]}行政审批局` },
    pairs: async (partner, code) =>
      partner === A && code === 'A1' ? [{ collecting: 'M01', handling: 'X9' }] : undefined,
    clock: createHandClock(),
  })
}
const wanted = (more: Partial<DraftWanted> = {}): DraftWanted => ({ template: 'adjacent', partners: [A], ...more })
const both = { [S]: [item('S1'), item('S2')], [A]: [item('A1')] }

describe('a draft', () => {
  test('has all items of every party, each collected by the others, from tomorrow for the years of the template', async () => {
    const { document, lists, leftOutCount } = await drafting(both).draft(wanted())
    expect(document).toMatchObject({
      title: '十堰市与安康市政务服务“跨省通办”合作协议',
      parties: [
        { code: S, name: '十堰市', authority: '十堰市行政审批局' },
        { code: A, name: '安康市' },
      ],
      validFrom: '2026-11-24',
      validTo: '2029-11-23',
    })
    expect(
      document.items.map(({ taskCode, handling, collecting, modes }) => [taskCode, handling, collecting, modes]),
    ).toEqual([
      ['S1', S, [A], [0]],
      ['S2', S, [A], [0]],
      ['A1', A, [S], [0]],
    ])
    expect([lists, leftOutCount]).toEqual([
      [
        { city: S, version: 3 },
        { city: A, version: 3 },
      ],
      0,
    ])
  })

  test('has the items of one department, in the modes that are asked for, as far as the lists allow them', async () => {
    const lists = {
      [S]: [
        item('S1', { deptName: '住房公积金中心' }),
        item('S2', { deptName: '社会保险局' }),
        item('S3', { modes: [0] }),
      ],
      [A]: [item('A1', { deptName: '住房公积金中心' })],
    }
    const { document, leftOut } = await drafting(lists).draft(
      wanted({ items: [{ handling: S, department: '住房公积金中心' }], modes: [2, 1] }),
    )
    expect(document.items.map(({ taskCode, modes }) => [taskCode, modes])).toEqual([['S1', [1, 2]]])
    expect(leftOut).toEqual([])
    const all = await drafting(lists).draft(wanted({ modes: [1] }))
    expect(all.leftOut).toMatchObject([{ taskCode: 'S3', why: 'mode' }])
  })

  test('has chosen items alone, and dates and title as told', async () => {
    const { document } = await drafting(both).draft(
      wanted({
        items: [{ handling: S, codes: ['S2', 'S2'] }],
        title: '试点协议',
        validFrom: '2028-02-29',
        validTo: '2028-12-31',
      }),
    )
    expect(document.items.map(({ taskCode }) => taskCode)).toEqual(['S2'])
    expect([document.title, document.validFrom, document.validTo]).toEqual(['试点协议', '2028-02-29', '2028-12-31'])
    // No such day in the year of the end: the last of February.
    expect((await drafting(both).draft(wanted({ validFrom: '2028-02-29' }))).document.validTo).toBe('2031-02-28')
  })

  test('leaves out what the template has no mode for or is not in use, and says so', async () => {
    const list = { [S]: [item('S1', { modes: [1] }), item('S2', { taskState: '2' }), item('S3', { modes: [0, 2] })] }
    const { document, leftOut, leftOutCount } = await drafting(list).draft(wanted())
    expect(document.items.map(({ taskCode, modes }) => [taskCode, modes])).toEqual([['S3', [0]]])
    expect([leftOut.map(({ taskCode, why }) => [taskCode, why]), leftOutCount]).toEqual([
      [
        ['S1', 'mode'],
        ['S2', 'state'],
      ],
      2,
    ])
    const many = Array.from({ length: 201 }, (_, no) => item(`X${no}`, { modes: [1] }))
    const long = await drafting({ [S]: [...many, item('S1')] }).draft(wanted())
    expect([long.leftOut.length, long.leftOutCount]).toEqual([200, 201])
  })

  test('takes contacts and shared fields over from the list', async () => {
    const contacts: ServiceItem['contacts'] = [
      { role: 'consult', name: '不列入' },
      { role: 'approve', department: '审批一科', phone: '0719-1' },
    ]
    const { document } = await drafting({ [S]: [item('S1', { contacts, sharedFields: ['applicant.phone'] })] }).draft(
      wanted(),
    )
    expect(document.items[0]).toMatchObject({
      contacts: [{ name: '审批一科', role: '审批对接', phone: '0719-1' }],
      sharedFields: ['applicant.phone'],
    })
  })

  test.each([
    [{ template: 'none' }, 'request.not-found'],
    [{ partners: ['410300'] }, 'partner.inactive'],
    [{ partners: [S] }, 'request.invalid'],
    [{ template: 'alliance' }, 'request.invalid'],
    [{ items: [{ handling: N }] }, 'request.invalid'],
    [{ items: [{ handling: S, codes: ['S9'] }] }, 'item.unknown'],
    [{ validFrom: '2027-01-01', validTo: '2026-12-31' }, 'agreement.malformed'],
  ] as [Partial<DraftWanted>, string][])('%j is refused: %s', async (more, problem) => {
    await expect(drafting(both).draft(wanted(more))).rejects.toThrow(problem)
  })

  test('needs a list: of a city that is named, or of any', async () => {
    const one = drafting({ [S]: [item('S1')] })
    await expect(one.draft(wanted({ items: [{ handling: A }] }))).rejects.toThrow('list.none')
    expect((await one.draft(wanted())).document.items).toHaveLength(1)
    await expect(drafting({}).draft(wanted())).rejects.toThrow('request.invalid')
  })

  test('holds as many items as an agreement may, and no more', async () => {
    const of = (count: number) =>
      drafting({ [S]: [] }, () => Array.from({ length: count }, (_, no) => item(`S${no}`))).draft(
        wanted({ items: [{ handling: S }] }),
      )
    expect((await of(LIMITS.agreementItems)).document.items).toHaveLength(LIMITS.agreementItems)
    await expect(of(LIMITS.agreementItems + 1)).rejects.toThrow('request.invalid')
  })

  test('of every template holds, with the modes it is for', async () => {
    const all = drafting({ ...both, [N]: [item('N1')] })
    expect(all.templates.map(({ name }) => name)).toEqual(['adjacent', 'collection', 'joint', 'alliance'])
    const made = new Map<string, AgreementDocument>()
    for (const { name, title, years } of all.templates) {
      const { document } = await all.draft({ template: name, partners: [A, N] })
      expect(Document.parse(document)).toEqual(document)
      expect(document.title).toBe(title.replace('{parties}', '十堰市、安康市、南阳市'))
      expect(document.validTo.slice(0, 4)).toBe(String(2026 + years))
      expect(document.text?.length).toBeGreaterThan(100)
      expect(articlesOf(document)).toHaveLength(15)
      made.set(name, document)
    }
    expect([...made].map(([name, { items }]) => [name, items[0]?.modes])).toEqual([
      ['adjacent', [0]],
      ['collection', [0, 1]],
      ['joint', [0, 1, 3]],
      ['alliance', [0, 1]],
    ])
    expect(made.get('alliance')?.items[0]?.collecting).toEqual([A, N])
  })
})
