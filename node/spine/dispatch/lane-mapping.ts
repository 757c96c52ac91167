/** What the node does about the mapping of one approval system: keeps its versions, reads it anew, pins cases to another version. */
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { createSerial } from '../../kernel/serial.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { createMappingStore, type Repinned } from './mapping-store.ts'
import { mappingOf } from './reloadable.ts'

/** A version of a mapping. `current`: cases begin with it; `keptAt` in ms since the epoch; `cases`: open ones that are pinned to it. */
export type MappingVersion = { version: string; current: boolean; keptAt: number; cases: number }

/** What came of a reload: the hash that cases began with before, and the one with which they begin now. */
export type Reloaded = { former: string; version: string; repinned: number }

type LaneMappingParts = {
  db: Database
  clock: Clock
  audit: Audit
  adapter: Adapter
  lane: string
  /** of the approval system */
  name: string
  /** Tries again what waited for a mapping. */
  retry: (tx: Transaction, by: string) => Promise<unknown>
}

export function createLaneMapping({ db, clock, audit, adapter, lane, name, retry }: LaneMappingParts) {
  const mapping = mappingOf(adapter)
  const store = createMappingStore(db, lane)
  const inTurn = createSerial()

  /** Problem: `request.conflict`. */
  function own() {
    if (mapping === null)
      throw new ProblemError('request.conflict', 'adapter: no file says how it maps; restart the node')
    return mapping
  }
  const hashesOf = (texts: readonly { hash: string }[]): string[] => texts.map(({ hash }) => hash)

  async function repinIn(
    tx: Transaction,
    which: Repinned,
    versionAt: (at: number) => string,
    by: string,
  ): Promise<number> {
    const cases = await store.repin(tx, which, versionAt)
    if (cases > 0) await audit.append(tx, { actor: by, action: 'adapter.repinned', subject: name, detail: { cases } })
    return cases
  }

  return {
    /** Hash of the version with which a case begins; null: there are none to which cases are pinned. */
    versionAt: (submittedAt: number): string | null =>
      mapping?.pinned === true ? mapping.versionAt(submittedAt) : null,

    /** The adapter for a case, by the version with which it began. Problem: `adapter.mapping`. */
    async adapterOf(threadNo: number | null): Promise<Adapter> {
      if (mapping?.pinned !== true || threadNo === null) return adapter
      const version = await store.of(db, threadNo)
      return version === null ? adapter : mapping.of(version, () => store.textOf(version))
    },

    async start(): Promise<void> {
      if (mapping === null) return
      await db.transaction(tx => store.keep(tx, mapping.texts(), mapping.texts(), clock.now()))
      mapping.others(await store.others(db, hashesOf(mapping.texts())))
    },

    /** The versions that are kept; null: no file says how this adapter maps. `pinned`: whether a case stays with its own. */
    async list(): Promise<{ pinned: boolean; versions: MappingVersion[] } | null> {
      if (mapping === null) return null
      const current = mapping.texts()[0].hash
      const versions = await store.list()
      return {
        pinned: mapping.pinned,
        versions: versions.map(({ hash, ...row }) => ({ version: hash, current: hash === current, ...row })),
      }
    },

    /**
     * Reads the files anew: cases that begin from now on go by them, and with `repin` all that are open. Problems: `config.invalid`, with what
     * is wrong, and nothing has changed; `request.conflict`.
     */
    reload: (repin: boolean, by: string): Promise<Reloaded> =>
      inTurn(async () => {
        const held = own()
        const former = held.texts()
        const next = await held.read()
        const version = next.texts[0].hash
        try {
          return await db.transaction(async tx => {
            await act(tx)
            await store.keep(tx, next.texts, [...next.texts, ...former], clock.now())
            await audit.append(tx, {
              actor: by,
              action: 'adapter.reloaded',
              subject: name,
              detail: { former: former[0].hash, version },
            })
            tx.afterCommit(() => next.apply())
            const repinned = repin && held.pinned ? await repinIn(tx, { all: true }, next.versionAt, by) : 0
            const others = await store.others(tx, hashesOf(next.texts))
            tx.afterCommit(() => held.others(others))
            await retry(tx, by)
            return { former: former[0].hash, version, repinned }
          })
        } catch (error) {
          await next.drop()
          throw error
        }
      }),

    /**
     * Pins open cases to the version that the files name for them now; how many had another. Problem: `request.conflict` where cases are
     * pinned to none.
     */
    repin: (which: Repinned, by: string): Promise<number> =>
      inTurn(async () => {
        const held = own()
        if (!held.pinned)
          throw new ProblemError(
            'request.conflict',
            'adapter: its cases all go by what was read last, and are pinned to nothing',
          )
        return db.transaction(async tx => {
          await act(tx)
          const cases = await repinIn(tx, which, held.versionAt, by)
          const others = await store.others(tx, hashesOf(held.texts()))
          tx.afterCommit(() => held.others(others))
          if (cases > 0) await retry(tx, by)
          return cases
        })
      }),
  }
}
