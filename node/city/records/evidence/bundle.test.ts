import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleBytes, bundleInputOf } from '../../../../test/support/play-bundle.ts'
import {
  type PlayedCase,
  playCase,
  playMaterial,
  playSetting,
  submitContentOf,
} from '../../../../test/support/play-case.ts'
import { type BundleInput, writeBundle } from './bundle.ts'
import { verifyBundle } from './verify.ts'

const MIB = 1024 * 1024

let folder: string
let played: PlayedCase
let input: BundleInput
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-bundle-'))
  played = await playCase()
  input = bundleInputOf(played)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A case whose one material is `size` zero bytes, given out in chunks. */
async function heavyCase(size: number, onPull: () => void): Promise<BundleInput> {
  const setting = await playSetting({ cities: [played.collecting, played.handling] })
  const { play, collecting, agreement, caseNo } = setting
  const chunk = new Uint8Array(64 * 1024)
  const hash = createHash('sha256')
  for (let at = 0; at < size; at += chunk.byteLength) hash.update(chunk)
  const material = { ...(await playMaterial('大文件')), size, sha256: hash.digest('hex') }
  const submit = submitContentOf(caseNo, 1, [{ sha256: material.sha256, code: 'M01', name: '大文件' }])
  await play.say(collecting, 'case.submit', submit, { agreement: agreement.id, materials: [material] })
  const open = () => {
    let left = size
    return new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          onPull()
          if (left === 0) return controller.close()
          left -= chunk.byteLength
          controller.enqueue(chunk)
        },
      },
      { highWaterMark: 0 },
    )
  }
  return { ...bundleInputOf(setting), materials: [{ sha256: material.sha256, size, open }] }
}

/** A sink that notes what it got and what became of it. */
function recorder() {
  const seen = { bytes: 0, closed: false, aborted: null as unknown }
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      seen.bytes += chunk.byteLength
    },
    close() {
      seen.closed = true
    },
    abort(reason) {
      seen.aborted = reason
    },
  })
  return { seen, sink }
}

describe('writeBundle', () => {
  test('writes the files that the format names, and says how long it is', async () => {
    const { seen, sink } = recorder()
    const { manifest, bytes } = await writeBundle(input, sink)
    expect(seen).toEqual({ bytes, closed: true, aborted: null })
    expect(manifest).toMatchObject({ format: 'tongban-evidence/1', case: played.caseNo, purged: [], unreceipted: [] })
    const folders = Object.keys(manifest.files).map(path => path.replace(/\/.*/, ''))
    const counts = Object.fromEntries([...new Set(folders)].map(name => [name, folders.filter(f => f === name).length]))
    expect(counts).toEqual({
      packets: 20,
      receipts: 20,
      delegations: 2,
      certificates: 2,
      agreements: 1,
      calendars: 3,
      bodies: 20,
      materials: 4,
      'deadlines.json': 1,
      'timeline.html': 1,
    })
    expect(Object.keys(manifest.files)[0]).toBe('packets/0001-610900-1.jws')
  })

  test('the same input gives the same bytes', async () => {
    expect(await bundleBytes(input)).toEqual(await bundleBytes(input))
  })

  test('a material of 192 MiB passes through in chunks, and is verified so', async () => {
    let opened = 0
    const heavy = await heavyCase(192 * MIB, () => opened++)
    const path = join(folder, 'heavy.zip')
    const before = process.memoryUsage().rss
    let most = 0
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before)
    }, 5)
    const file = createWriteStream(path)
    const { bytes } = await writeBundle(heavy, Writable.toWeb(file) as WritableStream<Uint8Array>)
    let told = 0
    const report = await verifyBundle(path, {
      onProgress: (done, total) => {
        told = done / total
      },
    })
    clearInterval(timer)
    expect(opened).toBe(192 * 16 + 1)
    expect(bytes).toBeGreaterThan(192 * MIB)
    expect(report).toMatchObject({ ok: true, materials: 1 })
    expect(told).toBeGreaterThan(0.9)
    expect(most).toBeLessThan(96 * MIB)
  })

  test('takes no more from the store than the sink accepts', async () => {
    let pulled = 0
    const heavy = await heavyCase(16 * MIB, () => pulled++)
    let accepted = 0
    let ahead = 0
    await writeBundle(
      heavy,
      new WritableStream({
        async write() {
          accepted++
          ahead = Math.max(ahead, pulled - accepted)
          await Promise.resolve()
        },
      }),
    )
    expect(pulled).toBe(16 * 16 + 1)
    expect(ahead).toBeLessThanOrEqual(1)
  })

  test('refuses before the first byte what no ZIP of 4 GiB holds', async () => {
    const setting = await playSetting({ cities: [played.collecting, played.handling] })
    const { play, collecting, agreement, caseNo } = setting
    const size = 2 * 1024 * MIB
    const materials = await Promise.all(['甲', '乙'].map(async name => ({ ...(await playMaterial(name)), size })))
    const named = materials.map(({ sha256 }, index) => ({ sha256, code: `M${index}`, name: '大文件' }))
    const submit = submitContentOf(caseNo, 1, named)
    await play.say(collecting, 'case.submit', submit, { agreement: agreement.id, materials })
    const open = () => {
      throw new Error('opened')
    }
    const { seen, sink } = recorder()
    const large = { ...bundleInputOf(setting), materials: materials.map(({ sha256 }) => ({ sha256, size, open })) }
    await expect(writeBundle(large, sink)).rejects.toThrow(/^request.oversize: evidence of 42949\d+ bytes/)
    expect(seen).toMatchObject({ bytes: 0, closed: false, aborted: expect.any(Error) })
  })

  test('aborts the sink when the store holds other bytes than were signed', async () => {
    const [first, ...rest] = input.materials
    const wrong = (bytes: Uint8Array<ArrayBuffer>) => [
      { sha256: first?.sha256 ?? '', size: first?.size ?? 0, open: () => new Blob([bytes]).stream() },
      ...rest,
    ]
    for (const bytes of [new Uint8Array(3), new Uint8Array(first?.size ?? 0), new Uint8Array((first?.size ?? 0) + 1)]) {
      const { seen, sink } = recorder()
      await expect(writeBundle({ ...input, materials: wrong(bytes) }, sink)).rejects.toThrow('material.hash')
      expect(seen).toMatchObject({ closed: false, aborted: expect.any(Error) })
    }
    const [packet, ...others] = input.packets
    const body = new TextEncoder().encode('{}')
    const changed = { ...input, packets: [{ jws: packet?.jws ?? '', body }, ...others] }
    await expect(writeBundle(changed, recorder().sink)).rejects.toThrow('body.hash')
  })
})
