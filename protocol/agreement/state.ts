/** What the fold of an agreement thread holds, and what is read off it. SPEC.md §7.3. */

import type { AgreementAmendment, AgreementDocument } from './document.ts'
import type { AgreementStateName } from './kinds.ts'
import type { SignedNotice, StandingNotice } from './notice.ts'
import type { AgreementSignature } from './signature.ts'

export type Signed = {
  city: string
  signature: AgreementSignature
  /** PEM, of a party that the reader may not know */
  certificate?: string
  /** seconds: when the packet that brought it was signed */
  at: number
  /** the packet is that of the city itself, not of the proposer who tells of all signatures */
  own: boolean
}

/** A signature that the proposer told, by a certificate (SHA-256, hex) that the reader does not trust for that city. */
export type ToldSignature = { city: string; fingerprint: string }

/** One text that was signed: the document, or an amendment of the version before. */
export type AgreementVersion = {
  /** sha256 of `text` */
  id: string
  text: string
  /** what stands from it on */
  document: AgreementDocument
  amendment: AgreementAmendment | null
  /** first day on which cases begin under it */
  from: string
  signatures: Signed[]
  /** every party has signed */
  complete: boolean
  /** signatures that a reader does not count: for it the version is not complete */
  told?: readonly ToldSignature[]
}

/** A text that waits for the signature of the city that did not write it. */
export type PendingText = Omit<AgreementVersion, 'complete'> & { by: string; reason: string | null }

/** A text that will never stand: who declined or withdrew it, and, of another party between many, the notice that says so. */
export type FailedText = Pick<PendingText, 'id' | 'document' | 'amendment' | 'from'> & {
  how: 'declined' | 'withdrawn'
  by: string
  reason: string
  /** seconds */
  at: number
  notice: SignedNotice | null
}

/** Where a party of an agreement between many stands, by its newest notice. */
export type Standing = StandingNotice & { notice: SignedNotice }

export type AgreementState = {
  state: AgreementStateName
  proposer: string
  other: string
  versions: readonly AgreementVersion[]
  pending: PendingText | null
  /** proposals that a counter-proposal replaced, oldest first; the last REPLACED_KEPT */
  replaced: readonly PendingText[]
  /** texts that were declined or withdrawn, oldest first; the last REPLACED_KEPT */
  failed: readonly FailedText[]
  /** between many: parties that gave notice, the other city of the thread among them */
  standings: readonly Standing[]
  /** of all parties that are known to have */
  suspendedBy: readonly string[]
  /** last day on which new cases begin, when terminated */
  terminatedOn: string | null
}

/** Replaced proposals, and failed texts, that a fold keeps. */
export const REPLACED_KEPT = 8

/** The newest version that all have signed; else one that is signed so far, or the text that was proposed last. */
export function latest(state: AgreementState): Omit<AgreementVersion, 'complete'> {
  const found = state.versions.findLast(({ complete }) => complete) ?? state.versions.at(-1) ?? state.pending
  if (found === null || found === undefined) throw new TypeError('an agreement without a text')
  return found
}

/** Id of the document, under whatever amendments: that of the agreement in each of its threads. */
export const rootOf = ({ versions, pending }: AgreementState): string => versions[0]?.id ?? pending?.id ?? ''

/** Whether more than two cities are parties: the text travels in several threads. */
export const isBetweenMany = (state: AgreementState): boolean => latest(state).document.parties.length > 2

/** The text that is not settled: it waits for the other city of the thread or, signed by both, for further parties. */
export function unsettled(state: AgreementState): (Omit<AgreementVersion, 'complete'> & { by: string }) | null {
  const incomplete = state.versions.find(({ complete }) => !complete)
  return state.pending ?? (incomplete === undefined ? null : { ...incomplete, by: state.proposer })
}

/** Last day on which cases with a party begin, as far as this thread tells; null while it stays. */
export const leavesOn = (state: AgreementState, city: string): string | null =>
  state.standings.find(standing => standing.city === city)?.leavesOn ??
  (city === state.other ? state.terminatedOn : null)

/** Parties that must sign a text: of an amendment those that are still in on its first day. */
export const boundBy = (
  state: AgreementState,
  { document, amendment, from }: Pick<AgreementVersion, 'document' | 'amendment' | 'from'>,
): string[] =>
  document.parties.map(({ code }) => code).filter(code => amendment === null || (leavesOn(state, code) ?? from) >= from)
