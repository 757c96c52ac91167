/**
 * Answers of a system that has no feed of them: it is asked about one case, and says all that happened to it, or only how it stands.
 * What was told before is remembered, so that a state that comes back is told again and nothing else is.
 */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../protocol/primitives.ts'
import type { Refused } from '../../protocol/problem.ts'
import {
  type Adapter,
  type AdapterContext,
  isNothing,
  type LocalEvent,
  mappingInput,
  type OpenCase,
  type RawEvent,
} from '../sdk/index.ts'
import { asking, type Caller } from './call.ts'
import type { CasesPlan, RestPlan } from './plan.ts'
import { answered, createReading, entriesOf, problemOf, readId } from './reading.ts'

export const CASES_LIMITS = {
  /** things that one case may have said to it; of more the oldest are forgotten, and would be told again */
  remembered: 2000,
} as const

/** `last`: the id of the state that was told last, the `count`th; `told`: digests of the ids of what was told. */
type Memory = { last: string | null; count: number; told: string[] }
const NOTHING: Memory = { last: null, count: 0, told: [] }

/** One answer as the node keeps it. */
type Kept = { id: string; localCaseNo: string; entry: JsonValue }

const digestOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 16)

export function createAsker(
  plan: RestPlan,
  cases: CasesPlan,
  caller: Caller,
): Required<Pick<Adapter, 'pollCase' | 'read'>> {
  const reading = createReading(plan, cases, caller)

  async function said(open: OpenCase, context: AdapterContext): Promise<JsonValue[]> {
    const { localCaseNo, caseNo, thread, item, state } = open
    const call = asking({ localCaseNo, caseNo, thread }, { localCaseNo, caseNo, thread, item, state })
    const answer = answered(await caller.ask(cases, call, context))
    return cases.list === null ? [answer.json] : entriesOf(cases.list, answer)
  }

  async function pollCase(
    open: OpenCase,
    memory: string | null,
    context: AdapterContext,
  ): Promise<{ events: RawEvent[]; memory: string | null }> {
    const before: Memory = memory === null ? NOTHING : (JSON.parse(memory) as Memory)
    const after: Memory = { ...before, told: [...before.told] }
    const told = new Set(before.told)
    const events: RawEvent[] = []
    for (const entry of await said(open, context)) {
      const made = mappingInput('cases.list', entry)
      if (!made.ok) throw problemOf(made)
      const found = await readId(cases.id, made.input)
      if (!found.ok) throw problemOf(found)
      const kind = await cases.kind.evaluate(made.input)
      if (cases.list === null) {
        if (found.id === before.last) continue
        after.last = found.id
        after.count++
      } else {
        const digest = digestOf(found.id)
        if (told.has(digest)) continue
        told.add(digest)
        after.told.push(digest)
      }
      if (kind.ok && isNothing(kind.value)) continue
      const { localCaseNo } = open
      // A state may come back: which time it is tells it from the one before. Its digest tells it from one that was lost meanwhile.
      const id =
        cases.list === null
          ? `${localCaseNo} ${after.count} ${digestOf(found.id)}`
          : `${localCaseNo} ${digestOf(found.id)}`
      const kept: Kept = { id, localCaseNo, entry }
      events.push({ id, localCaseNo, raw: JSON.stringify(kept) })
    }
    after.told = after.told.slice(-CASES_LIMITS.remembered)
    return { events, memory: JSON.stringify(after) }
  }

  async function read(raw: string, context: AdapterContext): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const { id, localCaseNo, entry } = JSON.parse(raw) as Kept
    const made = mappingInput('cases.list', entry)
    if (!made.ok) return made
    const moved = await reading.moveOf(made.input, context)
    if (!moved.ok) return moved
    return { ok: true, event: moved.move === null ? null : { id, localCaseNo, move: moved.move } }
  }

  return { pollCase, read }
}
