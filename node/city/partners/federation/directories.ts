/**
 * Directories of federations (联盟名录): the operators that an administrator trusts, and the newest document of each, verified
 * before it is kept. Answers from memory whom they vouch for and which certificates count no more. May import the audit log,
 * the store and the protocol.
 */

import * as z from 'zod'
import {
  type Directory,
  type DirectoryEntry,
  DirectoryRevocation,
  type DirectoryStanding,
  directoryStanding,
  entryWith,
  type HeldDirectory,
  judgeDirectory,
  openSignedDirectory,
  type SignedDirectory,
} from '../../../../protocol/federation/directory.ts'
import type { DirectoryHave } from '../../../../protocol/federation/frames.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { sha256 as hashOf, parseJson } from '../../../../protocol/primitives.ts'
import { type Problem, ProblemError, type Refused, refuse } from '../../../../protocol/problem.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { createSerial } from '../../../kernel/serial.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'

export type DirectoriesParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  /** after operators or documents changed: who is trusted may be others now */ changed: () => Promise<void>
}

/** The newest document of an operator. Times are ms. */
export type HeldDocument = {
  directory: Directory
  sha256: string
  /** who brought it: `person:…` or `city:…` */ source: string
  receivedAt: number
  /** hash of another document that was signed under the same version */ fork: string | null
}

export type Operator = {
  thumbprint: string
  trustedAt: number
  held: HeldDocument | null
  /** what was held when it was trusted before; an older document is refused */ floor: HeldDirectory | null
}

/** Why a certificate counts no more. `kept`: its operator is trusted no more; it counts until an administrator releases it. */
export type Revocation = { operator: string; revokedAt: number; reason: string; kept: boolean }

/** What an operator revoked that is trusted no more, with the partner whose certificate it is. */
export type KeptRevocation = DirectoryRevocation & { partner: string | null }

type Kept = { operator: string; name: string; revocations: DirectoryRevocation[] }
const KeptRevocations = z.array(DirectoryRevocation)

/** An entry and how the directory stands that holds it. */
export type Listed = { operator: string; standing: DirectoryStanding; entry: DirectoryEntry }

type Row = {
  thumbprint: string
  trusted_at: number
  sha256: string | null
  jws: string | null
  source: string
  received_at: number
  fork: string | null
  floor_version: number | null
  floor_sha256: string | null
}

/** Refusals and refused documents that are remembered, each. */
const REFUSALS = 1000

/** How a partner row names the directory that vouched for it. */
export const vouchedBy = (operator: string): string => `directory:${operator}`

export type Directories = Awaited<ReturnType<typeof createDirectories>>

export async function createDirectories(parts: DirectoriesParts) {
  const { db, clock, audit, events } = parts
  let operators = new Map<string, Operator>()
  /** what operators revoked that are trusted no more */
  let kept: Kept[] = []
  let revoked = new Map<string, Revocation>()
  /** operators by peer */
  let peers = new Map<string, string[]>()

  async function load(): Promise<void> {
    const rows = await db.query<Row>(
      `SELECT o.thumbprint, o.trusted_at, d.sha256, d.jws, d.source, d.received_at, d.fork,
         f.version AS floor_version, f.sha256 AS floor_sha256
       FROM operators o LEFT JOIN directories d ON d.operator = o.thumbprint
         LEFT JOIN directory_floors f ON f.operator = o.thumbprint ORDER BY o.trusted_at, o.thumbprint`,
    )
    const next = new Map<string, Operator>()
    for (const row of rows) {
      const { thumbprint, trusted_at, sha256, jws, source, received_at, fork } = row
      const before = operators.get(thumbprint)?.held
      let directory = before?.sha256 === sha256 ? before?.directory : undefined
      if (directory === undefined && jws !== null) {
        // It was verified before it was kept; whoever can write to the store could do worse than change it.
        const opened = await openSignedDirectory(jws, { trusts: kid => kid === thumbprint })
        if (opened.ok) directory = opened.directory
      }
      const held =
        directory === undefined || sha256 === null ? null : { directory, sha256, source, receivedAt: received_at, fork }
      const floor =
        row.floor_version === null || row.floor_sha256 === null
          ? null
          : { version: row.floor_version, sha256: row.floor_sha256 }
      next.set(thumbprint, { thumbprint, trustedAt: trusted_at, held, floor })
    }
    const others = await db.query<{ operator: string; name: string; revocations: string }>(
      'SELECT operator, name, revocations FROM kept_revocations ORDER BY kept_at, operator',
    )
    kept = others.map(({ revocations, ...row }) => {
      const read = parseJson(KeptRevocations, Buffer.from(revocations), 'internal')
      if (!read.ok) throw new ProblemError('internal', `kept revocations of ${row.operator}`)
      return { ...row, revocations: read.value }
    })
    index(next)
  }

  function index(next: Map<string, Operator>): void {
    operators = next
    revoked = new Map()
    peers = new Map()
    const add = (operator: string, kept: boolean, { certificate, revokedAt, reason }: DirectoryRevocation): void => {
      const known = revoked.get(certificate)
      if (known === undefined || (known.kept && !kept) || (known.kept === kept && revokedAt < known.revokedAt))
        revoked.set(certificate, { operator, revokedAt, reason, kept })
    }
    for (const { thumbprint, held } of next.values()) {
      const heir = heirOf(thumbprint)
      // What was revoked before the hand-over counts on, but for what the successor lists.
      const listed = heir === undefined ? [] : heir.entries.flatMap(({ certificates }) => certificates)
      const again = new Set(listed)
      for (const revocation of held?.directory.revocations ?? [])
        if (!again.has(revocation.certificate)) add(thumbprint, false, revocation)
      if (heir !== undefined) continue
      for (const entry of held?.directory.entries ?? [])
        for (const peer of entry.peers) peers.set(peer, [...(peers.get(peer) ?? []), thumbprint])
    }
    for (const { operator, revocations } of kept) for (const revocation of revocations) add(operator, true, revocation)
  }

  const successorOf = (operator: string): string | undefined => operators.get(operator)?.held?.directory.successor

  /** The directory that stands in place of an operator's own, which handed over; undefined while its own stands. */
  function heirOf(operator: string): Directory | undefined {
    let found: Directory | undefined
    for (let next = successorOf(operator); next !== undefined; next = successorOf(next))
      found = operators.get(next)?.held?.directory ?? found
    return found
  }

  /** Whether an operator handed over to this one, itself or by others. */
  function leadsTo(operator: string, to: string): boolean {
    for (let next = successorOf(operator); next !== undefined; next = successorOf(next)) if (next === to) return true
    return false
  }

  /** Operators whose own directory stands. */
  const standing = (): Operator[] =>
    [...operators.values()].filter(({ thumbprint }) => heirOf(thumbprint) === undefined)

  const standingOf = (directory: Directory): DirectoryStanding => directoryStanding(directory, seconds(clock.now()))

  /** Whether the entries of the operator's directory count. */
  function counts(operator: string): boolean {
    const held = operators.get(operator)?.held
    return held != null && standingOf(held.directory) !== 'lapsed' && heirOf(operator) === undefined
  }

  const find = (thumbprint: string): Operator => {
    const operator = operators.get(thumbprint)
    if (operator === undefined) throw new ProblemError('request.not-found', 'no such operator is trusted')
    return operator
  }

  /** One change after the other: what is verified against what is held must still be held when it is kept. */
  const inTurn = createSerial()

  /** Leaves rows for each partner that a change of what is revoked stops, or lets go on. */
  async function tellPartners(tx: Transaction, before: ReadonlyMap<string, Revocation>): Promise<void> {
    const rows = await tx.query<{ code: string; fingerprint: string }>('SELECT code, fingerprint FROM partners')
    for (const { code, fingerprint } of rows) {
      const found = revoked.get(fingerprint)
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
  async function tellStruck(tx: Transaction, before: Directory | undefined, { entries, revocations }: Directory) {
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
    if (successor === undefined || operators.has(successor)) return
    await tx.run('INSERT INTO operators (thumbprint, trusted_at) VALUES (?, ?)', [successor, clock.now()])
    await audit.append(tx, {
      ...{ actor: 'node', action: 'operator.succeeded', subject: successor },
      detail: { former: operator, name: directory.operator.name },
    })
    await events.append(tx, { type: 'directory.changed', subject: successor })
  }

  /** Reads everything again after a change, and lets the node act on it. */
  async function settle(): Promise<void> {
    refusedDocuments.clear()
    const before = revoked
    await load()
    await db.transaction(tx => tellPartners(tx, before))
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
      await tellStruck(tx, operators.get(operator)?.held?.directory, directory)
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

  await load()
  return {
    /** Trusted operators with what is held of each. */
    operators: (): Operator[] => [...operators.values()],

    operator: find,
    standingOf,

    /** Trusts an operator. Problem: `request.conflict` when there are too many. */
    trust: (thumbprint: string, actor: string): Promise<Operator> =>
      inTurn(async () => {
        await db.transaction(async tx => {
          if (operators.has(thumbprint)) return
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
        const gone = [operator, ...[...operators.values()].filter(former => leadsTo(former.thumbprint, thumbprint))]
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
              ({ certificate }) => revoked.get(certificate)?.kept === false,
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
              ...{ actor, action: 'operator.distrusted', subject: each },
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
          kept: kept
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
        const found = revoked.get(certificate)
        if (found === undefined) throw new ProblemError('request.not-found', 'no such certificate is revoked')
        if (!found.kept) throw new ProblemError('request.conflict', `the operator ${found.operator} revokes it`)
        await db.transaction(async tx => {
          await act(tx)
          for (const { operator, revocations } of kept) {
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
    take: (
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
          trusts: thumbprint => operators.has(thumbprint),
          key: thumbprint => operators.get(thumbprint)?.held?.directory.operator.key,
        })
        const operator = opened.ok ? operators.get(opened.operator) : undefined
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

    /** The key that an operator handed over to, and whether its directory stands already. */
    successor: (operator: string): { thumbprint: string; taken: boolean } | null => {
      const thumbprint = successorOf(operator)
      return thumbprint === undefined ? null : { thumbprint, taken: heirOf(operator) !== undefined }
    },

    /** What this node tells its partners it holds; of operators that handed over as many as there is room for. */
    held: (): DirectoryHave['held'] =>
      [...standing(), ...[...operators.values()].filter(({ thumbprint }) => heirOf(thumbprint) !== undefined)]
        .slice(0, LIMITS.directoryOperators)
        .map(({ thumbprint, held }) => ({
          operator: thumbprint,
          version: held?.directory.version ?? 0,
          sha256: held?.sha256 ?? null,
        })),

    /** The signed document of an operator, the one with this hash when one is named; null when it is not held. */
    async document(operator: string, sha256?: string): Promise<string | null> {
      const [row] = await db.query<{ jws: string; sha256: string }>(
        'SELECT jws, sha256 FROM directories WHERE operator = ?',
        [operator],
      )
      return row === undefined || (sha256 !== undefined && row.sha256 !== sha256) ? null : row.jws
    },

    /** Why a certificate counts no more; undefined when nobody revoked it. */
    revocation: (fingerprint: string): Revocation | undefined => revoked.get(fingerprint),

    /** Every entry of every directory, by city. */
    listed: (): Listed[] =>
      standing()
        .flatMap(({ thumbprint, held }) => {
          if (held === null) return []
          const standing = standingOf(held.directory)
          return held.directory.entries.map(entry => ({ operator: thumbprint, standing, entry }))
        })
        .sort((a, b) => a.entry.city.localeCompare(b.entry.city) || a.operator.localeCompare(b.operator)),

    /** Every certificate that a directory revokes. */
    revocations: (): (Revocation & { certificate: string })[] =>
      [...revoked].map(([certificate, found]) => ({ certificate, ...found })),

    /** Entries of a city in directories that count. */
    entriesOf: (city: string): Listed[] =>
      [...operators.values()].flatMap(({ thumbprint, held }) => {
        const entry = counts(thumbprint) ? held?.directory.entries.find(one => one.city === city) : undefined
        return held === null || entry === undefined
          ? []
          : [{ operator: thumbprint, standing: standingOf(held.directory), entry }]
      }),

    /** Where a directory that counts says that the city with this certificate may be reached. */
    listedAt: (city: string, fingerprint: string): string[] =>
      [...operators.values()].flatMap(({ thumbprint, held }) =>
        held !== null && counts(thumbprint) ? [...(entryWith(held.directory, city, fingerprint)?.addresses ?? [])] : [],
      ),

    /** Operators whose directory counts and names this certificate for this city. */
    vouchers: (city: string, fingerprint: string): string[] =>
      [...operators.values()].flatMap(({ thumbprint, held }) =>
        held !== null && counts(thumbprint) && entryWith(held.directory, city, fingerprint) !== undefined
          ? [thumbprint]
          : [],
      ),

    /** Whether a directory that counts names the peer: it may connect to pair. */
    admits: (peer: string): boolean => peers.get(peer)?.some(counts) ?? false,
  }
}
