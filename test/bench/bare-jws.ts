/** The packets of the contenders that have no node: jose alone, and a payload of a given size. */
import { createHash, randomBytes } from 'node:crypto'
import * as jose from 'jose'

const ALG = 'Ed25519'
const utf8 = new TextEncoder()

export const idOf = (jws: string): Buffer => createHash('sha256').update(jws).digest()

export type Signing = { sign(payload: string): Promise<string>; publicKey: jose.JWK }

export async function newSigning(): Promise<Signing> {
  const { privateKey, publicKey } = await jose.generateKeyPair(ALG, { extractable: true })
  return {
    // A header of the size of a packet's.
    sign: payload =>
      new jose.CompactSign(utf8.encode(payload))
        .setProtectedHeader({ alg: ALG, typ: 'tongban-bench+jws', kid: 'A'.repeat(43) })
        .sign(privateKey),
    publicKey: await jose.exportJWK(publicKey),
  }
}

/** Verifies with the partner's key; the payload. Throws when the signature does not hold. */
export async function newVerifying(publicKey: jose.JWK): Promise<(jws: string) => Promise<Uint8Array>> {
  const key = await jose.importJWK(publicKey, ALG)
  return async jws => (await jose.compactVerify(jws, key)).payload
}

/** A different payload for each packet number. */
export function payloads(bytes: number): (no: number) => string {
  const filling = randomBytes(bytes).toString('base64url').slice(0, bytes)
  return no => `${String(no).padStart(12)}${filling.slice(12)}`
}
