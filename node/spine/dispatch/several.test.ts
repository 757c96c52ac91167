import { afterEach, describe, expect, test } from 'vitest'
import type { Adapter, DeliveryResult } from '../../../adapters/sdk/port.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld, type Several } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { DISPATCH_LIMITS } from './limits.ts'
import { createRouting } from './routing.ts'

const A = '610900'
const B = '610100'
const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** Modes of cases by which the routes of these tests tell them apart. */
const GJJ = 1
const MAIN = 0

/** Shiyan with a main system, and one by the name `gjj` to which cases of one mode go. */
async function begin(several: Omit<Several, 'others'> = { routes: [{ modes: [GJJ], adapter: 'gjj' }] }) {
  const main = new PlayApproval()
  const other = new PlayApproval()
  const given = { ...several }
  const others = { gjj: other.adapter() }
  const w = await createWorld({
    adapter: code => (code === S ? main.adapter() : new PlayApproval().adapter()),
    several: code => (code === S ? { others, ...given } : {}),
  })
  world = w
  const agreement = await agree(w)
  const submit = async (mode: Mode, caseNo: string) => {
    const thread = await submitCase(w, agreement, { caseNo, mode })
    await w.settle()
    return thread
  }
  return {
    w,
    main,
    other,
    others,
    /** what a restart begins with */
    configure: (next: Omit<Several, 'others'>) => Object.assign(given, next),
    submit,
    city: () => w.city(S),
    state: async (thread: string) => (await w.city(S).cases.get(thread)).state,
    poll: async (times = 2) => {
      for (let turn = 0; turn < times; turn++) {
        w.clock.advance(1000)
        await w.settle()
      }
    },
  }
}

const accept = { kind: 'case.accept', body: {} } as const
const progress = { kind: 'case.progress', body: { step: '审核' } } as const

describe('several approval systems', () => {
  test('a case goes where the first route that fits leads it, with all that follows, and stays there when routes change', async () => {
    const { w, main, other, submit, configure } = await begin()
    const ours = await submit(GJJ, 'AK-1')
    await submit(MAIN, 'XA-1')
    expect([main.asked, other.asked]).toEqual([['case.submit'], ['case.submit']])
    configure({ routes: [] })
    await w.restart(S)
    await w.city(A).cases.step(ours, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect([main.asked, other.asked]).toEqual([['case.submit'], ['case.submit', 'case.remind']])
    await submit(GJJ, 'AK-2')
    expect(main.asked).toEqual(['case.submit', 'case.submit'])
  })

  test('the same local case number, id and cursor in two systems are two cases and two answers', async () => {
    const { main, other, submit, state, poll, city } = await begin()
    const ours = await submit(GJJ, 'AK-1')
    const theirs = await submit(MAIN, 'XA-1')
    expect([(await city().cases.get(ours)).localCaseNo, (await city().cases.get(theirs)).localCaseNo]).toEqual([
      'L1',
      'L1',
    ])
    expect([(await city().cases.get(ours)).adapter, (await city().cases.get(theirs)).adapter]).toEqual(['gjj', 'test'])
    other.say(accept)
    await poll()
    expect([await state(ours), await state(theirs)]).toEqual(['accepted', 'arrived'])
    main.say(accept)
    other.say(progress)
    await poll()
    expect([await state(ours), await state(theirs)]).toEqual(['accepted', 'accepted'])
    expect((await city().cases.get(ours)).timeline.at(-1)?.kind).toBe('case.progress')
    expect((await city().cases.get(theirs)).timeline.at(-1)?.kind).toBe('case.accept')
  })

  test('one that hangs, is down or says what cannot be taken stops nothing of another', async () => {
    const { w, main, other, submit, state, poll, city } = await begin()
    const ours = await submit(GJJ, 'AK-1')
    // Its answers wait under the number that a case of the other system has too, and it hangs from then on.
    other.say({ kind: 'case.decide', body: { outcome: 'granted' } })
    await poll()
    other.hangs = true
    const hung = Promise.withResolvers<DeliveryResult>()
    other.answer = () => hung.promise
    for (let n = 0; n < 12; n++) await submit(GJJ, `AK-${n + 2}`)
    const theirs = await submit(MAIN, 'XA-1')
    expect(await state(theirs)).toBe('arrived')
    main.say(accept)
    await poll()
    expect(await state(theirs)).toBe('accepted')
    expect(await city().dispatch.parked()).toMatchObject([
      { what: 'adapter-event', event: 'gjj e1', adapter: 'gjj', localCaseNo: 'L1', caseNo: 'AK-1', thread: ours },
    ])
    const { ok, others } = await city().dispatch.check()
    expect([ok, others.map(({ name }) => name)]).toEqual([true, ['gjj']])
    expect(city().dispatch.states()).toMatchObject([{ name: 'test' }, { name: 'gjj' }])
    other.hangs = false
    hung.resolve({ ok: false, code: 'adapter.refused', detail: 'E1', retryable: false })
    w.clock.advance(DISPATCH_LIMITS.deliver)
    await w.settle()
  })

  test('an answer is skipped, and answers of an unknown number given up, in the system that gave it', async () => {
    const { main, other, submit, poll, city } = await begin()
    await submit(GJJ, 'AK-1')
    await submit(MAIN, 'XA-1')
    for (const system of [main, other]) system.say({ kind: 'case.decide', body: { outcome: 'granted' } })
    other.say(accept, 'L404')
    await poll()
    const events = async () => (await city().dispatch.parked()).map(work => work.what === 'adapter-event' && work.event)
    expect((await events()).toSorted()).toEqual(['e1', 'gjj e1', 'gjj e2'])
    await city().dispatch.skip('gjj e1', '已人工办理', 'person:1')
    expect((await events()).toSorted()).toEqual(['e1', 'gjj e2'])
    await city().dispatch.dismiss('L404', 'person:1')
    expect(await events()).toEqual(['e1'])
    await expect(city().dispatch.dismiss('L1', 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.conflict' },
    })
  })

  test('a number that stands in several is tried again or given up in the one that is named, and never in all', async () => {
    const { main, other, submit, poll, city } = await begin()
    await submit(GJJ, 'AK-1')
    await submit(MAIN, 'XA-1')
    for (const system of [main, other]) {
      system.say({ kind: 'case.decide', body: { outcome: 'granted' } })
      system.say(accept, 'L404')
    }
    await poll()
    const { dispatch } = city()
    const events = async (adapter?: string) =>
      (await dispatch.parked(200, null, adapter)).map(work => work.what === 'adapter-event' && work.event)
    expect([await events('test'), await events('gjj')]).toEqual([
      ['e1', 'e2'],
      ['gjj e1', 'gjj e2'],
    ])
    await expect(dispatch.parked(200, null, 'zhbs')).rejects.toMatchObject({ problem: { code: 'request.not-found' } })
    const ambiguous = {
      problem: { code: 'request.conflict', detail: 'adapter: needed, for the number stands in test, gjj' },
    }
    await expect(dispatch.retry({ localCaseNo: 'L404' }, 'person:1')).rejects.toMatchObject(ambiguous)
    await expect(dispatch.dismiss('L404', 'person:1')).rejects.toMatchObject(ambiguous)
    await dispatch.dismiss('L404', 'person:1', 'gjj')
    expect((await events()).toSorted()).toEqual(['e1', 'e2', 'gjj e1'])
    await dispatch.dismiss('L404', 'person:1')
    expect((await events()).toSorted()).toEqual(['e1', 'gjj e1'])
    // What is tried again tells why it still waits.
    const waits = { problem: { code: 'case.transition' } }
    await expect(dispatch.retry({ localCaseNo: 'L1', adapter: 'gjj' }, 'person:1')).rejects.toMatchObject(waits)
    const tried = async () =>
      Object.fromEntries(
        (await dispatch.parked()).map(work => [work.what === 'adapter-event' && work.event, work.attempts]),
      )
    const before = await tried()
    expect(await dispatch.retry({ all: true, adapter: 'gjj' }, 'person:1')).toBe(1)
    await poll()
    const after = await tried()
    expect([after.e1, Number(after['gjj e1']) - Number(before['gjj e1'])]).toEqual([before.e1, 1])
  })

  test('two systems of one kind are told apart in the audit log, by their names', async () => {
    const { main, other, submit, poll, city } = await begin()
    const ours = await submit(GJJ, 'AK-1')
    const theirs = await submit(MAIN, 'XA-1')
    for (const system of [main, other]) system.say(accept)
    await poll()
    const actors = async (thread: string) =>
      (await city().db.query<{ actor: string }>('SELECT DISTINCT actor FROM audit WHERE subject = ?', [thread]))
        .map(({ actor }) => actor)
        .filter(actor => actor.startsWith('adapter:'))
    expect([await actors(ours), await actors(theirs)]).toEqual([['adapter:gjj'], ['adapter:test']])
  })

  test('what one remembers is not seen by another', async () => {
    const { w, others, main, city } = await begin()
    const seen: (string | null)[] = []
    others.gjj.check = async ({ state }) => {
      await state.put('cursor', 'of gjj')
      seen.push((await state.next('n')) === 1 ? await state.get('cursor') : null)
      return { ok: true }
    }
    await w.restart(S)
    await city().dispatch.check()
    const state = city().adapterState
    expect(seen).toEqual(['of gjj'])
    expect([await state.of(null).get('cursor'), await state.of(null).list('', null, 9)]).toEqual([null, []])
    expect(await state.of(null, 'gjj').list('', null, 9)).toEqual([{ key: 'cursor', value: 'of gjj' }])
    expect(main.asked).toEqual([])
  })

  test('what one tells of a packet of another is not taken', async () => {
    const { main, other, submit, state, poll, city } = await begin()
    other.answer = () => ({ ok: 'handed' })
    const ours = await submit(GJJ, 'AK-1')
    main.tellOutcome(other.keys[0] ?? '', { localCaseNo: 'L7' })
    await poll()
    expect(await state(ours)).toBe('submitted')
    expect((await city().dispatch.parked()).map(({ problem }) => problem.code)).toEqual([
      'adapter.handed',
      'thread.unknown',
    ])
    other.tellOutcome(other.keys[0] ?? '', { localCaseNo: 'L8' })
    await poll()
    expect(await state(ours)).toBe('arrived')
  })
})

describe('a case that no route takes', () => {
  test('waits for one, told with its reason, and goes where a later route leads', async () => {
    const { w, other, submit, city, configure, state } = await begin({
      alone: true,
      routes: [{ modes: [GJJ], adapter: 'gjj' }],
    })
    const stray = await submit(MAIN, 'XA-1')
    await w.city(A).cases.step(stray, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect(await city().dispatch.parked()).toMatchObject([
      { kind: 'case.submit', problem: { code: 'adapter.no-route' } },
      { kind: 'case.remind', problem: { code: 'adapter.no-route' } },
    ])
    const [{ no } = { no: 0 }] = await city().dispatch.parked()
    await expect(city().dispatch.retry({ packetNo: no }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'adapter.no-route' },
    })
    expect(await city().dispatch.retry({ all: true }, 'person:1')).toBe(0)
    configure({ routes: [{ adapter: 'gjj' }] })
    await w.restart(S)
    await w.settle()
    expect(await state(stray)).toBe('arrived')
    expect(other.asked).toEqual(['case.submit', 'case.remind'])
    expect(await city().dispatch.parked()).toEqual([])
  })

  test('stays with a system that was taken out of the configuration, and goes on when that is back', async () => {
    const { w, main, others, other, submit, city } = await begin()
    const ours = await submit(GJJ, 'AK-1')
    const held: Partial<typeof others> = { ...others }
    Reflect.deleteProperty(others, 'gjj')
    await w.restart(S)
    await w.city(A).cases.step(ours, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect(await city().dispatch.parked()).toMatchObject([
      { kind: 'case.remind', problem: { code: 'adapter.no-route', detail: 'gjj' } },
    ])
    expect(main.asked).toEqual([])
    Object.assign(others, held)
    await w.restart(S)
    await w.settle()
    expect(other.asked).toEqual(['case.submit', 'case.remind'])
  })
})

describe('a case that came before there were several systems', () => {
  const earlier = async () => {
    const begun = await begin({ routes: [] })
    const known = await begun.submit(GJJ, 'AK-1')
    begun.main.answer = () => ({ ok: false, code: 'adapter.refused', detail: 'E1', retryable: false })
    const unknown = await begun.submit(GJJ, 'AK-2')
    // What a store holds that knew of one system: no case has a row that says where it went.
    await begun.city().db.transaction(tx => tx.run('DELETE FROM case_adapters'))
    return { ...begun, known, unknown }
  }

  test('belongs to the main system, whatever the routes say now', async () => {
    const { w, main, other, known, configure, submit } = await earlier()
    configure({ routes: [{ adapter: 'gjj' }] })
    await w.restart(S)
    await w.city(A).cases.step(known, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect([main.asked.at(-1), other.asked]).toEqual(['case.remind', []])
    await submit(GJJ, 'AK-3')
    expect(other.asked).toEqual(['case.submit'])
  })

  test('waits for the main system when there is none any more, if that knows it by a number; else it goes by the routes', async () => {
    const { w, main, other, known, unknown, configure, city, state } = await earlier()
    configure({ alone: true, routes: [{ adapter: 'gjj' }] })
    await w.restart(S)
    await w.city(A).cases.step(known, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect(await city().dispatch.parked()).toMatchObject([
      { kind: 'case.submit', caseNo: 'AK-2', problem: { code: 'adapter.refused' } },
      { kind: 'case.remind', caseNo: 'AK-1', problem: { code: 'adapter.no-route', detail: 'adapter' } },
    ])
    await city().dispatch.retry({ all: true }, 'person:1')
    await w.settle()
    expect([await state(unknown), other.asked]).toEqual(['arrived', ['case.submit']])
    expect(await city().dispatch.parked()).toMatchObject([{ caseNo: 'AK-1', problem: { code: 'adapter.no-route' } }])
    main.answer = () => ({ ok: true })
    configure({ alone: false, routes: [{ adapter: 'gjj' }] })
    await w.restart(S)
    await w.settle()
    expect(await city().dispatch.parked()).toEqual([])
  })
})

describe('routes', () => {
  const ITEM = '11420300011315330Y4000111111000'
  const about = { item: ITEM, mode: 1, from: A }

  test('fit by item, department, mode and collecting city, all of those that they name; the first one counts', () => {
    const { route } = createRouting(
      [
        { items: [ITEM], modes: [3], adapter: 'one' },
        { items: ['other'], adapter: 'two' },
        { departments: [ITEM.slice(0, 18)], from: [A], adapter: 'three' },
        { adapter: 'last' },
      ],
      'main',
    )
    expect(route(about)).toBe('three')
    expect(route({ ...about, mode: 3 })).toBe('one')
    expect(route({ ...about, from: B })).toBe('last')
    expect(createRouting([{ adapter: 'main' }], 'main').route(about)).toBe('')
    expect(createRouting([], 'main').route(about)).toBe('')
    expect(createRouting([], null).route(about)).toBeNull()
  })

  test('each system is asked what it lacks of what may come to it, and items without a route are told', async () => {
    const asked: string[] = []
    const system = (name: string) => ({
      lane: name,
      adapter: {
        ...new PlayApproval().adapter(),
        lacking: async (items: readonly { code: string; modes: readonly number[] }[]) => {
          asked.push(...items.map(({ code, modes }) => `${name} ${code} ${modes}`))
          return items.map(({ code }) => ({ code, lacks: `of ${name}` }))
        },
      },
    })
    const routing = createRouting(
      [
        { items: ['X'], from: [A], adapter: 'a' },
        { items: ['X'], modes: [1], adapter: 'b' },
      ],
      null,
    )
    const found = await routing.asOne([system('a'), system('b')]).lacking?.([{ code: 'X', name: 'X', modes: [0, 1] }])
    expect(asked).toEqual(['a X 0,1', 'b X 1'])
    expect(found).toEqual([
      { code: 'X', lacks: 'routes: none for mode 0' },
      { code: 'X', lacks: 'of a' },
      { code: 'X', lacks: 'of b' },
    ])
  })
})

test('what is traced says whose it is, and is listed of one system or of all', async () => {
  const traced = (url: string): Adapter => {
    const adapter = new PlayApproval().adapter()
    return {
      ...adapter,
      deliver(delivery, call) {
        const request = { method: 'POST', url, headers: [], body: '{}' }
        call.trace?.({ at: call.now(), ms: 1, status: 200, answer: '{}', why: null, request })
        return adapter.deliver(delivery, call)
      },
    }
  }
  const w = await createWorld({
    adapter: code => (code === S ? traced('https://main.test') : new PlayApproval().adapter()),
    several: code =>
      code === S ? { others: { gjj: traced('https://gjj.test') }, routes: [{ modes: [GJJ], adapter: 'gjj' }] } : {},
  })
  world = w
  const agreement = await agree(w)
  const { trace } = w.city(S).dispatch
  await trace.trace(1, 'person:1')
  for (const [caseNo, mode] of [
    ['AK-1', GJJ],
    ['AK-2', MAIN],
  ] as const) {
    await submitCase(w, agreement, { caseNo, mode })
    await w.settle()
  }
  await trace.stop()
  const listed = async (adapter?: string) =>
    (await trace.list(adapter)).exchanges.map(one => `${one.adapter} ${one.caseNo}`)
  expect(await listed()).toEqual(['test AK-2', 'gjj AK-1'])
  expect(await listed('gjj')).toEqual(['gjj AK-1'])
  expect(await listed('test')).toEqual(['test AK-2'])
  await expect(listed('nobody')).rejects.toMatchObject({ problem: { code: 'request.not-found' } })
})
