/** RSA keys of certificates, on the runtime's own cryptography; node-forge would take seconds to make one. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { ProblemError } from '../protocol/problem.ts'
import { readPem } from './pem.ts'
import { PROFILE } from './profile.ts'
import type { RsaPublicJwk } from './public-key.ts'

export type SigningKey = {
  readonly publicKeyJwk: RsaPublicJwk
  /** RSASSA-PKCS1-v1_5 with SHA-256 */
  sign(bytes: Uint8Array): Uint8Array
}

/** A new RSA 3072 key of a city or an authority as PKCS#8 PEM; made off the main thread in 0.1–1 s. */
export async function generateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: PROFILE.bits })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Throws ProblemError `keystore.malformed` on anything but an RSA key in PKCS#8 PEM. */
export function signingKeyOf(keyPem: string): SigningKey {
  const key = privateKeyOf(keyPem)
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { publicKeyJwk: { kty: 'RSA', n, e }, sign: bytes => new Uint8Array(sign('sha256', bytes, key)) }
}

function privateKeyOf(keyPem: string): KeyObject {
  try {
    const key = createPrivateKey({
      key: Buffer.from(readPem(keyPem, 'PRIVATE KEY'), 'latin1'),
      format: 'der',
      type: 'pkcs8',
    })
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Said below: what OpenSSL throws here tells the reader nothing more.
  }
  throw new ProblemError('keystore.malformed', 'not an RSA private key in PKCS#8')
}
