/** What an answer of the other side says: what came of a packet, or a move on a case. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AnswerKind,
  asText,
  type Call,
  caseNoOf,
  isLabel,
  type LocalEvent,
  type MappingInput,
  mappingInput,
  moveOf,
  withFiles,
} from '../sdk/index.ts'
import { found, type InPlan } from './compile.ts'
import { FILE_DROP_LIMITS } from './limits.ts'
import { packetOf, partsOf } from './names.ts'
import { memoryOf, roundKey } from './out.ts'
import { type Place, unavailable } from './place.ts'

/** Characters of an id that the other side gives. */
const ID_CHARACTERS = 160
/** A code of a few letters and digits; anything longer might be a text about a person, unless `errors` lists it. */
const PLAIN_CODE = /^[A-Za-z]{0,4}[-_]?\d{1,6}$/

/** One answer of a file; `place` is its own id where the mapping tells none. */
export type Given = { place: string; entry: JsonValue }

export function createReading(plan: InPlan, files: Place) {
  async function idOf({ place }: Given, input: MappingInput): Promise<{ ok: true; id: string } | Refused> {
    const id = await found(plan.id, input)
    if (!id.ok) return id
    if (plan.id === null || id.value === null || id.value === '') return { ok: true, id: place }
    const text = asText(id.value)
    return text !== null && isLabel(text, ID_CHARACTERS)
      ? { ok: true, id: text }
      : refuse('adapter.mapping', `${plan.id.place}: found no id of 1 to ${ID_CHARACTERS} characters`)
  }

  async function numberOf(input: MappingInput): Promise<{ ok: true; number: string } | Refused> {
    const mapped = await found(plan.localCaseNo, input)
    if (!mapped.ok) return mapped
    return caseNoOf(plan.localCaseNo.place, mapped.value)
  }

  /** What can be told of an answer before it is read: null when it means nothing here. */
  async function tellOf(given: Given): Promise<{ id: string; localCaseNo: string | null } | null> {
    const made = mappingInput('in.list', given.entry)
    if (!made.ok) return { id: given.place, localCaseNo: null }
    const { input } = made
    const id = await idOf(given, input)
    const told = id.ok ? id.id : given.place
    const packet = await found(plan.packet, input)
    if (packet.ok && packet.value !== null) return { id: told, localCaseNo: null }
    const kind = await found(plan.kind, input)
    if (packet.ok && kind.ok && kind.value === null) return null
    const number = await numberOf(input)
    return { id: told, localCaseNo: number.ok ? number.number : null }
  }

  /** Throws `adapter.unavailable`, also for a file of the answer that is not there yet. */
  async function read(given: Given, call: Call): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const made = mappingInput('in.list', given.entry)
    if (!made.ok) return made
    const { input } = made
    const id = await idOf(given, input)
    if (!id.ok) return id
    const packet = await found(plan.packet, input)
    if (!packet.ok) return packet
    if (packet.value !== null) return outcome(id.id, packet.value, input, call)
    const kind = await found(plan.kind, input)
    if (!kind.ok) return kind
    if (kind.value === null) return { ok: true, event: null }
    const number = await numberOf(input)
    if (!number.ok) return number
    const at = await timeOf(input)
    if (!at.ok) return at
    const body = typeof kind.value === 'string' ? plan.bodies.get(kind.value as AnswerKind) : undefined
    if (body === undefined) return refuse('adapter.mapping', `${plan.kind?.place}: gave a kind that in.each.body lacks`)
    const mapped = await found(body, input)
    if (!mapped.ok) return mapped
    const whole = plan.files ? await withFiles(mapped.value, file => keep(file, call)) : mapped
    if (!whole.ok) return whole
    const moved = moveOf(body.place, kind.value as AnswerKind, whole.value)
    if (!moved.ok) return moved
    const { move } = moved
    return { ok: true, event: { id: id.id, localCaseNo: number.number, move, ...at.at } }
  }

  async function timeOf(input: MappingInput): Promise<{ ok: true; at: { at?: number } } | Refused> {
    const mapped = await found(plan.at, input)
    if (!mapped.ok) return mapped
    if (mapped.value === null) return { ok: true, at: {} }
    const at = Date.parse(String(mapped.value))
    return Number.isSafeInteger(at)
      ? { ok: true, at: { at } }
      : refuse('adapter.mapping', `${plan.at?.place}: not an instant; $instant(…) reads every common form`)
  }

  /** An acknowledgement. A refusal makes the next attempt a packet of its own, since the other side is done with this one. */
  async function outcome(
    id: string,
    named: JsonValue,
    input: MappingInput,
    { state }: Call,
  ): Promise<{ ok: true; event: LocalEvent } | Refused> {
    const packet = packetOf((asText(named) ?? '').trim().toLowerCase())
    if (packet === null)
      return refuse(
        'adapter.mapping',
        `${plan.packet?.place}: found neither an idempotency key nor the name of a folder`,
      )
    const { key, round } = packet
    const taken = await found(plan.taken, input)
    if (!taken.ok) return taken
    if (typeof taken.value !== 'boolean')
      return refuse('adapter.mapping', `${plan.taken?.place}: must be true or false`)
    if (taken.value) {
      const number = await numberOf(input)
      return { ok: true, event: { id, taken: key, ...(number.ok ? { localCaseNo: number.number } : {}) } }
    }
    const error = await found(plan.error, input)
    if (!error.ok) return error
    await state.update(roundKey(key), old => {
      if (old === null) return null
      const memory = memoryOf(old)
      if (memory.refusals.includes(id)) return old
      return JSON.stringify({
        round: Math.max(memory.round, (round ?? memory.round) + 1),
        refusals: [...memory.refusals, id],
      })
    })
    return { ok: true, event: { id, refused: key, ...refusal(error.value) } }
  }

  function refusal(value: JsonValue): { detail: string; theirCode?: string } {
    const code = asText(value)
    if (code === null) return { detail: 'refused by the other side' }
    const meaning = plan.errors.get(code)
    if (meaning !== undefined) return { detail: `error ${code}: ${meaning}`, theirCode: code }
    return PLAIN_CODE.test(code)
      ? { detail: `error ${code}`, theirCode: code }
      : { detail: 'an error that the configuration does not list' }
  }

  async function keep(path: string, { keep: keepFile, signal }: Call): Promise<{ ok: true; sha256: string } | Refused> {
    const parts = partsOf(path)
    if (parts === null)
      return refuse('adapter.mapping', 'in.files: a path that leads out of the folder, or has a name that is not read')
    let at = plan.folder
    for (const [index, part] of parts.entries()) {
      at = `${at}/${part}`
      const entry = await files.stat(at, signal)
      if (entry === null) throw unavailable('in.files: not there yet')
      const last = index === parts.length - 1
      if (last ? !entry.file : !entry.folder) return refuse('adapter.mapping', 'in.files: a link, or no file')
      if (entry.size > FILE_DROP_LIMITS.attachment && last)
        return refuse('adapter.mapping', `in.files: larger than ${FILE_DROP_LIMITS.attachment} bytes`)
    }
    try {
      const { sha256 } = await keepFile(streamOf(files.read(at, signal)))
      return { ok: true, sha256 }
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code.startsWith('material.'))
        return refuse('adapter.mapping', `in.files: ${error.problem.code}`)
      throw error
    }
  }

  return { tellOf, read }
}

function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}

/** The entries that a list gives; JSONata gives a list of one as the one itself. */
export const entriesOf = (value: JsonValue): JsonValue[] =>
  value === null ? [] : Array.isArray(value) ? value : [value]
