import { appendFile, copyFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobKit, document, RUNS, sizes } from '../../../test/support/blob-kit.ts'
import { fc } from '../../../test/support/properties.ts'
import { CHUNK } from './chunk-file.ts'

let kit: BlobKit
beforeEach(async () => {
  kit = await BlobKit.make()
})
afterEach(() => kit.remove())

describe('a file that was tampered with', () => {
  test('a changed byte anywhere is noticed, and no wrong byte is ever given', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.integer({ min: 1, max: 255 }), async (size, at, flip) => {
        const bytes = document(size)
        const { sha256 } = await kit.put(bytes)
        const raw = await readFile(kit.path(sha256))
        const place = at % raw.byteLength
        raw[place] = (raw[place] ?? 0) ^ flip
        await writeFile(kit.path(sha256), raw)
        const got = await kit.read(sha256)
        expect(got.problem).toBe('material.hash')
        expect(got.bytes.equals(bytes.subarray(0, got.bytes.byteLength))).toBe(true)
      }),
      RUNS,
    )
  })

  test('a cut anywhere gives not one byte', async () => {
    const size = 2 * CHUNK + 100
    const bytes = document(size)
    const { sha256 } = await kit.put(bytes)
    const raw = await readFile(kit.path(sha256))
    const whole = raw.byteLength
    const borders = Array.from({ length: 200 }, (_, i) => i).concat(
      [1, 2].flatMap(chunks => Array.from({ length: 80 }, (_, i) => 32 + chunks * (CHUNK + 28) - 40 + i)),
    )
    for (const length of [...borders, whole - 1, whole - 17]) {
      await truncate(kit.path(sha256), length).catch(() => {})
      expect(await kit.read(sha256)).toEqual({ bytes: Buffer.alloc(0), problem: 'material.hash' })
      await writeFile(kit.path(sha256), raw)
    }
  })

  test('neither is anything given of one that was added to', async () => {
    for (const size of [8, CHUNK, CHUNK + 1]) {
      const { sha256 } = await kit.put(document(size))
      const raw = await readFile(kit.path(sha256))
      for (const extra of [Buffer.alloc(1), Buffer.alloc(28), Buffer.alloc(29), raw.subarray(32)]) {
        await writeFile(kit.path(sha256), raw)
        await appendFile(kit.path(sha256), extra)
        expect(await kit.read(sha256)).toEqual({ bytes: Buffer.alloc(0), problem: 'material.hash' })
      }
    }
  })

  test('chunks that changed places are noticed', async () => {
    const { sha256 } = await kit.put(document(3 * CHUNK))
    const raw = await readFile(kit.path(sha256))
    const chunk = (index: number) => raw.subarray(32 + index * (CHUNK + 28), 32 + (index + 1) * (CHUNK + 28))
    await writeFile(kit.path(sha256), Buffer.concat([raw.subarray(0, 32), chunk(1), chunk(0), chunk(2)]))
    expect(await kit.read(sha256)).toEqual({ bytes: Buffer.alloc(0), problem: 'material.hash' })
  })

  test('a genuine file under the name of another is noticed', async () => {
    for (const size of [100, 2 * CHUNK]) {
      const one = await kit.put(document(size, 1))
      const two = await kit.put(document(size, 2))
      await copyFile(kit.path(one.sha256), kit.path(two.sha256))
      expect(await kit.read(two.sha256)).toEqual({ bytes: Buffer.alloc(0), problem: 'material.hash' })
      expect((await kit.read(one.sha256)).problem).toBeNull()
    }
  })

  test('another data key opens nothing', async () => {
    const { sha256 } = await kit.put(document(100))
    await kit.restart(4)
    expect(await kit.read(sha256)).toEqual({ bytes: Buffer.alloc(0), problem: 'material.hash' })
  })
})
