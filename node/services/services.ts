/**
 * Service lists (事项清单): the own one, published under a growing version and signed; the partners', fetched when they
 * announce a new one and verified before they take the old one's place. May import the exchange's ports and the store.
 */

import { PROTOCOL_VERSION } from '../../protocol/names.ts'
import { commit } from '../../protocol/packet/envelope.ts'
import { type Problem, ProblemError, type Result } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import {
  LIST_TYPE,
  type ListHead,
  openList,
  signListHead,
  verifyListHead,
  writeList,
} from '../../protocol/service/list.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { ListBoard, OwnIdentity, Trust } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'
import { createLists, PARTNER_VERSIONS, type StoredHead } from './lists.ts'

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

export const LIST_LIMITS = {
  /** bytes of a list that this node publishes or takes */ bytes: 64 * 1024 * 1024,
  /** ms after which a list that could not be taken is asked for again, doubled each time */ retry: 30_000,
  /** ms at most */ retryMost: 3_600_000,
} as const

export type ListView = { city: string; version: number; count: number; publishedAt: number }

/** What a partner announced and this node could not take yet. */
type Wanted = { head: string; running: boolean; failures: number; cancel: () => void }

export type Services = Awaited<ReturnType<typeof createServices>>

export async function createServices(parts: ServicesParts) {
  const { db, identity, clock, trust } = parts
  const lists = createLists(db)
  const wanted = new Map<string, Wanted>()
  const problems = new Map<string, Problem>()
  /** for what is asked at once: the hello and the materials stream */
  let own: StoredHead | null = await lists.head(identity.city)
  let stopped = false

  async function keep(head: ListHead, jws: string, bytes: Uint8Array, actor: string): Promise<void> {
    await db.transaction(async tx => {
      await lists.store(tx, head, jws, bytes, head.iss === identity.city ? undefined : PARTNER_VERSIONS)
      await parts.audit.append(tx, {
        actor,
        action: 'list.published',
        subject: head.iss,
        detail: { version: head.version, items: head.count, sha256: head.list.sha256 },
      })
      await parts.events.append(tx, { type: 'list.changed', subject: head.iss })
    })
  }

  /** Verifies an announced head and fetches its list; keeps the last good list when anything fails. */
  async function take(city: string, jws: string): Promise<void> {
    const held = await lists.head(city)
    if (held?.jws === jws) return
    const heldVersion = held?.version ?? 0
    const verified = await verifyListHead(jws, { resolveKey: kid => trust.key(kid), issuer: city, heldVersion })
    if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
    const { head } = verified
    if (head.version === heldVersion) {
      if (head.list.sha256 === held?.claims.list.sha256) return
      throw new ProblemError('list.rollback', `version ${heldVersion} with other items: publish a newer one`)
    }
    if (head.list.size > LIST_LIMITS.bytes)
      throw new ProblemError('list.malformed', `${LIST_LIMITS.bytes} bytes at most`)
    const bytes = await parts.fetchBlob(city, head.list.sha256, head.list.size)
    const opened = await openList(head, bytes)
    if (!opened.ok) throw new ProblemError(opened.problem.code, opened.problem.detail)
    await keep(head, jws, bytes, `city:${city}`)
  }

  /** Takes what is wanted of a city, the newest when another was announced meanwhile; plans a retry when that fails. */
  async function pursue(city: string, want: Wanted): Promise<void> {
    want.running = true
    want.cancel()
    for (let head: string | undefined; head !== want.head; ) {
      head = want.head
      try {
        await take(city, head)
        problems.delete(city)
        want.failures = 0
      } catch (error) {
        if (stopped) return
        const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
        problems.set(city, problem)
        want.failures++
        parts.observer.failed(city, problem)
      }
    }
    want.running = false
    if (want.failures === 0 || stopped) {
      wanted.delete(city)
      return
    }
    const wait = Math.min(LIST_LIMITS.retry * 2 ** (want.failures - 1), LIST_LIMITS.retryMost)
    want.cancel = clock.after(wait, () => {
      if (trust.partners().includes(city)) void pursue(city, want)
      else wanted.delete(city)
    })
  }

  let last: Promise<unknown> = Promise.resolve()

  /** Signs and stores the next version. */
  async function publish(items: readonly ServiceItem[], actor: string): Promise<ListView> {
    const version = (own?.version ?? 0) + 1
    const written = writeList({ v: 1, city: identity.city, version, items: [...items] })
    if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
    if (written.bytes.byteLength > LIST_LIMITS.bytes)
      throw new ProblemError('list.malformed', `${LIST_LIMITS.bytes} bytes at most`)
    const head: ListHead = {
      v: PROTOCOL_VERSION,
      iss: identity.city,
      iat: seconds(clock.now()),
      version,
      count: items.length,
      list: await commit(written.bytes, LIST_TYPE),
    }
    const jws = await signListHead(head, identity.signer())
    await keep(head, jws, written.bytes, actor)
    own = { version, jws, claims: head }
    parts.announce(jws)
    return viewOf(own)
  }

  const board: ListBoard = {
    head: () => own?.jws ?? null,
    announced(city, head) {
      if (stopped) return
      const want = wanted.get(city) ?? { head, running: false, failures: 0, cancel: () => {} }
      want.head = head
      wanted.set(city, want)
      if (!want.running) void pursue(city, want)
    },
  }

  return {
    ...board,

    /** Publishes a new version of the own list and tells the partners. Problem: `list.malformed` naming the field. */
    publish(items: readonly ServiceItem[], actor: string): Promise<ListView> {
      // One after the other, for each takes the next version.
      const turn = last.then(() => publish(items, actor))
      last = turn.catch(() => undefined)
      return turn
    },

    /** The newest list of a city, or the version; null when it is not held. */
    async view(city: string, version?: number): Promise<ListView | null> {
      const held = await lists.head(city, version)
      return held === null ? null : viewOf(held)
    },

    /** Items of a list whose name or code holds `query`, by code, after `after`. */
    async search(view: ListView, query: string, limit: number, after: string | null): Promise<ServiceItem[]> {
      const found: ServiceItem[] = []
      for (const item of (await lists.items(view.city, view.version)).values()) {
        if (after !== null && item.taskCode <= after) continue
        if (query !== '' && !item.taskName.includes(query) && !item.taskCode.includes(query)) continue
        found.push(item)
        if (found.length >= limit) break
      }
      return found
    },

    /** An item of the newest list of a city, or of the version. */
    async item(city: string, code: string, version?: number): Promise<ServiceItem | null> {
      const held = await lists.head(city, version)
      return held === null ? null : ((await lists.items(city, held.version)).get(code) ?? null)
    },

    /** Verifies the head that a partner announced, whatever version is held. Problems: `list.*`. */
    async checkHead(city: string, jws: string): Promise<Result<{ version: number }>> {
      const verified = await verifyListHead(jws, { resolveKey: kid => trust.key(kid), issuer: city, heldVersion: 0 })
      return verified.ok ? { ok: true, version: verified.head.version } : verified
    },

    /** Why the newest list of a partner could not be taken. */
    problem: (city: string): Problem | null => problems.get(city) ?? null,

    /** Bytes of the own list of this hash, for partners. */
    bytes: async (sha256: string): Promise<Uint8Array | null> =>
      own?.claims.list.sha256 === sha256 ? lists.bytes(identity.city, own.version) : null,

    /** Takes no more lists; what is being fetched ends with its stream. */
    stop(): void {
      stopped = true
      for (const want of wanted.values()) want.cancel()
      wanted.clear()
    },
  }
}

const viewOf = ({ version, claims }: StoredHead): ListView => ({
  city: claims.iss,
  version,
  count: claims.count,
  publishedAt: claims.iat * 1000,
})
