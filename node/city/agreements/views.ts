/** How agreements are shown (协议的查看): a row of the list, and one with all its texts, signatures and what waits. Pure. */
import type { AgreementDocument } from '../../../protocol/agreement/document.ts'
import {
  type AgreementState,
  type FailedText,
  latest,
  type Standing,
  type ToldSignature,
} from '../../../protocol/agreement/state.ts'
import type { AgreementRow } from './records.ts'
import type { TextFault } from './soundness.ts'

/** As rows have it, without what only reminders ask for. */
export type AgreementView = Omit<
  AgreementRow,
  'no' | 'renewal' | 'noticeDays' | 'pendingAt' | 'pendingFrom' | 'news'
> & {
  /** last day on which new cases begin; null when it renews itself and nobody has terminated it */
  endsOn: string | null
  /** stands, but its last day is over */
  expired: boolean
}

/** A signature that the city `by` told, by a certificate that is not known here: compare its fingerprint with that city. */
export type ToldView = ToldSignature & { by: string }

/** A text with who signed it. */
export type TextView = {
  id: string
  amends: string | null
  from: string
  signedBy: string[]
  /** signatures of other cities that do not count here yet, by certificates to compare */
  told: ToldView[]
  complete: boolean
  document: AgreementDocument
}
export type AgreementDetail = AgreementView & {
  /** what stands, or was proposed last */
  document: AgreementDocument
  signedBy: string[]
  versions: TextView[]
  pending:
    | (Omit<TextView, 'complete' | 'told'> & {
        by: string
        reason: string | null
        /** why the text of a partner cannot be signed here; the first ones */
        faults: TextFault[]
      })
    | null
  suspendedBy: string[]
  /** texts that will not stand, newest first */
  failed: Pick<FailedText, 'id' | 'from' | 'how' | 'by' | 'reason' | 'at'>[]
  /** between many: parties that suspended it or leave, as they told all */
  standings: Pick<Standing, 'city' | 'suspended' | 'leavesOn' | 'at'>[]
}

/** A row as it stands on the day `today`. */
export const viewOf = (
  { no, renewal, noticeDays, pendingAt, pendingFrom, news, ...row }: AgreementRow,
  today: string,
): AgreementView => ({
  ...row,
  endsOn: earlier(renewal === 'auto' ? null : row.validTo, row.terminatedOn),
  expired: row.state === 'active' && row.validTo < today && renewal !== 'auto',
})

/** An agreement with every version; `faults`: why the text that waits cannot be signed here. */
export function detailOf(
  row: AgreementRow,
  state: AgreementState,
  faults: TextFault[],
  today: string,
): AgreementDetail {
  const shown = latest(state)
  const text = (
    entry: Pick<TextView, 'id' | 'from' | 'document'> & {
      amendment: { amends: string } | null
    } & Parameters<typeof signersOf>[0],
  ) => ({
    id: entry.id,
    amends: entry.amendment?.amends ?? null,
    from: entry.from,
    signedBy: signersOf(entry),
    document: entry.document,
  })
  return {
    ...viewOf(row, today),
    document: shown.document,
    signedBy: signersOf(shown),
    versions: state.versions.map(version => ({
      ...text(version),
      told: (version.told ?? []).map(entry => ({ ...entry, by: state.proposer })),
      complete: version.complete,
    })),
    pending:
      state.pending === null
        ? null
        : {
            ...text(state.pending),
            by: state.pending.by,
            reason: state.pending.reason,
            faults,
          },
    suspendedBy: [...state.suspendedBy],
    failed: state.failed.map(({ id, from, how, by, reason, at }) => ({ id, from, how, by, reason, at })).toReversed(),
    standings: state.standings.map(({ city, suspended, leavesOn, at }) => ({ city, suspended, leavesOn, at })),
  }
}

/** Days as text are in the order of time. */
const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a)

/** Cities whose signatures count here. */
const signersOf = ({
  signatures,
  told = [],
}: {
  signatures: readonly { city: string }[]
  told?: readonly ToldSignature[]
}): string[] => signatures.flatMap(({ city }) => (told.some(entry => entry.city === city) ? [] : [city]))
