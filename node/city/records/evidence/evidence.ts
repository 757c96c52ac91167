/** Gathers what stands in the store about one case and writes its evidence bundle (证据包). */
import type { AgreementSignature } from '../../../../protocol/agreement/signature.ts'
import type { CountedTable } from '../../../../protocol/calendar/calendar.ts'
import { moverOf } from '../../../../protocol/case/fold.ts'
import { foldTest } from '../../../../protocol/partner-test/thread.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { canonicalOrder } from '../../../../protocol/thread/chain.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { Database } from '../../../kernel/store/database.ts'
import type { PacketStore } from '../../../spine/exchange/packet-store.ts'
import type { OwnIdentity } from '../../../spine/exchange/ports.ts'
import { isPurged } from '../../cases/purged.ts'
import { type BundleInput, type PlannedBundle, planBundle, writeBundle } from './bundle.ts'
import type { BundleReport } from './verify.ts'

export type EvidenceParts = {
  db: Database
  packets: () => PacketStore
  identity: OwnIdentity
  clock: Clock
  audit: Audit
  trust: { papers(city: string): Promise<{ certificates: string[]; delegations: string[]; revocations: string[] }> }
  agreements: {
    evidence(id: string): Promise<{ text: string; signatures: AgreementSignature[] }[]>
  }
  calendars: { tablesOf(city: string): CountedTable[] }
  /** the number of a case, which outlives its bodies */
  caseNo: (thread: string) => Promise<string>
  materials: { open(sha256: string): ReadableStream<Uint8Array>; size(sha256: string): Promise<number | null> }
}

export type Evidence = ReturnType<typeof createEvidence>

export function createEvidence(parts: EvidenceParts) {
  const { db, identity } = parts

  async function gather(thread: string, type: 'case' | 'test'): Promise<BundleInput> {
    const row = await parts.packets().thread(db, thread)
    if (row === null || row.type !== type) throw new ProblemError('thread.unknown')
    const held = await parts.packets().packets(db, row.no)
    const ordered = canonicalOrder(held, moverOf(held) ?? foldTest(held)?.other ?? row.partner)
    const wire = await parts.packets().threadWire(db, row.no)
    const submit = ordered.find(packet => packet.claims.kind === 'case.submit')
    const agreement = submit?.claims.agreement
    const agreements = agreement === undefined ? [] : await parts.agreements.evidence(agreement)
    const papers = await Promise.all([identity.city, row.partner].map(city => parts.trust.papers(city)))
    const named = new Map(
      ordered.flatMap(packet => packet.claims.materials).map(material => [material.sha256, material]),
    )
    const purged = await isPurged(db, row.no)
    const materials = await Promise.all(
      [...named.values()].map(async material => ({
        ...material,
        open:
          purged || (await parts.materials.size(material.sha256)) === null
            ? null
            : () => parts.materials.open(material.sha256),
      })),
    )
    return {
      thread,
      caseNo: type === 'case' ? await parts.caseNo(thread) : thread,
      packets: ordered.map(packet => {
        const bytes = wire.get(packet.no)
        if (bytes === undefined) throw new ProblemError('internal', 'a packet changed while it was exported')
        return { jws: bytes.jws, body: bytes.body }
      }),
      receipts: await parts.packets().threadReceipts(db, row.no),
      certificates: papers.flatMap(paper => paper.certificates),
      delegations: papers.flatMap(paper => paper.delegations),
      revocations: papers.flatMap(paper => paper.revocations),
      agreements,
      calendars: new Map([identity.city, row.partner].map(city => [city, parts.calendars.tablesOf(city)])),
      materials,
      exportedAt: parts.clock.now(),
      exportedBy: identity.city,
    }
  }

  return {
    /** The bundle as a stream of ZIP bytes; leaves an audit row, for it holds personal data. Problem: `thread.unknown`. */
    async export(thread: string, actor: string): Promise<ReadableStream<Uint8Array>> {
      const input = await gather(thread, 'case')
      await db.transaction(tx => parts.audit.append(tx, { actor, action: 'evidence.exported', subject: thread }))
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      // A failure reaches the reader of the stream, which is aborted.
      writeBundle(input, writable).catch(() => {})
      return readable
    },

    /** The bundle, ready to be written into something larger, which leaves the audit row. Problem: `thread.unknown`. */
    plan: async (thread: string): Promise<PlannedBundle> => planBundle(await gather(thread, 'case')),

    /** Exports the bundle of a partner test into memory and verifies it as anybody could. Problem: `thread.unknown`. */
    async checkTest(thread: string, fingerprints: readonly string[]): Promise<BundleReport> {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const bundle = new Response(readable).blob()
      const [blob] = await Promise.all([bundle, writeBundle(await gather(thread, 'test'), writable)])
      const { verifyBundle } = await import('./verify.ts')
      return verifyBundle(blob, { fingerprints })
    },
  }
}
