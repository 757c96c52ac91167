import { createHash, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { selfIssue } from '../../../certs/index.ts'
import type { Identity } from '../../../protocol/exchange/frames.ts'
import { signDelegation, signRevocation, thumbprint } from '../../../protocol/keys/delegation.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { keyUsable } from '../../../protocol/packet/envelope.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { newPeerKey } from '../../../test/support/p2p-hosts.ts'
import { delegate, type PlayCity, playCity, playKey, revoke } from '../../../test/support/play-city.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { peerIdOf } from '../p2p/peer-id.ts'
import { loadTrust, MOVES_STORED, PAPERS_OF_A_PARTNER } from './trust.ts'

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

const certify = (tx: Transaction, city: PlayCity, trustedAt: number) =>
  tx.run('INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, ?)', [
    city.fingerprint,
    city.code,
    city.certificate,
    trustedAt,
  ])

const paper = (tx: Transaction, city: PlayCity, jws: string, type = 'delegation') =>
  tx.run('INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?)', [
    createHash('sha256').update(jws).digest(),
    city.code,
    type,
    city.fingerprint,
    jws,
    NOW / 1000,
  ])

/** A city that was paired and confirmed at `at`. */
const pin = (db: Database, city: PlayCity, status: string, at: number) =>
  db.transaction(async tx => {
    await certify(tx, city, at)
    await tx.run(
      `INSERT INTO partners (code, name, status, fingerprint, addresses, words, paired_at, confirmed_at) VALUES (?, ?, ?, ?, '[]', '[]', ?, ?)`,
      [city.code, city.name, status, city.fingerprint, at, at],
    )
  })

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

  test('addresses that change all the time count at once, and are stored once a minute, the last ones', async () => {
    const { db, clock, trust } = await setting()
    const shown = await identity()
    const told = async (port: number) => {
      await trust.learn('420300', shown, [`/ip4/127.0.0.1/tcp/${port}`])
      expect(trust.reach('420300').addresses).toEqual([`/ip4/127.0.0.1/tcp/${port}`])
      const [row] = await db.query<{ addresses: string }>(`SELECT addresses FROM partners WHERE code = '420300'`)
      return JSON.parse(row?.addresses ?? '[]')
    }
    expect(await told(2)).toEqual(['/ip4/127.0.0.1/tcp/2'])
    for (const port of [3, 4, 3, 4]) expect(await told(port)).toEqual(['/ip4/127.0.0.1/tcp/2'])
    await trust.reload()
    expect(trust.reach('420300').addresses).toEqual(['/ip4/127.0.0.1/tcp/4'])
    clock.advance(MOVES_STORED - 1)
    expect(await told(4)).toEqual(['/ip4/127.0.0.1/tcp/2'])
    clock.advance(1)
    expect(await told(4)).toEqual(['/ip4/127.0.0.1/tcp/4'])
    await trust.reload()
    expect(trust.reach('420300').addresses).toEqual(['/ip4/127.0.0.1/tcp/4'])
  })

  test('a key for the peer signs no packets, and a key for packets is no peer', async () => {
    const { trust } = await setting()
    await trust.learn('420300', await identity(), [])
    expect(trust.key(peer.kid)).toBeUndefined()
    const { kty, crv, x } = shiyan.packetKey
    expect(trust.cityOf(peerIdOf({ kty, crv, x }))).toBeUndefined()
  })

  test('of the peers of a city n count, those of its newest delegations, whatever their number', async () => {
    const { db, clock, trust } = await setting()
    const at = (later: number) => ({ nbf: NOW / 1000 - 60 + later, exp: NOW / 1000 + 86_400 })
    const keys = await Promise.all(Array.from({ length: 3 * LIMITS.delegationKeys }, () => playKey('peer')))
    const ids = keys.map(({ jwk: { kty, crv, x } }) => peerIdOf({ kty, crv, x }))
    const named = (from: number, to: number, later: number) =>
      delegate(
        shiyan,
        keys.slice(from, to).map(({ jwk }) => jwk),
        at(later),
      )
    const delegations = [
      await named(0, 8, 3),
      await named(8, 16, 1),
      await named(16, 24, 2),
      // An old peer that is named anew is a new one.
      await named(9, 11, 4),
    ]
    expect(await trust.learn('420300', { certificates: [pem], delegations, revocations: [] }, [])).toEqual({ ok: true })
    const newest = [ids[6], ids[7], ids[9], ids[10]]
    expect(newest).toHaveLength(LIMITS.peerKeys)
    expect(new Set(trust.reach('420300').peers)).toEqual(new Set(newest))
    expect(ids.filter(id => trust.cityOf(id) === '420300')).toEqual(newest)
    expect(ids.filter(trust.knows)).toEqual(newest)
    const again = await loadTrust({ db, city: '610900', clock, peerIdOf })
    expect(ids.filter(again.knows)).toEqual(newest)
    // One that is revoked leaves its place to the next.
    const revocation = await revoke(shiyan, keys[9]?.jwk.kid ?? '', NOW / 1000)
    await trust.learn('420300', { certificates: [pem], delegations: [], revocations: [revocation] }, [])
    expect(ids.filter(trust.knows)).toEqual([ids[5], ids[6], ids[7], ids[10]])
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
    expect(trust.key(shiyan.packetKey.kid)).toMatchObject({
      spans: [{ begins: NOW / 1000 - 60, ends: NOW / 1000 + 1000 }],
    })
    const { jwk } = await playKey('packet')
    expect(trust.key(jwk.kid)).toBeUndefined()
  })

  test('a key signs nothing between two of its delegations, nor outside its certificate', async () => {
    const { trust } = await setting()
    const at = (days: number) => NOW / 1000 + days * 86_400
    const begins = NOW / 1000
    const first = await identity({ nbf: begins, exp: at(9) })
    const second = await identity({ nbf: at(20), exp: at(20) + LIMITS.delegationSeconds })
    // Signed by a certificate that is valid, for a time that begins with it.
    const sign = (nbf: number, exp: number) =>
      signDelegation({ v: 1, iss: '420300', iat: begins, nbf, exp, keys: [shiyan.packetKey] }, shiyan.certificateSigner)
    const early = await sign(begins - 30 * 86_400, begins)
    await trust.learn('420300', { ...first, delegations: [...first.delegations, early] }, [])
    const late = await sign(at(20), at(40))
    expect(await trust.learn('420300', { ...second, delegations: [...first.delegations, late] }, [])).toEqual({
      ok: true,
    })
    const key = trust.key(shiyan.packetKey.kid)
    if (key === undefined) throw new Error('no key')
    const judge = (iat: number) => keyUsable(key, '420300', iat, false)?.problem.code ?? 'usable'
    expect([begins, at(9), at(20), at(40)].map(judge)).toEqual(['usable', 'usable', 'usable', 'usable'])
    expect([at(9) + 1, at(15), at(20) - 1, at(40) + 1].map(judge)).toEqual(Array(4).fill('key.expired'))
    expect(judge(begins - 86_400)).toBe('key.expired')
  })

  test('takes no delegation or revocation that was signed outside its certificate', async () => {
    const { trust } = await setting()
    const shown = await identity()
    const claims = { v: 1 as const, iss: '420300', iat: NOW / 1000 - 86_400 }
    const delegation = await signDelegation(
      { ...claims, nbf: NOW / 1000, exp: NOW / 1000 + 86_400, keys: [shiyan.packetKey] },
      shiyan.certificateSigner,
    )
    const revocation = await signRevocation(
      { ...claims, kid: shiyan.packetKey.kid, revokedAt: NOW / 1000 },
      shiyan.certificateSigner,
    )
    for (const document of [
      { ...shown, delegations: [...shown.delegations, delegation] },
      { ...shown, revocations: [revocation] },
    ])
      expect(await trust.learn('420300', document, [])).toMatchObject({ problem: { code: 'certificate.expired' } })
    expect(trust.key(shiyan.packetKey.kid)).toBeUndefined()
  })

  test('a peer whose delegation ran out may connect, but must show a newer one', async () => {
    const { trust, clock } = await setting()
    const shown = await identity({ nbf: NOW / 1000 - 60, exp: NOW / 1000 + 100 })
    await trust.learn('420300', shown, [])
    clock.advance(200_000)
    await trust.reload()
    expect(trust.cityOf(peerIdOf(peer.jwk))).toBe('420300')
    expect(trust.reach('420300').peers).toEqual([peerIdOf(peer.jwk)])
    expect(await trust.learn('420300', shown, [])).toMatchObject({ problem: { code: 'key.expired' } })
    const renewed = await identity({ nbf: NOW / 1000, exp: NOW / 1000 + 86_400 })
    expect(await trust.learn('420300', renewed, [])).toEqual({ ok: true })
    expect(await trust.learn('420300', shown, [])).toEqual({ ok: true })
  })

  test('a revoked peer is nobody', async () => {
    const { trust } = await setting()
    const shown = await identity()
    await trust.learn('420300', shown, [])
    await trust.learn('420300', { ...shown, revocations: [await revoke(shiyan, peer.kid, NOW / 1000)] }, [])
    expect(trust.cityOf(peerIdOf(peer.jwk))).toBeUndefined()
    expect(trust.reach('420300').peers).toEqual([])
  })

  test('no city can claim the key of another, or ours, by delegating it too', async () => {
    const { db, trust, clock } = await setting()
    await trust.learn('420300', await identity(), [])
    const enshi = await playCity('422801', { now: NOW / 1000 })
    const own = await playCity('610900', { now: NOW / 1000 })
    await pin(db, enshi, 'active', NOW + 1)
    await db.transaction(async tx => {
      await certify(tx, own, NOW)
      for (const jws of own.delegations) await paper(tx, own, jws)
    })
    await trust.reload()
    for (const stolen of [
      shiyan.packetKey,
      { ...peer.jwk, kid: peer.kid, purpose: 'peer' as const },
      own.packetKey,
      { ...shiyan.packetKey, purpose: 'peer' as const },
    ]) {
      const jws = await delegate(enshi, [stolen], { nbf: NOW / 1000, exp: NOW / 1000 + 86_400 })
      expect(
        await trust.learn('422801', { certificates: [enshi.certificate], delegations: [jws], revocations: [] }, []),
      ).toMatchObject({ problem: { code: 'delegation.malformed', detail: 'a key that another city delegated' } })
      // The same by way of a pairing, whose delegations are stored before anybody is trusted.
      await db.transaction(tx => paper(tx, enshi, jws))
    }
    for (const reloaded of [trust, await loadTrust({ db, city: '610900', clock, peerIdOf })]) {
      await reloaded.reload()
      expect(reloaded.key(shiyan.packetKey.kid)?.city).toBe('420300')
      expect(reloaded.key(own.packetKey.kid)?.city).toBe('610900')
      expect(reloaded.cityOf(peerIdOf(peer.jwk))).toBe('420300')
      expect(reloaded.reach('422801').peers).toEqual([])
    }
  })

  test('what a certificate signed that nobody confirmed counts for nothing', async () => {
    const { db, trust } = await setting()
    await trust.learn('420300', await identity(), [])
    const impostor = await playCity('420300', { now: NOW / 1000 })
    const thief = newPeerKey()
    const thiefKid = await thumbprint({ kty: 'OKP', crv: 'Ed25519', x: thief.x })
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: thief.x } as const
    await delegate(impostor, [{ ...jwk, kid: thiefKid, purpose: 'peer' }], {
      nbf: NOW / 1000,
      exp: NOW / 1000 + 86_400,
    })
    const revocation = await revoke(impostor, shiyan.packetKey.kid, NOW / 1000)
    await db.transaction(async tx => {
      await certify(tx, impostor, 0)
      for (const jws of impostor.delegations) await paper(tx, impostor, jws)
      await paper(tx, impostor, revocation, 'revocation')
    })
    await trust.reload()
    expect(trust.key(impostor.packetKey.kid)).toBeUndefined()
    expect(trust.cityOf(peerIdOf(jwk))).toBeUndefined()
    expect(trust.key(shiyan.packetKey.kid)?.revokedAt).toBeNull()
    expect(await trust.papers('420300')).toMatchObject({ certificates: [pem], revocations: [] })
  })

  test('under a new certificate the peers of the former are nobody, and its packets still verify', async () => {
    const { db, trust } = await setting()
    await trust.learn('420300', await identity(), [])
    const renewed = await playCity('420300', { now: NOW / 1000 })
    await db.transaction(async tx => {
      await certify(tx, renewed, NOW + 1)
      for (const jws of renewed.delegations) await paper(tx, renewed, jws)
      await tx.run('UPDATE partners SET fingerprint = ?', [renewed.fingerprint])
    })
    await trust.reload('420300')
    expect(trust.cityOf(peerIdOf(peer.jwk))).toBeUndefined()
    expect(trust.key(shiyan.packetKey.kid)?.city).toBe('420300')
    expect(trust.key(renewed.packetKey.kid)?.city).toBe('420300')
    expect(trust.certificateOf('420300')?.kid).toBe(renewed.certificateKey.kid)
    expect(await trust.learn('420300', await identity(), [])).toMatchObject({
      problem: { code: 'certificate.mismatch' },
    })
  })

  test('learns nothing of a partner that is suspended meanwhile', async () => {
    const { db, trust } = await setting()
    const learning = trust.learn('420300', await identity(), [])
    const suspended = db.transaction(tx => tx.run(`UPDATE partners SET status = 'suspended'`))
    expect(await learning).toMatchObject({ problem: { code: 'partner.inactive' } })
    await suspended
    expect(await db.query('SELECT count(*) AS n FROM delegations')).toEqual([{ n: 0 }])
  })

  test('the last reload stands, however many run at once', async () => {
    const { db, trust } = await setting()
    const reloads = [trust.reload(), trust.reload('420300')]
    await db.transaction(tx => tx.run(`UPDATE partners SET status = 'suspended'`))
    await Promise.all([...reloads, trust.reload('420300')])
    expect(trust.partners()).toEqual([])
  })

  test('keeps a bounded number of delegations of a partner', async () => {
    const { db, trust } = await setting()
    await trust.learn('420300', await identity(), [])
    const rows = (n: number) =>
      db.transaction(async tx => {
        const [first] = await tx.query<{ jws: string }>('SELECT jws FROM delegations LIMIT 1')
        for (let no = 0; no < n; no++) {
          await tx.run('INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?)', [
            randomBytes(32),
            '420300',
            'delegation',
            fingerprintOf(pem),
            first?.jws ?? '',
            NOW / 1000,
          ])
        }
      })
    await rows(PAPERS_OF_A_PARTNER - 2)
    await trust.reload('420300')
    expect(await trust.learn('420300', await identity({ nbf: NOW / 1000, exp: NOW / 1000 + 1000 }), [])).toEqual({
      ok: true,
    })
    expect(await trust.learn('420300', await identity({ nbf: NOW / 1000, exp: NOW / 1000 + 1001 }), [])).toMatchObject({
      problem: { code: 'delegation.malformed' },
    })
    expect(await trust.learn('420300', await identity(), [])).toEqual({ ok: true })
  })

  test('a hello that says nothing new reads and writes nothing', async () => {
    const { db, clock } = await setting()
    let calls = 0
    const counted: Database = {
      ...db,
      query: (...given) => {
        calls++
        return db.query(...given)
      },
      transaction: work => {
        calls++
        return db.transaction(work)
      },
    }
    const trust = await loadTrust({ db: counted, city: '610900', clock, peerIdOf })
    const shown = await identity()
    await trust.learn('420300', shown, ['/ip4/127.0.0.1/tcp/2'])
    calls = 0
    expect(await trust.learn('420300', shown, ['/ip4/127.0.0.1/tcp/2'])).toEqual({ ok: true })
    expect(calls).toBe(0)
  })
})
