import * as jose from 'jose'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../primitives.ts'
import { isUsableKey } from './ed25519.ts'

/** Public keys of RFC 8032 §7.1. */
const RFC_8032 = [
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  '278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e',
]

/** Points of orders 1, 2, 4, 4, 8, 8, 8, 8 in their canonical encodings. */
const SMALL_ORDER = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
]

/** y of p to 2^255 − 1 with either sign: what only a reader that reduces takes for a point; and x = 0 with the sign set. */
const NOT_CANONICAL = [
  ...Array.from(
    { length: 19 },
    (_, above) => `${(0xed + above).toString(16).padStart(2, '0')}${'ff'.repeat(30)}`,
  ).flatMap(low => [`${low}7f`, `${low}ff`]),
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(31)}`,
]

describe('an Ed25519 key that can be used', () => {
  test('is one that RFC 8032 makes, or any library', async () => {
    for (const hex of RFC_8032) expect([hex, isUsableKey(fromHex(hex))]).toEqual([hex, true])
    for (let n = 0; n < 20; n++) {
      const { publicKey } = await jose.generateKeyPair('Ed25519')
      const { x = '' } = await jose.exportJWK(publicKey)
      expect(isUsableKey(jose.base64url.decode(x))).toBe(true)
      // Asked again, it is known.
      expect(isUsableKey(jose.base64url.decode(x))).toBe(true)
    }
  })

  test.each(SMALL_ORDER)('is no point of small order: %s', hex => expect(isUsableKey(fromHex(hex))).toBe(false))

  test('has one spelling', () => {
    expect(NOT_CANONICAL).toHaveLength(40)
    expect(NOT_CANONICAL.filter(hex => isUsableKey(fromHex(hex)))).toEqual([])
  })

  test('lies on the curve', () => {
    // y = 2 has no x.
    expect(isUsableKey(fromHex(`02${'00'.repeat(31)}`))).toBe(false)
  })

  test('has no part of small order', () => {
    // Adding the point of order 2 negates both coordinates: of the base point (RFC 8032 §5.1) that leaves y = −4/5.
    const p = 2n ** 255n - 19n
    expect(isUsableKey(fromHex(`58${'66'.repeat(31)}`))).toBe(true)
    const base = BigInt(`0x${'66'.repeat(31)}58`)
    const negated = fromHex((p - base).toString(16).padStart(64, '0')).toReversed()
    expect(isUsableKey(negated)).toBe(false)
  })

  test('is of 32 bytes', () => {
    for (const length of [0, 31, 33]) expect(isUsableKey(new Uint8Array(length).fill(1))).toBe(false)
  })
})
