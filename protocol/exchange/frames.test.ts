import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { isProblemCode } from '../problem.ts'
import { CHUNK_HEADER_BYTES, decodeFrame, encodeChunk, encodeFrame, type Frame } from './frames.ts'

const place = fc.nat(Number.MAX_SAFE_INTEGER)
const jws = fc.stringMatching(/^[A-Za-z0-9_-]{1,60}\.[A-Za-z0-9_-]{1,60}\.[A-Za-z0-9_-]{1,60}$/)
const body = fc.uint8Array({ maxLength: 500 })
const hash = fc.stringMatching(/^[0-9a-f]{64}$/)
const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('packet' as const), n: place, jws, body }),
  fc.record({ type: fc.constant('receipt' as const), through: place, jws }),
  fc.record({ type: fc.constant('recall' as const), from: place }),
  fc.record({ type: fc.constant('recalled' as const), n: place, jws, receipt: jws, body }),
  fc.record({ type: fc.constant('recall-end' as const), through: place }),
  fc.record({ type: fc.constant('list' as const), list: jws }),
  fc.record({ type: fc.constant('material-request' as const), sha256: hash, offset: place }),
  fc.record({ type: fc.constant('material-answer' as const), size: place }),
  fc.record({ type: fc.constant('material-chunk' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 500 }) }),
  fc.record({
    type: fc.constant('problem' as const),
    code: fc.constantFrom('internal' as const, 'chain.gap' as const),
  }),
)

describe('frames', () => {
  test('a chunk in memory that is used again is the same frame, and ends with its bytes', () => {
    const memory = new Uint8Array(CHUNK_HEADER_BYTES + 8).fill(9)
    for (const bytes of [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(7)]) {
      const frame = encodeChunk(memory, bytes)
      expect(frame).toEqual(encodeFrame({ type: 'material-chunk', bytes }))
      expect(frame.buffer).toBe(memory.buffer)
    }
    expect(() => encodeChunk(memory, new Uint8Array(9))).toThrow(RangeError)
  })

  test('decode to what was encoded', () => {
    fc.assert(
      fc.property(frames, frame => {
        expect(decodeFrame(encodeFrame(frame))).toEqual({ ok: true, frame })
      }),
      { numRuns: 500 },
    )
  })

  test('a chunk that brings nothing is malformed, one byte is a chunk', () => {
    const chunk = (size: number) => decodeFrame(encodeFrame({ type: 'material-chunk', bytes: new Uint8Array(size) }))
    expect(chunk(0)).toMatchObject({ ok: false, problem: { code: 'frame.malformed' } })
    expect(chunk(1)).toMatchObject({ ok: true })
  })

  test('cut off anywhere, a frame is refused or is a shorter one, and nothing throws', () => {
    fc.assert(
      fc.property(frames, fc.nat(2000), (frame, length) => {
        const decoded = decodeFrame(encodeFrame(frame).subarray(0, length))
        if (!decoded.ok) expect(decoded.problem.code).toBe('frame.malformed')
      }),
      { numRuns: 500 },
    )
  })

  test('arbitrary bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const decoded = decodeFrame(bytes)
        if (!decoded.ok) expect(isProblemCode(decoded.problem.code)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
