/**
 * Answers of the approval system, read page by page from a cursor and given raw: which one it is and of which case is told where
 * the mapping finds it. `read` makes a move of one; what it cannot read waits at the node until the mapping can.
 */
import { CASE_CONTENT, type MoveRequest } from '../../protocol/case/kinds.ts'
import type { Commitment, JsonValue } from '../../protocol/primitives.ts'
import { fieldOf } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  type Download,
  download,
  type LocalEvent,
  type Mapping,
  type MappingInput,
  mappingInput,
  type RawEvent,
} from '../sdk/index.ts'
import type { Call, Caller } from './call.ts'
import type { AnswerKind } from './config.ts'
import { asText, isLabel, mayPass, readCaseNo } from './judge.ts'
import type { EventsPlan, RequestPlan, RestPlan } from './plan.ts'

const EVENT_ID_CHARACTERS = 200
const CURSOR_CHARACTERS = 1000

/** A call that changes nothing over there. */
const asking = (values: Call['values'], input: MappingInput): Call => ({
  values,
  input,
  given: {},
  attempt: Number.POSITIVE_INFINITY,
  key: null,
})

export function createPoller(plan: RestPlan, events: EventsPlan, caller: Caller) {
  async function pageAfter(cursor: string, context: AdapterContext): Promise<MappingInput> {
    const verdict = await caller.ask(events, asking({ cursor }, { json: { cursor } }), context)
    if (verdict.ok) return verdict.input
    // Polls go on whatever it was, so a refusal is a system that cannot be used just now.
    throw new ProblemError(verdict.code === 'adapter.mapping' ? verdict.code : 'adapter.unavailable', verdict.detail)
  }

  async function poll(
    cursor: string | null,
    context: AdapterContext,
  ): Promise<{ events: readonly RawEvent[]; cursor: string }> {
    const from = cursor ?? events.start
    const page = await pageAfter(from, context)
    const list = await evaluate(events.list, page)
    // JSONata gives a list of one as the one itself.
    const entries = list === undefined || list === null ? [] : Array.isArray(list) ? list : [list]
    const next = await nextCursor(page, from)
    const raw: RawEvent[] = []
    for (const entry of entries) {
      const event = await rawOf(entry)
      if (event !== null) raw.push(event)
    }
    return { events: raw, cursor: next }
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

  /** One entry of the list, and what can be told of it already; null when it has no meaning here. */
  async function rawOf(entry: JsonValue): Promise<RawEvent | null> {
    const raw = JSON.stringify(entry)
    const made = mappingInput('events.list', entry)
    if (!made.ok) return { id: null, localCaseNo: null, raw }
    const kind = await events.kind.evaluate(made.input)
    if (kind.ok && isNothing(kind.value)) return null
    const id = await readId(made.input)
    const number = await readCaseNo(events.localCaseNo, made.input)
    return { id: id.ok ? id.id : null, localCaseNo: number.ok ? number.number : null, raw }
  }

  async function readId(input: MappingInput): Promise<{ ok: true; id: string } | Refused> {
    const id = await events.id.evaluate(input)
    if (!id.ok) return id
    const text = asText(id.value)
    return text !== null && isLabel(text, EVENT_ID_CHARACTERS)
      ? { ok: true, id: text }
      : refuse('adapter.mapping', `${events.id.place}: found no id of 1 to ${EVENT_ID_CHARACTERS} characters`)
  }

  async function read(raw: string, context: AdapterContext): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const made = mappingInput('events.list', JSON.parse(raw) as JsonValue)
    if (!made.ok) return made
    const { input } = made
    const kind = await events.kind.evaluate(input)
    if (!kind.ok) return kind
    if (isNothing(kind.value)) return { ok: true, event: null }
    const number = await readCaseNo(events.localCaseNo, input)
    if (!number.ok) return number
    const body = typeof kind.value === 'string' ? events.bodies.get(kind.value as AnswerKind) : undefined
    if (body === undefined) return refuse('adapter.mapping', `${events.kind.place}: gave a kind that each.body lacks`)
    const id = await readId(input)
    if (!id.ok) return id
    const mapped = await body.evaluate(input)
    if (!mapped.ok) return mapped
    const whole = await withFiles(mapped.value ?? null, context)
    if (!whole.ok) return whole
    const parsed = CASE_CONTENT[kind.value as AnswerKind].safeParse(whole.value)
    if (!parsed.success) return refuse('adapter.mapping', `${body.place}: ${fieldOf(parsed.error)}`)
    const move = { kind: kind.value, body: parsed.data } as MoveRequest
    return { ok: true, event: { id: id.id, localCaseNo: number.number, move } }
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
    try {
      const answer = await fetched(files, file, context)
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

  /** Once more with a new token where the first is refused. */
  async function fetched(
    files: RequestPlan,
    file: string,
    context: AdapterContext,
    stale?: string,
  ): Promise<Download<Commitment>> {
    const call = asking({ file }, { json: { file } })
    const made = await caller.prepare(files, call, context, stale)
    if (!made.ok) throw 'problem' in made ? problemOf(made) : new ProblemError(made.code, made.detail)
    const answer = await download(made.request, plan.limits, context.signal, bytes => context.keep(bytes))
    const { token } = made
    const over = !answer.ok && 'status' in answer && answer.status === 401
    return over && token !== null && stale === undefined ? fetched(files, file, context, token) : answer
  }

  return { poll, read }
}

const isNothing = (value: unknown): boolean => value === undefined || value === null

async function evaluate(mapping: Mapping, input: MappingInput): Promise<JsonValue | undefined> {
  const mapped = await mapping.evaluate(input)
  if (!mapped.ok) throw problemOf(mapped)
  return mapped.value
}

const problemOf = ({ problem }: Refused): ProblemError => new ProblemError(problem.code, problem.detail)
