import { describe, expect, test } from 'vitest'
import { outcome } from '../../../test/support/transport-contract.ts'
import { createP2pHost } from './host.ts'
import { hostKeyOf, type PrivatePeerKey, peerIdOf } from './peer-id.ts'

/** RFC 8037 appendix A.1. */
const RFC8037: PrivatePeerKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
/** base58btc of 00 24 08 01 12 20 and the key (libp2p peer-id spec), computed by hand. */
const PEER = '12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV'

describe('peer ids', () => {
  test('a peer id is that of the public key; other members of the JWK do not matter', async () => {
    const { d, ...jwk } = RFC8037
    const id = peerIdOf(jwk)
    expect(id).toMatch(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/)
    const named = { ...jwk, kid: 'x', purpose: 'peer' }
    expect(peerIdOf(named)).toBe(id)
    const host = await createP2pHost({ key: RFC8037, listen: [], gate: () => false })
    expect(host.peer).toBe(id)
    expect(id).toBe(PEER)
  })

  test.each([
    ['another curve', { ...RFC8037, crv: 'X25519' }],
    ['a short key', { ...RFC8037, x: 'AAAA' }],
    ['padding', { ...RFC8037, x: `${RFC8037.x}=` }],
    ['no key', { ...RFC8037, x: undefined }],
    ['bits after the end', { ...RFC8037, x: `${RFC8037.x.slice(0, -1)}p` }],
  ])('%s is refused', async (_, jwk) => {
    expect(await outcome(Promise.resolve().then(() => peerIdOf(jwk as PrivatePeerKey)))).toBe('keystore.malformed')
  })

  test('a private key that belongs to another public key is refused', async () => {
    const d = Buffer.alloc(32, 1).toString('base64url')
    expect(await outcome(hostKeyOf({ ...RFC8037, d }))).toBe('keystore.malformed')
    expect(await outcome(hostKeyOf(RFC8037))).toBe('fulfilled')
  })
})
