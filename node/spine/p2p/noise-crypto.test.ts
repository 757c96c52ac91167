import { defaultCrypto, pureJsCrypto } from '@libp2p/noise/crypto'
import { describe, expect, test } from 'vitest'
import { sodiumCrypto } from './noise-crypto.ts'

const key = new Uint8Array(32).fill(7)
const nonce = new Uint8Array(12).fill(9)
const none = new Uint8Array(0)
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251)
const hex = (data: { subarray(): Uint8Array }): string => Buffer.from(data.subarray()).toString('hex')

type Bytes = Parameters<typeof sodiumCrypto.chaCha20Poly1305Encrypt>[0]
/** A list as libp2p hands it on, as far as it is read. */
const inParts = (parts: Uint8Array[]): Bytes =>
  ({
    byteLength: parts.reduce((sum, part) => sum + part.byteLength, 0),
    subarray: () => Buffer.concat(parts),
    [Symbol.iterator]: () => parts[Symbol.iterator](),
  }) as unknown as Bytes

describe('noise crypto', () => {
  test('canary: the default crypto of noise has no chacha20-poly1305 on Bun; when this fails, sodium-native can go', () => {
    if (process.versions.bun === undefined) throw new Error('these tests run under Bun')
    expect(() => defaultCrypto.chaCha20Poly1305Encrypt(bytes(2000), nonce, none, key)).toThrow(/cipher/i)
  })

  test('RFC 8439 §2.8.2', () => {
    const plain = Buffer.from(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    )
    const sealed = sodiumCrypto.chaCha20Poly1305Encrypt(
      plain,
      Buffer.from('070000004041424344454647', 'hex'),
      Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex'),
      Buffer.from('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f', 'hex'),
    )
    expect(hex(sealed).slice(0, 32)).toBe('d31a8d34648e60db7b86afbc53ef7ec2')
    expect(hex(sealed).slice(-32)).toBe('1ae10b594f09e26a7e902ecbd0600691')
  })

  test.each([0, 1, 15, 16, 17, 1199, 1200, 65_519])('agrees with pure JavaScript at %i bytes, both ways', size => {
    const plain = bytes(size)
    for (const ad of [none, bytes(32)]) {
      const sealed = sodiumCrypto.chaCha20Poly1305Encrypt(plain, nonce, ad, key)
      expect(hex(sealed)).toBe(hex(pureJsCrypto.chaCha20Poly1305Encrypt(plain, nonce, ad, key)))
      expect(hex(sodiumCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))).toBe(hex(plain))
    }
  })

  test.each([0, 1, 15, 17, 3000, 65_519])(
    'of %i bytes in several parts is what it is in one, and the parts stay',
    size => {
      const plain = bytes(size)
      const given = inParts([plain.slice(0, 12), plain.slice(12, 13), plain.slice(13)])
      const sealed = sodiumCrypto.chaCha20Poly1305Encrypt(given, nonce, none, key)
      expect(hex(sealed)).toBe(hex(pureJsCrypto.chaCha20Poly1305Encrypt(plain, nonce, none, key)))
      expect(hex(given)).toBe(hex(plain))
      const cut = Math.floor(sealed.byteLength / 2)
      const halves = () => inParts([sealed.subarray(0, cut).slice(), sealed.subarray(cut).slice()])
      const first = sodiumCrypto.chaCha20Poly1305Decrypt(halves(), nonce, none, key)
      const second = sodiumCrypto.chaCha20Poly1305Decrypt(halves(), nonce, none, key, new Uint8Array(size))
      expect([hex(first), hex(second)]).toEqual([hex(plain), hex(plain)])
    },
  )

  test('decrypts into memory of its own, wherever noise asks for it', () => {
    const sealed = sodiumCrypto.chaCha20Poly1305Encrypt(bytes(3000), nonce, none, key).slice()
    const opened = sodiumCrypto.chaCha20Poly1305Decrypt(sealed, nonce, none, key, sealed.subarray(0, 3000))
    expect(hex(opened)).toBe(hex(bytes(3000)))
    expect(opened.subarray().buffer).not.toBe(sealed.buffer)
  })

  test('a read of the socket is gone with its last message, and a small one, or what is left of one, stays', () => {
    const message = (size: number) => sodiumCrypto.chaCha20Poly1305Encrypt(bytes(size), nonce, none, key).subarray()
    const decrypt = (part: Uint8Array) => hex(sodiumCrypto.chaCha20Poly1305Decrypt(inParts([part]), nonce, none, key))
    const one = message(30_000)
    const two = message(9_000)
    const read = new Uint8Array(Buffer.concat([one, two]))
    expect(decrypt(read.subarray(0, one.byteLength))).toBe(hex(bytes(30_000)))
    expect(read.byteLength).toBe(39_032)
    expect(decrypt(read.subarray(one.byteLength))).toBe(hex(bytes(9_000)))
    expect(read.byteLength).toBe(0)
    const small = new Uint8Array(two)
    decrypt(small)
    expect(small.byteLength).toBe(9_016)
  })

  test('a changed byte, another key, and a message shorter than its tag are refused', () => {
    const sealed = sodiumCrypto.chaCha20Poly1305Encrypt(bytes(100), nonce, none, key).slice()
    const changed = sealed.slice()
    changed[50] = (changed[50] ?? 0) ^ 1
    expect(() => sodiumCrypto.chaCha20Poly1305Decrypt(changed, nonce, none, key)).toThrow()
    expect(() => sodiumCrypto.chaCha20Poly1305Decrypt(sealed, nonce, none, bytes(32))).toThrow()
    expect(() => sodiumCrypto.chaCha20Poly1305Decrypt(sealed.slice(0, 15), nonce, none, key)).toThrow(/shorter/)
  })
})
