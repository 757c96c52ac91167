/**
 * Mappings (事项比对, 同标准办理): an own item beside the same item of a partner, which decides; a person confirms which material is
 * which, and the counter works by it. May import the services' port, the audit log, the store and the protocol.
 */

import type { MaterialNames } from '../../../../protocol/case/preflight.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { type Comparison, compareItems, plainName, similarityOf } from '../../../../protocol/service/compare.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { changedSince, demandSeen, isAsSeen, type Seen } from '../../../kernel/seen.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../../kernel/store/database.ts'

/** Codes of an own material and of the partner's that it stands for. */
export type Pair = { collecting: string; handling: string; note?: string | undefined }

export type Mapping = {
  partner: string
  /** taskCode of the partner's item */
  handling: string
  /** taskCode of the own item */
  collecting: string
  /** grows with each change */
  version: number
  /** versions of the items that were compared */
  handlingVersion: number
  collectingVersion: number
  pairs: Pair[]
  note: string | null
  actor: string
  updatedAt: number
  /** an item changed since, or is listed no more: compare again */
  stale: boolean
}

/** For whoever edits it (If-Match): one that was removed and saved anew begins again with the first version. */
export const mappingVersion = (version: number, updatedAt: number): string => `${version}.${updatedAt}`

export type MappingInput = { collecting: string; pairs: readonly Pair[]; note?: string | undefined }

export type MappingsParts = {
  db: Database
  clock: Clock
  audit: Audit
  own: string
  services: {
    item(city: string, code: string): Promise<ServiceItem | null>
    /** codes of items of a city in whose name or codes the words stand, the likeliest first */
    search(city: string, words: string, limit: number): Promise<{ code: string; name: string }[]>
  }
}

type Row = {
  partner: string
  handling: string
  collecting: string
  handling_version: number
  collecting_version: number
  version: number
  pairs: string
  note: string | null
  actor: string
  updated_at: number
}

/** Items of the same name that are looked at for the counterpart. */
const CANDIDATES = 20
/** Characters of a name by which items of a like name are looked for, and how many such parts of it. */
const PART = { length: 4, step: 2, most: 12 }
/** Items of a like name that are told, and how much of the name they share at least. */
const TOLD = { most: 5, alike: 0.3 }

/** Rows, and wants of one, that stay in memory: each case asks for that of its item. */
const KEPT = 1000

export type Mappings = ReturnType<typeof createMappings>

export function createMappings(parts: MappingsParts) {
  const { db, clock, audit, own, services } = parts

  /** rows as they were looked up since the last change; null where there is none */
  let kept = new Map<string, Row | null>()

  async function demand(city: string, code: string): Promise<ServiceItem> {
    const item = await services.item(city, code)
    if (item === null) throw new ProblemError('item.unknown', `${city}: ${code}`)
    return item
  }

  /** The own item that is the same as the partner's: by its catalogue code, else by its name. */
  async function counterpart(theirs: ServiceItem): Promise<ServiceItem | null> {
    for (const code of [theirs.taskHandleItem, theirs.catalogCode]) {
      if (code === undefined) continue
      for (const found of await services.search(own, code, CANDIDATES)) {
        const item = await services.item(own, found.code)
        if (item !== null && (item.taskHandleItem === code || item.catalogCode === code)) return item
      }
    }
    const plain = plainName(theirs.taskName)
    const [best] = (await services.search(own, theirs.taskName, CANDIDATES))
      .map(({ code, name }) => ({ code, alike: similarityOf(plainName(name), plain) }))
      .filter(({ alike }) => alike >= 0.9)
      .sort((a, b) => b.alike - a.alike)
    return best === undefined ? null : services.item(own, best.code)
  }

  /** Own items whose names share parts with the partner's, the likeliest first. */
  async function alike(theirs: ServiceItem): Promise<{ code: string; name: string }[]> {
    const plain = plainName(theirs.taskName)
    const letters = [...plain]
    const names = new Map<string, string>()
    for (let part = 0; part < PART.most && part * PART.step < Math.max(1, letters.length - 1); part++) {
      const words = letters.slice(part * PART.step, part * PART.step + PART.length).join('')
      for (const { code, name } of await services.search(own, words, CANDIDATES)) names.set(code, name)
    }
    return [...names]
      .map(([code, name]) => ({ code, name, share: similarityOf(plainName(name), plain) }))
      .filter(({ share }) => share >= TOLD.alike)
      .sort((a, b) => b.share - a.share)
      .slice(0, TOLD.most)
      .map(({ code, name }) => ({ code, name }))
  }

  async function toMapping(row: Row): Promise<Mapping> {
    const [theirs, ours] = await Promise.all([
      services.item(row.partner, row.handling),
      services.item(own, row.collecting),
    ])
    return {
      partner: row.partner,
      handling: row.handling,
      collecting: row.collecting,
      version: row.version,
      handlingVersion: row.handling_version,
      collectingVersion: row.collecting_version,
      pairs: JSON.parse(row.pairs) as Pair[],
      note: row.note,
      actor: row.actor,
      updatedAt: row.updated_at,
      stale: theirs?.taskVersion !== row.handling_version || ours?.taskVersion !== row.collecting_version,
    }
  }

  async function rowIn(store: Reader, partner: string, handling: string): Promise<Row | undefined> {
    const [row] = await store.query<Row>('SELECT * FROM mappings WHERE partner = ? AND handling = ?', [
      partner,
      handling,
    ])
    return row
  }

  /** The same as it was committed, from memory when it was asked for since the last change. */
  async function rowOf(partner: string, handling: string): Promise<Row | undefined> {
    const key = JSON.stringify([partner, handling])
    const known = kept.get(key)
    if (known !== undefined) return known ?? undefined
    const before = kept
    const row = await rowIn(db, partner, handling)
    // One that was read before a change is not kept after it.
    if (before === kept) {
      if (kept.size >= KEPT) kept.clear()
      kept.set(key, row ?? null)
    }
    return row
  }

  const changed = (tx: Transaction): void =>
    tx.afterCommit(() => {
      kept = new Map()
    })

  /** Problem: `request.precondition` when another one stands, or none, than its editor saw. */
  async function assertAsSeen(store: Reader, partner: string, handling: string, seen: Seen): Promise<void> {
    if (seen === undefined) return
    const row = await rowIn(store, partner, handling)
    if (isAsSeen(seen, row === undefined ? null : mappingVersion(row.version, row.updated_at))) return
    const saved = row === undefined ? [] : [{ by: row.actor, action: 'mapping.saved', at: row.updated_at }]
    throw await changedSince(store, saved)
  }

  async function get(partner: string, handling: string): Promise<Mapping> {
    const row = await rowOf(partner, handling)
    if (row === undefined) throw new ProblemError('request.not-found', 'no mapping of this item was saved')
    return toMapping(row)
  }

  return {
    get,

    /** The saved one of a partner's item; null when there is none. */
    async find(partner: string, handling: string): Promise<Mapping | null> {
      const row = await rowOf(partner, handling)
      return row === undefined ? null : toMapping(row)
    },

    /** Own items of the saved ones, one entry for each. */
    async own(): Promise<string[]> {
      return (await db.query<{ code: string }>('SELECT collecting AS code FROM mappings')).map(({ code }) => code)
    },

    /**
     * Compares the partner's item with an own one; without `collecting` with the one of the same catalogue code or name.
     * Problem: `item.unknown` naming own items of a like name.
     */
    async compare(
      partner: string,
      handling: string,
      collecting?: string,
    ): Promise<Comparison & { items: { collecting: ServiceItem; handling: ServiceItem } }> {
      const theirs = await demand(partner, handling)
      const ours = collecting === undefined ? await counterpart(theirs) : await demand(own, collecting)
      if (ours === null) {
        const like = (await alike(theirs)).map(({ code, name }) => `${code} ${name}`)
        throw new ProblemError(
          'item.unknown',
          [
            `no own item of this code or name: ${theirs.taskName}`,
            ...(like.length === 0 ? [] : [`name the own one (--own), perhaps ${like.join(', ')}`]),
          ].join('; '),
        )
      }
      return { items: { collecting: ours, handling: theirs }, ...compareItems(ours, theirs) }
    },

    /** Saves what a person confirmed, in place of what was `seen`. Problems: `item.unknown`, `request.invalid`, `request.precondition`, `request.unseen`. */
    async save(partner: string, handling: string, input: MappingInput, actor: string, seen?: Seen): Promise<Mapping> {
      const [theirs, ours] = await Promise.all([demand(partner, handling), demand(own, input.collecting)])
      for (const [index, pair] of input.pairs.entries()) {
        for (const [side, item] of [
          ['collecting', ours],
          ['handling', theirs],
        ] as const) {
          if (!item.materials.some(material => material.materialCode === pair[side]))
            throw new ProblemError('request.invalid', `pairs.${index}.${side}: no material of ${item.taskCode}`)
          if (input.pairs.some((other, at) => at < index && other[side] === pair[side]))
            throw new ProblemError('request.invalid', `pairs.${index}.${side}: it stands in another pair`)
        }
      }
      if (input.pairs.length > LIMITS.materialsPerPacket)
        throw new ProblemError('request.invalid', `pairs: ${LIMITS.materialsPerPacket} at most`)
      await db.transaction(async tx => {
        changed(tx)
        demandSeen(seen, (await rowIn(tx, partner, handling))?.version ?? null)
        await assertAsSeen(tx, partner, handling, seen)
        await tx.run(
          `INSERT INTO mappings (partner, handling, collecting, handling_version, collecting_version, version, pairs, note, actor, updated_at)
           VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
           ON CONFLICT (partner, handling) DO UPDATE SET collecting = excluded.collecting, pairs = excluded.pairs,
             handling_version = excluded.handling_version, collecting_version = excluded.collecting_version,
             version = version + 1, note = excluded.note, actor = excluded.actor, updated_at = excluded.updated_at`,
          [
            partner,
            handling,
            input.collecting,
            theirs.taskVersion,
            ours.taskVersion,
            JSON.stringify(input.pairs),
            input.note ?? null,
            actor,
            clock.now(),
          ],
        )
        const detail = { item: handling, own: input.collecting, pairs: input.pairs.length }
        await audit.append(tx, { actor, action: 'mapping.saved', subject: partner, detail })
      })
      return get(partner, handling)
    },

    /** Forgets a mapping as it was `seen`. Problems: `request.not-found`, `request.precondition`. */
    async remove(partner: string, handling: string, actor: string, seen?: Seen): Promise<Mapping> {
      const gone = await get(partner, handling)
      await db.transaction(async tx => {
        changed(tx)
        await assertAsSeen(tx, partner, handling, seen)
        await act(tx)
        await tx.run('DELETE FROM mappings WHERE partner = ? AND handling = ?', [partner, handling])
        await audit.append(tx, { actor, action: 'mapping.removed', subject: partner, detail: { item: handling } })
      })
      return gone
    },

    /** Of a partner or of all, by partner and item, after a place. */
    async list(partner: string | null, limit: number, after: readonly [string, string] | null): Promise<Mapping[]> {
      const rows = await db.query<Row>(
        `SELECT * FROM mappings WHERE (? IS NULL OR partner = ?) AND (partner, handling) > (?, ?)
         ORDER BY partner, handling LIMIT ?`,
        [partner, partner, after?.[0] ?? '', after?.[1] ?? '', limit],
      )
      return Promise.all(rows.map(toMapping))
    },

    /** Pairs for the text of an agreement; undefined when none are saved. */
    async pairs(partner: string, handling: string): Promise<Pair[] | undefined> {
      const row = await rowOf(partner, handling)
      return row === undefined ? undefined : (JSON.parse(row.pairs) as Pair[])
    },

    /**
     * How the materials of a partner's item are called in both lists: by `agreed` pairs when the agreement has them, else by
     * the saved ones. Empty when nothing was compared.
     */
    async names(partner: string, theirs: ServiceItem, agreed: readonly Pair[] | undefined): Promise<MaterialNames[]> {
      const row = await rowOf(partner, theirs.taskCode)
      const pairs = agreed ?? (row === undefined ? [] : (JSON.parse(row.pairs) as Pair[]))
      const ours = row === undefined ? null : await services.item(own, row.collecting)
      const named = (item: ServiceItem | null, code: string): string =>
        item?.materials.find(material => material.materialCode === code)?.materialName ?? code
      return pairs.map(({ collecting, handling }) => ({
        collecting,
        collectingName: named(ours, collecting),
        handling,
        handlingName: named(theirs, handling),
      }))
    },
  }
}
