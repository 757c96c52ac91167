import { describe, expect, test } from 'vitest'
import { CASE_CONTENT } from '../../protocol/case/kinds.ts'
import type { Delivery } from '../sdk/index.ts'
import { samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { BEHAVIOURS, createSandboxAdapter } from './sandbox.ts'

const NAMES = Object.keys(BEHAVIOURS)

/** A case for the item of a behaviour. */
function submitFor(behaviour: string): Delivery {
  const submit = sampleSubmit(behaviour)
  const code = `11990001MB0000000X420${String(NAMES.indexOf(behaviour) + 1).padStart(10, '0')}`
  const body = { ...submit.body, item: { code, name: '沙箱事项', version: 1 } }
  return { ...submit, body, submit: body }
}

describe('the sandbox decides by the item', () => {
  test.each([
    ['prompt', ['case.accept', 'case.progress', 'case.decide', 'case.send-result', 'case.close']],
    ['refuses', ['case.refuse']],
    ['denies', ['case.accept', 'case.progress', 'case.decide', 'case.send-result', 'case.close']],
    ['asks-supplement', ['case.request-supplement']],
    ['silent', []],
    ['rubbish', ['case.accept']],
  ])('%s', async (behaviour, kinds) => {
    const adapter = createSandboxAdapter()
    const { context } = testContext()
    const submit = submitFor(behaviour)
    const result = await adapter.deliver(submit, context)
    expect(result).toMatchObject({ ok: true, localCaseNo: expect.stringMatching(/^SANDBOX-/) })
    if (result.ok !== true) return
    expect(result.moves?.map(({ kind }) => kind)).toEqual(kinds)
    for (const { kind, body } of result.moves ?? []) expect(CASE_CONTENT[kind].safeParse(body).success).toBe(true)
    // The same attempt again: the same number.
    expect(await adapter.deliver(submit, context)).toEqual(result)
  })

  test('an item that is none of its own is decided at once', async () => {
    const result = await createSandboxAdapter().deliver(sampleSubmit('other'), testContext().context)
    expect(result.ok === true && result.moves?.at(-1)?.kind).toBe('case.close')
  })

  test('a slow case is handed over until its minute is over, also after a restart', async () => {
    const submit = submitFor('slow')
    const began = Date.UTC(2026, 10, 2)
    const { context } = testContext({ now: began })
    expect(await createSandboxAdapter().deliver(submit, context)).toEqual({ ok: 'handed', lookAgainAfterMs: 60_000 })
    const later = (now: number) => createSandboxAdapter().deliver(submit, { ...context, now: () => now })
    expect(await later(began + 59_999)).toEqual({ ok: 'handed', lookAgainAfterMs: 1000 })
    expect(await later(began + 60_000)).toMatchObject({ ok: true, localCaseNo: expect.any(String) })
  })

  test('a supplement that was asked for is followed by the decision, a withdrawal by the end', async () => {
    const adapter = createSandboxAdapter()
    const { context } = testContext()
    const moves = async (behaviour: string, kind: string) => {
      const result = await adapter.deliver(samplePacket(submitFor(behaviour), kind, 'SANDBOX-1'), context)
      return result.ok === true ? result.moves?.at(-1) : null
    }
    expect(await moves('asks-supplement', 'case.supplement')).toMatchObject({ body: { outcome: 'granted' } })
    expect(await moves('silent', 'case.supplement')).toBeUndefined()
    expect(await moves('silent', 'case.withdraw')).toMatchObject({ body: { outcome: 'withdrawn' } })
  })
})
