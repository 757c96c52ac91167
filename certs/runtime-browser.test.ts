import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { caKey, cityKey } from './fixture.ts'
import * as node from './runtime.ts'
import * as browser from './runtime-browser.ts'

const bytes = new Uint8Array(randomBytes(20_000))

test('hashes are those of the node', () => {
  for (const length of [0, 55, 56, 64, bytes.byteLength]) {
    const part = bytes.subarray(0, length)
    expect(browser.sha1(part)).toEqual(node.sha1(part))
    expect(browser.sha256(part)).toEqual(node.sha256(part))
  }
  const pieces = browser.sha256OfPieces()
  for (let at = 0; at < bytes.byteLength; at += 777) pieces.update(bytes.subarray(at, at + 777))
  expect(pieces.hex()).toBe(Buffer.from(node.sha256(bytes)).toString('hex'))
})

test('a power by a modulus is that of the node, with its leading zeros', () => {
  const block = new Uint8Array(384)
  block.set(bytes.subarray(0, 300), 84)
  for (const e of ['AQAB', 'Aw']) {
    const key = { ...cityKey.publicKeyJwk, e }
    expect(browser.rsaPower(key, block)).toEqual(node.rsaPower(key, block))
  }
  expect(browser.rsaPower(cityKey.publicKeyJwk, new Uint8Array(384))).toEqual(new Uint8Array(384))
})

describe('a signature', () => {
  const signature = cityKey.sign(bytes)
  const { publicKeyJwk } = cityKey

  test('is accepted under its key, over its bytes', () => {
    expect(browser.verifySignature(publicKeyJwk, signature, bytes)).toBe(true)
  })

  test.each<[string, Parameters<typeof browser.verifySignature>]>([
    ['under another key', [caKey.publicKeyJwk, signature, bytes]],
    ['over other bytes', [publicKeyJwk, signature, bytes.subarray(1)]],
    ['with a bit turned', [publicKeyJwk, signature.map((octet, at) => (at === 200 ? octet ^ 1 : octet)), bytes]],
    ['cut short', [publicKeyJwk, signature.subarray(1), bytes]],
    ['with an octet before it', [publicKeyJwk, Uint8Array.from([0, ...signature]), bytes]],
    ['that is the modulus or more', [publicKeyJwk, new Uint8Array(384).fill(0xff), bytes]],
    ['that is zero', [publicKeyJwk, new Uint8Array(384), bytes]],
    ['that is one', [publicKeyJwk, Uint8Array.from([...new Uint8Array(383), 1]), bytes]],
    ['of nothing', [publicKeyJwk, new Uint8Array(), bytes]],
    ['under no key', [{ kty: 'RSA', n: '', e: '' }, signature, bytes]],
  ])('is refused %s, as the node does', (_, [key, value, over]) => {
    expect(browser.verifySignature(key, value, over)).toBe(false)
    expect(node.verifySignature(key, value, over)).toBe(false)
  })
})
