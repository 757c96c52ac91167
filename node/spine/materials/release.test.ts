import { createCipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { release } from './release.ts'

test('memory that a view has to itself is gone at once, also with a header before it', () => {
  const own = new Uint8Array(70_000)
  release(own)
  expect(own.byteLength).toBe(0)
  const frame = new Uint8Array(70_001)
  release(frame.subarray(1))
  expect(frame.byteLength).toBe(0)
  const cipher = createCipheriv('aes-256-gcm', new Uint8Array(32), new Uint8Array(12))
  const sealed = cipher.update(new Uint8Array(70_000))
  release(sealed)
  expect(sealed.byteLength).toBe(0)
})

test.each([
  [16, 0],
  [17, 117],
])('memory of which a view leaves out %i bytes holds %i afterwards', (beside, left) => {
  const shared = new Uint8Array(100 + beside)
  release(shared.subarray(0, 100))
  expect(shared.byteLength).toBe(left)
})
