/** Seals small values at rest (bodies, drafts): AES-256-GCM (NIST SP 800-38D) under a key derived for one purpose. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import { CASE_SEALED, type Seal } from './case-keys.ts'

const VERSION = 1
const NONCE = 12
const TAG = 16

/** A key of 32 bytes for one purpose, so that no two uses share one (RFC 5869). */
export const deriveKey = (dataKey: Uint8Array, purpose: string, salt: Uint8Array = new Uint8Array()): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', dataKey, salt, `tongban ${purpose}`, 32))

/** Values under the node's own key. Problem of `open`: `internal` when it is damaged, or of another key. */
export const createSeal = (dataKey: Uint8Array): Seal => sealOf(deriveKey(dataKey, 'values 1'), VERSION)

/** Values under the key of one case, 32 bytes. */
export const createCaseSeal = (key: Uint8Array): Seal => sealOf(key, CASE_SEALED)

/** Layout: version byte, nonce, ciphertext, tag; the context is authenticated with it. */
function sealOf(key: Uint8Array, version: number): Seal {
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(Buffer.from(context))
      const sealed = new Uint8Array(1 + NONCE + plain.byteLength + TAG)
      sealed[0] = version
      sealed.set(nonce, 1)
      // In this mode as many bytes come out as go in, and none at the end.
      sealed.set(cipher.update(plain), 1 + NONCE)
      cipher.final()
      sealed.set(cipher.getAuthTag(), sealed.byteLength - TAG)
      return sealed
    },
    open(sealed, context) {
      if (sealed[0] !== version || sealed.byteLength < 1 + NONCE + TAG)
        throw new ProblemError('internal', 'a sealed value is damaged')
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE))
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(sealed.subarray(sealed.byteLength - TAG))
      try {
        const plain = decipher.update(sealed.subarray(1 + NONCE, sealed.byteLength - TAG))
        return new Uint8Array(Buffer.concat([plain, decipher.final()]))
      } catch (cause) {
        throw new ProblemError('internal', 'a sealed value is damaged', { cause })
      }
    },
  }
}
