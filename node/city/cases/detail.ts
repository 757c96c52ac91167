/** One case as it is shown: its state, what may be done, what stands in its way, its timeline, and the bodies on their own. */
import { type Correction, correctionsOf } from '../../../protocol/case/correct.ts'
import type { CaseClock } from '../../../protocol/case/deadlines.ts'
import type { CaseState, Asked as Question } from '../../../protocol/case/fold.ts'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { questionsFor, stepsFor } from '../../../protocol/case/permits.ts'
import { differs } from '../../../protocol/packet/times.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Reader } from '../../kernel/store/database.ts'
import { foldAnew, type PacketsOf, readFold } from '../../spine/dispatch/stored-fold.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { OwnIdentity } from '../../spine/exchange/ports.ts'
import type { CaseClocks } from './clocks.ts'
import { type Asked, askedOf } from './countersigns.ts'
import { type LinkedCase, linkedTo } from './joint.ts'
import { openOriginals } from './originals.ts'
import { type CaseRow, type Fold, FROM, rowBy, rowOf } from './rows.ts'

export type TimelineEntry = {
  packet: string
  city: string
  kind: string
  /** ms of signing */
  at: number
  /** ms at which the officer of this city's approval system acted, as that says; null when it does not */
  actedAt: number | null
  status: 'pending' | 'stored'
  /** ms of the other city's receipt; null while there is none */
  receiptedAt: number | null
  /** both lie more than a day apart: days are counted by the receipt */
  differs: boolean
  /** arrived too late to have an effect */
  late: boolean
  /** packet id of the step that it corrects (更正) */
  corrects: string | null
  /** packet ids of the corrections of this step, in their order */
  correctedBy: string[]
}

/** What of a case goes on only when something outside is cured. `at` in ms. */
export type Waiting = {
  what: 'dispatch' | 'entry' | 'answer' | 'material'
  problem: Problem
  /** a person must retry it */
  parked: boolean
  at: number
}

export type CaseDetail = CaseRow & {
  fold: CaseState
  /** steps this city may take now */
  steps: CaseKind[]
  /** what the other city waits to have answered */
  questions: Question[]
  clock: CaseClock
  /** the cases of a joint one, this one among them, the leading first; none when it stands alone */
  linked: LinkedCase[]
  waiting: Waiting[]
  /** name of the approval system here to which it was routed; null: the city has one alone, or none took it */
  adapter: string | null
  /** originals that are neither given back nor kept in the file: those that this city must see to; null when there are none */
  originals: { ours: number; here: number; since: number } | null
  /** own steps that the other city refused, in their order, `at` in ms: they are in no thread, what they said stands among the bodies */
  refused: { packet: string; kind: string; at: number; problem: Problem }[]
  /** who is asked to countersign it and has not answered */
  asked: Asked
  timeline: TimelineEntry[]
}

export type CaseDetailsParts = {
  db: Database
  packets: () => PacketStore
  identity: Pick<OwnIdentity, 'city'>
  audit: Audit
  clocks: CaseClocks
  /** what stands in the way of a case at this node */
  waiting: (threadNo: number) => Promise<Waiting[]>
  systemOf: (threadNo: number) => Promise<string | null>
}

/** The thread of the leading case; null when the case leads, or stands alone. */
export async function parentOf(db: Reader, thread: string): Promise<string | null> {
  const [row] = await db.query<{ parent: Uint8Array | null }>(`SELECT c.parent ${FROM} WHERE t.thread = ?`, [
    fromHex(thread),
  ])
  return row?.parent == null ? null : toHex(row.parent)
}

export function createCaseDetails({ db, identity, audit, ...parts }: CaseDetailsParts) {
  const packetsOf: PacketsOf = (store, threadNo) => parts.packets().packets(store, threadNo)

  /** When the officer acted, by the numbers of packets. */
  async function actedIn(threadNo: number): Promise<ReadonlyMap<number, number>> {
    const rows = await db.query<{ no: number; at: number }>(
      'SELECT p.no, a.at FROM packets p JOIN acted_at a ON a.packet_no = p.no WHERE p.thread_no = ?',
      [threadNo],
    )
    return new Map(rows.map(({ no, at }) => [no, at]))
  }

  /** The steps that this city may take now; an objection only until its last day. */
  async function stepsNow(fold: CaseState): Promise<CaseKind[]> {
    const steps = stepsFor(fold, identity.city)
    if (!steps.includes('case.object')) return steps
    const over = (await parts.clocks.unlawful(db, fold, 'case.object', {})) !== null
    return steps.filter(kind => kind !== 'case.object' || !over)
  }

  return {
    /** Problem: `thread.unknown`. */
    async get(thread: string): Promise<CaseDetail> {
      const row = await rowOf(db, thread)
      const [held] = await db.query<Fold>('SELECT fold FROM cases WHERE thread_no = ?', [row.thread_no])
      if (held === undefined) throw new ProblemError('thread.unknown')
      const packets = await packetsOf(db, row.thread_no)
      const fold = readFold(held.fold)?.state ?? foldAnew(packets, held.fold)
      if (fold === null) throw new ProblemError('thread.unknown')
      const corrections = correctionsOf(packets)
      const acted = await actedIn(row.thread_no)
      return {
        ...rowBy(parts.clocks, identity.city, row),
        fold,
        steps: await stepsNow(fold),
        questions: await parts.clocks.dated(db, fold, questionsFor(fold, identity.city)),
        clock: await parts.clocks.of(db, fold),
        linked: await linkedTo(db, packetsOf, thread, await parentOf(db, thread)),
        waiting: await parts.waiting(row.thread_no),
        adapter: await parts.systemOf(row.thread_no),
        originals: await openOriginals(db, row.thread_no),
        asked: await askedOf(db, row.thread_no),
        refused: (await parts.packets().refused(db, row.thread_no)).map(({ id, kind, iat, problem }) => ({
          packet: id,
          kind,
          at: iat * 1000,
          problem,
        })),
        timeline: packets.map(packet => {
          const { no, id, claims, status, receivedAt } = packet
          const { iss, kind, iat } = claims
          return {
            packet: id,
            city: iss,
            kind,
            at: iat * 1000,
            actedAt: acted.get(no) ?? null,
            status,
            receiptedAt: receivedAt == null ? null : receivedAt * 1000,
            differs: receivedAt != null && differs(iat, receivedAt),
            late: fold.late.includes(id),
            corrects: kind === 'case.correct' ? ((packet.body as Correction | null)?.packet ?? null) : null,
            correctedBy: (corrections.get(id) ?? []).map(correction => correction.id),
          }
        }),
      }
    },

    /** The bodies of a case as the parties wrote them: personal data, so every reading leaves an audit row. */
    async bodies(
      thread: string,
      actor: string,
    ): Promise<{ packet: string; kind: string; city: string; body: unknown; refused: boolean }[]> {
      const row = await rowOf(db, thread)
      const packets = await parts.packets().packets(db, row.thread_no)
      const refused = await parts.packets().refused(db, row.thread_no)
      await db.transaction(tx => audit.append(tx, { actor, action: 'case.read', subject: thread }))
      return [
        ...packets.map(({ id, claims: { kind, iss }, body }) => ({
          packet: id,
          kind,
          city: iss,
          body,
          refused: false,
        })),
        ...refused.map(({ id, kind, body }) => ({ packet: id, kind, city: identity.city, body, refused: true })),
      ]
    },
  }
}

/** Joins what the dispatch and the materials say of one case. */
export const waitingOf = async (
  dispatch: { waitingOf(threadNo: number): Promise<Waiting[]> },
  materials: { waiting(threadNo: number): Promise<{ problem: Problem; ended: boolean; at: number }[]> },
  threadNo: number,
): Promise<Waiting[]> => [
  ...(await dispatch.waitingOf(threadNo)),
  ...(await materials.waiting(threadNo)).map(({ problem, ended, at }) => ({
    what: 'material' as const,
    problem,
    parked: ended,
    at,
  })),
]
