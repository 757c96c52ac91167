/** RSA keys for tests alone: to make one takes up to a second of processor time, and each test file would make several. */
import { readFileSync } from 'node:fs'

const FILE = new URL('../fixtures/test-only-rsa-keys.pem', import.meta.url)
const KEYS = readFileSync(FILE, 'utf8').match(/-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n/g) ?? []
let taken = 0

/** An RSA 3072 key as PKCS#8 PEM, as `generateKey` gives it: sixteen in a row differ, the seventeenth is the first again. */
export function testKey(): string {
  const key = KEYS[taken++ % KEYS.length]
  if (key === undefined) throw new Error(`no key in ${FILE.pathname}`)
  return key
}
