/**
 * Materials (材料): uploaded once, named by their hash, fetched from the city that sent the packet, checked on arrival.
 * The bytes lie encrypted in the blob store; this service knows which are held and which are wanted.
 */

import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import { type Commitment, fromHex, sha256 as hashOf, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { createKeyedSerial } from '../../kernel/serial.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { inList } from '../../kernel/store/sql.ts'
import { type Meter, WORK } from '../exchange/budget.ts'
import type { Misconduct, Trust } from '../exchange/ports.ts'
import type { Transport } from '../exchange/wire.ts'
import type { BlobStore } from './blob-store.ts'
import { createForgetting } from './forgetting.ts'
import { MATERIAL_LIMITS } from './limits.ts'
import { createReading } from './reading.ts'
import { quotaReminders } from './reminders.ts'
import { createServing, type ServingParts } from './serving.ts'
import { createSources } from './sources.ts'
import { createTransfers } from './transfer.ts'
import { createWantedStore, type Ended, type WaitingMaterial, type Wanted } from './wanted.ts'

/** Bytes that the service lists name, for a partner. */
export type Published = ServingParts['published']

export type MaterialsParts = {
  db: Database
  blobs: BlobStore
  transport: Transport
  trust: Trust
  clock: Clock
  random: () => number
  audit: Audit
  events: EventLog
  /** bytes of materials that one partner may have here */
  quota: number
  /** counts what a partner makes this node do */
  meter: (partner: string) => Meter
  /** why nothing is taken from partners; null while there is room on the disk */
  space: () => Problem | null
  /** A wanted material is here, in the transaction that says so: work that waited for it may go on. */
  released: (tx: Transaction, material: Pick<Commitment, 'sha256' | 'size'>) => Promise<void>
  /** of a sandbox city alone */
  misconduct?: Misconduct | undefined
  observer: {
    fetched(partner: string, bytes: number): void
    failed(partner: string, problem: Problem): void
    /** wanted materials were given up */
    ended(partner: string, materials: number): void
    /** a wanted material is here */
    arrived(): void
    /** the own store failed; it is tried again */
    faulted(error: unknown): void
    /** files of forgotten materials could not be deleted; they are tried again */
    unswept(error: unknown): void
  }
}

export type Materials = ReturnType<typeof createMaterials>

export function createMaterials(parts: MaterialsParts) {
  const { db, blobs, clock, transport } = parts
  const wanted = createWantedStore(db)
  const transfers = createTransfers(parts)
  const sources = createSources({
    db,
    clock,
    random: parts.random,
    wanted,
    fetch: fetchOne,
    failed: parts.observer.failed,
    faulted: parts.observer.faulted,
  })
  /** bytes that are kept of each partner, counted when first asked for */
  const kept = new Map<string, number>()
  /** how many materials are wanted of each partner, as counted at a time */
  const backlogs = new Map<string, { n: number; at: number }>()

  /** Keeps what is here; null: it was uploaded. In the same transaction nobody wants it any more. */
  async function keep(material: Commitment, partner: string | null, by: AbortSignal | null = null): Promise<void> {
    const { sha256, size, type } = material
    await db.transaction(async tx => {
      const now = clock.now()
      const fresh = await tx.run(
        'INSERT INTO materials (sha256, size, type, partner, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        [fromHex(sha256), size, type, partner, now],
      )
      const { wanted: waited, ended } = await wanted.satisfied(tx, material, now)
      if (waited) await parts.released(tx, material)
      for (const each of ended) await recordEnded(tx, each)
      tx.afterCommit(() => {
        const known = partner === null ? undefined : kept.get(partner)
        if (partner !== null && known !== undefined && fresh > 0) kept.set(partner, known + size)
        sources.drop(sha256, by)
        if (waited) parts.observer.arrived()
      })
    })
  }

  /** What was given up is told at each case, and to who sees to what is parked. */
  async function recordEnded(tx: Transaction, { partner, materials, threads }: Ended): Promise<void> {
    await parts.audit.append(tx, { actor: 'node', action: 'material.ended', subject: partner, detail: { materials } })
    for (const thread of threads) {
      await parts.events.append(tx, { type: 'case.changed', subject: thread, kind: 'material.ended' })
      await parts.events.append(tx, { type: 'work.parked', subject: thread })
    }
    tx.afterCommit(() => parts.observer.ended(partner, materials))
  }

  async function keptOf(partner: string): Promise<number> {
    const bytes = kept.get(partner) ?? (await wanted.kept(partner))
    kept.set(partner, bytes)
    return bytes
  }

  async function fetchOne(want: Wanted, signal: AbortSignal): Promise<void> {
    const { partner, sha256, size } = want
    const checkSpace = () => {
      const full = parts.space()
      if (full !== null) throw new ProblemError(full.code, full.detail)
    }
    const isHere = await alone(sha256, async () => {
      if ((await blobs.size(sha256)) !== size) return false
      await keep(want, partner, signal)
      return true
    })
    if (!isHere) {
      // What is under way counts with this one in it.
      if ((await keptOf(partner)) + sources.underWay(partner) > parts.quota) throw new ProblemError('material.quota')
      checkSpace()
      const partial = await blobs.resume(sha256, size, partner)
      const append = async (bytes: Uint8Array) => {
        checkSpace()
        await partial.append(bytes)
      }
      try {
        await transfers.download(partner, { sha256, size, offset: partial.offset }, append, signal)
        await alone(sha256, async () => {
          const finished = await partial.finish()
          if (!finished.ok) throw new ProblemError(finished.problem.code, finished.problem.detail)
          await keep(want, partner, signal)
        })
      } finally {
        await partial.close()
      }
    }
    parts.meter(partner).earn(WORK.wanted)
    parts.observer.fetched(partner, size)
  }

  /** A file takes its name together with the row that names it, and loses it together with its last row: never one amid the other. */
  const { run: alone } = createKeyedSerial()

  const reading = createReading({
    db,
    blobs,
    clock,
    audit: parts.audit,
    wanted,
    lost: (tx, partners) =>
      tx.afterCommit(() => {
        kept.clear()
        for (const partner of partners) sources.look(partner)
      }),
  })
  const { deleteMarked, ...forgetting } = createForgetting({
    db,
    blobs,
    clock,
    wanted,
    transfers,
    alone,
    forgotten: () => kept.clear(),
    unswept: parts.observer.unswept,
  })

  return {
    ...reading,
    ...forgetting,

    /** Stores an upload; its type is judged by content. Problems: `material.oversize`, `request.invalid`. */
    async upload(stream: ReadableStream<Uint8Array>, maxBytes: number = LIMITS.materialBytes): Promise<Commitment> {
      return blobs.put(stream, {
        maxBytes,
        placing: (place, found) =>
          alone(found.sha256, async () => {
            await place()
            await keep(found, null)
          }),
      })
    },

    /** Commitments of those of the hashes that are held. */
    async held(hashes: readonly string[]): Promise<Commitment[]> {
      if (hashes.length === 0) return []
      const { marks, params } = inList([...new Set(hashes)].map(fromHex))
      const rows = await db.query<{ sha256: Uint8Array; size: number; type: string }>(
        `SELECT sha256, size, type FROM materials WHERE sha256 IN (${marks})`,
        params,
      )
      const found = new Map(rows.map(row => [toHex(row.sha256), row]))
      return [...new Set(hashes)].flatMap(sha256 => {
        const row = found.get(sha256)
        return row === undefined ? [] : [{ sha256, size: row.size, type: row.type }]
      })
    },

    /** Notes what an inbound packet names, in the transaction that stores it; fetched after the commit. Whether any of it is lacking. */
    async want(tx: Transaction, partner: string, materials: readonly Commitment[]): Promise<boolean> {
      const backlog = backlogs.get(partner)
      if (backlog !== undefined) backlog.n += materials.length
      const missing = await wanted.missing(tx, materials)
      let more = 0
      for (const material of missing) more += await wanted.add(tx, partner, material, clock.now())
      if (more === 0) return missing.length > 0
      tx.afterCommit(() => {
        parts.meter(partner).charge(more * WORK.wanted)
        sources.look(partner)
      })
      return true
    },

    /** Whether a partner may name so many materials more, before all that it named are fetched. Problem: `material.backlog`. */
    async room(store: Pick<Transaction, 'query'>, partner: string, more: number): Promise<{ ok: true } | Refused> {
      const now = clock.now()
      let backlog = backlogs.get(partner)
      if (backlog === undefined || Math.abs(now - backlog.at) >= MATERIAL_LIMITS.counted) {
        backlog = { n: await wanted.count(store, partner), at: now }
        backlogs.set(partner, backlog)
      }
      if (backlog.n + more <= MATERIAL_LIMITS.wanted) return { ok: true }
      return refuse('material.backlog', `${MATERIAL_LIMITS.wanted} at most`)
    },

    size: (sha256: string): Promise<number | null> => blobs.size(sha256),

    /** Wanted materials that could not be fetched, of one thread or of all, and why; oldest first, 100 at most. */
    waiting: (threadNo?: number): Promise<WaitingMaterial[]> =>
      threadNo === undefined ? wanted.waiting() : wanted.waitingOf(threadNo, sources.problemOf),
    /** A page of all that could not be fetched, after the last one seen. */
    waitingAfter: (limit: number, after: Pick<WaitingMaterial, 'at' | 'sha256' | 'partner'> | null) =>
      wanted.waiting(limit, after),

    /** Tries a wanted material at once, also one that was given up. Problem: `request.not-found`. */
    async retry(sha256: string, by: string): Promise<void> {
      const partners = await db.transaction(async tx => {
        const found = await wanted.again(tx, sha256, clock.now())
        if (found.length === 0) throw new ProblemError('request.not-found')
        await act(tx)
        await parts.audit.append(tx, { actor: by, action: 'material.retried', subject: sha256 })
        return found
      })
      for (const partner of partners) sources.hurry(partner)
    },

    /** Gives up what was wanted for MATERIAL_LIMITS.days; how many. */
    async end(): Promise<number> {
      let ended = 0
      const before = clock.now() - MATERIAL_LIMITS.days * 86_400_000
      for (const partner of await wanted.partners())
        for (let more = true; more; ) {
          const given = await db.transaction(async tx => {
            const each = await wanted.end(tx, partner, before, MATERIAL_LIMITS.endedAtOnce, clock.now())
            if (each.materials > 0) await recordEnded(tx, each)
            return each.materials
          })
          ended += given
          more = given === MATERIAL_LIMITS.endedAtOnce
        }
      return ended
    },

    /** Partners that fill their quota, and what was given up, for the administrator. */
    async reminders(partners: readonly { code: string; name: string }[], now: number): Promise<Reminder[]> {
      return quotaReminders(await wanted.shares(partners.map(({ code }) => code)), partners, parts.quota, now)
    },

    /** Fetches bytes that a partner's list names into memory and checks them; nothing is kept. Problems: `material.*`, `exchange.*`, `request.rate`. */
    fetchBytes: transfers.bytesOf,

    /** Fetches the material of a partner test into memory and checks it; nothing is kept. Problems: `material.*`, `exchange.*`. */
    async fetchTest(partner: string, { sha256, size }: Pick<Commitment, 'sha256' | 'size'>): Promise<void> {
      if (size > LIMITS.testMaterialBytes) throw new ProblemError('material.oversize')
      await transfers.bytesOf(partner, { sha256, size })
    },

    /** Keeps bytes of an own partner test, of whatever type, until `drop`; only a packet that names them gives them away. */
    async keepTest(bytes: Uint8Array): Promise<Commitment> {
      const sha256 = await hashOf(bytes)
      const partial = await blobs.resume(sha256, bytes.byteLength, 'own')
      try {
        await partial.append(bytes.subarray(partial.offset))
        const finished = await partial.finish()
        if (!finished.ok) throw new ProblemError(finished.problem.code, finished.problem.detail)
      } finally {
        await partial.close()
      }
      return { sha256, size: bytes.byteLength, type: 'application/octet-stream' }
    },

    /** Removes what `keepTest` kept. */
    drop: (sha256: string): Promise<void> => blobs.delete(sha256),

    /** The partner was heard: what is wanted from it is tried at once, unless it was the partner that failed before. */
    wake: (partner: string): void => sources.wake(partner),

    /** Gives and fetches from now on; `published`: what partners get besides what packets name. */
    async start(published: Published): Promise<void> {
      await blobs.sweep(wanted.isOpen)
      await deleteMarked()
      const serve = createServing({
        db,
        blobs,
        trust: parts.trust,
        transfers,
        published,
        misconduct: parts.misconduct,
      })
      await transport.handle(STREAM.materials, serve, {
        maxFrame: LIMITS.materialFrameBytes,
        maxStreamsPerCity: MATERIAL_LIMITS.streams,
      })
      await sources.start()
    },

    stop: (): Promise<void> => sources.stop(),
  }
}
