/**
 * Keys from passphrases, on the runtime's own hashes: node-forge makes them in JavaScript, some thirty times slower, and the
 * node answers nobody meanwhile.
 */
import { hash, pbkdf2Sync } from 'node:crypto'
import type forge from 'node-forge'

/** Hashes of a MAC and of PBES2: octets of a digest, and of the block that the hash works on. */
export const HASHES = {
  sha1: { length: 20, block: 64 },
  sha256: { length: 32, block: 64 },
  sha384: { length: 48, block: 128 },
  sha512: { length: 64, block: 128 },
} as const
export type Hash = keyof typeof HASHES

/** RFC 7292 appendix B.2, id 3: the key of a MAC, as long as one digest; `salt` and the key are binary strings. */
export function macKey(name: Hash, passphrase: string, salt: string, rounds: number): string {
  const { block } = HASHES[name]
  const filled = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16()
  let key = Buffer.concat([Buffer.alloc(block, 3), filled(Buffer.from(salt, 'latin1')), filled(password)])
  for (let round = 0; round < rounds; round++) key = hash(name, key, 'buffer')
  return key.toString('latin1')
}

const taught = new WeakSet<object>()

/** node-forge, whose PBES2 goes on to take octets as binary strings and the hash as an object of its own. */
export function derivingFast(whole: typeof forge): typeof forge {
  if (taught.has(whole)) return whole
  taught.add(whole)
  const slow = whole.pkcs5.pbkdf2
  const pbkdf2 = (password: string, salt: string, rounds: number, length: number, md: unknown): string => {
    const name = (md as { algorithm?: string } | null)?.algorithm
    if (name === undefined || !(name in HASHES)) return slow(password, salt, rounds, length, md as never)
    const [secret, salted] = [password, salt].map(text => Buffer.from(text, 'latin1')) as [Buffer, Buffer]
    return pbkdf2Sync(secret, salted, rounds, length, name).toString('latin1')
  }
  Object.assign(whole.pkcs5, { pbkdf2 })
  return whole
}
