/**
 * An approval system in memory and an adapter of it that keeps the contract, for the tests of the contract itself: what is broken in
 * either must be found. It speaks text, as one behind HTTP does; the adapter numbers its requests by itself and remembers them.
 */
import { createHash } from 'node:crypto'
import { ANSWER_KINDS, CASE_CONTENT, isMoveKind, type MoveRequest } from '../../protocol/case/kinds.ts'
import { readKeepingDigits } from '../../protocol/json-outside.ts'
import { ProblemError, refuse } from '../../protocol/problem.ts'
import type { OutsideSystem } from './conformance.ts'
import type { Adapter, AdapterContext, DeliveredMaterial, Delivery, DeliveryResult, RawEvent } from './port.ts'

const PAGE = 3
const LONG = 202_611_300_000_000_000n

/** What ends a call without an answer. */
const broken = () => new Error('the connection broke')

/** `key`: by which the system knows the request; `packet`: by which its effects are counted. */
export type SampleRequest = { key: string; packet: string; number: string | null; kind: string }

export type SampleSystem = ReturnType<typeof createSampleSystem>

export function createSampleSystem() {
  const gates = { outage: false, refuse: false, drop: false, hang: false, long: false, garble: false, later: false }
  const garbled = new Set<string>()
  /** by its own key → number of the case */
  const done = new Map<string, string>()
  /** packet → effects */
  const effects = new Map<string, number>()
  const answers: { id: string; number: string; kind: string; body: Record<string, unknown>; file?: string }[] = []
  /** what it was given and is not at */
  const waiting: (SampleRequest & { refused: boolean })[] = []
  const acknowledged = new Set<string>()
  /** packets that were refused later, of which nobody was told */
  const refusals = new Set<string>()
  /** by number of the case → the step at which it is; it keeps nothing of the one before */
  const states = new Map<string, string>()
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  const uploaded = new Set<string>()
  const begun = new Map<string, PromiseWithResolvers<void>>()
  let spoil: 'page' | 'empty' | 'cut' | null = null
  let held: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> } | null = null
  let serial = 0
  const beginningOf = (sha256: string) => {
    const known = begun.get(sha256) ?? Promise.withResolvers<void>()
    begun.set(sha256, known)
    return known
  }
  const long = (n: number) => String(LONG + BigInt(n))
  /** As a Java system writes a `Long`. */
  const text = (value: unknown) => JSON.stringify(value).replaceAll(/"(\d{16,})"/g, '$1')

  function effectOf({ key, packet, number }: SampleRequest): string {
    const known = done.get(key)
    if (known !== undefined) return known
    const given = number ?? (gates.long ? long(++serial) : `C-${++serial}`)
    done.set(key, given)
    effects.set(packet, (effects.get(packet) ?? 0) + 1)
    return given
  }

  async function arrive(signal: AbortSignal): Promise<void> {
    if (gates.outage || signal.aborted) throw broken()
    if (!gates.hang) return
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(broken())))
  }

  return {
    /** Has the effect of `packet` once for each `key`; what it answers, as text. */
    async call(request: SampleRequest, signal: AbortSignal): Promise<string> {
      const { key } = request
      await arrive(signal)
      if (held !== null) {
        const { reached, released } = held
        held = null
        reached.resolve()
        await Promise.race([
          released.promise,
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(broken()))),
        ])
      }
      const untold = refusals.has(request.packet)
      const refused = gates.refuse || refusals.delete(request.packet)
      gates.refuse = false
      if (gates.later && !done.has(key) && !untold) {
        waiting.push({ ...request, refused })
        return text({ ok: true, later: true })
      }
      if (refused) return text({ ok: false, why: '欧阳金丝雀' })
      const given = effectOf(request)
      if (gates.drop) {
        gates.drop = false
        throw broken()
      }
      const how = spoil
      spoil = null
      if (how === 'page') return '<html>登录</html>'
      return how === 'empty' ? '' : how === 'cut' ? '{"ok":true,"num' : text({ ok: true, number: given })
    },

    async upload(sha256: string, bytes: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
      await arrive(signal)
      const hash = createHash('sha256')
      for await (const chunk of bytes) {
        hash.update(chunk)
        beginningOf(sha256).resolve()
      }
      if (hash.digest('hex') === sha256) uploaded.add(sha256)
    },

    /** A page of answers after `from`, as text; of one case where it is asked for one. */
    async feed(from: number, signal: AbortSignal, ofCase?: string): Promise<string> {
      await arrive(signal)
      const all = ofCase === undefined ? answers : answers.filter(({ number }) => number === ofCase)
      const page = all
        .slice(from, from + PAGE)
        .filter(({ id }) => !acknowledged.has(id))
        .map(answer => (gates.garble || garbled.has(answer.number) ? { ...answer, kind: '欧阳金丝雀' } : answer))
      for (const { kind, body } of page) if (kind === 'refused') refusals.delete(String(body.packet))
      return text({ answers: page, next: from + page.length })
    },

    /** How the case stands, as text. */
    async state(number: string, signal: AbortSignal): Promise<string> {
      await arrive(signal)
      return text({ state: states.get(number) ?? null })
    },

    acknowledge(ids: readonly string[]): void {
      for (const id of ids) acknowledged.add(id)
    },

    async file(name: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
      await arrive(signal)
      return files.get(name) ?? new Uint8Array()
    },

    async ping(signal: AbortSignal): Promise<void> {
      await arrive(signal)
    },

    switches(): OutsideSystem {
      const say = (number: string, kind: string, body: Record<string, unknown>, file?: string) => {
        const id = gates.long ? long(answers.length) : `A${answers.length}`
        answers.push({ id, number, kind, body, ...(file === undefined ? {} : { file }) })
      }
      return {
        effects: async key => effects.get(key) ?? 0,
        outage: async on => {
          gates.outage = on
        },
        refuseNext: async () => {
          gates.refuse = true
        },
        dropNextAnswer: async () => {
          gates.drop = true
        },
        holdNext: async () => {
          const hold = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
          held = hold
          return { reached: hold.reached.promise, release: async () => hold.released.resolve() }
        },
        answerLater: async on => {
          gates.later = on
        },
        work: async () => {
          for (const request of waiting.splice(0)) {
            const { packet, refused } = request
            if (refused) {
              refusals.add(packet)
              say('', 'refused', { packet })
            } else say(effectOf(request), 'taken', { packet })
          }
        },
        uploadBegun: sha256 => beginningOf(sha256).promise,
        holds: async sha256 => uploaded.has(sha256),
        spoilNextAnswer: async how => {
          spoil = how
        },
        say: async (number, said) => say(number, 'case.message', { text: said ?? '请等候' }),
        sayWithFile: async (number, bytes) => {
          const file = `F${files.size}`
          files.set(file, bytes)
          say(number, 'case.decide', { outcome: 'granted', documentNo: '十审决字〔2026〕1号' }, file)
        },
        longNumbers: async () => {
          gates.long = true
        },
        hang: async on => {
          gates.hang = on
        },
        garbleEvents: async on => {
          gates.garble = on
        },
        garbleCase: async (number, on) => {
          if (on) garbled.add(number)
          else garbled.delete(number)
        },
        stand: async (number, state) => {
          states.set(number, { accepted: 'case.accept', progress: 'case.progress', unknown: '欧阳金丝雀' }[state])
        },
        pageSize: PAGE,
      }
    },
  }
}

function jsonOf(text: string): unknown {
  const read = readKeepingDigits(text)
  if (!read.ok) throw new Error(read.fault)
  return read.value
}

const unavailable = (): DeliveryResult => ({
  ok: false,
  code: 'adapter.unavailable',
  detail: 'no answer',
  retryable: true,
})

/** What is remembered of a case that is asked about: its place in what was said, and the state that was told last. */
const NOTHING: { next: number; state: string | null; changes: number } = { next: 0, state: null, changes: 0 }

/** `feed` false: it is asked case by case, what was said on it and how it stands. */
export function createSampleAdapter(system: SampleSystem, { feed = true } = {}): Adapter {
  /** A number for a packet, the same for each attempt: what the system knows the request by. */
  async function keyOf({ idempotencyKey }: Delivery, { state }: AdapterContext): Promise<string> {
    const key = `packet ${idempotencyKey}`
    const known = await state.get(key)
    if (known !== null) return known
    const fresh = String(await state.next('requests'))
    return state.claim(key, () => fresh)
  }

  async function send(delivery: Delivery, context: AdapterContext): Promise<DeliveryResult> {
    const { signal } = context
    const key = await keyOf(delivery, context)
    for (const material of delivery.materials) await upload(material, context)
    const { idempotencyKey: packet, localCaseNo: number, kind } = delivery
    const answer = jsonOf(await system.call({ key, packet, number, kind }, signal)) as Record<string, unknown>
    context.log('sent', { kind, ok: answer.ok === true })
    if (answer.later === true) return feed ? { ok: 'handed' } : { ok: 'handed', lookAgainAfterMs: 60_000 }
    if (answer.ok !== true) return { ok: false, code: 'adapter.refused', detail: 'error', retryable: false }
    const moves: MoveRequest[] = kind === 'case.submit' ? [{ kind: 'case.accept', body: {} } as MoveRequest] : []
    return { ok: true, localCaseNo: String(answer.number), moves }
  }

  const upload = (material: DeliveredMaterial, { signal }: Pick<AdapterContext, 'signal'>) =>
    system.upload(material.sha256, material.open(), signal)

  async function page(from: number, signal: AbortSignal, ofCase?: string) {
    let text: string
    try {
      text = await system.feed(from, signal, ofCase)
    } catch {
      throw new ProblemError('adapter.unavailable', 'no answer')
    }
    const { answers, next } = jsonOf(text) as { answers: { id: string; number: string }[]; next: number }
    const events = answers.map(
      (answer): RawEvent => ({
        id: String(answer.id),
        localCaseNo: answer.number === '' ? null : String(answer.number),
        raw: JSON.stringify({ ...answer, id: String(answer.id), number: String(answer.number) }),
      }),
    )
    return { events, next }
  }

  return {
    kind: 'sample',
    async deliver(delivery, context) {
      try {
        return await send(delivery, context)
      } catch {
        return unavailable()
      }
    },
    ...(feed
      ? {
          async poll(cursor: string | null, { signal }: AdapterContext) {
            const { events, next } = await page(Number(cursor ?? 0), signal)
            return { events, cursor: String(next) }
          },
        }
      : {
          async pollCase({ localCaseNo }: { localCaseNo: string }, memory: string | null, { signal }: AdapterContext) {
            const before = memory === null ? NOTHING : (JSON.parse(memory) as typeof NOTHING)
            const { events, next } = await page(before.next, signal, localCaseNo)
            const after = { ...before, next }
            const { state } = jsonOf(await system.state(localCaseNo, signal)) as { state: string | null }
            if (state !== null && state !== before.state) {
              Object.assign(after, { state, changes: before.changes + 1 })
              const id = `${localCaseNo} ${after.changes}`
              const body = state === 'case.progress' ? { step: '审核' } : {}
              events.push({ id, localCaseNo, raw: JSON.stringify({ id, number: localCaseNo, kind: state, body }) })
            }
            return { events, memory: JSON.stringify(after) }
          },
        }),
    async read(raw, context) {
      const { id, number, kind, body, file } = JSON.parse(raw) as Record<string, string> & { body: { packet?: string } }
      const { packet = '' } = body
      if (kind === 'taken') return { ok: true, event: { id: String(id), taken: packet, localCaseNo: String(number) } }
      if (kind === 'refused') return { ok: true, event: { id: String(id), refused: packet, detail: 'error' } }
      const known = isMoveKind(kind as never) || ANSWER_KINDS.some(answer => answer === kind)
      if (!known) return refuse('adapter.mapping')
      let whole: object = body
      if (file !== undefined) {
        const bytes = await system.file(file, context.signal)
        const { sha256 } = await context.keep(new Blob([bytes]).stream())
        whole = { ...body, documents: [sha256] }
      }
      const parsed = CASE_CONTENT[kind as keyof typeof CASE_CONTENT].safeParse(whole)
      if (!parsed.success) return refuse('adapter.mapping')
      return {
        ok: true,
        event: { id: String(id), localCaseNo: String(number), move: { kind, body: parsed.data } as MoveRequest },
      }
    },
    acknowledge: async ids => system.acknowledge(ids),
    async check({ signal }) {
      try {
        await system.ping(signal)
        return { ok: true }
      } catch {
        return { ok: false, detail: 'no answer' }
      }
    },
    lacking: async items => items.slice(1).map(({ code }) => ({ code, lacks: `no form for ${code}` })),
  }
}
