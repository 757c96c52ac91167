/**
 * Organisation trees (组织机构): the own one, drafted from a table and published with the list; the partners', fetched when their
 * list names another one and checked before anything of it is seen. May import the store and the tables.
 */
import { inflateRawSync } from 'node:zlib'
import { LIMITS } from '../../../protocol/limits.ts'
import { type Commitment, decodeUtf8, fromHex } from '../../../protocol/primitives.ts'
import { type Problem, type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import {
  ORGANISATION_TYPE,
  type Organisation,
  type OrganisationUnit,
  placesOf,
  unitsBelow,
  writeOrganisation,
} from '../../../protocol/service/organisation.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { deflateApart } from './pack.ts'
import { checkTree } from './read-tree.ts'
import type { Services } from './services.ts'
import type { TreeChange } from './shrink.ts'
import type { TableFile, UnitsFormat } from './tables/formats.ts'
import type { Fault } from './tables/tables.ts'

export type OrganisationsParts = {
  db: Database
  audit: Audit
  clock: Clock
  /** own division code */
  city: string
  services: Pick<Services, 'organisation' | 'item' | 'allowance'>
  /** bytes of a partner's, checked against the hash */
  fetch: (city: string, named: Commitment) => Promise<Uint8Array>
  failed: (city: string, problem: Problem) => void
}

export type OrganisationView = { sha256: string; units: readonly OrganisationUnit[] }
export type UnitFilter = { q: string; under?: string | undefined; level?: number | undefined }
export type UnitsReport = {
  taken: boolean
  units: number
  windows: number
  unchanged: boolean
  errors: Fault[]
  errorCount: number
  notes: Fault[]
}

type Row = { sha256: Uint8Array; size: number; bytes: Uint8Array; draft: number }

/** Problems of a fetch that are worth another one when the partner is heard. */
const LATER: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['exchange.unreachable', 'request.rate'])
const LEVEL = 6

/** Trees that stay parsed. */
const PARSED = 8

export type Organisations = ReturnType<typeof createOrganisations>

export function createOrganisations(parts: OrganisationsParts) {
  const { db, audit, clock, city: own, services } = parts
  const parsed = new Map<string, OrganisationView>()
  const problems = new Map<string, Problem>()
  const fetching = new Map<string, Promise<void>>()

  /** Bytes that were checked before they were kept. */
  function parse(city: string, sha256: string, bytes: Uint8Array): OrganisationView {
    const { units } = JSON.parse(decodeUtf8(bytes)) as Organisation
    const view = { sha256, units }
    parsed.delete(`${city} ${sha256}`)
    parsed.set(`${city} ${sha256}`, view)
    for (const oldest of parsed.keys()) {
      if (parsed.size <= PARSED) break
      parsed.delete(oldest)
    }
    return view
  }

  const unpack = ({ bytes, size }: Row): Uint8Array => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) })

  async function stored(city: string, sha256: string): Promise<Row | undefined> {
    const [row] = await db.query<Row>(
      'SELECT sha256, size, bytes, draft FROM organisations WHERE city = ? AND sha256 = ?',
      [city, fromHex(sha256)],
    )
    return row
  }

  async function kept(city: string, sha256: string): Promise<OrganisationView | null> {
    const known = parsed.get(`${city} ${sha256}`)
    if (known !== undefined) return known
    const row = await stored(city, sha256)
    return row === undefined ? null : parse(city, sha256, unpack(row))
  }

  /** The draft of the own tree; one that is published already is none. */
  async function draft(): Promise<OrganisationView | null> {
    const [row] = await db.query<Row>(
      'SELECT sha256, size, bytes, draft FROM organisations WHERE city = ? AND draft = 1',
      [own],
    )
    if (row === undefined) return null
    const sha256 = Buffer.from(row.sha256).toString('hex')
    const published = await services.organisation(own)
    return published?.sha256 === sha256 ? null : ((await kept(own, sha256)) ?? null)
  }

  /** Keeps bytes in the place of the city's others: of a partner all, of the own ones other drafts. */
  async function keep(
    city: string,
    named: Commitment,
    bytes: Uint8Array,
    asDraft: boolean,
    actor: string,
  ): Promise<void> {
    const packed = await deflateApart(bytes, LEVEL)
    await db.transaction(async tx => {
      if (asDraft) await dropDrafts(tx)
      else await tx.run('DELETE FROM organisations WHERE city = ?', [city])
      await tx.run(
        `INSERT INTO organisations (city, sha256, size, bytes, draft, kept_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (city, sha256) DO NOTHING`,
        [city, fromHex(named.sha256), bytes.byteLength, packed, asDraft ? 1 : 0, clock.now()],
      )
      await audit.append(tx, {
        actor,
        action: asDraft ? 'organisation.drafted' : 'organisation.taken',
        subject: city,
        detail: { sha256: named.sha256, bytes: bytes.byteLength },
      })
    })
  }

  /** The hash that was tried; null when the list names none. */
  async function fetchNamed(city: string): Promise<string | null> {
    const named = await services.organisation(city)
    if (named === null || (await stored(city, named.sha256)) !== undefined) {
      problems.delete(city)
      return named?.sha256 ?? null
    }
    try {
      if (named.size > LIMITS.organisationBytes) throw new ProblemError('organisation.malformed', 'size')
      if (services.allowance.wait(city) > 0) throw new ProblemError('request.rate', 'lists and trees of this partner')
      services.allowance.spend(city, named.size)
      const bytes = await parts.fetch(city, named)
      await checkTree(bytes, city, clock)
      await keep(city, named, bytes, false, `city:${city}`)
      problems.delete(city)
    } catch (error) {
      const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      problems.set(city, problem)
      parts.failed(city, problem)
    }
    return named.sha256
  }

  /** A list that came while the tree of the one before was fetched may name another. */
  async function fetchNewest(city: string): Promise<void> {
    let tried: string | null
    do tried = await fetchNamed(city)
    while (tried !== ((await services.organisation(city))?.sha256 ?? null))
  }

  /** Fetches what a partner's newest list names, once at a time; what fails is tried again when it is asked for. */
  function refresh(city: string): Promise<void> {
    const running = fetching.get(city)
    if (running !== undefined) return running
    const mine = fetchNewest(city).finally(() => fetching.delete(city))
    fetching.set(city, mine)
    return mine
  }

  async function view(city: string): Promise<OrganisationView | null> {
    const named = await services.organisation(city)
    if (named === null) return null
    const held = await kept(city, named.sha256)
    if (held !== null || city === own) return held
    await refresh(city)
    const [older] = await db.query<Row>('SELECT sha256, size, bytes, draft FROM organisations WHERE city = ? LIMIT 1', [
      city,
    ])
    return older === undefined ? null : kept(city, Buffer.from(older.sha256).toString('hex'))
  }

  return {
    /** The tree that the newest list of a city names; of a partner that cannot be reached the one before. Null without one. */
    view,
    draft,
    refresh,

    /** The partner is there: what could not be fetched for want of a path, or so soon, is fetched now. */
    heard(city: string): void {
      if (LATER.has(problems.get(city)?.code ?? 'internal')) void refresh(city)
    },

    /** Why a partner's tree could not be fetched. */
    problem: (city: string): Problem | null => problems.get(city) ?? null,

    /** Where an item of a city's newest list is offered. Problem: `item.unknown`. */
    async places(city: string, code: string): Promise<OrganisationUnit[]> {
      const item = await services.item(city, code)
      if (item === null) throw new ProblemError('item.unknown')
      return placesOf(item.offeredAt ?? [], (await view(city))?.units ?? [])
    },

    /** Takes a table, or a tree as JSON, as the draft: whole or not at all. */
    async import(bytes: Uint8Array, name: string, dryRun: boolean, actor: string): Promise<UnitsReport> {
      const { importUnits } = await import('./tables/units.ts')
      const table = await importUnits(bytes, name)
      const report = {
        units: table.units.length,
        windows: table.units.reduce((sum, { windows }) => sum + (windows?.length ?? 0), 0),
        errors: table.errors,
        errorCount: table.errorCount,
        notes: table.notes,
      }
      if (table.errorCount > 0) return { ...report, taken: false, unchanged: false }
      const written = await writeOrganisation({ v: 1, city: own, units: table.units })
      if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
      const unchanged = (await services.organisation(own))?.sha256 === written.commitment.sha256
      if (!dryRun) {
        if (unchanged) await discard(actor)
        else await keep(own, written.commitment, written.bytes, true, actor)
      }
      return { ...report, taken: !dryRun, unchanged }
    },

    /** Takes the draft back; how many there were. */
    discard,

    /** What the next publication names; null when nothing is drafted. */
    async next(): Promise<Commitment | null> {
      const drafted = await draft()
      const row = drafted === null ? undefined : await stored(own, drafted.sha256)
      return drafted === null || row === undefined
        ? null
        : { sha256: drafted.sha256, size: row.size, type: ORGANISATION_TYPE }
    },

    /** The published tree and the drafted one. */
    async change(): Promise<TreeChange> {
      const before = (await view(own))?.units ?? []
      return { before, after: (await draft())?.units ?? before }
    },

    /** The draft is published: it is a draft no more, and those before it go. */
    async settle(named: Commitment): Promise<void> {
      await db.transaction(async tx => {
        await tx.run('DELETE FROM organisations WHERE city = ? AND draft = 0 AND sha256 <> ?', [
          own,
          fromHex(named.sha256),
        ])
        await tx.run('UPDATE organisations SET draft = 0 WHERE city = ? AND sha256 = ?', [own, fromHex(named.sha256)])
      })
    },

    /** Bytes that the own list names, and to a city its own ones, which it may have lost. */
    async published(partner: string, sha256: string): Promise<Uint8Array | null> {
      if ((await services.organisation(own))?.sha256 === sha256) {
        const row = await stored(own, sha256)
        return row === undefined ? null : unpack(row)
      }
      const row = await stored(partner, sha256)
      return row === undefined ? null : unpack(row)
    },

    async export(format: UnitsFormat): Promise<TableFile> {
      const { writeUnits } = await import('./tables/units.ts')
      return writeUnits((await view(own))?.units ?? [], format)
    },
  }

  /** Not the published one, which is still marked as draft when the node was stopped right after its publication. */
  async function dropDrafts(tx: Transaction): Promise<number> {
    const published = fromHex((await services.organisation(own))?.sha256 ?? '')
    return tx.run('DELETE FROM organisations WHERE city = ? AND draft = 1 AND sha256 <> ?', [own, published])
  }

  async function discard(actor: string): Promise<number> {
    return db.transaction(async tx => {
      const gone = await dropDrafts(tx)
      if (gone > 0) await audit.append(tx, { actor, action: 'organisation.discarded', subject: own })
      return gone
    })
  }
}

/** Units whose name or code holds the text, at or below a unit, of a level; by code, after `after`. */
export function findUnits(
  units: readonly OrganisationUnit[],
  { q, under, level }: UnitFilter,
  limit: number,
  after: string | null,
): OrganisationUnit[] {
  const among = under === undefined ? units : unitsBelow(units, under).toSorted((a, b) => (a.code < b.code ? -1 : 1))
  const fits = (unit: OrganisationUnit) =>
    (after === null || unit.code > after) &&
    (level === undefined || unit.level === level) &&
    (unit.name.includes(q) || unit.code.includes(q))
  return among.filter(fits).slice(0, limit)
}
