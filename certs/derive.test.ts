import forge from 'node-forge'
import { describe, expect, test } from 'vitest'
import { derivingFast, HASHES, type Hash, macKey } from './derive.ts'

const NAMES = Object.keys(HASHES) as Hash[]
const salted = (length: number) => String.fromCharCode(...Array.from({ length }, (_, at) => (at * 37) % 256))

describe('keys from passphrases are those of node-forge', () => {
  test.each(NAMES)('of a MAC, with %s', name => {
    for (const passphrase of ['', 'a', 'geheim', '十堰 passphrase 𠮷', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(200)])
      for (const [length, rounds] of [
        [0, 1],
        [8, 2],
        [63, 3],
        [64, 1],
        [65, 50],
      ] as const) {
        const salt = salted(length)
        const buffer = new forge.util.ByteStringBuffer(salt)
        const digest = forge.md[name].create()
        const theirs = forge.pkcs12.generateKey(passphrase, buffer, 3, rounds, HASHES[name].length, digest)
        expect(macKey(name, passphrase, salt, rounds)).toBe(theirs.getBytes())
      }
  })

  test.each(NAMES)('of PBES2, with %s', name => {
    for (const [length, rounds] of [
      [16, 1],
      [32, 3],
      [100, 50],
    ] as const) {
      const secret = forge.util.encodeUtf8('十堰 geheim')
      const salt = salted(16)
      const mac = forge.hmac.create()
      const blocks = Array.from({ length: Math.ceil(length / HASHES[name].length) }, (_, at) => {
        mac.start(name, secret)
        mac.update(`${salt}\0\0\0${String.fromCharCode(at + 1)}`)
        let last = mac.digest().getBytes()
        let block = last
        for (let round = 1; round < rounds; round++) {
          mac.start(name, secret)
          mac.update(last)
          last = mac.digest().getBytes()
          block = forge.util.xorBytes(block, last, last.length)
        }
        return block
      })
      const theirs = blocks.join('').slice(0, length)
      expect(derivingFast(forge).pkcs5.pbkdf2(secret, salt, rounds, length, forge.md[name].create())).toBe(theirs)
    }
  })
})
