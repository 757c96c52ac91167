import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCertificate, selfIssue } from '../../../certs/index.ts'
import { verifyDelegation, verifyRevocation } from '../../../protocol/keys/delegation.ts'
import { signPacket } from '../../../protocol/packet/envelope.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { type PlayCity, playCity } from '../../../test/support/play-city.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { type KeyStore, type Keys, newDataKey, newKey } from '../../kernel/keys/keystore.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import { createEventLog } from '../../kernel/records/events.ts'
import type { Database } from '../../kernel/store/database.ts'
import { peerIdOf } from '../p2p/peer-id.ts'
import { DELEGATION_DAYS, loadIdentity } from './identity.ts'
import { loadTrust } from './trust.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const DAY = 86_400_000
let play: PlayCity
let other: PlayCity

beforeAll(async () => {
  const [own, next] = await Promise.all([
    playCity('420300', { now: NOW / 1000 }),
    playCity('420300', { now: NOW / 1000 }),
  ])
  play = own
  other = next
})

const certificateOf = (city: PlayCity, now = NOW) =>
  selfIssue(
    { code: city.code, name: city.name, authority: city.authority },
    { keyPem: city.certificatePrivateKey, now, serial: randomBytes(16) },
  )

/** A key store in memory. */
async function memoryKeys(city: PlayCity, chain = [certificateOf(city)]) {
  const state = { keyPem: city.certificatePrivateKey, chain, opened: 0, locked: false }
  let keys: Keys = {
    v: 1,
    packetKeys: [{ ...(await newKey()), state: 'current' }],
    peerKey: await newKey(),
    dataKey: newDataKey(),
  }
  const store: Pick<KeyStore, 'keys' | 'certificates' | 'openCityKey' | 'saveKeys'> = {
    keys: () => keys,
    certificates: () => state.chain,
    async openCityKey() {
      state.opened++
      if (state.locked) throw new ProblemError('keystore.passphrase')
      return { keyPem: state.keyPem, chain: state.chain, key: {} as CryptoKey }
    },
    async saveKeys(next) {
      await new Promise(wake => setImmediate(wake))
      keys = next
    },
  }
  return { state, store: store as KeyStore }
}

async function setting(
  keys?: Awaited<ReturnType<typeof memoryKeys>>,
  database?: Database,
  clock = createHandClock(NOW),
) {
  const db = database ?? (await openTestStore())
  const held = keys ?? (await memoryKeys(play))
  const audit = createAudit({ database: db, now: clock.now })
  const seen: { kid: string; shown: number }[] = []
  const rotated: string[] = []
  const identity = await loadIdentity({
    db,
    keyStore: held.store,
    city: { code: '420300', name: '十堰市' },
    clock,
    audit,
    events: createEventLog({ database: db, now: clock.now }),
    changed: async () => {
      seen.push({ kid: identity.signer().kid, shown: identity.document().delegations.length })
    },
    rotated: kid => rotated.push(kid),
  })
  return { db, clock, keys: held, identity, audit, seen, rotated }
}

const keyOf = async (certificate: string, kid: string) => {
  const read = readCertificate(certificate)
  if (!read.ok) throw new Error(read.problem.code)
  return { city: '420300', kid, jwk: read.certificate.publicKeyJwk }
}

describe('identity', () => {
  test('delegates its packet and peer key when it is loaded first, and not again', async () => {
    const first = await setting()
    const { certificates, delegations, revocations } = first.identity.document()
    expect([certificates.length, delegations.length, revocations.length]).toEqual([1, 1, 0])
    const verified = await verifyDelegation(
      delegations[0] ?? '',
      await keyOf(certificates[0] ?? '', play.certificateKey.kid),
    )
    expect(verified).toMatchObject({
      ok: true,
      claims: {
        exp: NOW / 1000 + DELEGATION_DAYS.lasts * 86_400,
        keys: [
          { kid: first.identity.signer().kid, purpose: 'packet' },
          { kid: first.identity.peerKey().kid, purpose: 'peer' },
        ],
      },
    })
    const again = await setting(first.keys, first.db)
    expect(again.identity.document()).toEqual(first.identity.document())
    expect(first.keys.state.opened).toBe(1)
  })

  test('rotates: the new key signs, the old delegation is still shown, the peer key stays', async () => {
    const { identity, keys, seen, rotated } = await setting()
    const before = identity.signer()
    const peer = identity.peerKey().kid
    const { kid } = await identity.rotate('person:1')
    expect(identity.signer().kid).toBe(kid)
    expect(identity.peerKey().kid).toBe(peer)
    expect(identity.document().delegations).toHaveLength(2)
    expect(identity.summary().keys.filter(key => key.purpose === 'packet')).toMatchObject([
      { kid, state: 'current' },
      { kid: before.kid, state: 'retired' },
    ])
    expect(keys.store.keys().packetKeys.map(key => key.state)).toEqual(['retired', 'current'])
    // Whoever is told of the change is told before the new key signs.
    expect(seen).toEqual([{ kid: before.kid, shown: 1 }])
    expect(rotated).toEqual([kid])
  })

  test('the signer and what introduces it change at once', async () => {
    const { identity } = await setting()
    const rotation = identity.rotate('person:1')
    for (let turn = 0; turn < 500; turn++) {
      const { kid } = identity.signer()
      const shown = identity
        .document()
        .delegations.some(jws => Buffer.from(jws.split('.')[1] ?? '', 'base64url').includes(kid))
      expect(shown).toBe(true)
      await Promise.resolve()
    }
    await rotation
  })

  test('rotations at the same time lose no key', async () => {
    const { identity, keys } = await setting()
    const kids = (await Promise.all([identity.rotate('a'), identity.rotate('b'), identity.rotate('c')])).map(k => k.kid)
    expect(
      keys.store
        .keys()
        .packetKeys.map(key => key.kid)
        .slice(1),
    ).toEqual(kids)
    expect(
      keys.store
        .keys()
        .packetKeys.filter(key => key.state === 'current')
        .map(key => key.kid),
    ).toEqual([kids[2]])
    expect(identity.signer().kid).toBe(kids[2])
  })

  test('keeps a bounded number of retired keys and every delegation', async () => {
    const { identity, keys, db } = await setting()
    for (let round = 0; round < 12; round++) await identity.rotate('person:1')
    expect(keys.store.keys().packetKeys).toHaveLength(9)
    expect(await db.query('SELECT count(*) AS n FROM delegations')).toEqual([{ n: 13 }])
    expect(identity.summary().keys).toHaveLength(14)
  })

  test('revokes a retired key for good; a key in use only after rotation, and the peer key never', async () => {
    const { identity, db, audit } = await setting()
    const old = identity.signer().kid
    await expect(identity.revoke(old, 'person:1')).rejects.toMatchObject({ problem: { code: 'request.conflict' } })
    await expect(identity.revoke(identity.peerKey().kid, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.conflict' },
    })
    await expect(identity.revoke('A'.repeat(43), 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
    await identity.rotate('person:1')
    await identity.revoke(old, 'person:1')
    await identity.revoke(old, 'person:1')
    const { certificates, revocations } = identity.document()
    expect(revocations).toHaveLength(1)
    expect(
      await verifyRevocation(revocations[0] ?? '', await keyOf(certificates[0] ?? '', play.certificateKey.kid)),
    ).toMatchObject({ ok: true, claims: { kid: old, revokedAt: NOW / 1000 + 1 } })
    expect(identity.summary().keys.find(key => key.kid === old)?.state).toBe('revoked')
    const trust = await loadTrust({ db, city: '420300', clock: createHandClock(NOW), peerIdOf })
    expect(trust.key(old)?.revokedAt).toBe(NOW / 1000 + 1)
    expect(trust.key(identity.signer().kid)?.revokedAt).toBeNull()
    const actions = (await audit.list({}, 10, null)).map(row => row.action)
    expect(actions.toSorted()).toEqual(['key.delegated', 'key.delegated', 'key.revoked'])
  })

  test('renews when a third is left, once', async () => {
    const { identity, clock, keys } = await setting()
    clock.advance((DELEGATION_DAYS.lasts - DELEGATION_DAYS.renewAt) * DAY - 1000)
    expect(await identity.renewIfDue()).toBe(false)
    clock.advance(1000)
    keys.state.locked = true
    await expect(identity.renewIfDue()).rejects.toMatchObject({ problem: { code: 'keystore.passphrase' } })
    keys.state.locked = false
    expect(await identity.renewIfDue()).toBe(true)
    expect(await identity.renewIfDue()).toBe(false)
    expect(identity.summary().delegatedUntil).toBe(clock.now() + DELEGATION_DAYS.lasts * DAY)
    expect(identity.document().delegations).toHaveLength(2)
  })

  test('towards the end of its certificate it does not renew again and again, and after it says so', async () => {
    const keys = await memoryKeys(play, [certificateOf(play, NOW - 3 * 365 * DAY + 20 * DAY)])
    const { identity, clock, db } = await setting(keys)
    const { notAfter, delegatedUntil } = identity.summary()
    expect(delegatedUntil).toBe(notAfter)
    for (let hour = 0; hour < 48; hour++) {
      clock.advance(3_600_000)
      expect(await identity.renewIfDue()).toBe(false)
    }
    clock.advance(30 * DAY)
    await expect(identity.renewIfDue()).rejects.toMatchObject({ problem: { code: 'certificate.expired' } })
    // The node still starts, so that its cases can be read and exported.
    const again = await setting(keys, db, clock)
    expect(again.identity.document().delegations).toHaveLength(1)
  })

  test('a node that was off past its delegation has a new one when it starts', async () => {
    const { keys, db, clock } = await setting()
    clock.advance(200 * DAY)
    const { identity } = await setting(keys, db, clock)
    expect(identity.summary().delegatedUntil).toBe(clock.now() + DELEGATION_DAYS.lasts * DAY)
  })

  test('under a new certificate with another key it delegates anew and shows nothing of the former', async () => {
    const first = await setting()
    await first.identity.rotate('person:1')
    first.keys.state.chain = [certificateOf(other)]
    first.keys.state.keyPem = other.certificatePrivateKey
    const second = await setting(first.keys, first.db)
    const { certificates, delegations } = second.identity.document()
    expect(delegations).toHaveLength(1)
    expect(
      await verifyDelegation(delegations[0] ?? '', await keyOf(certificates[0] ?? '', other.certificateKey.kid)),
    ).toMatchObject({ ok: true })
    const [stolen] = second.identity.summary().keys.filter(key => key.purpose === 'packet' && key.state === 'retired')
    await second.identity.revoke(stolen?.kid ?? '', 'person:1')
    const [revocation = ''] = second.identity.document().revocations
    expect(
      await verifyRevocation(revocation, await keyOf(certificates[0] ?? '', other.certificateKey.kid)),
    ).toMatchObject({ ok: true, claims: { kid: stolen?.kid } })
    const trust = await loadTrust({ db: first.db, city: '420300', clock: first.clock, peerIdOf })
    expect(trust.key(stolen?.kid ?? '')?.revokedAt).toBe(NOW / 1000 + 1)
    expect(trust.certificateOf('420300')?.kid).toBe(other.certificateKey.kid)
    const papers = await trust.papers('420300')
    expect([papers.certificates.length, papers.delegations.length]).toEqual([2, 3])
  })

  test('under a renewed certificate over the same key it delegates once, and the audit log names both', async () => {
    const first = await setting()
    expect(await first.audit.list({ action: 'certificate.changed' }, 10, null)).toEqual([])
    const former = first.identity.summary()
    first.clock.advance(DAY)
    first.keys.state.chain = [certificateOf(play, NOW + DAY)]
    const second = await setting(first.keys, first.db, first.clock)
    const present = second.identity.summary()
    expect(present.kid).toBe(former.kid)
    expect(present.delegatedUntil).toBe(former.delegatedUntil + DAY)
    expect(second.identity.document().delegations).toHaveLength(2)
    const third = await setting(first.keys, first.db, first.clock)
    expect(third.identity.document()).toEqual(second.identity.document())
    expect(await first.audit.list({ action: 'certificate.changed' }, 10, null)).toMatchObject([
      { actor: 'cli', subject: '420300', detail: { fingerprint: present.fingerprint, former: former.fingerprint } },
    ])
  })

  test('the certificate of another city is refused', async () => {
    const db = await openTestStore()
    const clock = createHandClock(NOW)
    const parts = {
      db,
      clock,
      keyStore: (await memoryKeys(play)).store,
      audit: createAudit({ database: db, now: clock.now }),
      events: createEventLog({ database: db, now: clock.now }),
      changed: async () => {},
      rotated: () => {},
    }
    await expect(loadIdentity({ ...parts, city: { code: '610900', name: '安康市' } })).rejects.toMatchObject({
      problem: { code: 'config.invalid', detail: expect.stringContaining('city.code') as unknown },
    })
  })

  test('signs packets that its own trust resolves', async () => {
    const { identity, db, clock } = await setting()
    const trust = await loadTrust({ db, city: '420300', clock, peerIdOf })
    expect(trust.key(identity.signer().kid)).toMatchObject({ city: '420300' })
    expect(trust.partners()).toEqual([])
    expect(trust.cityOf(peerIdOf(identity.peerKey()))).toBeUndefined()
    const { jws } = await signPacket({} as never, identity.signer())
    expect(jws.split('.')).toHaveLength(3)
  })
})
