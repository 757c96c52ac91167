/** libp2p peer ids of the Ed25519 peer keys that a city delegates (RFC 8037 JWK ↔ libp2p peer-id spec). */
import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { ProblemError } from '../../../protocol/problem.ts'

export type PublicPeerKey = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
export type PrivatePeerKey = PublicPeerKey & { readonly d: string }

const KEY_BYTES = 32

function decode(jwk: PublicPeerKey, field: 'x' | 'd', text: unknown): Buffer {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64url')
  const canonical = bytes.byteLength === KEY_BYTES && bytes.toString('base64url') === text
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || !canonical) {
    throw new ProblemError('keystore.malformed', `${field} of an Ed25519 peer key`)
  }
  return bytes
}

/** Peer id (`12D3Koo…`) of a public peer key; other JWK members are ignored. Throws ProblemError `keystore.malformed`. */
export const peerIdOf = (jwk: PublicPeerKey): string =>
  peerIdFromPublicKey(publicKeyFromRaw(decode(jwk, 'x', jwk.x))).toString()

/** The host key in libp2p's form. Throws ProblemError `keystore.malformed`, also when `d` and `x` do not belong together. */
export async function hostKeyOf(jwk: PrivatePeerKey): Promise<PrivateKey> {
  const key = privateKeyFromRaw(Buffer.concat([decode(jwk, 'd', jwk.d), decode(jwk, 'x', jwk.x)]))
  const probe = Buffer.from('tongban peer key')
  const belongs = await key.publicKey.verify(probe, await key.sign(probe))
  if (!belongs) throw new ProblemError('keystore.malformed', 'd and x of the peer key do not belong together')
  return key
}
