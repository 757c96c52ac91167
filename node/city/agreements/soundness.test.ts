import { afterEach, describe, expect, test } from 'vitest'
import type { AgreedItem, AgreementDocument } from '../../../protocol/agreement/document.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createTestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { COLLECTING as A, HANDLING as S, worldAgreement } from '../../../test/support/world-case.ts'
import { createActs } from './acts.ts'
import { agreementRoutes } from './routes.ts'
import { createSoundness } from './soundness.ts'

const N = '411300'
const material = (materialCode: string) => ({ materialCode }) as ServiceItem['materials'][number]
const listed = (taskCode: string, more: Partial<ServiceItem> = {}) =>
  ({ taskCode, taskName: taskCode, taskState: '1', modes: [0, 1], materials: [material('H1')], ...more }) as ServiceItem
const agreed = (taskCode: string, more: Partial<AgreedItem> = {}): AgreedItem => ({
  taskCode,
  taskName: taskCode,
  handling: S,
  collecting: [A],
  modes: [0],
  ...more,
})
const parties = worldAgreement().parties
const by = { actor: 'person:1' }

/** What a city holds: lists by city, and who is paired. */
function soundness(own: string, lists: Record<string, ServiceItem[]>, paired: readonly string[] = [A, S]) {
  return createSoundness({
    own,
    services: {
      view: async city => (lists[city] === undefined ? null : { version: 1 }),
      item: async (city, code) => lists[city]?.find(({ taskCode }) => taskCode === code) ?? null,
      async *walk(city) {
        yield* lists[city] ?? []
      },
    },
    signerOf: async city => (paired.includes(city) ? (parties.find(({ code }) => code === city) ?? null) : null),
  })
}
const faults = async (
  lists: Record<string, ServiceItem[]>,
  items: AgreedItem[],
  { own = A, paired = [A, S], ...more }: { own?: string; paired?: string[] } & Partial<AgreementDocument> = {},
) => {
  const document = { ...worldAgreement({ items }), ...more } as AgreementDocument
  return (await soundness(own, lists, paired)({ document })).map(({ code, path }) => `${code} ${path}`)
}

describe('a text', () => {
  test('names items that are in use in the newest list of their city, in modes that it offers', async () => {
    const lists = { [S]: [listed('H'), listed('OLD', { taskState: '2' })], [A]: [listed('C')] }
    expect(await faults(lists, [agreed('H'), agreed('C', { handling: A, collecting: [S] })])).toEqual([])
    expect(
      await faults(lists, [
        agreed('H', { modes: [0, 2] }),
        agreed('NONSENSE'),
        agreed('OLD'),
        agreed('H', { handling: A, collecting: [S] }),
      ]),
    ).toEqual([
      'agreement.item items.0.modes',
      'agreement.item items.1.taskCode',
      'agreement.item items.2.taskCode',
      'agreement.item items.3.taskCode',
    ])
  })

  test('is not judged without the list; one of a city that is not paired is for its partners to judge', async () => {
    expect(await faults({}, [agreed('H'), agreed('I')])).toEqual(['list.none items.0.handling'])
    expect(await faults({}, [agreed('H')], { own: S })).toEqual(['list.none items.0.handling'])
    expect(await faults({}, [agreed('N', { handling: N })])).toEqual([])
  })

  test('maps materials that both lists have', async () => {
    const lists = { [S]: [listed('H')], [A]: [listed('C', { materials: [material('C1')] })] }
    const mapping = (collecting: string, handling: string) => [
      agreed('H', { materialMapping: [{ collecting, handling }] }),
    ]
    expect(await faults(lists, mapping('C1', 'H1'))).toEqual([])
    expect(await faults(lists, mapping('H1', 'C1'))).toEqual([
      'agreement.item items.0.materialMapping.0.handling',
      'agreement.item items.0.materialMapping.0.collecting',
    ])
    // The list of the collecting city is not here: what it says is not known.
    expect(await faults({ [S]: [listed('H')] }, mapping('C9', 'H1'))).toEqual([])
  })

  test('names parties as their certificates name them', async () => {
    const [ankang, shiyan] = parties
    if (ankang === undefined || shiyan === undefined) throw new Error('no parties')
    const wrong = [{ ...ankang, name: '武汉市', authority: '武汉市政务服务局' }, shiyan]
    const lists = { [S]: [listed('H')] }
    expect(await faults(lists, [agreed('H')], { parties: wrong })).toEqual([
      'agreement.party parties.0.name',
      'agreement.party parties.0.authority',
    ])
    expect(await faults(lists, [agreed('H')], { parties: wrong, paired: [S] })).toEqual([])
  })

  test('that changes another is judged by what it puts in alone', async () => {
    const document = worldAgreement({ items: [agreed('GONE')] }) as AgreementDocument
    const check = soundness(A, { [S]: [listed('H')] })
    expect(await check({ document, put: [] })).toEqual([])
    expect(await check({ document, put: [agreed('H'), agreed('NO')] })).toMatchObject([{ path: 'put.1.taskCode' }])
    expect(await check({ document }, 1)).toHaveLength(1)
  })
})

describe('a city', () => {
  let world: Awaited<ReturnType<typeof createWorld>>
  /** Shiyan's list as each city holds it. */
  let lists: Record<string, ServiceItem[]> = {}
  let absent = false
  const begin = async () => {
    lists = { [A]: [listed('H'), listed('H2')], [S]: [listed('H'), listed('H2')] }
    world = await createWorld({
      codes: [A, S],
      faultsOf: code => text => soundness(code, absent ? {} : { [S]: lists[code] ?? [] })(text),
    })
  }
  const city = (code: string) => world.city(code).agreements
  const text = (items: AgreedItem[], more: Partial<AgreementDocument> = {}) => worldAgreement({ items, ...more })
  const audited = async (code: string) => (await world.city(code).audit.list({}, 100, null)).map(({ action }) => action)
  afterEach(() => world.stop())

  test('writes no text that does not hold, and prepares none', async () => {
    await begin()
    const { db, audit, events } = world.city(A)
    const acts = createActs({
      db,
      audit,
      events,
      clock: world.clock,
      agreements: city(A),
      fourEyes: true,
      accountsOf: async id => [id],
    })
    for (const [bad, problem] of [
      [text([agreed('NONSENSE')]), 'agreement.item: items.0.taskCode'],
      [text([agreed('H')], { validFrom: '2020-01-01', validTo: '2020-12-31' }), 'agreement.malformed: validTo'],
      [text([agreed('H')], { parties: parties.map(party => ({ ...party, name: '武汉市' })) }), 'agreement.party'],
    ] as const) {
      await expect(city(A).propose(bad, by)).rejects.toThrow(problem)
      const act = { kind: 'propose', thread: null, input: { document: bad } } as const
      await expect(acts.submit(act, 'person:1')).rejects.toThrow(problem)
    }
    expect(await acts.waiting()).toEqual([])
    const [first] = await city(A).propose(text([agreed('H')]), by)
    const thread = first?.thread ?? ''
    await world.settle()
    await expect(city(S).counter(thread, text([agreed('NONSENSE')]), undefined, by)).rejects.toThrow('agreement.item')
    await city(S).sign(thread, null, by)
    await world.settle()
    const amendment = { title: '补充协议', reason: '事项', effectiveFrom: '2026-12-01' }
    const put = [agreed('NO-SUCH-ITEM')]
    await expect(city(A).amend(thread, { ...amendment, put }, by)).rejects.toThrow('agreement.item: put.0.taskCode')
    const ended = { ...amendment, terms: { validTo: '2026-10-01' } }
    await expect(city(A).amend(thread, ended, by)).rejects.toThrow('agreement.malformed: validTo')
    const terminate = { kind: 'agreement.terminate', reason: '不再合作', effectiveOn: '2020-01-01' } as const
    await expect(city(A).change(thread, terminate, by)).rejects.toThrow('agreement.transition')
    // What the list no longer has can still be taken out.
    await city(A).amend(thread, { ...amendment, put: [agreed('H2')] }, by)
    await world.settle()
    await city(S).sign(thread, null, by)
    lists[A] = [listed('H2')]
    await world.settle()
    const remove = [{ handling: S, taskCode: 'H' }]
    await city(A).amend(thread, { ...amendment, remove, effectiveFrom: '2026-12-02' }, by)
    expect(await audited(A)).toContain('agreement.amend')
  })

  test('does not sign what it received and does not hold, and says why; it may counter', async () => {
    await begin()
    lists[A]?.push(listed('NEW'))
    const [proposed] = await city(A).propose(text([agreed('NEW'), agreed('H')]), by)
    const thread = proposed?.thread ?? ''
    await world.settle()
    const { db, audit, events } = world.city(S)
    const acts = createActs({
      db,
      audit,
      events,
      clock: world.clock,
      agreements: city(S),
      fourEyes: false,
      accountsOf: async id => [id],
    })
    const api = await createTestApi({ store: await openTestStore(), routes: () => [agreementRoutes(city(S), acts)] })
    const administrator = api.as('administrator')
    const faulty = [{ code: 'agreement.item', path: 'items.0.taskCode', why: `not in the list of ${S}` }]
    expect((await administrator.get(`/api/v1/agreements/${thread}`)).body).toMatchObject({
      pending: { faults: faulty },
    })
    expect((await administrator.post(`/api/v1/agreements/${thread}/sign`, {})).body).toMatchObject({
      code: 'agreement.unsound',
      act: 'partner',
      detail: `items.0.taskCode: not in the list of ${S}`,
    })
    // Who wrote it is told nothing of it.
    expect((await city(A).get(thread)).pending?.faults).toEqual([])
    // Without a list nothing can be said: that is no fault of the partner's text.
    absent = true
    await expect(city(S).sign(thread, null, by)).rejects.toThrow('list.none: items.0.handling')
    absent = false
    await city(S).counter(thread, text([agreed('H')]), '该事项未发布', by)
    await world.settle()
    await city(A).sign(thread, null, by)
    await world.settle()
    expect((await city(S).get(thread)).state).toBe('active')
  })
})
