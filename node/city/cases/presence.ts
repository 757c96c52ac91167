/**
 * Who looks at a case now, and who has unsaved input there (在场): pages say so again and again, and are forgotten when they no longer do. Kept
 * in memory alone and never written; others are told when it changes. May import the kernel.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import type { CaseRights } from '../../kernel/case-rights.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Person } from '../../kernel/person.ts'
import type { LiveEvent, LiveFeed } from '../../kernel/records/event-feed.ts'

export const PRESENCE_LIMITS = {
  /** a page is to say so again after this, seconds */
  beatSeconds: 15,
  /** and is forgotten after this without a word, seconds */
  forgottenSeconds: 45,
  /** pages in all, of one case, and of one person; with one more, the oldest of that person is forgotten */
  pages: 10_000,
  pagesPerCase: 50,
  pagesPerPerson: 20,
} as const

/** Somebody who has a case open, on however many pages. */
export type Present = {
  id: string
  name: string
  /** has input that is not saved */
  unsaved: boolean
  /** ms; since when */
  since: number
}

type Page = { thread: string; person: Pick<Person, 'id' | 'name'>; unsaved: boolean; since: number; at: number }

export interface Presence extends LiveFeed {
  /** A page has the case open; who has. Problems: `thread.unknown`, `request.rate` when too many have it open. */
  beat(person: Person, thread: string, page: string, unsaved: boolean): Promise<Present[]>
  /** A page was closed; who has the case open still. Problem: `thread.unknown`. */
  leave(person: Person, thread: string, page: string): Promise<Present[]>
  /** Who has the case open, those first who came first. Problem: `thread.unknown`. */
  of(thread: string): Promise<Present[]>
  stop(): void
}

export type PresenceParts = {
  clock: Clock
  subjects: CaseRights['subjects']
  failed: (error: unknown) => void
}

export function createPresence({ clock, subjects, failed }: PresenceParts): Presence {
  /** in the order of their last beat */
  const pages = new Map<string, Page>()
  const byCase = new Map<string, Set<string>>()
  const byPerson = new Map<string, Set<string>>()
  const listeners = new Set<(event: LiveEvent) => void>()
  /** cases of which something else is so than was told */
  const untold = new Set<string>()
  let telling = false
  let cancel: (() => void) | null = null

  function of(thread: string): Present[] {
    const present = new Map<string, Present>()
    for (const key of byCase.get(thread) ?? []) {
      const page = pages.get(key)
      if (page === undefined) continue
      const { id, name } = page.person
      const known = present.get(id)
      present.set(id, {
        id,
        name,
        unsaved: page.unsaved || known?.unsaved === true,
        since: Math.min(page.since, known?.since ?? page.since),
      })
    }
    return [...present.values()].sort((a, b) => a.since - b.since)
  }

  const put = (index: Map<string, Set<string>>, name: string, key: string) =>
    index.set(name, (index.get(name) ?? new Set()).add(key))
  const drop = (index: Map<string, Set<string>>, name: string, key: string) => {
    const keys = index.get(name)
    keys?.delete(key)
    if (keys?.size === 0) index.delete(name)
  }
  function forget(key: string): void {
    const page = pages.get(key)
    if (page === undefined) return
    pages.delete(key)
    drop(byCase, page.thread, key)
    drop(byPerson, page.person.id, key)
  }

  /** What is told of a case: by its facts, who may hear of it. */
  const eventOf = (thread: string, facts: Awaited<ReturnType<CaseRights['subjects']>>): LiveEvent => ({
    type: 'presence.changed',
    at: clock.now(),
    subject: thread,
    of: facts.get(thread),
    data: {
      people: of(thread).map(present => ({ ...present, since: new Date(present.since).toISOString() })),
    },
  })

  /** One look at the store for all cases that changed meanwhile, however many listen; none when nobody does. */
  async function tell(): Promise<void> {
    if (telling) return
    telling = true
    try {
      while (untold.size > 0) {
        const threads = [...untold]
        untold.clear()
        if (listeners.size === 0) continue
        const facts = await subjects(threads)
        for (const thread of threads) {
          const event = eventOf(thread, facts)
          for (const listener of listeners) listener(event)
        }
      }
    } catch (error) {
      failed(error)
    } finally {
      telling = false
    }
  }

  /** Carries something out, and tells of each case of which something else is so since. */
  function changing(threads: readonly string[], act: () => void): void {
    const before = threads.map(thread => JSON.stringify(of(thread)))
    act()
    threads.forEach((thread, index) => {
      if (JSON.stringify(of(thread)) !== before[index]) untold.add(thread)
    })
    void tell()
  }

  /** Forgets, when their time is over, those who said nothing more. */
  function watchTime(): void {
    if (cancel !== null) return
    const [first] = pages.values()
    if (first === undefined) return
    cancel = clock.after(first.at + PRESENCE_LIMITS.forgottenSeconds * 1000 - clock.now(), () => {
      cancel = null
      const silent: string[] = []
      for (const [key, { at }] of pages) {
        if (clock.now() - at < PRESENCE_LIMITS.forgottenSeconds * 1000) break
        silent.push(key)
      }
      const threads = [...new Set(silent.flatMap(key => pages.get(key)?.thread ?? []))]
      changing(threads, () => silent.forEach(forget))
      watchTime()
    })
  }

  /** A case that somebody has open is one; of another the store is asked. */
  async function known(thread: string): Promise<void> {
    if (!byCase.has(thread) && !(await subjects([thread])).has(thread)) throw new ProblemError('thread.unknown')
  }

  const keyOf = (person: Person, thread: string, page: string) => `${thread} ${person.id} ${page}`

  return {
    async beat(person, thread, page, unsaved) {
      const key = keyOf(person, thread, page)
      await known(thread)
      const before = pages.get(key)
      const own = byPerson.get(person.id) ?? new Set<string>()
      const [oldest] = own
      const room =
        before === undefined && oldest !== undefined && own.size >= PRESENCE_LIMITS.pagesPerPerson ? oldest : null
      const freed = room === null ? undefined : pages.get(room)
      const ofCase = (byCase.get(thread)?.size ?? 0) - (freed?.thread === thread ? 1 : 0)
      const inAll = pages.size - (freed === undefined ? 0 : 1)
      if (before === undefined && (ofCase >= PRESENCE_LIMITS.pagesPerCase || inAll >= PRESENCE_LIMITS.pages))
        throw new ProblemError('request.rate', 'too many pages have the case open')
      changing([...new Set([thread, freed?.thread ?? thread])], () => {
        if (room !== null) forget(room)
        // Sets keep the order in which names came: the oldest beat stands first.
        forget(key)
        const { id, name } = person
        pages.set(key, { thread, person: { id, name }, unsaved, since: before?.since ?? clock.now(), at: clock.now() })
        put(byCase, thread, key)
        put(byPerson, person.id, key)
      })
      watchTime()
      return of(thread)
    },

    async leave(person, thread, page) {
      await known(thread)
      changing([thread], () => forget(keyOf(person, thread, page)))
      return of(thread)
    },

    async of(thread) {
      await known(thread)
      return of(thread)
    },

    async now() {
      const threads = [...byCase.keys()]
      if (threads.length === 0) return []
      const facts = await subjects(threads)
      return [...byCase.keys()].map(thread => eventOf(thread, facts))
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    stop() {
      cancel?.()
      cancel = null
      pages.clear()
      byCase.clear()
      byPerson.clear()
    },
  }
}
