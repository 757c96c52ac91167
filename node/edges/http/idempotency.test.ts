import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'
import { createTestApi, type Reply, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { actOn, act as asAct } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'
import { forgetAnswers } from './idempotency.ts'
import type { RouteModule } from './route.ts'

let store: Database
let acts: string[]
/** Called between the act and the answer. */
let between: () => Promise<void>

/** One operation that acts in a transaction, and one that only notes that somebody looked. */
const acting = (database: Database): RouteModule => ({
  tag: 'acts',
  description: 'Only for tests',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/acts',
      id: 'act',
      summary: 'Act',
      action: 'case.take-in',
      body: z.strictObject({ what: z.string() }),
      answer: z.strictObject({ what: z.string(), n: z.number() }),
      status: 201,
      problems: ['case.transition', 'exchange.recovering'],
      async handle({ body: { what } }) {
        if (what === 'nothing') return { what, n: acts.length }
        if (what === 'refused') throw new ProblemError('case.transition')
        if (what === 'noted, then cut off') {
          await database.transaction(async () => {})
          await between()
        }
        await database.transaction(async tx => {
          acts.push(what)
          await asAct(tx)
          if (what === 'rolled back') throw new Error('no')
        })
        await between()
        return { what, n: acts.length }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/bulk',
      id: 'actOnMany',
      summary: 'Act on each',
      action: 'case.take-in',
      body: z.strictObject({ each: z.array(z.string()) }),
      answer: z.strictObject({ done: z.array(z.string()) }),
      async handle({ body: { each } }) {
        const done: string[] = []
        for (const one of each) {
          await actOn(
            one,
            () =>
              database.transaction(async tx => {
                await asAct(tx)
                acts.push(one)
              }),
            undefined,
          )
          done.push(one)
          await between()
        }
        return { done }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/look-ups',
      id: 'lookUp',
      summary: 'Look up',
      action: 'case.take-in',
      body: z.strictObject({}),
      answer: z.strictObject({ n: z.number() }),
      looksUp: true,
      async handle() {
        await database.transaction(async () => void acts.push('noted'))
        return { n: acts.length }
      },
    })
  },
})

const open = async (again?: TestApi): Promise<TestApi> =>
  createTestApi({ store, routes: ({ database }) => [acting(database)], ...(again === undefined ? {} : { again }) })
let api: TestApi

beforeEach(async () => {
  store = await openTestStore()
  acts = []
  between = async () => undefined
  api = await open()
})

const act = (key: string, what = 'stamp', by: TestApi = api): Promise<Reply> =>
  by.as('clerk').post('/api/v1/acts', { what }, { 'idempotency-key': key })

describe('idempotency keys', () => {
  test('a repeat gets the first answer, and nothing happens twice', async () => {
    const first = await act('k1')
    const second = await act('k1')
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect((await act('k2')).body).toEqual({ what: 'stamp', n: 2 })
    expect(acts).toHaveLength(2)
  })

  test('without a key every request acts', async () => {
    await api.as('clerk').post('/api/v1/acts', { what: 'a' })
    await api.as('clerk').post('/api/v1/acts', { what: 'a' })
    expect(acts).toHaveLength(2)
  })

  test('another request with the same key is refused; the same key of another person is another key', async () => {
    await act('k1')
    expect((await act('k1', 'other')).body).toMatchObject({ code: 'request.idempotency' })
    const other = await api.as('integrator').post('/api/v1/acts', { what: 'other' }, { 'idempotency-key': 'k1' })
    expect(other.status).toBe(201)
  })

  test('while the first runs, a repeat is told to wait', async () => {
    let release = () => {}
    const entered = new Promise<void>(resolve => {
      between = () => {
        resolve()
        return new Promise(go => {
          release = go
        })
      }
    })
    const first = act('k1')
    await entered
    const early = await act('k1')
    expect(early.body).toMatchObject({ code: 'request.concurrent', retryable: true })
    expect(early.headers.get('retry-after')).toBe('1')
    release()
    expect((await first).status).toBe(201)
    expect((await act('k1')).headers.get('idempotency-replayed')).toBe('true')
    expect(acts).toHaveLength(1)
  })

  test('what did not act may be tried again with the same key', async () => {
    expect((await act('k1', 'refused')).status).toBe(409)
    expect((await act('k1', 'refused')).headers.get('idempotency-replayed')).toBeNull()
    expect((await act('k2', 'rolled back')).status).toBe(500)
    expect((await act('k2', 'rolled back')).status).toBe(500)
    expect(acts).toEqual(['rolled back', 'rolled back'])
  })

  test('what an act was refused with is told again, and nothing is counted twice', async () => {
    between = async () => {
      throw new ProblemError('exchange.recovering', 'the partner')
    }
    const first = await act('k1')
    expect(first.body).toMatchObject({ code: 'exchange.recovering', retryable: true, detail: 'the partner' })
    between = async () => undefined
    expect((await act('k1')).body).toMatchObject({ code: 'exchange.recovering', detail: 'the partner' })
    expect((await act('k2')).status).toBe(201)
    expect(acts).toHaveLength(2)
  })

  test('what acted and then died is never done again', async () => {
    between = async () => {
      throw new Error('killed')
    }
    expect((await act('k1')).status).toBe(500)
    between = async () => undefined
    const again = await act('k1', 'stamp', await open(api))
    expect(again.body).toMatchObject({ code: 'request.conflict', detail: 'carried out before; its answer is not kept' })
    expect(acts).toHaveLength(1)
  })

  test('what was only noted before the act is no act', async () => {
    between = async () => {
      throw new Error('killed')
    }
    expect((await act('k1', 'noted, then cut off')).status).toBe(500)
    between = async () => undefined
    expect((await act('k1', 'noted, then cut off', await open(api))).status).toBe(201)
    expect(acts).toHaveLength(1)
  })

  test('of many acts those that were not carried out before a crash are carried out when it is sent again', async () => {
    const all = (each: string[], by: TestApi = api, key = 'k1') =>
      by.as('clerk').post('/api/v1/bulk', { each }, { 'idempotency-key': key })
    between = async () => {
      if (acts.length === 2) throw new Error('killed')
    }
    expect((await all(['a', 'b', 'c'])).status).toBe(500)
    between = async () => undefined
    const restarted = await open(api)
    expect((await all(['a', 'b', 'd'], restarted)).body).toMatchObject({ code: 'request.idempotency' })
    const again = await all(['a', 'b', 'c'], restarted)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, null])
    expect(again.body).toEqual({ done: ['a', 'b', 'c'] })
    expect(acts).toEqual(['a', 'b', 'c'])
    expect((await all(['a', 'b', 'c'])).headers.get('idempotency-replayed')).toBe('true')
    expect((await all(['a'], api, 'k1!')).body).toEqual({ done: ['a'] })
    expect(acts).toEqual(['a', 'b', 'c', 'a'])
  })

  test('the answer survives a restart and is kept for a day', async () => {
    const first = await act('k1')
    const again = await act('k1', 'stamp', await open(api))
    expect(again.body).toEqual(first.body)
    expect(acts).toHaveLength(1)
    api.clock.advance(24 * 3600 * 1000 + 1)
    expect((await act('k1')).headers.get('idempotency-replayed')).toBeNull()
    expect(acts).toHaveLength(2)
    api.clock.advance(24 * 3600 * 1000 + 1)
    await act('k2')
    expect(await store.query('SELECT key FROM idempotency')).toEqual([{ key: 'k2' }])
  })

  test('a secret is not kept for repeats', async () => {
    const create = () =>
      api.as('administrator').post('/api/v1/people', { name: '张三', roles: ['clerk'] }, { 'idempotency-key': 'k1' })
    const first = await create()
    expect(first.status).toBe(201)
    expect((await create()).body).toMatchObject({ code: 'request.conflict' })
    expect(await store.query('SELECT sealed FROM idempotency')).toEqual([{ sealed: null }])
  })

  test('what is kept is sealed', async () => {
    await act('k1', '11010519491231002X')
    const [kept] = await store.query<{ status: number; sealed: Uint8Array }>('SELECT status, sealed FROM idempotency')
    expect(kept?.status).toBe(201)
    expect(kept?.sealed.byteLength).toBeGreaterThan(40)
    expect(Buffer.from(kept?.sealed ?? []).includes('11010519491231002X')).toBe(false)
    expect((await act('k1', '11010519491231002X')).body).toEqual({ what: '11010519491231002X', n: 1 })
  })

  test('what names a case goes with its purge, the mark stays; of two cases in one answer the purge of either ends it', async () => {
    const one = 'ab'.repeat(16)
    const other = 'cd'.repeat(16)
    const kept = { 'of one': one, 'of both': `${one} and ${other}`, 'of another': other, 'no case': `${one}${other}` }
    for (const [key, what] of Object.entries(kept)) await act(key.replace(' ', '-'), what)
    await store.transaction(tx => forgetAnswers(tx, Buffer.from(one, 'hex')))
    for (const [key, what] of Object.entries(kept)) {
      const gone = key === 'of one' || key === 'of both'
      const reply = await act(key.replace(' ', '-'), what)
      expect([key, reply.status, reply.headers.get('idempotency-replayed')]).toEqual([
        key,
        gone ? 409 : 201,
        gone ? null : 'true',
      ])
    }
    expect(acts).toHaveLength(4)
    expect(await store.query('SELECT key FROM idempotency WHERE sealed IS NULL ORDER BY key')).toEqual([
      { key: 'of-both' },
      { key: 'of-one' },
    ])
  })

  test('nothing is kept of what did not act, nor of what only looks something up', async () => {
    expect((await act('k1', 'nothing')).body).toEqual({ what: 'nothing', n: 0 })
    const lookUp = () => api.as('clerk').post('/api/v1/look-ups', {}, { 'idempotency-key': 'k2' })
    expect((await lookUp()).body).toEqual({ n: 1 })
    expect((await lookUp()).body).toEqual({ n: 2 })
    expect(await store.query('SELECT 1 FROM idempotency')).toEqual([])
  })

  test.each(['', 'a b', 'x'.repeat(129)])('a key that is none: %s', async key => {
    const reply = await act(key)
    expect(reply.body).toMatchObject({ code: 'request.invalid', detail: expect.stringContaining('Idempotency-Key') })
    expect(acts).toEqual([])
  })

  test('a key of the longest length', async () => {
    expect((await act('x'.repeat(128))).status).toBe(201)
  })
})
