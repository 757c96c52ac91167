import { describe, expect, test } from 'vitest'
import { encode } from './charsets.ts'
import { decryptAes, digest, keyedDigest } from './digests.ts'

describe('digests', () => {
  test.each([
    ['md5', '900150983cd24fb0d6963f7d28e17f72'],
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    // GB/T 32905-2016, example 1
    ['sm3', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ] as const)('%s of abc', (name, hex) => {
    expect(digest(name, 'abc')).toBe(hex)
  })

  test('SM3 of 64 bytes is that of GB/T 32905-2016, example 2', () => {
    expect(digest('sm3', 'abcd'.repeat(16))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
  })

  test.each([
    // RFC 2202 and RFC 4231, test case 2
    ['md5', '750c783e6ab0b503eaa86e310a5db738'],
    ['sha1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['sha256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  ] as const)('an HMAC by %s', (name, hex) => {
    expect(keyedDigest(name, 'Jefe', 'what do ya want for nothing?')).toBe(hex)
  })

  test('an HMAC by SM3, as `openssl dgst -sm3 -hmac key` gives it', () => {
    expect(keyedDigest('sm3', 'key', 'text')).toBe('2212d8b3f1720666b9bdd9fa67defa0f5e84e54dfbef4fcc5cd06deedca4f641')
  })

  test('Chinese is taken as UTF-8', () => {
    expect(digest('sm3', '中')).toBe('2a6d9338edced7c59fbfcb454aba86306c0d623c14082a653d8b4a0c6301b935')
    expect(digest('sha256', '中')).toBe('a567bdaa11367f260f0708391f4d10766b5962f565d9e432f17981a3584fe1e2')
  })
})

describe('charsets', () => {
  test('GB 18030 has every character, also of four bytes', () => {
    expect(encode('中𠮷', 'gb18030')).toEqual(Uint8Array.of(0xd6, 0xd0, 0x95, 0x34, 0xb2, 0x35))
  })
  test('GBK lacks rare ones, and is told to', () => {
    expect(encode('中', 'gbk')).toEqual(Uint8Array.of(0xd6, 0xd0))
    expect(encode('𠮷', 'gbk')).toBeNull()
    expect(encode('what?', 'gbk')).not.toBeNull()
  })
})

describe('AES', () => {
  const key = '0123456789abcdef'
  // As OpenSSL encrypts it: enc -aes-128-ecb, enc -aes-256-ecb.
  test.each([
    ['ypAo7xaP+SvoAhAFEGNmqA==', key],
    ['ca9028ef168ff92be8021005106366a8', key],
    ['ca9028ef168ff92be8021005106366a8'.toUpperCase(), key],
    ['PbZ4Ml+0Bfa93f5rq+oFfg==', key + key],
  ])('%s is decrypted', (text, by) => {
    expect(decryptAes(text, by)).toBe('密钥-1')
  })

  test.each([
    ['ypAo7xaP+SvoAhAFEGNmqA==', 'fedcba9876543210'],
    ['ypAo7xaP+SvoAhAFEGNmqA==', 'short'],
    ['ypAo7xaP+SvoAhAFEGNmqA==', key + key],
    ['AAAA', key],
    ['', key],
  ])('what the key did not encrypt is nothing: %s by %s', (text, by) => {
    expect(decryptAes(text, by)).toBeNull()
  })
})
