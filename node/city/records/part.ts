/** Records of cases (档案): papers to print, pages for applicants, evidence and archives. */
import { join } from 'node:path'
import { readCertificate } from '../../../certs/index.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { verifyPacket } from '../../../protocol/packet/envelope.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import type { ExchangePort } from '../../spine/exchange/part.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import type { AgreementsPort } from '../agreements/part.ts'
import { addressOf } from '../applicants/pages.ts'
import { createApplicants } from '../applicants/progress.ts'
import type { CalendarsPort } from '../calendar/part.ts'
import type { CasesPort } from '../cases/part.ts'
import type { ListsPort } from '../catalogue/lists-part.ts'
import type { TrustPort } from '../partners/trust-part.ts'
import { createArchives } from './archive/archive.ts'
import { archiveRoutes } from './archive/routes.ts'
import { createCaseTimelines } from './evidence/case-timeline.ts'
import { createEvidence } from './evidence/evidence.ts'
import { evidenceRoutes } from './evidence/routes.ts'
import { timelineRoutes } from './evidence/timeline-routes.ts'
import { createEvidenceVerifier } from './evidence/verify-apart.ts'
import { createCasePapers } from './papers/papers.ts'
import { paperRoutes } from './papers/routes.ts'
import type { LastDay } from './papers/view.ts'
import { scanRoutes } from './scans/routes.ts'
import { createCaseScans } from './scans/scans.ts'

export type RecordsPort = ReturnType<typeof createRecordsPart>['port']

export function createRecordsPart(
  { config, db, clock, audit, events, randomId }: Kernel,
  { trust, identity, keyOf }: TrustPort,
  { packets }: ExchangePort,
  { cases, clocks }: CasesPort,
  {
    services,
    agreements,
    calendars,
    materials,
    pages,
  }: ListsPort & Pick<AgreementsPort, 'agreements'> & CalendarsPort & MaterialsPort,
) {
  const promised = async (state: CaseState): Promise<LastDay | null> => {
    const { deadlines } = await clocks.of(db, state)
    const promise = deadlines.find(({ duty }) => duty === 'promise')
    return promise?.due == null ? null : { day: promise.due, provisional: promise.provisional }
  }
  const cityOf = (code: string) => {
    const own = code === identity.city
    const read = readCertificate((own ? identity.document().certificates[0] : trust.certificatePem(code)) ?? '')
    return read.ok
      ? { name: read.certificate.name, authority: read.certificate.authority ?? read.certificate.name }
      : null
  }
  const cityName = (code: string) => cityOf(code)?.name ?? code
  const packetsOf = (threadNo: number) => packets().packets(db, threadNo)
  const applicants = createApplicants({
    db,
    key: keyOf('progress 1'),
    cityName,
    promised,
    item: services.pinned,
    packets: {
      outline: threadNo => packets().outline(db, threadNo),
      bodyOf: packet => packets().bodyOf(db, packet),
      of: (store, threadNo) => packets().packets(store, threadNo),
    },
    evaluate: async (thread, content) => {
      await cases.step(thread, 'case.evaluate', content, 'applicant')
    },
  })
  const casePapers = createCasePapers({
    db,
    clock,
    audit,
    events,
    packets: packetsOf,
    item: services.pinned,
    city: cityOf,
    verify: async jws => (await verifyPacket(jws, { resolveKey: kid => trust.key(kid), evidence: true })).ok,
    promised: async thread => promised((await cases.get(thread)).fold),
    progress(thread) {
      const { url } = config.applicants
      if (url === undefined) return null
      const code = addressOf(applicants.tokenOf(thread), { big: false, scanned: true })
      return { url: new URL('/', url).href, code: new URL(code, url).href }
    },
  })
  const evidence = createEvidence({
    db,
    packets,
    identity,
    clock,
    audit,
    trust,
    agreements,
    calendars,
    materials,
    caseNo: async thread => (await cases.get(thread)).caseNo,
  })
  const verifier = createEvidenceVerifier({ folder: join(config.data, 'verifying'), id: randomId })
  const fingerprintOf = (code: string) => {
    const own = code === identity.city
    const read = readCertificate((own ? identity.document().certificates[0] : trust.certificatePem(code)) ?? '')
    if (!read.ok) return null
    return { known: own ? ('own' as const) : ('partner' as const), fingerprint: read.certificate.fingerprint }
  }
  const archives = createArchives({
    db,
    clock,
    audit,
    evidence,
    materials,
    papers: casePapers,
    packets: packetsOf,
    own: identity.city,
    cityName,
    row: thread => cases.get(thread),
  })
  const timelines = createCaseTimelines({
    db,
    audit,
    packets: packetsOf,
    refused: threadNo => packets().refused(db, threadNo),
    get: thread => cases.get(thread),
    own: identity.city,
    cityName,
  })
  const scans = createCaseScans({
    db,
    clock,
    audit,
    pages,
    get: thread => cases.get(thread),
    packets: packetsOf,
    read: (sha256, offset) => materials.read(sha256, offset),
    item: services.pinned,
  })
  return {
    port: { applicants, casePapers, cityName, evidence },
    routes: [
      paperRoutes(casePapers),
      evidenceRoutes(evidence, verifier, fingerprintOf),
      archiveRoutes(archives),
      timelineRoutes(timelines),
      scanRoutes(scans),
    ],
    start: () => verifier.start(),
  } satisfies Part<object>
}
