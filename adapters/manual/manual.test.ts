import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import { adapterContract } from '../sdk/contract.ts'
import { sampleMaterial, samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { MANUAL_LIMITS, type ManualConfigInput } from './config.ts'
import { createManualAdapter } from './manual.ts'

const example = async (): Promise<ManualConfigInput> =>
  JSON.parse(await readFile(join(import.meta.dirname, 'example.json'), 'utf8'))
const config: ManualConfigInput = {
  system: '户政',
  sheets: {
    'case.submit': [
      { label: '姓名', value: 'body.applicant.name' },
      { label: '方式', value: "$theirs('mode', body.mode)", copy: false },
      { label: '数量', value: 'body.form.copies' },
      { label: '材料', value: 'materials.name' },
      { label: '没有的', value: 'body.nothing' },
    ],
    'case.withdraw': [{ label: '申请人', value: '$submit.applicant.name' }],
  },
  dictionaries: { mode: { codes: { '0': '网办' } } },
  leaveOut: ['case.message'],
}

/** A person who types each packet in at once, and remembers the number that the screen gave. */
function typedAtOnce(numbers: Map<string, string>) {
  const adapter = createManualAdapter({ config })
  return {
    ...adapter,
    deliver: async (...[delivery, call]: Parameters<typeof adapter.deliver>) => {
      const said = await adapter.deliver(delivery, call)
      if (said.ok !== 'handed') return said
      const { idempotencyKey: key } = delivery
      const localCaseNo = delivery.localCaseNo ?? numbers.get(key) ?? `HZ-${numbers.size + 1}`
      numbers.set(key, localCaseNo)
      return { ok: true as const, localCaseNo }
    },
  }
}

adapterContract(
  'packets that are typed in at once',
  async () => {
    const numbers = new Map<string, string>()
    return { adapter: typedAtOnce(numbers), another: () => typedAtOnce(numbers), system: null, stop: async () => {} }
  },
  { outside: false },
)

describe('packets that people type in', () => {
  const { context: call } = testContext()
  const submit = sampleSubmit('typed', [sampleMaterial('one'), sampleMaterial('two')])

  test('are handed to a person, again under the same key too; what is left out is done', async () => {
    const adapter = createManualAdapter({ config })
    for (const kind of ['case.supplement', 'case.withdraw', 'case.remind'])
      expect(await adapter.deliver(samplePacket(submit, kind, 'HZ-1'), call)).toEqual({ ok: 'handed' })
    for (let attempt = 0; attempt < 2; attempt++)
      expect(await adapter.deliver({ ...submit, attempt }, call)).toEqual({ ok: 'handed' })
    expect(await adapter.deliver(samplePacket(submit, 'case.message', 'HZ-1'), call)).toEqual({ ok: true })
    expect(await adapter.check(call)).toEqual({ ok: true })
  })

  test('have a sheet in the order of the screen; a field that cannot be told says why and keeps none from being typed', async () => {
    const sheet = await createManualAdapter({ config }).sheet?.(submit)
    expect(sheet).toEqual({
      system: '户政',
      fields: [
        { label: '姓名', value: '欧阳金丝雀', copy: true, why: null },
        {
          label: '方式',
          value: '',
          copy: false,
          why: {
            code: 'adapter.mapping',
            detail: 'sheets.case.submit.1.value: dictionary mode does not know our code "1"',
          },
        },
        { label: '数量', value: '2', copy: true, why: null },
        { label: '材料', value: '结婚证-金丝雀.pdf、结婚证-金丝雀.pdf', copy: true, why: null },
        { label: '没有的', value: '', copy: false, why: null },
      ],
    })
  })

  test('of a kind without a sheet are no dead end; later ones read the submit', async () => {
    const adapter = createManualAdapter({ config })
    expect(await adapter.sheet?.(samplePacket(submit, 'case.remind', 'HZ-1'))).toEqual({ system: '户政', fields: [] })
    expect((await adapter.sheet?.(samplePacket(submit, 'case.withdraw', 'HZ-1')))?.fields).toMatchObject([
      { value: '欧阳金丝雀' },
    ])
  })

  test('have the sheets of the example', async () => {
    const adapter = createManualAdapter({ config: await example() })
    const sheet = await adapter.sheet?.(submit)
    expect(sheet?.fields.map(({ label }) => label)).toEqual([
      '收件编号',
      '业务类别',
      '办理方式',
      '申请人姓名',
      '证件类型',
      '证件号码',
      '联系电话',
      '住址',
      '材料',
    ])
    expect(sheet?.fields.filter(({ why }) => why !== null)).toEqual([])
  })

  test.each<[string, unknown]>([
    ['sheets.case.submit.0.value: JSONata', { sheets: { 'case.submit': [{ label: 'a', value: 'body.(' }] } }],
    ['there is no dictionary nowhere', { sheets: { 'case.submit': [{ label: 'a', value: "$theirs('nowhere', 1)" }] } }],
    [
      'sheets.case.submit.0.value: there is no $now',
      { sheets: { 'case.submit': [{ label: 'a', value: '$nowhere' }] } },
    ],
    ['sheets', { sheets: { 'case.accept': [] } }],
    [
      'sheets.case.submit',
      { sheets: { 'case.submit': Array(MANUAL_LIMITS.fields + 1).fill({ label: 'a', value: '1' }) } },
    ],
  ])('a configuration that is wrong is told: %s', (told, change) => {
    const make = () => createManualAdapter({ config: { system: 'x', ...(change as object) } })
    expect(make).toThrow(ProblemError)
    expect(make).toThrow(told)
  })

  test('a sheet is as long as the limit', async () => {
    const fields = Array.from({ length: MANUAL_LIMITS.fields }, () => ({ label: 'a', value: '1' }))
    const adapter = createManualAdapter({ config: { system: 'x', sheets: { 'case.submit': fields } } })
    expect((await adapter.sheet?.(submit))?.fields).toHaveLength(MANUAL_LIMITS.fields)
  })
})
