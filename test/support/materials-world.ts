/** Cities that give each other materials over the network in memory: real stores and streams, a clock moved by hand, and peers that lie. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAudit } from '../../node/kernel/records/audit.ts'
import { createEventLog } from '../../node/kernel/records/events.ts'
import { Budgets } from '../../node/spine/exchange/budget.ts'
import type { Trust } from '../../node/spine/exchange/ports.ts'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import { openBlobStore } from '../../node/spine/materials/blob-store.ts'
import { createMaterials } from '../../node/spine/materials/materials.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { type Commitment, fromHex } from '../../protocol/primitives.ts'
import type { Problem } from '../../protocol/problem.ts'
import { atRest, watched, watchedBlobs } from './activity.ts'
import { createHandClock } from './http.ts'
import { createMemoryNetwork } from './memory-network.ts'
import { openTestStore } from './store.ts'

export const pdf = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(randomBytes(size))
  bytes.set(new TextEncoder().encode('%PDF-1.4'))
  return bytes
}
export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
export const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> => new Blob([bytes]).stream()
export const commitmentOf = (bytes: Uint8Array): Commitment => ({
  sha256: hashOf(bytes),
  size: bytes.byteLength,
  type: 'application/pdf',
})

export type MaterialsWorld = Awaited<ReturnType<typeof createMaterialsWorld>>
export type MaterialsCity = Awaited<ReturnType<MaterialsWorld['open']>>

export async function createMaterialsWorld(published: Uint8Array = new Uint8Array()) {
  const root = await mkdtemp(join(tmpdir(), 'tongban-materials-'))
  const clock = createHandClock()
  const opened: { stop(): Promise<void> }[] = []
  const budgets = new Budgets(clock)
  const world = {
    clock,
    budgets,
    /** sees each frame on its way; may cut the connection */
    onFrame: (_frame: Uint8Array, _to: string): void => {},
    network: createMemoryNetwork({ budgets, onFrame: ({ frame, to }) => world.onFrame(frame, to) }),

    /** why no city has room; null: all have */
    full: null as Problem | null,

    /** Waits until nothing moves on the network, in a store or in a file; a reader with a frame in hand may wait for the clock. */
    turn: () => atRest(() => world.network.settle(100)),

    /** Moves the clock on by steps until it is so. */
    async until(done: () => boolean | Promise<boolean>, step = 500, most = 3000): Promise<void> {
      for (let turn = 0; turn < most; turn++) {
        if (await done()) return
        await world.turn()
        clock.advance(step === 0 ? 0 : Math.max(step, Math.min(clock.next(), 60_000)))
      }
      throw new Error('it does not come to it')
    },

    /** Moves the clock on by `ms`, from one thing that falls due to the next. */
    async later(ms: number): Promise<void> {
      for (const at = clock.now() + ms; clock.now() < at; ) {
        await world.turn()
        clock.advance(Math.min(at - clock.now(), Math.max(500, clock.next())))
      }
    },

    /** A node's materials; what every city's list names is `published`. */
    async open(code: string, partners: readonly string[], { quota = Number.MAX_SAFE_INTEGER } = {}) {
      const db = watched(await openTestStore())
      const transport = world.network.transport(code)
      const problems: { partner: string; problem: Problem }[] = []
      const released: string[] = []
      const faults: unknown[] = []
      const audit = createAudit({ database: db, now: clock.now })
      const events = createEventLog({ database: db, now: clock.now })
      let fetched = 0
      const materials = createMaterials({
        db,
        transport,
        clock,
        audit,
        events,
        quota,
        meter: partner => budgets.of(`${code}/${partner}`),
        space: () => world.full,
        blobs: watchedBlobs(await openBlobStore(join(root, code), randomBytes(32))),
        trust: {
          cityOf: (peer: string) => (partners.includes(peer) ? peer : undefined),
          reach: (city: string) =>
            partners.includes(city) ? { peers: [city], addresses: [`/memory/${city}`] } : { peers: [], addresses: [] },
        } as unknown as Trust,
        random: () => 0,
        released: async (_, { sha256 }) => {
          released.push(sha256)
        },
        observer: {
          fetched: () => {
            fetched++
          },
          failed: (partner, problem) => problems.push({ partner, problem }),
          ended: () => {},
          arrived: () => {},
          faulted: error => faults.push(error),
          unswept: error => faults.push(error),
        },
      })
      await transport.start()
      await materials.start(async (to, sha256) =>
        partners.includes(to) && sha256 === hashOf(published) ? published : null,
      )
      opened.push(materials)
      let packets = 0
      const city = {
        code,
        db,
        transport,
        materials,
        problems,
        released,
        faults,
        audit,
        events,
        fetched: () => fetched,
        codes: () => problems.map(({ problem }) => problem.code),
        held: async (sha256: string) => (await materials.held([sha256])).length > 0,
        bytes: async (sha256: string) => new Uint8Array(await new Response(materials.open(sha256)).arrayBuffer()),
        /** A packet of a thread of its own that names the materials, as the store has it; inbound ones are wanted. */
        async packet(direction: 'in' | 'out', partner: string, named: readonly Commitment[]): Promise<number> {
          const no = ++packets
          await db.transaction(async tx => {
            await tx.run(`INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, ?, 'case', ?, 0)`, [
              no,
              randomBytes(16),
              partner,
            ])
            await tx.run(
              `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, 1, 'case.submit', 0, '', 'stored', 1)`,
              [no, randomBytes(32), no, partner, direction, no, randomBytes(32)],
            )
            for (const { sha256, size } of named)
              await tx.run('INSERT INTO packet_materials (packet_no, sha256, size) VALUES (?, ?, ?)', [
                no,
                fromHex(sha256),
                size,
              ])
            if (direction === 'in') await materials.want(tx, partner, named)
          })
          return no
        },
        /** Holds the bytes and sent the partner a packet that names them. */
        async send(partner: string, bytes: Uint8Array<ArrayBuffer>): Promise<Commitment> {
          const material = await materials.upload(streamOf(bytes))
          await city.packet('out', partner, [material])
          return material
        },
      }
      return city
    },

    /** A peer that answers the requests for materials as the test has it. */
    async peer(code: string, serve: (wire: Wire) => Promise<void> = async () => {}) {
      const transport = world.network.transport(code)
      await transport.start()
      await transport.handle(STREAM.materials, serve, { maxFrame: LIMITS.materialFrameBytes, maxStreamsPerCity: 100 })
      return transport
    },

    async stop(): Promise<void> {
      await Promise.all(opened.map(city => city.stop()))
      await rm(root, { recursive: true, force: true })
    },
  }
  return world
}
