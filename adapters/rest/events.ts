/**
 * Answers of the approval system, read page by page from a cursor and given raw: which one it is and of which case is told where
 * the mapping finds it. `read` makes a move of one; what it cannot read waits at the node until the mapping can.
 */
import { CASE_CONTENT, type MoveRequest } from '../../protocol/case/kinds.ts'
import type { JsonValue } from '../../protocol/primitives.ts'
import { fieldOf } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  type Answer,
  download,
  type LocalEvent,
  type Mapping,
  type MappingInput,
  mappingInput,
  type RawEvent,
  sendTraced,
} from '../sdk/index.ts'
import type { AnswerKind } from './config.ts'
import { asText, isLabel, judge, mayPass, readCaseNo } from './judge.ts'
import type { EventsPlan, RestPlan } from './plan.ts'

const EVENT_ID_CHARACTERS = 200
const CURSOR_CHARACTERS = 1000

/** `hidden`: secrets, which no trace shows. */
export function createPoller(plan: RestPlan, events: EventsPlan, hidden: ReadonlySet<string>) {
  async function pageAfter(cursor: string, context: AdapterContext): Promise<MappingInput> {
    const address = events.address({ cursor })
    if (!address.ok) throw problemOf(address)
    const answer: Answer = await sendTraced(
      { method: events.method, url: address.url, headers: events.headers },
      plan.limits,
      context,
      hidden,
    )
    const verdict = await judge(events, answer, plan.errors, Number.POSITIVE_INFINITY)
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
    const body = typeof kind.value === 'string' ? events.body.get(kind.value as AnswerKind) : undefined
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

  return { poll, read }
}

const isNothing = (value: unknown): boolean => value === undefined || value === null

async function evaluate(mapping: Mapping, input: MappingInput): Promise<JsonValue | undefined> {
  const mapped = await mapping.evaluate(input)
  if (!mapped.ok) throw problemOf(mapped)
  return mapped.value
}

const problemOf = ({ problem }: Refused): ProblemError => new ProblemError(problem.code, problem.detail)
