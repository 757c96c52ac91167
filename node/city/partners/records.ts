/** What pairing leaves in the store: partner, certificate, delegations. A certificate has a time of trust once confirmed. */
import { readPlain } from '../../../certs/index.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { type Refused, refuse } from '../../../protocol/problem.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { PairedSide } from './pairing.ts'

export type PartnerStatus = 'pending' | 'active' | 'suspended'

export type PartnerRow = {
  code: string
  name: string
  status: PartnerStatus
  fingerprint: string
  addresses: string
  words: string
  /** places, from 0, of the words that the administrator types */
  asked: string
  /** wrong tries to type them */
  wrong_words: number
  paired_at: number
  confirmed_at: number | null
  seen_at: number | null
  vouched: string | null
}

type Reader = Pick<Transaction, 'query'>

export async function findPartner(store: Reader, code: string): Promise<PartnerRow | undefined> {
  const [row] = await store.query<PartnerRow>('SELECT * FROM partners WHERE code = ?', [code])
  return row
}

/**
 * Whether a city with this certificate may be paired, when `held` is what is known of it. A pairing never replaces the
 * certificate of a partner that exchanges packets. It replaces one that waits: whoever came first with an invite must not keep the
 * city out that comes with the next, and only the words of the last pairing confirm it.
 */
export function checkPairing(held: PartnerRow | undefined, fingerprint: string): Refused | null {
  if (held?.status !== 'active' || held.fingerprint === fingerprint) return null
  return refuse(
    'certificate.mismatch',
    `${held.code} is paired under another certificate: suspend it first, then pair again`,
  )
}

/** Stores a pairing that `checkPairing` allowed. The same certificate keeps the partner as it is; another waits for confirmation. */
export async function storePairing(
  tx: Transaction,
  held: PartnerRow | undefined,
  side: PairedSide,
  shown: {
    words: readonly string[]
    /** places, from 0 */
    asked: readonly number[]
  },
  now: number,
): Promise<void> {
  if (held !== undefined && held.fingerprint !== side.fingerprint) await forgetUntrusted(tx, side.city)
  await tx.run(
    'INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, 0) ON CONFLICT (fingerprint) DO NOTHING',
    [side.fingerprint, side.city, side.pem],
  )
  for (const { id, type, jws, iat } of side.papers) {
    await tx.run(
      'INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      [fromHex(id), side.city, type, side.fingerprint, jws, iat],
    )
  }
  await tx.run(
    `INSERT INTO partners (code, name, status, fingerprint, addresses, words, asked, wrong_words, paired_at, confirmed_at, seen_at,
       vouched)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, NULL, NULL, ?)
     ON CONFLICT (code) DO UPDATE SET name = excluded.name, status = excluded.status, fingerprint = excluded.fingerprint,
       addresses = excluded.addresses, words = excluded.words, asked = excluded.asked, wrong_words = 0, paired_at = excluded.paired_at, vouched = excluded.vouched`,
    [
      side.city,
      side.name,
      held?.fingerprint === side.fingerprint ? held.status : 'pending',
      side.fingerprint,
      JSON.stringify(side.addresses),
      JSON.stringify(shown.words),
      JSON.stringify(shown.asked),
      now,
      side.vouched,
    ],
  )
}

/** The administrator saw the same words: the partner's certificate is trusted from now on. */
export async function trustPartner(tx: Transaction, row: PartnerRow, now: number): Promise<void> {
  const [newest] = await tx.query<{ at: number | null }>(
    'SELECT max(trusted_at) AS at FROM certificates WHERE city = ?',
    [row.code],
  )
  // Later than the former certificate's, whatever the clock says.
  await tx.run('UPDATE certificates SET trusted_at = ? WHERE fingerprint = ?', [
    Math.max(now, (newest?.at ?? 0) + 1),
    row.fingerprint,
  ])
  await tx.run(`UPDATE partners SET status = 'active', confirmed_at = coalesce(confirmed_at, ?) WHERE code = ?`, [
    now,
    row.code,
  ])
}

/**
 * Forgets a pairing and what it brought. A partner that was trusted before under another certificate is suspended under
 * that one again; its cases and their evidence stay.
 */
export async function forgetPairing(tx: Transaction, row: PartnerRow): Promise<void> {
  await forgetUntrusted(tx, row.code)
  const [former] = await tx.query<{ fingerprint: string; pem: string }>(
    'SELECT fingerprint, pem FROM certificates WHERE city = ? ORDER BY trusted_at DESC LIMIT 1',
    [row.code],
  )
  if (row.status === 'pending' && former !== undefined && row.confirmed_at !== null) {
    const read = readPlain(former.pem)
    await tx.run(
      `UPDATE partners SET status = 'suspended', fingerprint = ?, name = ?, words = '[]', asked = '[]', vouched = NULL WHERE code = ?`,
      [former.fingerprint, read.ok ? read.certificate.name : row.name, row.code],
    )
    return
  }
  await tx.run('DELETE FROM delegations WHERE city = ?', [row.code])
  await tx.run('DELETE FROM certificates WHERE city = ?', [row.code])
  await tx.run('DELETE FROM partners WHERE code = ?', [row.code])
}

/** Forgets what pairings brought that nobody confirmed. */
async function forgetUntrusted(tx: Transaction, code: string): Promise<void> {
  const untrusted = 'SELECT fingerprint FROM certificates WHERE city = ? AND trusted_at = 0'
  await tx.run(`DELETE FROM delegations WHERE city = ? AND certificate IN (${untrusted})`, [code, code])
  await tx.run('DELETE FROM certificates WHERE city = ? AND trusted_at = 0', [code])
}
