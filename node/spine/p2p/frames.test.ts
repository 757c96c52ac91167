import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { fc } from '../../../test/support/properties.ts'
import { checkFrame, FrameReader, FrameWriter } from './frames.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'fulfilled'
  } catch (error) {
    return error instanceof ProblemError ? error.problem.code : String(error)
  }
}

function written(frames: readonly Uint8Array[], batch: number): Uint8Array[] {
  const writer = new FrameWriter(batch)
  for (const frame of frames) writer.push(frame)
  const blocks: Uint8Array[] = []
  for (let block = writer.shift(); block !== undefined; block = writer.shift()) blocks.push(block)
  expect(writer.bytes).toBe(0)
  return blocks
}

/** Cuts bytes at the given places. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let offset = 0
  for (let i = 0; offset < bytes.byteLength; i += 1) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.slice(offset, offset + size)
    offset += size
  }
}

describe('frames', () => {
  test('a frame is its length as 4 bytes big-endian, then its bytes', () => {
    expect(Buffer.concat(written([Buffer.from('hello')], 100)).toString('hex')).toBe('0000000568656c6c6f')
  })

  test('what was written is read, however it was batched and cut', () => {
    const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 40 })
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(frames, sizes, fc.integer({ min: 5, max: 400 }), (frames, sizes, batch) => {
        const blocks = written(frames, batch)
        expect(blocks.every(block => block.byteLength <= batch)).toBe(true)
        const reader = new FrameReader(300)
        const read: Uint8Array[] = []
        for (const chunk of cut(Buffer.concat(blocks), sizes)) {
          reader.push(chunk)
          for (let frame = reader.next(); frame !== undefined; frame = reader.next()) read.push(frame)
        }
        expect(read.map(frame => Buffer.from(frame).toString('hex'))).toEqual(
          frames.map(frame => Buffer.from(frame).toString('hex')),
        )
        expect(reader.midway).toBe(false)
        expect(reader.cost).toBe(0)
      }),
    )
  })

  test('many small frames fill few blocks', () => {
    const frames = Array.from({ length: 10_000 }, () => new Uint8Array(100))
    expect(written(frames, 60 * 1024).length).toBeLessThan(20)
  })

  test('the limit holds at n and n+1, before any byte of the frame has come', () => {
    const header = (length: number): Uint8Array => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(length)
      return bytes
    }
    const at = new FrameReader(1000)
    at.push(header(1000))
    expect(at.next()).toBeUndefined()
    expect(at.midway).toBe(true)
    const above = new FrameReader(1000)
    above.push(header(1001))
    expect(above.ready).toBe(true)
    above.push(new Uint8Array(50_000))
    expect(above.cost).toBe(0)
    expect(codeOf(() => above.next())).toBe('frame.oversize')
    const most = new FrameReader(1000)
    most.push(header(0xffffffff))
    expect(codeOf(() => most.next())).toBe('frame.oversize')
    const none = new FrameReader(1000)
    none.push(header(0))
    expect(codeOf(() => none.next())).toBe('frame.malformed')
    expect(codeOf(() => none.next())).toBe('frame.malformed')
  })

  test('frames before a broken one can still be read', () => {
    const reader = new FrameReader(10)
    reader.push(Buffer.from('0000000161000000ff', 'hex'))
    expect(reader.next()).toEqual(new Uint8Array([0x61]))
    expect(codeOf(() => reader.next())).toBe('frame.oversize')
  })

  test('bytes sent one at a time cost more than they weigh, and the cost is counted', () => {
    const reader = new FrameReader(10_000)
    reader.push(Buffer.from('00002710', 'hex'))
    for (let i = 0; i < 1000; i += 1) reader.push(new Uint8Array(1))
    expect(reader.cost).toBeGreaterThan(60_000)
  })

  test('a read frame does not keep the block alive that it came in', () => {
    const reader = new FrameReader(10)
    reader.push(Buffer.concat([Buffer.from('0000000161', 'hex'), Buffer.alloc(60_000)]))
    expect(reader.next()?.buffer.byteLength).toBe(1)
  })

  test('an empty frame is refused before it is sent', () => {
    expect(codeOf(() => checkFrame(new Uint8Array(0)))).toBe('frame.malformed')
    expect(codeOf(() => checkFrame(new Uint8Array(1)))).toBe('fulfilled')
  })
})
