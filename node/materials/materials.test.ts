import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromHex } from '../../protocol/primitives.ts'
import type { Problem } from '../../protocol/problem.ts'
import { createHandClock, type HandClock } from '../../test/support/http.ts'
import { createMemoryNetwork, type MemoryNetwork } from '../../test/support/memory-network.ts'
import { openTestStore } from '../../test/support/store.ts'
import { createAudit } from '../audit/audit.ts'
import type { Trust } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'
import { openBlobStore } from './blob-store.ts'
import { createMaterials, type Materials } from './materials.ts'

const A = '610900'
const S = '420300'
type City = { db: Database; materials: Materials; problems: Problem[]; arrived: () => Promise<void> }

let root: string
let network: MemoryNetwork
let clock: HandClock
let ankang: City
let shiyan: City
/** sees each frame on its way; may cut the connection */ let onFrame: (frame: Uint8Array, to: string) => void

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-materials-'))
  clock = createHandClock()
  onFrame = () => {}
  network = createMemoryNetwork({ onFrame: ({ frame, to }) => onFrame(frame, to) })
  ankang = await open(A, S)
  shiyan = await open(S, A)
})

afterEach(async () => {
  await Promise.all([ankang.materials.stop(), shiyan.materials.stop()])
  await rm(root, { recursive: true, force: true })
})

async function open(code: string, partner: string): Promise<City> {
  const db = await openTestStore()
  const transport = network.transport(code, { gate: () => true })
  const problems: Problem[] = []
  let wake = () => {}
  let next = new Promise<void>(resolve => {
    wake = resolve
  })
  const materials = createMaterials({
    published: async (to, sha256) => (to === partner && sha256 === hashOf(PUBLISHED) ? PUBLISHED : null),
    db,
    audit: createAudit({ database: db, now: clock.now }),
    blobs: await openBlobStore(join(root, code), randomBytes(32)),
    transport,
    trust: {
      cityOf: (peer: string) => (peer === partner ? partner : undefined),
      reach: () => ({ peers: [partner], addresses: [`/memory/${partner}`] }),
    } as unknown as Trust,
    clock,
    random: () => 0,
    observer: {
      fetched: () => {},
      failed: (_, problem) => {
        problems.push(problem)
        wake()
      },
      arrived: () => wake(),
      unswept: error => problems.push({ code: 'internal', detail: String(error) }),
    },
  })
  await transport.start()
  await materials.start()
  const arrived = async () => {
    await next
    next = new Promise<void>(resolve => {
      wake = resolve
    })
  }
  return { db, materials, problems, arrived }
}

const pdf = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(randomBytes(size))
  bytes.set(new TextEncoder().encode('%PDF-1.4'))
  return bytes
}
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> => new Blob([bytes]).stream()

/** A packet that names the material, as the city's store has it. */
const packetOf = async (city: City, direction: 'in' | 'out', partner: string, sha256: string) =>
  city.db.transaction(async tx => {
    await tx.run(
      `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
       VALUES (1, ?, 1, ?, ?, 1, ?, 1, 'case.submit', 0, '', 'stored', 1)`,
      [randomBytes(32), partner, direction, randomBytes(32)],
    )
    await tx.run('INSERT INTO packet_materials (packet_no, sha256) VALUES (1, ?)', [fromHex(sha256)])
  })

/** Ankang holds the bytes and sent Shiyan a packet that names them. */
async function sent(bytes: Uint8Array<ArrayBuffer>): Promise<{ sha256: string; size: number; type: string }> {
  const material = await ankang.materials.upload(streamOf(bytes))
  await packetOf(ankang, 'out', S, material.sha256)
  return material
}

const want = (material: { sha256: string; size: number; type: string }) =>
  shiyan.db.transaction(tx => shiyan.materials.want(tx, A, [material]))
/** Moves the clock on until the material is held, letting files and signatures have their turn. */
async function heldInTime(sha256: string): Promise<void> {
  for (let turn = 0; turn < 2000 && (await shiyan.materials.held([sha256])).length === 0; turn++) {
    clock.advance(500)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
const bytesAt = async (city: City, sha256: string) =>
  new Uint8Array(await new Response(city.materials.open(sha256)).arrayBuffer())

/** What every city's list names here. */
const PUBLISHED = new TextEncoder().encode('{"v":1}'.padEnd(200_000))

describe('materials', () => {
  test('gives partners what the list names, and nothing else', async () => {
    const named = { sha256: hashOf(PUBLISHED), size: PUBLISHED.byteLength }
    expect(await shiyan.materials.fetchBytes(A, named)).toEqual(PUBLISHED)
    await expect(shiyan.materials.fetchBytes(A, { ...named, size: 5 })).rejects.toThrow('material.hash')
    await expect(shiyan.materials.fetchBytes(A, { sha256: '0'.repeat(64), size: 5 })).rejects.toThrow(
      'material.forbidden',
    )
  })

  test('fetches what a packet names, checked and held', async () => {
    const bytes = pdf(300_000)
    const material = await sent(bytes)
    expect(material).toEqual({ sha256: hashOf(bytes), size: 300_000, type: 'application/pdf' })
    await want(material)
    await shiyan.arrived()
    expect(await shiyan.materials.held([material.sha256])).toEqual([material])
    expect(hashOf(await bytesAt(shiyan, material.sha256))).toBe(material.sha256)
    expect(await shiyan.materials.waiting()).toEqual([])
  })

  test('tells the city that sent it whether it is held, and gives it no byte of it', async () => {
    const bytes = pdf(100_000)
    const { sha256, size } = await sent(bytes)
    const ungiven = async () => {
      await ankang.materials.askGiven(1, 0)
      return ankang.materials.ungiven(ankang.db, 1, 0)
    }
    expect(await ungiven()).toBe(1)
    await packetOf(shiyan, 'in', A, sha256)
    expect(await ungiven()).toBe(1)
    await shiyan.materials.upload(streamOf(bytes))
    network.stall(A, S)
    const asked = ungiven()
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(10_000)
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    expect(await asked).toBe(1)
    network.heal(A, S)
    let chunks = 0
    onFrame = frame => {
      if (frame[0] === 10) chunks++
    }
    await expect(ankang.materials.fetchBytes(S, { sha256, size })).rejects.toThrow('material.forbidden')
    expect([await ungiven(), chunks]).toEqual([0, 0])
    // Before that day nobody is asked.
    await ankang.db.transaction(tx => tx.run('UPDATE packet_materials SET given_at = NULL'))
    expect([await ankang.materials.ungiven(ankang.db, 1, 1), await ankang.materials.ungiven(ankang.db, 1, 0)]).toEqual([
      0, 1,
    ])
  })

  test('goes on where a cut stopped it', async () => {
    const material = await sent(pdf(1_000_000))
    let bytes = 0
    onFrame = (frame, to) => {
      if (to !== S || frame[0] !== 10) return
      bytes += frame.byteLength
      if (bytes > 500_000 && bytes < 600_000) {
        bytes = 600_000
        network.drop(A, S)
      }
    }
    await want(material)
    await shiyan.arrived()
    expect(shiyan.problems).toHaveLength(1)
    expect(await shiyan.materials.waiting()).toMatchObject([{ sha256: material.sha256, partner: A, attempts: 1 }])
    await expect(shiyan.materials.retry('ab'.repeat(32), 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
    const before = bytes
    await heldInTime(material.sha256)
    expect(await shiyan.materials.held([material.sha256])).toEqual([material])
    // The part that had come was not sent again.
    expect(bytes - before).toBeLessThan(700_000)
  })

  test('refuses other bytes than were committed to, whatever the partner claims', async () => {
    const material = await sent(pdf(100_000))
    const lie = { ...material, size: 99_999 }
    await want(lie)
    await shiyan.arrived()
    expect(shiyan.problems).toMatchObject([{ code: 'material.hash' }])
    expect(await shiyan.materials.held([material.sha256])).toEqual([])
  })

  test('gives a partner nothing that no packet to it names', async () => {
    const secret = await ankang.materials.upload(streamOf(pdf(1000)))
    await want(secret)
    await shiyan.arrived()
    expect(shiyan.problems).toMatchObject([{ code: 'material.forbidden' }])
  })

  test('gives up a peer that stalls, by the clock, and tries again', async () => {
    const material = await sent(pdf(200_000))
    network.stall(A, S)
    await want(material)
    for (let turn = 0; turn < 2000 && shiyan.problems.length === 0; turn++) {
      clock.advance(1000)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(shiyan.problems[0]?.code).toMatch(/^exchange\./)
    network.drop(A, S)
    network.heal(A, S)
    await shiyan.materials.wake(A)
    await heldInTime(material.sha256)
    expect(await shiyan.materials.held([material.sha256])).toEqual([material])
  })

  test('takes only what a counter scans, judged by content', async () => {
    await expect(ankang.materials.upload(streamOf(new TextEncoder().encode('<html>')))).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
  })
})
