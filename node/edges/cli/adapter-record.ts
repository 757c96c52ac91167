/**
 * `tongban adapter record` and `adapter replay`: what the approval system was really sent and answered, kept as a file in which nobody
 * can be known, and played against a mapping again: a test that a change of it breaks nothing.
 */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod'
import { fieldOf } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import type { RecordApprovalSystemAnswer, RecordedExchange, RecordedPacket } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { type Json, type MappingFlags, mappingOf, wordsOf } from './adapter-mapping.ts'
import {
  createPlayer,
  type Difference,
  deliveryOf,
  differencesIn,
  fieldsOfAnswers,
  fieldsOfPacket,
  type Player,
  shownValue,
} from './adapter-play.ts'
import { instantOf } from './audit.ts'
import type { CommandContext } from './context.ts'

const FORM = 'tongban-recording/1'
/** characters of a recording: what is longer is no test that anybody looks at */
const MOST = 64 * 1024 * 1024
/** differences that are told line by line */
const TOLD = 200

const Fields = z.record(z.string(), z.string())
const Exchange = z.looseObject({
  call: z.string(),
  request: z.looseObject({ method: z.string(), url: z.string(), body: z.string().nullable() }),
  status: z.number().int().min(200).max(599).nullable(),
  answer: z.string().nullable(),
  /** what the mapping makes of it, by field; absent until one was played */
  expects: Fields.optional(),
})
const Packet = z.looseObject({
  idempotencyKey: z.string(),
  kind: z.string(),
  from: z.string(),
  to: z.string(),
  localCaseNo: z.string().nullable(),
  body: z.record(z.string(), z.unknown()),
  materials: z.array(
    z.looseObject({
      sha256: z.string(),
      size: z.number().int().min(0),
      type: z.string(),
      code: z.string(),
      name: z.string(),
    }),
  ),
  exchanges: z.array(Exchange),
  expects: Fields.optional(),
})
const Recording = z.looseObject({
  form: z.literal(FORM),
  cases: z.array(
    z.looseObject({
      thread: z.string(),
      caseNo: z.string(),
      packets: z.array(Packet),
      exchanges: z.array(Exchange),
      answers: z.array(z.looseObject({ raw: z.string(), expects: Fields.optional() })),
    }),
  ),
  pages: z.array(Exchange),
})
type Recording = z.infer<typeof Recording>

export type RecordFlags = MappingFlags & { since: string; until?: string; case?: string[]; keep: readonly string[] }

/** Pages of what a node recorded, each bounded. Problems: those of the node. */
export async function* recordingsOf(
  client: Client,
  { since, until, case: threads, adapter, keep }: RecordFlags,
  words: string[],
): AsyncGenerator<RecordApprovalSystemAnswer> {
  let cursor: string | undefined
  do {
    const found = await client.recordApprovalSystem({
      body: {
        since: instantOf(since),
        ...(until === undefined ? {} : { until: instantOf(until) }),
        ...(threads === undefined ? {} : { threads }),
        ...(adapter === undefined ? {} : { adapter }),
        ...(cursor === undefined ? {} : { cursor }),
        words,
        keep: [...keep],
      },
    })
    yield found
    cursor = found.next ?? undefined
  } while (cursor !== undefined)
}

export async function recordAdapter(
  context: CommandContext,
  file: string | undefined,
  flags: RecordFlags & { out: string },
): Promise<void> {
  const mapping = await mappingOf(context, file, flags)
  const player = await createPlayer(mapping)
  const recording: Recording = { form: FORM, cases: [], pages: [] }
  let characters = 0
  const words = wordsOf([mapping.config])
  for await (const { items, pages } of recordingsOf(await context.client(), flags, words)) {
    // The numbers of the cases themselves stay behind.
    for (const { as, packets, exchanges, answers } of items)
      recording.cases.push({ ...as, packets, exchanges, answers: answers.map(raw => ({ raw })) })
    recording.pages.push(...pages)
    characters += JSON.stringify({ items, pages }).length
    if (characters > MOST)
      throw new ProblemError(
        'request.invalid',
        '--since: too much for one recording; name cases by --case, or less time',
      )
  }
  await play(recording, player, true)
  await writeFile(resolve(flags.out), `${JSON.stringify(recording, null, 2)}\n`, { mode: 0o600 })
  context.out.result({ out: flags.out, ...countOf(recording) }, ({ cases, packets, traced, answers }) =>
    [
      `${flags.out}: ${cases} cases 办件, ${packets} packets 数据包 (${traced} traced 有往来记录), ${answers} answers 答复`,
      ...(traced === 0 ? ['  Nothing was traced: tongban trace on --hours 8 未跟踪过往来'] : []),
    ].join('\n'),
  )
}

function countOf({ cases, pages }: Recording) {
  const packets = cases.flatMap(one => one.packets)
  return {
    cases: cases.length,
    packets: packets.length,
    traced: packets.filter(({ exchanges }) => exchanges.length > 0).length,
    answers: pages.length + cases.reduce((sum, one) => sum + one.exchanges.length + one.answers.length, 0),
  }
}

export type Replayed = { of: string; differences: Difference[] }

/** Plays all of a recording; what is other than it expects. `update`: that is what it expects from now on. */
export async function play({ cases, pages }: Recording, player: Player, update: boolean): Promise<Replayed[]> {
  const found: Replayed[] = []
  const compare = (
    of: string,
    part: { expects?: Record<string, string> | undefined },
    now: ReadonlyMap<string, string>,
  ) => {
    const before = new Map(Object.entries(part.expects ?? {}))
    const differences = differencesIn(before, now)
    if (part.expects !== undefined && differences.length > 0) found.push({ of, differences })
    if (update || part.expects === undefined) part.expects = Object.fromEntries(now)
  }
  const page = async (of: string, exchange: z.infer<typeof Exchange>) => {
    const played = await player.page(exchange as RecordedExchange)
    if (played !== null) compare(of, exchange, fieldsOfAnswers(played))
  }
  for (const { thread, caseNo, packets, exchanges, answers } of cases) {
    const submit: Json | null = packets.find(({ kind }) => kind === 'case.submit')?.body ?? null
    for (const packet of packets) {
      const recorded = packet as unknown as RecordedPacket
      const played = await player.packet(deliveryOf(recorded, { thread, caseNo, submit }), recorded.exchanges)
      compare(`${caseNo} ${packet.kind}`, packet, fieldsOfPacket(played))
    }
    for (const exchange of exchanges) await page(`${caseNo} answers`, exchange)
    for (const answer of answers) compare(`${caseNo} answer`, answer, fieldsOfAnswers(await player.answer(answer.raw)))
  }
  for (const [index, exchange] of pages.entries()) await page(`page ${index + 1}`, exchange)
  return found
}

/** Problem: `request.invalid`. */
export async function readRecording(file: string): Promise<Recording> {
  const text = await readTextFile(file, 'request.invalid')
  const read = Recording.safeParse(jsonOf(text, file, 'request.invalid'))
  if (!read.success) throw new ProblemError('request.invalid', `${file}: ${fieldOf(read.error)}`)
  return read.data
}

export async function replayRecording(
  context: CommandContext,
  file: string,
  mapping: string | undefined,
  { update, ...flags }: MappingFlags & { update?: boolean },
): Promise<void> {
  const recording = await readRecording(resolve(file))
  const player = await createPlayer(await mappingOf(context, mapping, flags))
  const differing = await play(recording, player, update === true)
  if (update === true) await writeFile(resolve(file), `${JSON.stringify(recording, null, 2)}\n`, { mode: 0o600 })
  else if (differing.length > 0) process.exitCode = 1
  const counts = countOf(recording)
  context.out.result({ ...counts, differing }, () => textOf(differing, counts, update === true))
}

function textOf(
  differing: readonly Replayed[],
  { packets, answers }: ReturnType<typeof countOf>,
  updated: boolean,
): string {
  const lines = differing.flatMap(({ of, differences }) => [
    `✗ ${of}`,
    ...differences.map(({ field, before, after }) => `    ${field}: ${shownValue(before)} → ${shownValue(after)}`),
  ])
  const more = lines.length - TOLD
  const end =
    differing.length === 0
      ? `Same 一致: ${packets} packets 数据包, ${answers} answers 答复`
      : `Different 不一致: ${differing.length} of ${packets + answers}${updated ? '; expected from now on 已更新为预期' : ''}`
  return [...lines.slice(0, TOLD), ...(more > 0 ? [`… ${more} more lines 行 (--json)`] : []), end].join('\n')
}
