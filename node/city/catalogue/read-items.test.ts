import { expect, test } from 'vitest'
import { encodeUtf8, sha256Bytes } from '../../../protocol/primitives.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { playItem, playItems } from '../../../test/support/play-lists.ts'
import { findIn, isKept, type Kept, packEntries } from './kept.ts'
import { type ItemSource, readItem, readItems } from './read-items.ts'

/** So many that a second thread reads most of them, in batches of which the last is not full. */
const MANY = 3333

async function all(items: ItemSource): Promise<Kept[]> {
  const read: Kept[] = []
  for await (const batch of readItems(items)) read.push(...batch.filter(isKept))
  return read
}
const problemOf = (items: ItemSource) => all(items).catch((error: { problem: object }) => error.problem)

test('many items are read as each alone is, in their order, from objects and from lines', async () => {
  const items = playItems(MANY)
  const mixed = items.map((item, index) => (index % 2 === 0 ? item : encodeUtf8(JSON.stringify(item))))
  const alone = items.map((item, index) => readItem(item, `items.${index}`))
  const bytesOf = ({ key, hash, bytes, summary }: Kept) =>
    [key, hash, bytes].map(part => Buffer.from(part).toString('hex')).concat(summary)
  expect((await all(mixed)).map(bytesOf)).toEqual(alone.map(bytesOf))
})

test('items that come together are read as those that come alone', async () => {
  const lines = playItems(MANY).map(item => encodeUtf8(JSON.stringify(item)))
  async function* together() {
    for (let from = 0; from < MANY; from += 500) yield lines.slice(from, from + 500)
  }
  const bytes = (await all(together())).map(kept => Buffer.from(kept.bytes).toString())
  expect(bytes).toEqual(lines.map(line => Buffer.from(line).toString()))
})

test('no more than a quarter of a MiB is read before others get their turn, unless one item is as much', async () => {
  const item = playItem(1)
  const around = encodeUtf8(JSON.stringify({ ...item, handleFlow: '' })).byteLength
  const lineOf = (bytes: number) => encodeUtf8(JSON.stringify({ ...item, handleFlow: 'x'.repeat(bytes - around) }))
  const sizes = async (lines: Uint8Array[]) => {
    const found: number[] = []
    for await (const batch of readItems(lines)) if (batch.length > 0) found.push(batch.length)
    return found
  }
  const bytes = 4096
  const quarter = (256 * 1024) / bytes
  expect(quarter).toBe(64)
  expect(await sizes(Array.from({ length: 65 }, () => lineOf(bytes)))).toEqual([64, 1])
  expect(await sizes(Array.from({ length: 65 }, () => lineOf(bytes + 1)))).toEqual([64, 1])
  expect(await sizes(Array.from({ length: 60 }, () => lineOf(bytes + 400)))).toEqual([59, 1])
})

test.each([1, 2047, 2048, 3000, MANY - 1])('a wrong item is named by its place: %i', async place => {
  const items = playItems(MANY).with(place, playItem(place, { taskName: '' }))
  expect(await problemOf(items)).toMatchObject({
    code: 'list.malformed',
    detail: expect.stringContaining(`items.${place}: taskName`),
  })
})

test('lines that are known are not read again, and the others are named by their places among all', async () => {
  const lines = playItems(MANY).map(item => encodeUtf8(JSON.stringify(item)))
  const odd = lines.filter((_, index) => index % 2 === 1)
  // Bytes that are no item: only who reads them finds that out.
  const known = [...odd, encodeUtf8('{"no":"item"}')]
  const entries = await Promise.all(
    known.map(async line => ({ key: await sha256Bytes(line), hash: await sha256Bytes(line) })),
  )
  const find = findIn([packEntries(entries.slice(0, 100)), packEntries(entries.slice(100))])
  const found = { read: 0, known: 0, bytes: 0 }
  for await (const batch of readItems([...lines, encodeUtf8('{"no":"item"}')], find))
    for (const item of batch) {
      if (isKept(item)) found.read++
      else {
        found.known++
        found.bytes += item.size
      }
    }
  const bytes = known.reduce((sum, line) => sum + line.byteLength, 0)
  expect(found).toEqual({ read: MANY - odd.length, known: known.length, bytes })
  const wrong = lines.with(MANY - 1, encodeUtf8('{}'))
  const failed = (async () => {
    for await (const _ of readItems(wrong, find));
  })()
  await expect(failed).rejects.toMatchObject({
    problem: { code: 'list.malformed', detail: expect.stringContaining(`items.${MANY - 1}: `) },
  })
})

test('a reader that leaves, and a source that breaks, end the thread', async () => {
  let seen = 0
  for await (const batch of readItems(playItems(MANY))) {
    seen += batch.length
    if (seen >= 2500) break
  }
  expect(seen).toBeGreaterThanOrEqual(2500)
  expect(seen).toBeLessThan(MANY)
  function* broken(): Generator<ServiceItem> {
    yield* playItems(2500)
    throw new Error('the upload was cut off')
  }
  await expect(all(broken())).rejects.toThrow('cut off')
})
