import { describe, expect, test } from 'vitest'
import * as node from './runtime.ts'
import * as browser from './runtime-browser.ts'

const bytes = Uint8Array.from({ length: 5000 }, (_, at) => (at * at) % 251)

/** In pieces, each of which is gone once the next one is asked for. */
async function* pieces(whole: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.byteLength; at += length) {
    const piece = whole.slice(at, at + length)
    yield piece
    piece.fill(0)
  }
}

test('checksums are those of the node, also where they go on', () => {
  expect(browser.crc32(bytes)).toBe(node.crc32(bytes))
  const first = browser.crc32(bytes.subarray(0, 1234))
  expect(first).toBe(node.crc32(bytes.subarray(0, 1234)))
  expect(browser.crc32(bytes.subarray(1234), first)).toBe(node.crc32(bytes))
  expect(browser.crc32(new Uint8Array())).toBe(node.crc32(new Uint8Array()))
})

describe('a file is hashed as by the node', () => {
  test.each([
    ['that is held as a whole', bytes.byteLength],
    ['that is one byte too large to be held', bytes.byteLength - 1],
  ])('%s', async (_, held) => {
    const wanted = await node.hashOf(pieces(bytes, 700), bytes.byteLength)
    expect(await browser.hashOf(pieces(bytes, 700), bytes.byteLength, held)).toBe(wanted)
  })

  test('that is empty', async () => {
    const none = new Uint8Array()
    expect(await browser.hashOf(pieces(none, 1), 0)).toBe(await node.hashOf(pieces(none, 1), 0))
  })
})
