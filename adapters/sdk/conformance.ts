/**
 * What proves an adapter (适配器契约), apart from any test runner: the stage on which each test of the contract plays, and what came of
 * it. The tests are data, in `conformance-in.ts` and those beside it; vitest runs them through `contract.ts`, `tongban adapter
 * test` by itself. What the outside system has no switch for is not proved, and said to be so.
 */
import { isDeepStrictEqual } from 'node:util'
import { CASE_CONTENT } from '../../protocol/case/kinds.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Adapter, Call, Delivery, DeliveryResult, LocalMove, LocalOutcome, OpenCase } from './port.ts'
import { CANARIES, type KeptLine, memoryState, readAnswers, sampleKey, testContext } from './test-kit.ts'

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
  /** as `garbleEvents`, of what is said on one case */
  garbleCase?(localCaseNo: string, on: boolean): Promise<void>
  /** takes packets from now on and does nothing with them before `work`; absent when it answers each call at once */
  answerLater?(on: boolean): Promise<void>
  /** does now what was handed to it, for the next polls to tell, or to be found when it is asked again */
  work?(): Promise<void>
  /** the case stands so from now on; absent when it tells what happened to a case, and not how it stands */
  stand?(localCaseNo: string, state: 'accepted' | 'progress' | 'unknown'): Promise<void>
  /** answers that it gives at a time; absent: 10 */
  readonly pageSize?: number
}

export type ContractSubject = {
  adapter: Adapter
  /** the same adapter, made anew as after a restart of the node: only what `context.state` and the system hold is the same */
  another(): Adapter | Promise<Adapter>
  /** null when a person works inside the node; a switch that it lacks is a test that proves nothing */
  system: Partial<OutsideSystem> | null
  stop(): Promise<void>
}

export type Switch = Exclude<keyof OutsideSystem, 'pageSize'>

/** One thing that every adapter does, or every adapter of an outside system. */
export type ContractTest = {
  /** what it proves */
  name: string
  zh: string
  /** of adapters of an outside system alone */
  outside: boolean
  /** switches without which it proves nothing */
  needs: readonly Switch[]
  run(stage: Stage): Promise<void>
}

/** `partly`: what could be seen was right. `not-proved`: the system has no switch for it. */
export type ContractOutcome = {
  name: string
  zh: string
  outcome: 'proved' | 'partly' | 'not-proved' | 'failed'
  why: string | null
  /** duration */
  ms: number
}

/** `mark`: makes the packets of one run others than those of another, for a system that keeps what it was sent. */
export type ContractOptions = { outside: boolean; patience?: Patience; mark?: string }

export const CONFORMANCE_LIMITS = {
  /** ms after which a call counts as one that never returns */
  callMs: 100_000,
  /** characters of a value that is shown in a failure */
  shownCharacters: 200,
  /** pages followed before a feed counts as one without end */
  pages: 1000,
} as const

/** Thrown where an adapter does not do as the contract says. */
export class ContractBroken extends Error {
  override readonly name = 'ContractBroken'
}

export function must(holds: boolean, why: string): asserts holds {
  if (!holds) throw new ContractBroken(why)
}

export function same(actual: unknown, expected: unknown, what: string): void {
  must(isDeepStrictEqual(actual, expected), `${what}: ${shown(actual)} in place of ${shown(expected)}`)
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  const { shownCharacters } = CONFORMANCE_LIMITS
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}

/** Ends a wait that has no end. `over` resolves when it was too long; `stop` lets go of what measures it. */
export type Patience = () => { over: Promise<void>; stop(): void }

const byClock: Patience = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CONFORMANCE_LIMITS.callMs)
  return { over: promise, stop: () => clearTimeout(timer) }
}

/** What came of a delivery in the end: one that was handed over is followed until its outcome is told. */
export type Settled = Exclude<DeliveryResult, { ok: 'handed' }>

export type Page = { events: LocalMove[]; outcomes: LocalOutcome[]; problems: { code: string }[]; cursor: string }

/** Where one test plays: an adapter made for it, its context, and the system behind it. */
export type Stage = {
  context: Call
  /** files that were kept, by their hashes */
  kept: ReadonlyMap<string, Uint8Array>
  /** the switches that the test needs, and no other */
  system: Required<OutsideSystem>
  deliver(delivery: Delivery, signal?: AbortSignal): Promise<Settled>
  /** the same by another instance over the same memory, as of a second process of the node */
  deliverBySecond(delivery: Delivery): Promise<Settled>
  /** delivers a submit and gives its local number */
  submit(delivery: Delivery): Promise<string>
  /** one look at the answers; of a system that is asked case by case, at all cases that were submitted */
  poll(cursor: string | null, context?: Call): Promise<Page>
  /** follows the cursor until nothing new comes */
  follow(from: string | null): Promise<Page>
  /** tells of answers that are kept; nothing where the adapter does not ask for that */
  acknowledge(ids: readonly string[]): Promise<void>
  check(context?: Call): ReturnType<Adapter['check']>
  lacking: NonNullable<Adapter['lacking']>
  /** makes the adapter anew, as after a restart of the node */
  restart(): Promise<void>
  /** the system had so many effects for this key; where that cannot be seen, the test proves a part */
  hadEffects(key: string, times: number): Promise<void>
  /** what is awaited of a call or switch, bounded */
  within<T>(what: string, wait: Promise<T>): Promise<T>
  /** keeps a text that is looked through for personal data at the end */
  tell(text: string): void
}

/** The number of a case that was taken. */
export function numberOf(result: Settled): string {
  must(result.ok === true, `not taken: ${shown(result)}`)
  const { localCaseNo = '' } = result
  must(/^\S(.{0,98}\S)?$/.test(localCaseNo), `a local case number of 1 to 100 characters: ${shown(localCaseNo)}`)
  return localCaseNo
}

/** `result` is a failure of this kind. */
export function failedAs(
  result: Settled,
  { code, retryable }: { code?: string; retryable: boolean },
  when: string,
): void {
  const fits = result.ok === false && result.retryable === retryable && (code === undefined || result.code === code)
  must(
    fits,
    `${when}: ${code ?? 'a failure'}, ${retryable ? 'to be' : 'not to be'} tried again; it gave ${shown(result)}`,
  )
}

/** Plays one test. Never throws: what the adapter does wrong is its outcome. */
export async function runContractTest(
  test: ContractTest,
  make: () => Promise<ContractSubject>,
  { outside, patience = byClock, mark = '' }: ContractOptions,
): Promise<ContractOutcome> {
  const { name, zh } = test
  const begun = performance.now()
  const done = (outcome: ContractOutcome['outcome'], why: string | null): ContractOutcome => ({
    name,
    zh,
    outcome,
    why,
    ms: Math.round(performance.now() - begun),
  })
  let subject: ContractSubject
  try {
    subject = await make()
  } catch (error) {
    return done('failed', `it could not be made: ${textOf(error)}`)
  }
  const stage = createStage(subject, test, patience, mark)
  try {
    if (outside && subject.system === null) return done('failed', 'an adapter of an outside system is tested with one')
    const lacks = test.outside ? test.needs.filter(need => subject.system?.[need] === undefined) : []
    if (lacks.length > 0) return done('not-proved', `the system has no ${lacks.join(', ')}`)
    await test.run(stage.stage)
    const leaked = stage.leaked()
    if (leaked) return done('failed', 'a log line, a problem or a detail holds personal data of the application')
    return stage.unseen() ? done('partly', 'effects are not counted') : done('proved', null)
  } catch (error) {
    return done('failed', textOf(error))
  } finally {
    await stage.close().catch(() => undefined)
    await subject.stop().catch(() => undefined)
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The same packet with a key, a thread and a case number that are of one run. */
function marked(delivery: Delivery, mark: string): Delivery {
  if (mark === '') return delivery
  const caseNo = caseNoOf(delivery, mark)
  const renamed = (body: Readonly<Record<string, unknown>>) => ('caseNo' in body ? { ...body, caseNo } : body)
  return {
    ...delivery,
    caseNo,
    idempotencyKey: sampleKey(mark + delivery.idempotencyKey),
    thread: sampleKey(mark + delivery.thread).slice(0, 32),
    body: renamed(delivery.body),
    submit: delivery.submit === null ? null : renamed(delivery.submit),
  }
}

const caseNoOf = ({ caseNo, from }: Delivery, mark: string): string =>
  `${from}${sampleKey(mark + caseNo)
    .replaceAll(/\D/g, '')
    .slice(0, 12)}`

function createStage(subject: ContractSubject, { needs }: ContractTest, patience: Patience, mark: string) {
  const { context, log, kept } = testContext({ state: memoryState() })
  const lines: KeptLine[] = log
  const told: string[] = []
  const made: Adapter[] = [subject.adapter]
  const submitted: OpenCase[] = []
  /** what came of packets that were handed over, by the ids under which it was told */
  const outcomes = new Map<string, LocalOutcome>()
  let current = subject.adapter
  let second: ReturnType<ContractSubject['another']> | null = null
  let unseen = false

  async function within<T>(what: string, wait: Promise<T>): Promise<T> {
    const { over, stop } = patience()
    wait.catch(() => undefined)
    try {
      return await Promise.race([wait, over.then(() => Promise.reject(new ContractBroken(`${what} does not return`)))])
    } finally {
      stop()
    }
  }

  async function deliverBy(adapter: Adapter, delivery: Delivery, signal = context.signal): Promise<Settled> {
    const sent = marked(delivery, mark)
    const given = { ...context, signal, attempt: delivery.attempt }
    const said = await within('deliver', adapter.deliver(sent, given))
    const result = said.ok === 'handed' ? await outcomeOf(adapter, sent, said) : said
    told.push(JSON.stringify(result))
    if (result.ok === true)
      for (const { kind, body } of result.moves ?? [])
        must(CASE_CONTENT[kind].safeParse(body).success, `the body of the move ${kind} does not fit its schema`)
    return result
  }

  /** What the answers say last of a packet that was handed over, once its system had time for it. */
  async function outcomeOf(
    adapter: Adapter,
    delivery: Delivery,
    { lookAgainAfterMs }: Extract<DeliveryResult, { ok: 'handed' }>,
  ): Promise<Settled> {
    const { idempotencyKey: key } = delivery
    const given = { ...context, attempt: delivery.attempt + 1 }
    await within('work', subject.system?.work?.() ?? Promise.resolve())
    if (lookAgainAfterMs !== undefined) {
      const again = await within('deliver', adapter.deliver({ ...delivery, attempt: given.attempt }, given))
      if (again.ok !== 'handed') return again
    }
    // A node takes an answer once, as it was given first under its id.
    if (adapter.poll !== undefined)
      for (const outcome of (await followWith(adapter, null, given)).outcomes)
        if (!outcomes.has(outcome.id)) outcomes.set(outcome.id, outcome)
    const last = [...outcomes.values()].findLast(
      outcome => ('taken' in outcome ? outcome.taken : outcome.refused) === key,
    )
    if (last === undefined) return { ok: false, code: 'adapter.unavailable', detail: 'no answer', retryable: true }
    if ('refused' in last) return { ok: false, code: 'adapter.refused', detail: last.detail, retryable: false }
    return { ok: true, ...(last.localCaseNo === undefined ? {} : { localCaseNo: last.localCaseNo }) }
  }

  /** Follows the cursor until nothing new comes. */
  async function followWith(adapter: Adapter, from: string | null, given: Call): Promise<Page> {
    const all: Page = { events: [], outcomes: [], problems: [], cursor: from ?? '' }
    let cursor = from
    for (let page = 0; page < CONFORMANCE_LIMITS.pages; page++) {
      const answered = await pollWith(adapter, cursor, given)
      all.events.push(...answered.events)
      all.outcomes.push(...answered.outcomes)
      all.problems.push(...answered.problems)
      all.cursor = answered.cursor
      const nothing = [answered.events, answered.outcomes, answered.problems].every(told => told.length === 0)
      if (nothing || answered.cursor === cursor) return all
      cursor = answered.cursor
    }
    throw new ContractBroken('the answers have no end')
  }

  async function pollWith(adapter: Adapter, from: string | null, given: Call): Promise<Page> {
    const page = await asked(adapter, from, given)
    const { events, outcomes, problems } = await within('read', readAnswers(adapter, page.events, given))
    told.push(JSON.stringify([outcomes, problems]))
    return { events, outcomes, problems, cursor: page.cursor }
  }

  /** Of a system that is asked case by case the cursor holds what each case was left with. */
  async function asked(adapter: Adapter, from: string | null, given: Call): ReturnType<NonNullable<Adapter['poll']>> {
    if (adapter.poll !== undefined) return within('poll', adapter.poll(from, given))
    const { pollCase } = adapter
    must(pollCase !== undefined, 'an adapter of an outside system has poll or pollCase')
    const memories = new Map<string, string | null>(
      from === null ? [] : (JSON.parse(from) as [string, string | null][]),
    )
    const events: Awaited<ReturnType<NonNullable<Adapter['poll']>>>['events'][number][] = []
    // Without a case there is nothing to ask about, and an outage shows all the same.
    if (submitted.length === 0) {
      const checked = await within('check', adapter.check(given))
      if (!checked.ok) throw new ProblemError('adapter.unavailable', checked.detail)
    }
    for (const open of submitted) {
      const answered = await within('pollCase', pollCase.call(adapter, open, memories.get(open.thread) ?? null, given))
      events.push(...answered.events)
      memories.set(open.thread, answered.memory)
    }
    return { events, cursor: JSON.stringify([...memories]) }
  }

  const known = new Set<string>(needs)
  const system = new Proxy({} as Required<OutsideSystem>, {
    get: (_, name: string) => {
      const found = subject.system?.[name as Switch]
      if (name === 'pageSize') return subject.system?.pageSize ?? 10
      if (!known.has(name) || found === undefined) throw new Error(`the test does not say that it needs ${name}`)
      return (...values: unknown[]) =>
        within(name, (found as (...values: unknown[]) => Promise<unknown>).call(subject.system, ...values))
    },
  })

  const stage: Stage = {
    context,
    kept,
    system,
    deliver: (delivery, signal) => deliverBy(current, delivery, signal),
    async deliverBySecond(delivery) {
      second ??= subject.another()
      return deliverBy(await second, delivery)
    },
    async submit(delivery) {
      const localCaseNo = numberOf(await deliverBy(current, delivery))
      const { thread, caseNo } = marked(delivery, mark)
      const { item } = delivery.body as { item?: { code?: string } }
      if (!submitted.some(open => open.thread === thread))
        submitted.push({ thread, localCaseNo, caseNo, item: item?.code ?? '', state: 'arrived' })
      return localCaseNo
    },
    poll: (cursor, given = context) => pollWith(current, cursor, given),
    follow: from => followWith(current, from, context),
    acknowledge: async ids => within('acknowledge', Promise.resolve(current.acknowledge?.(ids, context))),
    check: (given = context) => within('check', current.check(given)),
    lacking: async items => within('lacking', Promise.resolve(current.lacking?.(items) ?? [])),
    async restart() {
      current = await subject.another()
      made.push(current)
    },
    async hadEffects(key, times) {
      if (subject.system === null) return
      if (subject.system.effects === undefined) unseen = true
      else {
        const sent = mark === '' ? key : sampleKey(mark + key)
        same(await within('effects', subject.system.effects(sent)), times, 'effects of one packet')
      }
    },
    within,
    tell: text => told.push(text),
  }
  return {
    stage,
    unseen: () => unseen,
    leaked(): boolean {
      const seen = JSON.stringify(lines) + told.join('\n')
      return CANARIES.some(canary => seen.includes(canary))
    },
    async close() {
      for (const adapter of [...made, await second]) await adapter?.close?.()
    },
  }
}
