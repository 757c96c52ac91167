/**
 * Verifies an evidence bundle with nothing but the bundle and the fingerprints of the two city certificates: no node, no
 * network, no clock. Memory stays bounded whatever the bundle holds. Runs in a browser as in the node: `verify.ts` opens files for it.
 */
import { foldCase } from '../../../../protocol/case/fold.ts'
import type { CaseBody, Outcome } from '../../../../protocol/case/kinds.ts'
import type { State } from '../../../../protocol/case/table.ts'
import { sha256 } from '../../../../protocol/primitives.ts'
import { type DeadlineRecord, deadlinesOf } from './deadlines.ts'
import { BundleFiles, type Progress } from './files.ts'
import { type Finding, Findings } from './findings.ts'
import { DEADLINES, MANIFEST, TIMELINE } from './manifest.ts'
import { receipted, type TimelineEntry, timelineOf } from './timeline.ts'
import { timelineHtml } from './timeline-html.ts'
import { readCalendars } from './verify-calendars.ts'
import { type BundleCertificate, readCertificates, readKeys } from './verify-identity.ts'
import {
  type CheckedMaterial,
  checkUnused,
  verifyAgreements,
  verifyMaterials,
  verifyReceipts,
} from './verify-proofs.ts'
import { readPackets, replay } from './verify-thread.ts'
import type { Source } from './zip.ts'

export type BundleReport = {
  /** whether there is no finding of level `error` */
  ok: boolean
  thread: string | null
  caseNo: string | null
  /** division codes */
  collecting: string | null
  handling: string | null
  /** of the case as its packets tell it; null unless `ok` */
  state: State | null
  outcome: Outcome | null
  /** packets, receipts and materials that verified */
  packets: number
  receipts: number
  materials: number
  /** those materials, in the order of the packets */
  checked: CheckedMaterial[]
  /** bodies and materials that are absent because they were purged */
  purged: number
  /** packets without a receipt of the other city */
  unreceipted: number
  certificates: ReportedCertificate[]
  /** fingerprint of the certificate under which each packet was signed, by the id of the packet */
  signers: Record<string, string>
  /** when and by which city it was exported, as the manifest says, which nobody signs */
  exported: { at: string; by: string } | null
  /** the case told from the verified packets */
  timeline: TimelineEntry[]
  /** what was due, computed from them with the holiday tables of the bundle; null without agreement */
  deadlines: DeadlineRecord | null
  findings: Finding[]
}

export type ReportedCertificate = {
  city: string
  fingerprint: string
  /** of the city and of its authority */
  name: string
  authority: string
  /** who issued it, as people read it; the city itself where it is self-issued */
  issuer: string
  /** seconds */
  validFrom: number
  validTo: number
  pem: string
}

export type VerifyBundleOptions = {
  /** hex SHA-256 of the city certificates as the cities publish them; without, `ok` rests on comparing `certificates` by eye */
  fingerprints?: readonly string[]
  onProgress?: Progress
}

/** Verifies a bundle that is open, and leaves it open. Never throws on what it holds. */
export async function verifySource(source: Source, options: VerifyBundleOptions = {}): Promise<BundleReport> {
  const findings = new Findings()
  const files = await BundleFiles.open(source, findings, options.onProgress)
  return files === null ? unreadable(findings) : verifyFiles(files, options.fingerprints, findings)
}

async function verifyFiles(
  files: BundleFiles,
  fingerprints: readonly string[] | undefined,
  findings: Findings,
): Promise<BundleReport> {
  const certificates = await readCertificates(files, fingerprints, findings)
  const { keysFor, signerOf } = await readKeys(files, certificates, findings)
  const read = await readPackets(files, { keysFor, signerOf }, findings)
  if (read.length === 0) findings.error('', 'packet.none')
  const { packets, paths } = await replay(files, read, findings)
  const { count, stored } = await verifyReceipts(files, read, keysFor, findings)
  const submit = packets.find(({ claims: { kind } }) => kind === 'case.submit' || kind === 'test.ping')
  const parties = submit === undefined ? [] : [submit.claims.iss, submit.claims.aud]
  const cities = new Set(certificates.map(({ city }) => city))
  for (const city of parties) if (!cities.has(city)) findings.error('', 'certificate.missing', city)
  for (const city of cities) {
    if (submit !== undefined && !parties.includes(city)) findings.error('', 'certificate.unrelated', city)
  }
  const keys = certificates.map(({ key }) => key)
  const document = await verifyAgreements(files, submit, keys, findings)
  const checked = await verifyMaterials(files, read, findings)
  checkUnused(files, read, findings)
  const caseNo = (submit?.body as Partial<CaseBody<'case.submit'>> | null | undefined)?.caseNo
  if (caseNo !== undefined && caseNo !== files.manifest.case) findings.error(MANIFEST, 'manifest.case')

  const state = foldCase(receipted(packets, stored))
  const timeline = timelineOf(packets, stored)
  const tables = await readCalendars(files, parties, findings)
  const { thread, exportedAt, exportedBy, purged, unreceipted } = files.manifest
  const deadlines =
    state === null || document === null
      ? null
      : deadlinesOf({ state, entries: timeline, paths, document, tables, at: exportedAt })
  const fingerprintList = certificates.map(({ city, fingerprint }) => ({ city, fingerprint }))
  if (files.has(TIMELINE) && (await files.hash(TIMELINE)) !== null && state !== null && findings.ok) {
    const names = new Map(certificates.map(({ city, name }) => [city, name]))
    const told = { entries: timeline, deadlines: files.has(DEADLINES) ? deadlines : null, paths, names }
    const view = { thread, caseNo: files.manifest.case, state, ...told, certificates: fingerprintList }
    const page = timelineHtml({ ...view, purged: purged.length, exportedAt, exportedBy })
    if ((await sha256(page)) !== files.manifest.files[TIMELINE]) findings.warning(TIMELINE, 'timeline.differs')
  }
  if (files.has(DEADLINES) && (await files.hash(DEADLINES)) !== null && findings.ok) {
    if ((await sha256(JSON.stringify(deadlines, null, 2))) !== files.manifest.files[DEADLINES])
      findings.warning(DEADLINES, 'deadlines.differ')
  }
  return {
    ok: findings.ok,
    thread,
    caseNo: files.manifest.case,
    collecting: state?.collecting ?? null,
    handling: state?.handling ?? null,
    state: findings.ok ? (state?.state ?? null) : null,
    outcome: findings.ok ? (state?.outcome ?? null) : null,
    packets: packets.length,
    receipts: count,
    materials: checked.length,
    checked,
    purged: purged.length,
    unreceipted: unreceipted.length,
    certificates: certificates.map(reported),
    signers: Object.fromEntries(read.flatMap(({ id, signer }) => (signer === null ? [] : [[id, signer]]))),
    exported: { at: exportedAt, by: exportedBy },
    timeline,
    deadlines: findings.ok ? deadlines : null,
    findings: findings.list,
  }
}

const reported = ({ city, fingerprint, validity, read }: BundleCertificate): ReportedCertificate => ({
  city,
  fingerprint,
  name: read.name,
  authority: read.authority,
  issuer: read.issuer,
  validFrom: validity.begins,
  validTo: validity.ends,
  pem: read.pem,
})

const unreadable = (findings: Findings): BundleReport => ({
  ok: false,
  thread: null,
  caseNo: null,
  collecting: null,
  handling: null,
  state: null,
  outcome: null,
  packets: 0,
  receipts: 0,
  materials: 0,
  checked: [],
  purged: 0,
  unreceipted: 0,
  certificates: [],
  signers: {},
  exported: null,
  timeline: [],
  deadlines: null,
  findings: findings.list,
})
