/** RSA keys for tests alone: to make one takes up to a second of processor time, and each test file would make several. */
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import * as jose from 'jose'

const FILE = new URL('../fixtures/test-only-rsa-keys.pem', import.meta.url)
/** The next one first. */
const KEYS: string[] =
  readFileSync(FILE, 'utf8').match(/-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n/g) ?? []
/** Keys that differ in a row, however many are kept. */
const LEFT = 20

/**
 * An RSA 3072 key as PKCS#8 PEM, as `generateKey` gives it. Files share a process, so the keys come again after some thirty; one that
 * is kept, by a city that later files of the process meet too, does not.
 */
export function testKey(use: 'once' | 'kept' = 'once'): string {
  const key = KEYS.shift()
  if (key === undefined || KEYS.length < LEFT) throw new Error(`too few keys in ${FILE.pathname}`)
  if (use === 'once') KEYS.push(key)
  return key
}

/** Rounds of key stores of tests: the full ones take 50 ms of processor time for each file, each time. */
export const FEW_ROUNDS = 1000

/** Seals a file of a key store anew, for few rounds: whoever opens it goes by those that it names. */
export async function withFewRounds(path: string, passphrase: string): Promise<void> {
  const key = new TextEncoder().encode(passphrase)
  const sealed: jose.FlattenedJWE = JSON.parse(await readFile(path, 'utf8'))
  const { plaintext, protectedHeader } = await jose.flattenedDecrypt(sealed, key, {
    keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
    maxPBES2Count: 100_000,
  })
  const { alg = '', enc = '', typ = '' } = protectedHeader ?? {}
  const anew = new jose.FlattenedEncrypt(plaintext)
    .setProtectedHeader({ alg, enc, typ })
    .setKeyManagementParameters({ p2c: FEW_ROUNDS, p2s: crypto.getRandomValues(new Uint8Array(16)) })
  await writeFile(path, JSON.stringify(await anew.encrypt(key)))
}
