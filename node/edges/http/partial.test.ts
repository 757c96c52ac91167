import { describe, expect, test } from 'vitest'
import { firstBytes, wantedBy } from './partial.ts'

const asked = (headers: Record<string, string>) => wantedBy(new Headers(headers))

describe('the part that a request wants', () => {
  test.each([
    ['none', {}, null],
    ['from a place on', { range: 'bytes=3-' }, { from: 3, to: 9 }],
    ['between two', { range: 'bytes=0-0' }, { from: 0, to: 0 }],
    ['past the end', { range: 'bytes=8-99' }, { from: 8, to: 9 }],
    ['of the end', { range: 'bytes=-4' }, { from: 6, to: 9 }],
    ['of more than there is', { range: 'bytes=-99' }, { from: 0, to: 9 }],
    ['backwards: the whole', { range: 'bytes=5-3' }, null],
    ['several at once: the whole', { range: 'bytes=0-1,4-5' }, null],
    ['in another unit: the whole', { range: 'pages=1-2' }, null],
    ['of this version', { range: 'bytes=1-2', 'if-range': '"v"' }, { from: 1, to: 2 }],
    ['of another version: the whole', { range: 'bytes=1-2', 'if-range': '"w"' }, null],
  ] as const)('%s', (_, headers, part) => {
    expect(asked(headers).part('v', 10)).toEqual(part)
  })

  test('the last byte there is, and one that is none', () => {
    expect(asked({ range: 'bytes=9-' }).part('v', 10)).toEqual({ from: 9, to: 9 })
    for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0'])
      expect(() => asked({ range }).part('v', 10)).toThrow('request.range')
  })

  test('what is held already', () => {
    expect([asked({}).holds('v'), asked({ 'if-none-match': '"w"' }).holds('v')]).toEqual([false, false])
    for (const tags of ['"v"', 'W/"v"', '"a", "v"', '*']) expect(asked({ 'if-none-match': tags }).holds('v')).toBe(true)
  })
})

test('the first bytes of a stream, however it is cut, and the rest is not read', async () => {
  const cuts = [
    [1, 2, 3],
    [4, 5],
    [6, 7, 8, 9],
  ]
  for (const [length, read] of [
    [1, 1],
    [3, 1],
    [4, 2],
    [9, 3],
  ] as const) {
    let pulled = 0
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const cut = cuts[pulled++]
          if (cut === undefined) controller.close()
          else controller.enqueue(new Uint8Array(cut))
        },
      },
      { highWaterMark: 0 },
    )
    const bytes = new Uint8Array(await new Response(firstBytes(stream, length)).arrayBuffer())
    expect([...bytes]).toEqual(cuts.flat().slice(0, length))
    expect(pulled).toBe(read)
  }
})
