/**
 * Agreements (合作协议) with partner cities: propose, counter, sign, amend, suspend, terminate; and the question that every new
 * case asks: does a signed agreement cover it? May import the exchange, the store and the protocol.
 */
import {
  type AgreementAmendmentInput,
  type AgreementDocument,
  type AgreementDocumentInput,
  dayOf,
  isValidOn,
  writeAgreement,
  writeAmendment,
} from '../../protocol/agreement/document.ts'
import { packText } from '../../protocol/agreement/packed.ts'
import { type AgreementSignature, signAgreement } from '../../protocol/agreement/signature.ts'
import { type AgreementKind, type AgreementState, coversCase, latest } from '../../protocol/agreement/thread.ts'
import type { Mode } from '../../protocol/case/kinds.ts'
import type { CertificateKey, CertificateSigner } from '../../protocol/keys/delegation.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { PacketStore } from '../exchange/packet-store.ts'
import type { Author, Draft, OwnIdentity, Reader } from '../exchange/ports.ts'
import type { Database, Transaction } from '../store/database.ts'
import { createAgreementHandler, kidOf } from './handler.ts'
import { type AgreementRow, createAgreementRecords } from './records.ts'

export type AgreementsParts = {
  db: Database
  packets: () => PacketStore
  author: () => Author
  identity: OwnIdentity
  /** own city certificate's key; asked for only to sign */ signer: () => Promise<CertificateSigner>
  /** the trusted certificate of a partner or of this city */ certificateOf: (
    city: string,
  ) => CertificateKey | undefined
  /** the same as PEM */ certificatePem: (city: string) => string | undefined
  audit: Audit
  events: EventLog
  clock: Clock
  /** a new thread id */ threadId: () => string
  /** told of a failure in the background */ failed: (error: unknown) => void
}

export type AgreementView = Omit<AgreementRow, 'no' | 'renewal'> & {
  /** stands, but its last day is over */ expired: boolean
}

/** A text with who signed it. */
export type TextView = {
  id: string
  amends: string | null
  from: string
  signedBy: string[]
  complete: boolean
  document: AgreementDocument
}
export type AgreementDetail = AgreementView & {
  /** what stands, or was proposed last */ document: AgreementDocument
  signedBy: string[]
  versions: TextView[]
  pending: (Omit<TextView, 'complete'> & { by: string; reason: string | null }) | null
  suspendedBy: string[]
  terminatedOn: string | null
}

export type CaseWanted = { collecting: string; handling: string; item: string; mode: Mode }

export type Agreements = ReturnType<typeof createAgreements>

export function createAgreements(parts: AgreementsParts) {
  const { db, identity, clock } = parts
  const own = identity.city
  const records = createAgreementRecords(parts.packets)
  const handler = createAgreementHandler({
    ...parts,
    records,
    signed: id => void completeIfAll(id).catch(parts.failed),
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

  const view = ({ no: _, renewal, ...row }: AgreementRow): AgreementView => ({
    ...row,
    expired: row.state === 'active' && row.validTo < dayOf(seconds(clock.now())) && renewal !== 'auto',
  })

  /** What an administrator did, beside the packet's own audit row, which names the city alone. */
  const acted = (actor: string, kind: AgreementKind, thread: string) => (tx: Transaction) =>
    parts.audit.append(tx, { actor, action: kind, subject: thread })

  async function say(thread: string, partner: string, draft: Draft & { kind: AgreementKind }, actor: string) {
    await parts.author().write({ thread, partner }, [draft], acted(actor, draft.kind, thread))
    return view(await rowOf(thread))
  }

  async function textDraft(
    kind: 'agreement.propose' | 'agreement.counter' | 'agreement.amend',
    written: { text: string; attachments: AgreementDocument['attachments'] },
    more: object = {},
  ): Promise<Draft & { kind: AgreementKind }> {
    return {
      kind,
      content: {
        text: await packText(written.text),
        signature: await signAgreement(written.text, await parts.signer()),
        ...more,
      },
      materials: written.attachments.map(({ sha256, size, type }) => ({ sha256, size, type })),
    }
  }

  async function documentOf(input: AgreementDocumentInput) {
    const written = await writeAgreement(input)
    if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
    if (!written.document.parties.some(party => party.code === own))
      throw new ProblemError('agreement.malformed', 'parties: this city is none')
    return written
  }

  let completing: Promise<unknown> = Promise.resolve()

  /** Once every other party has signed the text, each is told of all signatures; by the proposer's node alone. */
  function completeIfAll(id: string): Promise<void> {
    const turn = completing.then(async () => {
      const threads = await Promise.all((await records.threadsOf(db, id)).map(no => records.state(db, no)))
      const signed = new Map<string, AgreementSignature>()
      let parties: string[] = []
      for (const state of threads) {
        const version = state?.versions.find(entry => entry.id === id)
        if (state === null || state === undefined || version === undefined || state.proposer !== own) continue
        if (version.complete) continue
        parties = version.document.parties.map(party => party.code)
        for (const { city, signature } of version.signatures) signed.set(city, signature)
      }
      if (parties.length === 0 || parties.some(code => !signed.has(code))) return
      const signatures = parties.map(city => {
        const signature = signed.get(city)
        const certificate = parts.certificatePem(city)
        if (signature === undefined || certificate === undefined)
          throw new ProblemError('internal', `certificate of ${city}`)
        return { city, signature, certificate }
      })
      for (const row of await records.list(db, {}, 200, null)) {
        const state = row.proposer === own ? await records.state(db, row.no) : null
        if (state?.versions.some(version => version.id === id && !version.complete) !== true) continue
        await say(
          row.thread,
          row.partner,
          { kind: 'agreement.complete', content: { agreement: id, signatures } },
          'node',
        )
      }
    })
    completing = turn.catch(() => undefined)
    return turn
  }

  /** Whether the partner of the case signed with the certificate that is trusted here; of a text between many it may not be known yet. */
  function signedByPartner(state: AgreementState, id: string, partner: string): boolean {
    const version = state.versions.find(entry => entry.id === id)
    if (version === undefined || version.document.parties.length === 2) return true
    const signature = version.signatures.find(entry => entry.city === partner)?.signature
    return signature !== undefined && kidOf(signature) === parts.certificateOf(partner)?.kid
  }

  async function covering(
    store: Reader,
    id: string,
    wanted: CaseWanted & { at: number },
  ): Promise<{ ok: true; document: AgreementDocument } | Refused> {
    const partner = wanted.collecting === own ? wanted.handling : wanted.collecting
    let refusal: Refused = refuse('agreement.none')
    for (const threadNo of await records.threadsOf(store, id)) {
      const state = await records.state(store, threadNo)
      if (state === null) continue
      const covered = coversCase(state, id, wanted)
      if (covered.ok && signedByPartner(state, id, partner)) return covered
      refusal = covered.ok ? refuse('agreement.signature', `of ${partner}: another certificate`) : covered
    }
    return refusal
  }

  return {
    handler,

    /**
     * Whether the agreement `id` lets a case of this kind begin at `at` (seconds).
     * Problems: `agreement.none`, `agreement.inactive`, `agreement.uncovered`.
     */
    covering,

    /** The agreement under which such a case may begin now. Throws what `covering` refuses. */
    async find(wanted: CaseWanted): Promise<{ id: string; document: AgreementDocument }> {
      let refusal: Refused | null = null
      const at = seconds(clock.now())
      for (const { id } of await records.naming(db, wanted)) {
        const covered = await covering(db, id, { ...wanted, at })
        if (covered.ok) return { id, document: covered.document }
        refusal ??= covered
      }
      const partner = wanted.collecting === own ? wanted.handling : wanted.collecting
      refusal ??= (await records.anyWith(db, partner))
        ? refuse('agreement.uncovered', 'item')
        : refuse('agreement.none')
      throw new ProblemError(refusal.problem.code, refusal.problem.detail)
    },

    /**
     * Writes, signs and sends a proposal to every other party, each in a thread of its own.
     * Problems: `agreement.malformed`, `partner.inactive`.
     */
    async propose(input: AgreementDocumentInput, actor: string): Promise<AgreementView[]> {
      const { text, document } = await documentOf(input)
      const others = document.parties.map(party => party.code).filter(code => code !== own)
      const unknown = others.find(code => parts.certificateOf(code) === undefined)
      if (unknown !== undefined) throw new ProblemError('partner.inactive', unknown)
      const draft = await textDraft('agreement.propose', { text, attachments: document.attachments })
      const views: AgreementView[] = []
      for (const partner of others) views.push(await say(parts.threadId(), partner, draft, actor))
      return views
    },

    /** Answers a proposal with an own text, signed. Problems: `agreement.transition`, `case.author`, `agreement.malformed`. */
    async counter(thread: string, input: AgreementDocumentInput, reason: string | undefined, actor: string) {
      const { row } = await open(thread)
      const { text, document } = await documentOf(input)
      const draft = await textDraft(
        'agreement.counter',
        { text, attachments: document.attachments },
        reason === undefined ? {} : { reason },
      )
      return say(thread, row.partner, draft, actor)
    },

    /** Proposes a change of the newest version. Problems: `agreement.transition`, `agreement.malformed`. */
    async amend(thread: string, input: Omit<AgreementAmendmentInput, 'v' | 'amends'>, actor: string) {
      const { row, state } = await open(thread)
      const version = latest(state)
      const written = await writeAmendment({ ...input, v: 1, amends: version.id }, version.document)
      if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
      const attachments = input.terms?.attachments ?? []
      const draft = await textDraft('agreement.amend', { text: written.text, attachments })
      if (version.document.parties.length === 2) return say(thread, row.partner, draft, actor)
      // Every other party of the text has a thread of its own.
      let said = view(row)
      for (const no of await records.threadsOf(db, version.id)) {
        const other = (await records.list(db, {}, 1, no + 1))[0]
        if (other?.no !== no) continue
        const answered = await say(other.thread, other.partner, draft, actor)
        if (other.thread === thread) said = answered
      }
      return said
    },

    /** Signs the text that the partner wrote last: the very bytes. Problems: `agreement.transition`, `case.author`. */
    async sign(thread: string, actor: string): Promise<AgreementView> {
      const { row, state } = await open(thread)
      if (state.pending === null) throw new ProblemError('agreement.transition', 'nothing waits for a signature')
      const { id, text } = state.pending
      const signature = await signAgreement(text, await parts.signer())
      return say(thread, row.partner, { kind: 'agreement.sign', content: { agreement: id, signature } }, actor)
    },

    /** Declines the partner's text, or withdraws an own one. Problems: `agreement.transition`, `case.author`. */
    async turnDown(
      thread: string,
      kind: 'agreement.decline' | 'agreement.withdraw',
      reason: string,
      actor: string,
    ): Promise<AgreementView> {
      const { row, state } = await open(thread)
      if (state.pending === null) throw new ProblemError('agreement.transition', 'nothing waits for a signature')
      return say(thread, row.partner, { kind, content: { agreement: state.pending.id, reason } }, actor)
    },

    /** Suspends, resumes or terminates; cases under way go on. Problems: `agreement.transition`, `case.author`. */
    async change(
      thread: string,
      step:
        | { kind: 'agreement.suspend'; reason: string }
        | { kind: 'agreement.resume'; reason?: string | undefined }
        | { kind: 'agreement.terminate'; reason: string; effectiveOn: string },
      actor: string,
    ): Promise<AgreementView> {
      const row = await rowOf(thread)
      const { kind, ...content } = step
      return say(thread, row.partner, { kind, content }, actor)
    },

    async list(
      filter: Parameters<typeof records.list>[1],
      limit: number,
      before: number | null,
    ): Promise<(AgreementView & { no: number })[]> {
      const rows = await records.list(db, filter, limit, before)
      return rows.map(row => ({ ...view(row), no: row.no }))
    },

    /** One agreement with every version and what waits for a signature. */
    async get(thread: string): Promise<AgreementDetail> {
      const { row, state } = await open(thread)
      const shown = latest(state)
      const text = (
        entry: Pick<TextView, 'id' | 'from' | 'document'> & {
          amendment: { amends: string } | null
          signatures: { city: string }[]
        },
      ) => ({
        id: entry.id,
        amends: entry.amendment?.amends ?? null,
        from: entry.from,
        signedBy: entry.signatures.map(signature => signature.city),
        document: entry.document,
      })
      return {
        ...view(row),
        document: shown.document,
        signedBy: shown.signatures.map(entry => entry.city),
        versions: state.versions.map(version => ({ ...text(version), complete: version.complete })),
        pending:
          state.pending === null
            ? null
            : { ...text(state.pending), by: state.pending.by, reason: state.pending.amendment?.reason ?? null },
        suspendedBy: [...state.suspendedBy],
        terminatedOn: state.terminatedOn,
      }
    },

    /** Agreements that stand and could cover a case today, for previews and reminders; 200 at most. */
    async standing(partner?: string): Promise<{ row: AgreementView; state: AgreementState }[]> {
      const found: { row: AgreementView; state: AgreementState }[] = []
      for (const row of await records.list(db, { partner }, 200, null)) {
        const state = await records.state(db, row.no)
        if (state !== null && isValidOn(latest(state).document, dayOf(seconds(clock.now()))))
          found.push({ row: view(row), state })
      }
      return found
    },

    /** Texts and signatures of the agreement a case began under, the version's first, then what it amends; for evidence. */
    async evidence(id: string): Promise<{ text: string; signatures: AgreementSignature[] }[]> {
      for (const threadNo of await records.threadsOf(db, id)) {
        const state = await records.state(db, threadNo)
        const place = state?.versions.findIndex(version => version.id === id) ?? -1
        if (state === null || place < 0) continue
        return state.versions
          .slice(0, place + 1)
          .reverse()
          .map(version => ({ text: version.text, signatures: version.signatures.map(entry => entry.signature) }))
      }
      return []
    },

    /** Completes what all have signed while this node was down. */
    async start(): Promise<void> {
      for (const id of await records.awaiting(db)) await completeIfAll(id).catch(parts.failed)
    },
  }
}
