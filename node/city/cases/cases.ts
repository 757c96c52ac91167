/** Cases (办件): submit, take each step, list, show with timeline. May import the exchange, other concerns' services through its parts, the store. */

import { type AgreedItem, type AgreementDocument, agreedItem } from '../../../protocol/agreement/document.ts'
import { type Correction, correctionsOf } from '../../../protocol/case/correct.ts'
import { implausible } from '../../../protocol/case/days.ts'
import type { CaseClock, Duty } from '../../../protocol/case/deadlines.ts'
import type { Asked, CaseState } from '../../../protocol/case/fold.ts'
import {
  AUTHORS,
  CASE_CONTENT,
  type CaseContent,
  type CaseKind,
  type Mode,
  materialsOf,
} from '../../../protocol/case/kinds.ts'
import { questionsFor, stepsFor } from '../../../protocol/case/permits.ts'
import {
  type Application,
  type Finding,
  type FormFault,
  type MaterialNames,
  minimise,
  preflight,
} from '../../../protocol/case/preflight.ts'
import { unsound } from '../../../protocol/case/sound.ts'
import type { State } from '../../../protocol/case/table.ts'
import { differs } from '../../../protocol/packet/times.ts'
import { type Commitment, fieldOf, fromHex, toHex } from '../../../protocol/primitives.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { changedSince, type Done, isAsSeen, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { foldAnew, type PacketsOf, readFold, stateOf } from '../../spine/dispatch/stored-fold.ts'
import { type Ends, endColumns, lastHere, lastThere, versionAt, versionOfEnds } from '../../spine/exchange/ends.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { Author, Draft, OwnIdentity, StoredPacket, Target } from '../../spine/exchange/ports.ts'
import type { CaseClocks } from './clocks.ts'
import { createDue } from './due.ts'
import { casesOf, handOver, type JointCase, type LinkedCase, linkedTo, repeated } from './joint.ts'
import type { LookupKeys } from './lookup.ts'
import { CASE_NO_DIGITS, type CaseNumbers } from './numbers.ts'
import { type HeldScans, miscounted, type PageCounter } from './scans.ts'
import { namingAuthorisation, preflightError, tell, withAuthorisation } from './submission.ts'

export type CasesParts = {
  db: Database
  packets: () => PacketStore
  author: () => Author
  identity: OwnIdentity
  audit: Audit
  events: EventLog
  clock: Clock
  services: { item(city: string, code: string): Promise<ServiceItem | null> }
  agreements: {
    find(wanted: {
      collecting: string
      handling: string
      item: string
      mode: Mode
      /** the version to begin under; absent: the newest that covers it */ agreement?: string | undefined
    }): Promise<{ id: string; document: AgreementDocument }>
  }
  pages: PageCounter
  /** how the materials of a partner's item are called in both lists, by the pairs of the agreement or the saved ones */
  names: (
    partner: string,
    item: ServiceItem,
    agreed: readonly { collecting: string; handling: string }[] | undefined,
  ) => Promise<MaterialNames[]>
  /** data against a form that the other city wrote; null when it cannot be used */ checkForm: (
    form: Record<string, unknown>,
    data: Record<string, unknown>,
  ) => Promise<FormFault[] | null>
  clocks: CaseClocks
  /** what stands in the way of a case at this node */ waiting: (threadNo: number) => Promise<Waiting[]>
  threadId: () => string
  keys: Pick<LookupKeys, 'number'>
  numbers: CaseNumbers
}

/** A new case as a clerk gives it: item by code, the rest of `case.submit`. */
export type NewCase = Omit<CaseContent<'case.submit'>, 'caseNo' | 'item' | 'receivedAt'> & {
  to: string
  item: string
  receivedAt?: string | undefined
  caseNo?: string | undefined
  /** whose codes the materials have; `own` ones become the partner's by the mapping of the item */
  codes?: 'own' | 'handling' | undefined
  /** the version of an agreement to begin under; the newest that covers it when absent */ agreement?:
    | string
    | undefined
}

/** `common`: fields of the form that were entered once for several items. */
type Input = NewCase & { common?: string[] | undefined }

export type Due = {
  duty: Duty
  city: string
  day: string
  /** past the holiday tables (暂定) */ provisional: boolean
  level: 'green' | 'yellow' | 'red' | 'overdue'
  /** working days left */ left: number
}

export type CaseRow = {
  no: number
  thread: string
  caseNo: string
  localCaseNo: string | null
  role: 'collecting' | 'handling'
  partner: string
  item: { code: string; name: string }
  mode: Mode
  state: State
  outcome: string | null
  /** masked name */ applicant: string
  parked: (Problem & { kind?: string }) | null
  /** division code of the city that must act next; null at the end */ holder: string | null
  /** what is due first, by either city; null when nothing is */ due: Due | null
  /** what this city itself must do first; null when nothing is due */ ownDue: Due | null
  /** window that took it */ window: string | null
  /** account that works on it here */ assignee: string | null
  /** another one whenever either city takes a step, or it is given to another account */ version: string
  submittedAt: number
  updatedAt: number
}

export type TimelineEntry = {
  packet: string
  city: string
  kind: string
  /** ms of signing */ at: number
  status: 'pending' | 'stored'
  /** ms of the other city's receipt; null while there is none */ receiptedAt: number | null
  /** both lie more than a day apart: days are counted by the receipt */ differs: boolean
  /** arrived too late to have an effect */ late: boolean
  /** packet id of the step that it corrects (更正) */ corrects: string | null
  /** packet ids of the corrections of this step, in their order */ correctedBy: string[]
}

/** What of a case goes on only when something outside is cured. `at` in ms. */
export type Waiting = {
  what: 'dispatch' | 'answer' | 'material'
  problem: Problem /** a person must retry it */
  parked: boolean
  at: number
}

export type CaseDetail = CaseRow & {
  fold: CaseState
  /** steps this city may take now */ steps: CaseKind[]
  /** what the other city waits to have answered */ questions: Asked[]
  clock: CaseClock
  /** the cases of a joint one, this one among them, the leading first; none when it stands alone */ linked: LinkedCase[]
  waiting: Waiting[]
  /** own steps that the other city refused, in their order, `at` in ms: they are in no thread, what they said stands among the bodies */
  refused: { packet: string; kind: string; at: number; problem: Problem }[]
  timeline: TimelineEntry[]
}

type Row = Ends & {
  thread_no: number
  thread: Uint8Array
  case_no: string
  local_case_no: string | null
  role: 'collecting' | 'handling'
  partner: string
  item_code: string
  item_name: string
  mode: Mode
  state: State
  outcome: string | null
  applicant: string
  parked: string | null
  holder: string | null
  due: string | null
  due_from: string | null
  due_duty: Duty | null
  due_city: string | null
  due_provisional: number
  own_due: string | null
  own_from: string | null
  own_duty: Duty | null
  own_provisional: number
  window: string | null
  assignee: string | null
  submitted_at: number
  updated_at: number
}

/** CaseState as JSON */
type Fold = { fold: string }

const COLUMNS = `c.thread_no, t.thread, c.case_no, c.local_case_no, c.role, c.partner, c.item_code, c.item_name, c.mode, c.state,
  c.outcome, c.applicant, c.parked, c.holder, c.due, c.due_from, c.due_duty, c.due_city, c.due_provisional,
  c.own_due, c.own_from, c.own_duty, c.own_provisional, c.window, c.assignee, c.submitted_at, c.updated_at, ${endColumns('c.thread_no')}`
/** As the audit log tells that a case was given to an account. */
export const ASSIGNED = 'case.assigned'
const FROM = 'FROM cases c JOIN threads t ON t.no = c.thread_no'

export type Cases = ReturnType<typeof createCases>

export function createCases(parts: CasesParts) {
  const { db, identity, clock, audit } = parts

  const packetsOf: PacketsOf = (store, threadNo) => parts.packets().packets(store, threadNo)
  const toRow = (row: Row): CaseRow => rowBy(parts.clocks, identity.city, row)
  const due = createDue({ db, clock, clocks: parts.clocks, identity, events: parts.events, packets: packetsOf })

  type Checked = {
    content: CaseContent<'case.submit'>
    materials: Commitment[]
    /** under which it would begin, or why under none */ agreement: { id: string } | ProblemError
    findings: Finding[]
  }
  type Sound = Pick<Checked, 'content' | 'materials'> & { input: Input; agreement: { id: string } }

  /** `looks`: scans are opened that nobody asked to. */
  async function check(input: Input, looks = false): Promise<Checked> {
    const { to, item: code, caseNo, receivedAt, codes, agreement: named, common = [], ...typed } = input
    const rest = withAuthorisation(withoutBlanks(typed))
    const item = await parts.services.item(to, code)
    if (item === null) throw new ProblemError('item.unknown')
    const agreement = await parts.agreements
      .find({ collecting: identity.city, handling: to, item: code, mode: input.mode, agreement: named })
      .catch((error: unknown) => {
        if (error instanceof ProblemError) return error
        throw error
      })
    const agreed = agreement instanceof ProblemError ? null : agreedItem(agreement.document, to, code)
    const names = await parts.names(to, item, agreed?.materialMapping)
    const theirCode = (own: string): string => names.find(({ collecting }) => collecting === own)?.handling ?? own
    const asked = item.form?.properties
    const given: Application = {
      ...rest,
      // Of what is entered once for several items, each takes what its form asks for.
      form: Object.fromEntries(
        Object.entries(rest.form).filter(
          ([name]) => asked === undefined || !common.includes(name) || Object.hasOwn(asked as object, name),
        ),
      ),
      ...(codes === 'own'
        ? { materials: rest.materials.map(material => ({ ...material, code: theirCode(material.code) })) }
        : {}),
      receivedAt: receivedAt ?? new Date(clock.now()).toISOString(),
      item: {
        ...{ code, name: item.taskName, version: item.taskVersion },
        ...{ promiseDay: item.promiseDay, anticipateDay: item.anticipateDay },
      },
    }
    const { content: application, kept } = minimise(given, { item, agreed })
    const content = { ...application, caseNo: caseNo ?? '-' }
    const hashes = materialsOf('case.submit', content)
    const { materials, held } = await scansOf(hashes)
    const faults = item.form === undefined ? [] : await parts.checkForm(item.form, application.form)
    const findings = namingAuthorisation(
      preflight({ content: application, item, agreed, names, checkForm: () => faults }),
      application,
    )
    // What stays here must hold too; the other city will not see it.
    if (kept.some(path => path.startsWith('form.')) && item.form !== undefined)
      for (const { path, reason, reasonZh } of (await parts.checkForm(item.form, given.form)) ?? [])
        if (kept.includes(`form.${path.split('.')[0]}`))
          findings.push({ field: `form.${path}`, level: 'error', cure: 'clerk', reason, reasonZh })
    for (const field of kept)
      findings.push({
        ...{ field, level: 'notice', cure: 'administrator' },
        ...{ reason: 'stays in this city: it is not shared', reasonZh: '不在共享字段内，仅留存本市，不随办件发送' },
      })
    findings.push(...(await miscounted(parts.pages, content.materials, held, looks)))
    for (const [index, hash] of hashes.entries()) {
      if (!held.has(hash)) {
        findings.push({
          ...{ field: `materials.${index}.sha256`, level: 'error', cure: 'clerk' },
          ...{ reason: 'not uploaded', reasonZh: '材料尚未上传' },
        })
      }
    }
    return { content, materials, agreement, findings }
  }

  /** The scans of a step that are held, as the packet names them. */
  async function scansOf(hashes: readonly string[]): Promise<{ materials: Commitment[]; held: HeldScans }> {
    const found = await parts.pages.held(hashes)
    return {
      materials: found.map(({ commitment }) => commitment),
      held: new Map(found.map(({ commitment, counted }) => [commitment.sha256, counted])),
    }
  }

  /** A case as the author writes it. */
  const targetOf = (
    { input, content, materials, agreement }: Sound,
    thread: string,
    caseNo: string,
    parent: string | undefined,
  ): Target => ({
    ...{ thread, partner: input.to, no: 'new' },
    drafts: [
      {
        ...{ kind: 'case.submit', materials, agreement: agreement.id },
        content: { ...content, caseNo, ...(parent === undefined ? {} : { parent }) },
      },
    ],
  })

  /** Throws what keeps any of the cases from being sent; of several, every fault with the place of its item. */
  async function checkAll(inputs: readonly Input[]) {
    const sound: (Sound & Pick<Checked, 'findings'>)[] = []
    const faults: { index: number; problem: Problem; errors?: readonly Finding[] }[] = []
    for (const [index, input] of inputs.entries()) {
      const checked = await check(input).catch(unknownItem)
      if ('problem' in checked) {
        faults.push({ index, problem: checked.problem })
        continue
      }
      const { agreement, findings } = checked
      const errors = findings.filter(({ level }) => level === 'error')
      if (errors.length > 0) faults.push({ index, problem: preflightError(errors).problem, errors })
      if (agreement instanceof ProblemError) faults.push({ index, problem: agreement.problem })
      else sound.push({ ...checked, input, agreement })
    }
    // Under which agreement it would begin comes first: without one the rest is in vain.
    const [first] = faults.toSorted(
      (a, b) => Number(a.problem.code === 'case.preflight') - Number(b.problem.code === 'case.preflight'),
    )
    if (first === undefined) return sound
    if (inputs.length === 1)
      throw new ProblemError(first.problem.code, first.problem.detail, { errors: first.errors ?? [] })
    const errors = faults.flatMap(fault =>
      (fault.errors ?? []).map(entry => ({ ...entry, field: `items.${fault.index}.${entry.field}` })),
    )
    const told = faults.map(({ index, problem: { code, detail } }) =>
      [
        `items.${index}`,
        ...(code === first.problem.code ? [] : [code]),
        ...(detail === undefined ? [] : [detail]),
      ].join(': '),
    )
    throw new ProblemError(first.problem.code, told.join('; '), { errors })
  }

  /** Writes the cases in one transaction; the second and further ones name the first as their lead. */
  async function submitAll(
    inputs: readonly Input[],
    actor: string,
    alongside?: (tx: Transaction) => Promise<void>,
  ): Promise<CaseRow[]> {
    const lead = inputs.length > 1 ? parts.threadId() : undefined
    const targets: Target[] = []
    for (const [index, checked] of (await checkAll(inputs)).entries())
      targets.push(
        targetOf(
          checked,
          index === 0 && lead !== undefined ? lead : parts.threadId(),
          checked.input.caseNo ?? (await parts.numbers.next()),
          index === 0 ? checked.input.parent : lead,
        ),
      )
    await parts.author().writeAll(targets, async (tx, written) => {
      await act(tx)
      for (const packet of written) {
        const { caseNo } = packet.body as CaseContent<'case.submit'>
        await audit.append(tx, {
          ...{ actor, action: 'case.submit', subject: packet.claims.thread },
          detail: { packet: packet.id, case: caseNo },
        })
      }
      await alongside?.(tx)
    })
    return Promise.all(targets.map(async ({ thread }) => toRow(await rowOf(thread))))
  }

  /** All that would keep a case from being sent; `follows` where it would name another as its lead. */
  async function faultsOf(input: Input, follows = false): Promise<Finding[]> {
    const { agreement, findings, ...checked } = await check(input, true)
    const found = [...daysOf(checked.content, seconds(clock.now())), ...findings, ...(await alreadyOpen(input))]
    if (agreement instanceof ProblemError) return [findingOf(agreement.problem), ...found]
    if (found.some(({ level }) => level === 'error')) return found
    // What was not found by looking is found by going the way itself, up to its last step.
    const parent = follows ? parts.threadId() : input.parent
    const caseNo = input.caseNo ?? `${identity.city}${'0'.repeat(CASE_NO_DIGITS)}`
    const target = targetOf({ ...checked, input, agreement }, parts.threadId(), caseNo, parent)
    const refusal = await parts
      .author()
      .rehearse([target])
      .then(() => null, refused)
    return refusal === null ? found : [findingOf(refusal), ...found]
  }

  /** A case of the same person for the same item that has not ended: perhaps it is taken in twice. */
  async function alreadyOpen({ to, item, applicant }: Input): Promise<Finding[]> {
    const [open] = await db.query<{ case_no: string }>(
      `SELECT case_no FROM cases WHERE applicant_key = ? AND item_code = ? AND partner = ? AND role = 'collecting'
       AND state NOT IN ('closed', 'refused') LIMIT 1`,
      [parts.keys.number(applicant.idNumber), item, to],
    )
    if (open === undefined) return []
    return [
      {
        ...{ field: 'applicant.idNumber', level: 'notice', cure: 'clerk' },
        ...{ reason: `case ${open.case_no} of the same person for the same item has not ended` },
        reasonZh: `该申请人的同一事项已有未办结的办件 ${open.case_no}，请确认是否重复收件`,
      },
    ]
  }

  async function parentOf(thread: string): Promise<string | null> {
    const [row] = await db.query<{ parent: Uint8Array | null }>(`SELECT c.parent ${FROM} WHERE t.thread = ?`, [
      fromHex(thread),
    ])
    return row?.parent == null ? null : toHex(row.parent)
  }

  async function threadOf(thread: string): Promise<{ no: number; partner: string; fold: string | null }> {
    const [row] = await db.query<{ no: number; partner: string; fold: string | null }>(
      `SELECT t.no, t.partner, c.fold FROM threads t LEFT JOIN cases c ON c.thread_no = t.no
       WHERE t.thread = ? AND t.type = 'case'`,
      [fromHex(thread)],
    )
    if (row === undefined) throw new ProblemError('thread.unknown')
    return row
  }

  async function draftOf(kind: CaseKind, input: unknown): Promise<Draft> {
    const parsed = CASE_CONTENT[kind].safeParse(input)
    if (!parsed.success) throw new ProblemError('request.invalid', fieldOf(parsed.error))
    const hashes = materialsOf(kind, parsed.data)
    const { materials, held } = await scansOf(hashes)
    const missing = hashes.findIndex(hash => !held.has(hash))
    if (missing >= 0) throw new ProblemError('material.missing', `materials.${missing}`, { act: 'you' })
    const wrong =
      kind === 'case.supplement'
        ? await miscounted(parts.pages, (parsed.data as CaseContent<'case.supplement'>).materials, held)
        : []
    const errors = wrong.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw new ProblemError('request.invalid', tell(errors), { errors })
    return { kind, content: parsed.data, materials }
  }

  async function step(
    thread: string,
    steps: readonly { kind: CaseKind; body: unknown }[],
    actor: string,
    alongside?: (tx: Transaction) => Promise<void>,
    seen?: Seen,
  ): Promise<readonly StoredPacket[]> {
    const { no, partner, fold } = await threadOf(thread)
    await assertAsSeen(db, thread, seen)
    const drafts = await Promise.all(steps.map(({ kind, body }) => draftOf(kind, body)))
    const [first, ...rest] = drafts
    if (first === undefined) throw new ProblemError('request.invalid', 'no step')
    if (fold !== null) await due.check({ threadNo: no, fold }, drafts)
    const write = parts.author().write({ thread, partner, no }, [first, ...rest], async (tx, written) => {
      await assertWrittenOn(tx, thread, written, seen)
      await act(tx)
      for (const packet of written) {
        await audit.append(tx, { actor, action: packet.claims.kind, subject: thread, detail: { packet: packet.id } })
      }
      await alongside?.(tx)
    })
    return write.catch(async (error: unknown) => {
      // What was refused for what somebody did meanwhile is told as that.
      await assertAsSeen(db, thread, seen)
      throw error
    })
  }

  /** The steps that this city may take now; an objection only until its last day. */
  async function stepsNow(fold: CaseState): Promise<CaseKind[]> {
    const steps = stepsFor(fold, identity.city)
    if (!steps.includes('case.object')) return steps
    const over = (await parts.clocks.unlawful(db, fold, 'case.object', {})) !== null
    return steps.filter(kind => kind !== 'case.object' || !over)
  }

  async function rowOf(thread: string, store: Reader = db): Promise<Row> {
    const [row] = await store.query<Row>(`SELECT ${COLUMNS} ${FROM} WHERE t.thread = ?`, [fromHex(thread)])
    if (row === undefined) throw new ProblemError('thread.unknown')
    return row
  }

  /** Problem: `request.precondition` when the case is another than its caller saw. */
  async function assertAsSeen(store: Reader, thread: string, seen: Seen): Promise<void> {
    if (seen === undefined) return
    const row = await rowOf(thread, store)
    if (!isAsSeen(seen, versionOf(row))) throw await changedSince(store, await doneTo(store, row, seen))
  }

  /** The same in the transaction of a step, whose packets are in the thread already: the first one names those before it. */
  async function assertWrittenOn(
    tx: Transaction,
    thread: string,
    written: readonly StoredPacket[],
    seen: Seen,
  ): Promise<void> {
    const claims = written.find(packet => packet.claims.thread === thread)?.claims
    if (claims === undefined) return assertAsSeen(tx, thread, seen)
    if (seen === undefined) return
    const row = await rowOf(thread, tx)
    const before = versionWith(versionAt(claims.prev, claims.seen), row.assignee)
    if (!isAsSeen(seen, before)) throw await changedSince(tx, await doneTo(tx, row, seen))
  }

  /** What was done to a case since it was seen: last by whoever acts here, and last by the other city. */
  async function doneTo(store: Reader, row: Row, seen: Seen): Promise<Done[]> {
    const [own, other, assignee] = partsOf(versionOf(row))
    const known = (seen ?? []).map(partsOf)
    const here = !known.some(before => before[0] === own && before[2] === assignee)
    const there = !known.some(before => before[1] === other)
    return [
      ...(here ? await lastHere(store, toHex(row.thread), [...Object.keys(AUTHORS), ASSIGNED]) : []),
      ...(there ? await lastThere(store, row.thread_no) : []),
    ]
  }

  return {
    /** Problems: `thread.unknown`, `request.precondition` when the case is another than its caller saw. */
    assertAsSeen,

    /** All that would keep the case from being sent, without sending it. Throws `item.unknown`. */
    preflight: (input: Input): Promise<Finding[]> => faultsOf(input),

    /** The same of every item of a joint one, each finding under `items.N`. Problem: `request.invalid`. */
    async preflightJoint(joint: JointCase): Promise<Finding[]> {
      const findings: Finding[] = []
      for (const [index, input] of casesOf(joint).entries()) {
        const found = await faultsOf(input, index > 0).catch(unknownItem)
        for (const finding of 'problem' in found ? [findingOf(found.problem)] : found)
          findings.push({ ...finding, field: `items.${index}.${finding.field}` })
      }
      return [...findings, ...repeatedItems(joint)]
    },

    /** What an item asks for at this counter, and in which modes an agreement covers it now. Throws `item.unknown`. */
    async guide(city: string, code: string) {
      const item = await parts.services.item(city, code)
      if (item === null) throw new ProblemError('item.unknown')
      const modes: { mode: Mode; agreement: string }[] = []
      let agreed: AgreedItem | null = null
      for (const mode of item.modes) {
        const found = await parts.agreements
          .find({ collecting: identity.city, handling: city, item: code, mode })
          .catch((error: unknown) => {
            if (error instanceof ProblemError) return null
            throw error
          })
        if (found === null) continue
        modes.push({ mode, agreement: found.id })
        agreed ??= agreedItem(found.document, city, code)
      }
      return { item, modes, agreed, names: await parts.names(city, item, agreed?.materialMapping) }
    },

    /** Signs and queues a new case; durable when it resolves, whether or not the partner can be reached. */
    async submit(input: NewCase, actor: string, alongside?: (tx: Transaction) => Promise<void>): Promise<CaseRow> {
      const [row] = await submitAll([input], actor, alongside)
      if (row === undefined) throw new ProblemError('thread.unknown')
      return row
    },

    /** Submits the cases of a joint one (多地联办, 一件事), all or none, the leading first. Problems: as of `submit`. */
    submitJoint: async (
      joint: JointCase,
      actor: string,
      alongside?: (tx: Transaction) => Promise<void>,
    ): Promise<CaseRow[]> => {
      const twice = repeatedItems(joint)
      if (twice.length > 0) throw preflightError(twice)
      return submitAll(casesOf(joint), actor, alongside)
    },

    /**
     * Hands the results of a joint case over that are there and were not received yet; how many, and whose are still to come.
     * Problem: `case.transition` when there is none.
     */
    async handOver(
      thread: string,
      by: string | undefined,
      actor: string,
      seen?: Seen,
    ): Promise<{ handedOver: number; missing: LinkedCase[] }> {
      await assertAsSeen(db, thread, seen)
      const { ready, missing } = handOver(await linkedTo(db, packetsOf, thread, await parentOf(thread)))
      if (ready.length === 0)
        throw new ProblemError(
          'case.transition',
          missing.length === 0
            ? 'no joint case with a result that was not received yet'
            : missing.map(({ partner, item, state }) => `${partner} ${item.name}: no result yet (${state})`).join('; '),
        )
      const content = { receivedAt: new Date(clock.now()).toISOString(), ...(by === undefined ? {} : { by }) }
      await parts.author().writeAll(
        ready.map(({ thread, partner }) => ({ thread, partner, drafts: [{ kind: 'case.result-received', content }] })),
        async (tx, written) => {
          await assertWrittenOn(tx, thread, written, seen)
          await act(tx)
          for (const packet of written)
            await audit.append(tx, {
              ...{ actor, action: packet.claims.kind, subject: packet.claims.thread },
              detail: { packet: packet.id },
            })
        },
      )
      return { handedOver: ready.length, missing }
    },

    /**
     * Takes one step on a case, as it was `seen`. Problems: `request.precondition`, `case.transition`, `case.author`, `material.missing`,
     * `request.invalid`, `exchange.recovering`.
     */
    async step(thread: string, kind: CaseKind, body: unknown, actor: string, seen?: Seen): Promise<CaseRow> {
      await step(thread, [{ kind, body }], actor, undefined, seen)
      return toRow(await rowOf(thread))
    },

    /** Several steps in one transaction with `alongside`: of adapters, of carriers. */
    moves: (
      thread: string,
      moves: readonly { kind: CaseKind; body: unknown }[],
      actor: string,
      alongside: (tx: Transaction) => Promise<void>,
    ) => step(thread, moves, actor, alongside),

    async byLocalCaseNo(localCaseNo: string): Promise<{ thread: string; no: number; state: CaseState } | null> {
      const [row] = await db.query<Pick<Row, 'thread' | 'thread_no'> & Fold>(
        `SELECT t.thread, c.thread_no, c.fold ${FROM} WHERE c.local_case_no = ? AND c.role = 'handling'`,
        [localCaseNo],
      )
      if (row === undefined) return null
      const state = await stateOf(db, packetsOf, { threadNo: row.thread_no, fold: row.fold })
      return state === null ? null : { thread: toHex(row.thread), no: row.thread_no, state }
    },

    /** Cases by number, in this order; one that is gone is left out. */
    async rows(numbers: readonly number[]): Promise<CaseRow[]> {
      const found = await db.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE c.thread_no IN (SELECT value FROM json_each(?))`,
        [JSON.stringify(numbers)],
      )
      const byNo = new Map(found.map(row => [row.thread_no, toRow(row)]))
      return numbers.flatMap(no => byNo.get(no) ?? [])
    },

    async get(thread: string): Promise<CaseDetail> {
      const row = await rowOf(thread)
      const [held] = await db.query<Fold>('SELECT fold FROM cases WHERE thread_no = ?', [row.thread_no])
      if (held === undefined) throw new ProblemError('thread.unknown')
      const packets = await packetsOf(db, row.thread_no)
      const fold = readFold(held.fold)?.state ?? foldAnew(packets, held.fold)
      if (fold === null) throw new ProblemError('thread.unknown')
      const corrections = correctionsOf(packets)
      return {
        ...toRow(row),
        fold,
        steps: await stepsNow(fold),
        questions: await parts.clocks.dated(db, fold, questionsFor(fold, identity.city)),
        clock: await parts.clocks.of(db, fold),
        linked: await linkedTo(db, packetsOf, thread, await parentOf(thread)),
        waiting: await parts.waiting(row.thread_no),
        refused: (await parts.packets().refused(db, row.thread_no)).map(({ id, kind, iat, problem }) => ({
          ...{ packet: id, kind, at: iat * 1000, problem },
        })),
        timeline: packets.map(packet => {
          const { id, claims, status, receivedAt } = packet
          const { iss, kind, iat } = claims
          return {
            packet: id,
            city: iss,
            kind,
            at: iat * 1000,
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

    recount: due.recount,
    tellDue: due.tellDue,

    /** The bodies of a case as the parties wrote them: personal data, so every reading leaves an audit row. */
    async bodies(
      thread: string,
      actor: string,
    ): Promise<{ packet: string; kind: string; city: string; body: unknown; refused: boolean }[]> {
      const row = await rowOf(thread)
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

/** An item that is in no list is a fault of its place alone. */
function unknownItem(error: unknown): { problem: Problem } {
  if (error instanceof ProblemError && error.problem.code === 'item.unknown') return { problem: error.problem }
  throw error
}

/** Names and numbers without the blanks that were typed around them. */
function withoutBlanks<T extends Pick<Application, 'applicant' | 'agent'>>(given: T): T {
  const { applicant, agent } = given
  return {
    ...given,
    applicant: { ...applicant, name: applicant.name.trim(), idNumber: applicant.idNumber.trim() },
    ...(agent === undefined
      ? {}
      : {
          agent: {
            ...{ ...agent, name: agent.name.trim() },
            ...(agent.idNumber === undefined ? {} : { idNumber: agent.idNumber.trim() }),
          },
        }),
  }
}

/** What stands in the way of a case besides what was written in it. */
function findingOf({ code, detail }: Problem): Finding {
  const { en, zh } = PROBLEMS[code]
  const told = /^(body|envelope|case|material)\./.test(code)
  const [, field] = /^([\w.]{1,60}): /.exec(detail ?? '') ?? []
  return {
    field: told ? (field ?? 'form') : detail === 'mode' ? 'mode' : detail === 'agreement' ? 'agreement' : 'item',
    ...{ level: 'error', cure: told || code === 'item.unknown' ? 'clerk' : 'administrator' },
    reason: told && detail !== undefined ? `${code}: ${en}: ${detail}` : `${code}: ${en}`,
    reasonZh: told && detail !== undefined ? `${zh}（${detail}）` : zh,
  }
}

/** What a problem says; anything else is thrown on. */
function refused(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  throw error
}

const repeatedItems = (joint: JointCase): Finding[] =>
  repeated(joint).map(index => ({
    ...{ field: `items.${index}.item`, level: 'error', cure: 'clerk' },
    ...{ reason: 'the same as an item before it, word for word', reasonZh: '与前面的事项完全相同' },
  }))

/** The day of an application that would be refused when it were signed at `iat` (seconds). */
function daysOf(content: CaseContent<'case.submit'>, iat: number): Finding[] {
  const step = { kind: 'case.submit', body: content, iat } as const
  const refused = implausible('case.submit', content, iat) ?? unsound({ packets: [], state: null }, step)
  if (refused === null) return []
  const [field = '', reason = ''] = (refused.problem.detail ?? '').split(': ')
  return [{ field, level: 'error', cure: 'clerk', reason, reasonZh: '日期明显有误：不得晚于现在，也不得早于半年以前' }]
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

function dueOf(
  clocks: CaseClocks,
  duty: Duty | null,
  city: string | null,
  { from, day }: { from: string | null; day: string | null },
  provisional: number,
): Due | null {
  if (duty === null || city === null || day === null) return null
  return { duty, city, day, provisional: provisional === 1, ...clocks.urgency(city, { from, due: day }) }
}

const NOBODY = '0'
const versionWith = (ends: string, assignee: string | null): string => `${ends}.${assignee ?? NOBODY}`
const versionOf = (row: Ends & Pick<Row, 'assignee'>): string => versionWith(versionOfEnds(row), row.assignee)
/** The end of the own chain, that of the other, and the account that it was given to. */
const partsOf = (version: string): string[] => version.split('.')

const rowBy = (clocks: CaseClocks, own: string, row: Row): CaseRow => ({
  no: row.thread_no,
  thread: toHex(row.thread),
  caseNo: row.case_no,
  localCaseNo: row.local_case_no,
  role: row.role,
  partner: row.partner,
  item: { code: row.item_code, name: row.item_name },
  mode: row.mode,
  state: row.state,
  outcome: row.outcome,
  applicant: row.applicant,
  parked: row.parked === null ? null : (JSON.parse(row.parked) as Problem & { kind?: string }),
  holder: row.holder,
  due: dueOf(clocks, row.due_duty, row.due_city, { from: row.due_from, day: row.due }, row.due_provisional),
  ownDue: dueOf(clocks, row.own_duty, own, { from: row.own_from, day: row.own_due }, row.own_provisional),
  window: row.window,
  assignee: row.assignee,
  version: versionOf(row),
  submittedAt: row.submitted_at,
  updatedAt: row.updated_at,
})
