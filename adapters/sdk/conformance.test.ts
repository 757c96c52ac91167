/**
 * The contract, tested: each mutant is a good adapter with one fault, and names the test of the contract that finds it. Every mutant is
 * found, and every test of the contract finds one.
 * Over 450 lines: one list of mutants, each a few lines beside the good adapter that it spoils.
 */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { MoveRequest } from '../../protocol/case/kinds.ts'
import { CONTRACT, certificateEnd, certificateLine, certify } from './certificate.ts'
import { type ContractSubject, type OutsideSystem, type Patience, runContractTest } from './conformance.ts'
import { LATER_KINDS } from './conformance-in.ts'
import { STATES } from './conformance-state.ts'
import type { Adapter, AdapterState, Call, Delivery, DeliveryResult, LocalEvent, LocalOutcome } from './port.ts'
import { createSampleAdapter, createSampleSystem, type SampleRequest, type SampleSystem } from './sample-system.ts'
import { memoryState } from './test-kit.ts'

/** A call that takes so many turns of the event loop never returns: nothing here waits for a clock or a socket. */
const TURNS = 3000
const byTurns: Patience = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = TURNS
  const turn = (): void => {
    if (left-- > 0) setImmediate(turn)
    else resolve()
  }
  turn()
  return {
    over: promise,
    stop: () => {
      left = 0
    },
  }
}

type Make = (system: SampleSystem) => Adapter

const subjectOf =
  (make: Make, lacks: readonly (keyof OutsideSystem)[] = []) =>
  async (): Promise<ContractSubject> => {
    const system = createSampleSystem()
    const switches: Partial<OutsideSystem> = system.switches()
    for (const name of lacks) delete switches[name]
    const another = () => make(system)
    return { adapter: another(), another, system: switches, stop: async () => {} }
  }

const good = createSampleAdapter

/** Requests and answers changed on their way. */
const through = (
  system: SampleSystem,
  {
    request = same => same,
    answer = same => same,
  }: Partial<Record<'answer', (text: string) => string>> & {
    request?: (request: SampleRequest) => SampleRequest
  },
): SampleSystem => ({ ...system, call: async (one, signal) => answer(await system.call(request(one), signal)) })

const remembering =
  (change: (state: AdapterState) => AdapterState): Make =>
  system => {
    const inner = good(system)
    return {
      ...inner,
      deliver: (delivery, context) => inner.deliver(delivery, { ...context, state: change(context.state) }),
    }
  }

/** The results of deliveries changed. */
const answering =
  (change: (result: DeliveryResult, delivery: Delivery) => DeliveryResult): Make =>
  system => {
    const inner = good(system)
    return { ...inner, deliver: async (delivery, context) => change(await inner.deliver(delivery, context), delivery) }
  }

const never = new AbortController().signal
const deaf = (context: Call): Call => ({ ...context, signal: never })

type Poll = NonNullable<Adapter['poll']>
const polling =
  (change: (poll: Poll, adapter: Adapter) => Poll): Make =>
  system => {
    const inner = good(system)
    return { ...inner, poll: change(inner.poll as Poll, inner) }
  }
const reading =
  (change: (event: LocalEvent | null) => LocalEvent | null): Make =>
  system => {
    const inner = good(system)
    return {
      ...inner,
      async read(raw, context) {
        const read = await (inner.read as NonNullable<Adapter['read']>)(raw, context)
        return read.ok ? { ok: true, event: change(read.event) } : read
      },
    }
  }

/** Outcomes of packets that were handed over, changed or left out. */
const outcomes =
  (change: (outcome: LocalOutcome) => LocalOutcome | null): Make =>
  system => {
    const inner = good(system)
    return {
      ...inner,
      async read(raw, context) {
        const read = await (inner.read as NonNullable<Adapter['read']>)(raw, context)
        if (!read.ok || read.event === null || 'move' in read.event) return read
        return { ok: true, event: change(read.event) }
      },
    }
  }

/** Another key with each attempt at a packet of this kind. */
const freshKeys =
  (kind: string, calls = { made: 0 }): Make =>
  system =>
    good(through(system, { request: one => (one.kind === kind ? { ...one, key: `${one.key}.${calls.made++}` } : one) }))

/** The key of a packet of this kind is remembered only once its answer came. */
const lateMemory =
  (kind: string): Make =>
  system => {
    const inner = good(system)
    return {
      ...inner,
      async deliver(delivery, context) {
        if (delivery.kind !== kind) return inner.deliver(delivery, context)
        const name = `went ${delivery.idempotencyKey}`
        const salt = (await context.state.get(name)) ?? String(await context.state.next('attempts'))
        const salted = through(system, { request: one => ({ ...one, key: `${one.key}.${salt}` }) })
        const result = await good(salted).deliver(delivery, context)
        if (result.ok === true) await context.state.put(name, salt)
        return result
      },
    }
  }

const spoilt = (text: string): 'page' | 'empty' | 'cut' | null =>
  text === '' ? 'empty' : text.startsWith('<') ? 'page' : text.endsWith('}') ? null : 'cut'

const rounded = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

const claimUnguarded = (state: AdapterState): AdapterState => ({
  ...state,
  async claim(key, make) {
    const value = make()
    await state.put(key, value)
    return value
  },
})

const overwriting = remembering(claimUnguarded)

/** One that asks about each case, with what it gives changed. */
type Asked = Awaited<ReturnType<NonNullable<Adapter['pollCase']>>>
const asking =
  (change: (asked: Asked, memory: string | null) => Asked): Make =>
  system => {
    const inner = good(system, { feed: false })
    return {
      ...inner,
      pollCase: async (open, memory, context) =>
        change(await (inner.pollCase as NonNullable<Adapter['pollCase']>)(open, memory, context), memory),
    }
  }

type Mutant = { fault: string; found: string; make: Make }
const mutant = (fault: string, found: string, make: Make): Mutant => ({ fault, found, make })

const ONE_NUMBER = 'a submitted case gets one local number'
const OUTAGE = 'a system that does not answer'
const HANG = 'a system that takes every call'
const CURSOR = 'answers are given from the cursor on'
const ORDER = 'answers on one case come in the order'
const FILE = 'a file that goes with an answer'
const UNREADABLE = 'answers that cannot be read are neither lost'

const MUTANTS: readonly Mutant[] = [
  mutant('another key with each attempt', ONE_NUMBER, freshKeys('case.submit')),
  mutant('a delivery that never returns', ONE_NUMBER, system => ({
    ...good(system),
    deliver: () => new Promise(() => {}),
  })),
  mutant('a log line that names the applicant', ONE_NUMBER, system => {
    const inner = good(system)
    return {
      ...inner,
      deliver(delivery, context) {
        context.log(`handing over ${JSON.stringify(delivery.body)}`)
        return inner.deliver(delivery, context)
      },
    }
  }),
  mutant(
    'a number of two lines',
    ONE_NUMBER,
    answering(result => ({ ...result, localCaseNo: ' C-1\n' }) as DeliveryResult),
  ),
  mutant('a memory that writes over what was claimed', 'deliveries of one packet at the same time', overwriting),
  mutant('one key for all packets', 'different packets have different effects', system =>
    good(through(system, { request: one => ({ ...one, key: 'same' }) })),
  ),
  ...LATER_KINDS.map(kind =>
    mutant(`another key with each ${kind}`, `${kind} of the window is taken too`, freshKeys(kind)),
  ),
  mutant('a memory that forgets at a restart', 'a restart of the node changes nothing', system => {
    const own = memoryState()
    const inner = good(system)
    return { ...inner, deliver: (delivery, context) => inner.deliver(delivery, { ...context, state: own }) }
  }),
  mutant('numbers that one instance counts alone', 'two instances over one memory', system => {
    let next: number | null = null
    return remembering(state => ({
      ...state,
      async next(counter) {
        next = next === null ? await state.next(counter) : next + 1
        return next
      },
    }))(system)
  }),
  mutant(
    'moves with the first attempt alone',
    'moves that follow at once',
    answering((result, { attempt }) => (attempt > 0 && result.ok === true ? { ...result, moves: [] } : result)),
  ),
  mutant(
    'moves whose bodies do not fit',
    'moves that follow at once',
    answering(result =>
      result.ok === true
        ? ({ ...result, moves: [{ kind: 'case.accept', body: { 受理: 1 } }] } as unknown as DeliveryResult)
        : result,
    ),
  ),
  mutant('items lacking that nobody asked about', 'what it is not set up for', system => ({
    ...good(system),
    lacking: async () => [{ code: '1', lacks: 'all' }],
  })),
  mutant('lacking without a word', 'what it is not set up for', system => ({
    ...good(system),
    lacking: async items => items.map(({ code }) => ({ code, lacks: '' })),
  })),
  mutant('an aborted call that goes on', 'an aborted call has no effect', system => {
    const inner = good(system)
    return { ...inner, deliver: (delivery, context) => inner.deliver(delivery, deaf(context)) }
  }),
  mutant('a check that always fails', 'the system is usable', system => ({
    ...good(system),
    check: async () => ({ ok: false, detail: 'no' }),
  })),
  mutant(
    'an outage that counts as a refusal',
    OUTAGE,
    answering(result => (result.ok === false ? { ...result, code: 'adapter.refused', retryable: false } : result)),
  ),
  mutant('a check that never fails', OUTAGE, system => ({ ...good(system), check: async () => ({ ok: true }) })),
  mutant(
    'a poll that hides an outage',
    OUTAGE,
    polling(poll => (cursor, context) => poll(cursor, context).catch(() => ({ events: [], cursor: cursor ?? '0' }))),
  ),
  mutant('a case that is remembered once its answer came', 'an answer that was lost after', lateMemory('case.submit')),
  ...LATER_KINDS.map(kind =>
    mutant(`a ${kind} that is remembered once its answer came`, `an answer to ${kind} that was lost`, lateMemory(kind)),
  ),
  ...(['page', 'empty', 'cut'] as const).map(how =>
    mutant(`a refusal read out of what cannot be read (${how})`, `an answer that is no answer (${how})`, system =>
      good(through(system, { answer: text => (spoilt(text) === how ? '{"ok":false}' : text) })),
    ),
  ),
  mutant('a page that counts as done', 'a page in place of the answer to a later packet', system =>
    good(through(system, { answer: text => (spoilt(text) === 'page' ? '{"ok":true,"number":"C-1"}' : text) })),
  ),
  mutant(
    'a refusal that is tried again',
    'a refusal is for a person',
    answering(result => (result.ok === false ? { ...result, retryable: true } : result)),
  ),
  mutant('a refusal that quotes the answer', 'a refusal is for a person', system => {
    let said = ''
    const inner = good(
      through(system, {
        answer: text => {
          said = text
          return text
        },
      }),
    )
    return {
      ...inner,
      async deliver(delivery, context) {
        const result = await inner.deliver(delivery, context)
        return result.ok === false ? { ...result, detail: said } : result
      },
    }
  }),
  mutant('a delivery that does not hear its signal', 'a call is given up', system => {
    const inner = good({ ...system, call: one => system.call(one, never) })
    return inner
  }),
  mutant('a delivery that hangs with its system', HANG, system =>
    good({ ...system, call: one => system.call(one, never) }),
  ),
  mutant('a check that hangs with its system', HANG, system => good({ ...system, ping: () => system.ping(never) })),
  mutant('a poll that hangs with its system', HANG, system =>
    good({ ...system, feed: from => system.feed(from, never) }),
  ),
  mutant('a material that is collected first', 'materials are there before', system =>
    good({
      ...system,
      upload: async (sha256, bytes, signal) => {
        const whole = await new Response(bytes).arrayBuffer()
        return system.upload(sha256, new Blob([whole]).stream(), signal)
      },
    }),
  ),
  mutant('materials that are not sent', 'materials are there before', system =>
    good({ ...system, upload: async () => {} }),
  ),
  mutant('a broken material that is passed over', 'a material that breaks off', system =>
    good({ ...system, upload: (...given) => system.upload(...given).catch(() => undefined) }),
  ),
  mutant('numbers of cases that are rounded', 'long numbers keep every digit', system =>
    good(through(system, { answer: rounded })),
  ),
  mutant('ids of answers that are rounded', 'long numbers keep every digit', system =>
    good({ ...system, feed: async (...given) => rounded(await system.feed(...given)) }),
  ),
  mutant(
    'a page of which the last answer is lost',
    CURSOR,
    polling(poll => async (...given) => {
      const page = await poll(...given)
      return { ...page, events: page.events.slice(0, 2) }
    }),
  ),
  mutant('ids that differ when asked again', CURSOR, system => {
    let asked = 0
    return reading(event => (event === null ? null : { ...event, id: `${event.id}.${asked++}` }))(system)
  }),
  mutant(
    'pages read from their end',
    ORDER,
    polling(poll => async (...given) => {
      const page = await poll(...given)
      return { ...page, events: page.events.toReversed() }
    }),
  ),
  mutant('answers in the order of their ids as text', ORDER, system => {
    const inner = good(system)
    return {
      ...inner,
      async poll(cursor, context) {
        const all: Awaited<ReturnType<Poll>>['events'][number][] = []
        let from = cursor
        for (;;) {
          const page = await (inner.poll as Poll)(from, context)
          if (page.events.length === 0) break
          all.push(...page.events)
          from = page.cursor
        }
        return { events: all.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1)), cursor: from ?? '0' }
      },
    }
  }),
  mutant('a file that is named and not kept', FILE, system => {
    const inner = good(system)
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    return {
      ...inner,
      read: (raw, context) =>
        (inner.read as NonNullable<Adapter['read']>)(raw, {
          ...context,
          keep: async stream => {
            const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
            return { sha256: sha256(bytes), size: bytes.byteLength, type: 'application/pdf' }
          },
        }),
    }
  }),
  mutant('a file that is named by another hash', FILE, system => {
    const inner = good(system)
    return {
      ...inner,
      read: (raw, context) =>
        (inner.read as NonNullable<Adapter['read']>)(raw, {
          ...context,
          keep: async stream => ({ ...(await context.keep(stream)), sha256: '0'.repeat(64) }),
        }),
    }
  }),
  mutant('an unreadable answer that means nothing', UNREADABLE, system => {
    const inner = good(system)
    return {
      ...inner,
      async read(raw, context) {
        const read = await (inner.read as NonNullable<Adapter['read']>)(raw, context)
        return read.ok ? read : { ok: true, event: null }
      },
    }
  }),
  mutant('an unreadable answer that becomes a message', UNREADABLE, system => {
    const inner = good(system)
    return {
      ...inner,
      async read(raw, context) {
        const read = await (inner.read as NonNullable<Adapter['read']>)(raw, context)
        const { id, number } = JSON.parse(raw) as Record<'id' | 'number', string>
        const move = { kind: 'case.message', body: { text: 'new' } } as MoveRequest
        return read.ok ? read : { ok: true, event: { id, localCaseNo: number, move } }
      },
    }
  }),
  mutant(
    'a cursor that stays before what cannot be read',
    'one answer that cannot be read',
    polling((poll, adapter) => async (cursor, context) => {
      const page = await poll(cursor, context)
      for (const event of page.events) {
        const read = 'raw' in event ? await adapter.read?.(event.raw, context) : undefined
        if (read?.ok === false) return { ...page, cursor: cursor ?? '0' }
      }
      return page
    }),
  ),
  mutant(
    'a poll that ends before what cannot be read',
    'one answer that cannot be read',
    polling((poll, adapter) => async (cursor, context) => {
      const page = await poll(cursor, context)
      for (const [index, event] of page.events.entries()) {
        const read = 'raw' in event ? await adapter.read?.(event.raw, context) : undefined
        if (read?.ok === false)
          return { events: page.events.slice(0, index), cursor: String(Number(cursor ?? 0) + index) }
      }
      return page
    }),
  ),
  mutant(
    'a poll that does not hear its signal',
    'the signal ends a poll',
    polling(poll => (cursor, context) => poll(cursor, deaf(context))),
  ),
  mutant(
    'an outcome that is left out of the answers',
    'a packet that is handed over is taken',
    outcomes(() => null),
  ),
  mutant(
    'an outcome without the number of the case',
    'a packet that is handed over is taken',
    outcomes(outcome => ('taken' in outcome ? { id: outcome.id, taken: outcome.taken } : outcome)),
  ),
  mutant(
    'a refusal and what follows it under one id',
    'a packet that is handed over and refused',
    outcomes(outcome => ({ ...outcome, id: 'taken' in outcome ? outcome.taken : outcome.refused })),
  ),
  mutant(
    'a refusal that is told as taken',
    'a packet that is handed over and refused',
    outcomes(outcome =>
      'refused' in outcome ? { id: outcome.id, taken: outcome.refused, localCaseNo: 'C-0' } : outcome,
    ),
  ),
  mutant('an acknowledgement of all that there is', 'an answer is given until', system => {
    const inner = good(system)
    return { ...inner, acknowledge: async () => system.acknowledge(Array.from({ length: 99 }, (_, n) => `A${n}`)) }
  }),
  mutant('an acknowledgement that fails the second time', 'an answer is given until', system => {
    const inner = good(system)
    const told = new Set<string>()
    return {
      ...inner,
      async acknowledge(ids, context) {
        if (ids.some(id => told.has(id))) throw new Error('the file is not there')
        for (const id of ids) told.add(id)
        await inner.acknowledge?.(ids, context)
      },
    }
  }),
  mutant('an answer that counts as acknowledged when it was given', 'an answer is given until', system => {
    const inner = good(system)
    return {
      ...inner,
      async poll(cursor, context) {
        const page = await (inner.poll as Poll)(cursor, context)
        system.acknowledge(page.events.flatMap(({ id }) => id ?? []))
        return page
      },
    }
  }),
  mutant(
    'a step that must have been before the one that was found',
    'of a state that changed twice',
    asking(asked => ({
      ...asked,
      events: asked.events.flatMap(event => {
        const said = 'raw' in event ? (JSON.parse(event.raw) as { kind: string; number: string }) : null
        if (said?.kind !== 'case.progress') return [event]
        const id = `${event.id} before`
        const before = { id, number: said.number, kind: 'case.accept', body: {} }
        return [{ id, localCaseNo: said.number, raw: JSON.stringify(before) }, event]
      }),
    })),
  ),
  mutant(
    'a state that is told at each look',
    'a state is told once',
    asking((asked, memory) => ({ ...asked, memory: asked.events.length > 0 ? memory : asked.memory })),
  ),
  mutant(
    'one id for a state, whenever it comes',
    'a state that comes back',
    asking(asked => ({
      ...asked,
      events: asked.events.map(event => {
        if (!('raw' in event)) return event
        const said = JSON.parse(event.raw) as { kind: string; number: string }
        const id = `${said.number} ${said.kind}`
        return { ...event, id, raw: JSON.stringify({ ...said, id }) }
      }),
    })),
  ),
  mutant('a state that nobody knows and that means nothing', 'a state that nobody knows', system => {
    const inner = good(system, { feed: false })
    return {
      ...inner,
      async read(raw, context) {
        const read = await (inner.read as NonNullable<Adapter['read']>)(raw, context)
        return read.ok ? read : { ok: true, event: null }
      },
    }
  }),
]

const named = (beginning: string) => {
  const [found, ...more] = CONTRACT.filter(({ name }) => name.startsWith(beginning))
  if (found === undefined || more.length > 0) throw new Error(`${beginning}: ${more.length} tests besides`)
  return found
}

describe('the contract of adapters', () => {
  test.each([
    ['with a feed of answers', true],
    ['asked case by case', false],
  ])('is kept by a good adapter %s', async (_, feed) => {
    const certificate = await certify(
      'good',
      // What happened is told by a feed, how a case stands where one asks about it.
      subjectOf(system => good(system, { feed }), feed ? ['stand'] : []),
      {
        outside: true,
        now: () => 0,
        patience: byTurns,
      },
    )
    const states = STATES.map(({ name }) => name)
    expect(certificate.tests.filter(({ outcome }) => outcome !== 'proved').map(({ name }) => name)).toEqual(
      feed ? states : [],
    )
    expect([certificate.passed, certificate.tests.length]).toEqual([true, CONTRACT.length])
  })

  test.each(MUTANTS.map(one => [one.fault, one] as const))('finds %s', async (_, { found, make }) => {
    const outcome = await runContractTest(named(found), subjectOf(make), { outside: true, patience: byTurns })
    expect(outcome).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/\S/) })
  })

  test('has no test that finds nothing', () => {
    const used = new Set(MUTANTS.map(({ found }) => named(found).name))
    expect(CONTRACT.filter(({ name }) => !used.has(name)).map(({ name }) => name)).toEqual([])
  })

  test('says what could not be seen, and proves it not', async () => {
    const make = subjectOf(good, ['effects', 'say', 'hang', 'stand'])
    const told: string[] = []
    const certificate = await certify('half seen', make, {
      outside: true,
      now: () => Date.UTC(2026, 10, 30),
      patience: byTurns,
      told: outcome => told.push(certificateLine(outcome)),
    })
    const outcomeOf = (beginning: string) =>
      certificate.tests.find(({ name }) => name.startsWith(beginning)) ?? { outcome: null, why: null }
    expect(outcomeOf(ONE_NUMBER)).toMatchObject({ outcome: 'partly', why: 'effects are not counted' })
    expect(outcomeOf(HANG)).toMatchObject({ outcome: 'not-proved', why: 'the system has no hang' })
    expect(outcomeOf(ORDER)).toMatchObject({ outcome: 'not-proved' })
    expect(outcomeOf('a restart')).toMatchObject({ outcome: 'proved', why: null })
    expect(certificate).toMatchObject({ passed: true, at: '2026-11-30T00:00:00.000Z' })
    expect(told).toHaveLength(CONTRACT.length)
    const { counts } = certificate
    expect(certificateEnd(certificate)).toContain(`not proved 未证明 ${counts['not-proved']}`)
    expect(counts.proved + counts.partly + counts['not-proved'] + counts.failed).toBe(CONTRACT.length)
  })

  test('does not pass an adapter with a fault, one that cannot be made, or one that nothing was seen of', async () => {
    const options = { outside: true, now: () => 0, patience: byTurns }
    const faulty = await certify('faulty', subjectOf(freshKeys('case.submit')), options)
    expect(faulty.passed).toBe(false)
    expect(certificateLine(faulty.tests[0] as (typeof faulty.tests)[number])).toMatch(
      /^✗ .+\n {4}the number of the case/,
    )
    const none = await certify('none', () => Promise.reject(new Error('no such file')), options)
    expect([none.passed, none.counts.failed]).toEqual([false, CONTRACT.length])
    expect(none.tests[0]?.why).toBe('it could not be made: no such file')
  })
})
