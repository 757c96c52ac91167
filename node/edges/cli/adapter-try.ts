/** `tongban adapter try`: what a mapping makes of a packet and of an answer, field by field. Nothing leaves this machine. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import * as z from 'zod'
import type {
  Adapter,
  Delivery,
  DeliveryResult,
  EntryField,
  LocalEvent,
  PlannedRequest,
  RawEvent,
} from '../../../adapters/sdk/port.ts'
import { sampleMaterial, samplePacket, sampleSubmit, testContext } from '../../../adapters/sdk/test-kit.ts'
import type { MoveRequest } from '../../../protocol/case/kinds.ts'
import { fieldOf } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import { isObject, type Json, type MappingFile, type MappingFlags, mappingOf } from './adapter-mapping.ts'
import { adapterOf, type Given, isCalled, within } from './adapter-trial.ts'
import type { CommandContext } from './context.ts'
import { outline } from './outline.ts'
import { inOneLine } from './output.ts'

export type Answer = {
  id: string | null
  localCaseNo: string | null
  move: MoveRequest | null
  /** of a packet that was handed over before */
  outcome: 'taken' | 'refused' | null
  problem: Problem | null
}

export type Tried = {
  /** what would be sent, of tables and folders what would be written; null without a packet, and where people type */
  requests: readonly PlannedRequest[] | null
  /** what people would type, of a manual adapter */
  sheet?: readonly EntryField[]
  /** what the answer to the packet comes to; null without one */
  result: DeliveryResult | null
  /** what the answers of the feed, or on a case, come to; null without one */
  answers: readonly Answer[] | null
  /** where the feed goes on */
  cursor: string | null
  /** why there is none of it */
  problem: Problem | null
}

const Packet = z.object({
  kind: z.string().min(1).max(100),
  body: z.record(z.string(), z.unknown()),
  caseNo: z.string().optional(),
  localCaseNo: z.string().nullable().optional(),
})
const SAMPLES = ['case.supplement', 'case.withdraw', 'case.remind', 'case.message'] as const
const LOCAL_CASE_NO = 'LOCAL-1'

/** A packet of a file, or a sample by its kind. Problem: `request.invalid`. */
export async function readPacket(named: string): Promise<Delivery> {
  const submit = sampleSubmit('tried', [sampleMaterial('tried')])
  if (named === 'case.submit') return submit
  if (SAMPLES.some(kind => kind === named)) return samplePacket(submit, named, LOCAL_CASE_NO)
  if (named.startsWith('case.'))
    throw new ProblemError(
      'request.invalid',
      `${named}: of this kind there is no sample; name a file with kind and body`,
    )
  const read = Packet.safeParse(jsonOf(await readTextFile(named, 'request.invalid'), named, 'request.invalid'))
  if (!read.success) throw new ProblemError('request.invalid', `${named}: ${fieldOf(read.error)}`)
  const { kind, body, caseNo = submit.caseNo } = read.data
  const begins = kind === 'case.submit'
  const { localCaseNo = begins ? null : LOCAL_CASE_NO } = read.data
  return {
    ...submit,
    kind,
    caseNo,
    body,
    localCaseNo,
    materials: begins ? submit.materials : [],
    ...(begins ? { submit: body } : {}),
  }
}

type TryFlags = MappingFlags & { answer?: string; events?: string; status?: string }

/** `named`: the file of the mapping and the packet; where `--adapter` names the mapping, the packet alone. */
export async function showMapping(
  context: CommandContext,
  named: readonly (string | undefined)[],
  { answer, events, status = '200', ...flags }: TryFlags,
): Promise<void> {
  const [file, packet] = flags.adapter !== undefined && named[1] === undefined ? [undefined, named[0]] : named
  if (packet === undefined && events === undefined)
    throw new ProblemError('request.invalid', 'a packet, or --events FILE')
  if (packet === undefined && answer !== undefined)
    throw new ProblemError('request.invalid', '--answer FILE: the packet that it answers is missing')
  const given = async (name: string): Promise<Given> => ({
    status: Number(status),
    type: TYPES[extname(name)] ?? 'application/json',
    bytes: new Uint8Array(await readFile(name)),
  })
  const tried = await tryMapping(await mappingOf(context, file, flags), {
    packet: packet === undefined ? null : await readPacket(packet),
    answer: answer === undefined ? null : await given(answer),
    events: events === undefined ? null : await given(events),
  })
  context.out.result(tried, textOf)
  if (tried.problem !== null) process.exitCode = 1
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.txt': 'text/plain', '.xml': 'text/xml' }

/** Problems: `config.invalid` for a mapping that is wrong; `request.invalid` for an answer that its kind has none of. */
export async function tryMapping(
  mapping: MappingFile,
  { packet, answer, events }: { packet: Delivery | null; answer: Given | null; events: Given | null },
): Promise<Tried> {
  const tried: Tried = { requests: null, result: null, answers: null, cursor: null, problem: null }
  if (answer !== null && !isCalled(mapping))
    throw new ProblemError(
      'request.invalid',
      '--answer: its system answers no call; what it tells later goes by --events',
    )
  if (packet !== null) {
    const adapter = await adapterOf(mapping)
    const planned = await adapter.plan?.(packet)
    if (planned?.ok === false) return { ...tried, problem: planned.problem }
    if (adapter.sheet === undefined) tried.requests = planned?.requests ?? []
    else tried.sheet = (await adapter.sheet(packet)).fields
  }
  if (packet !== null && answer !== null)
    tried.result = await within(onlyItself(mapping, packet.kind), answer, adapter =>
      adapter.deliver({ ...packet, materials: [] }, testContext().context),
    )
  if (events !== null) {
    try {
      Object.assign(tried, await within(mapping, events, read))
    } catch (error) {
      // What was given is none of its answers: that is no problem of the mapping.
      if (!(error instanceof ProblemError) || error.problem.code === 'request.invalid') throw error
      tried.problem = error.problem
    }
  }
  return tried
}

/** What the answers come to. Throws the problem of those of which not even single ones can be told. */
async function read(adapter: Adapter): Promise<Pick<Tried, 'answers' | 'cursor'>> {
  const { context } = testContext()
  const open = { thread: '0'.repeat(32), localCaseNo: LOCAL_CASE_NO, caseNo: '0', item: '', state: 'arrived' }
  const page = await (adapter.poll?.(null, context) ?? adapter.pollCase?.(open, null, context))
  if (page === undefined) throw new ProblemError('config.invalid', 'events: the mapping reads no answers')
  const answers: Answer[] = []
  for (const event of page.events) {
    const read = 'raw' in event ? await adapter.read?.(event.raw, context) : { ok: true as const, event }
    if (read?.ok === true) answers.push(answerOf(event, read.event))
    else answers.push({ ...answerOf(event, null), problem: read?.problem ?? null })
  }
  return { answers, cursor: 'cursor' in page ? page.cursor : null }
}

/** What was read, with what could be told of it before. */
export function answerOf(told: LocalEvent | RawEvent, event: LocalEvent | null): Answer {
  const { id } = event ?? told
  const localCaseNo = [event, told].map(one => (one !== null && 'localCaseNo' in one ? one.localCaseNo : null))
  return {
    id,
    localCaseNo: localCaseNo.find(Boolean) ?? null,
    move: event !== null && 'move' in event ? event.move : null,
    outcome: event === null ? null : 'taken' in event ? 'taken' : 'refused' in event ? 'refused' : null,
    problem: null,
  }
}

/** The mapping without the requests beside the one of the packet: the answer that is given is the answer to that. */
function onlyItself({ config, ...mapping }: MappingFile, kind: string): MappingFile {
  const alone = (value: unknown): unknown => {
    const { lookup, steps, ...rest } = value as Json
    return rest
  }
  const { register, packets } = config
  const others = isObject(packets) ? packets : {}
  const changed =
    kind === 'case.submit'
      ? { register: alone(register) }
      : isObject(others[kind])
        ? { packets: { ...others, [kind]: alone(others[kind]) } }
        : {}
  return { ...mapping, config: { ...config, ...changed } }
}

function textOf({ requests, sheet, result, answers, cursor, problem }: Tried): string {
  const lines: string[] = []
  for (const { method, url, headers, body } of requests ?? []) {
    lines.push(
      `→ ${method} ${url}`,
      ...(headers.length === 0 ? [] : [`  headers 请求头: ${headers.join(', ')}`]),
      ...indented(bodyText(body)),
    )
  }
  for (const { label, value, why } of sheet ?? [])
    lines.push(why === null ? `→ ${label}: ${value}` : `→ ${label}: ✗ ${inOneLine(why)}`)
  if (requests !== null && requests.length === 0) lines.push('→ nothing is sent 不发送')
  if (result !== null)
    lines.push(
      result.ok === true
        ? `← done 已办 ${result.localCaseNo ?? ''}`.trimEnd()
        : `← ${result.ok === false ? `${inOneLine(result)}${result.retryable ? ' (tried again 将重试)' : ''}` : 'handed over 已交'}`,
    )
  for (const { id, localCaseNo, move, outcome, problem: why } of answers ?? []) {
    const about = `← ${id ?? '?'} ${localCaseNo ?? '?'}`
    if (why !== null) lines.push(`${about}: ${inOneLine(why)}`)
    else if (outcome !== null) lines.push(`${about}: ${outcome === 'taken' ? 'taken 已收' : 'refused 拒收'}`)
    else if (move === null) lines.push(`${about}: no meaning here 在此无意义`)
    else lines.push(`${about}: ${move.kind}`, ...indented(outline(move.body)))
  }
  if (cursor !== null && cursor !== '') lines.push(`cursor 游标: ${cursor}`)
  if (problem !== null) lines.push(`✗ ${inOneLine(problem)}`)
  return lines.join('\n')
}

const indented = (text: string): string[] => (text === '' ? [] : text.split('\n').map(line => `  ${line}`))

/** The fields of a JSON body, line by line; any other text as it is. */
function bodyText(body: string | null): string {
  if (body === null) return ''
  try {
    const read: unknown = JSON.parse(body)
    return isObject(read) ? outline(read) : body
  } catch {
    return body
  }
}
