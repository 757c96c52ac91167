/** Fresh packet keys of a side without a node, and trust in those of the other. */
import * as jose from 'jose'
import type { KeyResolver, PacketSigner } from '../../protocol/packet/envelope.ts'

export async function bareKeys(): Promise<{ signer: PacketSigner; publicJwk: jose.JWK }> {
  const { privateKey, publicKey } = await jose.generateKeyPair('Ed25519', { extractable: true })
  const publicJwk = await jose.exportJWK(publicKey)
  return { signer: { kid: await jose.calculateJwkThumbprint(publicJwk), key: privateKey }, publicJwk }
}

export async function trusting(city: string, jwk: jose.JWK): Promise<KeyResolver> {
  const key = (await jose.importJWK(jwk, 'Ed25519')) as jose.CryptoKey
  const trusted = { key, city, notBefore: 0, notAfter: Number.MAX_SAFE_INTEGER, revokedAt: null }
  const known = await jose.calculateJwkThumbprint(jwk)
  return kid => (kid === known ? trusted : undefined)
}
