/**
 * Recordings (录制) for whoever writes a mapping: packets that the approval system was handed, with what was traced of it, personal data
 * replaced by pseudonyms before it leaves the node. Pseudonyms follow from a key that lasts as long as the node runs and is nowhere
 * written, so that one person is the same one in all of them, and nobody can try who it is.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { DeliveredMaterial, Delivery, PlannedRequest } from '../../../adapters/sdk/port.ts'
import { createPseudonyms, type PseudonymOptions, type Pseudonyms } from '../../../adapters/sdk/pseudonyms.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { PacketStore } from '../exchange/packet-store.ts'
import { isGone } from '../exchange/ports.ts'
import type { CallKind } from './calls.ts'
import { toDelivery } from './to-delivery.ts'
import type { RecordedExchange, Trace } from './trace.ts'

export const RECORDING_LIMITS = {
  /** cases of an answer */
  cases: 50,
  /** characters of an answer, after which no more cases are added; one is there however long it is */
  characters: 4 * 1024 * 1024,
  /** answers of one case that are not settled, the oldest */
  answers: 200,
  /** texts that are of nobody, and names of fields */
  words: 5000,
  keep: 200,
} as const

export type RecordedRequest = Omit<PlannedRequest, 'headers'> & { headers: string[] }
export type Recorded = {
  call: CallKind
  request: RecordedRequest
  status: number | null
  answer: string | null
}
export type RecordedPacket = Pick<
  Delivery,
  'idempotencyKey' | 'kind' | 'from' | 'to' | 'localCaseNo' | 'submittedAt'
> & {
  body: Record<string, unknown>
  materials: Omit<DeliveredMaterial, 'open'>[]
  /** of this packet, the oldest first */
  exchanges: Recorded[]
}
/** `thread` and `caseNo` are those of the case; within `packets` and `exchanges` stand pseudonyms of them. */
export type RecordedCase = {
  thread: string
  caseNo: string
  /** as the packets name them */
  as: { thread: string; caseNo: string }
  packets: RecordedPacket[]
  /** answers that were asked for by case, the oldest first */
  exchanges: Recorded[]
  /** answers that are not settled, as the approval system gave them */
  answers: string[]
}

export type RecordingQuery = {
  /** when the cases were submitted, ms: from `since`, before `until` */
  since: number
  until: number
  threads?: readonly string[] | undefined
  /** of the approval system that the store names so; null: of all */
  lane: string | null
  limit: number
  after: readonly [submittedAt: number, no: number] | null
} & Pick<PseudonymOptions, 'keep'> & { words: readonly string[] }

export type RecordingParts = {
  db: Database
  packets: () => Pick<PacketStore, 'packets'>
  audit: Audit
  trace: Pick<Trace, 'contents'>
  /** what is not settled of a case's answers, as it was given; each look leaves an audit row of its own */
  waiting: (of: { threadNo: number; localCaseNo: string }, by: string) => Promise<string[]>
  key: Uint8Array
}

type Row = { no: number; thread: Uint8Array; case_no: string; fold: string; submitted_at: number }

export function createRecordings({ db, audit, trace, key, ...parts }: RecordingParts) {
  const recorded = (pseudonyms: Pseudonyms, { call, request, status, answer }: RecordedExchange): Recorded => ({
    call,
    status,
    request: {
      method: request.method,
      url: pseudonyms.url(request.url),
      headers: [...request.headers],
      body: request.body === null ? null : pseudonyms.text(request.body),
    },
    answer: answer === null ? null : pseudonyms.text(answer),
  })

  /** Null when nothing of the case is kept any more. */
  async function recordingOf(
    row: Row,
    { options, pages, by }: { options: PseudonymOptions; pages: Pseudonyms; by: string },
  ): Promise<RecordedCase | null> {
    const thread = toHex(row.thread)
    const fold = JSON.parse(row.fold) as CaseState
    const all = await parts.packets().packets(db, row.no)
    const handed = new Set(
      (await db.query<{ no: number }>('SELECT packet_no AS no FROM dispatch_jobs WHERE thread_no = ?', [row.no])).map(
        ({ no }) => no,
      ),
    )
    const wanted = all.filter(packet => handed.has(packet.no) && !isGone(packet))
    if (wanted.length === 0) return null
    const pseudonyms = createPseudonyms(key, options)
    const as = { thread: pseudonyms.number(thread), caseNo: pseudonyms.number(row.case_no) }
    const localCaseNo = fold.localCaseNo === null ? null : pseudonyms.number(fold.localCaseNo)
    const deliveries = wanted.map(packet =>
      toDelivery(packet, { thread, fold, packets: all }, 0, () => new ReadableStream()),
    )
    // All that is known of the people of the case is known before the first text is read.
    const bodies = deliveries.map(({ body }) => pseudonyms.body(body))
    for (const { body } of deliveries) pages.body(body)
    for (const known of [thread, row.case_no, fold.localCaseNo ?? '']) pages.number(known)
    for (const { idempotencyKey, materials } of deliveries)
      for (const known of [idempotencyKey, ...materials.map(({ sha256 }) => sha256)]) pseudonyms.number(known)
    const traced = await trace.contents(row.no)
    const exchanges = new Map<string | null, Recorded[]>()
    for (const exchange of traced) {
      exchanges.set(exchange.packet, [...(exchanges.get(exchange.packet) ?? []), recorded(pseudonyms, exchange)])
      await otherWork()
    }
    const packets = deliveries.map(({ idempotencyKey, kind, from, to, materials, submittedAt }, index) => ({
      idempotencyKey: pseudonyms.number(idempotencyKey),
      kind,
      from,
      to,
      localCaseNo: kind === 'case.submit' ? null : localCaseNo,
      submittedAt,
      body: bodies[index] ?? {},
      materials: materials.map(({ sha256, size, type, code, name }) => ({
        sha256: pseudonyms.number(sha256),
        size,
        type,
        code,
        name: pseudonyms.text(name),
      })),
      exchanges: exchanges.get(idempotencyKey) ?? [],
    }))
    const waiting =
      fold.localCaseNo === null ? [] : await parts.waiting({ threadNo: row.no, localCaseNo: fold.localCaseNo }, by)
    const answers = waiting.map(raw => pseudonyms.text(raw))
    const others = (exchanges.get(null) ?? []).filter(({ call }) => call !== 'deliver')
    return { thread, caseNo: row.case_no, as, packets, exchanges: others, answers }
  }

  /** Pages of answers name people of many cases; of those who are not known their form alone tells. */
  async function pagesOf(pseudonyms: Pseudonyms): Promise<Recorded[]> {
    const pages: Recorded[] = []
    for (const exchange of await trace.contents(null)) {
      if (exchange.call !== 'poll') continue
      pages.push(recorded(pseudonyms, exchange))
      await otherWork()
    }
    return pages
  }

  return {
    /**
     * Cases that an adapter was handed, the oldest first, and where to go on; with the first of them `pages`: answers that were asked for
     * by no case, the oldest first. Each case leaves an audit row, for it was read.
     */
    async list(
      { since, until, threads, lane, limit, after, words, keep = [] }: RecordingQuery,
      by: string,
    ): Promise<{ items: RecordedCase[]; pages: Recorded[]; next: [number, number] | null }> {
      const rows = await db.query<Row>(
        `SELECT c.thread_no AS no, t.thread, c.case_no, c.fold, c.submitted_at FROM cases c JOIN threads t ON t.no = c.thread_no
         WHERE c.submitted_at >= ? AND c.submitted_at < ? AND (c.submitted_at, c.thread_no) > (?, ?)
           AND (? OR t.thread IN (SELECT unhex(value) FROM json_each(?)))
           AND EXISTS (SELECT 1 FROM dispatch_jobs j WHERE j.thread_no = c.thread_no AND j.adapter = coalesce(?, j.adapter))
         ORDER BY c.submitted_at, c.thread_no LIMIT ?`,
        [
          since,
          until,
          ...(after ?? [-1, -1]),
          threads === undefined ? 1 : 0,
          JSON.stringify((threads ?? []).map(thread => toHex(fromHex(thread)))),
          lane,
          limit + 1,
        ],
      )
      const options = { words, keep }
      const known = createPseudonyms(key, options)
      const items: RecordedCase[] = []
      let characters = 0
      let last: Row | null = null
      for (const row of rows.slice(0, limit)) {
        if (characters > RECORDING_LIMITS.characters) break
        last = row
        const found = await recordingOf(row, { options, pages: known, by })
        await otherWork()
        if (found === null) continue
        characters += JSON.stringify(found).length
        items.push(found)
      }
      const pages = after === null ? await pagesOf(known) : []
      const subjects = [...items.map(({ thread }) => thread), ...(pages.length > 0 ? ['approval-system'] : [])]
      if (subjects.length > 0)
        await db.transaction(async tx => {
          for (const subject of subjects)
            await audit.append(tx, { actor: by, action: 'case.read', subject, detail: { for: 'recording' } })
        })
      const more = last !== null && last !== rows.at(-1)
      return { items, pages, next: more && last !== null ? [last.submitted_at, last.no] : null }
    },
  }
}
