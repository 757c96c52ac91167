/**
 * An adapter that is read anew while the node runs (重新载入): what is asked of it goes to what was read last, and of a case that is pinned
 * to another version (映射版本) to that one, made from the text that the store keeps.
 */
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { KeptMapping } from './mapping-text.ts'

/** All that one reading of the files gave. */
export type Whole = {
  adapter: Adapter
  /** the newest version first, then those that the configuration names besides */
  texts: readonly [KeptMapping, ...KeptMapping[]]
  /** hash of the version for a case that was submitted then, ms since the epoch */
  versionAt(submittedAt: number): string
  /** Problem: `config.invalid`. */
  make(text: string): Promise<Adapter>
}

/** What the node does with the versions of an adapter. */
export type Mapping = {
  /** whether cases are pinned to a version; without it all go by what was read last */
  pinned: boolean
  texts(): Whole['texts']
  versionAt(submittedAt: number): string
  /** Whether cases may be under versions that the files do not say any more: then nothing of a feed is without a meaning. */
  others(there: boolean): void
  /** The adapter of a version; `textOf`: what the store keeps of it. Problem: `adapter.mapping`. */
  of(hash: string, textOf: () => Promise<string | null>): Promise<Adapter>
  /** Reads and checks the files; nothing changes until `apply`, or `drop`. Problem: `config.invalid`, with what is wrong. */
  read(): Promise<Pick<Whole, 'texts' | 'versionAt'> & { apply(): void; drop(): Promise<void> }>
}

export type ReloadableAdapter = Adapter & { mapping: Mapping }

/** The versions of an adapter; null of one that is not made from files. */
export const mappingOf = (adapter: Adapter): Mapping | null =>
  'mapping' in adapter ? (adapter as ReloadableAdapter).mapping : null

/** Versions that are held ready, besides the newest. */
const HELD = 16

/** Calls that are under way with an adapter, so that it is closed after the last of them when another took its place. */
function createUses(adapter: Adapter) {
  let uses = 0
  let retired = false
  // What takes its place is at work already: how it closes harms nobody.
  const end = () => void adapter.close?.().catch(() => {})
  return {
    adapter,
    async use<T>(call: (adapter: Adapter) => Promise<T>): Promise<T> {
      uses++
      try {
        return await call(adapter)
      } finally {
        uses--
        if (retired && uses === 0) end()
      }
    },
    retire(): void {
      retired = true
      if (uses === 0) end()
    },
  }
}

type ReloadableParts = {
  /** `keepsAll`: whether a feed gives what has no meaning too. Problem: `config.invalid`. */
  read: (keepsAll: () => boolean) => Promise<Whole>
  pinned: boolean
}

const WAYS = ['poll', 'pollCase', 'sheet', 'acknowledge'] as const

/** Problem: `config.invalid`, with what is wrong. */
export async function createReloadable({ read, pinned }: ReloadableParts): Promise<ReloadableAdapter> {
  let others = false
  const keepsAll = () => others
  let whole = await read(keepsAll)
  let current = createUses(whole.adapter)
  const held = new Map<string, Promise<Adapter>>()
  const { adapter: first } = whole

  const mapping: Mapping = {
    pinned,
    texts: () => whole.texts,
    versionAt: at => whole.versionAt(at),
    others(there) {
      others = there
    },
    async of(hash, textOf) {
      if (hash === whole.texts[0].hash && whole.texts.length === 1) return facade
      const known = held.get(hash)
      if (known !== undefined) return known
      const made = (async () => {
        const text = whole.texts.find(one => one.hash === hash)?.text ?? (await textOf())
        if (text === null) throw new ProblemError('adapter.mapping', `version ${hash}: it is not kept`)
        return whole.make(text).catch((error: unknown) => {
          if (!(error instanceof ProblemError)) throw error
          throw new ProblemError('adapter.mapping', `version ${hash}: ${error.problem.detail ?? error.problem.code}`)
        })
      })()
      held.set(hash, made)
      made.catch(() => held.delete(hash))
      for (const [oldest] of held) {
        if (held.size <= HELD) break
        held.delete(oldest)
      }
      return made
    },
    async read() {
      const next = await read(keepsAll)
      const changed = WAYS.filter(way => (next.adapter[way] === undefined) !== (first[way] === undefined))
      if (changed.length > 0 || next.adapter.parallel !== first.parallel) {
        await next.adapter.close?.()
        throw new ProblemError(
          'config.invalid',
          'it asks for answers in another way, or in other numbers: restart the node',
        )
      }
      return {
        texts: next.texts,
        versionAt: next.versionAt,
        apply() {
          const former = current
          whole = next
          current = createUses(next.adapter)
          held.clear()
          former.retire()
        },
        drop: async () => next.adapter.close?.(),
      }
    },
  }

  /** What `first` has, of whatever was read last. */
  const facade: ReloadableAdapter = {
    kind: first.kind,
    get system() {
      return current.adapter.system ?? ''
    },
    ...(first.parallel === undefined ? {} : { parallel: first.parallel }),
    mapping,
    deliver: (delivery, call) => current.use(adapter => adapter.deliver(delivery, call)),
    check: call => current.use(adapter => adapter.check(call)),
    lacking: items => current.use(async adapter => (await adapter.lacking?.(items)) ?? []),
    close: async () => current.adapter.close?.(),
  }
  if (first.plan !== undefined)
    facade.plan = delivery =>
      current.use(async adapter => (await adapter.plan?.(delivery)) ?? { ok: true as const, requests: [] })
  if (first.sheet !== undefined)
    facade.sheet = delivery =>
      current.use(async adapter => (await adapter.sheet?.(delivery)) ?? { system: '', fields: [] })
  if (first.poll !== undefined)
    facade.poll = (cursor, call) =>
      current.use(async adapter => (await adapter.poll?.(cursor, call)) ?? { events: [], cursor: cursor ?? '' })
  if (first.pollCase !== undefined)
    facade.pollCase = (open, memory, call) =>
      current.use(async adapter => (await adapter.pollCase?.(open, memory, call)) ?? { events: [], memory })
  if (first.read !== undefined)
    facade.read = (raw, call) =>
      current.use(async adapter => (await adapter.read?.(raw, call)) ?? { ok: true as const, event: null })
  if (first.acknowledge !== undefined)
    facade.acknowledge = (ids, call) => current.use(async adapter => adapter.acknowledge?.(ids, call))
  return facade
}
