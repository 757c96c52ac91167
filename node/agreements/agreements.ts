/**
 * Agreements (合作协议) with partner cities: propose, sign, decline, withdraw, terminate; and the question that every new
 * case asks: does a signed agreement cover it? May import the exchange, the store and the protocol.
 */
import {
  type AgreementDocument,
  type AgreementDocumentInput,
  covers,
  dayOf,
  writeAgreement,
} from '../../protocol/agreement/document.ts'
import { type AgreementSignature, signAgreement, verifyAgreementSignature } from '../../protocol/agreement/signature.ts'
import {
  type AgreementBody,
  type AgreementState,
  type AgreementStateName,
  admitAgreement,
  foldAgreement,
  isOpenOn,
  openAgreementBody,
} from '../../protocol/agreement/thread.ts'
import type { Mode } from '../../protocol/case/kinds.ts'
import type { CertificateKey, CertificateSigner } from '../../protocol/keys/delegation.ts'
import { fromHex, toHex } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { PacketStore } from '../exchange/packet-store.ts'
import type { Applied, Author, OwnIdentity, Reader, ThreadHandler } from '../exchange/ports.ts'
import type { Database, Transaction } from '../store/database.ts'

export type AgreementsParts = {
  db: Database
  packets: () => PacketStore
  author: () => Author
  identity: OwnIdentity
  /** own city certificate's key; asked for only to sign */ signer: () => Promise<CertificateSigner>
  /** the trusted certificate of a partner or of this city */ certificateOf: (
    city: string,
  ) => CertificateKey | undefined
  audit: Audit
  events: EventLog
  clock: Clock
  /** a new thread id */ threadId: () => string
}

export type AgreementView = {
  thread: string
  id: string
  partner: string
  proposer: string
  title: string
  state: AgreementStateName
  validFrom: string
  validTo: string
  items: number
  updatedAt: number
}

type Row = {
  thread_no: number
  thread: Uint8Array
  id: Uint8Array
  partner: string
  proposer: string
  title: string
  state: AgreementStateName
  valid_from: string
  valid_to: string
  items: number
  updated_at: number
}

/** Parsed documents kept in memory; one is asked for with every new case. */
const DOCUMENTS = 128

export type Agreements = ReturnType<typeof createAgreements>

export function createAgreements(parts: AgreementsParts) {
  const { db, identity, audit, events, clock } = parts
  const documents = new Map<string, AgreementState>()

  async function verifySignature(
    state: { text: string },
    city: string,
    signature: AgreementSignature,
  ): Promise<Refused | null> {
    const certificate = parts.certificateOf(city)
    if (certificate === undefined) return refuse('agreement.signature', 'the certificate of the city is not known')
    const verified = await verifyAgreementSignature(state.text, signature, certificate)
    return verified.ok ? null : verified
  }

  const handler: ThreadHandler = {
    type: 'agreement',
    openBody: openAgreementBody,
    async admit(_, packets, candidate) {
      const admitted = await admitAgreement(packets, candidate)
      if (!admitted.ok) return admitted
      const { kind, iss } = candidate.claims
      if (kind !== 'agreement.propose' && kind !== 'agreement.sign') return { ok: true }
      const { signature } = candidate.body as AgreementBody<'agreement.sign'>
      return (await verifySignature(admitted.state, iss, signature)) ?? { ok: true }
    },
    async apply(tx, applied) {
      const state = await project(tx, applied)
      if (applied.packet === null || state === null) return
      const { kind, iss } = applied.packet.claims
      await audit.append(tx, {
        actor: `city:${iss}`,
        action: kind,
        subject: applied.thread,
        detail: { agreement: state.id, state: state.state, packet: applied.packet.id },
      })
    },
    async refused(tx, applied, kind, problem) {
      await project(tx, applied)
      await audit.append(tx, {
        actor: `city:${applied.partner}`,
        action: `${kind}.refused`,
        subject: applied.thread,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      })
    },
  }

  async function project(tx: Transaction, applied: Applied): Promise<AgreementState | null> {
    const state = await foldAgreement(applied.packets)
    if (state === null) {
      await tx.run('DELETE FROM agreements WHERE thread_no = ?', [applied.threadNo])
    } else {
      const { document } = state
      await tx.run(
        `INSERT INTO agreements (thread_no, id, partner, proposer, title, state, valid_from, valid_to, items, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (thread_no) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`,
        [
          applied.threadNo,
          fromHex(state.id),
          applied.partner,
          state.proposer,
          document.title,
          state.state,
          document.validFrom,
          document.validTo,
          document.items.length,
          applied.at,
        ],
      )
      tx.afterCommit(() => documents.delete(state.id))
    }
    await events.append(tx, { type: 'agreement.changed', subject: applied.thread })
    return state
  }

  const COLUMNS =
    'a.thread_no, t.thread, a.id, a.partner, a.proposer, a.title, a.state, a.valid_from, a.valid_to, a.items, a.updated_at'
  const FROM = 'FROM agreements a JOIN threads t ON t.no = a.thread_no'

  async function stateOf(store: Reader, threadNo: number): Promise<AgreementState | null> {
    return foldAgreement(await parts.packets().packets(store, threadNo))
  }

  /** The agreement of an id, from memory when it was asked for lately. */
  async function byId(store: Reader, id: string, partner: string): Promise<AgreementState | null> {
    const cached = documents.get(id)
    if (cached !== undefined) return cached
    const rows = await store.query<Row>(
      `SELECT ${COLUMNS} ${FROM} WHERE a.id = ? AND a.partner = ? ORDER BY a.thread_no DESC`,
      [fromHex(id), partner],
    )
    // The same text may be proposed again after a decline: the signed one counts.
    const row = rows.find(entry => entry.state === 'active' || entry.state === 'terminated') ?? rows[0]
    if (row === undefined) return null
    const state = await stateOf(store, row.thread_no)
    if (state !== null) {
      if (documents.size >= DOCUMENTS) documents.delete(documents.keys().next().value ?? '')
      documents.set(id, state)
    }
    return state
  }

  async function rowOf(thread: string): Promise<Row> {
    const [row] = await db.query<Row>(`SELECT ${COLUMNS} ${FROM} WHERE t.thread = ?`, [fromHex(thread)])
    if (row === undefined) throw new ProblemError('thread.unknown')
    return row
  }

  const own = identity.city

  return {
    handler,

    /**
     * Whether the agreement `id` lets a case of this kind begin at `at` (seconds).
     * Problems: `agreement.none`, `agreement.inactive`, `agreement.uncovered`.
     */
    async covering(
      store: Reader,
      id: string,
      wanted: { collecting: string; handling: string; item: string; mode: Mode; at: number },
    ): Promise<{ ok: true } | Refused> {
      const partner = wanted.collecting === own ? wanted.handling : wanted.collecting
      const state = await byId(store, id, partner)
      if (state === null) return refuse('agreement.none')
      if (!isOpenOn(state, dayOf(wanted.at))) return refuse('agreement.inactive', state.state)
      return covers(state.document, wanted)
    },

    /** The agreement with the partner under which such a case may begin now. Throws what `covering` refuses. */
    async find(wanted: {
      collecting: string
      handling: string
      item: string
      mode: Mode
    }): Promise<{ id: string; document: AgreementDocument }> {
      const partner = wanted.collecting === own ? wanted.handling : wanted.collecting
      const rows = await db.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE a.partner = ? AND a.state IN ('active', 'terminated') ORDER BY a.valid_to DESC`,
        [partner],
      )
      let refusal: Refused = refuse('agreement.none')
      for (const row of rows) {
        const id = toHex(row.id)
        const covered = await this.covering(db, id, { ...wanted, at: seconds(clock.now()) })
        const state = await byId(db, id, partner)
        if (covered.ok && state !== null) return { id, document: state.document }
        if (!covered.ok) refusal = covered
      }
      throw new ProblemError(refusal.problem.code, refusal.problem.detail)
    },

    /** Writes, signs and sends a proposal to its other party. Problems: `agreement.malformed`, `partner.*`. */
    async propose(input: AgreementDocumentInput): Promise<AgreementView> {
      const written = await writeAgreement(input)
      if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
      const codes = written.document.parties.map(party => party.code)
      const partner = codes.find(code => code !== own)
      if (codes.length !== 2 || !codes.includes(own) || partner === undefined) {
        throw new ProblemError('agreement.malformed', 'parties: this city and one partner')
      }
      const signature = await signAgreement(written.text, await parts.signer())
      const thread = parts.threadId()
      await parts
        .author()
        .write({ thread, partner }, [{ kind: 'agreement.propose', content: { document: written.text, signature } }])
      return toView(await rowOf(thread))
    },

    /** Countersigns what the partner proposed: the very bytes. */
    async sign(thread: string): Promise<AgreementView> {
      const row = await rowOf(thread)
      const state = await stateOf(db, row.thread_no)
      if (state === null) throw new ProblemError('thread.unknown')
      const signature = await signAgreement(state.text, await parts.signer())
      await parts
        .author()
        .write({ thread, partner: row.partner }, [
          { kind: 'agreement.sign', content: { agreement: state.id, signature } },
        ])
      return toView(await rowOf(thread))
    },

    /** Declines (the other side), withdraws (the proposer) or terminates (either). */
    async end(
      thread: string,
      step:
        | { kind: 'agreement.decline' | 'agreement.withdraw'; reason: string }
        | { kind: 'agreement.terminate'; reason: string; effectiveOn: string },
    ): Promise<AgreementView> {
      const row = await rowOf(thread)
      const { kind, ...content } = step
      await parts.author().write({ thread, partner: row.partner }, [{ kind, content }])
      return toView(await rowOf(thread))
    },

    async list(
      filter: { partner?: string | undefined; state?: AgreementStateName | undefined },
      limit: number,
      before: number | null,
    ): Promise<(AgreementView & { no: number })[]> {
      const where = ['a.thread_no < ?']
      const params: (string | number)[] = [before ?? Number.MAX_SAFE_INTEGER]
      for (const key of ['partner', 'state'] as const) {
        const value = filter[key]
        if (value === undefined) continue
        where.push(`a.${key} = ?`)
        params.push(value)
      }
      const rows = await db.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE ${where.join(' AND ')} ORDER BY a.thread_no DESC LIMIT ?`,
        [...params, limit],
      )
      return rows.map(row => ({ ...toView(row), no: row.thread_no }))
    },

    /** One agreement with its document and who signed. */
    async get(
      thread: string,
    ): Promise<AgreementView & { document: AgreementDocument; signedBy: string[]; terminatedOn: string | null }> {
      const row = await rowOf(thread)
      const state = await stateOf(db, row.thread_no)
      if (state === null) throw new ProblemError('thread.unknown')
      return {
        ...toView(row),
        document: state.document,
        signedBy: state.signatures.map(entry => entry.city),
        terminatedOn: state.terminatedOn,
      }
    },

    /** Text and signatures of the agreement a case began under, for evidence. */
    async evidence(id: string, partner: string): Promise<{ text: string; signatures: AgreementSignature[] } | null> {
      const state = await byId(db, id, partner)
      return state === null ? null : { text: state.text, signatures: state.signatures.map(entry => entry.signature) }
    },
  }
}

function toView(row: Row): AgreementView {
  return {
    thread: toHex(row.thread),
    id: toHex(row.id),
    partner: row.partner,
    proposer: row.proposer,
    title: row.title,
    state: row.state,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    items: row.items,
    updatedAt: row.updated_at,
  }
}
