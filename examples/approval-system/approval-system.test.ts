import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createRestAdapter } from '../../adapters/rest/rest.ts'
import { adapterContract, type OutsideSystem } from '../../adapters/sdk/contract.ts'
import type { Adapter, Call, DeliveryResult, LocalMove } from '../../adapters/sdk/port.ts'
import { readAnswers, sampleMaterial, samplePacket, sampleSubmit, testContext } from '../../adapters/sdk/test-kit.ts'
import type { ScriptName } from './officer.ts'
import { approvalAt, type RunningApproval, startApprovalProcess } from './process.ts'
import { startApprovalSystem } from './server.ts'

const outside = (system: RunningApproval): OutsideSystem => ({
  effects: async key => (await system.stats()).byKey[key]?.effects ?? 0,
  outage: on => system.faults({ unavailable: on }),
  refuseNext: () => system.faults({ refuse: 1 }),
  dropNextAnswer: () => system.faults({ drop: 1 }),
  holdNext: async () => {
    await system.faults({ hold: 1 })
    return { reached: system.admin('held').then(() => {}), release: () => system.faults({ release: true }) }
  },
  uploadBegun: sha256 => system.admin(`uploads/${sha256}`).then(() => {}),
  holds: async sha256 => (await system.admin(`materials/${sha256}`)).custom.held === true,
  say: async (flowsn, text = '请保持电话畅通') => {
    await system.admin('message', { flowsn, text })
  },
  spoilNextAnswer: how => system.faults({ spoil: how }),
  longNumbers: () => system.faults({ long: true }),
  hang: on => system.faults({ hang: on }),
  garbleEvents: on => system.faults({ garble: on }),
})

const TOKEN = 'example-token'

/** As the program starts it without arguments, but in this process: one of its own takes longer to load than most tests. */
async function startHere(script: ScriptName = 'grant') {
  const { url, stop } = await startApprovalSystem({
    data: ':memory:',
    port: 0,
    token: TOKEN,
    script,
    delayMs: 0,
    faults: {},
    now: Date.now,
  })
  const running = await approvalAt(url, TOKEN)
  // A busy machine is not to be taken for a system that is silent.
  return { ...running, config: { ...running.config, timeoutMs: 600_000 }, stop }
}

adapterContract(
  'rest, against the fake approval system',
  async () => {
    const system = await startHere()
    const another = () => createRestAdapter({ config: system.config, secrets: system.secrets })
    return { adapter: another(), another, system: outside(system), stop: () => system.stop() }
  },
  { outside: true },
)

describe('fake approval system', () => {
  let stops: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const stop of stops.reverse()) await stop()
    stops = []
  })

  function use<S extends RunningApproval & { stop(): Promise<void> }>(system: S) {
    stops.push(() => system.stop())
    const adapter = createRestAdapter({ config: system.config, secrets: system.secrets })
    return { system, adapter, context: testContext().context }
  }
  const begin = async (script?: ScriptName) => use(await startHere(script))
  /** in a process of its own */
  const program = async (...args: string[]) => use(await startApprovalProcess(args))

  const numberOf = (result: DeliveryResult): string => {
    if (result.ok !== true) throw new Error(JSON.stringify(result))
    return result.localCaseNo ?? ''
  }

  /** One look at the answers after `cursor`. */
  async function look(adapter: Adapter, context: Call, cursor: string | null = null) {
    const page = await adapter.poll?.(cursor, context)
    if (page === undefined) throw new Error('it is not polled')
    return { ...(await readAnswers(adapter, page.events, context)), cursor: page.cursor }
  }

  /** Polls until `events` looks have brought nothing new. */
  async function answers(
    adapter: Adapter,
    from: string | null = null,
  ): Promise<{ moves: LocalMove[]; cursor: string }> {
    const { context } = testContext()
    const moves: LocalMove[] = []
    let cursor = from ?? '0'
    for (;;) {
      const page = await look(adapter, context, cursor)
      if (page.events.length === 0) return { moves, cursor }
      moves.push(...page.events)
      cursor = page.cursor
    }
  }
  const kinds = (moves: readonly LocalMove[]) => moves.map(event => event.move.kind)

  test('the officer grants a case, one step at each look', async () => {
    const { adapter, context } = await begin()
    const localCaseNo = numberOf(await adapter.deliver(sampleSubmit('granted'), context))
    expect(localCaseNo).toMatch(/^SP\d{8}000001$/)
    const first = await look(adapter, context)
    expect(kinds(first.events)).toEqual(['case.accept'])
    const { moves } = await answers(adapter)
    expect(kinds(moves)).toEqual([
      'case.accept',
      'case.progress',
      'case.progress',
      'case.decide',
      'case.send-result',
      'case.close',
    ])
    expect(moves[3]?.move).toMatchObject({
      body: { outcome: 'granted', documentNo: expect.stringMatching(/^十审决字〔/) },
    })
    expect(moves[4]?.move).toMatchObject({ body: { method: 'e-licence', licence: { id: `CERT-${localCaseNo}` } } })
    expect(new Set(moves.map(event => event.localCaseNo))).toEqual(new Set([localCaseNo]))
  })

  test.each([
    ['deny', ['case.accept', 'case.progress', 'case.decide', 'case.close']],
    ['refuse', ['case.refuse']],
    ['pause', ['case.accept', 'case.pause', 'case.resume', 'case.decide', 'case.send-result', 'case.close']],
  ] as const)('script %s', async (script, expected) => {
    const { adapter, context } = await begin(script)
    numberOf(await adapter.deliver(sampleSubmit(script), context))
    expect(kinds((await answers(adapter)).moves)).toEqual(expected)
  })

  test('after a request for materials the officer waits for them', async () => {
    const { adapter, context, system } = await program('--script', 'supplement')
    const submit = sampleSubmit('supplemented')
    const localCaseNo = numberOf(await adapter.deliver(submit, context))
    const asked = await answers(adapter)
    expect(kinds(asked.moves)).toEqual(['case.request-supplement'])
    expect(asked.moves[0]?.move.body).toMatchObject({ materials: [{ code: 'M01', reason: '复印件不清晰' }] })
    const material = sampleMaterial('clearer')
    const { sha256, code, name } = material
    const supplement = samplePacket(submit, 'case.supplement', localCaseNo, { materials: [{ sha256, code, name }] })
    expect(await adapter.deliver({ ...supplement, materials: [material] }, context)).toEqual({ ok: true })
    const rest = await answers(adapter, asked.cursor)
    expect(kinds(rest.moves)).toEqual(['case.accept', 'case.progress', 'case.decide', 'case.send-result', 'case.close'])
    expect((await system.stats()).materials).toBe(1)
  })

  test('a withdrawal ends the case, unless it is decided', async () => {
    const { adapter, context } = await begin()
    const early = sampleSubmit('early')
    const earlyNo = numberOf(await adapter.deliver(early, context))
    const accepted = await look(adapter, context)
    expect(kinds(accepted.events)).toEqual(['case.accept'])
    await adapter.deliver(samplePacket(early, 'case.withdraw', earlyNo), context)
    const closed = await answers(adapter, accepted.cursor)
    expect(closed.moves.map(event => event.move)).toMatchObject([
      { kind: 'case.close', body: { outcome: 'withdrawn' } },
    ])

    const late = sampleSubmit('late')
    const lateNo = numberOf(await adapter.deliver(late, context))
    const done = await answers(adapter, closed.cursor)
    await adapter.deliver(samplePacket(late, 'case.withdraw', lateNo), context)
    expect((await answers(adapter, done.cursor)).moves).toEqual([])
  })

  test('every kind of packet of a collecting city is mapped', async () => {
    const { adapter, context, system } = await begin()
    const submit = sampleSubmit('all kinds')
    const localCaseNo = numberOf(await adapter.deliver(submit, context))
    const bodies = {
      'case.ship': { waybill: { carrier: 'EMS', number: '1234567890123' }, contents: ['申请表', '照片'] },
      'case.remind': { text: '请尽快办理' },
      'case.message': { text: '已电话告知' },
      'case.result-received': { receivedAt: '2026-11-20T10:00:00+08:00' },
      'case.evaluate': { target: 'department', level: 1, channel: '窗口' },
    }
    for (const [kind, body] of Object.entries(bodies)) {
      expect(await adapter.deliver(samplePacket(submit, kind, localCaseNo, body), context)).toEqual({ ok: true })
    }
    expect((await system.stats()).effects).toBe(1 + Object.keys(bodies).length)
  })

  test('what it took stands after kill -9, at any point of the attempt', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'approval-'))
    stops.push(() => rm(folder, { recursive: true }))
    const data = join(folder, 'approval.sqlite')
    const submit = sampleSubmit('killed')
    const first = await program('--data', data, '--drop-first', '1')
    expect(await first.adapter.deliver(submit, first.context)).toMatchObject({ ok: false, retryable: true })
    await first.system.kill()
    const second = await program('--data', data)
    const number = numberOf(await second.adapter.deliver({ ...submit, attempt: 1 }, second.context))
    expect(number).toMatch(/000001$/)
    expect((await second.system.stats()).byKey[submit.idempotencyKey]).toEqual({
      operation: 'register',
      attempts: 2,
      effects: 1,
    })
  })

  test('a fault at start: the first attempts of every key find it unavailable', async () => {
    const { adapter, context, system } = await program('--unavailable-first', '2')
    const submit = sampleSubmit('third time lucky')
    for (const attempt of [0, 1]) {
      expect(await adapter.deliver({ ...submit, attempt }, context)).toMatchObject({ code: 'adapter.unavailable' })
    }
    numberOf(await adapter.deliver({ ...submit, attempt: 2 }, context))
    expect(await system.stats()).toMatchObject({ attempts: 3, effects: 1, cases: 1 })
  })

  test('with a delay the officer takes his time', async () => {
    const { adapter, context, system } = await program('--delay', '3600000')
    const localCaseNo = numberOf(await adapter.deliver(sampleSubmit('slow'), context))
    expect((await answers(adapter)).moves).toEqual([])
    await system.admin('hurry', { flowsn: localCaseNo })
    expect(kinds((await answers(adapter)).moves)).toEqual(['case.accept'])
  })

  test('a case that another key registered is found, not made again', async () => {
    const { adapter, context, system } = await begin()
    const submit = sampleSubmit('known')
    const number = numberOf(await adapter.deliver(submit, context))
    const again = { ...submit, idempotencyKey: sampleSubmit('other').idempotencyKey }
    expect(numberOf(await adapter.deliver(again, context))).toBe(number)
    expect((await system.stats()).cases).toBe(1)
  })

  test('a wrong token is for the operator to correct', async () => {
    const { system, context } = await begin()
    const adapter = createRestAdapter({ config: system.config, secrets: { approvalToken: 'another' } })
    expect(await adapter.deliver(sampleSubmit('unauthorised'), context)).toMatchObject({
      ok: false,
      code: 'adapter.refused',
      detail: expect.stringContaining('register: HTTP 401, error E401: '),
    })
    expect(await adapter.check(context)).toEqual({ ok: false, detail: 'check: HTTP 401' })
  })

  test('the same key with another request is refused', async () => {
    const { adapter, context } = await begin()
    const submit = sampleSubmit('same key')
    await adapter.deliver(submit, context)
    const other = { ...sampleSubmit('other request'), idempotencyKey: submit.idempotencyKey }
    expect(await adapter.deliver(other, context)).toMatchObject({ ok: false, code: 'adapter.refused' })
  })
})
