/**
 * Answers of the approval system, read page by page from a cursor and given raw: which one it is and of which case is told where
 * the mapping finds it. `read` makes a move of one; what it cannot read waits at the node until the mapping can.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  asText,
  isNothing,
  type LocalEvent,
  type MappingInput,
  mappingInput,
  type RawEvent,
  readCaseNo,
} from '../sdk/index.ts'
import { asking, type Caller } from './call.ts'
import type { EventsPlan, RestPlan } from './plan.ts'
import { answered, createReading, entriesOf, evaluate, readId } from './reading.ts'

const CURSOR_CHARACTERS = 1000

/** `keepsAll`: what has no meaning here is given all the same, since another mapping may find one in it. */
export function createPoller(plan: RestPlan, events: EventsPlan, caller: Caller, keepsAll: () => boolean) {
  const reading = createReading(plan, events, caller)

  async function poll(
    cursor: string | null,
    context: AdapterContext,
  ): Promise<{ events: readonly RawEvent[]; cursor: string }> {
    const from = cursor ?? events.start
    const page = answered(await caller.ask(events, asking({ cursor: from }, { cursor: from }), context))
    const entries = await entriesOf(events.list, page)
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
    if (!keepsAll() && kind.ok && isNothing(kind.value)) return null
    const id = await readId(events.id, made.input)
    const number = await readCaseNo(events.localCaseNo, made.input)
    return { id: id.ok ? id.id : null, localCaseNo: number.ok ? number.number : null, raw }
  }

  async function read(raw: string, context: AdapterContext): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const made = mappingInput('events.list', JSON.parse(raw) as JsonValue)
    if (!made.ok) return made
    const { input } = made
    const number = await readCaseNo(events.localCaseNo, input)
    const id = await readId(events.id, input)
    const moved = await reading.moveOf(input, context)
    if (!moved.ok || moved.move === null) return moved.ok ? { ok: true, event: null } : moved
    if (!number.ok) return number
    if (!id.ok) return id
    return { ok: true, event: { id: id.id, localCaseNo: number.number, move: moved.move } }
  }

  return { poll, read }
}
