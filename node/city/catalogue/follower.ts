/** Partners' lists: fetched when announced, the newest alone when several were; tried again with growing pauses when that fails. */
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { verifyListHead } from '../../../protocol/service/list.ts'
import { pauseAfter } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Trust } from '../../spine/exchange/ports.ts'
import type { Allowance } from './allowance.ts'
import { PARTNER_VERSIONS } from './lists.ts'
import { BAD, fetchList, type ReceiveParts } from './receive.ts'
import { headOf, NothingRead } from './sync.ts'

export const RETRY = {
  /** ms after which a list that could not be taken is asked for again, doubled each time */
  first: 30_000,
  /** ms at most */
  most: 3_600_000,
  /** failures in a row that cost nothing, after which the partner need only be heard for the next try, at once */
  atOnce: 5,
  /** ms between such tries when there were more */
  soon: 5_000,
} as const

export type FollowerParts = ReceiveParts & {
  allowance: Allowance
  trust: Trust
  clock: Clock
  audit: Audit
  events: EventLog
  failed: (city: string, problem: Problem) => void
  /** a newer list is seen from now on */
  taken: (city: string) => void
}

/** What a partner announced and this node did not take yet. */
type Wanted = {
  /** null: that it has no list */
  head: string | null
  /** what the head claims, 0 when it does not hold: whichever comes next takes its place */
  version: number
  running: boolean
  /** the partner was heard since the attempt under way began */
  heard: boolean
  failures: number
  /** the last attempt read no list, for want of a path or of a head that holds: the partner need only be heard */
  cheap: boolean
  /** what the last attempt read did not hold: the next one asks for all items, not for a difference again */
  whole: boolean
  /** when it failed, ms */
  failedAt: number
  cancel: () => void
}

export function createFollower(parts: FollowerParts) {
  const { db, lists, clock, trust } = parts
  const wanted = new Map<string, Wanted>()
  const problems = new Map<string, Problem>()
  let stopped = false

  /** Verifies an announced head and fetches what it stands for; keeps the last good list when anything fails. */
  async function follow(city: string, want: Wanted): Promise<void> {
    const announced = want.head
    const held = await lists.head(city)
    if (announced === (held?.jws ?? null)) return
    if (announced !== null) {
      const verified = await verifyListHead(announced, { resolveKey: parts.resolveKey, issuer: city })
      if (!verified.ok) {
        if (want.head === announced) want.version = 0
        throw new NothingRead(verified.problem.code, verified.problem.detail)
      }
      const { version, root } = verified.head
      if (version === held?.version) {
        if (root === held.claims.root) return
        throw new NothingRead('list.fork', `version ${version}`)
      }
    }
    // An older head, or none, may only have been overtaken by the newest on the partner's other stream: what it answers tells.
    const received = await fetchList(parts, { partner: city, city, held, whole: want.whole })
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
    let head: string | null
    do {
      head = want.head
      want.heard = false
      const due = parts.allowance.wait(city)
      if (due > 0) {
        Object.assign(want, { running: false, cheap: false })
        return plan(city, want, due)
      }
      try {
        await follow(city, want)
        problems.delete(city)
        want.failures = 0
      } catch (error) {
        if (stopped) return
        want.failures++
        want.failedAt = clock.now()
        const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
        want.cheap = error instanceof NothingRead || problem.code === 'list.rollback'
        want.whole ||= BAD.includes(problem.code)
        await refused(city, problem).catch(() => {})
      }
    } while (want.failures === 0 ? head !== want.head : want.heard && mayHurry(want))
    want.running = false
    if (want.failures === 0 || stopped) {
      wanted.delete(city)
      return
    }
    const wait = pauseAfter(want.failures, RETRY)
    plan(city, want, want.heard && want.cheap ? RETRY.soon : wait)
  }

  const mayHurry = ({ cheap, failures }: Wanted): boolean => cheap && failures <= RETRY.atOnce

  function plan(city: string, want: Wanted, wait: number): void {
    want.cancel()
    want.cancel = clock.after(wait, () => {
      if (trust.partners().includes(city)) void pursue(city, want)
      else wanted.delete(city)
    })
  }

  return {
    /**
     * A partner announced its head on one of its streams. Of several the newest is taken, whichever came last. After a failure
     * the pause is kept, whatever is announced meanwhile, unless no list was read, as for want of a path: the partner was heard.
     */
    announced(city: string, head: string | null): void {
      if (stopped) return
      const version = claimedVersion(head)
      const want = wanted.get(city)
      if (want === undefined) {
        const first: Wanted = {
          head,
          version,
          running: false,
          heard: false,
          failures: 0,
          cheap: false,
          whole: false,
          failedAt: 0,
          cancel: () => {},
        }
        wanted.set(city, first)
        void pursue(city, first)
        return
      }
      if (version >= want.version) Object.assign(want, { head, version })
      want.heard = true
      if (want.running || !want.cheap) return
      if (mayHurry(want)) void pursue(city, want)
      else plan(city, want, Math.max(0, want.failedAt + RETRY.soon - clock.now()))
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

/** The version that a head claims that nobody verified yet; 0 when it says none. */
function claimedVersion(jws: string | null): number {
  try {
    return jws === null ? 0 : headOf(jws).version
  } catch {
    return 0
  }
}
