/**
 * What is held of directories (名录的内容), read from the store and answered from memory: whom they vouch for, where cities may be
 * reached, which certificates count no more. May import the store and the protocol.
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
  openSignedDirectory,
} from '../../../../protocol/federation/directory.ts'
import type { DirectoryHave } from '../../../../protocol/federation/frames.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { parseJson } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { Database } from '../../../kernel/store/database.ts'

/** The newest document of an operator. Times are ms. */
export type HeldDocument = {
  directory: Directory
  sha256: string
  /** who brought it: `person:…` or `city:…` */
  source: string
  receivedAt: number
  /** hash of another document that was signed under the same version */
  fork: string | null
}

export type Operator = {
  thumbprint: string
  trustedAt: number
  held: HeldDocument | null
  /** what was held when it was trusted before; an older document is refused */
  floor: HeldDirectory | null
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

export async function createHoldings({ db, clock }: { db: Database; clock: Clock }) {
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

  await load()
  return {
    /** Reads everything again. */
    load,

    /** Trusted operators with what is held of each, by thumbprint. */
    operators: (): ReadonlyMap<string, Operator> => operators,

    /** What operators revoked that are trusted no more. */
    kept: (): readonly Kept[] => kept,

    /** Every certificate that counts no more. */
    revoked: (): ReadonlyMap<string, Revocation> => revoked,

    standing,
    leadsTo,

    /** What others ask of directories. */
    queries: {
      standingOf,

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
          held !== null && counts(thumbprint)
            ? [...(entryWith(held.directory, city, fingerprint)?.addresses ?? [])]
            : [],
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
    },
  }
}
