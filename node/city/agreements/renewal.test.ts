import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AgreementDocumentInput } from '../../../protocol/agreement/document.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, worldAgreement } from '../../../test/support/world-case.ts'
import { createRenewals } from './renewal.ts'

const by = { actor: 'person:1' }
let world: Awaited<ReturnType<typeof createWorld>>
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

/** With these items in the newest list of the handling city. */
async function renewing(more: Partial<AgreementDocumentInput>, listed: string[] | null = null) {
  const id = await agree(world, worldAgreement(more))
  const { agreements } = world.city(COLLECTING)
  const thread = (await agreements.list({}, 10, null)).find(row => row.id === id)?.thread ?? ''
  const renewals = createRenewals({
    agreements,
    services: {
      view: async () => (listed === null ? null : { version: 1 }),
      item: async (_, code) => (listed?.includes(code) === true ? ({ taskState: '1' } as ServiceItem) : null),
    },
    clock: world.clock,
  })
  return { thread, renewals, agreements, document: (await agreements.get(thread)).document }
}

describe('a renewal', () => {
  test('by a proposal: the same text from the next day on, for as long again, and it can be signed', async () => {
    const { thread, renewals, agreements, document } = await renewing({
      validFrom: '2024-03-01',
      validTo: '2027-02-28',
    })
    const made = await renewals.draft(thread, {})
    expect(made).toMatchObject({ as: 'proposal', amendment: null, gone: [], goneCount: 0 })
    expect(made.document).toEqual({ ...document, validFrom: '2027-03-01', validTo: '2030-02-28' })
    if (made.document === null) throw new Error('no document')
    await agreements.propose(made.document, by)
    await world.settle()
    const [newest] = await world.city(HANDLING).agreements.list({}, 1, null)
    expect(newest).toMatchObject({ state: 'proposed', validTo: '2030-02-28' })
    await world.city(HANDLING).agreements.sign(newest?.thread ?? '', null, by)
  })

  test('by exchange of letters: an amendment of the last day, from the day after the old one', async () => {
    const { thread, renewals, agreements } = await renewing({
      validFrom: '2025-01-01',
      validTo: '2026-12-31',
      renewal: { kind: 'letters', noticeDays: 60 },
    })
    const { as, amendment } = await renewals.draft(thread, {})
    expect([as, amendment]).toMatchObject([
      'amendment',
      { terms: { validTo: '2028-12-31' }, effectiveFrom: '2027-01-01' },
    ])
    if (amendment === null) throw new Error('no amendment')
    await agreements.amend(thread, amendment, by)
    await world.settle()
    await world.city(HANDLING).agreements.sign(thread, null, by)
    await world.settle()
    expect(await agreements.get(thread)).toMatchObject({ state: 'active', validTo: '2028-12-31' })
  })

  test.each([
    ['2026-11-30', '2028-11-30', '2028-12-01', '2030-11-30'],
    ['2026-11-30', '2028-11-29', '2028-11-30', '2030-11-29'],
    ['2027-01-01', '2027-06-30', '2027-07-01', '2027-12-31'],
    ['2026-08-31', '2027-02-28', '2027-03-01', '2027-08-31'],
    ['2024-02-29', '2027-02-28', '2027-03-01', '2030-02-28'],
    ['2027-01-01', '2027-06-20', '2027-06-21', '2027-12-08'],
  ])('of %s … %s is %s … %s', async (validFrom, validTo, from, to) => {
    const { thread, renewals } = await renewing({ validFrom, validTo })
    expect((await renewals.draft(thread, {})).document).toMatchObject({ validFrom: from, validTo: to })
  })

  test('of one that is over leaves time to sign; a term that is not whole years counts days', async () => {
    const letters = { renewal: { kind: 'letters', noticeDays: 60 } } as const
    const { thread, renewals } = await renewing({ validFrom: '2026-11-01', validTo: '2026-11-30', ...letters })
    world.clock.advance(20 * 86_400_000)
    // It is 2026-12-13.
    expect((await renewals.draft(thread, {})).amendment).toMatchObject({
      effectiveFrom: '2026-12-20',
      terms: { validTo: '2027-01-18' },
    })
    expect((await renewals.draft(thread, { as: 'proposal' })).document).toMatchObject({
      validFrom: '2026-12-14',
      validTo: '2027-01-12',
    })
    expect((await renewals.draft(thread, { as: 'proposal', validTo: '2027-12-31' })).document?.validTo).toBe(
      '2027-12-31',
    )
  })

  test('names items that the newest list no longer offers, and leaves them in', async () => {
    const items = ['X1', 'X2'].map(taskCode => ({
      taskCode,
      taskName: taskCode,
      handling: HANDLING,
      collecting: [COLLECTING],
      modes: [0 as const],
    }))
    const { thread, renewals } = await renewing({ items }, ['X2'])
    const { gone, goneCount, document } = await renewals.draft(thread, {})
    expect([gone.map(({ taskCode }) => taskCode), goneCount, document?.items.length]).toEqual([['X1'], 1, 2])
  })

  test('needs something that stood; an agreement that was terminated is renewed by a proposal alone', async () => {
    const { thread, renewals, agreements } = await renewing({})
    await agreements.change(thread, { kind: 'agreement.terminate', reason: '终止', effectiveOn: '2026-11-30' }, by)
    expect((await renewals.draft(thread, {})).as).toBe('proposal')
    await expect(renewals.draft(thread, { as: 'amendment' })).rejects.toThrow('agreement.transition')
    const [proposed] = await agreements.propose(worldAgreement({ title: '草案' }), by)
    await expect(renewals.draft(proposed?.thread ?? '', {})).rejects.toThrow('agreement.transition')
    await expect(renewals.draft('0'.repeat(32), {})).rejects.toThrow('thread.unknown')
  })
})

test('reminders are those of the rows that end or wait', async () => {
  const { thread, agreements } = await renewing({ validTo: '2026-12-20' })
  await renewing({ validTo: '2028-12-31' })
  await agreements.amend(
    thread,
    { title: '变更', reason: '期限', terms: { purgeDays: 9 }, effectiveFrom: '2026-11-25' },
    by,
  )
  await world.settle()
  const told = async (code: string) =>
    (await world.city(code).agreements.reminders(world.clock.now())).map(({ kind, act, subject }) => [
      kind,
      act,
      subject === thread,
    ])
  expect(await told(COLLECTING)).toEqual([
    ['agreement-end', 'you', true],
    ['agreement-effect', 'partner', true],
  ])
  expect(await told(HANDLING)).toEqual([
    ['agreement-end', 'you', true],
    ['agreement-effect', 'you', true],
  ])
  world.clock.advance(7 * 86_400_000)
  expect((await told(HANDLING)).map(([kind]) => kind)).toEqual([
    'agreement-end',
    'agreement-waiting',
    'agreement-effect',
  ])
})
