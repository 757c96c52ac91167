/** A move of one answer of the approval system: its kind, its body, and the files that it names. */
import type { MoveRequest } from '../../protocol/case/kinds.ts'
import type { Commitment, JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  type AnswerKind,
  asText,
  type Download,
  download,
  isLabel,
  isNothing,
  type Mapping,
  type MappingInput,
  moveOf,
  withFiles,
} from '../sdk/index.ts'
import { asking, type Caller } from './call.ts'
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
  async function moveIn(
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
    const content = mapped.value ?? null
    const whole =
      files === null
        ? { ok: true as const, value: content }
        : await withFiles(content, file => fetchFile(files, file, context))
    if (!whole.ok) return whole
    return moveOf(body.place, kind.value as AnswerKind, whole.value)
  }

  /** Throws `adapter.unavailable`. */
  async function fetchFile(
    files: RequestPlan,
    file: string,
    context: AdapterContext,
  ): Promise<{ ok: true; sha256: string } | Refused> {
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

  return { moveOf: moveIn }
}
