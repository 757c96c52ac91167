import { expect, test } from 'vitest'
import type { CaseBody } from '../../../protocol/case/kinds.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { createForms } from '../catalogue/forms/forms.ts'
import { createSubmissionCheck } from './submission.ts'

const item = (change: Partial<ServiceItem> = {}): ServiceItem => ({
  taskCode: 'A1',
  taskName: '缴存证明',
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '公积金中心',
  serverType: ['1'],
  projectType: '2',
  modes: [0],
  anticipateDay: 10,
  promiseDay: 5,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
  form: { type: 'object', properties: { reason: { type: 'string', maxLength: 9 } }, required: ['reason'] },
  ...change,
})
const body: CaseBody<'case.submit'> = {
  salt: 'AAAAAAAAAAAAAAAAAAAAAA',
  caseNo: 'AK-1',
  mode: 0,
  materials: [],
  receivedAt: '2026-11-02T08:40:00+08:00',
  item: { code: 'A1', name: '缴存证明', version: 1, promiseDay: 5, anticipateDay: 10 },
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
  form: { reason: '购房' },
}
const claims = { iss: '610900', aud: '420300', iat: 1_793_581_200 } as PacketClaims
const store = { query: async () => [] }
const DAY = 24 * 3_600_000

/** `published`: when each version came, ms from the signing, newest first. */
const judge = (published: [at: number, item: ServiceItem | null][], change: object = {}) =>
  createSubmissionCheck({
    services: {
      async around(_, from, to) {
        const versions = published.map(([at, held]) => ({ at: claims.iat * 1000 + at, held }))
        const first = versions.findIndex(({ at }) => at <= from)
        return versions
          .slice(0, first < 0 ? undefined : first + 1)
          .filter(({ at }) => at <= to)
          .flatMap(({ held }) => held ?? [])
      },
      known: async () => published.some(([, held]) => held !== null),
    },
    agreements: { documentOf: async () => null },
    forms: createForms({ clock: createHandClock(0) }),
  }).judge(store, claims, { ...body, ...change })

test('what holds by the item as it is published is taken', async () => {
  expect(await judge([[-30 * DAY, item()]])).toEqual({ ok: true })
})

test('what does not is refused with the fields, never with their values', async () => {
  const answer = await judge([[-30 * DAY, item()]], { form: { reason: '11010519491231002X' } })
  expect(answer).toMatchObject({ ok: false, problem: { code: 'case.preflight' } })
  expect(JSON.stringify(answer)).toContain('form.reason: at most 9 characters')
  expect(JSON.stringify(answer)).not.toContain('11010519491231002X')
})

test('an item whose form cannot be used is told at the form, who must mend it, and the node is not held up', async () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, no) => [`d${no}`, { oneOf: [1, 2].map(() => ({ $ref: `#/$defs/d${no + 1}` })) }]),
  )
  const form = { type: 'object', properties: { reason: { $ref: '#/$defs/d0' } }, $defs: { ...$defs, d40: {} } }
  for (const unusable of [form, { ...form, properties: { reason: { pattern: '(.*){1000}$' } } }])
    expect(await judge([[-30 * DAY, item({ form: unusable })]])).toMatchObject({
      problem: {
        code: 'case.preflight',
        detail: expect.stringContaining('form: the form of the item cannot be used') as unknown,
      },
    })
})

test('a version that was replaced a day ago or less is still taken, an older one is not', async () => {
  const next = item({ taskVersion: 2, modes: [1] })
  expect(
    await judge([
      [-DAY + 1, next],
      [-30 * DAY, item()],
    ]),
  ).toEqual({ ok: true })
  expect(
    await judge([
      [-DAY, next],
      [-30 * DAY, item()],
    ]),
  ).toMatchObject({ problem: { code: 'case.preflight' } })
})

test('an item that was taken out of the list is unknown, for as long as its partner may not know within a day', async () => {
  expect(
    await judge([
      [-DAY, null],
      [-30 * DAY, item()],
    ]),
  ).toMatchObject({ problem: { code: 'item.unknown' } })
  expect(
    await judge([
      [-DAY + 1, null],
      [-30 * DAY, item()],
    ]),
  ).toEqual({ ok: true })
})

test('a node that was restored from a backup takes what it took before: versions that it forgot are not judged', async () => {
  expect(await judge([])).toEqual({ ok: true })
  expect(await judge([[-30 * DAY, item()]], { item: { ...body.item, version: 2 } })).toEqual({ ok: true })
})
