/** All migrations in order; a landed one is never changed: `frozen.txt` holds the checksum of each. */
import type { Migration } from '../migrate.ts'
import { spine } from './001-spine.ts'
import { peopleAudit } from './002-people-audit.ts'
import { lists } from './003-lists.ts'
import { items } from './004-items.ts'
import { mappings } from './005-mappings.ts'
import { agreements } from './006-agreements.ts'
import { directory } from './007-directory.ts'
import { health } from './008-health.ts'
import { calendar } from './009-calendar.ts'
import { caseClock } from './010-case-clock.ts'
import { jointCases } from './011-joint-cases.ts'
import { webhooks } from './012-webhooks.ts'
import { queues } from './013-queues.ts'
import { intake } from './014-intake.ts'
import { mail } from './015-mail.ts'
import { purge } from './016-purge.ts'
import { views } from './017-views.ts'
import { evaluations } from './018-evaluations.ts'
import { pages } from './019-pages.ts'
import { ownDuties } from './020-own-duties.ts'
import { caseSteps } from './021-case-steps.ts'
import { sealedAnswers } from './022-sealed-answers.ts'
import { pairingWords } from './023-pairing-words.ts'
import { withdrawn } from './024-withdrawn.ts'
import { directoryFloors } from './025-directory-floors.ts'
import { wantedMaterials } from './026-wanted-materials.ts'
import { blockedJobs } from './027-blocked-jobs.ts'
import { toldSignatures } from './028-told-signatures.ts'
import { receivedAt } from './029-received-at.ts'
import { keptBytes } from './030-kept-bytes.ts'
import { draftStage } from './031-draft-stage.ts'
import { currentLinks } from './032-current-links.ts'
import { epoch } from './033-epoch.ts'
import { projection } from './034-projection.ts'
import { keptRevocations } from './035-kept-revocations.ts'
import { caseKeys } from './036-case-keys.ts'
import { mailTroubles } from './037-mail-troubles.ts'
import { alliances } from './038-alliances.ts'
import { sealing } from './039-sealing.ts'
import { webhookSecrets } from './040-webhook-secrets.ts'
import { keptAnswers } from './041-kept-answers.ts'
import { looks } from './042-looks.ts'
import { valueKeys } from './043-value-keys.ts'
import { limitsBegun } from './044-limits-begun.ts'
import { listEntries } from './045-list-entries.ts'
import { adapterTrace } from './046-adapter-trace.ts'
import { rights } from './047-rights.ts'
import { signIn } from './048-sign-in.ts'
import { phoneSearch } from './049-phone-search.ts'
import { eventFacts } from './050-event-facts.ts'
import { columnMappings } from './051-column-mappings.ts'
import { sms } from './052-sms.ts'
import { originals } from './053-originals.ts'
import { phrases } from './054-phrases.ts'
import { scanReuses } from './055-scan-reuses.ts'
import { boxes } from './056-boxes.ts'
import { agreementDrafts } from './057-agreement-drafts.ts'
import { uploads } from './058-uploads.ts'
import { withdrawals } from './059-withdrawals.ts'
import { fewerCaseKeys } from './060-fewer-case-keys.ts'
import { draftSteps } from './061-draft-steps.ts'
import { coveringBoxes } from './062-covering-boxes.ts'
import { pairsCounted } from './063-pairs-counted.ts'
import { deskColumns } from './064-desk-columns.ts'
import { handedOver } from './065-handed-over.ts'
import { severalAdapters } from './066-several-adapters.ts'
import { flowSums } from './067-flow-sums.ts'
import { fewerPages } from './068-fewer-pages.ts'
import { approval } from './069-approval.ts'
import { mappingVersions } from './070-mapping-versions.ts'
import { instantApproval } from './071-instant-approval.ts'
import { phrasesOfItems } from './072-phrases-of-items.ts'
import { tracedAdapter } from './073-traced-adapter.ts'

export const MIGRATIONS: readonly Migration[] = [
  spine,
  peopleAudit,
  lists,
  items,
  mappings,
  agreements,
  directory,
  health,
  calendar,
  caseClock,
  jointCases,
  webhooks,
  queues,
  intake,
  mail,
  purge,
  views,
  evaluations,
  pages,
  ownDuties,
  caseSteps,
  sealedAnswers,
  pairingWords,
  withdrawn,
  directoryFloors,
  wantedMaterials,
  blockedJobs,
  toldSignatures,
  receivedAt,
  keptBytes,
  draftStage,
  currentLinks,
  epoch,
  projection,
  keptRevocations,
  caseKeys,
  mailTroubles,
  alliances,
  sealing,
  webhookSecrets,
  keptAnswers,
  looks,
  valueKeys,
  limitsBegun,
  listEntries,
  adapterTrace,
  rights,
  signIn,
  phoneSearch,
  eventFacts,
  columnMappings,
  sms,
  originals,
  phrases,
  scanReuses,
  boxes,
  agreementDrafts,
  uploads,
  withdrawals,
  fewerCaseKeys,
  draftSteps,
  coveringBoxes,
  pairsCounted,
  deskColumns,
  handedOver,
  severalAdapters,
  flowSums,
  fewerPages,
  approval,
  mappingVersions,
  instantApproval,
  phrasesOfItems,
  tracedAdapter,
]
