import { expect, test } from 'vitest'
import type { AgreedItem } from '../../../protocol/agreement/document.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { ADAPTER_COVERAGE_LIMITS, createAdapterCoverage, formCodes } from './adapter-coverage.ts'

const OWN = '420300'
const agreed = (taskCode: string, change: Partial<AgreedItem> = {}): AgreedItem =>
  ({
    taskCode,
    taskName: `事项${taskCode}`,
    handling: OWN,
    collecting: ['610900'],
    modes: [0],
    ...change,
  }) as AgreedItem

test('lists of a form are found as enum or as named choices, up to a bound', () => {
  const form = {
    properties: {
      kind: { enum: ['1', 2, null] },
      reason: { oneOf: [{ const: 'A', title: '甲' }, { title: 'no code' }] },
      name: { type: 'string' },
    },
  }
  expect(formCodes(form)).toEqual([
    { field: 'kind', codes: ['1', '2'] },
    { field: 'reason', codes: ['A'] },
  ])
  for (const none of [undefined, null, [], {}, { properties: [] }, { properties: { a: 1 } }])
    expect(formCodes(none)).toEqual([])
  const many = (count: number) => ({ properties: { a: { enum: Array.from({ length: count }, (_, n) => n) } } })
  const { codes } = ADAPTER_COVERAGE_LIMITS
  expect(formCodes(many(codes))[0]?.codes).toHaveLength(codes)
  expect(formCodes(many(codes + 1))[0]?.codes).toHaveLength(codes)
})

test('items that this city handles are looked at once, with all modes and the codes of their forms, and what each lacks', async () => {
  const asked: unknown[] = []
  const coverage = createAdapterCoverage({
    own: OWN,
    adapter: {
      kind: 'rest',
      lacking: async items => {
        asked.push(...items)
        return [{ code: 'B', lacks: 'dictionaries.item: B' }]
      },
    },
    agreed: async () => [
      agreed('B'),
      agreed('A', { modes: [0, 2] }),
      agreed('A', { modes: [1], collecting: ['420600'] }),
      agreed('C', { handling: '610900', collecting: [OWN] }),
      agreed('D', { handling: '610900', collecting: [OWN], modes: [0, 2] }),
    ],
    item: async code =>
      code === 'A' ? ({ form: { properties: { k: { enum: ['1'] } } } } as unknown as ServiceItem) : null,
  })
  expect(await coverage()).toEqual({
    kind: 'rest',
    tells: true,
    capped: false,
    items: [
      { taskCode: 'A', taskName: '事项A', modes: [0, 1], formCodes: 1, lacks: [] },
      { taskCode: 'B', taskName: '事项B', modes: [0], formCodes: 0, lacks: ['dictionaries.item: B'] },
      { taskCode: 'D', taskName: '事项D', modes: [2], formCodes: 0, lacks: [] },
    ],
  })
  expect(asked).toHaveLength(3)
})

test('an adapter that takes every item tells nothing, and items beyond the bound are said to be there', async () => {
  const { items } = ADAPTER_COVERAGE_LIMITS
  const of = (count: number) =>
    createAdapterCoverage({
      own: OWN,
      adapter: { kind: 'workbench' },
      agreed: async () => Array.from({ length: count }, (_, n) => agreed(`${n}`)),
      item: async () => null,
    })()
  const all = await of(items)
  expect([all.tells, all.capped, all.items.length]).toEqual([false, false, items])
  const more = await of(items + 1)
  expect([more.capped, more.items.length]).toEqual([true, items])
})
