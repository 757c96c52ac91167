/** A move of one answer of the approval system: its kind, its body, and the files that it names. */
import { CASE_CONTENT, type MoveRequest } from '../../protocol/case/kinds.ts'
import type { Commitment, JsonValue } from '../../protocol/primitives.ts'
import { fieldOf } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  asText,
  type Download,
  download,
  isLabel,
  type Mapping,
  type MappingInput,
} from '../sdk/index.ts'
import { asking, type Caller } from './call.ts'
import type { AnswerKind } from './config.ts'
import { mayPass, type Verdict } from './judge.ts'
import type { ReadingPlan, RequestPlan, RestPlan } from './plan.ts'

const EVENT_ID_CHARACTERS = 200

/** The id that an answer has. Problem: `adapter.mapping`. */
export async function readId(mapping: Mapping, input: MappingInput): Promise<{ ok: true; id: string } | Refused> {
  const id = await mapping.evaluate(input)
  if (!id.ok) return id
  const text = asText(id.value)
  return text !== null && isLabel(text, EVENT_ID_CHARACTERS)
    ? { ok: true, id: text }
    : refuse('adapter.mapping', `${mapping.place}: found no id of 1 to ${EVENT_ID_CHARACTERS} characters`)
}

export const isNothing = (value: unknown): boolean => value === undefined || value === null

export const problemOf = ({ problem }: Refused): ProblemError => new ProblemError(problem.code, problem.detail)

/** What a mapping finds, of which all answers depend. Throws `adapter.mapping`. */
export async function evaluate(mapping: Mapping, input: MappingInput): Promise<JsonValue | undefined> {
  const mapped = await mapping.evaluate(input)
  if (!mapped.ok) throw problemOf(mapped)
  return mapped.value
}

/** The answer to a question. Polls go on whatever it was, so a refusal is a system that cannot be used just now: throws that. */
export function answered(verdict: Verdict): MappingInput {
  if (verdict.ok) return verdict.input
  throw new ProblemError(verdict.code === 'adapter.mapping' ? verdict.code : 'adapter.unavailable', verdict.detail)
}

/** The entries of a list; JSONata gives a list of one as the one itself. Throws `adapter.mapping`. */
export async function entriesOf(list: Mapping, input: MappingInput): Promise<JsonValue[]> {
  const found = await evaluate(list, input)
  return found === undefined || found === null ? [] : Array.isArray(found) ? found : [found]
}

export function createReading(plan: RestPlan, { kind: kindOf, bodies, files }: ReadingPlan, caller: Caller) {
  /** The move of an answer; null: it means nothing here. Throws `adapter.unavailable`. */
  async function moveOf(
    input: MappingInput,
    context: AdapterContext,
  ): Promise<{ ok: true; move: MoveRequest | null } | Refused> {
    const kind = await kindOf.evaluate(input)
    if (!kind.ok) return kind
    if (isNothing(kind.value)) return { ok: true, move: null }
    const body = typeof kind.value === 'string' ? bodies.get(kind.value as AnswerKind) : undefined
    if (body === undefined) return refuse('adapter.mapping', `${kindOf.place}: gave a kind that each.body lacks`)
    const mapped = await body.evaluate(input)
    if (!mapped.ok) return mapped
    const whole = await withFiles(mapped.value ?? null, context)
    if (!whole.ok) return whole
    const parsed = CASE_CONTENT[kind.value as AnswerKind].safeParse(whole.value)
    if (!parsed.success) return refuse('adapter.mapping', `${body.place}: ${fieldOf(parsed.error)}`)
    return { ok: true, move: { kind: kind.value, body: parsed.data } as MoveRequest }
  }

  /** The body with its files fetched and kept, and named by their hashes. Throws `adapter.unavailable`. */
  async function withFiles(
    body: JsonValue,
    context: AdapterContext,
  ): Promise<{ ok: true; value: JsonValue } | Refused> {
    if (files === null || typeof body !== 'object' || body === null || Array.isArray(body))
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
    if (files === null) return refuse('adapter.mapping', 'files: is missing')
    try {
      const answer = await fetched(files, file, context)
      if (answer.ok) return { ok: true, sha256: answer.value.sha256 }
      if ('why' in answer) throw new ProblemError('adapter.unavailable', `${files.place}: ${answer.why}`)
      if (mayPass(answer.status)) throw new ProblemError('adapter.unavailable', `${files.place}: HTTP ${answer.status}`)
      return refuse('adapter.mapping', `${files.place}: HTTP ${answer.status}`)
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code.startsWith('material.'))
        return refuse('adapter.mapping', `${files.place}: ${error.problem.code}`)
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
    const call = asking({ file }, { file })
    const made = await caller.prepare(files, call, context, stale)
    if (!made.ok) throw 'problem' in made ? problemOf(made) : new ProblemError(made.code, made.detail)
    const answer = await download(made.request, plan.limits, context.signal, bytes => context.keep(bytes))
    const { token } = made
    const over = !answer.ok && 'status' in answer && answer.status === 401
    return over && token !== null && stale === undefined ? fetched(files, file, context, token) : answer
  }

  return { moveOf }
}
