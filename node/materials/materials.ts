/**
 * Materials (材料): uploaded once, named by their hash, fetched from the city that sent the packet, checked on arrival.
 * The bytes lie encrypted in the blob store; this service knows which are held and which are wanted.
 */
import { encodeFrame } from '../../protocol/exchange/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { type Commitment, fromHex, sha256 as hashOf, toHex } from '../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import { delayAfter } from '../exchange/backoff.ts'
import { WORK } from '../exchange/budget.ts'
import type { Clock } from '../exchange/clock.ts'
import { FrameReader } from '../exchange/greeting.ts'
import type { Trust } from '../exchange/ports.ts'
import type { Transport, Wire } from '../exchange/wire.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { BlobStore } from './blob-store.ts'
import { createGiven } from './given.ts'

export type MaterialsParts = {
  db: Database
  blobs: BlobStore
  transport: Transport
  trust: Trust
  clock: Clock
  random: () => number
  audit: Audit
  /** bytes that the service lists name, for the partner; null when they name no such bytes */ published: (
    partner: string,
    sha256: string,
  ) => Promise<Uint8Array | null>
  observer: {
    fetched(partner: string, bytes: number): void
    failed(partner: string, problem: Problem): void
    /** a wanted material is here: work that waited for it may go on */ arrived(): void
    /** files of forgotten materials could not be deleted; they are tried again */ unswept(error: unknown): void
  }
}

/** Materials fetched from one partner at a time. */
const PARALLEL = 2
const CHUNK = 64 * 1024
/** ms without a frame after which a fetch is given up; it resumes where it stopped. */
const STALL = 30_000
/** ms for the material of a partner test once it began to come. */
export const TEST_FETCH = 60_000

type Wanted = { sha256: string; size: number; partner: string; attempts: number }

/** `at` is when it was first wanted, ms. */
export type WaitingMaterial = { sha256: string; partner: string; attempts: number; problem: Problem; at: number }

export type Materials = ReturnType<typeof createMaterials>

export function createMaterials(parts: MaterialsParts) {
  const { db, blobs, clock, trust, transport } = parts
  const fetching = new Map<string, Promise<void>>()
  const given = createGiven()
  let running = false
  let cancelTimer = () => {}

  async function keep(sha256: string, size: number, type: string): Promise<void> {
    await db.transaction(tx =>
      tx.run(
        `INSERT INTO materials (sha256, size, type, state, partner, attempts, next_at, problem, created_at)
         VALUES (?, ?, ?, 'held', NULL, 0, 0, NULL, ?)
         ON CONFLICT (sha256) DO UPDATE SET state = 'held', problem = NULL`,
        [fromHex(sha256), size, type, clock.now()],
      ),
    )
  }

  const owned = async (store: Pick<Transaction, 'query'>, threadNo: number): Promise<Uint8Array[]> =>
    (
      await store.query<{ sha256: Uint8Array }>(
        `SELECT DISTINCT m.sha256 FROM packets p JOIN packet_materials pm ON pm.packet_no = p.no
           JOIN materials m ON m.sha256 = pm.sha256
         WHERE p.thread_no = ?1 AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.sha256 = pm.sha256)
           AND NOT EXISTS (SELECT 1 FROM packet_materials o JOIN packets q ON q.no = o.packet_no
             JOIN bodies b ON b.packet_no = q.no WHERE o.sha256 = pm.sha256 AND q.thread_no <> ?1)`,
        [threadNo],
      )
    ).map(({ sha256 }) => sha256)

  async function doom(tx: Transaction, sha256: Uint8Array): Promise<void> {
    await tx.run('DELETE FROM materials WHERE sha256 = ?', [sha256])
    await tx.run('INSERT INTO doomed_materials (sha256) VALUES (?) ON CONFLICT DO NOTHING', [sha256])
  }

  /** uploads under way: a file that comes again must not be deleted under the row that names it */
  let uploading = 0
  let sweeping: Promise<void> = Promise.resolve()

  /** Deletes the files of forgotten materials; what came again meanwhile stays. Cut off, it goes on at the next call. */
  function sweepDoomed(): Promise<void> {
    sweeping = sweeping.then(async () => {
      if (uploading > 0) return
      const rows = await db.query<{ sha256: Uint8Array; held: number }>(
        'SELECT d.sha256, m.sha256 IS NOT NULL AS held FROM doomed_materials d LEFT JOIN materials m ON m.sha256 = d.sha256',
      )
      for (const { sha256, held } of rows) {
        if (held === 0) await blobs.delete(toHex(sha256))
        await db.transaction(tx => tx.run('DELETE FROM doomed_materials WHERE sha256 = ?', [sha256]))
      }
    })
    return sweeping
  }

  /** Of packets of the thread since then, ms: what is held here and the partner is not known to hold. */
  async function ungiven(
    store: Pick<Transaction, 'query'>,
    threadNo: number,
    since: number,
  ): Promise<{ sha256: Uint8Array; size: number; partner: string }[]> {
    return store.query(
      `SELECT DISTINCT s.sha256, s.size, p.partner FROM packets p JOIN packet_materials m ON m.packet_no = p.no
         JOIN materials s ON s.sha256 = m.sha256 AND s.state = 'held'
       WHERE p.thread_no = ? AND p.direction = 'out' AND p.status = 'stored' AND p.stored_at > ?
         AND NOT EXISTS (SELECT 1 FROM packet_materials g JOIN packets q ON q.no = g.packet_no
           WHERE g.sha256 = m.sha256 AND q.partner = p.partner AND (q.direction = 'in' OR g.given_at IS NOT NULL))`,
      [threadNo, since],
    )
  }

  async function wanted(): Promise<Wanted[]> {
    const rows = await db.query<{ sha256: Uint8Array; size: number; partner: string; attempts: number }>(
      `SELECT sha256, size, partner, attempts FROM materials WHERE state = 'wanted' AND next_at <= ? ORDER BY next_at LIMIT 200`,
      [clock.now()],
    )
    return rows.map(row => ({ ...row, sha256: toHex(row.sha256) }))
  }

  async function isWanted(sha256: string): Promise<boolean> {
    const found = await db.query(`SELECT 1 AS found FROM materials WHERE sha256 = ? AND state = 'wanted'`, [
      fromHex(sha256),
    ])
    return found.length > 0
  }

  async function waiting(threadNo?: number): Promise<WaitingMaterial[]> {
    const rows = await db.query<Omit<WaitingMaterial, 'sha256' | 'problem'> & { sha256: Uint8Array; problem: string }>(
      `SELECT sha256, partner, attempts, problem, created_at AS at FROM materials WHERE state = 'wanted' AND problem IS NOT NULL
       ${threadNo === undefined ? '' : 'AND sha256 IN (SELECT m.sha256 FROM packet_materials m JOIN packets p ON p.no = m.packet_no WHERE p.thread_no = ?)'}
       ORDER BY created_at LIMIT 100`,
      threadNo === undefined ? [] : [threadNo],
    )
    return rows.map(row => ({ ...row, sha256: toHex(row.sha256), problem: JSON.parse(row.problem) as Problem }))
  }

  /** Starts fetches that are due, at most PARALLEL a partner, and looks again when the next is due. */
  async function pull(): Promise<void> {
    if (!running) return
    const active = new Map<string, number>()
    for (const key of fetching.keys()) active.set(key.slice(0, 6), (active.get(key.slice(0, 6)) ?? 0) + 1)
    for (const want of await wanted()) {
      const key = `${want.partner} ${want.sha256}`
      const busy = active.get(want.partner) ?? 0
      if (fetching.has(key) || busy >= PARALLEL) continue
      active.set(want.partner, busy + 1)
      fetching.set(
        key,
        fetchOne(want).finally(() => {
          fetching.delete(key)
          void pull().catch(() => {})
        }),
      )
    }
    const [due] = await db.query<{ next: number | null }>(
      `SELECT min(next_at) AS next FROM materials WHERE state = 'wanted' AND next_at > ?`,
      [clock.now()],
    )
    cancelTimer()
    if (due?.next != null) cancelTimer = clock.after(due.next - clock.now(), () => void pull().catch(() => {}))
  }

  async function fetchOne(want: Wanted): Promise<void> {
    try {
      if (!(await blobs.has(want.sha256))) await transfer(want)
      await db.transaction(tx =>
        tx.run(`UPDATE materials SET state = 'held', problem = NULL WHERE sha256 = ?`, [fromHex(want.sha256)]),
      )
      parts.observer.fetched(want.partner, want.size)
      parts.observer.arrived()
    } catch (error) {
      const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      const nextAt = clock.now() + delayAfter(want.attempts + 1, parts.random())
      await db.transaction(tx =>
        tx.run(
          `UPDATE materials SET attempts = attempts + 1, next_at = ?, problem = ? WHERE sha256 = ? AND state = 'wanted'`,
          [nextAt, JSON.stringify(problem), fromHex(want.sha256)],
        ),
      )
      parts.observer.failed(want.partner, problem)
    }
  }

  async function open(
    partner: string,
    sha256: string,
    offset: number,
  ): Promise<{ wire: Wire; reader: FrameReader; size: number }> {
    const { peers, addresses } = trust.reach(partner)
    const [peer] = peers
    if (peer === undefined) throw new ProblemError('partner.inactive')
    const dial = new AbortController()
    const cancel = clock.after(STALL, () => dial.abort())
    const wire = await transport
      .open(peer, addresses, STREAM.materials, { maxFrame: LIMITS.materialFrameBytes, signal: dial.signal })
      .finally(cancel)
    try {
      await wire.send(encodeFrame({ type: 'material-request', sha256, offset }))
      const reader = new FrameReader(wire)
      const frame = await stalled(wire, () => reader.next())
      if (frame?.type !== 'material-answer') throw new ProblemError('exchange.protocol', 'material-answer expected')
      return { wire, reader, size: frame.size }
    } catch (error) {
      wire.abort(error instanceof Error ? error : new Error('failed'))
      throw error
    }
  }

  async function stalled<T>(wire: Wire, work: () => Promise<T>): Promise<T> {
    const cancel = clock.after(STALL, () => wire.abort(new ProblemError('exchange.timeout', 'material')))
    try {
      return await work()
    } finally {
      cancel()
    }
  }

  async function transfer(want: Wanted): Promise<void> {
    const partial = await blobs.resume(want.sha256, want.size)
    try {
      const { wire, reader, size } = await open(want.partner, want.sha256, partial.offset)
      try {
        if (size !== want.size) throw new ProblemError('material.hash', 'size')
        while (partial.offset < want.size) {
          const frame = await stalled(wire, () => reader.next())
          if (frame === null) throw new ProblemError('frame.truncated', 'material')
          if (frame.type !== 'material-chunk') throw new ProblemError('exchange.protocol', frame.type)
          if (partial.offset + frame.bytes.byteLength > want.size)
            throw new ProblemError('material.hash', 'longer than committed')
          await partial.append(frame.bytes)
          reader.useful()
        }
        await wire.close()
      } catch (error) {
        wire.abort(error instanceof Error ? error : new Error('failed'))
        throw error
      }
      const finished = await partial.finish()
      if (!finished.ok) throw new ProblemError(finished.problem.code, finished.problem.detail)
    } finally {
      await partial.close()
    }
  }

  /** Fetches the few bytes of a partner test or of a list into memory, within TEST_FETCH, and checks them. */
  async function fetchBytes(
    partner: string,
    { sha256, size }: Pick<Commitment, 'sha256' | 'size'>,
  ): Promise<Uint8Array> {
    const { wire, reader, size: given } = await open(partner, sha256, 0)
    // However steadily they trickle.
    const cancel = clock.after(TEST_FETCH, () => wire.abort(new ProblemError('exchange.timeout', 'material')))
    try {
      if (given !== size) throw new ProblemError('material.hash', 'size')
      const bytes = new Uint8Array(size)
      for (let at = 0; at < size; ) {
        const frame = await stalled(wire, () => reader.next())
        if (frame?.type !== 'material-chunk' || at + frame.bytes.byteLength > size)
          throw new ProblemError('frame.truncated', 'material')
        bytes.set(frame.bytes, at)
        at += frame.bytes.byteLength
        reader.useful()
      }
      await wire.close()
      if ((await hashOf(bytes)) !== sha256) throw new ProblemError('material.hash')
      return bytes
    } catch (error) {
      wire.abort(error instanceof Error ? error : new Error('failed'))
      throw error
    } finally {
      cancel()
    }
  }

  /** Gives a partner what packets to it and the service list name; one request a stream. */
  async function serve(wire: Wire): Promise<void> {
    const partner = trust.cityOf(wire.peer)
    if (partner === undefined) {
      wire.abort(new ProblemError('partner.unknown'))
      return
    }
    try {
      const reader = new FrameReader(wire)
      const frame = await stalled(wire, () => reader.next())
      if (frame?.type !== 'material-request') throw new ProblemError('exchange.protocol', 'material-request expected')
      wire.meter.charge(WORK.request)
      await give(wire, partner, frame.sha256, frame.offset)
      await wire.close()
    } catch (error) {
      const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      await wire.send(encodeFrame({ type: 'problem', ...problem })).catch(() => {})
      await wire.close().catch(() => {})
    }
  }

  async function give(wire: Wire, partner: string, sha256: string, offset: number): Promise<void> {
    const [named] = await db.query<{ sent: number | null }>(
      `SELECT max(p.direction = 'out') AS sent FROM packet_materials pm JOIN packets p ON p.no = pm.packet_no
       WHERE pm.sha256 = ? AND p.partner = ?`,
      [fromHex(sha256), partner],
    )
    if (named?.sent == null) return giveBytes(wire, partner, sha256, await parts.published(partner, sha256), offset)
    const size = await blobs.size(sha256)
    if (size === null) throw new ProblemError('material.missing')
    // It sent the packet, and asks from its end on whether the material is held. Naming a hash earns nobody its bytes.
    if (named.sent === 0 && offset !== size) throw new ProblemError('material.forbidden')
    if (offset > size) throw new ProblemError('exchange.protocol', 'offset')
    await wire.send(encodeFrame({ type: 'material-answer', size }))
    if (offset < size) await giveChunks(wire, partner, sha256, offset, blobs.open(sha256, offset))
  }

  async function giveBytes(
    wire: Wire,
    partner: string,
    sha256: string,
    bytes: Uint8Array | null,
    offset: number,
  ): Promise<void> {
    if (bytes === null) throw new ProblemError('material.forbidden')
    if (offset > bytes.byteLength) throw new ProblemError('exchange.protocol', 'offset')
    await wire.send(encodeFrame({ type: 'material-answer', size: bytes.byteLength }))
    await giveChunks(wire, partner, sha256, offset, [bytes.subarray(offset)])
  }

  async function giveChunks(
    wire: Wire,
    partner: string,
    sha256: string,
    offset: number,
    blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    let next = offset
    let asked = false
    for await (const block of blocks) {
      for (let at = 0; at < block.byteLength; at += CHUNK) {
        const bytes = block.subarray(at, at + CHUNK)
        const again = given.note(partner, sha256, next, bytes.byteLength)
        next += bytes.byteLength
        // Whoever gets what it did not have asked for something of use, however many such requests it makes.
        if (again < bytes.byteLength && !asked) wire.meter.earn(WORK.stream + WORK.request)
        asked ||= again < bytes.byteLength
        wire.meter.charge((again / 1024) * WORK.sentKiB)
        await wire.meter.ready()
        await stalled(wire, () => wire.send(encodeFrame({ type: 'material-chunk', bytes })))
      }
    }
  }

  return {
    /** How many held materials packets of the thread alone name, of all threads whose bodies are held. */
    async ownedBy(store: Pick<Transaction, 'query'>, threadNo: number): Promise<number> {
      return (await owned(store, threadNo)).length
    },

    /** How many materials of packets since then, ms, the partner is not known to hold. */
    async ungiven(store: Pick<Transaction, 'query'>, threadNo: number, since: number): Promise<number> {
      return (await ungiven(store, threadNo, since)).length
    },

    /** Asks the partner about those, and notes what it holds. A partner that gives no answer leaves them as they are. */
    async askGiven(threadNo: number, since: number): Promise<void> {
      for (const { sha256, size, partner } of await ungiven(db, threadNo, since)) {
        try {
          const { wire, size: there } = await open(partner, toHex(sha256), size)
          await wire.close()
          if (there !== size) continue
        } catch (error) {
          if (error instanceof ProblemError && error.problem.code.startsWith('material.')) continue
          return
        }
        await db.transaction(tx =>
          tx.run(
            `UPDATE packet_materials SET given_at = ? WHERE sha256 = ?
               AND packet_no IN (SELECT no FROM packets WHERE partner = ? AND direction = 'out')`,
            [clock.now(), sha256, partner],
          ),
        )
      }
    },

    /** Forgets them, in the transaction that deletes the bodies; the files go after the commit. How many. */
    async forget(tx: Transaction, threadNo: number): Promise<number> {
      const hashes = await owned(tx, threadNo)
      for (const sha256 of hashes) await doom(tx, sha256)
      tx.afterCommit(() => void sweepDoomed().catch(parts.observer.unswept))
      return hashes.length
    },

    /** Forgets uploads that no packet named within `days`, and deletes files that were forgotten; how many were forgotten. */
    async sweep(days: number): Promise<number> {
      const forgotten = await db.transaction(async tx => {
        const rows = await tx.query<{ sha256: Uint8Array }>(
          `SELECT sha256 FROM materials m WHERE state = 'held' AND created_at < ?
             AND NOT EXISTS (SELECT 1 FROM packet_materials p WHERE p.sha256 = m.sha256)
             AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.sha256 = m.sha256)
             AND NOT EXISTS (SELECT 1 FROM case_draft_materials d WHERE d.sha256 = m.sha256) LIMIT 1000`,
          [clock.now() - days * 86_400_000],
        )
        for (const { sha256 } of rows) await doom(tx, sha256)
        return rows.length
      })
      await sweepDoomed()
      return forgotten
    },

    /** Stores an upload; its type is judged by content. Problems: `material.oversize`, `request.invalid`. */
    async upload(stream: ReadableStream<Uint8Array>, maxBytes: number = LIMITS.materialBytes): Promise<Commitment> {
      await sweeping.catch(() => {})
      uploading++
      try {
        const { sha256, size, type } = await blobs.put(stream, { maxBytes })
        await keep(sha256, size, type)
        return { sha256, size, type }
      } finally {
        uploading--
      }
    },

    /** Commitments of those of the hashes that are held. */
    async held(hashes: readonly string[]): Promise<Commitment[]> {
      const found: Commitment[] = []
      for (const sha256 of new Set(hashes)) {
        const [row] = await db.query<{ size: number; type: string }>(
          `SELECT size, type FROM materials WHERE sha256 = ? AND state = 'held'`,
          [fromHex(sha256)],
        )
        if (row !== undefined) found.push({ sha256, size: row.size, type: row.type })
      }
      return found
    },

    /** Notes what an inbound packet names, in the transaction that stores it; fetched after the commit. */
    async want(tx: Transaction, partner: string, materials: readonly Commitment[]): Promise<void> {
      for (const { sha256, size, type } of materials) {
        await tx.run(
          `INSERT INTO materials (sha256, size, type, state, partner, attempts, next_at, problem, created_at)
           VALUES (?, ?, ?, 'wanted', ?, 0, 0, NULL, ?) ON CONFLICT (sha256) DO NOTHING`,
          [fromHex(sha256), size, type, partner, clock.now()],
        )
      }
      tx.afterCommit(() => void pull().catch(() => {}))
    },

    open: (sha256: string): ReadableStream<Uint8Array> => blobs.open(sha256),
    size: (sha256: string): Promise<number | null> => blobs.size(sha256),

    /** Wanted materials that could not be fetched, and why; oldest first, 100 at most. */
    waiting: (threadNo?: number) => waiting(threadNo),

    /** Tries a wanted material at once. Problem: `request.not-found`. */
    async retry(sha256: string, by: string): Promise<void> {
      await db.transaction(async tx => {
        const changed = await tx.run(`UPDATE materials SET next_at = 0 WHERE sha256 = ? AND state = 'wanted'`, [
          fromHex(sha256),
        ])
        if (changed === 0) throw new ProblemError('request.not-found')
        await parts.audit.append(tx, { actor: by, action: 'material.retried', subject: sha256 })
      })
      await pull()
    },

    /** Fetches bytes that a partner's list names into memory and checks them; nothing is kept. Problems: `material.*`, `exchange.*`. */
    fetchBytes,

    /** Fetches the material of a partner test into memory and checks it; nothing is kept. Problems: `material.*`, `exchange.*`. */
    async fetchTest(partner: string, { sha256, size }: Pick<Commitment, 'sha256' | 'size'>): Promise<void> {
      if (size > LIMITS.testMaterialBytes) throw new ProblemError('material.oversize')
      await fetchBytes(partner, { sha256, size })
    },

    /** Keeps bytes of an own partner test, of whatever type, until `drop`; only a packet that names them gives them away. */
    async keepTest(bytes: Uint8Array): Promise<Commitment> {
      const sha256 = await hashOf(bytes)
      const partial = await blobs.resume(sha256, bytes.byteLength)
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

    /** The partner was heard: what is wanted from it is tried at once. */
    async wake(partner: string): Promise<void> {
      await db.transaction(tx =>
        tx.run(`UPDATE materials SET next_at = 0 WHERE state = 'wanted' AND partner = ?`, [partner]),
      )
      await pull()
    },

    async start(): Promise<void> {
      running = true
      await blobs.sweep(isWanted)
      await sweepDoomed()
      await transport.handle(STREAM.materials, serve, { maxFrame: LIMITS.materialFrameBytes, maxStreamsPerCity: 8 })
      await pull()
    },

    async stop(): Promise<void> {
      running = false
      cancelTimer()
      await Promise.allSettled(fetching.values())
    },
  }
}
