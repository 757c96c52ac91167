import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { LIMITS } from '../limits.ts'
import { encodeUtf8, toHex } from '../primitives.ts'
import { entryOf, listRoot } from './list.ts'
import { decodeListFrame, encodeListFrame } from './list-frames.ts'
import { bucketHash, bucketOf, compareKeys, itemKey, LIST_BUCKETS, ListTree } from './list-tree.ts'

const list = fc.uniqueArray(fc.record({ code: fc.string({ minLength: 1, maxLength: 8 }), text: fc.string() }), {
  selector: item => item.code,
  maxLength: 60,
})
const entries = (items: readonly { code: string; text: string }[]) =>
  Promise.all(items.map(({ code, text }) => entryOf(code, text)))
const rootOf = async (items: readonly { code: string; text: string }[]) => {
  const root = await listRoot(await entries(items))
  if (!root.ok) throw new Error(root.problem.code)
  return root.root
}

describe('the hash tree of a list', () => {
  test('has one root in whatever order items come', async () => {
    await fc.assert(
      fc.asyncProperty(list, fc.infiniteStream(fc.nat()), async (items, numbers) => {
        const shuffled = items.map(item => [numbers.next().value, item] as const).sort(([a], [b]) => a - b)
        expect(await rootOf(shuffled.map(([, item]) => item))).toBe(await rootOf(items))
      }),
    )
  })

  test('has another root for any other list', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, async (a, b) => {
        const same = (items: typeof a) => JSON.stringify(items.toSorted((x, y) => (x.code < y.code ? -1 : 1)))
        expect((await rootOf(a)) === (await rootOf(b))).toBe(same(a) === same(b))
      }),
    )
    const one = { code: 'a', text: 'b' }
    const other = { code: 'b', text: 'a' }
    expect(await rootOf([one])).not.toBe(await rootOf([other]))
    expect(await rootOf([one])).not.toBe(await rootOf([one, other]))
  })

  test('a tree that is changed bucket by bucket comes to the root of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, async (before, after) => {
        const tree = new ListTree()
        for (const items of [before, after]) {
          const all = (await entries(items)).sort((a, b) => compareKeys(a.key, b.key))
          for (let bucket = 0; bucket < LIST_BUCKETS; bucket++) {
            const here = all.filter(({ key }) => bucketOf(key) === bucket)
            const hash = await bucketHash(here)
            if (compareKeys(hash, tree.bucket(bucket)) !== 0) tree.set(bucket, hash)
          }
          const copy = tree.copy()
          expect(toHex(await tree.root())).toBe(await rootOf(items))
          expect(toHex(await copy.root())).toBe(await rootOf(items))
        }
      }),
      { numRuns: 15 },
    )
  })

  test('a copy goes its own way', async () => {
    const tree = new ListTree()
    const empty = toHex(await tree.root())
    const copy = tree.copy()
    copy.set(7, await itemKey('x'))
    expect(toHex(await copy.root())).not.toBe(empty)
    expect(toHex(await tree.root())).toBe(empty)
  })

  test('buckets are the first 12 bits of the key', () => {
    expect(bucketOf(Uint8Array.of(0, 0))).toBe(0)
    expect(bucketOf(Uint8Array.of(0xff, 0xff))).toBe(LIST_BUCKETS - 1)
    expect(bucketOf(Uint8Array.of(0x12, 0x3f))).toBe(0x123)
  })
})

describe('frames of the lists stream', () => {
  test('carry packed lines', () => {
    const packed = encodeUtf8('packed')
    const decoded = decodeListFrame(encodeListFrame({ type: 'list-lines', size: 99, packed }))
    expect(decoded).toMatchObject({ ok: true, frame: { type: 'list-lines', size: 99 } })
    expect(decoded.ok && decoded.frame.type === 'list-lines' && [...decoded.frame.packed]).toEqual([...packed])
  })

  test('never throw, whatever comes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), bytes => void decodeListFrame(bytes)))
  })

  test('lines of the limit and one more', () => {
    const frame = (size: number) =>
      decodeListFrame(encodeListFrame({ type: 'list-lines', size, packed: Uint8Array.of(1) }))
    expect(frame(LIMITS.listLinesBytes).ok).toBe(true)
    expect(frame(LIMITS.listLinesBytes + 1)).toMatchObject({ ok: false, problem: { code: 'frame.malformed' } })
    expect(frame(0).ok).toBe(false)
  })
})
