/**
 * Answers of the approval system, read page by page from a cursor. An answer that the mapping cannot read is held back with
 * all that follow it in its case; the cursor stays where it was until it can be read, so nothing is lost and other cases go on.
 */
import { CASE_CONTENT, type MoveRequest } from '../../protocol/case/kinds.ts'
import type { JsonValue } from '../../protocol/primitives.ts'
import { fieldOf } from '../../protocol/primitives.ts'
import { type Problem, ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  type Answer,
  download,
  type LocalEvent,
  type Mapping,
  type MappingInput,
  mappingInput,
  send,
} from '../sdk/index.ts'
import type { AnswerKind } from './config.ts'
import { asText, isLabel, judge, mayPass, readCaseNo } from './judge.ts'
import type { EventsPlan, RestPlan } from './plan.ts'

const EVENT_ID_CHARACTERS = 200
const CURSOR_CHARACTERS = 1000

export type Poller = ReturnType<typeof createPoller>

export function createPoller(plan: RestPlan, events: EventsPlan) {
  let held: { problem: Problem; count: number } | null = null

  function remember(next: typeof held, context: AdapterContext): void {
    if (next !== null && (next.count !== held?.count || next.problem.detail !== held.problem.detail)) {
      context.log('answers held back', { count: next.count, problem: next.problem.detail ?? next.problem.code })
    }
    if (next === null && held !== null) context.log('no answer is held back any longer')
    held = next
  }

  async function read(cursor: string, context: AdapterContext): Promise<MappingInput> {
    const address = events.address({ cursor })
    if (!address.ok) throw problemOf(address)
    const answer: Answer = await send(
      { method: events.method, url: address.url, headers: events.headers },
      plan.limits,
      context.signal,
    )
    const verdict = await judge(events, answer, plan.errors, Number.POSITIVE_INFINITY)
    if (verdict.ok) return verdict.input
    // Polls go on whatever it was, so a refusal is a system that cannot be used just now.
    throw new ProblemError(verdict.code === 'adapter.mapping' ? verdict.code : 'adapter.unavailable', verdict.detail)
  }

  async function poll(
    cursor: string | null,
    context: AdapterContext,
  ): Promise<{ events: readonly LocalEvent[]; cursor: string }> {
    const from = cursor ?? events.start
    try {
      const page = await read(from, context)
      const list = await evaluate(events.list, page)
      // JSONata gives a list of one as the one itself.
      const entries = list === undefined || list === null ? [] : Array.isArray(list) ? list : [list]
      const next = await nextCursor(page, from)
      const taken = await take(entries, context)
      remember(taken.held, context)
      return { events: taken.events, cursor: taken.held === null ? next : from }
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'adapter.mapping') {
        remember({ problem: error.problem, count: 0 }, context)
      }
      throw error
    }
  }

  async function nextCursor(page: MappingInput, from: string): Promise<string> {
    const value = await evaluate(events.cursor, page)
    if (value === undefined || value === null) return from
    const cursor = asText(value)
    if (cursor === null || cursor === '' || cursor.length > CURSOR_CHARACTERS) {
      throw new ProblemError('adapter.mapping', `${events.cursor.place}: found no cursor`)
    }
    return cursor
  }

  async function take(
    entries: readonly JsonValue[],
    context: AdapterContext,
  ): Promise<{ events: LocalEvent[]; held: typeof held }> {
    const taken: LocalEvent[] = []
    const blocked = new Set<string>()
    let first: Problem | null = null
    let count = 0
    const hold = (problem: Problem) => {
      first ??= problem
      count++
    }
    for (const [index, entry] of entries.entries()) {
      const made = mappingInput('events.list', entry)
      const number = made.ok ? await readCaseNo(events.localCaseNo, made.input) : made
      if (!made.ok || !number.ok) {
        // Without its case it is not known which later answers must wait for it, so all do.
        hold(number.ok ? { code: 'adapter.mapping' } : number.problem)
        count += entries.length - index - 1
        break
      }
      if (blocked.has(number.number)) {
        count++
        continue
      }
      const event = await readEvent(made.input, number.number, context)
      if (!event.ok) {
        hold(event.problem)
        blocked.add(number.number)
      } else if (event.event !== null) {
        taken.push(event.event)
      }
    }
    return { events: taken, held: first === null ? null : { problem: first, count } }
  }

  /** One answer as an event; null when it has no meaning here. */
  async function readEvent(
    input: MappingInput,
    localCaseNo: string,
    context: AdapterContext,
  ): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const kind = await events.kind.evaluate(input)
    if (!kind.ok) return kind
    if (kind.value === undefined || kind.value === null) return { ok: true, event: null }
    const body = typeof kind.value === 'string' ? events.body.get(kind.value as AnswerKind) : undefined
    if (body === undefined) return refuse('adapter.mapping', `${events.kind.place}: gave a kind that each.body lacks`)
    const id = await events.id.evaluate(input)
    if (!id.ok) return id
    const text = asText(id.value)
    if (text === null || !isLabel(text, EVENT_ID_CHARACTERS)) {
      return refuse('adapter.mapping', `${events.id.place}: found no id of 1 to ${EVENT_ID_CHARACTERS} characters`)
    }
    const mapped = await body.evaluate(input)
    if (!mapped.ok) return mapped
    const whole = await withFiles(mapped.value ?? null, context)
    if (!whole.ok) return whole
    const parsed = CASE_CONTENT[kind.value as AnswerKind].safeParse(whole.value)
    if (!parsed.success) return refuse('adapter.mapping', `${body.place}: ${fieldOf(parsed.error)}`)
    const move = { kind: kind.value, body: parsed.data } as MoveRequest
    return { ok: true, event: { id: text, localCaseNo, move } }
  }

  /** The body with its files fetched and kept, and named by their hashes. Throws `adapter.unavailable`. */
  async function withFiles(
    body: JsonValue,
    context: AdapterContext,
  ): Promise<{ ok: true; value: JsonValue } | Refused> {
    if (events.files === null || typeof body !== 'object' || body === null || Array.isArray(body))
      return { ok: true, value: body }
    const whole = { ...body }
    const problems: Refused[] = []
    const fetched = async (file: JsonValue | undefined): Promise<string> => {
      const kept = await fetchFile(asText(file) ?? '', context)
      if (!kept.ok) problems.push(kept)
      return kept.ok ? kept.sha256 : ''
    }
    if (Array.isArray(whole.documents)) {
      const documents: string[] = []
      for (const file of whole.documents) documents.push(await fetched(file))
      whole.documents = documents
    }
    if (Array.isArray(whole.attachments)) {
      const attachments: JsonValue[] = []
      for (const entry of whole.attachments) {
        const named = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry : {}
        attachments.push({ ...named, sha256: await fetched(named.sha256) })
      }
      whole.attachments = attachments
    }
    return problems[0] ?? { ok: true, value: whole }
  }

  async function fetchFile(file: string, context: AdapterContext): Promise<{ ok: true; sha256: string } | Refused> {
    const { files } = events
    if (files === null) return refuse('adapter.mapping', 'events.files: is missing')
    const address = files.address({ file })
    if (!address.ok) return address
    try {
      const answer = await download({ url: address.url, headers: files.headers }, plan.limits, context.signal, bytes =>
        context.keep(bytes),
      )
      if (answer.ok) return { ok: true, sha256: answer.value.sha256 }
      if ('why' in answer) throw new ProblemError('adapter.unavailable', `events.files: ${answer.why}`)
      if (mayPass(answer.status)) throw new ProblemError('adapter.unavailable', `events.files: HTTP ${answer.status}`)
      return refuse('adapter.mapping', `events.files: HTTP ${answer.status}`)
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code.startsWith('material.'))
        return refuse('adapter.mapping', `events.files: ${error.problem.code}`)
      throw error
    }
  }

  return {
    poll,
    /** The first problem of what is held back, null when nothing is. */
    held: (): string | null =>
      held === null ? null : `${held.problem.detail ?? held.problem.code}; answers held back: ${held.count || 'all'}`,
  }
}

async function evaluate(mapping: Mapping, input: MappingInput): Promise<JsonValue | undefined> {
  const mapped = await mapping.evaluate(input)
  if (!mapped.ok) throw problemOf(mapped)
  return mapped.value
}

const problemOf = ({ problem }: Refused): ProblemError => new ProblemError(problem.code, problem.detail)
