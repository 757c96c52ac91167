/**
 * What every adapter does, as a suite (适配器契约): an adapter's test gives it a maker, and switches for the outside system
 * that it talks to. For tests only: it imports vitest, and nothing that runs imports it.
 * Over 450 lines: one suite over one outside system, case by case.
 */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { CASE_CONTENT } from '../../protocol/case/kinds.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Adapter, AdapterContext, Delivery, DeliveryResult, LocalEvent } from './port.ts'
import {
  CANARIES,
  type KeptLine,
  memoryState,
  readAnswers,
  sampleMaterial,
  samplePacket,
  sampleSubmit,
  testContext,
} from './test-kit.ts'

/** Switches and counters of the approval system behind an adapter. */
export interface OutsideSystem {
  /** how many effects it has had for this key */
  effects(idempotencyKey: string): Promise<number>
  /** answers nothing useful while it lasts, and has no effect */
  outage(on: boolean): Promise<void>
  /** refuses the next packet for good, with personal data in its answer */
  refuseNext(): Promise<void>
  /** breaks the connection after the next effect, before its answer */
  dropNextAnswer(): Promise<void>
  /** holds the next packet without effect or answer; resolves `reached` when it came */
  holdNext(): Promise<{
    reached: Promise<void>
    release(): Promise<void>
  }>
  /** resolves once the first bytes of this material came */
  uploadBegun(sha256: string): Promise<void>
  /** whether it holds the whole material, hash checked */
  holds(sha256: string): Promise<boolean>
  /** has the effect of the next packet, and answers with what nobody can read */
  spoilNextAnswer(how: 'page' | 'empty' | 'cut'): Promise<void>
  /** says at least one thing more on the case, for the next polls to find; a text goes as a message */
  say(localCaseNo: string, text?: string): Promise<void>
  /** gives a file with what it says on the case; absent when it has none */
  sayWithFile?(localCaseNo: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** numbers of cases and ids have 18 digits and differ in the last from now on; as JSON numbers where it speaks JSON */
  longNumbers(): Promise<void>
  /** takes every call and says nothing, for as long as it lasts; absent when nothing in it can hang */
  hang?(on: boolean): Promise<void>
  /** events cannot be mapped any longer: the next polls must neither lose nor invent one */
  garbleEvents(on: boolean): Promise<void>
}

/** What a window sends after the submit, of which the samples have a body. */
const LATER_KINDS = ['case.supplement', 'case.withdraw', 'case.remind', 'case.message'] as const

export type ContractSubject = {
  adapter: Adapter
  /** the same adapter, made anew as after a restart of the node: only what `context.state` and the system hold is the same */
  another(): Adapter
  system: OutsideSystem | null
  stop(): Promise<void>
}

/** Tests an adapter; `outside` says that it talks to an outside system, so the suite holds it to all of it. */
export function adapterContract(
  name: string,
  make: () => Promise<ContractSubject>,
  { outside }: { outside: boolean },
): void {
  describe(`${name} as an adapter`, () => {
    let running: ContractSubject[] = []
    let lines: KeptLine[] = []
    let told: string[] = []

    afterEach(async () => {
      await Promise.all(running.map(subject => subject.stop()))
      const seen = JSON.stringify(lines) + told.join('\n')
      running = []
      lines = []
      told = []
      for (const canary of CANARIES) expect(seen).not.toContain(canary)
    })

    async function begin(): Promise<{
      adapter: Adapter
      context: AdapterContext
      kept: ReadonlyMap<string, Uint8Array>
      deliver: (delivery: Delivery, signal?: AbortSignal) => Promise<DeliveryResult>
      /** the adapter that is used now */
      current(): Adapter
      /** makes the adapter anew, as after a restart of the node */
      restart(): void
    }> {
      const subject = await make()
      running.push(subject)
      const { context, log, kept } = testContext({ state: memoryState() })
      let { adapter } = subject
      const deliver = async (delivery: Delivery, signal = context.signal) => {
        const result = await adapter.deliver(delivery, { ...context, signal })
        told.push(JSON.stringify(result))
        if (result.ok)
          for (const { kind, body } of result.moves ?? [])
            expect([kind, CASE_CONTENT[kind].safeParse(body).success]).toEqual([kind, true])
        return result
      }
      const restart = () => {
        adapter = subject.another()
      }
      lines = log
      return { adapter: subject.adapter, current: () => adapter, context, kept, deliver, restart }
    }

    async function beginOutside() {
      const begun = await begin()
      const { system } = running[0] ?? {}
      if (system === null || system === undefined) throw new Error('an outside system is needed')
      const read = async (cursor: string | null, context = begun.context) => {
        const adapter = begun.current()
        if (adapter.poll === undefined) throw new Error('an adapter of an outside system polls')
        const page = await adapter.poll(cursor, context)
        const { events, problems } = await readAnswers(adapter, page.events, context)
        told.push(JSON.stringify(problems))
        return { events, problems, cursor: page.cursor }
      }
      return { ...begun, system, poll: read }
    }

    const numberOf = (result: DeliveryResult): string => {
      if (!result.ok) throw new Error(`refused: ${result.code} ${result.detail}`)
      expect(result.localCaseNo).toMatch(/^\S(.{0,98}\S)?$/)
      return result.localCaseNo ?? ''
    }

    test('a submitted case gets one local number, however often it is delivered', async () => {
      const { deliver } = await begin()
      const submit = sampleSubmit('again')
      const first = numberOf(await deliver(submit))
      for (let attempt = 1; attempt < 4; attempt++) expect(numberOf(await deliver({ ...submit, attempt }))).toBe(first)
      expect(await running[0]?.system?.effects(submit.idempotencyKey)).toBe(outside ? 1 : undefined)
    })

    test('deliveries of one packet at the same time have one effect', async () => {
      const { deliver } = await begin()
      const submit = sampleSubmit('at once')
      const numbers = await Promise.all(Array.from({ length: 8 }, () => deliver(submit).then(numberOf)))
      expect(new Set(numbers).size).toBe(1)
      expect(await running[0]?.system?.effects(submit.idempotencyKey)).toBe(outside ? 1 : undefined)
    })

    test('different packets have different effects', async () => {
      const { deliver } = await begin()
      const submits = Array.from({ length: 12 }, (_, n) => sampleSubmit(`case ${n}`))
      const numbers = await Promise.all(submits.map(submit => deliver(submit).then(numberOf)))
      expect(new Set(numbers).size).toBe(submits.length)
    })

    test.each(LATER_KINDS)('%s of the window is taken too, once, also by an adapter that was made anew', async kind => {
      const { deliver, restart } = await begin()
      const submit = sampleSubmit('later')
      const localCaseNo = numberOf(await deliver(submit))
      const packet = samplePacket(submit, kind, localCaseNo)
      for (let attempt = 0; attempt < 3; attempt++) {
        expect(await deliver({ ...packet, attempt })).toMatchObject({ ok: true })
        restart()
      }
      expect(await running[0]?.system?.effects(packet.idempotencyKey)).toBe(outside ? 1 : undefined)
    })

    test('a restart of the node changes nothing: the same number, and no other case has it', async () => {
      const { deliver, restart } = await begin()
      const submit = sampleSubmit('before the restart')
      const first = numberOf(await deliver(submit))
      restart()
      expect(numberOf(await deliver({ ...submit, attempt: 1 }))).toBe(first)
      expect(numberOf(await deliver(sampleSubmit('after the restart')))).not.toBe(first)
    })

    test('what it is not set up for is among what it was asked about', async () => {
      const { adapter } = await begin()
      expect((await adapter.lacking?.([])) ?? []).toEqual([])
      const items = ['11420300011315330Y4000111111000', '11420300011315330Y4000111111999'].map(code => ({
        code,
        name: '学历公证',
        modes: [0, 1],
      }))
      for (const { code, lacks } of (await adapter.lacking?.(items)) ?? []) {
        expect(items.map(item => item.code)).toContain(code)
        expect(lacks).not.toBe('')
      }
    })

    test('an aborted call has no effect and says that it may be tried again', async () => {
      const { deliver } = await begin()
      const submit = sampleSubmit('aborted')
      expect(await deliver(submit, AbortSignal.abort())).toMatchObject({ ok: false, retryable: true })
      expect(await running[0]?.system?.effects(submit.idempotencyKey)).toBe(outside ? 0 : undefined)
      numberOf(await deliver(submit))
    })

    test('the system is usable, and the check says so', async () => {
      const { adapter, context } = await begin()
      expect(await adapter.check(context)).toMatchObject({ ok: true })
    })

    if (!outside) return

    test('a system that does not answer: try again later, then one effect', async () => {
      const { adapter, context, deliver, system, poll } = await beginOutside()
      const submit = sampleSubmit('outage')
      await system.outage(true)
      for (let attempt = 0; attempt < 2; attempt++) {
        expect(await deliver({ ...submit, attempt })).toMatchObject({
          ok: false,
          code: 'adapter.unavailable',
          retryable: true,
        })
      }
      const checked = await adapter.check(context)
      expect(checked.ok).toBe(false)
      const failure = await poll(null).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(ProblemError)
      expect(failure).toMatchObject({ problem: { code: 'adapter.unavailable' } })
      told.push(JSON.stringify(checked), String(failure))
      await system.outage(false)
      numberOf(await deliver({ ...submit, attempt: 2 }))
      expect(await system.effects(submit.idempotencyKey)).toBe(1)
    })

    test('an answer that was lost after the effect: the next attempt finds the effect', async () => {
      const { deliver, system } = await beginOutside()
      const submit = sampleSubmit('lost answer')
      await system.dropNextAnswer()
      expect(await deliver(submit)).toMatchObject({ ok: false, code: 'adapter.unavailable', retryable: true })
      expect(await system.effects(submit.idempotencyKey)).toBe(1)
      numberOf(await deliver({ ...submit, attempt: 1 }))
      expect(await system.effects(submit.idempotencyKey)).toBe(1)
    })

    test.each(LATER_KINDS)('an answer to %s that was lost after the effect: one effect all the same', async kind => {
      const { deliver, system } = await beginOutside()
      const submit = sampleSubmit('lost later')
      const packet = samplePacket(submit, kind, numberOf(await deliver(submit)))
      await system.dropNextAnswer()
      expect(await deliver(packet)).toMatchObject({ ok: false, code: 'adapter.unavailable', retryable: true })
      expect(await deliver({ ...packet, attempt: 1 })).toMatchObject({ ok: true })
      expect(await system.effects(packet.idempotencyKey)).toBe(1)
    })

    test.each(['page', 'empty', 'cut'] as const)(
      'an answer that is no answer (%s) is no refusal: try again',
      async how => {
        const { deliver, system, restart } = await beginOutside()
        const submit = sampleSubmit(`spoilt ${how}`)
        await system.spoilNextAnswer(how)
        expect(await deliver(submit)).toMatchObject({ ok: false, code: 'adapter.unavailable', retryable: true })
        restart()
        numberOf(await deliver({ ...submit, attempt: 1 }))
        expect(await system.effects(submit.idempotencyKey)).toBe(1)
      },
    )

    test('long numbers keep every digit: no case gets the number, and no answer the case, of another', async () => {
      const { deliver, system, poll } = await beginOutside()
      const begun = await follow(poll, null)
      await system.longNumbers()
      const numbers: string[] = []
      for (let n = 0; n < 12; n++) numbers.push(numberOf(await deliver(sampleSubmit(`long ${n}`))))
      expect(new Set(numbers).size).toBe(numbers.length)
      for (const [n, number] of numbers.entries()) await system.say(number, `to case ${n}`)
      const { events } = await follow(poll, begun.cursor)
      const messages = events.filter(({ move }) => move.kind === 'case.message')
      expect(messages.map(({ localCaseNo, move }) => [localCaseNo, move.body])).toEqual(
        numbers.map((number, n) => [number, expect.objectContaining({ text: `to case ${n}` })]),
      )
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    })

    test('a refusal is for a person to see, not to be tried again', async () => {
      const { deliver, system } = await beginOutside()
      const submit = sampleSubmit('refused')
      await system.refuseNext()
      expect(await deliver(submit)).toMatchObject({ ok: false, code: 'adapter.refused', retryable: false })
      expect(await system.effects(submit.idempotencyKey)).toBe(0)
      numberOf(await deliver({ ...submit, attempt: 1 }))
    })

    test('a call is given up when its signal says so', async () => {
      const { deliver, system } = await beginOutside()
      const submit = sampleSubmit('given up')
      const held = await system.holdNext()
      const controller = new AbortController()
      const delivering = deliver(submit, controller.signal)
      await held.reached
      controller.abort()
      expect(await delivering).toMatchObject({ ok: false, code: 'adapter.unavailable', retryable: true })
      await held.release()
      numberOf(await deliver({ ...submit, attempt: 1 }))
      expect(await system.effects(submit.idempotencyKey)).toBe(1)
    })

    test('materials are there before the case is, and stream through', async () => {
      const { deliver, system } = await beginOutside()
      // The material goes on only once its beginning has arrived: an adapter that collected it first would wait for ever.
      const material = sampleMaterial('streamed', {
        chunks: 64,
        chunkBytes: 64 * 1024,
        before: async chunk => {
          if (chunk === 32) await system.uploadBegun(material.sha256)
        },
      })
      const other = sampleMaterial('another one')
      numberOf(await deliver(sampleSubmit('with materials', [material, other])))
      expect(await system.holds(material.sha256)).toBe(true)
      expect(await system.holds(other.sha256)).toBe(true)
    })

    test('a material that breaks off leaves no case behind', async () => {
      const { deliver, system } = await beginOutside()
      let whole = false
      const material = sampleMaterial('breaks off', {
        chunks: 8,
        chunkBytes: 64 * 1024,
        before: async chunk => {
          if (chunk === 4 && !whole) throw new Error(`cannot read ${CANARIES[4]}`)
        },
      })
      const submit = sampleSubmit('broken material', [material])
      expect(await deliver(submit)).toMatchObject({ ok: false, retryable: true })
      expect(await system.effects(submit.idempotencyKey)).toBe(0)
      expect(await system.holds(material.sha256)).toBe(false)
      whole = true
      numberOf(await deliver({ ...submit, attempt: 1 }))
      expect(await system.holds(material.sha256)).toBe(true)
    })

    type Poll = (cursor: string | null) => Promise<{ events: readonly LocalEvent[]; cursor: string }>

    /** Follows the cursor until nothing new comes. */
    async function follow(poll: Poll, from: string | null): Promise<{ events: LocalEvent[]; cursor: string }> {
      const events: LocalEvent[] = []
      let cursor = from
      for (;;) {
        const answered = await poll(cursor)
        events.push(...answered.events)
        if (answered.events.length === 0 || answered.cursor === cursor) return { events, cursor: answered.cursor }
        cursor = answered.cursor
      }
    }

    test('answers are given from the cursor on: none is lost, and what is asked again has the same id', async () => {
      const { deliver, system, poll } = await beginOutside()
      const numbers = [
        numberOf(await deliver(sampleSubmit('answered 1'))),
        numberOf(await deliver(sampleSubmit('answered 2'))),
      ]
      const given: LocalEvent[] = []
      const cursors: (string | null)[] = [null]
      let cursor: string | null = null
      for (let round = 0; round < 3; round++) {
        for (const number of numbers) await system.say(number)
        const answered: { events: readonly LocalEvent[]; cursor: string } = await poll(cursor)
        given.push(...answered.events)
        cursor = answered.cursor
        cursors.push(cursor)
      }
      const rest = await follow(poll, cursor)
      const all = [...given, ...rest.events]
      const ids = all.map(event => event.id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const number of numbers) {
        expect(all.filter(event => event.localCaseNo === number).length).toBeGreaterThanOrEqual(3)
      }
      for (const [index, from] of cursors.entries()) {
        const again = (await follow(poll, from)).events.map(event => event.id)
        if (index === 0) expect(again.slice(0, ids.length)).toEqual(ids)
        expect(ids.slice(ids.length - again.length)).toEqual(again.slice(0, ids.length))
      }
      for (const { id, move } of all) {
        expect(id).toMatch(/^.{1,200}$/)
        expect(CASE_CONTENT[move.kind].safeParse(move.body)).toMatchObject({ success: true })
      }
    })

    test('answers on one case come in the order in which they were given, also to an adapter that was made anew', async () => {
      const { deliver, system, poll, restart } = await beginOutside()
      const numbers = [
        numberOf(await deliver(sampleSubmit('order 1'))),
        numberOf(await deliver(sampleSubmit('order 2'))),
      ]
      const { cursor } = await follow(poll, null)
      const texts = Array.from({ length: 9 }, (_, n) => `message ${n}`)
      for (const text of texts) for (const number of numbers) await system.say(number, text)
      restart()
      const { events } = await follow(poll, cursor)
      for (const number of numbers)
        expect(
          events
            .filter(event => event.localCaseNo === number && event.move.kind === 'case.message')
            .map(({ move }) => (move.body as { text: string }).text),
        ).toEqual(texts)
    })

    test('a file that goes with an answer is kept, and named by its hash', async () => {
      const { deliver, system, poll, kept } = await beginOutside()
      if (system.sayWithFile === undefined) return
      const number = numberOf(await deliver(sampleSubmit('with a file')))
      const bytes = new TextEncoder().encode('%PDF-1.4 decision')
      await system.sayWithFile(number, bytes)
      const { events } = await follow(poll, null)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      expect(JSON.stringify(events.map(({ move }) => move.body))).toContain(sha256)
      expect(kept.get(sha256)).toEqual(bytes)
    })

    test('a system that takes every call and says nothing holds none longer than its signal', async () => {
      const { adapter, context, deliver, system, poll } = await beginOutside()
      if (system.hang === undefined) return
      await system.hang(true)
      const within = async <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
        const controller = new AbortController()
        const result = call(controller.signal)
        await new Promise(resolve => setImmediate(resolve))
        controller.abort()
        return result
      }
      expect(await within(signal => deliver(sampleSubmit('hanging'), signal))).toMatchObject({ retryable: true })
      expect(await within(signal => adapter.check({ ...context, signal }))).toMatchObject({ ok: false })
      const failure = await within(signal => poll(null, { ...context, signal })).catch((error: unknown) => error)
      expect(failure).toMatchObject({ problem: { code: 'adapter.unavailable' } })
      await system.hang(false)
    })

    test('answers that cannot be read are neither lost nor made up, and what follows them is given', async () => {
      const { deliver, system, poll } = await beginOutside()
      const number = numberOf(await deliver(sampleSubmit('garbled')))
      const before = await follow(poll, null)
      await system.say(number)
      await system.garbleEvents(true)
      const answered = await poll(before.cursor)
      expect(answered.events.filter(event => event.localCaseNo === number)).toEqual([])
      expect(answered.problems.length).toBeGreaterThan(0)
      for (const { code } of answered.problems) expect(code).toBe('adapter.mapping')
      expect(answered.cursor).not.toBe(before.cursor)
      await system.garbleEvents(false)
      const { events } = await follow(poll, before.cursor)
      expect(events.some(event => event.localCaseNo === number)).toBe(true)
    })

    test('the signal ends a poll', async () => {
      const { context, poll } = await beginOutside()
      const failure = await poll(null, { ...context, signal: AbortSignal.abort() }).catch((error: unknown) => error)
      expect(failure).toMatchObject({ problem: { code: 'adapter.unavailable' } })
    })
  })
}
