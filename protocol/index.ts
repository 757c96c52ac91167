/**
 * What travels between cities: schemas, signatures, folds, codes. Pure: no I/O, no clock, no randomness; zod and jose alone, so
 * that it runs on any JavaScript runtime. This is the entry for programs outside the node, such as another verifier.
 */

export { openAgreementBody } from './agreement/body.ts'
export { covers, readAgreement, writeAgreement } from './agreement/document.ts'
export { generalJws, signAgreement, verifyAgreementSignature } from './agreement/signature.ts'
export { admitAgreement, foldAgreement } from './agreement/thread.ts'
export {
  addWorkingDays,
  type Calendar,
  calendarOf,
  type HolidayTable,
  isWorkingDay,
  readHolidayTable,
  workingDaysBetween,
} from './calendar/calendar.ts'
export { CHINA_HOLIDAYS } from './calendar/china.ts'
export { admitCase, openCaseBody } from './case/admit.ts'
export { type CaseClock, caseClock, type Deadline, DUTIES, purgeDay } from './case/deadlines.ts'
export { type CaseState, foldCase } from './case/fold.ts'
export { AUTHORS, CASE_BODIES, CASE_CONTENT, type CaseKind } from './case/kinds.ts'
export { mayAuthor, permits, stepsFor } from './case/permits.ts'
export { ASKS, CLOSE_FROM, MOVES, STATES } from './case/table.ts'
export { readCreditCode } from './codes/credit-code.ts'
export { readResidentId } from './codes/resident-id.ts'
export { decodeFrame, encodeFrame, type Frame } from './exchange/frames.ts'
export { advance } from './exchange/watermark.ts'
export {
  Directory,
  type DirectoryEntry,
  type DirectoryRevocation,
  directoryStanding,
  signDirectory,
  verifyDirectory,
} from './federation/directory.ts'
export { decodeDirectoryFrame, encodeDirectoryFrame } from './federation/frames.ts'
export { signDelegation, signRevocation, thumbprint, verifyDelegation, verifyRevocation } from './keys/delegation.ts'
export { LIMITS } from './limits.ts'
export * from './names.ts'
export type { Packet, PacketClaims } from './packet/claims.ts'
export { commit, signPacket, verifyPacket } from './packet/envelope.ts'
export { signReceipt, verifyReceipt } from './packet/receipt.ts'
export { linkOf, readInvite, writeInvite } from './pairing/invite.ts'
export { checkCommitment, pairingCommitment, pairingProof, verificationNumbers } from './pairing/pairing.ts'
export { admitTest, foldTest, openTestBody } from './partner-test/thread.ts'
export { PROBLEMS, type Problem, type ProblemCode, ProblemError } from './problem.ts'
export { ServiceItem } from './service/item.ts'
export { type Finding, LINT_RULES, lintItem, mayPublish } from './service/lint.ts'
export { listRoot, openList, readListItem, signListHead, verifyListHead } from './service/list.ts'
export { decodeListFrame, encodeListFrame } from './service/list-frames.ts'
export { bucketHash, bucketOf, itemKey, ListTree } from './service/list-tree.ts'
export { Organisation, placesOf, readOrganisation, writeOrganisation } from './service/organisation.ts'
export { canonicalOrder, checkPlace, viewOf } from './thread/chain.ts'
