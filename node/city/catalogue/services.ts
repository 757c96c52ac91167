/**
 * Service lists (事项清单): the own one, published under a growing version and signed; the partners', fetched by difference when they
 * announce a new one and verified before anything of it is seen; items looked up and searched in both. May import the exchange's
 * ports and the store.
 */
import { type Commitment, decodeUtf8 } from '../../../protocol/primitives.ts'
import type { Problem, Result } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { verifyListHead } from '../../../protocol/service/list.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { ListBoard, OwnIdentity, Trust } from '../../spine/exchange/ports.ts'
import type { Transport } from '../../spine/exchange/wire.ts'
import { createAllowance } from './allowance.ts'
import { createFollower } from './follower.ts'
import { createItems } from './items.ts'
import { createLists, type StoredHead } from './lists.ts'
import { unpack } from './pack.ts'
import { type Alongside, createPublisher, type ListChange } from './publisher.ts'
import type { ItemSource } from './read-items.ts'
import { type Count, createSearch, type Facet, type Filters, type Place } from './search.ts'
import type { Shown } from './summary.ts'
import { createListSync, type ListSync } from './sync.ts'

export type { ListChange } from './publisher.ts'
export type { Facet, Filters } from './search.ts'

export type ServicesParts = {
  db: Database
  transport: Transport
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  audit: Audit
  events: EventLog
  /** tells connected partners of the new head */
  announce: (head: string) => void
  observer: {
    failed(city: string, problem: Problem): void
    /** a partner's newer list is seen from now on */
    taken?(city: string): void
  }
}

export type ListView = { city: string; version: number; count: number; publishedAt: number }

/** An item that a search found, and where it stands among the hits. */
export type FoundItem = { place: Place; city: string; version: number; shown: Shown }
export type FoundItems = { items: FoundItem[]; total: number; facets: Record<Facet, Count[]> }

export type Services = Awaited<ReturnType<typeof createServices>>

/** Items that are sorted in memory. */
const SORTED = 10_000

export async function createServices(parts: ServicesParts) {
  const { db, identity, trust } = parts
  const lists = createLists(db)
  // What a node that was killed had begun to take.
  await lists.sweep()
  const items = createItems(lists)
  const search = createSearch(lists)
  const { failed } = parts.observer
  const allowance = createAllowance(parts.clock)
  const receiving = { db, lists, allowance, sync: (): ListSync => sync, resolveKey: (kid: string) => trust.key(kid) }
  const publisher = await createPublisher({ ...parts, ...receiving, items, failed })
  const follower = createFollower({ ...parts, ...receiving, failed, taken: city => parts.observer.taken?.(city) })
  const sync = createListSync({
    ...parts,
    lists,
    city: identity.city,
    reminded: publisher.reminded,
    read: allowance.spend,
  })

  const board: ListBoard = { head: () => publisher.own()?.jws ?? null, announced: follower.announced }

  async function item(city: string, code: string, version?: number): Promise<ServiceItem | null> {
    const held = await lists.head(city, version)
    return held === null ? null : items.read(city, held.version, code)
  }

  /** An item as a case was received under it; as it stands now when that version is kept no more. */
  async function pinned(city: string, code: string, taskVersion: number): Promise<ServiceItem | null> {
    const newest = await item(city, code)
    if (newest?.taskVersion === taskVersion) return newest
    const version = await lists.withItem(city, code, taskVersion)
    return (version === null ? null : await items.read(city, version, code)) ?? newest
  }

  /** An own item as it stood in the lists of a span of time (ms), newest first. */
  async function around(code: string, from: number, to: number): Promise<ServiceItem[]> {
    const own = identity.city
    const found: ServiceItem[] = []
    for (const version of await lists.inForce(own, from, to)) {
      const read = await items.read(own, version, code)
      if (read !== null) found.push(read)
    }
    return found
  }

  /** Items of the newest list of a city: by code as long as they are few, else as they are stored. */
  async function* walk(city: string): AsyncGenerator<ServiceItem> {
    const held = await lists.head(city)
    if (held === null) return
    const few: ServiceItem[] | null = held.claims.count > SORTED ? null : []
    for await (const bucket of lists.buckets(city, held.version))
      for (const line of unpack(bucket)) {
        const one = JSON.parse(decodeUtf8(line)) as ServiceItem
        if (few === null) yield one
        else few.push(one)
      }
    if (few !== null) yield* few.sort((a, b) => (a.taskCode < b.taskCode ? -1 : 1))
  }

  return {
    ...board,

    walk,
    around,
    pinned,

    /** Whether any version of the own list ever had the item. */
    known: (code: string): Promise<boolean> => lists.everHad(identity.city, code),

    /** Publishes all items as a new version of the own list and tells the partners; they may come one by one. Problem: `list.malformed`. */
    publish: async (all: ItemSource, actor: string): Promise<ListView> => viewOf(await publisher.publish(all, actor)),

    /** Publishes a change of the newest own list as a new version. Problems: `list.malformed`, `item.unknown`. */
    change: async (change: ListChange, actor: string, alongside?: Alongside): Promise<ListView> =>
      viewOf(await publisher.change(change, actor, alongside)),

    /** The newest list of a city, or the version; null when it is not held. */
    async view(city: string, version?: number): Promise<ListView | null> {
      const held = await lists.head(city, version)
      return held === null ? null : viewOf(held)
    },

    /** Items of a list in which all words of `query` stand, by code, after `after`. */
    async search(view: ListView, query: string, limit: number, after: string | null): Promise<ServiceItem[]> {
      const found = await search.find([view], {
        text: query,
        filters: {},
        byCode: true,
        limit,
        after: after === null ? null : [0, after, view.city],
      })
      const read = await Promise.all(found.hits.map(({ shown: [code] }) => items.read(view.city, view.version, code)))
      return read.filter(one => one !== null)
    },

    /** Items of the newest own list and those of active partners, best first. */
    async find(text: string, filters: Filters, limit: number, after: Place | null): Promise<FoundItems> {
      const views: ListView[] = []
      for (const city of [identity.city, ...trust.partners()]) {
        const held = await lists.head(city)
        if (held !== null) views.push(viewOf(held))
      }
      const { hits, ...rest } = await search.find(views, { text, filters, limit, after })
      const versions = new Map(views.map(({ city, version }) => [city, version]))
      const found = hits.map(hit => ({ ...hit, city: hit.place[2], version: versions.get(hit.place[2]) ?? 0 }))
      return { ...rest, items: found }
    },

    /** An item of the newest list of a city, or of the version; not to be changed. */
    item,

    /** What partners may still make this node read of lists, and of the trees that they name. */
    allowance,

    /** What the newest head of a city says of its organisation tree; null without one. */
    organisation: async (city: string): Promise<Commitment | null> =>
      (await lists.head(city))?.claims.organisation ?? null,

    /** Why the newest list of a partner could not be taken. */
    problem: follower.problem,

    /** Verifies the head that a partner announced, whatever version is held. Problems: `envelope.*`, `key.*`, `list.*`. */
    async checkHead(city: string, jws: string): Promise<Result<{ version: number; root: string }>> {
      const verified = await verifyListHead(jws, { resolveKey: receiving.resolveKey, issuer: city })
      return verified.ok ? { ok: true, version: verified.head.version, root: verified.head.root } : verified
    },

    /** Version and root of the newest list of a city that is held. */
    async held(city: string): Promise<{ version: number; root: string } | null> {
      const held = await lists.head(city)
      return held === null ? null : { version: held.version, root: held.claims.root }
    },

    /** Serves partners from now on. */
    start: (): Promise<void> => sync.start(),
    /** Takes no more lists; what is being fetched ends with its stream. */
    stop: follower.stop,
  }
}

const viewOf = ({ version, claims }: StoredHead): ListView => ({
  city: claims.iss,
  version,
  count: claims.count,
  publishedAt: claims.iat * 1000,
})
