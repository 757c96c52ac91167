/** What adapters with a mapping do alike: which part of it hands a packet over, and what they read of answers. */
import { CASE_CONTENT, type MoveRequest } from '../../protocol/case/kinds.ts'
import { fieldOf, type JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { AnswerKind } from './configuration.ts'
import { asText, isCaseNo } from './labels.ts'
import type { Mapping, MappingInput } from './mapping.ts'
import type { Delivery, DeliveryResult } from './port.ts'

type Handing<P> = {
  register: P
  packets: ReadonlyMap<string, P>
  /** null: nothing says where materials go */
  materials: unknown
  /** what becomes of a kind that is not mapped */
  unmapped: string
}

/** How a delivery is handed over; null when its kind is left out. Problem: `adapter.mapping`. */
export function packetOf<P>(plan: Handing<P>, { kind, materials }: Delivery): { ok: true; packet: P | null } | Refused {
  const packet = kind === 'case.submit' ? plan.register : plan.packets.get(kind)
  if (packet === undefined)
    return plan.unmapped === 'ignore'
      ? { ok: true, packet: null }
      : refuse('adapter.mapping', `packets: ${kind} is not mapped`)
  if (plan.materials === null && materials.length > 0)
    return refuse('adapter.mapping', 'materials: the configuration does not say where they go')
  return { ok: true, packet }
}

/** A delivery that the mapping cannot make: a person must see to it. */
export const mappingFailed = ({ problem }: Refused): Extract<DeliveryResult, { ok: false }> => ({
  ok: false,
  code: 'adapter.mapping',
  detail: problem.detail ?? problem.code,
  retryable: false,
})

export const isNothing = (value: unknown): value is undefined | null => value === undefined || value === null

/** A value as a local case number; `place` is where it was read. Problem: `adapter.mapping`. */
export function caseNoOf(place: string, value: JsonValue | undefined): { ok: true; number: string } | Refused {
  const number = asText(value)
  return number !== null && isCaseNo(number)
    ? { ok: true, number }
    : refuse('adapter.mapping', `${place}: found no local case number of 1 to 100 characters`)
}

/** The local case number that an answer names. Problem: `adapter.mapping`. */
export async function readCaseNo(
  mapping: Mapping,
  input: MappingInput,
): Promise<{ ok: true; number: string } | Refused> {
  const mapped = await mapping.evaluate(input)
  return mapped.ok ? caseNoOf(mapping.place, mapped.value) : mapped
}

/** The body of an answer with its files kept, and named by their hashes. Problem: that of the first that cannot be. */
export async function withFiles(
  body: JsonValue,
  keep: (file: string) => Promise<{ ok: true; sha256: string } | Refused>,
): Promise<{ ok: true; value: JsonValue } | Refused> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { ok: true, value: body }
  const whole = { ...body }
  let problem: Refused | null = null
  const kept = async (file: JsonValue | undefined): Promise<string> => {
    const found = await keep(asText(file) ?? '')
    if (!found.ok) problem ??= found
    return found.ok ? found.sha256 : ''
  }
  if (Array.isArray(whole.documents)) {
    const documents: string[] = []
    for (const file of whole.documents) documents.push(await kept(file))
    whole.documents = documents
  }
  if (Array.isArray(whole.attachments)) {
    const attachments: JsonValue[] = []
    for (const entry of whole.attachments) {
      const named = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry : {}
      attachments.push({ ...named, sha256: await kept(named.sha256) })
    }
    whole.attachments = attachments
  }
  return problem ?? { ok: true, value: whole }
}

/** A move of what was found for it; `place` is where. Problem: `adapter.mapping`, naming the field that does not fit. */
export function moveOf(place: string, kind: AnswerKind, content: JsonValue): { ok: true; move: MoveRequest } | Refused {
  const parsed = CASE_CONTENT[kind].safeParse(content)
  return parsed.success
    ? { ok: true, move: { kind, body: parsed.data } as MoveRequest }
    : refuse('adapter.mapping', `${place}: ${fieldOf(parsed.error)}`)
}

/** Work on one key at a time, in the order in which it was asked for; one that fails holds up nobody. */
export function createTurns() {
  const running = new Map<string, Promise<unknown>>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = running.get(key)
    const mine = (async () => {
      await before?.catch(() => {})
      return work()
    })()
    running.set(key, mine)
    try {
      return await mine
    } finally {
      if (running.get(key) === mine) running.delete(key)
    }
  }
}
