/**
 * Directories of federations (联盟名录): the operators that an administrator trusts, and the newest document of each, verified
 * before it is kept. Answers from memory whom they vouch for and which certificates count no more. May import the audit log,
 * the store and the protocol.
 */
import {
  type Directory,
  type DirectoryEntry,
  type DirectoryStanding,
  directoryStanding,
  entryWith,
  type HeldDirectory,
  judgeDirectory,
  openSignedDirectory,
  type SignedDirectory,
} from '../../protocol/federation/directory.ts'
import type { DirectoryHave } from '../../protocol/federation/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { sha256 as hashOf } from '../../protocol/primitives.ts'
import { type Problem, ProblemError, type Refused } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { Database, Transaction } from '../store/database.ts'

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

/** Why a certificate counts no more. */
export type Revocation = { operator: string; revokedAt: number; reason: string }

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
    index(next)
  }

  function index(next: Map<string, Operator>): void {
    operators = next
    revoked = new Map()
    peers = new Map()
    for (const { thumbprint, held } of next.values()) {
      for (const { certificate, revokedAt, reason } of held?.directory.revocations ?? []) {
        const known = revoked.get(certificate)
        if (known === undefined || revokedAt < known.revokedAt)
          revoked.set(certificate, { operator: thumbprint, revokedAt, reason })
      }
      for (const entry of held?.directory.entries ?? [])
        for (const peer of entry.peers) peers.set(peer, [...(peers.get(peer) ?? []), thumbprint])
    }
  }

  const standingOf = (directory: Directory): DirectoryStanding => directoryStanding(directory, seconds(clock.now()))

  /** Whether the entries of the operator's directory count. */
  function counts(operator: string): boolean {
    const held = operators.get(operator)?.held
    return held != null && standingOf(held.directory) !== 'lapsed'
  }

  const find = (thumbprint: string): Operator => {
    const operator = operators.get(thumbprint)
    if (operator === undefined) throw new ProblemError('request.not-found', 'no such operator is trusted')
    return operator
  }

  /** One change after the other: what is verified against what is held must still be held when it is kept. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const turn = last.then(change)
    last = turn.catch(() => undefined)
    return turn
  }

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

  /** Reads everything again after a change, and lets the node act on it. */
  async function settle(): Promise<void> {
    refusedDocuments.clear()
    const before = revoked
    await load()
    await db.transaction(tx => tellPartners(tx, before))
    await parts.changed()
  }

  async function keep({ directory, operator, sha256 }: SignedDirectory, jws: string, by: string): Promise<void> {
    await db.transaction(async tx => {
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
      : { version: held.directory.version, sha256: held.sha256 }
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
          if (operators.size >= LIMITS.directoryOperators)
            throw new ProblemError('request.conflict', `${LIMITS.directoryOperators} operators are trusted`)
          await tx.run('INSERT INTO operators (thumbprint, trusted_at) VALUES (?, ?)', [thumbprint, clock.now()])
          await audit.append(tx, { actor, action: 'operator.trusted', subject: thumbprint })
          await events.append(tx, { type: 'directory.changed', subject: thumbprint })
        })
        await settle()
        return find(thumbprint)
      }),

    /**
     * Trusts an operator no more and forgets its directory, but for its version: what it revoked counts again. Confirmed partners
     * stay; those that wait lose its word. Problem: `request.not-found`.
     */
    distrust: (thumbprint: string, actor: string): Promise<Operator> =>
      inTurn(async () => {
        const gone = find(thumbprint)
        await db.transaction(async tx => {
          await tx.run('DELETE FROM operators WHERE thumbprint = ?', [thumbprint])
          await tx.run(
            `INSERT INTO directory_floors (operator, version, sha256)
               SELECT operator, version, sha256 FROM directories WHERE operator = ?
             ON CONFLICT (operator) DO UPDATE SET version = excluded.version, sha256 = excluded.sha256`,
            [thumbprint],
          )
          await tx.run('DELETE FROM directories WHERE operator = ?', [thumbprint])
          await tx.run(`UPDATE partners SET vouched = NULL WHERE vouched = ? AND status = 'pending'`, [
            vouchedBy(thumbprint),
          ])
          await audit.append(tx, { actor, action: 'operator.distrusted', subject: thumbprint })
          await events.append(tx, { type: 'directory.changed', subject: thumbprint })
        })
        await settle()
        return gone
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
        const judged = opened.ok
          ? judgeDirectory(opened, { held: newestOf(operator), now: seconds(clock.now()) })
          : opened
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

    /** What this node tells its partners it holds. */
    held: (): DirectoryHave['held'] =>
      [...operators.values()].map(({ thumbprint, held }) => ({
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
      [...operators.values()]
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
