import { beforeEach, expect, test } from 'vitest'
import { BLOCK_BYTES, KEPT_BLOCKS, LEAST_BLOCK_BYTES, passed, sendOff, takeBlock } from './blocks.ts'

const take = (blocks: number, bytes = BLOCK_BYTES) => Array.from({ length: blocks }, () => takeBlock(bytes))
const memories = (blocks: Uint8Array[]) => new Set(blocks.map(({ buffer }) => buffer))

// None is free.
beforeEach(() => {
  take(KEPT_BLOCKS)
})

test('a block is used again once the bytes that end it have passed, and not before', () => {
  const [block] = take(1, 60_000) as [Uint8Array]
  const sent = sendOff(block.subarray(0, 50_000))
  expect(passed(sent.subarray(0, 20_000))).toBe(false)
  expect(takeBlock(60_000).buffer).not.toBe(block.buffer)
  expect(passed(sent.subarray(20_000))).toBe(true)
  const again = takeBlock(30_000)
  expect([again.buffer === block.buffer, again.byteOffset, again.byteLength]).toEqual([true, 0, 30_000])
})

test('no block is given back twice, nor one that was not sent off', () => {
  const [block] = take(1, 60_000) as [Uint8Array]
  expect(passed(block)).toBe(false)
  sendOff(block)
  expect([passed(block), passed(block)]).toEqual([true, false])
  const two = take(2, 60_000)
  expect(memories(two).size).toBe(2)
})

test.each([
  [LEAST_BLOCK_BYTES - 1, false],
  [LEAST_BLOCK_BYTES, true],
  [BLOCK_BYTES, true],
  [BLOCK_BYTES + 1, false],
])('%i bytes are a block: %s', (bytes, isBlock) => {
  const memory = takeBlock(bytes)
  expect(memory.byteLength).toBe(bytes)
  expect(passed(sendOff(memory))).toBe(isBlock)
})

test('so many free blocks are kept, and no more', () => {
  const blocks = take(KEPT_BLOCKS + 1)
  for (const block of blocks) passed(sendOff(block))
  const known = memories(blocks)
  expect(take(KEPT_BLOCKS).every(({ buffer }) => known.has(buffer))).toBe(true)
  expect(known.has(takeBlock(BLOCK_BYTES).buffer)).toBe(false)
})
