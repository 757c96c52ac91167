import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { selfIssue } from '../../certs/index.ts'
import type { Identity } from '../../protocol/exchange/frames.ts'
import { thumbprint } from '../../protocol/keys/delegation.ts'
import { createHandClock } from '../../test/support/http.ts'
import { newPeerKey } from '../../test/support/p2p-hosts.ts'
import { delegate, type PlayCity, playCity, playKey, revoke } from '../../test/support/play-city.ts'
import { openTestStore } from '../../test/support/store.ts'
import { peerIdOf } from '../p2p/peer-id.ts'
import { loadTrust } from './trust.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
let shiyan: PlayCity
let pem: string
let peer: { jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }; kid: string }

beforeAll(async () => {
  shiyan = await playCity('420300', { now: NOW / 1000 })
  pem = selfIssue(
    { code: shiyan.code, name: shiyan.name, authority: shiyan.authority },
    { keyPem: shiyan.certificatePrivateKey, now: NOW, serial: new Uint8Array(16).fill(7) },
  )
  const { kty, crv, x } = newPeerKey()
  peer = { jwk: { kty, crv, x }, kid: await thumbprint({ kty, crv, x }) }
})

const fingerprintOf = (certificate: string) =>
  createHash('sha256')
    .update(Buffer.from(certificate.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))
    .digest('hex')

/** A node of Ankang that pinned Shiyan's certificate. */
async function setting(status: 'active' | 'pending' | 'suspended' = 'active') {
  const db = await openTestStore()
  const clock = createHandClock(NOW)
  await db.transaction(async tx => {
    await tx.run('INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, ?)', [
      fingerprintOf(pem),
      '420300',
      pem,
      NOW,
    ])
    await tx.run(
      `INSERT INTO partners (code, name, status, fingerprint, addresses, words, paired_at) VALUES ('420300', '十堰市', ?, ?, '["/ip4/127.0.0.1/tcp/1"]', '[]', ?)`,
      [status, fingerprintOf(pem), NOW],
    )
  })
  return { db, clock, trust: await loadTrust({ db, city: '610900', clock, peerIdOf }) }
}

async function identity(validity = { nbf: NOW / 1000 - 60, exp: NOW / 1000 + 86_400 }): Promise<Identity> {
  const delegation = await delegate(
    shiyan,
    [shiyan.packetKey, { ...peer.jwk, kid: peer.kid, purpose: 'peer' }],
    validity,
  )
  return { certificates: [pem], delegations: [delegation], revocations: [] }
}

describe('trust', () => {
  test('learns keys and peers of an active partner from its hello, once', async () => {
    const { db, trust } = await setting()
    expect(trust.key(shiyan.packetKey.kid)).toBeUndefined()
    const shown = await identity()
    expect(await trust.learn('420300', shown, ['/ip4/127.0.0.1/tcp/2'])).toEqual({ ok: true })
    expect(trust.key(shiyan.packetKey.kid)).toMatchObject({ city: '420300', revokedAt: null })
    expect(trust.cityOf(peerIdOf(peer.jwk))).toBe('420300')
    expect(trust.reach('420300')).toEqual({ peers: [peerIdOf(peer.jwk)], addresses: ['/ip4/127.0.0.1/tcp/2'] })
    await trust.learn('420300', shown, ['/ip4/127.0.0.1/tcp/2'])
    expect(await db.query('SELECT count(*) AS n FROM delegations')).toEqual([{ n: 1 }])
  })

  test('a key for the peer signs no packets, and a key for packets is no peer', async () => {
    const { trust } = await setting()
    await trust.learn('420300', await identity(), [])
    expect(trust.key(peer.kid)).toBeUndefined()
    const { kty, crv, x } = shiyan.packetKey
    expect(trust.cityOf(peerIdOf({ kty, crv, x }))).toBeUndefined()
  })

  test('keeps what it learned over a restart, and a revocation for good', async () => {
    const { db, clock, trust } = await setting()
    const shown = await identity()
    await trust.learn('420300', shown, [])
    const revocation = await revoke(shiyan, shiyan.packetKey.kid, NOW / 1000)
    await trust.learn('420300', { ...shown, revocations: [revocation] }, [])
    expect(trust.key(shiyan.packetKey.kid)?.revokedAt).toBe(NOW / 1000)
    const again = await loadTrust({ db, city: '610900', clock, peerIdOf })
    expect(again.key(shiyan.packetKey.kid)?.revokedAt).toBe(NOW / 1000)
    await again.learn('420300', shown, [])
    expect(again.key(shiyan.packetKey.kid)?.revokedAt).toBe(NOW / 1000)
  })

  test.each(['pending', 'suspended'] as const)('a %s partner is nobody', async status => {
    const { trust } = await setting(status)
    expect(await trust.learn('420300', await identity(), [])).toMatchObject({
      ok: false,
      problem: { code: 'partner.inactive' },
    })
    expect(trust.partners()).toEqual([])
    expect(trust.reach('420300')).toEqual({ peers: [], addresses: [] })
  })

  test('refuses another certificate, a foreign delegation, and an unknown city', async () => {
    const { db, trust } = await setting()
    const other = await playCity('420300', { now: NOW / 1000 })
    const otherPem = selfIssue(
      { code: '420300', name: '十堰市', authority: 'x' },
      { keyPem: other.certificatePrivateKey, now: NOW, serial: new Uint8Array(16).fill(8) },
    )
    const shown = await identity()
    expect(await trust.learn('420300', { ...shown, certificates: [otherPem] }, [])).toMatchObject({
      problem: { code: 'certificate.mismatch' },
    })
    expect(await trust.learn('420300', { ...shown, delegations: other.delegations }, [])).toMatchObject({
      problem: { code: 'delegation.signature' },
    })
    expect(await trust.learn('611000', shown, [])).toMatchObject({ problem: { code: 'partner.inactive' } })
    expect(await trust.learn('420300', { ...shown, certificates: ['no PEM'] }, [])).toMatchObject({
      problem: { code: 'certificate.malformed' },
    })
    expect(await db.query('SELECT count(*) AS n FROM delegations')).toEqual([{ n: 0 }])
  })

  test('refuses the pinned certificate once it has expired', async () => {
    const { trust, clock } = await setting()
    clock.advance(4 * 365 * 86_400_000)
    expect(await trust.learn('420300', await identity(), [])).toMatchObject({
      problem: { code: 'certificate.expired' },
    })
  })

  test('several delegations of one key extend its validity', async () => {
    const { trust } = await setting()
    const first = await identity({ nbf: NOW / 1000 - 60, exp: NOW / 1000 + 100 })
    const second = await identity({ nbf: NOW / 1000 + 50, exp: NOW / 1000 + 1000 })
    await trust.learn('420300', { ...first, delegations: [...first.delegations, ...second.delegations] }, [])
    expect(trust.key(shiyan.packetKey.kid)).toMatchObject({ notBefore: NOW / 1000 - 60, notAfter: NOW / 1000 + 1000 })
    const { jwk } = await playKey('packet')
    expect(trust.key(jwk.kid)).toBeUndefined()
  })
})
