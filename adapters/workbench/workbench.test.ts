import { describe, expect, test } from 'vitest'
import { adapterContract } from '../sdk/contract.ts'
import { samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { createWorkbench } from './workbench.ts'

adapterContract(
  'workbench',
  async () => ({ adapter: createWorkbench(), another: createWorkbench, system: null, stop: async () => {} }),
  {
    outside: false,
  },
)

describe('workbench', () => {
  const NEW_YEAR = Date.UTC(2026, 11, 31, 16, 0, 0)

  test('numbers the cases of a year in their order, by the calendar of China', async () => {
    const workbench = createWorkbench()
    const { context } = testContext({ now: NEW_YEAR - 1 })
    const number = async (word: string, now = NEW_YEAR - 1) => {
      const result = await workbench.deliver(sampleSubmit(word), { ...context, now: () => now })
      return result.ok === true ? result.localCaseNo : null
    }
    expect(await number('one')).toBe('420300-2026-000001')
    expect(await number('two')).toBe('420300-2026-000002')
    expect(await number('three', NEW_YEAR)).toBe('420300-2027-000001')
    expect(await number('one', NEW_YEAR)).toBe('420300-2026-000001')
  })

  test('keeps its numbers when it is started again', async () => {
    const { context } = testContext()
    const numbers = []
    for (let start = 0; start < 2; start++) numbers.push(await createWorkbench().deliver(sampleSubmit('kept'), context))
    expect(numbers[1]).toEqual(numbers[0])
    expect(await createWorkbench().deliver(sampleSubmit('next'), context)).toEqual({
      ok: true,
      localCaseNo: '420300-2026-000002',
    })
  })

  test('answers nothing by itself: a person moves the case', async () => {
    const workbench = createWorkbench()
    const { context } = testContext()
    const submit = sampleSubmit('by hand')
    expect(workbench.poll).toBeUndefined()
    for (const kind of ['case.supplement', 'case.withdraw', 'case.remind', 'case.message']) {
      expect(await workbench.deliver(samplePacket(submit, kind, '420300-2026-000001'), context)).toEqual({ ok: true })
    }
  })
})
