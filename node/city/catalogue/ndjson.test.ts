import { expect, test } from 'vitest'
import { LIMITS } from '../../../protocol/limits.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { readLines } from './ndjson.ts'

async function linesOf(...chunks: (string | Uint8Array)[]): Promise<string[][]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encodeUtf8(chunk) : chunk)
      controller.close()
    },
  })
  const read: string[][] = []
  for await (const lines of readLines(stream)) read.push(lines.map(line => Buffer.from(line).toString()))
  return read
}

test('lines come together as they came, whole, without CR and empty ones', async () => {
  expect(await linesOf('a\nb\r\n\n', '\r\n', 'c', '', 'd\ne\nf', 'g')).toEqual([['a', 'b'], ['cd', 'e'], ['fg']])
  expect(await linesOf()).toEqual([])
})

test('a line may be as long as an item, and no longer', async () => {
  const longest = new Uint8Array(LIMITS.itemBytes).fill(0x61)
  expect((await linesOf('x\n', longest, '\r\n'))[1]?.[0]?.length).toBe(LIMITS.itemBytes)
  await expect(linesOf('x\n', longest, 'yz\n')).rejects.toMatchObject({
    problem: { code: 'list.malformed', detail: 'line 2: too long' },
  })
})
