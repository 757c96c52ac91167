import { expect, test } from 'vitest'
import type { Adapter } from './port.ts'
import { sampleSubmit, testContext } from './test-kit.ts'
import { withVersions } from './versions.ts'

const calls: string[] = []
const adapterOf = (name: string, way: 'poll' | 'pollCase' | null = 'poll'): Adapter => ({
  kind: 'test',
  system: name,
  deliver: async () => ({ ok: true, localCaseNo: name }),
  plan: async () => ({ ok: true, requests: [{ method: 'POST', url: name, headers: [], body: null }] }),
  ...(way === 'poll' ? { poll: async () => ({ events: [], cursor: name }) } : {}),
  ...(way === 'pollCase' ? { pollCase: async () => ({ events: [], memory: name }) } : {}),
  read: async raw => ({ ok: true, event: { id: raw, localCaseNo: name, move: { kind: 'case.accept', body: {} } } }),
  check: async () => ({ ok: true, detail: name }),
  lacking: async () => [{ code: name, lacks: 'all' }],
  close: async () => {
    calls.push(name)
  },
})

/** Three versions: before 100, before 200, and since then. */
function three(way: 'poll' | 'pollCase' = 'poll'): Adapter {
  const earlier = [
    { until: 100, adapter: adapterOf('first', way) },
    { until: 200, adapter: adapterOf('second', way) },
  ]
  const made = withVersions(adapterOf('third', way), earlier)
  if (!made.ok) throw new Error(made.problem.detail)
  return made.adapter
}

const { context } = testContext()

test('a packet goes by the version with which its case began, whenever it comes', async () => {
  const adapter = three()
  const taken = async (submittedAt: number | undefined) => {
    const result = await adapter.deliver({ ...sampleSubmit('v'), submittedAt }, context)
    const planned = await adapter.plan?.({ ...sampleSubmit('v'), submittedAt })
    return [
      result.ok === true ? result.localCaseNo : null,
      planned?.ok === true ? planned.requests.map(({ url }) => url).join() : null,
    ]
  }
  expect(await taken(99)).toEqual(['first', 'first'])
  expect(await taken(100)).toEqual(['second', 'second'])
  expect(await taken(199)).toEqual(['second', 'second'])
  expect(await taken(200)).toEqual(['third', 'third'])
  expect(await taken(undefined)).toEqual(['third', 'third'])
})

test('an answer is read by the version of its case; one of no known case by the newest', async () => {
  const adapter = three()
  const readBy = async (at: number | null) => {
    const read = await adapter.read?.('A1', { ...context, submittedAt: async () => at })
    return read?.ok === true && read.event !== null && 'localCaseNo' in read.event ? read.event.localCaseNo : null
  }
  expect([await readBy(99), await readBy(150), await readBy(200), await readBy(null)]).toEqual([
    'first',
    'second',
    'third',
    'third',
  ])
})

test('a case is asked about by its version, and what belongs to no case is of the newest', async () => {
  const open = { thread: 't', localCaseNo: 'L1', caseNo: 'C1', item: 'I', state: 'accepted', submittedAt: 150 }
  expect(await three('pollCase').pollCase?.(open, null, context)).toEqual({ events: [], memory: 'second' })
  const adapter = three()
  expect(adapter.pollCase).toBeUndefined()
  expect(await adapter.poll?.(null, context)).toEqual({ events: [], cursor: 'third' })
  expect(await adapter.check(context)).toEqual({ ok: true, detail: 'third' })
  expect(await adapter.lacking?.([])).toEqual([{ code: 'third', lacks: 'all' }])
  calls.length = 0
  await adapter.close?.()
  expect(calls).toEqual(['third', 'first', 'second'])
})

test('one version alone is the adapter itself', () => {
  const only = adapterOf('only')
  expect(withVersions(only, [])).toEqual({ ok: true, adapter: only })
})

test('versions in another order, of one instant, or that ask in different ways, are refused', () => {
  const at = (...untils: number[]) =>
    withVersions(
      adapterOf('new'),
      untils.map(until => ({ until, adapter: adapterOf(String(until)) })),
    )
  expect(at(100, 101).ok).toBe(true)
  for (const made of [at(100, 100), at(200, 100)])
    expect(made).toMatchObject({
      ok: false,
      problem: { code: 'config.invalid', detail: expect.stringContaining('oldest') },
    })
  expect(withVersions(adapterOf('new'), [{ until: 1, adapter: adapterOf('old', 'pollCase') }])).toMatchObject({
    ok: false,
    problem: { code: 'config.invalid', detail: expect.stringContaining('`cases`') },
  })
  expect(withVersions(adapterOf('new'), [{ until: 1, adapter: adapterOf('old', null) }]).ok).toBe(false)
})
