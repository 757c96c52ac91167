/**
 * Cases (办件): submit, take each step, list, show with timeline. May import the exchange, other concerns' services through its parts, the store.
 * Over 450 lines: a submit and every step look a thread up, check, sign and record in the same way, and share what they found.
 */

import { type AgreementDocument, agreedItem } from '../../../protocol/agreement/document.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { CASE_CONTENT, type CaseContent, type CaseKind, type Mode, materialsOf } from '../../../protocol/case/kinds.ts'
import {
  type Application,
  type Finding,
  type FormFault,
  formFinding,
  type MaterialNames,
  minimise,
  preflight,
  ruleFinding,
} from '../../../protocol/case/preflight.ts'
import { type Commitment, fieldOf, fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { ADAPTER_OF_CASE } from '../../spine/dispatch/numbers.ts'
import { type PacketsOf, stateOf } from '../../spine/dispatch/stored-fold.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { Author, Draft, OwnIdentity, StoredPacket, Target } from '../../spine/exchange/ports.ts'
import { assertAsSeen, assertWrittenOn } from './as-seen.ts'
import type { CaseClocks } from './clocks.ts'
import { assertCountersigned } from './countersigns.ts'
import { createCaseDetails, parentOf, type Waiting } from './detail.ts'
import { createDue } from './due.ts'
import type { WrittenDuties } from './duties.ts'
import {
  alreadyOpen,
  alsoOpen,
  commitmentFindings,
  daysOf,
  findingOf,
  problemOf,
  repeatedItems,
  unknownItem,
  withoutBlanks,
} from './findings.ts'
import { createGuide } from './guide.ts'
import { unallowed } from './intake/reuse.ts'
import { casesOf, handOver, type JointCase, type LinkedCase, linkedTo } from './joint.ts'
import type { LookupKeys } from './lookup.ts'
import { CASE_NO_DIGITS, type CaseNumbers } from './numbers.ts'
import type { Assignee } from './rights.ts'
import { type CaseRow, type Fold, FROM, type Row, rowBy, rowOf, rowsOf } from './rows.ts'
import { type HeldScans, miscounted, type PageCounter } from './scans.ts'
import { consentFindings, consentOf, type GivenConsent, type SmsConsent } from './sms-consents.ts'
import { formatFindings, namingAuthorisation, preflightError, withAuthorisation } from './submission.ts'
import { unexplained, unpaidFindings } from './unpaid.ts'

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
      /** the version to begin under; absent: the newest that covers it */
      agreement?: string | undefined
    }): Promise<{ id: string; document: AgreementDocument }>
  }
  pages: PageCounter
  /** how the materials of a partner's item are called in both lists, by the pairs of the agreement or the saved ones */
  names: (
    partner: string,
    item: ServiceItem,
    agreed: readonly { collecting: string; handling: string }[] | undefined,
  ) => Promise<MaterialNames[]>
  /** data against a form that the other city wrote; null when it cannot be used */
  checkForm: (form: Record<string, unknown>, data: Record<string, unknown>) => Promise<FormFault[] | null>
  clocks: CaseClocks
  /** what stands in the way of a case at this node */
  waiting: (threadNo: number) => Promise<Waiting[]>
  /** name of the approval system of a case; null where there is nothing to tell apart */
  systemOf: (threadNo: number) => Promise<string | null>
  threadId: () => string
  keys: Pick<LookupKeys, 'number'>
  /** whose a case is from its first packet on, by thread; the projection writes it */
  takers: Map<string, Assignee>
  /** the rows of own cases as they began, by their first packets */
  begun: WeakMap<StoredPacket, Row>
  duties: WrittenDuties
  numbers: CaseNumbers
  smsConsents: { save(tx: Transaction, thread: string, consent: SmsConsent): Promise<void> }
}

/** A new case as a clerk gives it: item by code, the rest of `case.submit`. */
export type NewCase = Omit<CaseContent<'case.submit'>, 'caseNo' | 'item' | 'receivedAt'> & {
  to: string
  item: string
  receivedAt?: string | undefined
  caseNo?: string | undefined
  /** whose codes the materials have; `own` ones become the partner's by the mapping of the item */
  codes?: 'own' | 'handling' | undefined
  /** the version of an agreement to begin under; the newest that covers it when absent */
  agreement?: string | undefined
  /** what the applicant commits to hand in later (容缺后补), signed with the case */
  commitment?: CaseContent<'case.commit'> | undefined
  /** what the applicant agreed to be told by SMS: it stays in this city */
  sms?: GivenConsent | undefined
}

/** What comes with the taking in of a case. */
export type Taking = {
  /** whose case it is from then on: of whoever takes it in and works on cases */
  assignee?: Assignee | null
  /** in the transaction that writes it */
  alongside?: (tx: Transaction) => Promise<void>
}

/** A step as an adapter or a carrier takes it; `at`: when its officer acted, ms, which is shown beside it in this city. */
type Move = { kind: CaseKind; body: unknown; at?: number | undefined }

/** A time that a calendar has, and no later than year 9999. */
const isInstant = (at: number | undefined): at is number =>
  at !== undefined && Number.isSafeInteger(at) && at > 0 && at < LAST_INSTANT
const LAST_INSTANT = Date.UTC(10_000, 0)

/** `common`: fields of the form that were entered once for several items. */
type Input = NewCase & { common?: string[] | undefined }

export type Cases = ReturnType<typeof createCases>

export function createCases(parts: CasesParts) {
  const { db, identity, clock, audit } = parts

  const packetsOf: PacketsOf = (store, threadNo) => parts.packets().packets(store, threadNo)
  const toRow = (row: Row): CaseRow => rowBy(parts.clocks, identity.city, row)
  const { clocks, events, duties } = parts
  const due = createDue({ db, clock, clocks, identity, events, packets: packetsOf, duties })
  const details = createCaseDetails(parts)

  type Checked = {
    content: CaseContent<'case.submit'>
    materials: Commitment[]
    /** what is signed besides: the commitment of a case that begins with materials missing */
    besides: Draft[]
    /** under which it would begin, or why under none */
    agreement: { id: string } | ProblemError
    findings: Finding[]
  }
  type Sound = Pick<Checked, 'content' | 'materials' | 'besides'> & { input: Input; agreement: { id: string } }

  /** `looks`: scans are opened that nobody asked to. */
  async function check(input: Input, actor: string, looks = false): Promise<Checked> {
    const {
      to,
      item: code,
      caseNo,
      receivedAt,
      codes,
      agreement: named,
      common = [],
      commitment,
      sms,
      ...typed
    } = input
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
        code,
        name: item.taskName,
        version: item.taskVersion,
        promiseDay: item.promiseDay,
        anticipateDay: item.anticipateDay,
      },
    }
    const { content: application, kept } = minimise(given, { item, agreed })
    const content = { ...application, caseNo: caseNo ?? '-' }
    const hashes = materialsOf('case.submit', content)
    const { materials, held } = await scansOf(hashes, actor)
    const faults = item.form === undefined ? [] : await parts.checkForm(item.form, application.form)
    const findings = namingAuthorisation(
      preflight({ content: application, item, agreed, names, checkForm: () => faults }),
      application,
    )
    // What stays here must hold too; the other city will not see it.
    if (kept.some(path => path.startsWith('form.')) && item.form !== undefined)
      for (const fault of (await parts.checkForm(item.form, given.form)) ?? [])
        if (kept.includes(`form.${fault.path.split('.')[0]}`)) findings.push(formFinding(fault))
    for (const field of kept)
      findings.push(
        ruleFinding(
          'kept-here',
          'notice',
          field,
          'stays in this city: it is not shared',
          '不在共享字段内，仅留存本市，不随办件发送',
        ),
      )
    findings.push(...consentFindings(sms, typed.applicant.phone, clock.now()))
    findings.push(...(await miscounted(parts.pages, content.materials, held, looks)))
    for (const [index, hash] of hashes.entries()) {
      if (!held.has(hash))
        findings.push(ruleFinding('scan-missing', 'error', `materials.${index}.sha256`, 'not uploaded', '材料尚未上传'))
    }
    const besides: Draft[] = []
    if (commitment !== undefined) {
      const named = { ...commitment, materials: commitment.materials.map(codes === 'own' ? theirCode : code => code) }
      findings.push(...commitmentFindings(named, item, application, seconds(clock.now())))
      besides.push(await draftOf('case.commit', named, actor))
    }
    return { content, materials, besides, agreement, findings }
  }

  /** The scans of a step that are held and the actor's, as the packet names them. */
  async function scansOf(
    hashes: readonly string[],
    actor: string,
  ): Promise<{ materials: Commitment[]; held: HeldScans }> {
    const found = await parts.pages.held(hashes, actor)
    return {
      materials: found.map(({ commitment }) => commitment),
      held: new Map(found.map(({ commitment, counted }) => [commitment.sha256, counted])),
    }
  }

  /** A case as the author writes it. */
  const targetOf = (
    { input, content, materials, besides, agreement }: Sound,
    thread: string,
    caseNo: string,
    parent: string | undefined,
  ): Target => ({
    thread,
    partner: input.to,
    no: 'new',
    drafts: [
      {
        kind: 'case.submit',
        materials,
        agreement: agreement.id,
        content: { ...content, caseNo, ...(parent === undefined ? {} : { parent }) },
      },
      ...besides,
    ],
  })

  /** Throws what keeps any of the cases from being sent; of several, every fault with the place of its item. */
  async function checkAll(inputs: readonly Input[], actor: string) {
    const sound: (Sound & Pick<Checked, 'findings'>)[] = []
    const faults: { index: number; problem: Problem; errors?: readonly Finding[] }[] = []
    for (const [index, input] of inputs.entries()) {
      const checked = await check(input, actor).catch(unknownItem)
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
    { assignee, alongside }: Taking = {},
  ): Promise<CaseRow[]> {
    const lead = inputs.length > 1 ? parts.threadId() : undefined
    const targets: Target[] = []
    for (const [index, checked] of (await checkAll(inputs, actor)).entries())
      targets.push(
        targetOf(
          checked,
          index === 0 && lead !== undefined ? lead : parts.threadId(),
          checked.input.caseNo ?? (await parts.numbers.next()),
          index === 0 ? checked.input.parent : lead,
        ),
      )
    const [{ applicant, sms } = {}] = inputs
    const consent = sms === undefined ? null : consentOf(sms, applicant?.phone)
    if (assignee != null) for (const { thread } of targets) parts.takers.set(thread, assignee)
    const writing = parts.author().writeAll(targets, async (tx, written) => {
      await act(tx)
      if (consent !== null) for (const { thread } of targets) await parts.smsConsents.save(tx, thread, consent)
      for (const packet of written) {
        const { thread, kind } = packet.claims
        const { caseNo } = packet.body as Partial<CaseContent<'case.submit'>>
        await audit.append(tx, {
          actor,
          action: kind as CaseKind,
          subject: thread,
          detail: { packet: packet.id, ...(caseNo === undefined ? {} : { case: caseNo }) },
        })
      }
      await alongside?.(tx)
    })
    const written = await writing.finally(() => {
      for (const { thread } of targets) parts.takers.delete(thread)
    })
    const submits = written.filter(({ claims }) => claims.kind === 'case.submit')
    // What was signed besides the submit came after its row.
    const alone = submits.length === written.length
    return Promise.all(
      submits.map(async packet =>
        toRow((alone ? parts.begun.get(packet) : undefined) ?? (await rowOf(db, packet.claims.thread))),
      ),
    )
  }

  /** All that would keep a case from being sent; `follows` where it would name another as its lead, `sound` where it is whole. */
  async function faultsOf(input: Input, actor: string, { follows = false, sound = true } = {}): Promise<Finding[]> {
    const { agreement, findings, ...checked } = await check(input, actor, true)
    const found = [
      ...daysOf(checked.content, seconds(clock.now())),
      ...findings,
      ...(await alreadyOpen(db, parts.keys, input)),
      ...(await unallowed(db, parts.keys, checked.content)),
    ]
    if (agreement instanceof ProblemError) return [findingOf(agreement.problem), ...found]
    if (!sound || found.some(({ level }) => level === 'error')) return found
    // What was not found by looking is found by going the way itself, up to its last step.
    const parent = follows ? parts.threadId() : input.parent
    const caseNo = input.caseNo ?? `${identity.city}${'0'.repeat(CASE_NO_DIGITS)}`
    const target = targetOf({ ...checked, input, agreement }, parts.threadId(), caseNo, parent)
    const refusal = await parts
      .author()
      .rehearse([target])
      .then(() => null, problemOf)
    return refusal === null ? found : [findingOf(refusal), ...found]
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

  async function draftOf(kind: CaseKind, input: unknown, actor: string): Promise<Draft> {
    const parsed = CASE_CONTENT[kind].safeParse(input)
    if (!parsed.success) throw new ProblemError('request.invalid', fieldOf(parsed.error))
    const hashes = materialsOf(kind, parsed.data)
    const { materials, held } = await scansOf(hashes, actor)
    const missing = hashes.findIndex(hash => !held.has(hash))
    if (missing >= 0) throw new ProblemError('material.missing', `materials.${missing}`, { act: 'you' })
    const wrong =
      kind === 'case.supplement' || kind === 'case.hand-in'
        ? await miscounted(
            parts.pages,
            (parsed.data as CaseContent<'case.supplement' | 'case.hand-in'>).materials,
            held,
          )
        : []
    const errors = wrong.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw new ProblemError('request.invalid', formatFindings(errors), { errors })
    return { kind, content: parsed.data, materials }
  }

  /** Problem: `case.content` when something is granted while a fee is open, and nothing says why. */
  function assertExplained(state: CaseState, drafts: readonly Draft[]): void {
    for (const { kind, content } of drafts) {
      const refused = unexplained(state, kind as CaseKind, content)
      if (refused !== null) throw new ProblemError(refused.code, refused.detail)
    }
  }

  async function step(
    thread: string,
    steps: readonly Move[],
    actor: string,
    alongside?: (tx: Transaction) => Promise<void>,
    seen?: Seen,
    byPerson = false,
  ): Promise<readonly StoredPacket[]> {
    const { no, partner, fold } = await threadOf(thread)
    await assertAsSeen(db, thread, seen)
    const drafts = await Promise.all(steps.map(({ kind, body }) => draftOf(kind, body, actor)))
    const [first, ...rest] = drafts
    if (first === undefined) throw new ProblemError('request.invalid', 'no step')
    const state =
      byPerson && fold !== null && first.kind === 'case.decide'
        ? await stateOf(db, packetsOf, { threadNo: no, fold })
        : null
    if (state !== null) assertExplained(state, drafts)
    if (fold !== null) await due.check({ threadNo: no, fold }, drafts)
    const write = parts.author().write({ thread, partner, no }, [first, ...rest], async (tx, written) => {
      await assertWrittenOn(tx, thread, written, seen)
      await assertCountersigned(tx, no, drafts)
      await act(tx)
      for (const [index, packet] of written.entries()) {
        const at = steps[index]?.at
        await audit.append(tx, {
          actor,
          action: packet.claims.kind as CaseKind,
          subject: thread,
          detail: { packet: packet.id, ...(isInstant(at) ? { actedAt: new Date(at).toISOString() } : {}) },
        })
        if (isInstant(at)) await tx.run('INSERT INTO acted_at (packet_no, at) VALUES (?, ?)', [packet.no, at])
      }
      await alongside?.(tx)
    })
    return write.catch(async (error: unknown) => {
      // What was refused for what somebody did meanwhile is told as that.
      await assertAsSeen(db, thread, seen)
      throw error
    })
  }

  return {
    /** Problems: `thread.unknown`, `request.precondition` when the case is another than its caller saw. */
    assertAsSeen,

    /** All that would keep the case from being sent, without sending it; `sound`: whether all that it needs is there. Throws `item.unknown`. */
    preflight: (input: Input, actor: string, sound = true): Promise<Finding[]> => faultsOf(input, actor, { sound }),

    /** The same of every item of a joint one, each finding under `items.N`. Problem: `request.invalid`. */
    async preflightJoint(joint: JointCase, actor: string): Promise<Finding[]> {
      const findings: Finding[] = []
      for (const [index, input] of casesOf(joint).entries()) {
        const found = await faultsOf(input, actor, { follows: index > 0 }).catch(unknownItem)
        for (const finding of 'problem' in found ? [findingOf(found.problem)] : found)
          findings.push({ ...finding, field: `items.${index}.${finding.field}` })
      }
      return [...findings, ...repeatedItems(joint)]
    },

    guide: createGuide(parts),

    /** Beside cases that were just submitted: numbers of other open ones of the same person for the same item, by the thread of each. */
    alsoOpen: (submitted: readonly CaseRow[]) => alsoOpen(db, submitted),

    /** Signs and queues a new case; durable when it resolves, whether or not the partner can be reached. */
    async submit(input: NewCase, actor: string, taking?: Taking): Promise<CaseRow> {
      const [row] = await submitAll([input], actor, taking)
      if (row === undefined) throw new ProblemError('thread.unknown')
      return row
    },

    /** Submits the cases of a joint one (多地联办, 一件事), all or none, the leading first. Problems: as of `submit`. */
    submitJoint: async (joint: JointCase, actor: string, taking?: Taking): Promise<CaseRow[]> => {
      const twice = repeatedItems(joint)
      if (twice.length > 0) throw preflightError(twice)
      return submitAll(casesOf(joint), actor, taking)
    },

    /**
     * Hands the results of a joint case over that are there and were not received yet; how many, and whose are still to come. `mayServe`
     * throws for one that its caller may not hand over. Problem: `case.transition` when there is none.
     */
    async handOver(
      thread: string,
      by: string | undefined,
      actor: string,
      seen?: Seen,
      mayServe?: (thread: string) => Promise<void>,
    ): Promise<{ handedOver: number; missing: LinkedCase[] }> {
      await assertAsSeen(db, thread, seen)
      const { ready, missing } = handOver(await linkedTo(db, packetsOf, thread, await parentOf(db, thread)))
      if (ready.length === 0)
        throw new ProblemError(
          'case.transition',
          missing.length === 0
            ? 'no joint case with a result that was not received yet'
            : missing.map(({ partner, item, state }) => `${partner} ${item.name}: no result yet (${state})`).join('; '),
        )
      for (const { thread: linked } of ready) if (linked !== thread) await mayServe?.(linked)
      const content = { receivedAt: new Date(clock.now()).toISOString(), ...(by === undefined ? {} : { by }) }
      await parts.author().writeAll(
        ready.map(({ thread, partner }) => ({ thread, partner, drafts: [{ kind: 'case.result-received', content }] })),
        async (tx, written) => {
          await assertWrittenOn(tx, thread, written, seen)
          await act(tx)
          for (const packet of written)
            await audit.append(tx, {
              actor,
              action: packet.claims.kind as CaseKind,
              subject: packet.claims.thread,
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
      await step(thread, [{ kind, body }], actor, undefined, seen, true)
      return toRow(await rowOf(db, thread))
    },

    /** Goes the way of a step up to its commit, and what is told of it besides. Problems: those of `step`. */
    async rehearse(thread: string, kind: CaseKind, body: unknown, actor: string): Promise<Finding[]> {
      const { no, partner, fold } = await threadOf(thread)
      const drafts = [await draftOf(kind, body, actor)] as const
      const state = fold === null ? null : await stateOf(db, packetsOf, { threadNo: no, fold })
      if (state !== null) assertExplained(state, drafts)
      if (fold !== null) await due.check({ threadNo: no, fold }, drafts)
      await assertCountersigned(db, no, drafts)
      await parts.author().rehearse([{ thread, partner, no, drafts }])
      return state === null ? [] : unpaidFindings(state, kind)
    },

    /** Several steps in one transaction with `alongside`: of adapters, of carriers. */
    moves: (thread: string, moves: readonly Move[], actor: string, alongside: (tx: Transaction) => Promise<void>) =>
      step(thread, moves, actor, alongside),

    /** `adapter`: whose number it is, as `case_adapters` names it. */
    async byLocalCaseNo(
      localCaseNo: string,
      adapter: string,
    ): Promise<{ thread: string; no: number; state: CaseState } | null> {
      const [row] = await db.query<Pick<Row, 'thread' | 'thread_no'> & Fold>(
        `SELECT t.thread, c.thread_no, c.fold ${FROM} WHERE c.local_case_no = ? AND c.role = 'handling' AND ${ADAPTER_OF_CASE} = ?`,
        [localCaseNo, adapter],
      )
      if (row === undefined) return null
      const state = await stateOf(db, packetsOf, { threadNo: row.thread_no, fold: row.fold })
      return state === null ? null : { thread: toHex(row.thread), no: row.thread_no, state }
    },

    /** Numbers of the threads of all open cases that this city handles by this adapter. */
    async openNumbers(adapter: string): Promise<number[]> {
      const rows = await db.query<{ no: number }>(
        `SELECT thread_no AS no FROM cases c WHERE role = 'handling' AND turn IS NOT NULL AND ${ADAPTER_OF_CASE} = ?`,
        [adapter],
      )
      return rows.map(({ no }) => no)
    },

    /** What an approval system is asked about: those of the threads that it knows by a number and whose case is open. */
    async openCases(numbers: readonly number[]) {
      const rows = await db.query<
        Pick<Row, 'thread'> &
          Record<'localCaseNo' | 'caseNo' | 'item' | 'state', string> &
          Record<'no' | 'submittedAt', number>
      >(
        `SELECT c.thread_no AS no, t.thread, c.local_case_no AS localCaseNo, c.case_no AS caseNo, c.item_code AS item, c.state,
           c.submitted_at AS submittedAt ${FROM}
         WHERE c.thread_no IN (SELECT value FROM json_each(?)) AND c.local_case_no IS NOT NULL AND c.turn IS NOT NULL
         ORDER BY c.thread_no`,
        [JSON.stringify(numbers)],
      )
      return rows.map(({ thread, ...row }) => ({ ...row, thread: toHex(thread) }))
    },

    /** Cases by number, in this order; one that is gone is left out. */
    rows: (numbers: readonly number[]): Promise<CaseRow[]> => rowsOf(db, numbers, toRow),

    get: details.get,
    bodies: details.bodies,
    recount: due.recount,
    notifyDue: due.notifyDue,
  }
}
