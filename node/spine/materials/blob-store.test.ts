import { open, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobKit, document, EVERY_SIZE, hashOf, RUNS, sizes, streamOf } from '../../../test/support/blob-kit.ts'
import { fc } from '../../../test/support/properties.ts'
import { CHUNK } from './chunk-file.ts'

let kit: BlobKit
beforeEach(async () => {
  kit = await BlobKit.make()
})
afterEach(() => kit.remove())

describe('on a full disk', () => {
  /** The system's own: whatever is written there finds no room. */
  const full = () => open('/dev/full', 'r+')
  const files = () => readdir('/proc/self/fd')

  test('an upload is refused by that name and leaves nothing; once there is room the same bytes are taken', async () => {
    const bytes = document(3 * CHUNK)
    const before = (await files()).length
    kit.store = await kit.opened(full)
    for (let times = 0; times < 3; times++)
      await expect(kit.put(bytes)).rejects.toMatchObject({ problem: { code: 'disk.full' } })
    expect([await kit.filesIn('uploads'), await kit.store.has(hashOf(bytes))]).toEqual([0, false])
    // Fewer than one of each try.
    expect((await files()).length).toBeLessThan(before + 3)
    await kit.restart()
    await kit.put(bytes)
    expect((await kit.read(hashOf(bytes))).bytes.equals(bytes)).toBe(true)
  })

  test('a fetch fails by that name, wherever it stands, and can be tried again at once', async () => {
    const bytes = document(3 * CHUNK)
    let room = false
    kit.store = await kit.opened(path => (room ? open(path, 'wx+', 0o600) : full()))
    const resume = () => kit.store.resume(hashOf(bytes), bytes.byteLength, '610900')
    for (let times = 0; times < 3; times++)
      await expect(resume()).rejects.toMatchObject({ problem: { code: 'disk.full' } })
    room = true
    const partial = await resume()
    await partial.append(bytes)
    expect(await partial.finish()).toEqual({ ok: true })
    expect((await kit.read(hashOf(bytes))).bytes.equals(bytes)).toBe(true)
  })
})

describe('putting', () => {
  test('keeps what came, from any offset, whatever its size and pieces', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1000, max: 200_000 }), fc.nat(), async (size, piece, at) => {
        const bytes = document(size)
        const { sha256, type, ...kept } = await kit.put(bytes, piece)
        expect({ sha256, size: kept.size, type }).toEqual({ sha256: hashOf(bytes), size, type: 'application/pdf' })
        expect([await kit.store.has(sha256), await kit.store.size(sha256)]).toEqual([true, size])
        const offset = at % (size + 1)
        expect((await kit.read(sha256, offset)).bytes.equals(bytes.subarray(offset))).toBe(true)
      }),
      RUNS,
    )
  })

  test('gives the offset at every border of chunks', async () => {
    const bytes = document(3 * CHUNK + 5)
    const { sha256 } = await kit.put(bytes)
    for (const offset of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK - 1, 3 * CHUNK, 3 * CHUNK + 4, 3 * CHUNK + 5])
      expect((await kit.read(sha256, offset)).bytes.equals(bytes.subarray(offset))).toBe(true)
    for (const offset of [3 * CHUNK + 6, -1, 1.5, Number.NaN])
      expect(await kit.read(sha256, offset)).toMatchObject({ problem: 'request.invalid' })
  })

  test('takes as many bytes as it may, and one more not', async () => {
    const bytes = document(CHUNK + 10)
    await expect(kit.store.put(streamOf(bytes, 10_000), { maxBytes: CHUNK + 9 })).rejects.toMatchObject({
      problem: { code: 'material.oversize' },
    })
    expect([await kit.filesIn('uploads'), await kit.store.has(hashOf(bytes))]).toEqual([0, false])
    await expect(kit.store.put(streamOf(bytes, 10_000), { maxBytes: CHUNK + 10 })).resolves.toMatchObject({
      size: CHUNK + 10,
    })
  })

  test('stops reading an endless stream at the limit, and one of no allowed type at its beginning', async () => {
    const endless = (first: string) => {
      const seen = { pieces: 0, cancelled: false }
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          seen.pieces++
          controller.enqueue(Buffer.from(first.padEnd(10_000, 'x')))
        },
        cancel() {
          seen.cancelled = true
        },
      })
      return { stream, seen }
    }
    const pdf = endless('%PDF-1.7')
    const html = endless('<!doctype html>')
    await expect(kit.store.put(pdf.stream, { maxBytes: 1_000_000 })).rejects.toThrow('material.oversize')
    await expect(kit.store.put(html.stream, { maxBytes: 1_000_000 })).rejects.toThrow('request.invalid')
    expect(pdf.seen.pieces).toBeLessThan(105)
    expect(html.seen.pieces).toBeLessThan(5)
    expect([pdf.seen.cancelled, html.seen.cancelled, await kit.filesIn('uploads')]).toEqual([true, true, 0])
  })

  test.each([
    ['nothing', ''],
    ['less than any signature', '%P'],
    ['a ZIP that is no OFD', 'PK\u0003\u0004'.padEnd(100, '\0')],
  ])('%s is refused and leaves nothing', async (_, content) => {
    await expect(kit.put(Buffer.from(content, 'latin1'))).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
    expect(await kit.filesIn('uploads')).toBe(0)
    expect(await Array.fromAsync(kit.store.list())).toEqual([])
  })

  test('what breaks off leaves nothing', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(document(100_000))
        controller.error(new Error('connection lost'))
      },
    })
    await expect(kit.store.put(stream, EVERY_SIZE)).rejects.toThrow('connection lost')
    expect(await kit.filesIn('uploads')).toBe(0)
  })

  test('the same content again is one file, and mends a damaged one', async () => {
    const bytes = document(1000)
    const [{ sha256 }] = await Promise.all([kit.put(bytes), kit.put(bytes), kit.put(bytes)])
    expect(await Array.fromAsync(kit.store.list())).toEqual([sha256])
    await writeFile(kit.path(sha256), 'damaged')
    await kit.put(bytes)
    expect((await kit.read(sha256)).bytes).toEqual(bytes)
  })

  test('nothing on the disk tells the content, and nobody else may look', async () => {
    const bytes = document(CHUNK + 100)
    const { sha256 } = await kit.put(bytes)
    await kit.fetchPart(document(2 * CHUNK, 2))
    const raw = await readFile(kit.path(sha256))
    for (let at = 0; at + 16 <= bytes.byteLength; at += 1000)
      expect(raw.includes(bytes.subarray(at, at + 16))).toBe(false)
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777
    const folders = [
      kit.folder,
      join(kit.folder, sha256.slice(0, 2)),
      join(kit.folder, 'partial'),
      join(kit.folder, 'uploads'),
    ]
    expect(await Promise.all(folders.map(modeOf))).toEqual(Array(4).fill(0o700))
    const files = [kit.path(sha256), kit.partialPath(document(2 * CHUNK, 2))]
    expect(await Promise.all(files.map(modeOf))).toEqual(Array(2).fill(0o600))
  })

  test('the same content twice makes different files', async () => {
    const bytes = document(1000)
    const { sha256 } = await kit.put(bytes)
    const before = await readFile(kit.path(sha256))
    await kit.put(bytes)
    expect((await readFile(kit.path(sha256))).equals(before)).toBe(false)
  })
})

describe('reading', () => {
  test.each([['0'.repeat(64)], ['../../etc/passwd'], ['ABC'], ['']])('%j is missing', async sha256 => {
    expect([await kit.store.has(sha256), await kit.store.size(sha256)]).toEqual([false, null])
    expect(await kit.read(sha256)).toEqual({ bytes: Buffer.alloc(0), problem: 'material.missing' })
    await expect(kit.store.resume(`${sha256}/x`, 1, '610900')).rejects.toMatchObject({
      problem: { code: 'material.missing' },
    })
  })

  test('a file where a folder belongs holds nothing', async () => {
    await writeFile(join(kit.folder, 'ab'), 'x')
    expect([await kit.store.has('ab'.repeat(32)), await kit.store.size('ab'.repeat(32))]).toEqual([false, null])
  })

  test('deleting takes it away, also under a reader', async () => {
    const bytes = document(3 * CHUNK)
    const { sha256 } = await kit.put(bytes)
    const reader = kit.store.open(sha256).getReader()
    const first = await reader.read()
    await kit.store.delete(sha256)
    await kit.store.delete(sha256)
    expect(await kit.store.has(sha256)).toBe(false)
    const rest: Uint8Array[] = [first.value ?? new Uint8Array()]
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value)
    expect(Buffer.concat(rest).equals(bytes)).toBe(true)
  })

  test.skipIf(process.platform !== 'linux')(
    'one given up lets go of its file, one never read never takes hold (reads /proc)',
    async () => {
      const { sha256 } = await kit.put(document(3 * CHUNK))
      const held = async () => {
        const links = (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
        return (await Promise.all(links)).filter(path => path.includes(sha256)).length
      }
      const never = Array.from({ length: 20 }, () => kit.store.open(sha256))
      const reader = kit.store.open(sha256).getReader()
      await reader.read()
      expect(await held()).toBe(1)
      await reader.cancel()
      expect([await held(), never.length]).toEqual([0, 20])
    },
  )

  test('reads no further than it is asked', async () => {
    const bytes = document(20 * CHUNK)
    const { sha256 } = await kit.put(bytes)
    const reader = kit.store.open(sha256).getReader()
    const { value } = await reader.read()
    // Everything after the first chunk is damaged now; only a reader that had read ahead would know the old content.
    const file = await open(kit.path(sha256), 'r+')
    await file.write(Buffer.alloc(1000), 0, 1000, 3 * CHUNK)
    await file.close()
    expect(value?.byteLength).toBe(CHUNK)
    await reader.read()
    await expect(reader.read()).rejects.toMatchObject({ problem: { code: 'material.hash' } })
  })

  test('lists what is there, in order', async () => {
    const kept = await Promise.all([1, 2, 3, 4, 5].map(async seed => (await kit.put(document(500, seed))).sha256))
    await kit.fetchPart(document(2 * CHUNK, 9))
    expect(await Array.fromAsync(kit.store.list())).toEqual(kept.sort())
  })
})

describe('sweeping', () => {
  test('removes uploads of an earlier run, and partial blobs that nobody waits for', async () => {
    await writeFile(join(kit.folder, 'uploads', 'left'), 'x')
    const [wanted, dropped, running] = [1, 2, 3].map(seed => document(2 * CHUNK, seed)) as [Buffer, Buffer, Buffer]
    await kit.fetchPart(wanted)
    await kit.fetchPart(dropped)
    await writeFile(join(kit.folder, 'partial', 'stray'), 'x')
    const partial = await kit.store.resume(hashOf(running), running.byteLength, '610900')
    expect(await kit.store.sweep()).toBe(1)
    expect(
      await kit.store.sweep(
        async ({ sha256, size, partner }) =>
          sha256 === hashOf(wanted) && size === wanted.byteLength && partner === '610900',
      ),
    ).toBe(2)
    expect((await readdir(join(kit.folder, 'partial'))).sort()).toEqual(
      [wanted, running].map(bytes => basename(kit.partialPath(bytes))).sort(),
    )
    await partial.append(running)
    expect(await partial.finish()).toEqual({ ok: true })
  })

  test('leaves an upload that is running', async () => {
    const bytes = document(200_000)
    const { promise: swept, resolve: go } = Promise.withResolvers<void>()
    let at = 0
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (at === 100_000) await swept
        if (at >= bytes.byteLength) return controller.close()
        controller.enqueue(bytes.subarray(at, at + 50_000))
        at += 50_000
      },
    })
    const putting = kit.store.put(stream, EVERY_SIZE)
    while ((await kit.filesIn('uploads')) === 0) await new Promise(resolve => setImmediate(resolve))
    expect(await kit.store.sweep()).toBe(0)
    go()
    expect(await putting).toMatchObject({ size: 200_000 })
  })
})

describe('memory', () => {
  test('stays the same, however large the material', async () => {
    const block = document(1024 * 1024)
    const megabytes = 160
    let given = 0
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (given++ < megabytes) controller.enqueue(block)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    Bun.gc(true)
    const before = process.memoryUsage().rss
    let peak = 0
    const look = () => {
      peak = Math.max(peak, process.memoryUsage().rss - before)
    }
    const { sha256, size } = await kit.store.put(stream, EVERY_SIZE)
    look()
    let read = 0
    for await (const piece of kit.store.open(sha256)) {
      read += piece.byteLength
      if (read % (16 * CHUNK) === 0) look()
    }
    expect([read, size]).toEqual([megabytes * block.byteLength, megabytes * block.byteLength])
    expect(peak / block.byteLength).toBeLessThan(megabytes / 2)
  })
})
