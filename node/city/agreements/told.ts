/**
 * Signatures told by others (他方转告的签名): of a text between many the proposer tells every party of all signatures. One counts here only
 * under a certificate that this node trusts for that city. The verdict is kept when the signature comes, so that a later change of
 * certificates moves nothing; one of a city that is not known here waits until its certificate is trusted, or an administrator
 * confirmed its fingerprint.
 */
import type { AgreementSignature } from '../../../protocol/agreement/signature.ts'
import type { AgreementState, Signed, ToldSignature } from '../../../protocol/agreement/state.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import type { CertificateOf, PinnedOf } from './certificates.ts'

type Row = { version: Uint8Array; city: string; fingerprint: string; counted_at: number | null }

/** A told signature whose certificate is not known here. */
export type Waiting = ToldSignature & { threadNo: number; agreement: string; at: number }

export type ToldSignatures = ReturnType<typeof createToldSignatures>

export function createToldSignatures({
  certificateOf,
  pinnedOf,
}: {
  certificateOf: CertificateOf
  pinnedOf: PinnedOf
}) {
  const rowsOf = (store: Reader, threadNo: number) =>
    store.query<Row>('SELECT version, city, fingerprint, counted_at FROM agreement_signatures WHERE thread_no = ?', [
      threadNo,
    ])

  /** The fingerprint of the certificate that gave a signature: of one that was trusted here, or of the one that came along. */
  async function fingerprintOf({ city, certificate = '', signature }: Signed): Promise<string> {
    const trusted = await certificateOf(city, kidOf(signature) ?? '')
    if (trusted !== null) return trusted.fingerprint
    const { readPlain } = await import('../../../certs/index.ts')
    const read = readPlain(certificate)
    return read.ok ? read.certificate.fingerprint : ''
  }

  return {
    /** Keeps which signatures of a version count, as they were verified; those of an own packet were, when each city signed. */
    async keep(
      tx: Transaction,
      threadNo: number,
      { id, signatures }: { id: string; signatures: readonly Signed[] },
      by: { own: boolean; at: number },
    ): Promise<void> {
      for (const signed of signatures) {
        if (signed.own) continue
        const pinned = await pinnedOf(signed.city)
        const isPinned = pinned !== null && pinned.key.kid === kidOf(signed.signature)
        const counts = by.own || isPinned
        const fingerprint = isPinned ? pinned.fingerprint : await fingerprintOf(signed)
        await tx.run(
          `INSERT INTO agreement_signatures (thread_no, version, city, fingerprint, told_at, counted_at, counted_by)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (thread_no, version, city) DO UPDATE SET fingerprint = excluded.fingerprint, told_at = excluded.told_at,
             counted_at = excluded.counted_at, counted_by = excluded.counted_by`,
          [threadNo, fromHex(id), signed.city, fingerprint, by.at, counts ? by.at : null, counts ? 'node' : null],
        )
      }
    },

    /** The state as it counts here: a version of which a signature waits does not stand. */
    async judge(store: Reader, threadNo: number, state: AgreementState): Promise<AgreementState> {
      const many = state.versions.filter(version => version.complete && version.document.parties.length > 2)
      if (many.length === 0) return state
      const rows = await rowsOf(store, threadNo)
      const versions = []
      for (const version of state.versions) {
        const told: ToldSignature[] = []
        for (const signed of many.includes(version) ? version.signatures.filter(({ own }) => !own) : []) {
          const row = rows.find(entry => entry.city === signed.city && toHex(entry.version) === version.id)
          // What came before verdicts were kept counts by any certificate that was trusted here, as it did then.
          const waits =
            row === undefined
              ? (await certificateOf(signed.city, kidOf(signed.signature) ?? '')) === null
              : row.counted_at === null
          if (waits) told.push({ city: signed.city, fingerprint: row?.fingerprint ?? (await fingerprintOf(signed)) })
        }
        versions.push(told.length === 0 ? version : { ...version, complete: false, told })
      }
      const stands = versions.some(({ complete }) => complete)
      return { ...state, versions, state: state.state === 'active' && !stands ? 'signed' : state.state }
    },

    /** From now on the signatures of a city by a certificate count in a thread. */
    async count(
      tx: Transaction,
      threadNo: number,
      { city, fingerprint }: ToldSignature,
      versions: readonly string[],
      by: { actor: string; at: number },
    ): Promise<void> {
      for (const id of versions)
        await tx.run(
          `INSERT INTO agreement_signatures (thread_no, version, city, fingerprint, told_at, counted_at, counted_by)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (thread_no, version, city) DO UPDATE SET counted_at = excluded.counted_at, counted_by = excluded.counted_by`,
          [threadNo, fromHex(id), city, fingerprint, by.at, by.at, by.actor],
        )
    },

    /** What waits, of one city or of all, oldest first; 1000 at most. */
    async waiting(store: Reader, city: string | null): Promise<Waiting[]> {
      const rows = await store.query<Row & { thread_no: number; told_at: number }>(
        `SELECT thread_no, version, city, fingerprint, told_at, counted_at FROM agreement_signatures
         WHERE counted_at IS NULL AND (? IS NULL OR city = ?) ORDER BY told_at, thread_no, city LIMIT 1000`,
        [city, city],
      )
      return rows.map(row => ({
        threadNo: row.thread_no,
        agreement: toHex(row.version),
        city: row.city,
        fingerprint: row.fingerprint,
        at: row.told_at,
      }))
    },
  }
}

/** The certificate key that a signature names. */
export function kidOf({ protected: header }: AgreementSignature): string | null {
  try {
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown }
    return typeof kid === 'string' ? kid : null
  } catch {
    return null
  }
}
