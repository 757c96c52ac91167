/**
 * Under which agreement a case begins (案件所依协议): what covers it now, what stands for boards and previews, and for evidence what
 * once stood. May import the store and the protocol.
 */
import { type AgreementDocument, isValidOn } from '../../../protocol/agreement/document.ts'
import type { AgreementSignature } from '../../../protocol/agreement/signature.ts'
import { type AgreementState, latest } from '../../../protocol/agreement/state.ts'
import { coversCase } from '../../../protocol/agreement/thread.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import { ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Database, Reader } from '../../kernel/store/database.ts'
import type { CertificateOf } from './certificates.ts'
import type { AgreementRecords } from './records.ts'
import { kidOf } from './told.ts'
import { type AgreementView, viewOf } from './views.ts'

export type CaseWanted = { collecting: string; handling: string; item: string; mode: Mode }
const partnerOf = (own: string, { collecting, handling }: CaseWanted): string =>
  collecting === own ? handling : collecting

/** Rows read at a time. */
const PAGE = 200
/** Documents kept in memory. */
const DOCUMENTS = 128

export function createCoverage(parts: {
  db: Database
  own: string
  clock: Clock
  records: AgreementRecords
  certificateOf: CertificateOf
  /** the day here */
  today: () => string
}) {
  const { db, own, clock, records, today } = parts

  /** What stands under an id never changes; every packet of a case asks for it. */
  const documents = new Map<string, AgreementDocument>()

  /** Whether the partner of the case signed with a certificate that is or was trusted here; of a text between many it may not be known yet. */
  async function signedByPartner(state: AgreementState, id: string, partner: string): Promise<boolean> {
    const version = state.versions.find(entry => entry.id === id)
    if (version === undefined || version.document.parties.length === 2) return true
    const signature = version.signatures.find(entry => entry.city === partner)?.signature
    return signature !== undefined && (await parts.certificateOf(partner, kidOf(signature) ?? '')) !== null
  }

  async function covering(
    store: Reader,
    id: string,
    wanted: CaseWanted & { at: number },
  ): Promise<{ ok: true; document: AgreementDocument } | Refused> {
    const partner = partnerOf(own, wanted)
    let refusal: Refused = refuse('agreement.none')
    for (const threadNo of await records.threadsBetween(store, id, partner)) {
      const state = await records.state(store, threadNo)
      if (state === null) continue
      const covered = coversCase(state, id, wanted)
      if (covered.ok && (await signedByPartner(state, id, partner))) return covered
      refusal = covered.ok ? refuse('agreement.signature', `of ${partner}: another certificate`) : covered
    }
    return refusal
  }

  return {
    /**
     * Whether the agreement `id` lets a case of this kind begin at `at` (seconds).
     * Problems: `agreement.none`, `agreement.inactive`, `agreement.uncovered`.
     */
    covering,

    /**
     * The version of an agreement under which such a case may begin now: `agreement`, or the newest that covers it. Throws what
     * `covering` refuses.
     */
    async find(
      wanted: CaseWanted & { agreement?: string | undefined },
    ): Promise<{ id: string; document: AgreementDocument }> {
      let refusal: Refused | null = null
      const at = seconds(clock.now())
      const named = wanted.agreement === undefined ? await records.naming(db, wanted) : [{ id: wanted.agreement }]
      for (const { id } of named) {
        const covered = await covering(db, id, { ...wanted, at })
        if (covered.ok) return { id, document: covered.document }
        refusal ??= covered
      }
      refusal ??= (await records.anyWith(db, partnerOf(own, wanted)))
        ? refuse('agreement.uncovered', 'item')
        : refuse('agreement.none')
      throw new ProblemError(refusal.problem.code, refusal.problem.detail)
    },

    /** Agreements that are in force and could cover a case today, for previews and boards. */
    async standing(partner?: string): Promise<{ row: AgreementView; state: AgreementState }[]> {
      const found: { row: AgreementView; state: AgreementState }[] = []
      for (let before: number | null = null; ; ) {
        const rows = await records.list(db, { partner, openOn: today() }, PAGE, before)
        for (const row of rows) {
          const view = viewOf(row, today())
          if (view.expired) continue
          const state = await records.state(db, row.no)
          if (state !== null && isValidOn(latest(state).document, today())) found.push({ row: view, state })
        }
        before = rows.at(-1)?.no ?? null
        if (rows.length < PAGE) return found
      }
    },

    /** Items that agreements which stand name, of one handling city or of all. */
    agreedItems: (handling: string | null = null) => records.agreed(db, today(), handling),

    /** What stood under the version `id`; null when this node does not hold it. */
    async documentOf(store: Reader, id: string): Promise<AgreementDocument | null> {
      const known = documents.get(id)
      if (known !== undefined) return known
      for (const threadNo of await records.threadsOf(store, id)) {
        const state = await records.state(store, threadNo)
        const version = state?.versions.find(entry => entry.id === id)
        if (version === undefined) continue
        if (documents.size >= DOCUMENTS) documents.delete(documents.keys().next().value ?? '')
        documents.set(id, version.document)
        return version.document
      }
      return null
    },

    /** Texts and signatures of the agreement a case began under, the version's first, then what it amends; for evidence. */
    async evidence(id: string): Promise<{ text: string; signatures: AgreementSignature[] }[]> {
      for (const threadNo of await records.threadsOf(db, id)) {
        const state = await records.state(db, threadNo)
        const index = state?.versions.findIndex(version => version.id === id) ?? -1
        if (state === null || index < 0) continue
        return state.versions
          .slice(0, index + 1)
          .reverse()
          .map(version => ({ text: version.text, signatures: version.signatures.map(entry => entry.signature) }))
      }
      return []
    },
  }
}
