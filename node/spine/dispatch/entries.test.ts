import { afterEach, describe, expect, test } from 'vitest'
import { createManualAdapter } from '../../../adapters/manual/manual.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'

const A = '610900'
const S = '420300'
const EXAMINER = 'person:2'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** A case that waits in Shiyan to be typed in. */
async function begin() {
  const config = {
    system: '户政',
    sheets: {
      'case.submit': [{ label: '收件编号', value: 'caseNo' }],
      'case.remind': [{ label: '内容', value: 'body.text' }],
    },
  }
  const w = await createWorld({
    adapter: code => (code === S ? createManualAdapter({ config }) : new PlayApproval().adapter()),
  })
  world = w
  const thread = await submitCase(w, await agree(w), { caseNo: 'AK-1' })
  await w.settle()
  const city = () => w.city(S)
  const entries = () => city().dispatch.entries.of(thread, EXAMINER)
  const state = async () => (await city().cases.get(thread)).state
  const end = async (localCaseNo?: string, then?: { kind: 'case.accept'; body: object }[]) => {
    const [entry] = await entries()
    await city().dispatch.end(
      entry?.packetNo ?? 0,
      { as: 'done', localCaseNo, reason: 'entered by hand', ...(then === undefined ? {} : { then }) },
      EXAMINER,
    )
    await w.settle()
  }
  return { w, thread, city, entries, state, end }
}

describe('a case that is typed in', () => {
  test('waits with its sheet, also over a restart, and arrives under the number that the screen gave', async () => {
    const { w, thread, city, entries, state, end } = await begin()
    expect((await city().cases.get(thread)).waiting).toMatchObject([{ what: 'entry', parked: false }])
    await w.restart(S)
    await w.settle()
    expect(await entries()).toMatchObject([
      { kind: 'case.submit', arrives: true, system: '户政', fields: [{ label: '收件编号', value: 'AK-1' }] },
    ])
    expect(await state()).toBe('submitted')
    await end('HZ-1')
    expect([await state(), await entries()]).toEqual(['arrived', []])
  })

  test('is accepted at once where the local system says so', async () => {
    const { w, thread, state, end } = await begin()
    await end('HZ-1', [{ kind: 'case.accept', body: {} }])
    expect(await state()).toBe('accepted')
    expect((await w.city(A).cases.get(thread)).localCaseNo).toBe('HZ-1')
  })

  test('needs its number, and does not go on without', async () => {
    const { state, end, entries } = await begin()
    await expect(end()).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
    expect([await state(), (await entries()).length]).toEqual(['submitted', 1])
  })

  test('what comes later is an entry too, after the one before it, and needs no number', async () => {
    const { w, thread, city, entries, end } = await begin()
    await w.city(A).cases.step(thread, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect((await entries()).map(({ kind }) => kind)).toEqual(['case.submit'])
    await end('HZ-1')
    expect(await entries()).toMatchObject([{ kind: 'case.remind', arrives: false, fields: [{ value: '请尽快' }] }])
    await end()
    expect([await entries(), await city().dispatch.parked()]).toEqual([[], []])
  })

  test('leaves nothing to be typed in when it ends first, or arrives by its own step', async () => {
    const { w, thread, city, entries } = await begin()
    await city().cases.step(thread, 'case.arrived', { localCaseNo: 'HZ-7' }, EXAMINER)
    await w.settle()
    expect([await entries(), (await city().cases.get(thread)).state]).toEqual([[], 'arrived'])
  })

  test('each reading of a sheet is in the audit log, and none where there is none', async () => {
    const { thread, city, entries, end } = await begin()
    const reads = async () =>
      (await city().audit.list({ action: 'case.read' }, 20, null)).filter(({ actor }) => actor === EXAMINER)
    await entries()
    expect(await reads()).toMatchObject([{ subject: thread, detail: { for: 'entry-sheet' } }])
    await end('HZ-1')
    const before = (await reads()).length
    await entries()
    expect(await reads()).toHaveLength(before)
  })

  test('another adapter has no entries, and a packet of another case is none of this one', async () => {
    const { w, thread, city } = await begin()
    const [first] = await city().dispatch.entries.of(thread, EXAMINER)
    expect(await city().dispatch.entries.waits(thread, first?.packetNo ?? 0)).toBe(true)
    expect(await city().dispatch.entries.waits('0'.repeat(32), first?.packetNo ?? 0)).toBe(false)
    expect(await w.city(A).dispatch.entries.of(thread, EXAMINER)).toEqual([])
    await expect(city().dispatch.entries.of('0'.repeat(32), EXAMINER)).rejects.toMatchObject({
      problem: { code: 'thread.unknown' },
    })
  })
})
