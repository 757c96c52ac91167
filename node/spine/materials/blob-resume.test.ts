import { readFile, truncate, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobKit, document, hashOf, RUNS, sizes } from '../../../test/support/blob-kit.ts'
import { fc } from '../../../test/support/properties.ts'
import { CHUNK } from './chunk-file.ts'

let kit: BlobKit
beforeEach(async () => {
  kit = await BlobKit.make()
})
afterEach(() => kit.remove())

describe('resuming', () => {
  test('goes on after any break, restart and damage, and ends with what was committed to', async () => {
    const breaks = fc.array(
      fc.record({ part: fc.double({ min: 0, max: 1, noNaN: true }), damage: fc.constantFrom('none', 'cut', 'flip') }),
      { maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(sizes, breaks, fc.nat(), async (size, attempts, seed) => {
        const bytes = document(size, seed)
        const sha256 = hashOf(bytes)
        for (const { part, damage } of attempts) {
          const partial = await kit.store.resume(sha256, size, '610900')
          expect(partial.offset).toBeLessThanOrEqual(size)
          await partial.append(
            bytes.subarray(partial.offset, partial.offset + Math.floor((size - partial.offset) * part)),
          )
          await partial.close()
          await spoil(kit.partialPath(bytes), damage, seed)
          await kit.restart()
        }
        const partial = await kit.store.resume(sha256, size, '610900')
        for (let at = partial.offset; at < size; at += 50_000) await partial.append(bytes.subarray(at, at + 50_000))
        expect(await partial.finish()).toEqual({ ok: true })
        await partial.close()
        expect((await kit.read(sha256)).bytes.equals(bytes)).toBe(true)
        expect(await kit.filesIn('partial')).toBe(0)
      }),
      RUNS,
    )
  })

  async function spoil(path: string, damage: string, seed: number): Promise<void> {
    const raw = await readFile(path)
    const at = seed % raw.byteLength
    if (damage === 'cut') await truncate(path, at)
    if (damage === 'flip') {
      raw[at] = (raw[at] ?? 0) ^ 1
      await writeFile(path, raw)
    }
  }

  test('keeps every whole chunk that came, but not the last', async () => {
    const bytes = document(4 * CHUNK)
    const offsetAfter = async (came: number) => {
      await kit.fetchPart(bytes, came)
      const partial = await kit.store.resume(hashOf(bytes), bytes.byteLength, '610900')
      await partial.close()
      return partial.offset
    }
    expect(await offsetAfter(CHUNK - 1)).toBe(0)
    expect(await offsetAfter(2 * CHUNK + 1)).toBe(2 * CHUNK)
    expect(await offsetAfter(4 * CHUNK)).toBe(3 * CHUNK)
  })

  test('writes a chunk that comes a second time under another nonce', async () => {
    const bytes = document(2 * CHUNK, 1)
    const other = document(2 * CHUNK, 2)
    const firstChunk = async (content: Buffer) => {
      const partial = await kit.store.resume(hashOf(bytes), bytes.byteLength, '610900')
      await partial.append(content)
      await partial.close()
      const raw = await readFile(kit.partialPath(bytes))
      await truncate(kit.partialPath(bytes), 32)
      return { header: raw.subarray(0, 32), nonce: raw.subarray(32, 44) }
    }
    const one = await firstChunk(bytes)
    const two = await firstChunk(other)
    expect(one.header.equals(two.header)).toBe(true)
    expect(one.nonce.equals(two.nonce)).toBe(false)
  })

  test.each([
    ['other bytes', (bytes: Buffer) => document(bytes.byteLength, 99)],
    ['a byte less', (bytes: Buffer) => bytes.subarray(1)],
    ['nothing', () => Buffer.alloc(0)],
  ])('%s than committed to are refused and forgotten', async (_, other) => {
    const bytes = document(CHUNK + 10)
    const partial = await kit.store.resume(hashOf(bytes), bytes.byteLength, '610900')
    await partial.append(other(bytes))
    expect(await partial.finish()).toEqual({ ok: false, problem: { code: 'material.hash' } })
    await partial.close()
    expect([await kit.filesIn('partial'), await kit.store.has(hashOf(bytes))]).toEqual([0, false])
    const again = await kit.store.resume(hashOf(bytes), bytes.byteLength, '610900')
    expect(again.offset).toBe(0)
    await again.close()
  })

  test('a byte more than committed to is refused at once, and the rest may still come', async () => {
    const bytes = document(100)
    const partial = await kit.store.resume(hashOf(bytes), 100, '610900')
    await partial.append(bytes.subarray(0, 99))
    await expect(partial.append(new Uint8Array(2))).rejects.toMatchObject({ problem: { code: 'material.hash' } })
    await partial.append(bytes.subarray(99))
    expect(await partial.finish()).toEqual({ ok: true })
  })

  test('nothing at all can be committed to', async () => {
    const partial = await kit.store.resume(hashOf(Buffer.alloc(0)), 0, '610900')
    expect(await partial.finish()).toEqual({ ok: true })
    expect(await kit.store.size(hashOf(Buffer.alloc(0)))).toBe(0)
    expect(await kit.read(hashOf(Buffer.alloc(0)))).toEqual({ bytes: Buffer.alloc(0), problem: null })
  })

  test('one attempt at a time', async () => {
    const bytes = document(CHUNK)
    const partial = await kit.store.resume(hashOf(bytes), CHUNK, '610900')
    await expect(kit.store.resume(hashOf(bytes), CHUNK, '610900')).rejects.toMatchObject({
      problem: { code: 'request.conflict' },
    })
    await partial.close()
    await partial.close()
    await kit.fetchPart(bytes)
  })

  test('what one source gives is not mixed with what another does, nor held up by it', async () => {
    const bytes = document(2 * CHUNK)
    const slow = await kit.store.resume(hashOf(bytes), bytes.byteLength, '610100')
    await slow.append(document(CHUNK, 99))
    const short = await kit.store.resume(hashOf(bytes), 100, '610100')
    const honest = await kit.store.resume(hashOf(bytes), bytes.byteLength, '610900')
    expect(honest.offset).toBe(0)
    await honest.append(bytes)
    expect(await honest.finish()).toEqual({ ok: true })
    await slow.append(bytes.subarray(CHUNK))
    expect(await slow.finish()).toEqual({ ok: false, problem: { code: 'material.hash' } })
    await short.close()
    expect(await kit.read(hashOf(bytes))).toEqual({ bytes, problem: null })
  })
})
