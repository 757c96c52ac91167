/**
 * Digests of texts for mappings, as approval systems ask for them: over the bytes of UTF-8, given as lowercase hex. SM3 is GB/T 32905-2016;
 * an HMAC is that of RFC 2104.
 */
import { createDecipheriv, createHash, createHmac } from 'node:crypto'
import { sm3 } from 'sm-crypto-v2'

export const DIGESTS = ['md5', 'sha1', 'sha256', 'sha512', 'sm3'] as const
export type Digest = (typeof DIGESTS)[number]

export const isDigest = (name: string): name is Digest => DIGESTS.some(known => known === name)

export const digest = (name: Digest, text: string): string =>
  name === 'sm3' ? sm3(text) : createHash(name).update(text, 'utf8').digest('hex')

export const keyedDigest = (name: Digest, key: string, text: string): string =>
  name === 'sm3'
    ? sm3(text, { mode: 'hmac', key: Buffer.from(key, 'utf8').toString('hex') })
    : createHmac(name, key).update(text, 'utf8').digest('hex')

/**
 * The text that AES encrypted as gateways in use do it: ECB with PKCS #7, the key its own letters (16, 24 or 32 bytes), in base64 or hex.
 * Null when this key did not.
 */
export function decryptAes(text: string, key: string): string | null {
  const bytes = Buffer.from(text, /^(?:[\da-f]{32})+$/i.test(text) ? 'hex' : 'base64')
  const letters = Buffer.from(key, 'utf8')
  if (![16, 24, 32].includes(letters.byteLength)) return null
  try {
    const cipher = createDecipheriv(`aes-${letters.byteLength * 8}-ecb`, letters, null)
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat([cipher.update(bytes), cipher.final()]))
  } catch {
    return null
  }
}
