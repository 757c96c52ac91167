import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeFrame } from '../../../protocol/exchange/frames.ts'
import {
  createMaterialsWorld,
  hashOf,
  type MaterialsCity,
  type MaterialsWorld,
  pdf,
  streamOf,
} from '../../../test/support/materials-world.ts'

const A = '610900'
const S = '420300'
/** What every city's list names here. */
const PUBLISHED = new TextEncoder().encode('{"v":1}'.padEnd(200_000))

let world: MaterialsWorld
let ankang: MaterialsCity
let shiyan: MaterialsCity

beforeEach(async () => {
  world = await createMaterialsWorld(PUBLISHED)
  ankang = await world.open(A, [S])
  shiyan = await world.open(S, [A])
})

afterEach(() => world.stop())

const want = (material: { sha256: string; size: number; type: string }) => shiyan.packet('in', A, [material])
const heldInTime = (sha256: string) => world.until(() => shiyan.held(sha256))
const failed = () => world.until(() => shiyan.problems.length > 0, 0)

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
    const material = await ankang.send(S, bytes)
    expect(material).toEqual({ sha256: hashOf(bytes), size: 300_000, type: 'application/pdf' })
    await want(material)
    await world.until(() => shiyan.held(material.sha256), 0)
    expect(await shiyan.materials.held([material.sha256])).toEqual([material])
    expect(hashOf(await shiyan.bytes(material.sha256))).toBe(material.sha256)
    expect([shiyan.released, shiyan.faults]).toEqual([[material.sha256], []])
    expect(await shiyan.materials.waiting()).toEqual([])
  })

  test('says of what a packet names whether any of it is lacking: not here, here in another size, or named before', async () => {
    const bytes = pdf(300_000)
    const here = await ankang.send(S, bytes)
    await want(here)
    await world.until(() => shiyan.held(here.sha256), 0)
    const away = { sha256: '1'.repeat(64), size: 5, type: 'application/pdf' }
    const lacks = (...materials: (typeof away)[]) =>
      shiyan.db.transaction(tx => shiyan.materials.want(tx, A, materials))
    expect([await lacks(), await lacks(here), await lacks(here, here)]).toEqual([false, false, false])
    expect(await lacks(here, away)).toBe(true)
    expect([await lacks(away), await lacks({ ...here, size: 5 })]).toEqual([true, true])
  })

  test('deletes the files of a purged case though an upload goes on, and keeps what comes again meanwhile', async () => {
    const gone = pdf(100_000)
    const again = pdf(120_000)
    const first = await ankang.send(S, gone)
    const second = await ankang.send(S, again)
    let end = () => {}
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(pdf(50_000))
        end = () => controller.close()
      },
    })
    const uploading = ankang.materials.upload(slow)
    await world.turn()
    await ankang.db.transaction(async tx => {
      for (const no of [1, 2]) await ankang.materials.forget(tx, no)
    })
    await Promise.all([ankang.materials.upload(streamOf(again)), ankang.materials.sweep(1)])
    expect(await ankang.materials.size(first.sha256)).toBeNull()
    expect(hashOf(await ankang.bytes(second.sha256))).toBe(second.sha256)
    expect(await ankang.db.query('SELECT 1 FROM doomed_materials')).toEqual([])
    end()
    expect(await ankang.held((await uploading).sha256)).toBe(true)
  })

  test('tells the city that sent it whether it is held, and gives it no byte of it', async () => {
    const bytes = pdf(100_000)
    const { sha256, size } = await ankang.send(S, bytes)
    const unfetched = async () => {
      await ankang.materials.askWhetherFetched(1, 0)
      return ankang.materials.unfetched(ankang.db, 1, 0)
    }
    expect(await unfetched()).toBe(1)
    await shiyan.packet('in', A, [{ sha256, size, type: 'application/pdf' }])
    expect(await unfetched()).toBe(1)
    await shiyan.materials.upload(streamOf(bytes))
    world.network.stall(A, S)
    const asked = unfetched()
    for (let turn = 0; turn < 20; turn++) {
      world.clock.advance(10_000)
      await world.turn()
    }
    expect(await asked).toBe(1)
    world.network.heal(A, S)
    let chunks = 0
    world.onFrame = frame => {
      if (frame[0] === 10) chunks++
    }
    await expect(ankang.materials.fetchBytes(S, { sha256, size })).rejects.toThrow('material.forbidden')
    expect([await unfetched(), chunks]).toEqual([0, 0])
    // Before that day nobody is asked.
    await ankang.db.transaction(tx => tx.run('UPDATE packet_materials SET given_at = NULL'))
    expect([
      await ankang.materials.unfetched(ankang.db, 1, 1),
      await ankang.materials.unfetched(ankang.db, 1, 0),
    ]).toEqual([0, 1])
  })

  test('goes on where a cut stopped it', async () => {
    const material = await ankang.send(S, pdf(1_000_000))
    let bytes = 0
    const offsets: number[] = []
    world.onFrame = (frame, to) => {
      const decoded = decodeFrame(frame)
      if (decoded.ok && decoded.frame.type === 'material-request') offsets.push(decoded.frame.offset)
      if (to !== S || !decoded.ok || decoded.frame.type !== 'material-chunk') return
      bytes += decoded.frame.bytes.byteLength
      if (bytes > 500_000 && bytes < 600_000) {
        bytes = 600_000
        world.network.drop(A, S)
      }
    }
    await want(material)
    await failed()
    expect(shiyan.problems).toHaveLength(1)
    expect(await shiyan.materials.waiting()).toMatchObject([{ sha256: material.sha256, partner: A, attempts: 1 }])
    await expect(shiyan.materials.retry('ab'.repeat(32), 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
    const before = bytes
    await heldInTime(material.sha256)
    expect(await shiyan.materials.held([material.sha256])).toEqual([material])
    // The part that had come was not sent again.
    const [, offset = 0] = offsets
    expect(offset).toBeGreaterThan(0)
    expect(offsets).toEqual([0, offset])
    expect(bytes - before).toBe(1_000_000 - offset)
  })

  test('refuses other bytes than were committed to, whatever the partner claims', async () => {
    const material = await ankang.send(S, pdf(100_000))
    const lie = { ...material, size: 99_999 }
    await want(lie)
    await failed()
    expect(shiyan.codes()).toEqual(['material.hash'])
    expect(await shiyan.materials.held([material.sha256])).toEqual([])
  })

  test('gives a partner nothing that no packet to it names', async () => {
    const secret = await ankang.materials.upload(streamOf(pdf(1000)))
    await want(secret)
    await failed()
    expect(shiyan.codes()).toEqual(['material.forbidden'])
  })

  test.each(['read', 'open'] as const)(
    '%s of one whose file is gone says so, and it is fetched again from who sent it',
    async how => {
      const bytes = pdf(300_000)
      const material = await ankang.send(S, bytes)
      await want(material)
      await heldInTime(material.sha256)
      await shiyan.materials.drop(material.sha256)
      const take = async () =>
        new Response(
          how === 'open' ? shiyan.materials.open(material.sha256) : (await shiyan.materials.read(material.sha256)).body,
        ).arrayBuffer()
      await expect(take()).rejects.toMatchObject({
        problem: { code: 'material.missing', detail: expect.stringContaining(`fetched again from ${A}`) as unknown },
      })
      await world.until(() => shiyan.held(material.sha256), 0)
      expect(hashOf(new Uint8Array(await take()))).toBe(material.sha256)
      expect((await shiyan.audit.list({ action: 'material.lost' }, 10, null)).map(({ subject }) => subject)).toEqual([
        material.sha256,
      ])
    },
  )

  test('one that was uploaded here and is gone is held no more, until it is uploaded again', async () => {
    const bytes = pdf(1000)
    const { sha256 } = await ankang.send(S, bytes)
    await ankang.materials.drop(sha256)
    await expect(ankang.materials.read(sha256)).rejects.toMatchObject({
      problem: { code: 'material.missing', detail: expect.stringContaining('upload it again') as unknown },
    })
    expect(await ankang.held(sha256)).toBe(false)
    await ankang.materials.upload(streamOf(bytes))
    const { body, size, type } = await ankang.materials.read(sha256)
    expect([size, type, hashOf(new Uint8Array(await new Response(body).arrayBuffer()))]).toEqual([
      1000,
      'application/pdf',
      sha256,
    ])
  })

  test('gives up a peer that stalls, by the clock, and tries again', async () => {
    const material = await ankang.send(S, pdf(200_000))
    world.network.stall(A, S)
    await want(material)
    await world.until(() => shiyan.problems.length > 0, 1000)
    expect(shiyan.codes()[0]).toMatch(/^exchange\./)
    world.network.drop(A, S)
    world.network.heal(A, S)
    shiyan.materials.wake(A)
    await heldInTime(material.sha256)
    expect(await shiyan.materials.held([material.sha256])).toEqual([material])
  })

  test('takes only what a counter scans, judged by content', async () => {
    await expect(ankang.materials.upload(streamOf(new TextEncoder().encode('<html>')))).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
  })
})
