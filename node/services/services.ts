/**
 * Service lists (事项清单): the own one, published under a growing version and signed; the partners', fetched when they
 * announce a new one and verified before they take the old one's place. May import the exchange's ports and the store.
 */

import { PROTOCOL_VERSION } from '../../protocol/names.ts'
import { commit } from '../../protocol/packet/envelope.ts'
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import {
  LIST_TYPE,
  type ListHead,
  openList,
  readList,
  signListHead,
  verifyListHead,
  writeList,
} from '../../protocol/service/list.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { ListBoard, OwnIdentity, Trust } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'

export type ServicesParts = {
  db: Database
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  audit: Audit
  events: EventLog
  /** bytes of a partner's blob, at most `most` */ fetchBlob: (
    city: string,
    sha256: string,
    most: number,
  ) => Promise<Uint8Array>
  /** tells connected partners of the new head */ announce: (head: string) => void
  observer: { failed(city: string, problem: Problem): void }
}

/** Bytes of a partner's list that this node takes. */
const LIST_BYTES = 64 * 1024 * 1024
/** ms after which a list that could not be fetched is asked for again. */
const RETRY = 30_000

type Held = { version: number; head: string; publishedAt: number; items: ReadonlyMap<string, ServiceItem> }
export type ListView = { city: string; version: number; count: number; publishedAt: number }

export type Services = Awaited<ReturnType<typeof createServices>>

export async function createServices(parts: ServicesParts) {
  const { db, identity, clock, trust } = parts
  /** newest list of each city, parsed when first asked for */
  const lists = new Map<string, Held>()
  const fetching = new Map<string, { head: string }>()
  const problems = new Map<string, Problem>()
  let own: { head: string; sha256: string } | null = null

  const [row] = await db.query<{ head: string }>(
    'SELECT head FROM lists WHERE city = ? ORDER BY version DESC LIMIT 1',
    [identity.city],
  )
  if (row !== undefined) own = { head: row.head, sha256: headOf(row.head).list.sha256 }

  async function held(city: string): Promise<Held | null> {
    const cached = lists.get(city)
    if (cached !== undefined) return cached
    const [stored] = await db.query<{ version: number; head: string; bytes: Uint8Array; published_at: number }>(
      'SELECT version, head, bytes, published_at FROM lists WHERE city = ? ORDER BY version DESC LIMIT 1',
      [city],
    )
    if (stored === undefined) return null
    const read = readList(stored.bytes)
    if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
    const items = new Map(read.list.items.map(item => [item.taskCode, item]))
    const list = { version: stored.version, head: stored.head, publishedAt: stored.published_at, items }
    lists.set(city, list)
    return list
  }

  async function keep(city: string, head: ListHead, jws: string, bytes: Uint8Array, actor: string): Promise<void> {
    await db.transaction(async tx => {
      await tx.run(
        'INSERT INTO lists (city, version, head, bytes, published_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (city, version) DO NOTHING',
        [city, head.version, jws, bytes, head.iat * 1000],
      )
      await parts.audit.append(tx, {
        actor,
        action: 'list.published',
        subject: city,
        detail: { version: head.version, items: head.count, sha256: head.list.sha256 },
      })
      await parts.events.append(tx, { type: 'list.changed', subject: city })
      tx.afterCommit(() => lists.delete(city))
    })
  }

  /** Verifies an announced head and fetches its list; keeps the last good list when anything fails. */
  async function take(city: string, jws: string): Promise<void> {
    const heldVersion = (await held(city))?.version ?? 0
    const verified = await verifyListHead(jws, { resolveKey: kid => trust.key(kid), issuer: city, heldVersion })
    if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
    if (verified.head.version === heldVersion) return
    if (verified.head.list.size > LIST_BYTES) throw new ProblemError('list.malformed', `${LIST_BYTES} bytes at most`)
    const bytes = await parts.fetchBlob(city, verified.head.list.sha256, verified.head.list.size)
    const opened = await openList(verified.head, bytes)
    if (!opened.ok) throw new ProblemError(opened.problem.code, opened.problem.detail)
    await keep(city, verified.head, jws, bytes, `city:${city}`)
  }

  async function fetchList(city: string, job: { head: string }): Promise<void> {
    for (let head = ''; head !== job.head; ) {
      head = job.head
      try {
        await take(city, head)
        problems.delete(city)
      } catch (error) {
        const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
        problems.set(city, problem)
        parts.observer.failed(city, problem)
        clock.after(RETRY, () => {
          if (problems.has(city)) board.announced(city, head)
        })
      }
    }
    fetching.delete(city)
  }

  const board: ListBoard = {
    head: () => own?.head ?? null,
    announced(city, head) {
      const running = fetching.get(city)
      if (running !== undefined) {
        running.head = head
        return
      }
      const job = { head }
      fetching.set(city, job)
      void fetchList(city, job)
    },
  }

  return {
    ...board,

    /** Publishes a new version of the own list and tells the partners. Problem: `list.malformed` naming the field. */
    async publish(items: readonly ServiceItem[], actor: string): Promise<ListView> {
      const version = ((await held(identity.city))?.version ?? 0) + 1
      const written = writeList({ v: 1, city: identity.city, version, items: [...items] })
      if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
      const head: ListHead = {
        v: PROTOCOL_VERSION,
        iss: identity.city,
        iat: seconds(clock.now()),
        version,
        count: items.length,
        list: await commit(written.bytes, LIST_TYPE),
      }
      const jws = await signListHead(head, identity.signer())
      await keep(identity.city, head, jws, written.bytes, actor)
      own = { head: jws, sha256: head.list.sha256 }
      parts.announce(jws)
      return { city: identity.city, version, count: items.length, publishedAt: head.iat * 1000 }
    },

    /** The newest list of a city, or null. */
    async view(city: string): Promise<ListView | null> {
      const list = await held(city)
      return list === null
        ? null
        : { city, version: list.version, count: list.items.size, publishedAt: list.publishedAt }
    },

    /** Items whose name or code holds `query`, by code, after `after`. */
    async search(city: string, query: string, limit: number, after: string | null): Promise<ServiceItem[]> {
      const list = await held(city)
      const found: ServiceItem[] = []
      for (const item of list?.items.values() ?? []) {
        if (after !== null && item.taskCode <= after) continue
        if (query !== '' && !item.taskName.includes(query) && !item.taskCode.includes(query)) continue
        found.push(item)
        if (found.length >= limit) break
      }
      return found
    },

    /** An item of the newest list of a city. */
    async item(city: string, code: string): Promise<ServiceItem | null> {
      return (await held(city))?.items.get(code) ?? null
    },

    /** Why the newest list of a partner could not be taken. */
    problem: (city: string): Problem | null => problems.get(city) ?? null,

    /** Bytes of the own list of this hash, for partners. */
    async bytes(sha256: string): Promise<Uint8Array | null> {
      if (own?.sha256 !== sha256) return null
      const [stored] = await db.query<{ bytes: Uint8Array }>(
        'SELECT bytes FROM lists WHERE city = ? ORDER BY version DESC LIMIT 1',
        [identity.city],
      )
      return stored?.bytes ?? null
    },
  }
}

/** Claims of a head that was verified before it was stored. */
const headOf = (jws: string): ListHead =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as ListHead
