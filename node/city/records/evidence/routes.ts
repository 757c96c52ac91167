/** HTTP routes of evidence: the bundle of one case, as a ZIP, and the verification of one that somebody brings. */
import * as z from 'zod'
import { DivisionCode, Sha256, ThreadId } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { actorOf, type RouteModule } from '../../../edges/http/route.ts'
import type { Evidence } from './evidence.ts'
import type { BundleReport } from './verify.ts'
import { type EvidenceVerifier, VERIFY_LIMITS } from './verify-apart.ts'

const count = z.number().int()
/** Whose certificate it is, as far as this node knows. */
const Known = z.enum(['own', 'partner', 'given'])
type Known = z.infer<typeof Known>
const Report = z
  .strictObject({
    ok: z.boolean().describe('no finding is an error'),
    confirmed: z
      .boolean()
      .describe(
        'each certificate is that of this city, of a partner, or was given: otherwise anybody could have made such a bundle',
      ),
    thread: z.string().nullable(),
    caseNo: z.string().nullable(),
    collecting: z.string().nullable(),
    handling: z.string().nullable(),
    state: z.string().nullable().describe('of the case, as its packets tell it; null unless ok'),
    outcome: z.string().nullable(),
    packets: count,
    receipts: count,
    materials: count,
    purged: count.describe('bodies and materials that are absent because they were purged'),
    unreceipted: count.describe('packets without a receipt of the other city'),
    certificates: z.array(z.strictObject({ city: DivisionCode, fingerprint: Sha256, known: Known.nullable() })),
    missed: z
      .array(z.strictObject({ city: z.string(), duty: z.string() }))
      .describe('duties that were not met in time'),
    findings: z.array(
      z.strictObject({
        file: z.string().describe('path in the bundle; empty for all of it'),
        level: z.enum(['error', 'warning']),
        code: z.string(),
        detail: z.string().optional(),
        en: z.string(),
        zh: z.string(),
      }),
    ),
  })
  .meta({ id: 'EvidenceReport' })

function toAnswer(
  report: BundleReport,
  known: (city: string, fingerprint: string) => Known | null,
): z.input<typeof Report> {
  const { timeline, deadlines, certificates, findings, checked, signers, exported, ...rest } = report
  const told = certificates.map(({ city, fingerprint }) => ({ city, fingerprint, known: known(city, fingerprint) }))
  return {
    ...rest,
    confirmed: told.length > 0 && told.every(certificate => certificate.known !== null),
    certificates: told,
    missed: (deadlines?.duties ?? []).flatMap(({ missed, city, duty }) => (missed ? [{ city, duty }] : [])),
    findings: findings.map(({ file, level, problem: { code, detail }, en, zh }) => ({
      file,
      level,
      code,
      ...(detail === undefined ? {} : { detail }),
      en,
      zh,
    })),
  }
}

export const evidenceRoutes = (
  evidence: Evidence,
  verifier: Pick<EvidenceVerifier, 'verify'>,
  /** SHA-256 of the certificate of this city or of a partner; null of any other */
  fingerprintOf: (city: string) => { known: 'own' | 'partner'; fingerprint: string } | null,
): RouteModule => ({
  tag: 'Evidence',
  description: 'Evidence bundles (证据包): all that both cities signed about a case, to be verified offline by anyone.',
  register(api) {
    api.download({
      path: '/api/v1/cases/{thread}/evidence',
      id: 'exportEvidence',
      summary: 'The evidence bundle of a case: packets, receipts, keys, bodies, materials, timeline',
      action: 'case.export',
      params: z.strictObject({ thread: ThreadId }),
      gives: { types: ['application/zip'], description: 'tongban-evidence/1, SPEC.md §12' },
      seconds: 3600,
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({
        type: 'application/zip',
        body: await evidence.export(thread, actorOf(person)),
        filename: `evidence-${thread}.zip`,
      }),
    })
    api.upload({
      method: 'post',
      path: '/api/v1/evidence/verify',
      id: 'verifyEvidence',
      summary: 'Verify an evidence bundle: what it proves, and whose certificates it names',
      description:
        'The file is kept no longer than the answer takes. The same verification runs offline as `tongban evidence verify`.',
      action: 'reference.read',
      query: z.strictObject({
        fingerprints: z
          .string()
          .regex(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/)
          .optional()
          .describe(
            `SHA-256 of city certificates that were confirmed elsewhere, between commas, ${VERIFY_LIMITS.fingerprints} at most`,
          ),
      }),
      takes: { types: ['application/zip'], bytes: VERIFY_LIMITS.bytes },
      answer: Report,
      seconds: 600,
      handle: async ({ query, stream, signal }) => {
        const given = query.fingerprints?.split(',') ?? []
        if (given.length > VERIFY_LIMITS.fingerprints)
          throw new ProblemError('request.invalid', `fingerprints: at most ${VERIFY_LIMITS.fingerprints}`)
        return toAnswer(await verifier.verify(stream, given, signal), (city, fingerprint) => {
          if (given.includes(fingerprint)) return 'given'
          const held = fingerprintOf(city)
          return held?.fingerprint === fingerprint ? held.known : null
        })
      },
    })
  },
})
