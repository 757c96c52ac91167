import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fc } from '../../../test/support/properties.ts'
import { createSeal, deriveKey } from './seal.ts'

const KEY = new Uint8Array(32).fill(7)
const seal = createSeal(KEY)
const DAMAGED = expect.objectContaining({ problem: { code: 'internal', detail: 'a sealed value is damaged' } })

describe('sealed values', () => {
  test('open to what was sealed, under the same context alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.string(), fc.string(), (plain, context, other) => {
        const sealed = seal.seal(plain, context)
        expect(seal.open(sealed, context)).toEqual(plain)
        if (other !== context) expect(() => seal.open(sealed, other)).toThrow(DAMAGED)
      }),
    )
  })

  test('show every change of a byte, every cut and every addition', () => {
    const sealed = seal.seal(new TextEncoder().encode('身份证'), 'body 1')
    for (let at = 0; at < sealed.byteLength; at++) {
      const changed = sealed.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => seal.open(changed, 'body 1')).toThrow(DAMAGED)
      expect(() => seal.open(sealed.subarray(0, at), 'body 1')).toThrow(DAMAGED)
    }
    expect(() => seal.open(Uint8Array.of(...sealed, 0), 'body 1')).toThrow(DAMAGED)
  })

  test('do not open with another data key', () => {
    const sealed = seal.seal(Uint8Array.of(1), 'body 1')
    expect(() => createSeal(randomBytes(32)).open(sealed, 'body 1')).toThrow(DAMAGED)
  })

  test('of the same plain bytes differ', () => {
    const sealed = [1, 2].map(() => Buffer.from(seal.seal(Uint8Array.of(1, 2, 3), 'body 1')).toString('hex'))
    expect(new Set(sealed).size).toBe(2)
  })

  test('are bytes of their own, whatever becomes of the plain ones', () => {
    const plain = new Uint8Array(10).fill(1)
    const sealed = seal.seal(plain, 'body 1')
    plain.fill(0)
    expect(seal.open(sealed, 'body 1')).toEqual(new Uint8Array(10).fill(1))
    expect(Buffer.isBuffer(sealed)).toBe(false)
  })
})

describe('derived keys', () => {
  test('differ by data key, purpose and salt, and are the same again', () => {
    const hex = (key: Uint8Array) => Buffer.from(key).toString('hex')
    const keys = [
      deriveKey(KEY, 'values 1'),
      deriveKey(KEY, 'blob 1'),
      deriveKey(KEY, 'blob 1', Uint8Array.of(1)),
      deriveKey(new Uint8Array(32), 'values 1'),
    ].map(hex)
    expect(new Set(keys).size).toBe(4)
    expect(hex(deriveKey(KEY, 'values 1'))).toBe(keys[0])
    for (const key of keys) expect(key).toHaveLength(64)
  })

  test('are HKDF-SHA256 with the purpose as info (RFC 5869): sealed data of today opens tomorrow', () => {
    expect(Buffer.from(deriveKey(KEY, 'values 1')).toString('hex')).toBe(
      'd867a83fe01cc2b44fbc8d9fd3b2deffe0d8a9e9b0910f5af781c9652b77c45b',
    )
  })
})
