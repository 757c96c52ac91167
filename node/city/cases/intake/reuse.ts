/**
 * Reuse of an applicant's earlier scans (复用以往材料): what earlier cases of the same person hold that this city took in, and the recorded
 * consent under which a scan of one of them may go into a new case. A scan that was allowed outlives the purge of the case that it came
 * from, for as long as a draft would; in the new case it is held, and purged, as any other. May import the audit log and the store.
 */
import type { CaseBody, CaseMaterial } from '../../../../protocol/case/kinds.ts'
import { type Finding, ruleFinding } from '../../../../protocol/case/preflight.ts'
import { fromHex, toHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Reader } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { LookupKeys } from '../lookup.ts'
import type { Found } from '../rights.ts'

export const REUSE_LIMITS = {
  /** earlier cases of an applicant that are looked at, the newest */
  cases: 20,
  /** scans that one consent names */
  scans: 64,
} as const

/** A scan of an earlier case. */
export type EarlierScan = {
  thread: string
  caseNo: string
  item: string
  /** ms: when that application was sent */
  submittedAt: number
  sha256: string
  code: string
  name: string
  form: NonNullable<CaseMaterial['form']> | null
  pages: number | null
}

/** To what the applicant agreed, and when; `text`: version of the notice that was shown. */
export type ReuseConsent = { acceptedAt: string; text?: string | undefined }

export type ReuseParts = {
  db: Database
  clock: Clock
  audit: Audit
  packets: (threadNo: number) => Promise<readonly StoredPacket[]>
  /** which of them are held here */
  held: (hashes: readonly string[]) => Promise<ReadonlySet<string>>
  keys: Pick<LookupKeys, 'number'>
}

/** ms that the clock of a counter may be ahead. */
const AHEAD = 300_000

export type Reuse = ReturnType<typeof createReuse>

export function createReuse({ db, clock, audit, packets, held, keys }: ReuseParts) {
  /** What earlier cases of the person hold here, of those that may be read (null: every one), the newest first. */
  async function scansOf(idNumber: string, sees: Found | null): Promise<EarlierScan[]> {
    const rows = await db.query<{ thread_no: number; thread: Uint8Array; case_no: string; submitted_at: number }>(
      `SELECT c.thread_no, t.thread, c.case_no, c.submitted_at FROM cases c JOIN threads t ON t.no = c.thread_no
       WHERE c.applicant_key = ? AND c.role = 'collecting' AND c.purged_at IS NULL ${sees === null ? '' : `AND ${sees.where}`}
       ORDER BY c.submitted_at DESC, c.thread_no DESC LIMIT ?`,
      [keys.number(idNumber), ...(sees?.params ?? []), REUSE_LIMITS.cases],
    )
    const found: EarlierScan[] = []
    for (const row of rows) {
      const of = await packets(row.thread_no)
      const submit = of.find(({ claims }) => claims.kind === 'case.submit')?.body as CaseBody<'case.submit'> | null
      for (const { claims, body } of of) {
        if (body === null || (claims.kind !== 'case.submit' && claims.kind !== 'case.supplement')) continue
        for (const material of (body as CaseBody<'case.supplement'>).materials)
          found.push({
            thread: toHex(row.thread),
            caseNo: row.case_no,
            item: submit?.item.name ?? '',
            submittedAt: row.submitted_at,
            sha256: material.sha256,
            code: material.code,
            name: material.name,
            form: material.form ?? null,
            pages: material.pages ?? null,
          })
      }
    }
    const here = await held([...new Set(found.map(({ sha256 }) => sha256))])
    return found.filter(({ sha256 }) => here.has(sha256))
  }

  return {
    /** What earlier cases of the person hold, of those that may be read: personal data, so that the search and each case leave an audit row. */
    async list(idNumber: string, actor: string, sees: Found | null = null): Promise<EarlierScan[]> {
      const found = await scansOf(idNumber, sees)
      await db.transaction(async tx => {
        const detail = { found: found.length, for: 'reuse' }
        await audit.append(tx, { actor, action: 'cases.searched', subject: 'reuse', detail })
        for (const subject of new Set(found.map(({ thread }) => thread)))
          await audit.append(tx, { actor, action: 'case.read', subject, detail: { for: 'reuse' } })
      })
      return found
    },

    /** Records that the applicant agreed to the reuse of these scans. Problems: `material.missing` for one that is none of theirs, `request.invalid`. */
    async allow(
      idNumber: string,
      wanted: readonly { thread: string; sha256: string }[],
      consent: ReuseConsent,
      actor: string,
      sees: Found | null = null,
    ): Promise<EarlierScan[]> {
      if (Date.parse(consent.acceptedAt) > clock.now() + AHEAD)
        throw new ProblemError('request.invalid', 'consent.acceptedAt: later than now')
      const known = await scansOf(idNumber, sees)
      const scans = wanted.map(({ thread, sha256 }, index) => {
        const scan = known.find(one => one.thread === thread && one.sha256 === sha256)
        if (scan === undefined) throw new ProblemError('material.missing', `scans.${index}`, { act: 'you' })
        if (Date.parse(consent.acceptedAt) < scan.submittedAt - AHEAD)
          throw new ProblemError('request.invalid', 'consent.acceptedAt: earlier than the case of the scan')
        return scan
      })
      const key = keys.number(idNumber)
      await db.transaction(async tx => {
        await act(tx)
        for (const { thread, sha256 } of scans) {
          await tx.run(
            `INSERT INTO scan_reuses (sha256, thread_no, applicant_key, actor, accepted_at, at)
             SELECT ?, no, ?, ?, ?, ? FROM threads WHERE thread = ?
             ON CONFLICT (sha256, thread_no) DO UPDATE SET actor = excluded.actor, accepted_at = excluded.accepted_at, at = excluded.at`,
            [fromHex(sha256), key, actor, consent.acceptedAt, clock.now(), fromHex(thread)],
          )
          await audit.append(tx, {
            actor,
            action: 'scan.reused',
            subject: thread,
            detail: { material: sha256, accepted: consent.acceptedAt, notice: consent.text ?? null },
          })
        }
      })
      return scans
    },
  }
}

/** Scans of earlier cases among the materials of an application, to whose reuse no consent of the applicant is recorded. */
export async function unallowed(
  db: Reader,
  keys: Pick<LookupKeys, 'number'>,
  { applicant, materials }: { applicant: { idNumber: string }; materials: readonly { sha256: string }[] },
): Promise<Finding[]> {
  const rows = await db.query<{ sha256: Uint8Array }>(
    `SELECT DISTINCT m.sha256 FROM packet_materials m JOIN packets p ON p.no = m.packet_no JOIN cases c ON c.thread_no = p.thread_no
     WHERE m.sha256 IN (SELECT unhex(value) FROM json_each(?)) AND c.purged_at IS NULL AND p.direction = 'out' AND p.status <> 'refused'
       AND NOT EXISTS (SELECT 1 FROM scan_reuses r WHERE r.sha256 = m.sha256 AND r.applicant_key = ?)`,
    [JSON.stringify(materials.map(({ sha256 }) => sha256)), keys.number(applicant.idNumber)],
  )
  const found = new Set(rows.map(({ sha256 }) => toHex(sha256)))
  return materials.flatMap(({ sha256 }, index) =>
    found.has(sha256)
      ? [
          ruleFinding(
            'scan-reused',
            'notice',
            `materials.${index}.sha256`,
            'the scan of an earlier case: record that the applicant agrees to its reuse',
            '该扫描件来自以往办件，请登记申请人同意复用',
          ),
        ]
      : [],
  )
}
