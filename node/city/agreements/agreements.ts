/**
 * Agreements (合作协议) with partner cities: propose, counter, sign, amend, suspend, terminate. Where a step is written is in
 * `targets.ts`, what a case asks of agreements in `coverage.ts`, how they are shown in `views.ts`. May import the exchange, the
 * store and the protocol.
 * Over 450 lines: every act is a function over the same parts.
 */

import {
  type AgreementAmendmentInput,
  type AgreementDocumentInput,
  dayOf,
} from '../../../protocol/agreement/document.ts'
import type { AgreementKind } from '../../../protocol/agreement/kinds.ts'
import { permitsAgreement } from '../../../protocol/agreement/permit.ts'
import { signAgreement } from '../../../protocol/agreement/signature.ts'
import { type AgreementState, latest, type ToldSignature, unsettled } from '../../../protocol/agreement/state.ts'
import type { CertificateSigner } from '../../../protocol/keys/delegation.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { changedSince, isAsSeen, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { versionAt } from '../../spine/exchange/ends.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { Author, Draft, OwnIdentity, StoredPacket } from '../../spine/exchange/ports.ts'
import { createAlliances } from './alliance.ts'
import type { CertificateOf, PinnedOf } from './certificates.ts'
import { createCoverage } from './coverage.ts'
import { type AgreementHandlerParts, createAgreementHandler } from './handler.ts'
import { type AgreementRow, agreementVersion, createAgreementRecords } from './records.ts'
import type { Soundness } from './soundness.ts'
import { createTargets, type NoticeKind, type StepContent } from './targets.ts'
import { createTexts } from './texts.ts'
import { createToldSignatures } from './told.ts'
import { agreementReminders, NEWS_DAYS, newText, toldReminder, WATCHED_DAYS } from './upcoming.ts'
import { type AgreementDetail, type AgreementView, detailOf, viewOf } from './views.ts'

export type AgreementsParts = {
  db: Database
  packets: () => PacketStore
  author: () => Author
  identity: OwnIdentity
  /** own city certificate's key; asked for only to sign */
  signer: () => Promise<CertificateSigner>
  certificateOf: CertificateOf
  pinnedOf: PinnedOf
  /** whether the city is this one or paired */
  knows: (city: string) => Promise<boolean>
  /** since when a directory revoked a certificate, seconds */
  revokedAt: (fingerprint: string) => number | undefined
  /** what of a text does not hold by lists and certificates */
  faultsOf: Soundness
  audit: Audit
  events: EventLog
  clock: Clock
  /** scans that texts name as attachments */
  materials: {
    held(hashes: readonly string[]): Promise<readonly Commitment[]>
    /** those that a text may name: uploaded as attachments, or named by a text before */
    attachable(hashes: readonly string[]): Promise<readonly Commitment[]>
  } & AgreementHandlerParts['materials']
  /** a new thread id */
  threadId: () => string
  /** told of a failure in the background */
  failed: (error: unknown) => void
}

/** Who acts; `alongside` is written in the same transaction; `seen`: the thread that was read, and its version. */
export type By = {
  actor: string
  alongside?: (tx: Transaction) => Promise<void>
  seen?: { thread: string; version: Seen }
}

/** What the city certificate signs, and what ends an agreement for new cases: with four eyes two administrators do it. */
export type Act =
  | { kind: 'propose'; thread: null; input: { document: AgreementDocumentInput } }
  | { kind: 'counter'; thread: string; input: { document: AgreementDocumentInput; reason?: string | undefined } }
  | { kind: 'amend'; thread: string; input: { amendment: Omit<AgreementAmendmentInput, 'v' | 'amends'> } }
  | {
      kind: 'sign'
      thread: string
      input: {
        /** id of the text that was read */
        agreement: string
      }
    }
  | { kind: 'confirm'; thread: string; input: ToldSignature }
  | { kind: 'suspend'; thread: string; input: { reason: string } }
  | { kind: 'terminate'; thread: string; input: { reason: string; effectiveOn: string } }

export type Agreements = ReturnType<typeof createAgreements>

export function createAgreements(parts: AgreementsParts) {
  const { db, identity, clock } = parts
  const own = identity.city
  const told = createToldSignatures(parts)
  const records = createAgreementRecords(parts.packets, told)
  const handler = createAgreementHandler({
    ...parts,
    records,
    told,
    settle: root => void alliances.settle(root).catch(parts.failed),
  })

  async function rowOf(thread: string): Promise<AgreementRow> {
    const row = await records.byThread(db, thread)
    if (row === null) throw new ProblemError('thread.unknown')
    return row
  }

  async function open(thread: string): Promise<{ row: AgreementRow; state: AgreementState }> {
    const row = await rowOf(thread)
    const state = await records.state(db, row.no)
    if (state === null) throw new ProblemError('thread.unknown')
    return { row, state }
  }

  const today = () => dayOf(seconds(clock.now()))
  const view = (row: AgreementRow): AgreementView => viewOf(row, today())

  const texts = createTexts({ ...parts, own, today })

  /** Writes the draft to each thread, all or none, with the audit row of who did it and what belongs to it. */
  async function send(
    threads: readonly { thread: string; partner: string }[],
    draft: Draft & { kind: AgreementKind },
    by: By,
  ): Promise<AgreementView[]> {
    await parts.author().writeAll(
      threads.map(target => ({ ...target, drafts: [draft] as const })),
      async (tx, written) => {
        await assertWrittenOn(tx, written, by)
        await act(tx)
        // The packet's own audit row names the city alone.
        for (const { thread } of threads)
          await parts.audit.append(tx, { actor: by.actor, action: draft.kind, subject: thread })
        await by.alongside?.(tx)
      },
    )
    return Promise.all(threads.map(async ({ thread }) => view(await rowOf(thread))))
  }

  /** Problem: `request.precondition` when the agreement is another than its caller saw. */
  async function assertAsSeen(store: Reader, thread: string, seen: Seen): Promise<void> {
    if (seen === undefined) return
    const row = await records.byThread(store, thread)
    if (row === null) throw new ProblemError('thread.unknown')
    if (!isAsSeen(seen, row.version)) throw await changedSince(store, await records.doneSince(store, row, seen ?? []))
  }

  /** The same in the transaction of a step, whose packets are in the thread already: the first one names those before it. */
  async function assertWrittenOn(tx: Transaction, written: readonly StoredPacket[], { seen }: By): Promise<void> {
    if (seen === undefined) return
    const claims = written.find(packet => packet.claims.thread === seen.thread)?.claims
    if (claims === undefined) return assertAsSeen(tx, seen.thread, seen.version)
    const row = await records.byThread(tx, seen.thread)
    if (row === null) throw new ProblemError('thread.unknown')
    const [, , actNo] = row.version.split('.')
    const before = agreementVersion(versionAt(claims.prev, claims.seen), Number(actNo))
    if (!isAsSeen(seen.version, before))
      throw await changedSince(tx, await records.doneSince(tx, row, seen.version ?? []))
  }

  async function sendOne(
    { thread, partner }: { thread: string; partner: string },
    draft: Draft & { kind: AgreementKind },
    by: By,
  ): Promise<AgreementView> {
    const [sent] = await send([{ thread, partner }], draft, by)
    if (sent === undefined) throw new ProblemError('thread.unknown')
    return sent
  }

  /** One step, in every thread that it concerns; what the thread that was named says then. */
  async function sendToAll(
    opened: { row: AgreementRow; state: AgreementState },
    kind: NoticeKind | 'agreement.withdraw',
    given: StepContent,
    by: By,
  ): Promise<AgreementView> {
    // What is refused is not signed first.
    const refused = permitsAgreement(opened.state, kind, own, given, seconds(clock.now()))
    if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
    const { targets, content } = await stepped(opened, kind, given)
    const [sent] = await send(targets, { kind, content }, by)
    if (sent === undefined) throw new ProblemError('thread.unknown')
    return sent
  }

  /**
   * The partner's text that waits, and how many of its attachments are not here yet.
   * Problems: `agreement.transition`, `case.author`, `agreement.signature`.
   */
  async function waiting(
    thread: string,
    agreement: string | null,
    kind: 'agreement.sign' | 'agreement.counter' = 'agreement.sign',
  ) {
    const { row, state } = await open(thread)
    if (state.pending === null) throw new ProblemError('agreement.transition', 'nothing waits for a signature')
    // Another text may have taken the place of the one that was read.
    if (agreement !== null && agreement !== state.pending.id)
      throw new ProblemError('agreement.signature', 'another text waits now: read it first', { act: 'you' })
    const refused = permitsAgreement(state, kind, own, { agreement: state.pending.id }, seconds(clock.now()))
    if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
    const { attachments } = state.pending.document
    const held = new Set((await parts.materials.held(attachments.map(file => file.sha256))).map(file => file.sha256))
    const missing = attachments.filter(file => !held.has(file.sha256)).length
    return { row, pending: state.pending, missing }
  }

  /** The same, to be signed: nobody signs what he could not read, nor what does not hold. Problems: `material.missing`, `agreement.unsound`, `list.none`. */
  async function readable(thread: string, agreement: string | null) {
    const { missing, ...found } = await waiting(thread, agreement)
    if (missing > 0) throw new ProblemError('material.missing', `${missing} attachments are not fetched yet`)
    const [fault] = await texts.faults(found.pending, 1)
    if (fault !== undefined)
      throw new ProblemError(
        fault.code === 'list.none' ? fault.code : 'agreement.unsound',
        `${fault.path}: ${fault.why}`,
      )
    return found
  }

  /** The versions of a thread in which such a signature waits. Problems: `request.conflict`, `certificate.mismatch`. */
  async function toldIn(thread: string, { city, fingerprint }: ToldSignature) {
    const { row, state } = await open(thread)
    const waiting = state.versions.filter(version => version.told?.some(entry => entry.city === city) === true)
    if (waiting.length === 0) throw new ProblemError('request.conflict', `no signature of ${city} waits here`)
    const versions = waiting.filter(({ told = [] }) =>
      told.some(entry => entry.city === city && entry.fingerprint === fingerprint),
    )
    if (versions.length === 0)
      throw new ProblemError('certificate.mismatch', `another fingerprint was told of ${city}`, { act: 'you' })
    return { row, versions: versions.map(({ id }) => id) }
  }

  /** Writes that signatures count, and what the threads say then. */
  async function count(
    tx: Transaction,
    row: Pick<AgreementRow, 'no' | 'thread' | 'partner'>,
    signature: ToldSignature,
    versions: readonly string[],
    actor: string,
  ): Promise<void> {
    const at = clock.now()
    await told.count(tx, row.no, signature, versions, { actor, at })
    await records.refresh(tx, row, at)
    await parts.audit.append(tx, {
      actor,
      action: 'agreement.certificate-confirmed',
      subject: row.thread,
      detail: { city: signature.city, fingerprint: signature.fingerprint, agreements: versions.length },
    })
    await parts.events.append(tx, { type: 'agreement.changed', subject: row.thread })
  }

  const alliances = createAlliances({ ...parts, own, records, send })
  const { amended, stepped } = createTargets({ ...parts, own, alliances })

  return {
    handler,
    ...createCoverage({ ...parts, own, records, today }),

    /**
     * Writes, signs and sends a proposal to every other party, each in a thread of its own.
     * Problems: `agreement.malformed`, `partner.inactive`.
     */
    async propose(input: AgreementDocumentInput, by: By): Promise<AgreementView[]> {
      const { text, document, others } = await texts.proposal(input)
      const draft = await texts.textDraft('agreement.propose', { text, attachments: document.attachments })
      return send(
        others.map(partner => ({ thread: parts.threadId(), partner })),
        draft,
        by,
      )
    },

    /** Answers a proposal with an own text, signed. Problems: `agreement.transition`, `case.author`, `agreement.malformed`. */
    async counter(thread: string, input: AgreementDocumentInput, reason: string | undefined, by: By) {
      const { row } = await waiting(thread, null, 'agreement.counter')
      const { text, document } = await texts.documentOf(input)
      const draft = await texts.textDraft(
        'agreement.counter',
        { text, attachments: document.attachments },
        reason === undefined ? {} : { reason },
      )
      return sendOne(row, draft, by)
    },

    /** Proposes a change of the newest version to every other party. Problems: `agreement.transition`, `agreement.malformed`. */
    async amend(
      thread: string,
      input: Omit<AgreementAmendmentInput, 'v' | 'amends'>,
      by: By,
    ): Promise<AgreementView[]> {
      const { row, state } = await open(thread)
      const version = latest(state)
      const written = await texts.amendment(version, input)
      const targets = await amended(row, state, input.effectiveFrom)
      return send(targets, await texts.textDraft('agreement.amend', written), by)
    },

    /**
     * Signs the text `agreement` (null: the one that waits) that the partner wrote last: the very bytes.
     * Problems: `agreement.transition`, `agreement.signature`, `case.author`, `material.missing`.
     */
    async sign(thread: string, agreement: string | null, by: By): Promise<AgreementView> {
      const { row, pending } = await readable(thread, agreement)
      const signature = await signAgreement(pending.text, await parts.signer())
      return sendOne(row, { kind: 'agreement.sign', content: { agreement: pending.id, signature } }, by)
    },

    /**
     * The fingerprint of a certificate that was told was compared with its city: what it signed in this thread counts from now on.
     * Problems: `thread.unknown`, `request.conflict`, `certificate.mismatch`.
     */
    async confirm(thread: string, signature: ToldSignature, by: By): Promise<AgreementView> {
      const { row, versions } = await toldIn(thread, signature)
      await db.transaction(async tx => {
        await assertWrittenOn(tx, [], by)
        await act(tx)
        await count(tx, row, signature, versions, by.actor)
        await by.alongside?.(tx)
      })
      return view(await rowOf(thread))
    },

    /** A city became a partner, or another certificate of it is pinned: what that one signed counts from now on. */
    async trusted(city: string): Promise<void> {
      const pinned = await parts.pinnedOf(city)
      if (pinned === null || pinned.revokedAt !== null) return
      await db.transaction(async tx => {
        for (const { threadNo, agreement, fingerprint } of await told.waiting(tx, city)) {
          const row = fingerprint === pinned.fingerprint ? await records.byNo(tx, threadNo) : null
          if (row !== null) await count(tx, row, { city, fingerprint }, [agreement], 'node')
        }
      })
    },

    assertAsSeen,

    /** What is done to an agreement as it was seen: refused for what somebody did meanwhile, it is told as that. Problem: `request.precondition`. */
    async onSeen<T>(thread: string | null, seen: Seen, work: (on: Pick<By, 'seen'>) => Promise<T>): Promise<T> {
      if (thread === null || seen === undefined) return work({})
      await assertAsSeen(db, thread, seen)
      return work({ seen: { thread, version: seen } }).catch(async (error: unknown) => {
        await assertAsSeen(db, thread, seen)
        throw error
      })
    },

    /** Throws what the act itself would refuse as things stand; signs nothing. */
    async check(act: Act): Promise<void> {
      switch (act.kind) {
        case 'propose':
          await texts.proposal(act.input.document)
          return
        case 'counter':
          await waiting(act.thread, null, 'agreement.counter')
          await texts.documentOf(act.input.document)
          return
        case 'amend': {
          const { row, state } = await open(act.thread)
          await texts.amendment(latest(state), act.input.amendment)
          await amended(row, state, act.input.amendment.effectiveFrom)
          return
        }
        case 'sign':
          await readable(act.thread, act.input.agreement)
          return
        case 'confirm':
          await toldIn(act.thread, act.input)
          return
        case 'suspend':
        case 'terminate': {
          const { state } = await open(act.thread)
          const refused = permitsAgreement(state, `agreement.${act.kind}`, own, act.input, seconds(clock.now()))
          if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
        }
      }
    },

    /** Declines the partner's text, or withdraws an own one. Problems: `agreement.transition`, `case.author`. */
    async turnDown(
      thread: string,
      kind: 'agreement.decline' | 'agreement.withdraw',
      reason: string,
      by: By,
    ): Promise<AgreementView> {
      const opened = await open(thread)
      const text = kind === 'agreement.decline' ? opened.state.pending : unsettled(opened.state)
      if (text === null) throw new ProblemError('agreement.transition', 'nothing waits for a signature')
      return sendToAll(opened, kind, { agreement: text.id, reason }, by)
    },

    /** Suspends, resumes or terminates; cases under way go on. Problems: `agreement.transition`, `case.author`. */
    async change(
      thread: string,
      step:
        | { kind: 'agreement.suspend'; reason: string }
        | { kind: 'agreement.resume'; reason?: string | undefined }
        | { kind: 'agreement.terminate'; reason: string; effectiveOn: string },
      by: By,
    ): Promise<AgreementView> {
      const { kind, ...content } = step
      return sendToAll(await open(thread), kind, content, by)
    },

    async list(
      filter: Parameters<typeof records.list>[1],
      limit: number,
      before: number | null,
    ): Promise<(AgreementView & { no: number })[]> {
      const rows = await records.list(db, filter, limit, before)
      return rows.map(row => ({ ...view(row), no: row.no }))
    },

    /** One agreement and its folded thread. Problem: `thread.unknown`. */
    async read(thread: string): Promise<{ view: AgreementView; state: AgreementState }> {
      const { row, state } = await open(thread)
      return { view: view(row), state }
    },

    /** One agreement with every version and what waits for a signature. */
    async get(thread: string): Promise<AgreementDetail> {
      const { row, state } = await open(thread)
      const { pending } = state
      const faults = pending === null || pending.by === own ? [] : await texts.faults(pending)
      return detailOf(row, state, faults, today())
    },

    /** What must be seen to before a day comes: the source of reminders. */
    async reminders(now: number): Promise<Reminder[]> {
      const waiting: Reminder[] = []
      for (const { threadNo, city, fingerprint, at } of await told.waiting(db, null)) {
        const row = await records.byNo(db, threadNo)
        if (row !== null) waiting.push(toldReminder(row, { city, fingerprint }, at))
      }
      const day = dayOf(seconds(now) + WATCHED_DAYS * 86_400)
      const watched = await records.watched(db, day, now - NEWS_DAYS * 86_400_000)
      const came = watched.flatMap(row => newText(row, own, now))
      return [...came, ...agreementReminders(watched, own, now), ...waiting]
    },

    /** Brings the rows of earlier programs up to date, and tells the parties of own proposals what came while this node was down. */
    async start(): Promise<void> {
      for (let last = 0; ; ) {
        const rows = (await records.outdated(db)).filter(({ no }) => no > last)
        for (const row of rows) await db.transaction(tx => records.refresh(tx, row, row.updatedAt))
        last = rows.at(-1)?.no ?? 0
        if (rows.length === 0) break
      }
      for (const root of await records.alliances(db, own)) await alliances.settle(root).catch(parts.failed)
    },
  }
}
