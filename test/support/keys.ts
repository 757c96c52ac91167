/** RSA keys for tests alone: to make one takes up to a second of processor time, and each test file would make several. */
import { readFileSync } from 'node:fs'

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
