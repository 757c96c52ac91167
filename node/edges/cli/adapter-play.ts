/** What a mapping makes of what was recorded: the packets as requests, the answers as steps. Nothing leaves this machine. */
import type { Adapter, Delivery, DeliveryResult, PlannedRequest } from '../../../adapters/sdk/port.ts'
import { testContext } from '../../../adapters/sdk/test-kit.ts'
import { readXml } from '../../../adapters/sdk/xml.ts'
import { jsonOfXml } from '../../../adapters/sdk/xml-json.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { RecordedExchange, RecordedPacket } from '../client/api.generated.ts'
import { isObject, type Json, type MappingFile } from './adapter-mapping.ts'
import { adapterOf, type Given, isCalled, within } from './adapter-trial.ts'
import { type Answer, answerOf, tryMapping } from './adapter-try.ts'

/** What is sent for a packet, and what the answer to it comes to; null where none was recorded. */
export type PlayedPacket = {
  requests: readonly PlannedRequest[]
  problem: Problem | null
  result: DeliveryResult | null
}
export type PlayedAnswers = { answers: readonly Answer[]; problem: Problem | null }

export type Player = Awaited<ReturnType<typeof createPlayer>>

/** Bytes of a material that was not recorded: as many as it has. */
const bytesOf = (size: number): ReadableStream<Uint8Array> => {
  let left = size
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close()
      const next = Math.min(left, 64 * 1024)
      left -= next
      controller.enqueue(new Uint8Array(next))
    },
  })
}

/** A recorded packet as an adapter is handed it; `submit` is the body with which its case began. */
export const deliveryOf = (
  { exchanges: _, materials, submittedAt, ...packet }: RecordedPacket,
  { thread, caseNo, submit }: { thread: string; caseNo: string; submit: Json | null },
): Delivery => ({
  ...packet,
  thread,
  caseNo,
  submit,
  attempt: 0,
  ...(submittedAt === undefined ? {} : { submittedAt }),
  materials: materials.map(material => ({ ...material, open: () => bytesOf(material.size) })),
})

const typeOf = (text: string): string =>
  /^\s*<(!doctype html|html)/i.test(text)
    ? 'text/html'
    : text.trimStart().startsWith('<')
      ? 'text/xml'
      : 'application/json'
const givenBy = ({ status, answer }: Pick<RecordedExchange, 'status' | 'answer'>): Given | null =>
  status === null || answer === null
    ? null
    : { status, type: `${typeOf(answer)}; charset=utf-8`, bytes: new TextEncoder().encode(answer) }

const problemOf = (error: unknown): Problem => {
  if (error instanceof ProblemError) return error.problem
  throw error
}

/** Problem: `config.invalid` for a mapping that is wrong. */
export async function createPlayer(mapping: MappingFile) {
  const adapter = await adapterOf(mapping)

  async function planned(delivery: Delivery): Promise<Pick<PlayedPacket, 'requests' | 'problem'>> {
    if (adapter.sheet !== undefined) {
      const { fields } = await adapter.sheet(delivery)
      const body = JSON.stringify(
        Object.fromEntries(fields.map(({ label, value, why }) => [label, why?.detail ?? value])),
      )
      return { requests: [{ method: 'TYPE', url: adapter.kind, headers: [], body }], problem: null }
    }
    const found = await adapter.plan?.(delivery)
    if (found?.ok === false) return { requests: [], problem: found.problem }
    return { requests: found?.requests ?? [], problem: null }
  }

  return {
    async packet(delivery: Delivery, exchanges: readonly RecordedExchange[]): Promise<PlayedPacket> {
      const sent = await planned(delivery)
      const last = exchanges.at(-1)
      const answer = last === undefined ? null : givenBy(last)
      if (sent.problem !== null || answer === null || !isCalled(mapping)) return { ...sent, result: null }
      const { result } = await tryMapping(mapping, { packet: delivery, answer, events: null })
      return { ...sent, result }
    },

    /** What an exchange in which answers were asked for comes to; null when none came. */
    async page(exchange: RecordedExchange): Promise<PlayedAnswers | null> {
      const events = givenBy(exchange)
      if (events === null || !isCalled(mapping)) return null
      const { answers, problem } = await tryMapping(mapping, { packet: null, answer: null, events })
      return { answers: answers ?? [], problem }
    },

    /** What one kept answer comes to; files that it names are a page each. */
    async answer(raw: string): Promise<PlayedAnswers> {
      const told = { id: null, localCaseNo: null, raw }
      const read = (one: Adapter) => one.read?.(raw, testContext().context)
      try {
        const found = await within(mapping, null, async one => read(one))
        if (found === undefined) return { answers: [], problem: null }
        return found.ok
          ? { answers: [answerOf(told, found.event)], problem: null }
          : { answers: [answerOf(told, null)], problem: found.problem }
      } catch (error) {
        return { answers: [], problem: problemOf(error) }
      }
    },
  }
}

/** Each value of a document by the place where it stands. */
function leavesOf(value: unknown, place: string, into: Map<string, string>): Map<string, string> {
  if (Array.isArray(value)) for (const [index, entry] of value.entries()) leavesOf(entry, `${place}.${index + 1}`, into)
  else if (isObject(value))
    for (const [name, entry] of Object.entries(value)) leavesOf(entry, place === '' ? name : `${place}.${name}`, into)
  else if (value !== undefined && value !== null)
    into.set(place, typeof value === 'string' ? value : JSON.stringify(value))
  return into
}

function bodyIn(body: string): unknown {
  const begin = body.trimStart().charAt(0)
  try {
    if (begin === '{' || begin === '[') return JSON.parse(body)
    if (begin === '<') {
      const read = readXml(body)
      return read.ok ? jsonOfXml(read.root) : body
    }
  } catch {
    return body
  }
  return /^[\w.%-]+=[^\s]*$/.test(body) ? Object.fromEntries(new URLSearchParams(body)) : body
}

/** Headers are told by name alone. */
const shownRequest = ({ method, url, headers, body }: PlannedRequest) => ({
  to: `${method} ${url.replace(/^\w+:\/\/[^/]*/, '')}`,
  headers: Object.fromEntries(headers.map(name => [name, 'sent'])),
  body: body === null ? 'bytes of a material' : bodyIn(body),
})

/** Every field of what a packet became. */
export const fieldsOfPacket = ({ requests, problem, result }: PlayedPacket): Map<string, string> =>
  leavesOf(
    { request: requests.map(shownRequest), refused: problem, result: result === null ? undefined : result },
    '',
    new Map(),
  )
export const fieldsOfAnswers = ({ answers, problem }: PlayedAnswers): Map<string, string> =>
  leavesOf({ answer: answers, refused: problem }, '', new Map())

/** A value that is other than before; null where there is none. */
export type Difference = { field: string; before: string | null; after: string | null }

export function differencesIn(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Difference[] {
  const fields = [...new Set([...before.keys(), ...after.keys()])]
  return fields.flatMap(field => {
    const was = before.get(field) ?? null
    const is = after.get(field) ?? null
    return was === is ? [] : [{ field, before: was, after: is }]
  })
}

const SHOWN = 80
export const shownValue = (value: string | null): string =>
  value === null ? '–' : JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value)
