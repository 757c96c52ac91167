/** A system that has no feed of answers, and is asked about one case at a time. */
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import { type ContractSubject, runContractTest } from '../sdk/conformance.ts'
import { STATES } from '../sdk/conformance-state.ts'
import type { OpenCase } from '../sdk/index.ts'
import { readAnswers, testContext } from '../sdk/test-kit.ts'
import { CASES_LIMITS } from './cases.ts'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const CONFIG: RestConfigInput = {
  baseUrl: 'https://vendor.test',
  auth: { scheme: 'none' },
  timeoutMs: 600_000,
  dictionaries: {
    status: { codes: { 'case.accept': '20', 'case.progress': '30', 'case.decide': '40' }, incoming: { '10': null } },
  },
  register: { path: '/add', body: {}, response: { localCaseNo: 'no' } },
  cases: {
    path: '/status/{localCaseNo}',
    ok: 'code = 0',
    each: {
      id: 'status',
      kind: "$ours('status', status)",
      body: { 'case.accept': {}, 'case.progress': { step: "'审核'" }, 'case.decide': { outcome: "'granted'" } },
    },
  },
}
const OPEN: OpenCase = { thread: 'a'.repeat(32), localCaseNo: 'N-1', caseNo: 'AK-1', item: 'X', state: 'received' }
const { context } = testContext()
const history = {
  ...CONFIG,
  cases: { ...CONFIG.cases, list: 'list', each: { ...CONFIG.cases?.each, id: 'guid' } },
} as RestConfigInput

function begin(config: RestConfigInput = CONFIG) {
  let said: object = { code: 0, status: '10' }
  const urls: string[] = []
  server.use(
    http.get('https://vendor.test/status/:no', ({ request }) => {
      urls.push(request.url)
      return HttpResponse.json(said)
    }),
  )
  const adapter = () => createRestAdapter({ config, secrets: {} })
  let memory: string | null = null
  return {
    urls,
    say: (next: object) => {
      said = next
    },
    forget: (to: string | null) => {
      memory = to
    },
    remembered: () => memory,
    /** kinds of the moves, and their ids */
    async ask() {
      const one = adapter()
      const asked = await one.pollCase?.(OPEN, memory, context)
      if (asked === undefined) throw new Error('it asks by case')
      ;({ memory } = asked)
      const { events, problems } = await readAnswers(one, asked.events, context)
      return { kinds: events.map(({ move }) => move.kind), ids: asked.events.map(({ id }) => id), problems }
    },
  }
}

describe('the present state of a case', () => {
  test('is told once for as long as it stays, also after a restart, and what means nothing here is not', async () => {
    const { ask, say, urls } = begin()
    expect((await ask()).kinds).toEqual([])
    say({ code: 0, status: '20' })
    expect((await ask()).kinds).toEqual(['case.accept'])
    expect((await ask()).kinds).toEqual([])
    expect(new Set(urls)).toEqual(new Set(['https://vendor.test/status/N-1']))
  })

  test('that comes back is told again, under another id', async () => {
    const { ask, say } = begin()
    const ids: unknown[] = []
    for (const status of ['20', '30', '20', '30']) {
      say({ code: 0, status })
      ids.push(...(await ask()).ids)
    }
    expect(new Set(ids).size).toBe(4)
  })

  test('is told under the same id when the memory of it was lost, and never in the place of another one', async () => {
    const { ask, say, forget, remembered } = begin()
    say({ code: 0, status: '20' })
    const before = remembered()
    const [first] = (await ask()).ids
    forget(before)
    expect((await ask()).ids).toEqual([first])
    forget(before)
    say({ code: 0, status: '30' })
    expect((await ask()).ids).not.toEqual([first])
  })

  test('that nobody knows waits with its reason', async () => {
    const { ask, say } = begin()
    say({ code: 0, status: '77' })
    expect((await ask()).problems).toMatchObject([{ code: 'adapter.mapping' }])
  })

  test.each([
    [{ code: 1 }, 'adapter.unavailable'],
    [{ code: 0 }, 'adapter.mapping'],
  ])('an answer %j is %s', async (answer, code) => {
    const { ask, say } = begin()
    say(answer)
    await expect(ask()).rejects.toSatisfy(error => error instanceof ProblemError && error.problem.code === code)
  })
})

/** A system that knows of each case how it stands, as the contract moves it. */
async function standing(): Promise<ContractSubject> {
  const statuses = new Map<string, string>()
  server.use(
    http.post('https://vendor.test/add', () => {
      const no = `N-${statuses.size + 1}`
      statuses.set(no, '10')
      return HttpResponse.json({ no })
    }),
    http.get('https://vendor.test/status/:no', ({ params }) =>
      HttpResponse.json({ code: 0, status: statuses.get(String(params.no)) }),
    ),
  )
  const another = () => createRestAdapter({ config: CONFIG, secrets: {} })
  const stand = async (no: string, state: 'accepted' | 'progress' | 'unknown') => {
    statuses.set(no, { accepted: '20', progress: '30', unknown: '77' }[state])
  }
  return { adapter: another(), another, system: { stand }, stop: async () => {} }
}

test.each(STATES.map(one => [one.name, one] as const))('%s', async (_, one) => {
  expect(await runContractTest(one, standing, { outside: true })).toMatchObject({ outcome: 'proved', why: null })
})

describe('all that was said on a case', () => {
  test('is told once each, in its order, whatever comes between', async () => {
    const { ask, say } = begin(history)
    const list = ['10', '20', '30'].map((status, index) => ({ guid: `g${index}`, status }))
    say({ code: 0, list: list.slice(0, 2) })
    expect((await ask()).kinds).toEqual(['case.accept'])
    say({ code: 0, list })
    expect((await ask()).kinds).toEqual(['case.progress'])
    expect((await ask()).kinds).toEqual([])
  })

  test.each([
    [CASES_LIMITS.remembered, 0],
    [CASES_LIMITS.remembered + 1, 1],
  ])('of %i things, %i is told again', async (count, again) => {
    const { ask, say } = begin(history)
    say({ code: 0, list: Array.from({ length: count }, (_, index) => ({ guid: `g${index}`, status: '30' })) })
    expect((await ask()).ids).toHaveLength(count)
    expect((await ask()).ids).toHaveLength(again)
  })
})

test.each([
  [{ ...CONFIG, cases: { ...CONFIG.cases, path: '/status' } }, 'cases.path: {localCaseNo} is missing'],
  [
    {
      ...CONFIG,
      events: { path: '/e/{cursor}', list: 'l', each: { id: 'i', localCaseNo: 'n', kind: 'k', body: {} }, cursor: 'c' },
    },
    'cases: the system has a feed of answers in `events`; one of both',
  ],
])('a mistake is told at the start: %#', (config, fault) => {
  expect(() => createRestAdapter({ config, secrets: {} })).toThrow(
    expect.objectContaining({ problem: { code: 'config.invalid', detail: fault } }),
  )
})
