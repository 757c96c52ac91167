import { expect, test } from 'vitest'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const adapterOf = (body: RestConfigInput['register']['body'], items: Record<string, string> = { A1: 'x-1' }) =>
  createRestAdapter({
    config: {
      baseUrl: 'https://approval.test/api',
      auth: { scheme: 'bearer', secret: 'token' },
      dictionaries: { item: { codes: items }, mode: { codes: { '0': 'A', '1': 'B' } }, id: { codes: { '9': 1 } } },
      register: { path: '/cases', body, response: { localCaseNo: 'no' } },
    } satisfies RestConfigInput,
    secrets: { token: 't' },
  })
const item = (code: string, ...modes: number[]) => ({ code, name: `事项${code}`, modes })
const lacking = async (adapter: ReturnType<typeof adapterOf>, ...items: ReturnType<typeof item>[]) =>
  (await adapter.lacking?.(items)) ?? null

test('items and modes that a dictionary of the mapping does not know are named', async () => {
  const adapter = adapterOf({
    // What the sample of a case cannot answer is no finding.
    idType: "$theirs('id', body.applicant.idType)",
    params: { service: "$theirs('item', body.item.code)", mode: "$theirs('mode', body.mode)" },
    name: '$atMost(body.item.name, 1)',
  })
  expect(await lacking(adapter, item('A1', 0, 1))).toEqual([])
  expect(await lacking(adapter, item('A1', 0, 2), item('A2', 1), item('A3', 2))).toEqual([
    { code: 'A1', lacks: 'dictionaries.mode: mode 2' },
    { code: 'A2', lacks: 'dictionaries.item: A2' },
    { code: 'A3', lacks: 'dictionaries.item: A3' },
    { code: 'A3', lacks: 'dictionaries.mode: mode 2' },
  ])
})

test('a mapping that sends the code as it is takes every item', async () => {
  const adapter = adapterOf({ service: 'body.item.code', mode: 'body.mode' })
  expect(await lacking(adapter, item('Z', 0, 1, 2, 3))).toEqual([])
})

test('two questions at once do not mix', async () => {
  const adapter = adapterOf({ service: "$theirs('item', body.item.code)" })
  const [first, second] = await Promise.all([lacking(adapter, item('A2', 0)), lacking(adapter, item('A3', 0))])
  expect([first?.map(({ code }) => code), second?.map(({ code }) => code)]).toEqual([['A2'], ['A3']])
})

test('what cannot be evaluated for a sample is no finding', async () => {
  expect(await lacking(adapterOf({ day: '$day(body.item.name)' }), item('A2', 0))).toEqual([])
})

test('codes of a list of the form that a dictionary does not know are named, each with its field', async () => {
  const adapter = adapterOf({ reason: "$theirs('item', body.form.reason)", other: 'body.form.other' })
  const asked = {
    ...item('A1', 0),
    form: [
      { field: 'reason', codes: ['A1', 'A9'] },
      { field: 'other', codes: ['x'] },
    ],
  }
  expect(await adapter.lacking?.([asked])).toEqual([{ code: 'A1', lacks: 'dictionaries.item: form.reason A9' }])
})
