import {
  type Directory,
  entryWith,
  type HeldDirectory,
  judgeDirectory,
  openSignedDirectory,
  type SignedDirectory,
} from '../../../../protocol/federation/directory.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { sha256 as hashOf } from '../../../../protocol/primitives.ts'
import { type Problem, ProblemError, type Refused, refuse } from '../../../../protocol/problem.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { createSerial } from '../../../kernel/serial.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'
import { createHoldings, type HeldDocument, type KeptRevocation, type Operator, type Revocation } from './holdings.ts'

export type DirectoriesParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  /** after operators or documents changed: who is trusted may be others now */
  changed: () => Promise<void>
}

/** Refusals and refused documents that are remembered, each. */
const REFUSALS = 1000

/** How a partner row names the directory that vouched for it. */
export const vouchedBy = (operator: string): string => `directory:${operator}`

export type Directories = Awaited<ReturnType<typeof createDirectories>>

export async function createDirectories(parts: DirectoriesParts) {
  const { db, clock, audit, events } = parts
  const holdings = await createHoldings(parts)
  const { load, leadsTo, standing } = holdings

  const find = (thumbprint: string): Operator => {
    const operator = holdings.operators().get(thumbprint)
    if (operator === undefined) throw new ProblemError('request.not-found', 'no such operator is trusted')
    return operator
  }

  /** One change after the other: what is verified against what is held must still be held when it is kept. */
  const inTurn = createSerial()

  /** Leaves rows for each partner that a change of what is revoked stops, or lets go on. */
  async function recordRevocations(tx: Transaction, before: ReadonlyMap<string, Revocation>): Promise<void> {
    const rows = await tx.query<{ code: string; fingerprint: string }>('SELECT code, fingerprint FROM partners')
    for (const { code, fingerprint } of rows) {
      const found = holdings.revoked().get(fingerprint)
      if ((found === undefined) === (before.get(fingerprint) === undefined)) continue
      await audit.append(tx, {
        actor: 'node',
        action: found === undefined ? 'partner.unrevoked' : 'partner.revoked',
        subject: code,
        detail: { fingerprint, operator: found?.operator ?? null },
      })
      await events.append(tx, { type: 'partner.changed', subject: code })
    }
  }

  /** Leaves rows for each partner that a new version of the operator lists no more; one that it revokes is told by that. */
  async function recordStruck(tx: Transaction, before: Directory | undefined, { entries, revocations }: Directory) {
    if (before === undefined) return
    const rows = await tx.query<{ code: string; fingerprint: string }>(
      `SELECT code, fingerprint FROM partners WHERE status = 'active'`,
    )
    for (const { code, fingerprint } of rows) {
      if (entryWith(before, code, fingerprint) === undefined || entries.some(({ city }) => city === code)) continue
      if (revocations.some(({ certificate }) => certificate === fingerprint)) continue
      const detail = { fingerprint, operator: before.operator.name }
      await audit.append(tx, { actor: 'node', action: 'partner.struck', subject: code, detail })
      await events.append(tx, { type: 'partner.changed', subject: code })
    }
  }

  /** What is kept of an operator that is trusted no more is governed by its directory again. */
  async function govern(tx: Transaction, { directory, operator }: SignedDirectory): Promise<void> {
    await tx.run('DELETE FROM kept_revocations WHERE operator = ?', [operator])
    const { successor } = directory
    if (successor === undefined || holdings.operators().has(successor)) return
    await tx.run('INSERT INTO operators (thumbprint, trusted_at) VALUES (?, ?)', [successor, clock.now()])
    await audit.append(tx, {
      actor: 'node',
      action: 'operator.succeeded',
      subject: successor,
      detail: { former: operator, name: directory.operator.name },
    })
    await events.append(tx, { type: 'directory.changed', subject: successor })
  }

  /** Reads everything again after a change, and lets the node act on it. */
  async function settle(): Promise<void> {
    refusedDocuments.clear()
    const before = holdings.revoked()
    await load()
    await db.transaction(tx => recordRevocations(tx, before))
    await parts.changed()
  }

  async function keep(signed: SignedDirectory, jws: string, by: string): Promise<void> {
    const { directory, operator, sha256 } = signed
    await db.transaction(async tx => {
      await act(tx)
      await tx.run(
        `INSERT INTO directories (operator, version, sha256, jws, source, received_at, fork) VALUES (?, ?, ?, ?, ?, ?, NULL)
         ON CONFLICT (operator) DO UPDATE SET version = excluded.version, sha256 = excluded.sha256, jws = excluded.jws,
           source = excluded.source, received_at = excluded.received_at, fork = NULL`,
        [operator, directory.version, sha256, jws, by, clock.now()],
      )
      await audit.append(tx, {
        actor: by,
        action: 'directory.taken',
        subject: operator,
        detail: {
          version: directory.version,
          sha256,
          entries: directory.entries.length,
          revocations: directory.revocations.length,
        },
      })
      await events.append(tx, { type: 'directory.changed', subject: operator })
      await recordStruck(tx, holdings.operators().get(operator)?.held?.directory, directory)
      await govern(tx, signed)
    })
    await settle()
  }

  /** What was refused, by who brought it: told once, not each time that it comes again. */
  const refusals = new Set<string>()
  /** why documents were refused that partners gave, by their hashes: none of them is verified twice */
  const refusedDocuments = new Map<string, Problem>()

  async function refuseFrom(by: string, problem: Problem, held: HeldDocument | null, hash: string): Promise<void> {
    const told = `${by} ${problem.code} ${hash}`
    // A person is always told.
    if (by.startsWith('city:') && refusals.has(told)) return
    if (refusals.size >= REFUSALS) refusals.clear()
    refusals.add(told)
    await db.transaction(tx =>
      audit.append(tx, {
        actor: by,
        action: 'directory.refused',
        subject: hash,
        detail: {
          problem: problem.code,
          detail: problem.detail ?? null,
          operator: held === null ? null : held.directory.operator.name,
        },
      }),
    )
  }

  function remember(hash: string, problem: Problem): void {
    refusedDocuments.set(hash, problem)
    const [oldest] = refusedDocuments.keys()
    if (refusedDocuments.size > REFUSALS && oldest !== undefined) refusedDocuments.delete(oldest)
  }

  /** The highest version that was ever held of an operator. */
  function newestOf(operator: Operator | undefined): HeldDirectory | undefined {
    if (operator === undefined) return undefined
    const { held, floor } = operator
    if (held === null) return floor ?? undefined
    return floor !== null && floor.version > held.directory.version
      ? floor
      : { version: held.directory.version, sha256: held.sha256, last: held.directory.successor !== undefined }
  }

  function judge(signed: SignedDirectory, operator: Operator | undefined) {
    const judged = judgeDirectory(signed, { held: newestOf(operator), now: seconds(clock.now()) })
    const { successor } = signed.directory
    if (judged.ok && successor !== undefined && leadsTo(successor, signed.operator))
      return refuse('directory.malformed', 'successor: it handed over to this operator')
    return judged
  }

  return {
    ...holdings.queries,

    /** Trusted operators with what is held of each. */
    operators: (): Operator[] => [...holdings.operators().values()],

    operator: find,

    /** Trusts an operator. Problem: `request.conflict` when there are too many. */
    trust: (thumbprint: string, actor: string): Promise<Operator> =>
      inTurn(async () => {
        await db.transaction(async tx => {
          if (holdings.operators().has(thumbprint)) return
          if (standing().length >= LIMITS.directoryOperators)
            throw new ProblemError('request.conflict', `${LIMITS.directoryOperators} operators are trusted`)
          await act(tx)
          await tx.run('INSERT INTO operators (thumbprint, trusted_at) VALUES (?, ?)', [thumbprint, clock.now()])
          await audit.append(tx, { actor, action: 'operator.trusted', subject: thumbprint })
          await events.append(tx, { type: 'directory.changed', subject: thumbprint })
        })
        await settle()
        return find(thumbprint)
      }),

    /**
     * Trusts an operator no more, nor those that handed over to it, and forgets their directories, but for their versions. What they
     * revoked counts on until it is released, and is listed. Confirmed partners stay; those that wait lose its word.
     * Problem: `request.not-found`.
     */
    distrust: (thumbprint: string, actor: string): Promise<{ operator: Operator; kept: KeptRevocation[] }> =>
      inTurn(async () => {
        const operator = find(thumbprint)
        const gone = [
          operator,
          ...[...holdings.operators().values()].filter(former => leadsTo(former.thumbprint, thumbprint)),
        ]
        await db.transaction(async tx => {
          await act(tx)
          for (const { thumbprint: each, held } of gone) {
            await tx.run('DELETE FROM operators WHERE thumbprint = ?', [each])
            await tx.run(
              `INSERT INTO directory_floors (operator, version, sha256)
                 SELECT operator, version, sha256 FROM directories WHERE operator = ?
               ON CONFLICT (operator) DO UPDATE SET version = excluded.version, sha256 = excluded.sha256`,
              [each],
            )
            await tx.run('DELETE FROM directories WHERE operator = ?', [each])
            // What a successor lists again was not revoked any more.
            const counting = (held?.directory.revocations ?? []).filter(
              ({ certificate }) => holdings.revoked().get(certificate)?.kept === false,
            )
            if (counting.length > 0)
              await tx.run(
                `INSERT INTO kept_revocations (operator, name, revocations, kept_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (operator) DO UPDATE SET name = excluded.name, revocations = excluded.revocations`,
                [each, held?.directory.operator.name ?? '', JSON.stringify(counting), clock.now()],
              )
            await tx.run(`UPDATE partners SET vouched = NULL WHERE vouched = ? AND status = 'pending'`, [
              vouchedBy(each),
            ])
            await audit.append(tx, {
              actor,
              action: 'operator.distrusted',
              subject: each,
              detail: { revocationsKept: counting.length },
            })
            await events.append(tx, { type: 'directory.changed', subject: each })
          }
        })
        await settle()
        const names = new Set(gone.map(({ thumbprint: each }) => each))
        const rows = await db.query<{ code: string; fingerprint: string }>('SELECT code, fingerprint FROM partners')
        const partnerOf = new Map(rows.map(({ code, fingerprint }) => [fingerprint, code]))
        return {
          operator,
          kept: holdings
            .kept()
            .filter(entry => names.has(entry.operator))
            .flatMap(({ revocations }) => revocations)
            .map(entry => ({ ...entry, partner: partnerOf.get(entry.certificate) ?? null })),
        }
      }),

    /**
     * Lets a certificate count again that an operator revoked which is trusted no more. Problems: `request.not-found` when none is
     * kept, `request.conflict` when a trusted operator revokes it too.
     */
    release: (certificate: string, actor: string): Promise<Revocation> =>
      inTurn(async () => {
        const found = holdings.revoked().get(certificate)
        if (found === undefined) throw new ProblemError('request.not-found', 'no such certificate is revoked')
        if (!found.kept) throw new ProblemError('request.conflict', `the operator ${found.operator} revokes it`)
        await db.transaction(async tx => {
          await act(tx)
          for (const { operator, revocations } of holdings.kept()) {
            const left = revocations.filter(entry => entry.certificate !== certificate)
            if (left.length === revocations.length) continue
            await (left.length === 0
              ? tx.run('DELETE FROM kept_revocations WHERE operator = ?', [operator])
              : tx.run('UPDATE kept_revocations SET revocations = ? WHERE operator = ?', [
                  JSON.stringify(left),
                  operator,
                ]))
          }
          await audit.append(tx, { actor, action: 'revocation.released', subject: certificate })
          await events.append(tx, { type: 'directory.changed', subject: found.operator })
        })
        await settle()
        return found
      }),

    /**
     * Verifies a document and keeps it when it is newer; the one already held is no refusal. A refusal leaves an audit row; what a
     * partner gives again is not verified again. `sha256` is that of the document, when it is known. Problems: as `verifyDirectory`.
     */
    accept: (
      jws: string,
      by: string,
      sha256?: string,
    ): Promise<{ ok: true; operator: string; version: number; known: boolean } | Refused> =>
      inTurn(async () => {
        const given = by.startsWith('city:')
        const hash = given ? (sha256 ?? (await hashOf(jws))) : ''
        const refusedBefore = refusedDocuments.get(hash)
        if (refusedBefore !== undefined) return { ok: false, problem: refusedBefore }
        const opened = await openSignedDirectory(jws, {
          trusts: thumbprint => holdings.operators().has(thumbprint),
          key: thumbprint => holdings.operators().get(thumbprint)?.held?.directory.operator.key,
        })
        const operator = opened.ok ? holdings.operators().get(opened.operator) : undefined
        const held = operator?.held ?? null
        const judged = opened.ok ? judge(opened, operator) : opened
        if (opened.ok && judged.ok) {
          const known = opened.sha256 === held?.sha256
          if (!known) await keep(opened, jws, by)
          return { ok: true, operator: opened.operator, version: opened.directory.version, known }
        }
        const { problem } = judged as Refused
        if (opened.ok && problem.code === 'directory.fork' && held !== null && held.fork === null) {
          await db.transaction(async tx => {
            await tx.run('UPDATE directories SET fork = ? WHERE operator = ?', [opened.sha256, opened.operator])
            await events.append(tx, { type: 'directory.changed', subject: opened.operator })
          })
          await load()
        }
        await refuseFrom(by, problem, held, opened.ok ? opened.sha256 : '')
        // One that was issued ahead of this clock may hold later.
        if (given && problem.code !== 'envelope.clock') remember(hash, problem)
        return { ok: false, problem }
      }),

    /** The signed document of an operator, the one with this hash when one is named; null when it is not held. */
    async document(operator: string, sha256?: string): Promise<string | null> {
      const [row] = await db.query<{ jws: string; sha256: string }>(
        'SELECT jws, sha256 FROM directories WHERE operator = ?',
        [operator],
      )
      return row === undefined || (sha256 !== undefined && row.sha256 !== sha256) ? null : row.jws
    },
  }
}
