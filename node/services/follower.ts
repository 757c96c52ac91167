/** Partners' lists: fetched when announced, the newest alone when several were; tried again with growing pauses when that fails. */
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import { verifyListHead } from '../../protocol/service/list.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import type { Clock } from '../exchange/clock.ts'
import type { Trust } from '../exchange/ports.ts'
import { PARTNER_VERSIONS, type StoredHead } from './lists.ts'
import { fetchList, type ReceiveParts, raise } from './receive.ts'

export const RETRY = {
  /** ms after which a list that could not be taken is asked for again, doubled each time */ first: 30_000,
  /** ms at most */ most: 3_600_000,
} as const

export type FollowerParts = ReceiveParts & {
  trust: Trust
  clock: Clock
  audit: Audit
  events: EventLog
  failed: (city: string, problem: Problem) => void
  /** a newer list is seen from now on */ taken: (city: string) => void
}

/** What a partner announced and this node could not take yet; null: that it has no list. */
type Wanted = { head: string | null; running: boolean; failures: number; cancel: () => void }

export function createFollower(parts: FollowerParts) {
  const { db, lists, clock, trust } = parts
  const wanted = new Map<string, Wanted>()
  const problems = new Map<string, Problem>()
  let stopped = false

  /** Verifies an announced head and fetches what it stands for; keeps the last good list when anything fails. */
  async function take(city: string, announced: string | null): Promise<void> {
    const held = await lists.head(city)
    if (announced === (held?.jws ?? null)) return
    if (announced === null) return held === null ? undefined : remind(city, held, 'announces no list any more')
    const verified = await verifyListHead(announced, { resolveKey: parts.resolveKey, issuer: city })
    if (!verified.ok) return raise(verified.problem)
    const { version, root } = verified.head
    if (held !== null && version < held.version)
      return remind(city, held, `version ${version}, ${held.version} is held`)
    if (version === held?.version) {
      if (root === held.claims.root) return
      return raise({ code: 'list.fork', detail: `version ${version}` })
    }
    const received = await fetchList(parts, { partner: city, city, held })
    if (received === null) return
    const { head, stage } = received
    try {
      await db.transaction(async tx => {
        await stage.seal(tx, head, PARTNER_VERSIONS)
        await parts.audit.append(tx, {
          actor: `city:${city}`,
          action: 'list.published',
          subject: city,
          detail: { version: head.version, items: head.claims.count, root: head.claims.root },
        })
        await parts.events.append(tx, { type: 'list.changed', subject: city })
      })
    } catch (error) {
      await stage.abandon()
      throw error
    }
    parts.taken(city)
  }

  /** Shows a partner that lost its newest list the head that it signed, so that it publishes above it. */
  async function remind(city: string, held: StoredHead, detail: string): Promise<never> {
    const problem = new ProblemError('list.rollback', detail)
    // It answers with a problem; one that has found its list meanwhile announces it.
    await parts
      .sync()
      .fetch(city, { city, held: held.jws })
      .then(
        delivery => delivery.abort(problem),
        () => {},
      )
    throw problem
  }

  async function refused(city: string, problem: Problem): Promise<void> {
    const known = problems.get(city)
    problems.set(city, problem)
    parts.failed(city, problem)
    // Once, not at every attempt; a partner that cannot be reached is no refusal.
    if (known?.code === problem.code || !/^(list|envelope|key)\./.test(problem.code)) return
    await db.transaction(tx =>
      parts.audit.append(tx, {
        actor: `city:${city}`,
        action: 'list.refused',
        subject: city,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      }),
    )
  }

  /** Takes what is wanted of a city, the newest when another was announced meanwhile; plans a retry when that fails. */
  async function pursue(city: string, want: Wanted): Promise<void> {
    want.running = true
    want.cancel()
    for (let head: string | null | undefined; head !== want.head; ) {
      head = want.head
      try {
        await take(city, head)
        problems.delete(city)
        want.failures = 0
      } catch (error) {
        if (stopped) return
        want.failures++
        const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
        await refused(city, problem).catch(() => {})
      }
    }
    want.running = false
    if (want.failures === 0 || stopped) {
      wanted.delete(city)
      return
    }
    const wait = Math.min(RETRY.first * 2 ** (want.failures - 1), RETRY.most)
    want.cancel = clock.after(wait, () => {
      if (trust.partners().includes(city)) void pursue(city, want)
      else wanted.delete(city)
    })
  }

  return {
    announced(city: string, head: string | null): void {
      if (stopped) return
      const want = wanted.get(city) ?? { head, running: false, failures: 0, cancel: () => {} }
      want.head = head
      wanted.set(city, want)
      if (!want.running) void pursue(city, want)
    },

    /** Why the newest list of a partner could not be taken. */
    problem: (city: string): Problem | null => problems.get(city) ?? null,

    /** Takes no more lists; what is being fetched ends with its stream. */
    stop(): void {
      stopped = true
      for (const want of wanted.values()) want.cancel()
      wanted.clear()
    },
  }
}
