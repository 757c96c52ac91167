import { afterEach, expect, test } from 'vitest'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { ProblemError, refuse } from '../../../protocol/problem.ts'
import { createTestApi } from '../../../test/support/http.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld, type Several } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { mappingRoutes } from './mapping-routes.ts'
import { packMapping } from './mapping-text.ts'
import { createReloadable } from './reloadable.ts'

const A = '610900'
const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** An approval system whose mapping is a word on a disk; it notes by which word it was handed what. */
class Mapped extends PlayApproval {
  disk = 'one'
  readonly by: string[] = []
  /** words by which nothing can be mapped */
  readonly wrong = new Set<string>()
  closed = 0

  read = (pinned = true) =>
    createReloadable({
      pinned,
      read: async () => {
        if (this.disk === 'faulty') throw new ProblemError('config.invalid', 'register.body.form: JSONata S0202')
        const word = this.disk
        return {
          adapter: this.#of(word),
          texts: [packMapping({ config: word, files: {} })],
          versionAt: () => hashOf(word),
          make: async text => this.#of((JSON.parse(text) as { config: string }).config),
        }
      },
    })

  #of = (word: string): Adapter => ({
    ...this.adapter(),
    deliver: async delivery => {
      if (this.wrong.has(word))
        return { ok: false, code: 'adapter.mapping', detail: `${word}: gave no text`, retryable: false }
      this.by.push(`${word} ${delivery.kind} ${delivery.caseNo}`)
      return this.answer(delivery.kind, delivery.attempt)
    },
    read: async raw =>
      this.wrong.has(word)
        ? refuse('adapter.mapping', `${word}: gave no text`)
        : {
            ok: true,
            event: { id: raw, localCaseNo: 'L1', move: { kind: 'case.accept', body: {} } },
          },
    close: async () => void this.closed++,
  })
}

const hashOf = (word: string) => packMapping({ config: word, files: {} }).hash

async function begin(system = new Mapped(), several: Several = {}, pinned = true) {
  let adapter = await system.read(pinned)
  const w = await createWorld({
    adapter: code => (code === S ? adapter : new PlayApproval().adapter()),
    several: code => (code === S ? several : {}),
  })
  world = w
  const agreement = await agree(w)
  return {
    w,
    system,
    city: () => w.city(S),
    submit: async (caseNo: string) => {
      const thread = await submitCase(w, agreement, { caseNo })
      await w.settle()
      return thread
    },
    remind: async (thread: string) => {
      await w.city(A).cases.step(thread, 'case.remind', { text: '请尽快' }, 'person:1')
      await w.settle()
    },
    restart: async () => {
      adapter = await system.read(pinned)
      await w.restart(S)
      await w.settle()
    },
    poll: async () => {
      w.clock.advance(2000)
      await w.settle()
    },
    versions: async () =>
      (await w.city(S).dispatch.mappings.list())[0]?.mapping?.versions.map(
        ({ version, current, cases }) => `${version.slice(0, 8)} ${cases}${current ? ' current' : ''}`,
      ),
  }
}

const shown = (word: string, rest: string) => `${hashOf(word).slice(0, 8)} ${rest}`

test('a case goes on by the mapping with which it began, over a reload and a restart; one that begins then goes by the new one', async () => {
  const { system, city, submit, remind, restart, versions } = await begin()
  const first = await submit('AK-1')
  system.disk = 'two'
  const { mappings } = city().dispatch
  expect(await marksOf('reloadAdapterMapping', () => mappings.reload(undefined, false, 'person:1'))).toEqual({
    adapter: 'test',
    former: hashOf('one'),
    version: hashOf('two'),
    repinned: 0,
  })
  await remind(first)
  const second = await submit('AK-2')
  expect(system.by).toEqual(['one case.submit AK-1', 'one case.remind AK-1', 'two case.submit AK-2'])
  expect((await versions())?.toSorted()).toEqual([shown('one', '1'), shown('two', '1 current')].toSorted())
  system.disk = 'three'
  await restart()
  await remind(first)
  await remind(second)
  expect(system.by.slice(3)).toEqual(['one case.remind AK-1', 'two case.remind AK-2'])
  expect((await versions())?.toSorted()).toEqual(
    [shown('one', '1'), shown('two', '1'), shown('three', '0 current')].toSorted(),
  )
})

test('a case is moved to what the files say now when it is told, by itself or with all; a text without a case is let go', async () => {
  const { system, city, submit, remind, versions } = await begin()
  const first = await submit('AK-1')
  const second = await submit('AK-2')
  system.disk = 'two'
  const { mappings } = city().dispatch
  await mappings.reload(undefined, false, 'person:1')
  expect(await marksOf('repinCases', () => mappings.repin({ thread: first }, 'person:1'))).toBe(1)
  expect(await mappings.repin({ thread: first }, 'person:1')).toBe(0)
  await remind(first)
  await remind(second)
  expect(system.by.slice(2)).toEqual(['two case.remind AK-1', 'one case.remind AK-2'])
  expect(await mappings.repin({ version: hashOf('two') }, 'person:1')).toBe(0)
  expect(await mappings.repin({ version: hashOf('one') }, 'person:1')).toBe(1)
  system.disk = 'three'
  expect(await mappings.reload('test', true, 'person:1')).toMatchObject({ repinned: 2 })
  expect(await versions()).toContain(shown('three', '2 current'))
  // What others took the place of is kept for one more reload: a case may begin with it meanwhile.
  await mappings.reload(undefined, false, 'person:1')
  expect(await versions()).toEqual([shown('three', '2 current')])
  await expect(mappings.repin({ thread: '0'.repeat(32) }, 'person:1')).rejects.toMatchObject({
    problem: { code: 'thread.unknown' },
  })
  const audited = await city().db.query<{ action: string }>(
    "SELECT action FROM audit WHERE actor = 'person:1' AND action LIKE 'adapter.%' ORDER BY no",
  )
  expect(audited.map(({ action }) => action)).toEqual([
    'adapter.reloaded',
    'adapter.repinned',
    'adapter.repinned',
    'adapter.reloaded',
    'adapter.repinned',
    'adapter.reloaded',
  ])
})

test('a faulty one is refused with what is wrong, and the former one stays at work', async () => {
  const { system, city, submit, versions } = await begin()
  system.disk = 'faulty'
  await expect(city().dispatch.mappings.reload(undefined, true, 'person:1')).rejects.toMatchObject({
    problem: { code: 'config.invalid', detail: 'register.body.form: JSONata S0202' },
  })
  await submit('AK-1')
  expect(system.by).toEqual(['one case.submit AK-1'])
  expect(await versions()).toEqual([shown('one', '1 current')])
})

test('what waited for the mapping of its case goes on when the case is moved, a packet and an answer', async () => {
  const { system, city, submit, remind, poll } = await begin()
  const thread = await submit('AK-1')
  system.wrong.add('one')
  system.answers.push({ id: 'e1', localCaseNo: 'L1', raw: 'e1' })
  await remind(thread)
  await poll()
  const parked = async () => (await city().dispatch.parked()).map(({ what, problem }) => `${what} ${problem.detail}`)
  const both = ['packet one: gave no text', 'adapter-event one: gave no text']
  expect(await parked()).toEqual(both)
  system.disk = 'two'
  await city().dispatch.mappings.reload(undefined, false, 'person:1')
  await poll()
  expect(await parked()).toEqual(both)
  await city().dispatch.mappings.repin({ all: true }, 'person:1')
  await poll()
  expect(await parked()).toEqual([])
  expect(system.by.at(-1)).toBe('two case.remind AK-1')
  expect((await city().cases.get(thread)).timeline.at(-1)?.kind).toBe('case.accept')
})

test('one that holds a database or folders has one version for all its cases, and is closed after its last call', async () => {
  const { system, city, submit, remind } = await begin(new Mapped(), {}, false)
  const first = await submit('AK-1')
  const hold = Promise.withResolvers<void>()
  system.answer = async () => {
    await hold.promise
    return { ok: true }
  }
  await world?.city(A).cases.step(first, 'case.remind', { text: '请尽快' }, 'person:1')
  await world?.settle()
  system.disk = 'two'
  const { mappings } = city().dispatch
  await mappings.reload(undefined, false, 'person:1')
  expect(system.closed).toBe(0)
  hold.resolve()
  await world?.settle()
  expect(system.closed).toBe(1)
  system.answer = () => ({ ok: true })
  await remind(first)
  expect(system.by.slice(1)).toEqual(['one case.remind AK-1', 'two case.remind AK-1'])
  await expect(mappings.repin({ all: true, adapter: 'test' }, 'person:1')).rejects.toMatchObject({
    problem: { code: 'request.conflict' },
  })
})

test('a purge forgets under which mapping a case was', async () => {
  const { city, submit } = await begin()
  await submit('AK-1')
  const pinned = () => city().db.query('SELECT version FROM case_adapters')
  expect(await pinned()).toEqual([{ version: hashOf('one') }])
  const [{ no } = { no: 0 }] = await city().db.query<{ no: number }>('SELECT thread_no AS no FROM case_adapters')
  await city().db.transaction(tx => city().adapterState.forget(tx, no))
  expect(await pinned()).toEqual([{ version: null }])
})

test('of several systems one is named; one without files says that it has none', async () => {
  const other = new Mapped()
  const { city, system, submit } = await begin(new Mapped(), {
    others: { gjj: await other.read(), hand: new PlayApproval().adapter() },
    routes: [{ modes: [1], adapter: 'gjj' }],
  })
  await submit('AK-1')
  const { mappings } = city().dispatch
  await expect(mappings.reload(undefined, false, 'person:1')).rejects.toMatchObject({
    problem: { code: 'request.conflict', detail: 'adapter: needed, for there are test, gjj' },
  })
  await expect(mappings.reload('zhbs', false, 'person:1')).rejects.toMatchObject({
    problem: { code: 'request.not-found' },
  })
  await expect(mappings.reload('hand', false, 'person:1')).rejects.toMatchObject({
    problem: { code: 'request.conflict' },
  })
  other.disk = 'two'
  expect(await mappings.reload('gjj', true, 'person:1')).toMatchObject({ version: hashOf('two'), repinned: 0 })
  const listed = await mappings.list()
  expect(listed.map(({ adapter, mapping }) => [adapter, mapping?.versions.map(({ version }) => version)])).toEqual([
    ['test', [hashOf('one')]],
    ['gjj', expect.arrayContaining([hashOf('one'), hashOf('two')])],
    ['hand', undefined],
  ])
  expect(system.by).toEqual(['one case.submit AK-1'])
})

test('by the API an administrator of the system reloads and moves cases, and an integrator looks', async () => {
  const { system, city, submit } = await begin()
  const thread = await submit('AK-1')
  const api = await createTestApi({
    store: await openTestStore(),
    routes: () => [mappingRoutes(city().dispatch)],
  })
  const administrator = api.as('administrator')
  const integrator = api.as('integrator')
  system.disk = 'two'
  expect((await integrator.post('/api/v1/approval-system/reload', {})).status).toBe(403)
  const reloaded = await administrator.post('/api/v1/approval-system/reload', {})
  expect(reloaded).toMatchObject({ status: 200, body: { version: hashOf('two'), repinned: 0 } })
  const repinned = await administrator.post('/api/v1/approval-system/repin', { thread })
  expect(repinned).toMatchObject({ status: 200, body: { repinned: 1 } })
  expect((await integrator.get('/api/v1/approval-system/mappings')).body).toMatchObject({
    items: [
      {
        adapter: 'test',
        kind: 'test',
        mapping: { pinned: true, versions: expect.arrayContaining([expect.objectContaining({ current: true })]) },
      },
    ],
  })
})
