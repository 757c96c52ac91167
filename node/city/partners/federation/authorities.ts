/**
 * The accept list (认可名单) of certificate authorities: a city certificate that one of them issued can be paired by its
 * chain. A self-issued one needs no authority, only its fingerprint and the words that both administrators compare.
 * May import certs, the audit log, the store and the protocol.
 */

import { checkAuthority, checkCertificate, checkChain, PROFILE, readCertificate } from '../../../../certs/index.ts'
import { ownProblem, ProblemError, refuse } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database } from '../../../kernel/store/database.ts'
import type { VouchedCertificate } from '../pairing.ts'

/** Authorities that a node accepts at most. */
export const ACCEPTED_AUTHORITIES = 64

export type Authority = {
  /** SHA-256 of the DER, lowercase hex */
  fingerprint: string
  name: string
  /** ms; also of `notAfter` */
  acceptedAt: number
  notAfter: number
  /** codes of the partners that were paired by their chain to it */
  partners: string[]
}

type Row = { fingerprint: string; name: string; pem: string; accepted_at: number }

/** How a partner row names the authority that vouched for it. */
const vouchedBy = (fingerprint: string): string => `authority:${fingerprint}`

export type Authorities = ReturnType<typeof createAuthorities>

export function createAuthorities({ db, clock, audit }: { db: Database; clock: Clock; audit: Audit }) {
  async function toAuthority({ fingerprint, name, pem, accepted_at }: Row): Promise<Authority> {
    const read = checkAuthority(pem, accepted_at)
    const rows = await db.query<{ code: string }>('SELECT code FROM partners WHERE vouched = ? ORDER BY code', [
      vouchedBy(fingerprint),
    ])
    const notAfter = read.ok ? read.certificate.notAfter : 0
    return { fingerprint, name, acceptedAt: accepted_at, notAfter, partners: rows.map(({ code }) => code) }
  }

  async function find(fingerprint: string): Promise<Row> {
    const [row] = await db.query<Row>('SELECT * FROM authorities WHERE fingerprint = ?', [fingerprint])
    if (row === undefined) throw new ProblemError('request.not-found', 'no such authority is accepted')
    return row
  }

  return {
    /** By name. */
    async list(): Promise<Authority[]> {
      return Promise.all((await db.query<Row>('SELECT * FROM authorities ORDER BY name, fingerprint')).map(toAuthority))
    },

    /**
     * Accepts an authority (PEM), also one of a path such as a province's. `expected` is the fingerprint that its operator
     * told. Problems: `certificate.*`, `certificate.mismatch` for another fingerprint, `request.conflict` when there are too many.
     */
    async accept(pem: string, expected: string | undefined, actor: string): Promise<Authority> {
      const checked = checkAuthority(pem, clock.now())
      if (!checked.ok) throw ownProblem(checked.problem)
      const { fingerprint, name, authority, pem: written } = checked.certificate
      if (expected !== undefined && expected !== fingerprint)
        throw new ProblemError('certificate.mismatch', `the fingerprint of this authority is ${fingerprint}`, {
          act: 'you',
        })
      await db.transaction(async tx => {
        const held = await tx.query<{ fingerprint: string }>('SELECT fingerprint FROM authorities')
        if (held.some(row => row.fingerprint === fingerprint)) return
        if (held.length >= ACCEPTED_AUTHORITIES)
          throw new ProblemError('request.conflict', `${ACCEPTED_AUTHORITIES} authorities are accepted`)
        await act(tx)
        const shown = authority === null ? name : `${name} (${authority})`
        await tx.run('INSERT INTO authorities (fingerprint, name, pem, accepted_at) VALUES (?, ?, ?, ?)', [
          fingerprint,
          shown,
          written,
          clock.now(),
        ])
        await audit.append(tx, { actor, action: 'authority.accepted', subject: fingerprint, detail: { name: shown } })
      })
      return toAuthority(await find(fingerprint))
    },

    /**
     * Takes an authority off the list; what it was. Partners that were confirmed stay trusted by their own certificates; of
     * those that wait, the words must be compared now. Problem: `request.not-found`.
     */
    async remove(fingerprint: string, actor: string): Promise<Authority> {
      const removed = await toAuthority(await find(fingerprint))
      await db.transaction(async tx => {
        const gone = await tx.run('DELETE FROM authorities WHERE fingerprint = ?', [fingerprint])
        if (gone === 0) return
        await act(tx)
        await tx.run(`UPDATE partners SET vouched = NULL WHERE vouched = ? AND status = 'pending'`, [
          vouchedBy(fingerprint),
        ])
        await audit.append(tx, { actor, action: 'authority.removed', subject: fingerprint })
      })
      return removed
    },

    /**
     * Judges a city certificate with its chain, leaf first: a self-issued one by itself, another one by its path to an accepted
     * authority. Problems: `certificate.*`; `certificate.authority` names who issued it.
     */
    async judge(chain: readonly string[], code: string): Promise<VouchedCertificate> {
      const [leaf = '', ...above] = chain
      const read = readCertificate(leaf)
      if (!read.ok) return read
      if (read.certificate.code !== code) return refuse('certificate.mismatch', 'the certificate is of another city')
      const now = clock.now()
      if (read.certificate.selfIssued) {
        const checked = checkCertificate(leaf, { now, code })
        return checked.ok ? { ...checked, vouched: null } : checked
      }
      const accepted = await db.query<{ pem: string }>('SELECT pem FROM authorities')
      const pems = accepted.map(({ pem }) => pem)
      // The authority itself, which most chains end with, must not take the place of one on the way to it.
      const intermediates = above.filter(pem => !pems.includes(pem)).slice(0, PROFILE.maxChain - 2)
      const checked = checkChain(leaf, pems, now, { code, intermediates })
      return checked.ok ? { ok: true, certificate: checked.certificate, vouched: vouchedBy(checked.ca) } : checked
    },
  }
}
