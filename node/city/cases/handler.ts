/** What packets of a case mean to this node: admission, the projection that lists read, materials to fetch, work to dispatch. */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { admitCase, judgeCaseBody, openCaseBody } from '../../../protocol/case/admit.ts'
import { commitsBeyond } from '../../../protocol/case/commitment.ts'
import { type Correction, correctedBody, correctionsOf } from '../../../protocol/case/correct.ts'
import { type CaseState, foldOn } from '../../../protocol/case/fold.ts'
import { type CaseBody, type CaseKind, isMoveKind, UNTOLD_KINDS } from '../../../protocol/case/kinds.ts'
import { chargesBeyond } from '../../../protocol/case/payments.ts'
import { asksBeyond } from '../../../protocol/case/supplement.ts'
import { foldNumber } from '../../../protocol/codes/spelling.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import type { Problem, Refused } from '../../../protocol/problem.ts'
import { refuse } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import { foldAnew, readFold, writeFold } from '../../spine/dispatch/stored-fold.ts'
import type { Ends } from '../../spine/exchange/ends.ts'
import type { Applied, NamedMaterials, OwnIdentity, StoredPacket, ThreadHandler } from '../../spine/exchange/ports.ts'
import type { CaseClocks } from './clocks.ts'
import { type DutyColumns, dutyChange, dutyOf, dutyValues, saveDuty, type WrittenDuties } from './duties.ts'
import { createHeads } from './heads.ts'
import type { LookupKeys } from './lookup.ts'
import { noteMail } from './mail/troubles.ts'
import { maskName } from './mask.ts'
import { movesOriginals, noteOriginals } from './originals.ts'
import { AFTER_PURGE_DAYS, isPurged } from './purges.ts'
import { saveRatings } from './ratings.ts'
import { type Assignee, placeOf } from './rights.ts'
import { INSERT, updateOf } from './row-statements.ts'
import type { Row } from './rows.ts'
import type { SubmissionCheck } from './submission.ts'
import { printable, toPrint } from './to-print.ts'

export type CaseHandlerParts = {
  identity: OwnIdentity
  audit: Audit
  events: EventLog
  agreements: {
    covering(
      store: Reader,
      id: string,
      wanted: { collecting: string; handling: string; item: string; mode: CaseState['mode']; at: number },
    ): Promise<{ ok: true } | Refused>
  }
  materials: NamedMaterials
  dispatch: {
    /** `free`: nothing comes before it, and no material is lacking */
    enqueue(
      tx: Transaction,
      job: { packetNo: number; threadNo: number; at: number; free: boolean },
      about?: { item: string; mode: number; from: string; submittedAt: number },
    ): Promise<void>
    /** this city gave the case its number, or ended it */
    moved(tx: Transaction, moved: { threadNo: number; thread: string; state: CaseState }): Promise<void>
  }
  clocks: CaseClocks
  /** the pre-flight of what another city submits */
  submission: SubmissionCheck
  /** an item as a version of it was, or as it stands now when that is kept no more */
  item: (city: string, code: string, taskVersion: number) => Promise<ServiceItem | null>
  keys: LookupKeys
  /** whose a case is that is taken in here now, by thread */
  takers: ReadonlyMap<string, Assignee>
  /** the rows of own cases as they began, by their first packets: who wrote one need not read it back */
  begun: WeakMap<StoredPacket, Row>
  duties: WrittenDuties
  /** takes an application that the partner refused back */
  returned: (tx: Transaction, packet: StoredPacket, problem: Problem) => Promise<void>
  /** after the commit */
  changed: (change: { thread: string; state: CaseState; packet: StoredPacket | null }) => void
}

export type CaseHandler = ThreadHandler & {
  /** Writes the row of a case anew from its thread, as it was; a purged one stays. */
  rebuild(tx: Transaction, applied: Omit<Applied, 'packet'>): Promise<void>
}

/** Kinds whose content the item of the case must know. */
const BY_ITEM: ReadonlySet<string> = new Set<CaseKind>([
  'case.request-supplement',
  'case.commit',
  'case.request-payment',
])

/** Items that are remembered to be in the store. */
const ITEMS = 10_000

export function createCaseHandler(parts: CaseHandlerParts): CaseHandler {
  const { identity, audit, events } = parts
  /** codes with their names that the store has */
  const items = new Set<string>()
  const heads = createHeads()
  const phoneKey = (person: { phone?: string | undefined } | undefined): Uint8Array | null =>
    person?.phone === undefined ? null : parts.keys.phone(person.phone)

  async function admit(
    store: Reader,
    packets: readonly StoredPacket[],
    candidate: Parameters<ThreadHandler['admit']>[2],
  ) {
    const known = await heads.known(store, candidate.claims.thread, packets)
    const admitted = admitCase(packets, candidate, known)
    if (!admitted.ok) return admitted
    heads.admitted([...packets, candidate], admitted.state)
    const { iss: author, materials } = candidate.claims
    if (author !== identity.city && materials.length > 0) {
      const room = await parts.materials.room(store, author, materials.length)
      if (!room.ok) return room
    }
    if (BY_ITEM.has(candidate.claims.kind)) return (await beyondItem(packets, candidate)) ?? admitted
    if (candidate.claims.kind === 'case.object' && candidate.claims.iss !== identity.city)
      return (await parts.clocks.objectedLate(store, admitted.state, candidate.claims.iat)) ?? admitted
    if (candidate.claims.kind !== 'case.submit') return admitted
    const { iss, aud, agreement, iat } = candidate.claims
    const body = candidate.body as CaseBody<'case.submit'>
    const { item, mode } = body
    if (agreement === undefined) return refuse('agreement.none')
    const covered = await parts.agreements.covering(store, agreement, {
      collecting: iss,
      handling: aud,
      item: item.code,
      mode,
      at: iat,
    })
    // What this city writes itself was checked before it was written.
    return covered.ok && aud === identity.city ? parts.submission.judge(store, candidate.claims, body) : covered
  }

  /** A notice, a commitment and a fee are judged by the item in the version of the case, where that is held; both cities hold it while the case is new. */
  async function beyondItem(packets: readonly StoredPacket[], { claims, body }: Packet): Promise<Refused | null> {
    const submit = packets.find(packet => packet.claims.kind === 'case.submit')
    const given = submit?.body as CaseBody<'case.submit'> | null | undefined
    if (submit === undefined || given == null) return null
    const { code, version } = given.item
    const item = await parts.item(submit.claims.aud, code, version)
    if (item?.taskVersion !== version) return null
    if (claims.kind === 'case.request-payment') return chargesBeyond(body as CaseBody<'case.request-payment'>, item)
    if (claims.kind === 'case.commit') return commitsBeyond(body as CaseBody<'case.commit'>, item, given)
    return asksBeyond(body as CaseBody<'case.request-supplement'>, item, given)
  }

  /** The approval system of the handling city brings about what the other city asks; in mode 2 the collecting city decides itself. */
  function needsDispatch(packet: StoredPacket, state: CaseState): boolean {
    return (
      !UNTOLD_KINDS.has(packet.claims.kind) &&
      packet.direction === 'in' &&
      state.mover === identity.city &&
      !state.late.includes(packet.id)
    )
  }

  /** A store of before the purge, into which the purge itself came back, holds what its city deleted: that is over at once. */
  async function purgeOnOf(tx: Transaction, state: CaseState, at: number): Promise<string | null> {
    if (state.purgedBy.includes(identity.city)) return later(at, -1)
    return state.collecting === identity.city ? parts.clocks.purgeOn(tx, state) : null
  }

  /** A purged thread has ended, and its bodies are gone: what comes is put to the state that was kept. */
  async function afterPurge(tx: Transaction, { threadNo, packets, packet, at }: Applied): Promise<CaseState | null> {
    const [row] = await tx.query<{ fold: string }>('SELECT fold FROM cases WHERE thread_no = ?', [threadNo])
    if (row === undefined) return null
    const before = packets.filter(({ id }) => id !== packet?.id)
    const kept = readFold(row.fold)?.state ?? foldAnew(before, row.fold)
    if (kept === null) return null
    const state = packet === null ? kept : foldOn(kept, packet)
    const purgeOn = packet === null || packet.claims.kind === 'case.purge' ? null : later(at, AFTER_PURGE_DAYS)
    await tx.run(
      'UPDATE cases SET updated_at = ?, fold = ?, purge_on = coalesce(purge_on, ?), unread = unread + ? WHERE thread_no = ?',
      [at, writeFold(state, null), purgeOn, isMessage(packet) ? 1 : 0, threadNo],
    )
    await saveDuty(tx, parts, threadNo, state, packet === null ? [] : [packet])
    return state
  }

  /** `rebuilt`: all of it is written anew, whatever the newest packet is. */
  async function project(tx: Transaction, applied: Applied, rebuilt = false): Promise<CaseState | null> {
    if (isPurged(applied.packets)) return afterPurge(tx, applied)
    const { state, of } = heads.folded(applied.packets, applied.packet)
    if (state === null) {
      await tx.run('DELETE FROM cases WHERE thread_no = ?', [applied.threadNo])
      return null
    }
    const submit = applied.packets.find(packet => packet.claims.kind === 'case.submit')
    const corrected = applied.packet !== null && correctsSubmit(applied.packet, submit)
    const corrections = corrected || applied.packet?.id === submit?.id ? correctionsOf(applied.packets) : null
    const body = (
      submit === undefined || corrections === null ? null : correctedBody(submit, corrections)
    ) as CaseBody<'case.submit'> | null
    const fold = writeFold(state, of)
    const duty = await dutyOf(tx, parts, state)
    const role = state.collecting === identity.city ? 'collecting' : 'handling'
    const papers = role === 'collecting' && applied.packet !== null ? toPrint(applied.packet, applied.packets) : 0
    if (submit !== undefined && body !== null) {
      const { code, name } = body.item
      const taker = parts.takers.get(applied.thread)
      const row: Shown = {
        thread_no: applied.threadNo,
        role,
        partner: applied.partner,
        case_no: body.caseNo,
        local_case_no: state.localCaseNo,
        item_code: code,
        item_name: name,
        mode: body.mode,
        state: state.state,
        outcome: state.outcome,
        applicant: maskName(body.applicant.name),
        window: body.window ?? null,
        unread: 0,
        to_print: papers,
        assignee: taker?.id ?? null,
        assignee_name: taker?.name ?? null,
        passed_to: null,
        submitted_at: submit.claims.iat * 1000,
        updated_at: applied.at,
      }
      await tx.run(INSERT, [
        row.thread_no,
        row.role,
        row.partner,
        row.case_no,
        foldNumber(row.case_no),
        row.local_case_no,
        localKey(state),
        row.item_code,
        row.item_name,
        row.mode,
        row.state,
        row.outcome,
        row.applicant,
        parts.keys.number(body.applicant.idNumber),
        parts.keys.name(body.applicant.name),
        phoneKey(body.applicant),
        phoneKey(body.agent),
        row.window,
        placeOf(role, row.window, code),
        row.to_print,
        row.assignee,
        fromHex(state.agreement ?? ''),
        row.submitted_at,
        row.updated_at,
        fold,
        body.parent === undefined ? null : fromHex(body.parent),
        await purgeOnOf(tx, state, applied.at),
        ...dutyValues(duty),
      ])
      // It begins its thread: nothing of it stands in the store that is not written here.
      if (applied.packets.length === 1 && submit.direction === 'out')
        parts.begun.set(submit, {
          ...row,
          ...duty,
          thread: fromHex(applied.thread),
          parked: null,
          last_out: fromHex(submit.id),
          last_in: null,
        })
      const item = JSON.stringify([code, name])
      if (!items.has(item)) {
        await tx.run('INSERT INTO case_items (code, name) VALUES (?, ?) ON CONFLICT DO NOTHING', [code, name])
        tx.afterCommit(() => {
          if (items.size >= ITEMS) items.clear()
          items.add(item)
        })
      }
    }
    if (body === null || corrected) {
      const { set, params } = dutyChange(parts.duties.of(applied.threadNo), duty)
      await tx.run(updateOf(set), [
        state.state,
        state.outcome,
        state.localCaseNo,
        localKey(state),
        applied.at,
        fold,
        await purgeOnOf(tx, state, applied.at),
        papers,
        isMessage(applied.packet) ? 1 : 0,
        ...params,
        applied.threadNo,
      ])
    }
    parts.duties.note(tx, applied.threadNo, duty)
    await saveRatings(tx, parts.clocks, applied.threadNo, state, applied.packets, applied.packet !== null)
    if (movesOriginals(applied.packets, rebuilt ? null : applied.packet))
      await noteOriginals(tx, applied.threadNo, applied.packets, {
        own: identity.city,
        collecting: state.collecting,
      })
    return state
  }

  async function rebuild(tx: Transaction, applied: Omit<Applied, 'packet'>): Promise<void> {
    const submit = applied.packets.find(packet => packet.claims.kind === 'case.submit')
    if (isPurged(applied.packets)) return rekey(tx, parts, applied)
    if (submit === undefined) return
    await project(tx, { ...applied, packet: submit }, true)
  }

  return {
    type: 'case',
    openBody: openCaseBody,
    judgeBody: judgeCaseBody,
    async prepare({ claims, body }) {
      if (claims.kind === 'case.submit' && claims.aud === identity.city)
        await parts.submission.prepare(claims, body as CaseBody<'case.submit'>)
    },
    admit,

    async apply(tx, applied) {
      const state = await project(tx, applied)
      const { packet } = applied
      if (state === null || packet === null) return
      const lacks =
        packet.direction === 'in' &&
        packet.claims.materials.length > 0 &&
        (await parts.materials.want(tx, applied.partner, packet.claims.materials))
      if (packet.claims.kind === 'case.mail' && packet.body !== null)
        await noteMail(tx, applied.threadNo, packet.body as CaseBody<'case.mail'>, applied.at)
      if (needsDispatch(packet, state)) {
        const free = applied.packets.length === 1 && !lacks
        await parts.dispatch.enqueue(
          tx,
          { packetNo: packet.no, threadNo: applied.threadNo, at: applied.at, free },
          packet.claims.kind === 'case.submit' && state.item !== null
            ? {
                item: state.item.code,
                mode: state.mode,
                from: applied.partner,
                submittedAt: packet.claims.iat * 1000,
              }
            : undefined,
        )
      }
      if (packet.direction === 'out' && (packet.claims.kind === 'case.arrived' || hasEnded(packet.claims.kind, state)))
        await parts.dispatch.moved(tx, { threadNo: applied.threadNo, thread: applied.thread, state })
      await events.append(tx, { type: 'case.changed', subject: applied.thread, kind: packet.claims.kind })
      tx.afterCommit(() => parts.changed({ thread: applied.thread, state, packet }))
    },

    receipted: rebuild,
    rebuild,

    async refused(tx, applied, kind, problem, taken) {
      if (kind === 'case.submit') await parts.returned(tx, taken, problem)
      // What it said of the application is not so.
      if (kind === 'case.correct') await rebuild(tx, applied)
      const state = await project(tx, applied)
      // The case stands where it stood; the refusal is shown until the next step takes its place.
      await park(tx, applied, { ...problem, kind })
      await audit.append(tx, {
        actor: `city:${applied.partner}`,
        action: `${kind as CaseKind}.refused`,
        subject: applied.thread,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      })
      await events.append(tx, { type: 'case.changed', subject: applied.thread, kind })
      if (state !== null) tx.afterCommit(() => parts.changed({ thread: applied.thread, state, packet: null }))
    },

    async unwritten(tx, applied, problem, taken) {
      if (taken.claims.kind === 'case.submit') await parts.returned(tx, taken, problem)
      if (taken.claims.kind === 'case.correct') await rebuild(tx, applied)
      const state = await project(tx, applied)
      await park(tx, applied, { ...problem, kind: taken.claims.kind })
      await events.append(tx, { type: 'case.changed', subject: applied.thread, kind: taken.claims.kind })
      if (state !== null) tx.afterCommit(() => parts.changed({ thread: applied.thread, state, packet: null }))
    },
  }
}

/** Whether a packet corrects the application, by whose words the case is found. */
const correctsSubmit = ({ claims, body }: Packet, submit: Packet | undefined): boolean =>
  claims.kind === 'case.correct' && submit !== undefined && (body as Correction | null)?.packet === submit.id

/** Whether the step ended the case. */
const hasEnded = (kind: string, { state }: CaseState): boolean =>
  isMoveKind(kind) && (state === 'closed' || state === 'refused')

/** Says why the case waits; the papers of a step that is no more are not printed. */
const park = (
  tx: Transaction,
  { threadNo, packets }: Pick<Applied, 'threadNo' | 'packets'>,
  problem: Problem & { kind: string },
): Promise<unknown> =>
  tx.run('UPDATE cases SET parked = ?, to_print = to_print & ? WHERE thread_no = ?', [
    JSON.stringify(problem),
    printable(packets),
    threadNo,
  ])

/** Whether somebody here must read it. */
const isMessage = (packet: StoredPacket | null): boolean =>
  packet?.direction === 'in' && packet.claims.kind === 'case.message'

const localKey = ({ localCaseNo }: CaseState): string | null => (localCaseNo === null ? null : foldNumber(localCaseNo))

/** A purged case keeps its numbers, by which it is found as before, and its state, in the form of today. */
async function rekey(
  tx: Transaction,
  parts: Pick<CaseHandlerParts, 'clocks' | 'identity' | 'duties'>,
  { threadNo, packets }: Pick<Applied, 'threadNo' | 'packets'>,
): Promise<void> {
  const [row] = await tx.query<{ case_no: string; local_case_no: string | null; fold: string }>(
    'SELECT case_no, local_case_no, fold FROM cases WHERE thread_no = ?',
    [threadNo],
  )
  if (row === undefined) return
  const kept = readFold(row.fold)?.state ?? null
  const state = kept ?? foldAnew(packets, row.fold)
  if (kept === null && state !== null)
    await tx.run('UPDATE cases SET fold = ? WHERE thread_no = ?', [writeFold(state, null), threadNo])
  if (state !== null) await saveDuty(tx, parts, threadNo, state)
  const local = row.local_case_no === null ? null : foldNumber(row.local_case_no)
  await tx.run('UPDATE cases SET number_key = ?, local_key = ? WHERE thread_no = ?', [
    foldNumber(row.case_no),
    local,
    threadNo,
  ])
}

const later = (at: number, days: number): string => dayOf(Math.floor(at / 1000) + days * 86_400)

/** What lists show of a case that its first packet says. */
type Shown = Omit<Row, keyof DutyColumns | keyof Ends | 'thread' | 'parked'>
